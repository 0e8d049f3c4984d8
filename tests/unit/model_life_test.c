// SPDX-License-Identifier: GPL-2.0
/* What events make of a view: its distributions, its size, and the process as a label. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "model_kit.h"

#define OUT "default/out/443/ipv4"

static struct skstat_view_config view;

static struct skstat_model_config plain(void)
{
	view = skstat_view_default;
	return (struct skstat_model_config) { .view = &view, .views = 1, .netns_limit = 20 };
}

static struct kit *journal_kit(const struct skstat_model_config *config)
{
	struct kit *kit = kit_new(config);

	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_poll(kit, NULL, 0);
	return kit;
}

static struct skstat_sample event_of(struct skstat_sample sample, enum skstat_kind kind, uint8_t how, uint64_t time_ns)
{
	kit_event(&sample, kind, how, time_ns);
	sample.event.event_direction = SKSTAT_EVENT_OUT;
	return sample;
}

static void put(struct kit *kit, const struct skstat_sample *sample)
{
	assert_int_equal(skstat_model_event(sample, kit->model), 0);
	if (kit->set)
		skstat_families_free(kit->set);
	kit->set = NULL;
}

static const struct skstat_distribution *distribution(struct kit *kit, const char *name)
{
	const struct skstat_series *series = kit_series(kit, name, OUT);

	assert_non_null(series);
	return &series->distribution;
}

/* --- distributions */

static void assert_exemplar(const struct skstat_exemplar *exemplar, const struct skstat_sample *event, double value)
{
	assert_int_equal(exemplar->cookie, event->identity.cookie);
	assert_true(exemplar->value == value);
	assert_int_equal(exemplar->time_ns, event->event.event_time);
}

/* One event with this figure at the edge, one with a step more. */
static void at_the_edge(struct kit *kit, struct skstat_sample *event, uint64_t *figure, double scale, const char *name)
{
	double first = distribution(kit, name)->edge[0], last = distribution(kit, name)->edge[11];

	assert_true(first > 0 && last / first > 1000);
	for (int e = 0; e < 12; e++) {
		double edge = distribution(kit, name)->edge[e];
		uint64_t at = distribution(kit, name)->count[e], above = distribution(kit, name)->count[e + 1];

		*figure = (uint64_t)(edge * scale + 0.5);
		event->identity.cookie++;
		put(kit, event);
		assert_int_equal(distribution(kit, name)->count[e], at + 1);
		++*figure;
		event->identity.cookie++;
		put(kit, event);
		assert_int_equal(distribution(kit, name)->count[e], at + 1);
		assert_int_equal(distribution(kit, name)->count[e + 1], above + 1);
		/* and either is the last one of its bucket */
		assert_exemplar(&distribution(kit, name)->exemplar[e + 1], event, (double)*figure / scale);
		if (e)
			assert_int_equal(distribution(kit, name)->exemplar[e].cookie, event->identity.cookie - 1);
	}
}

static void edges_are_exact(void **state)
{
	struct kit *kit = journal_kit(NULL);
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	struct skstat_sample opened = event_of(s, SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, 4000 * KIT_SECOND);
	struct skstat_sample closed = event_of(s, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN, 40000 * KIT_SECOND);

	(void)state;
	put(kit, &opened);
	put(kit, &closed);
	opened.identity.cookie = 1000;
	opened.event.event_flags = SKSTAT_EVENT_HAS_CONNECT;
	at_the_edge(kit, &opened, (uint64_t *)(void *)&opened.event.connect_latency, 1e9, "skstat_tcp_connect_seconds");
	assert_true(distribution(kit, "skstat_tcp_connect_seconds")->edge[0] == 1e-4);
	assert_true(distribution(kit, "skstat_tcp_connect_seconds")->edge[11] == 10);
	closed.identity.cookie = 2000;
	closed.event.event_flags = SKSTAT_EVENT_HAS_DURATION;
	at_the_edge(kit, &closed, (uint64_t *)(void *)&closed.event.duration, 1e9, "skstat_tcp_duration_seconds");
	assert_true(distribution(kit, "skstat_tcp_duration_seconds")->edge[0] == 1e-3);
	assert_true(distribution(kit, "skstat_tcp_duration_seconds")->edge[11] == 3600);
	closed.event.event_flags = SKSTAT_EVENT_HAS_FIRST_BYTE;
	at_the_edge(kit, &closed, (uint64_t *)(void *)&closed.event.first_byte, 1e9, "skstat_tcp_first_byte_seconds");
	closed.event.event_flags = 0;
	at_the_edge(kit, &closed, (uint64_t *)(void *)&closed.traffic.bytes_sent, 1,
		    "skstat_tcp_connection_sent_bytes");
	at_the_edge(kit, &closed, (uint64_t *)(void *)&closed.traffic.bytes_received, 1,
		    "skstat_tcp_connection_received_bytes");
	/* of a figure that is not known there is no observation */
	assert_true(kit_sum(kit, "skstat_tcp_connect_seconds") == 24);
	assert_true(kit_sum(kit, "skstat_tcp_first_byte_seconds") == 24);
	kit_free(kit);
}

