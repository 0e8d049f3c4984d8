// SPDX-License-Identifier: GPL-2.0
/*
 * What the exporter says is there: sockets by state and namespace, listeners and their queues, and the kernel's own
 * counters, all as the namespaces themselves show them in /proc/net.
 */
#include <ctype.h>
#include <fcntl.h>
#include <netinet/tcp.h>

#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "../lib/population.h"
#include "../lib/procnet.h"
#include "suite.h"

enum { HOME, NAMED, NAMELESS, NAMESPACES };

/* Readings until one falls into a moment of quiet: handshakes that nobody answers are retransmitted. */
#define TRIES 200

static const char named[] = "skstat-blue";

static struct ns ns[NAMESPACES];
static char label[NAMESPACES][16]; /* what the exporter calls them */
static struct population population;
static struct exporter exporter;
static struct increase increase;

static int setup(void **state)
{
	(void)state;
	stage_set();
	ns[HOME] = ns_current();
	ns[NAMED] = stage_ns_named(named);
	ns[NAMELESS] = ns_create();
	for (size_t i = 0; i < NAMESPACES; i++)
		snprintf(label[i], sizeof(label[i]), "%u", ns[i].inode);
	strcpy(label[NAMED], named);
	exporter_start(&exporter, "--source=netlink", "--view.limit=200");
	exporter_follow(&exporter, &increase);
	for (size_t i = 0; i < NAMESPACES; i++) {
		ns_enter(&ns[i]);
		population_pairs(&population, PAIR_V4, pair_scaled(20) + i);
		population_pairs(&population, PAIR_V6, pair_scaled(10) + i);
		population_pairs(&population, PAIR_MAPPED, pair_scaled(5) + i);
		population_half_closed(&population, i == NAMED ? PAIR_V6 : PAIR_V4, 4 + 2 * i);
		population_stuck(&population, i == NAMED ? PAIR_V4 : PAIR_V6);
		population_embryonic(&population, PAIR_V4, 3 + i);
		population_embryonic(&population, PAIR_V6, 5 + i);
		population_time_wait(&population, PAIR_V4, 6 + i);
		population_time_wait(&population, PAIR_V6, 9 + i);
	}
	ns_enter(&ns[HOME]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	exporter_stop(&exporter);
	increase_free(&increase);
	population_free(&population);
	stage_ns_unname(named);
	stage_clear();
	return 0;
}

/* By the numbers that /proc/net/tcp has for them. */
static const char *const states[] = {
	[TCP_ESTABLISHED] = "established", [TCP_SYN_SENT] = "syn_sent",	  [TCP_SYN_RECV] = "syn_recv",
	[TCP_FIN_WAIT1] = "fin_wait1",	   [TCP_FIN_WAIT2] = "fin_wait2", [TCP_TIME_WAIT] = "time_wait",
	[TCP_CLOSE] = "close",		   [TCP_CLOSE_WAIT] = "close_wait", [TCP_LAST_ACK] = "last_ack",
	[TCP_LISTEN] = "listen",	   [TCP_CLOSING] = "closing",
};

#define STATES (sizeof(states) / sizeof(*states))

/* Counts the lines of a state in /proc/net/tcp and tcp6. */
static void proc_states(const struct ns *of, size_t count[STATES])
{
	static const char *const files[] = { "/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6" };

	memset(count, 0, STATES * sizeof(*count));
	ns_enter(of);
	for (size_t i = 0; i < 2; i++) {
		FILE *file = must_have(fopen(files[i], "re"));
		char line[512];
		unsigned int state;

		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "%*u: %*s %*s %x", &state) == 1 && state && state < STATES)
				count[state]++;
		}
		fclose(file);
	}
	ns_enter(&ns[HOME]);
}

static void states_are_proc_nets(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMESPACES; i++) {
		size_t before[STATES], after[STATES];
		struct scrape scrape;
		int left = TRIES;

		for (;; left--) {
			proc_states(&ns[i], before);
			exporter_settle(&exporter, &scrape, &increase);
			proc_states(&ns[i], after);
			if (!memcmp(before, after, sizeof(after)))
				break;
			must_be(left);
			scrape_free(&scrape);
		}
		for (size_t s = 1; s < STATES; s++) {
			double is = scrape_sum(&scrape, "skstat_tcp_sockets netns=%s state=%s", label[i], states[s]);

			if (is != (double)before[s])
				fail_msg("%s: %g sockets in %s, not %zu", label[i], is, states[s], before[s]);
		}
		assert_true(before[TCP_CLOSING] && before[TCP_TIME_WAIT] && before[TCP_SYN_RECV] && before[TCP_LISTEN]);
		scrape_free(&scrape);
	}
}

