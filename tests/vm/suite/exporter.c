// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter about itself, what it tells of single sockets, and what it does without the module.
 */
#include <jansson.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <time.h>

#include "../lib/exporter_books.h"
#include "../lib/exporter_stage.h"
#include "../lib/inetdiag.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/population.h"
#include "../lib/worker.h"
#include "suite.h"

#define PORT 7501

static struct ns home, other;
static struct exporter exporter;
static struct increase increase;
static struct books books;
static struct population population;
static struct crew *crew;

static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	other = ns_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ns_close(&other);
	stage_clear();
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	module_require();
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	books_free(&books);
	population_free(&population);
	if (crew) {
		crew_dismiss(crew);
		crew_free(crew);
	}
	crew = NULL;
	return 0;
}

static const char *come_and_go(void *arg, uint64_t round)
{
	static int listener = -1;
	struct pair pair;

	(void)arg;
	if (!round)
		listener = pair_listen_at(PAIR_V4, PORT, 128);
	pair = pair_open(listener, PAIR_V4);
	pair_talk(pair, 100, 200);
	pair_close(pair);
	return NULL;
}

/* The two are the same number. */
#define assert_same(a, b)                                                     \
	do {                                                                  \
		double same_a = (a), same_b = (b);                            \
                                                                              \
		if (same_a != same_b)                                         \
			fail_msg("%s is %.17g, " #b " %.17g", #a, same_a, same_b); \
	} while (0)

/* What goes into a stage comes out of it, in any snapshot. */
static void stages_add_up(const struct scrape *scrape)
{
#define OF(...) scrape_sum(scrape, __VA_ARGS__)
	double full = OF("skstat_records_total kind=full_ipv4") + OF("skstat_records_total kind=full_ipv6");
	double sockets = OF("skstat_records_total") - OF("skstat_records_total kind=netns");
	double known = OF("skstat_model_records_total result=new") + OF("skstat_model_records_total result=baseline") +
		       OF("skstat_model_announced_connections_total") - OF("skstat_model_removed_connections_total");

	assert_same(OF("skstat_records_total"), OF("skstat_records_received_total"));
	assert_same(OF("skstat_records_unknown_total"), 0);
	assert_same(OF("skstat_walk_sockets_total result=emitted"), sockets);
	assert_same(OF("skstat_model_records_total"), full);
	assert_same(OF("skstat_model_connections"), known);
	assert_same(OF("skstat_poll_failures_total"), 0);
	assert_same(OF("skstat_netlink_errors_total"), 0);
	/* A snapshot is built before it is published. */
	assert_same(OF("skstat_snapshots_total"), OF("skstat_polls_total") - 1);
#undef OF
}

static void figures_add_up(void **state)
{
	struct scrape scrape;
	const char *wrong;

	(void)state;
	population_pairs(&population, PAIR_V4, pair_scaled(100));
	population_pairs(&population, PAIR_V6, pair_scaled(50));
	exporter_start(&exporter, "--source=netlink");
	crew = crew_make();
	crew_add(crew, come_and_go, NULL);
	for (size_t i = 0; i < 10; i++) {
		exporter_settle(&exporter, &scrape, NULL);
		stages_add_up(&scrape);
		if (i < 9)
			scrape_free(&scrape);
	}
	wrong = crew_dismiss(crew);
	if (wrong)
		fail_msg("%s", wrong);
#define OF(...) scrape_sum(&scrape, __VA_ARGS__)
	/* And each stage has seen something of each kind. */
	assert_true(OF("skstat_walk_sockets_total result=idle") > 0);
	assert_true(OF("skstat_polls_total kind=full") > 1 && OF("skstat_polls_total kind=delta") > 1);
	assert_true(OF("skstat_model_records_total result=new") > 0);
	assert_true(OF("skstat_model_records_total result=updated") > 0);
	assert_true(OF("skstat_model_records_total result=baseline") >= 2.0 * (pair_scaled(100) + pair_scaled(50)));
	assert_true(OF("skstat_model_removed_connections_total") > 0);
	assert_true(OF("skstat_records_total kind=full_ipv6") > 0 && OF("skstat_records_total kind=listen") > 0);
	assert_true(OF("skstat_netlink_datagrams_total") > 0 && OF("skstat_netlink_messages_total") > 0);
	assert_true(OF("skstat_netlink_received_bytes_total") > 0 && OF("skstat_scrapes_total") > 0);
	assert_true(OF("skstat_stage_seconds_total") > 0 && OF("skstat_model_memory_bytes") > 0);
	assert_true(OF("skstat_config_poll_interval_seconds") > 0);
	assert_same(OF("skstat_config_poll_full_interval_seconds"), 2 * OF("skstat_config_poll_interval_seconds"));
	assert_true(OF("skstat_up") == 1);
	assert_int_equal(scrape_count(&scrape, "skstat_build_info"), 1);
	assert_int_equal(scrape_count(&scrape, "skstat_source_info source=netlink"), 1);
#undef OF
	scrape_free(&scrape);
}

/* The page for people, and what is not there. */
static void pages(void **state)
{
	static const struct {
		const char *where, *path;
		int status;
	} pages[] = {
		{ EXPORTER_PORT, "/", 200 },		{ EXPORTER_PORT, "/metrics", 200 },
		{ EXPORTER_PORT, "/-/healthy", 200 },	{ EXPORTER_PORT, "/-/ready", 200 },
		{ EXPORTER_PORT, "/nothing", 404 },	{ EXPORTER_PORT, "/api/v1/sockets", 404 },
		{ EXPORTER_SOCKET, "/", 200 },		{ EXPORTER_SOCKET, "/api/v1/sockets", 200 },
		{ EXPORTER_SOCKET, "/api/v1/sockets?no_such=1", 400 },
		{ EXPORTER_SOCKET, "/api/v1/sockets?sport=a", 400 },
	};

	(void)state;
	exporter_start(&exporter, "--source=netlink");
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		struct http_reply reply;

		assert_int_equal(http_get(&reply, pages[i].where, pages[i].path), 0);
		if (reply.status != pages[i].status)
			fail_msg("%s: %d, not %d: %s", pages[i].path, reply.status, pages[i].status, reply.body);
		assert_true(reply.length > 0);
		http_reply_free(&reply);
	}
	exporter_stop(&exporter);
}