/* --- the view's size */

/* Time series, as Prometheus counts them, that have a view. */
static size_t series(struct kit *kit, const char *not)
{
	size_t count = 0;

	kit_sum(kit, "skstat_tcp_connections");
	for (size_t f = 0; f < kit->set->count; f++) {
		const struct skstat_family *family = &kit->set->family[f];

		for (size_t i = 0; i < family->count; i++) {
			const struct skstat_series *s = &family->series[i];

			if (strcmp(s->label[0].name, "view") != 0 || strncmp(family->name, "skstat_view_", 12) == 0 ||
			    (not && strcmp(family->name, not) == 0))
				continue;
			/* each edge and +Inf, sum and count */
			count += family->type == SKSTAT_METRIC_HISTOGRAM ? s->distribution.edges + 3 : 1;
		}
	}
	return count;
}

/* Something of every kind, in more groups than there is room for. */
static void fill(struct kit *kit)
{
	struct skstat_sample listener, s;
	uint64_t cookie = 1;

	for (uint16_t port = 1; port <= 30; port++) {
		uint64_t now_ns = kit->poll.now_ns;

		listener = kit_listener(cookie++, "10.0.0.1:1");
		listener.identity.sport = port;
		kit_begin(kit, false);
		kit_put(kit, &listener);
		s = kit_connection(cookie++, "10.0.0.1:1", "10.0.0.2:40000");
		s.identity.sport = port;
		s.traffic.bytes_sent = s.traffic.segs_in = s.tcp.rtt = s.tcp.snd_cwnd = 5;
		kit_put(kit, &s);
		kit_end(kit, true, false);
		for (uint8_t kind = 0; kind < 12; kind++) {
			struct skstat_sample event = s;

			event.identity.cookie = cookie++;
			kit_event(&event, SKSTAT_KIND_OPENED, kind, now_ns);
			event.event.event_direction = SKSTAT_EVENT_IN;
			event.event.event_flags = UINT32_MAX;
			put(kit, &event);
			event.kind = SKSTAT_KIND_FAILED;
			event.identity.cookie = cookie++;
			put(kit, &event);
			event = s;
			event.identity.cookie = cookie++;
			kit_event(&event, SKSTAT_KIND_CLOSED, kind, now_ns);
			event.event.event_direction = SKSTAT_EVENT_IN;
			event.event.event_flags = SKSTAT_EVENT_HAS_DURATION | SKSTAT_EVENT_HAS_FIRST_BYTE;
			put(kit, &event);
		}
	}
}

static void the_default_view_is_not_too_large(void **state)
{
	struct skstat_model_config config = plain();
	struct kit *kit = journal_kit(&config);
	size_t count, strange;

	(void)state;
	fill(kit);
	assert_non_null(kit_series(kit, "skstat_tcp_connections", "default/other/other/other"));
	count = series(kit, NULL);
	/* Kinds that this build does not know are no part of what it promises: three for each group here. */
	strange = 3 * 21;
	print_message("# %zu series in 21 groups\n", count - strange);
	assert_int_equal((count - strange) % 21, 0);
	assert_in_range(count - strange, 2500, 3000);
	assert_true(kit_value(kit, "skstat_view_series", "default") == (double)count);
	kit_free(kit);

	view.all_histograms = true;
	kit = journal_kit(&config);
	fill(kit);
	assert_int_equal(series(kit, NULL), count + 21 * 4 * 15);
	kit_free(kit);
}

/* --- the process as a label */

static unsigned int asked;

static const char *process_name(uint64_t inode, void *arg)
{
	assert_ptr_equal(arg, &asked);
	asked++;
	return inode == 77 ? "from-inode" : inode == 78 ? "a-name-that-is-too-long" : NULL;
}

static struct skstat_sample by(uint64_t cookie, const char *comm, uint64_t inode)
{
	struct skstat_sample s = kit_connection(cookie, "10.0.0.1:40000", "10.0.0.2:443");

	snprintf(s.owner.comm.text, sizeof(s.owner.comm.text), "%s", comm);
	s.owner.inode = inode;
	return s;
}

static struct kit *comm_kit(uint32_t limit)
{
	struct skstat_model_config config = plain();

	view.limit = limit;
	view.labels |= SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM);
	config.process_name = process_name;
	config.process_arg = &asked;
	asked = 0;
	return journal_kit(&config);
}

static double in(struct kit *kit, const char *comm)
{
	char values[64];

	snprintf(values, sizeof(values), OUT "/%s", comm);
	return kit_series(kit, "skstat_tcp_connections", values) ?
		       kit_value(kit, "skstat_tcp_connections", values) : -1;
}

