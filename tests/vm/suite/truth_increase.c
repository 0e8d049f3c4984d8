// SPDX-License-Identifier: GPL-2.0
/*
 * What Prometheus' increase() would give is what happened while an exporter was there: over its death, over the
 * module's, over sockets that were there before, that begin anew, that come and go while they are counted.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../lib/exporter_books.h"
#include "../lib/exporter_stage.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/worker.h"
#include "suite.h"

#define STAY 7101 /* the port of those who stay */
#define CROWD 7102 /* of those who come and go */
#define AGAIN 7103 /* of the one that connects again */

static struct exporter exporter;
static struct increase increase;
static struct books books;
static int listener = -1;
static struct crew *crew;

static int setup(void **state)
{
	(void)state;
	stage_set();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_clear();
	return 0;
}

static void start(void)
{
	exporter_start(&exporter, "--source=netlink", "--view.limit=100");
	exporter_follow(&exporter, &increase);
	books_resume(&books);
}

static int end(void **state)
{
	(void)state;
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	books_free(&books);
	listener = -1;
	if (crew) {
		crew_dismiss(crew);
		crew_free(crew);
	}
	crew = NULL;
	return 0;
}

/* `n` connections more among those who stay; where they are in the books. */
static size_t stay(size_t n)
{
	size_t at = books.count;

	if (listener < 0)
		listener = books_listen(&books, PAIR_V4, STAY);
	for (size_t i = 0; i < n; i++)
		books_add_pair(&books, pair_open(listener, PAIR_V4), STAY, PAIR_V4);
	return at;
}

/* All of the pairs from `from` on say something. */
static void talk(size_t from)
{
	for (size_t at = from; at + 1 < books.count; at += 2)
		books_talk(&books, at, 100 + at % 50, 300 + at % 70);
}

static void killed_and_started_again(void **state)
{
	(void)state;
	stay(3); /* before all exporters */
	talk(0);
	start();
	stay(3); /* under the first */
	talk(0);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	assert_int_equal(increase.resets, 0);

	books_pause(&books);
	assert_int_equal(exporter_end(&exporter, SIGKILL), 128 + SIGKILL);
	exporter_forget(&exporter);
	talk(0);
	stay(3); /* under none */
	talk(0);
	start();
	stay(3); /* under the second */
	talk(0);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	assert_true(increase.resets > 0);
}