/* The API's answer, as JSON. */
static json_t *ask(const char *parameters)
{
	struct http_reply reply;
	char path[256], type[64];
	json_error_t error;
	json_t *answer;

	snprintf(path, sizeof(path), "/api/v1/sockets%s", parameters);
	assert_int_equal(http_get(&reply, EXPORTER_SOCKET, path), 0);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(http_header(&reply, "Content-Type", type, sizeof(type)), "application/json"));
	answer = json_loadb(reply.body, reply.length, JSON_REJECT_DUPLICATES, &error);
	if (!answer)
		fail_msg("%s: %s", path, error.text);
	http_reply_free(&reply);
	assert_null(json_object_get(answer, "error"));
	assert_int_equal(json_array_size(json_object_get(answer, "sockets")),
			 json_integer_value(json_object_get(json_object_get(answer, "totals"), "emitted")));
	return answer;
}

static json_t *sockets_of(json_t *answer)
{
	return json_object_get(answer, "sockets");
}

/* How many sockets of the answer have that value. */
static size_t count_of(json_t *answer, const char *name, const char *text, json_int_t number)
{
	size_t count = 0, i;
	json_t *socket;

	json_array_foreach(sockets_of(answer), i, socket) {
		json_t *value = json_object_get(socket, name);

		count += text ? json_is_string(value) && !strcmp(json_string_value(value), text) :
				json_is_integer(value) && json_integer_value(value) == number;
	}
	return count;
}

static void sockets_by_the_api(void **state)
{
	uint16_t port;
	json_t *answer;
	char text[64];

	(void)state;
	population_pairs(&population, PAIR_V4, 20);
	port = population.member[0].sport;
	ns_enter(&other);
	population_pairs(&population, PAIR_V6, 10);
	population_half_closed(&population, PAIR_MAPPED, 4);
	ns_enter(&home);
	exporter_start(&exporter, "--source=netlink");

	answer = ask("");
	for (size_t i = 0; i < population.count; i++) {
		const struct member *member = &population.member[i];

		if (member->fd < 0)
			continue;
		snprintf(text, sizeof(text), "%lu", population_cookie(member));
		if (count_of(answer, "cookie", text, 0) != 1)
			fail_msg("a socket is there %zu times", count_of(answer, "cookie", text, 0));
	}
	json_decref(answer);

	snprintf(text, sizeof(text), "?sport=%u", port);
	answer = ask(text);
	assert_int_equal(json_array_size(sockets_of(answer)), 21);
	assert_int_equal(count_of(answer, "sport", NULL, port), 21);
	assert_int_equal(count_of(answer, "saddr", "127.0.0.1", 0), 21);
	json_decref(answer);

	snprintf(text, sizeof(text), "?dport=%u&states=established", port);
	answer = ask(text);
	assert_int_equal(json_array_size(sockets_of(answer)), 20);
	assert_int_equal(count_of(answer, "state", "ESTAB", 0), 20);
	/* What population_pairs() had them say: 100, 101, ... */
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(count_of(answer, "bytes_sent", NULL, 100 + i), 1);
	json_decref(answer);

	answer = ask("?states=close_wait");
	assert_int_equal(json_array_size(sockets_of(answer)),
			 population_by_state(&population, other.inode, TCP_CLOSE_WAIT));
	json_decref(answer);
}