static void namespaces_have_their_names(void **state)
{
	struct scrape scrape;

	(void)state;
	exporter_settle(&exporter, &scrape, &increase);
	for (size_t i = 0; i < NAMESPACES; i++) {
		assert_true(scrape_sum(&scrape, "skstat_tcp_sockets netns=%s", label[i]) > 0);
		assert_true(scrape_count(&scrape, "skstat_mib_tcp_out_segs_total netns=%s", label[i]) == 1);
	}
	assert_int_equal(scrape_count(&scrape, "skstat_tcp_sockets netns=%u", ns[NAMED].inode), 0);
	scrape_free(&scrape);
}

/* A listener on a port that no other namespace has one on, and clients that nobody accepts; deaf ones stay embryos. */
static void crowd_add(uint16_t port, enum pair_family family, int backlog, size_t clients, bool deaf)
{
	int listener = pair_listen_at(family, port, backlog);

	population_note(&population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	for (size_t i = 0; i < clients; i++) {
		int client = pair_socket(family);

		if (deaf)
			pair_deafen(client);
		must(fcntl(client, F_SETFL, O_NONBLOCK));
		must_be(pair_dial(client, listener, family) == -EINPROGRESS);
		if (!deaf)
			pair_await_state(client, TCP_ESTABLISHED);
		population_note(&population, client, SKSTAT_KIND_FULL, deaf ? TCP_SYN_SENT : TCP_ESTABLISHED);
	}
}

static void queues_of_listeners(void **state)
{
	struct scrape scrape;

	(void)state;
	ns_enter(&ns[NAMELESS]);
	crowd_add(7310, PAIR_V4, 4, 3, false);
	crowd_add(7311, PAIR_MAPPED, 6, 5, false);
	crowd_add(7312, PAIR_V6, 100, 7, true);
	ns_enter(&ns[HOME]);
	exporter_settle(&exporter, &scrape, &increase);
#define OF(metric, port) scrape_sum(&scrape, "skstat_tcp_" metric " direction=in port=" port)
	assert_int_equal(OF("listeners", "7310"), 1);
	assert_int_equal(OF("accept_queue", "7310"), 3);
	assert_int_equal(OF("accept_queue_limit", "7310"), 4);
	assert_int_equal(OF("syn_queue", "7310"), 0);
	assert_int_equal(OF("listeners", "7311"), 1);
	assert_int_equal(OF("accept_queue", "7311"), 5);
	assert_int_equal(OF("accept_queue_limit", "7311"), 6);
	assert_int_equal(OF("listeners", "7312"), 1);
	assert_int_equal(OF("accept_queue", "7312"), 0);
	assert_int_equal(OF("accept_queue_limit", "7312"), 100);
	assert_int_equal(OF("syn_queue", "7312"), 7);
#undef OF
	scrape_free(&scrape);
}

static uint64_t proc_counter(const struct procnet *procnet, const char *table, const char *name)
{
	return *(const uint64_t *)must_have((void *)(uintptr_t)procnet_find(procnet, table, name));
}

/* A queue that is full: each SYN that comes is dropped and counted, by the listener and by its namespace. */
static void overflows_are_counted(void **state)
{
	struct ns crowded = ns_create();
	struct procnet before, after;
	int listener, client[6];
	struct scrape scrape;
	bool quiet = false;
	char netns[16];

	(void)state;
	snprintf(netns, sizeof(netns), "%u", crowded.inode);
	ns_enter(&crowded);
	listener = pair_listen_at(PAIR_V4, 7301, 1);
	for (size_t i = 0; i < 6; i++) {
		client[i] = pair_socket(PAIR_V4);
		must(fcntl(client[i], F_SETFL, O_NONBLOCK));
		must_be(pair_dial(client[i], listener, PAIR_V4) == -EINPROGRESS);
	}
	for (int left = TRIES; !quiet; left--) {
		must_be(left);
		procnet_read(&before);
		exporter_settle(&exporter, &scrape, &increase);
		procnet_read(&after);
		quiet = procnet_equal(&before, &after);
		procnet_free(&before);
		if (quiet)
			break;
		procnet_free(&after);
		scrape_free(&scrape);
	}
	/* One more than the limit fits. */
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_accept_queue port=7301"), 2);
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_accept_queue_limit port=7301"), 1);
	assert_true(proc_counter(&after, "TcpExt", "ListenOverflows") >= 4);
	assert_int_equal(increase_of(&increase, "skstat_tcp_listen_drops_total port=7301"),
			 proc_counter(&after, "TcpExt", "ListenDrops"));
	assert_int_equal(scrape_sum(&scrape, "skstat_mib_tcpext_listen_overflows_total netns=%s", netns),
			 proc_counter(&after, "TcpExt", "ListenOverflows"));
	procnet_free(&after);
	scrape_free(&scrape);
	close(listener);
	for (size_t i = 0; i < 6; i++)
		close(client[i]);
	ns_enter(&ns[HOME]);
	ns_close(&crowded);
}

/* A name without what is style: TcpExt ListenDrops and skstat_mib_tcpext_listen_drops_total are the same. */
static void plain_name(char *to, size_t room, const char *table, const char *name)
{
	size_t length = 0;
	char both[128];

	snprintf(both, sizeof(both), "%s%s", table, name);
	for (const char *c = both; *c && length + 1 < room; c++) {
		if (isalnum((unsigned char)*c))
			to[length++] = (char)tolower((unsigned char)*c);
	}
	to[length] = '\0';
}

/* The counter that the sample is of, or NULL. Ip and IpExt are one table in the module. */
static const struct procnet_counter *counter_of(const struct procnet *procnet, const struct scrape_sample *sample)
{
	char want[64], is[64];
	size_t length;

	plain_name(want, sizeof(want), sample->name + strlen("skstat_mib_"), "");
	length = strlen(want);
	if (length > 5 && !strcmp(want + length - 5, "total") && strstr(sample->name, "_total"))
		want[length - 5] = '\0';
	for (size_t i = 0; i < procnet->count; i++) {
		const struct procnet_counter *counter = &procnet->counter[i];

		plain_name(is, sizeof(is), strcmp(counter->table, "Ip6") ? counter->table : "", counter->name);
		if (!strcmp(is, want))
			return counter;
		plain_name(is, sizeof(is), "Ip", counter->name);
		if (!strcmp(counter->table, "IpExt") && !strcmp(is, want))
			return counter;
	}
	return NULL;
}

static void mib_is_proc_nets(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMESPACES; i++) {
		struct procnet before, after;
		size_t compared = 0, nonzero = 0;
		struct scrape scrape;

		for (int left = TRIES;; left--) {
			bool quiet;

			ns_enter(&ns[i]);
			procnet_read(&before);
			exporter_settle(&exporter, &scrape, &increase);
			procnet_read(&after);
			ns_enter(&ns[HOME]);
			quiet = procnet_equal(&before, &after);
			procnet_free(&before);
			if (quiet)
				break;
			must_be(left);
			procnet_free(&after);
			scrape_free(&scrape);
		}
		for (size_t k = 0; k < scrape.samples; k++) {
			const struct scrape_sample *sample = &scrape.sample[k];
			const struct procnet_counter *counter;

			if (strncmp(sample->name, "skstat_mib_", 11) != 0 ||
			    strcmp(scrape_label(sample, "netns"), label[i]) != 0)
				continue;
			counter = counter_of(&after, sample);
			if (!counter)
				fail_msg("%s is not in /proc/net", sample->name);
			else if (sample->value != (double)counter->value)
				fail_msg("%s: %s is %.17g, not %lu", label[i], sample->name, sample->value,
					 counter->value);
			compared++;
			nonzero += sample->value != 0;
		}
		note("%s: %zu counters, %zu not zero", label[i], compared, nonzero);
		assert_true(compared > 20 && nonzero > 5);
		procnet_free(&after);
		scrape_free(&scrape);
	}
}

int suite_inventory(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_proc_nets),
		cmocka_unit_test(namespaces_have_their_names),
		cmocka_unit_test(queues_of_listeners),
		cmocka_unit_test(overflows_are_counted),
		cmocka_unit_test(mib_is_proc_nets),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("inventory", tests, setup, teardown);
}