static void the_process_by_the_best_evidence(void **state)
{
	struct kit *kit = comm_kit(20);
	struct skstat_sample s[4] = { by(1, "curl", 77), by(2, "", 77), by(3, "", 5), by(4, "", 0) }, e;

	(void)state;
	assert_true(skstat_model_groups(kit->model) & 1u << SKSTAT_GROUP_OWNER);
	/* the event's goes before the record's */
	kit_begin(kit, true);
	for (int i = 0; i < 4; i++)
		kit_put(kit, &s[i]);
	e = event_of(by(1, "wget", 0), SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, kit->poll.now_ns - 1);
	put(kit, &e);
	kit_end(kit, true, false);
	assert_true(in(kit, "wget") == 1);
	assert_true(in(kit, "curl") == -1);
	assert_true(in(kit, "from-inode") == 1);
	assert_true(in(kit, "unknown") == 2);
	assert_int_equal(asked, 2);
	/* it is settled: nobody asks again, nothing moves */
	s[3].owner = by(4, "late", 0).owner;
	s[3].traffic.bytes_sent = 10;
	kit_poll(kit, s, 4);
	assert_int_equal(asked, 2);
	assert_true(in(kit, "unknown") == 2);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT "/unknown") == 10);
	/* one that closes before any walk */
	e = event_of(by(9, "", 78), SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN, kit->poll.now_ns);
	e.event.event_flags = SKSTAT_EVENT_HAS_DURATION;
	put(kit, &e);
	assert_true(in(kit, "a-name-that-is-") == 0);
	assert_true(kit_value(kit, "skstat_tcp_closed_connections", OUT "/a-name-that-is-/fin") == 1);
	kit_free(kit);
}

/* Who accepts is known late: what is opened waits for a record, or its close. */
static void an_accepted_connection_waits(void **state)
{
	struct kit *kit = comm_kit(20);
	struct skstat_sample e[4], s[4];

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		s[i] = by(i + 1, "", 0);
		s[i].traffic.bytes_sent = 100;
		e[i] = event_of(s[i], SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, kit->poll.now_ns + 1);
		e[i].event.event_flags = SKSTAT_EVENT_HAS_CONNECT;
		put(kit, &e[i]);
	}
	assert_int_equal(kit_family(kit, "skstat_tcp_connections")->count, 0);
	kit_begin(kit, true);
	snprintf(s[0].owner.comm.text, sizeof(s[0].owner.comm.text), "nginx");
	s[1].owner.inode = 77;
	kit_put(kit, &s[0]);
	kit_put(kit, &s[1]);
	e[2] = event_of(by(3, "sshd", 0), SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN, kit->poll.now_ns + 1);
	e[2].traffic.bytes_sent = 100;
	put(kit, &e[2]);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", OUT "/nginx/handshake") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT "/nginx") == 100);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", OUT "/from-inode/handshake") == 1);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", OUT "/sshd/handshake") == 1);
	assert_true(kit_value(kit, "skstat_tcp_closed_connections", OUT "/sshd/fin") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT "/sshd") == 100);
	assert_true(kit_sum(kit, "skstat_tcp_connect_seconds") == 3);
	/* the last is never heard of again */
	kit_poll(kit, s, 2);
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_opened_connections", OUT "/unknown/handshake") == 1);
	assert_true(kit_sum(kit, "skstat_tcp_connections") == 2);
	assert_true(kit_sum(kit, "skstat_tcp_sent_bytes") == 300);
	kit_free(kit);
}

static void processes_have_a_limit_too(void **state)
{
	struct kit *kit = comm_kit(2);
	struct skstat_sample s[3] = { by(1, "other", 0), by(2, "b", 0), by(3, "c", 0) }, l;

	(void)state;
	l = kit_listener(4, "10.0.0.1:80");
	snprintf(l.owner.comm.text, sizeof(l.owner.comm.text), "nginx");
	kit_poll(kit, s, 2);
	kit_begin(kit, true);
	for (int i = 0; i < 3; i++)
		kit_put(kit, &s[i]);
	kit_put(kit, &l);
	kit_end(kit, true, false);
	assert_true(in(kit, "other") == 1);
	assert_true(in(kit, "b") == 1);
	assert_true(in(kit, "c") == -1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/other/other/other/other") == 1);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/other/other/other/other") == 1);
	assert_true(kit_value(kit, "skstat_view_folded", "default") == 2);
	kit_free(kit);
	/* not asked for, it is nowhere */
	kit = kit_new(NULL);
	kit_poll(kit, s, 3);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 3);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_are_exact),
		cmocka_unit_test(the_default_view_is_not_too_large),
		cmocka_unit_test(the_process_by_the_best_evidence),
		cmocka_unit_test(an_accepted_connection_waits),
		cmocka_unit_test(processes_have_a_limit_too),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_life", tests, NULL, NULL);
}