/* Every family of `part` is one of `whole`; says which ones of `whole` are not in `part`. */
static void families_are_among(const struct scrape *part, const struct scrape *whole)
{
	for (size_t i = 0; i < part->families; i++) {
		const struct scrape_family *is = &part->family[i], *family = scrape_family(whole, is->name);

		if (!family)
			fail_msg("%s is there without the module only", is->name);
		assert_int_equal(family->type, is->type);
		assert_string_equal(family->help, is->help);
	}
	for (size_t i = 0; i < whole->families; i++) {
		if (!scrape_family(part, whole->family[i].name))
			note("without the module there is no %s", whole->family[i].name);
	}
}

static void without_the_module(void **state)
{
	static const char *const musts[] = {
		"skstat_tcp_sent_bytes_total", "skstat_tcp_received_segments_total", "skstat_tcp_rtt_seconds",
		"skstat_tcp_delivered_segments_total", "skstat_tcp_connections", "skstat_tcp_sockets",
		"skstat_tcp_accept_queue", "skstat_mib_tcp_out_segs_total",
	};
	int listener = books_listen(&books, PAIR_V4, PORT), v6 = books_listen(&books, PAIR_V6, PORT + 1), fd;
	struct scrape with, without;
	size_t at[2];
	char *said;

	(void)state;
	if (!diag_available())
		skip_because("no inet_diag in this kernel");
	at[0] = books_add_pair(&books, pair_open(listener, PAIR_V4), PORT, PAIR_V4);
	at[1] = books_add_pair(&books, pair_open(v6, PAIR_V6), PORT + 1, PAIR_V6);
	exporter_start(&exporter, "--source=auto");
	books_talk(&books, at[0], 10, 10);
	exporter_settle(&exporter, &with, NULL);
	exporter_stop(&exporter);

	while (module_unload())
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	exporter_start(&exporter, "--source=auto");
	exporter_follow(&exporter, &increase);
	books_resume(&books);
	books_talk(&books, at[0], 1000, 77);
	books_talk(&books, at[1], 55, 4000);
	fd = pair_socket(PAIR_V4);
	at[1] = books_add_pair(&books, pair_join(fd, listener, PAIR_V4), PORT, PAIR_V4);
	books_talk(&books, at[1], 55, 4000);
	must(shutdown(fd, SHUT_WR));
	pair_await_state(books.account[at[1] + 1].fd, TCP_CLOSE_WAIT);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);

	exporter_settle(&exporter, &without, NULL);
	families_are_among(&without, &with);
	for (size_t i = 0; i < sizeof(musts) / sizeof(*musts); i++) {
		if (!scrape_family(&without, musts[i]))
			fail_msg("no %s", musts[i]);
	}
	assert_int_equal(scrape_count(&without, "skstat_source_info source=inet_diag"), 1);
	assert_string_not_equal(scrape_label(scrape_find(&without, "skstat_source_info"), "why"), "");
	assert_string_equal(scrape_label(scrape_find(&with, "skstat_source_info"), "why"), "");
	said = exporter_said(exporter.log);
	assert_non_null(strstr(said, "inet_diag"));
	note("%.*s", (int)strcspn(said, "\n"), said);
	free(said);
	scrape_free(&with);
	scrape_free(&without);
}

int suite_exporter(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(figures_add_up, end),
		cmocka_unit_test_teardown(pages, end),
		cmocka_unit_test_teardown(sockets_by_the_api, end),
		cmocka_unit_test_teardown(without_the_module, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("exporter", tests, setup, teardown);
}