static void module_remove(void)
{
	int err;

	/* The exporter holds it for the time of a dump, and its socket's end is deferred. */
	for (int left = 1000; (err = module_unload()) == -EBUSY || err == -EAGAIN; left--) {
		must_be(left);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	assert_int_equal(err, 0);
}

static void module_goes_and_comes(void **state)
{
	struct scrape scrape;

	(void)state;
	stay(3);
	talk(0);
	start();
	stay(3);
	talk(0);
	books_settle(&books, &exporter, &increase);

	module_remove();
	talk(0);
	stay(2); /* unseen by anybody */
	talk(0);
	/* What is not polled any more is said to be old: counters stay, gauges go. */
	exporter_await_status(&exporter, "/-/ready", 503);
	exporter_await_status(&exporter, "/-/healthy", 200);
	exporter_scrape(&exporter, &scrape);
	increase_take(&increase, &scrape);
	assert_int_equal(scrape_count(&scrape, "skstat_up"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_up"), 0);
	assert_int_equal(scrape_count(&scrape, "skstat_tcp_connections"), 0);
	assert_true(scrape_count(&scrape, "skstat_tcp_sent_bytes_total direction=in") > 0);
	scrape_free(&scrape);

	assert_int_equal(module_load(module_path()), 0);
	exporter_await_status(&exporter, "/-/ready", 200);
	talk(0);
	stay(3);
	talk(0);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	if (increase.resets)
		note("went back: %s", increase.reset);
	assert_int_equal(increase.resets, 0);
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_sum(&scrape, "skstat_gaps_total"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_up"), 1);
	scrape_free(&scrape);
}

/* Loaded anew between two polls: there never is a poll that fails. */
static void module_is_replaced(void **state)
{
	struct scrape scrape;

	(void)state;
	stay(5);
	talk(0);
	start();
	talk(0);
	books_settle(&books, &exporter, &increase);
	module_replace(module_path());
	talk(0);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	assert_int_equal(increase.resets, 0);
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_sum(&scrape, "skstat_gaps_total"), 1);
	scrape_free(&scrape);
}

/* connect() to AF_UNSPEC: the same socket, the same cookie, and all counters from zero. */
static void hang_up(int fd)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	must(connect(fd, &nobody, sizeof(nobody)));
}

/* Binds a socket to a port of the range that nobody uses, which stays its port when it hangs up. */
static void bind_somewhere(int fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int other = pair_socket(PAIR_V4);

	must(bind(other, (struct sockaddr *)&address, sizeof(address)));
	must(getsockname(other, (struct sockaddr *)&address, &length));
	close(other);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

/* One socket that connects time after time and says `payload`, from one port or from any. */
static void connect_again(bool one_port, const size_t *payload, size_t times)
{
	int client = pair_socket(PAIR_V4), closed = books_listen(&books, PAIR_V4, AGAIN);
	size_t at = 0;

	start();
	listener = books_listen(&books, PAIR_V4, STAY);
	if (one_port)
		bind_somewhere(client);
	/* First where nobody listens any more. */
	must(shutdown(closed, SHUT_RD));
	assert_int_equal(pair_dial(client, closed, PAIR_V4), -ECONNREFUSED);
	exporter_follow(&exporter, &increase);
	for (size_t i = 0; i < times; i++) {
		struct pair pair;

		if (i) {
			books_close(&books, at);
			hang_up(client);
			books_close(&books, at + 1);
		}
		pair = pair_join(client, listener, PAIR_V4);
		/* The account has a descriptor of its own, to be closed while the socket lives on. */
		pair.client = must(fcntl(client, F_DUPFD_CLOEXEC, 0));
		at = books_add_pair(&books, pair, STAY, PAIR_V4);
		books_talk(&books, at, payload[i], payload[i] / 2);
		books_settle(&books, &exporter, &increase);
		books_check(&books, &increase, i ? BOOKS_PAYLOAD : BOOKS_ALL);
	}
	assert_int_equal(increase.resets, 0);
	close(client);
}

/* More each time, so that it does not show in less that another connection has begun; and at last less. */
static void connects_again(void **state)
{
	static const size_t payload[] = { 1000, 2000, 3000, 4000, 10 };

	(void)state;
	connect_again(false, payload, sizeof(payload) / sizeof(*payload));
}

/* From one port to one port: it shows in less, and in nothing else. */
static void connects_again_the_same_way(void **state)
{
	static const size_t payload[] = { 4000, 1000, 100, 10 };

	(void)state;
	connect_again(true, payload, sizeof(payload) / sizeof(*payload));
}

static void there_before(void **state)
{
	size_t n = pair_scaled(500);
	struct scrape scrape;

	(void)state;
	stay(n);
	talk(0);
	start();
	exporter_settle(&exporter, &scrape, &increase);
	assert_true(scrape_sum(&scrape, "skstat_tcp_connections port=%u", STAY) == 2.0 * n);
	for (size_t i = 0; i < scrape.samples; i++) {
		const struct scrape_sample *sample = &scrape.sample[i];

		/* Time in which nothing was to be sent does go by. */
		if (!strncmp(sample->name, "skstat_tcp_", 11) && scrape.family[sample->family].type == SCRAPE_COUNTER &&
		    !strstr(sample->name, "application_limited") && sample->value != 0)
			fail_msg("%s is %g before anything happened", sample->name, sample->value);
	}
	scrape_free(&scrape);
	talk(0);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	talk(n); /* of half of them */
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
}

#define CROWD_SENDS 80 /* bytes of all its clients, each time */

/* Opens and closes connections to CROWD, in every way that leaves something else behind. */
static const char *come_and_go(void *arg, uint64_t round)
{
	static int crowd = -1;
	struct pair pair[8];

	(void)arg;
	if (!round)
		crowd = pair_listen_at(PAIR_V4, CROWD, 128);
	for (size_t i = 0; i < 8; i++) {
		pair[i] = pair_open(crowd, PAIR_V4);
		pair_talk(pair[i], CROWD_SENDS / 8, 20 + i);
	}
	for (size_t i = 0; i < 8; i++) {
		const struct linger reset = { .l_onoff = i % 2 };

		must(setsockopt(pair[i].client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
		pair_close(pair[i]);
	}
	return NULL;
}

#define SCRAPES 50

#define VIEWS "/tmp/skstat-views.yaml"
#define RELOADS 20

/* A view beside the default one, that is another each time. */
static void views_write(unsigned int number)
{
	static const char *const labels[] = { "uid", "congestion", "netns, state", "comm" };
	FILE *file = must_have(fopen(VIEWS, "w"));

	fprintf(file, "views:\n  - name: v%u\n    by: [%s]\n", number, labels[number % (sizeof(labels) / sizeof(*labels))]);
	must_be(!fclose(file));
}

/* Reads it, and waits until a page has what the view counts. */
static void views_exchange(unsigned int number)
{
	double groups = 0;

	views_write(number);
	must(kill(exporter.pid, SIGHUP));
	for (int left = 200; groups < 1; left--) {
		struct scrape scrape;

		must_be(left);
		talk(0);
		exporter_scrape(&exporter, &scrape);
		increase_take(&increase, &scrape);
		groups = scrape_sum(&scrape, "skstat_view_groups view=v%u", number);
		assert_int_equal(scrape_sum(&scrape, "skstat_config_last_reload_successful"), 1);
		scrape_free(&scrape);
	}
}

static void views_change_in_a_crowd(void **state)
{
	struct scrape scrape;
	const char *wrong;

	(void)state;
	crew = crew_make();
	stay(pair_scaled(50));
	crew_add(crew, come_and_go, NULL);
	crew_await(crew, 0, 1);
	views_write(0);
	increase.passing = "v"; /* not the default one */
	exporter_start(&exporter, "--source=netlink", "--view.limit=100", "--config.file=" VIEWS);
	exporter_follow(&exporter, &increase);
	books_resume(&books);
	stay(pair_scaled(50));
	for (unsigned int number = 1; number <= RELOADS; number++)
		views_exchange(number);
	books_settle(&books, &exporter, &increase);
	wrong = crew_dismiss(crew);
	if (wrong)
		fail_msg("%s", wrong);
	if (increase.resets)
		fail_msg("%zu steps backwards: %s", increase.resets, increase.reset);
	books_check(&books, &increase, BOOKS_ALL);
	note("%d reloads, %zu scrapes; the crowd came %lu times", RELOADS, increase.scrapes, crew->rounds[0]);

	/* A bad file changes nothing, and is said to be one. */
	must_be(!truncate(VIEWS, 9));
	must(kill(exporter.pid, SIGHUP));
	for (double ok = 1; ok == 1;) {
		exporter_settle(&exporter, &scrape, &increase);
		ok = scrape_sum(&scrape, "skstat_config_last_reload_successful");
		assert_true(scrape_sum(&scrape, "skstat_view_groups view=v%u", RELOADS) >= 1);
		scrape_free(&scrape);
	}
	assert_int_equal(increase.resets, 0);
	unlink(VIEWS);
}

static void in_a_crowd(void **state)
{
	unsigned long from, to;
	const char *wrong;
	double said;

	(void)state;
	crew = crew_make();
	stay(pair_scaled(50));
	crew_add(crew, come_and_go, NULL);
	crew_await(crew, 0, 1);
	start();
	from = crew->rounds[0] + 1;
	stay(pair_scaled(50));
	while (increase.scrapes < SCRAPES) {
		talk(0);
		exporter_follow(&exporter, &increase);
	}
	to = crew->rounds[0];
	books_settle(&books, &exporter, &increase);
	wrong = crew_dismiss(crew);
	if (wrong)
		fail_msg("%s", wrong);
	if (increase.resets)
		fail_msg("%zu steps backwards: %s", increase.resets, increase.reset);
	books_check(&books, &increase, BOOKS_ALL);
	/* Whoever came and went under the exporter is in its figures, by the journal, and nothing was counted twice. */
	said = increase_of(&increase, "skstat_tcp_sent_bytes_total direction=out port=%u", CROWD);
	note("%zu scrapes; the crowd came %lu times and sent %lu bytes, %lu of them under the exporter; %g were seen",
	     increase.scrapes, crew->rounds[0], crew->rounds[0] * CROWD_SENDS, (to - from) * CROWD_SENDS, said);
	note("the journal was read %g times, %g readings failed; %g events were lost",
	     increase_of(&increase, "skstat_journal_reads_total result=complete"),
	     increase_of(&increase, "skstat_journal_reads_total result=failed"),
	     increase_of(&increase, "skstat_journal_lost_events_total"));
	assert_true(said >= (double)((to - from) * CROWD_SENDS));
	assert_true(said <= (double)(crew->rounds[0] * CROWD_SENDS));
}

int suite_increase(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(killed_and_started_again, end),
		cmocka_unit_test_teardown(module_goes_and_comes, end),
		cmocka_unit_test_teardown(module_is_replaced, end),
		cmocka_unit_test_teardown(connects_again, end),
		cmocka_unit_test_teardown(connects_again_the_same_way, end),
		cmocka_unit_test_teardown(there_before, end),
		cmocka_unit_test_teardown(in_a_crowd, end),
		cmocka_unit_test_teardown(views_change_in_a_crowd, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("increase", tests, setup, teardown);
}
