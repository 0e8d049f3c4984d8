// SPDX-License-Identifier: GPL-2.0
/*
 * A small kernel, its journal and its walks, driven at random against a model and against what is true. Sockets
 * connect, are accepted, talk, close, are used again; events go to the rings of any CPU and are read ring by ring; a walk
 * takes time, and things happen meanwhile. As long as no event is lost, the sums are the truth to the byte whenever the
 * kernel holds still; whatever is lost, they never exceed it.
 *
 * SKSTAT_SEED=N runs one history alone, the one that a failure names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "chance.h"
#include "model_kit.h"

#define SLOTS 40
#define CPUS 4
#define RING 2048
#define POLLS 40
#define HISTORIES 200

enum {
	REUSE = 1 << 0,	     /* tcp_disconnect() and connect() */
	SAME_TUPLE = 1 << 1, /* between the same ends, sometimes */
	WINDOW = 1 << 2,     /* the world does not wait for a walk to end */
	DELAY = 1 << 3,	     /* the journal is not read in every poll */
	LOSS = 1 << 4,	     /* rings overrun; the module is loaded anew */
	MISSED = 1 << 5,     /* the module's table of connections is full: closes know less */
	BY_COMM = 1 << 6,
	BETWEEN = 1 << 7,    /* the journal is read between polls, too */
	FAULTS = 1 << 8,     /* dumps break off, or end early */
	STALLS = 1 << 9,     /* a connect() that ends takes its time, before or after the journal tells of it */
};

enum { SENT, RECEIVED, SEGS_OUT, SEGS_IN, RETRANS, VALUES };

enum phase { FREE, UNUSED, CONNECTING, HALFWAY, OPEN };

struct sock {
	enum phase phase;
	uint64_t cookie;
	uint16_t sport, dport;
	uint8_t state;
	bool in, fin, accepted;
	bool told;     /* of one that is halfway: that it opened */
	bool baseline; /* it opened before the journal was held */
	bool based;    /* and a walk has told what it had then */
	uint64_t opened_ns;
	uint64_t value[VALUES], base[VALUES];
	uint32_t busy;
};

struct history {
	struct kit *kit;
	uint64_t random, seed;
	unsigned int mode;
	uint64_t now_ns, journal_ns;
	struct sock sock[SLOTS];
	uint64_t cookies;
	struct skstat_sample *ring[CPUS];
	size_t written[CPUS];

	/* Of what is over. */
	uint64_t truth[VALUES];
	uint64_t opened, failed, closed, received_at_close;
	uint64_t lost[3];
	uint64_t last[VALUES]; /* as the model said */
};

static uint64_t chance(struct history *h, uint64_t limit)
{
	return chance_of(&h->random, limit);
}

/* --- the kernel */

static struct skstat_sample record(const struct sock *s)
{
	struct skstat_sample sample = kit_connection(s->cookie, "10.0.0.1:1", "10.0.0.2:1");

	sample.identity.sport = s->sport;
	sample.identity.dport = s->dport;
	sample.identity.state = s->state;
	sample.traffic.bytes_sent = s->value[SENT];
	sample.traffic.bytes_received = s->value[RECEIVED];
	sample.traffic.segs_out = (uint32_t)s->value[SEGS_OUT];
	sample.traffic.segs_in = (uint32_t)s->value[SEGS_IN];
	sample.traffic.delivered = s->phase >= HALFWAY;
	sample.traffic.total_retrans = (uint32_t)s->value[RETRANS];
	sample.tcp.busy_time = s->busy;
	sample.tcp.fin_received = s->fin;
	if (s->accepted)
		strcpy(sample.owner.comm.text, s->dport % 2 ? "odd" : "even");
	return sample;
}

/* An event of the socket as it is, on any CPU. */
static void event(struct history *h, const struct sock *s, enum skstat_kind kind, uint8_t how)
{
	size_t cpu = chance(h, CPUS);
	struct skstat_sample *e;

	if (h->now_ns < h->journal_ns)
		return;
	assert_true(h->written[cpu] < RING);
	e = &h->ring[cpu][h->written[cpu]++];
	*e = record(s);
	kit_event(e, kind, how, h->now_ns);
	e->event.event_direction = s->in ? SKSTAT_EVENT_IN : SKSTAT_EVENT_OUT;
	if (kind != SKSTAT_KIND_CLOSED)
		return;
	if (h->mode & MISSED && skstat_model_ready(h->kit->model) && !chance(h, 3)) {
		e->event.event_flags = SKSTAT_EVENT_MISSED;
		e->event.event_direction = 0;
	} else if (s->baseline) {
		e->event.event_flags = SKSTAT_EVENT_OLD;
	} else {
		e->event.event_flags = SKSTAT_EVENT_HAS_DURATION;
		e->event.duration = h->now_ns - s->opened_ns;
	}
}

static void told(struct history *h, struct sock *s)
{
	s->told = true;
	s->opened_ns = h->now_ns;
	s->baseline = h->now_ns < h->journal_ns;
	s->based = false;
	h->opened += !s->baseline;
	event(h, s, SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE);
}

static void opened(struct history *h, struct sock *s)
{
	if (!s->told)
		told(h, s);
	s->phase = OPEN;
	s->state = TCP_ESTABLISHED;
}

/* The SYN was acknowledged, and the state is still the old one. */
static void halfway(struct history *h, struct sock *s)
{
	s->phase = HALFWAY;
	s->value[SEGS_OUT] = 1;
	s->baseline = false;
	if (chance(h, 2))
		told(h, s);
}

static void connecting(struct history *h, struct sock *s)
{
	s->phase = CONNECTING;
	s->state = TCP_SYN_SENT;
	s->in = s->told = false;
	s->accepted = true;
	if (!(h->mode & SAME_TUPLE && s->sport && chance(h, 2))) {
		s->sport = (uint16_t)(32768 + chance(h, 20000));
		s->dport = (uint16_t)(80 + chance(h, 4));
	}
	memset(s->value, 0, sizeof(s->value));
	memset(s->base, 0, sizeof(s->base));
	s->fin = false;
}

static void made(struct history *h, struct sock *s)
{
	memset(s, 0, sizeof(*s));
	s->cookie = ++h->cookies;
	if (chance(h, 2)) {
		connecting(h, s);
		return;
	}
	s->in = true;
	s->sport = 80;
	s->dport = (uint16_t)(32768 + chance(h, 20000));
	opened(h, s);
}

static void talks(struct history *h, struct sock *s)
{
	bool much = chance(h, 2);

	s->value[SENT] += much ? chance(h, 100000) : 0;
	s->value[SEGS_OUT] += chance(h, 100);
	s->value[SEGS_IN] += 1 + chance(h, 100);
	s->value[RETRANS] += chance(h, 3);
	s->busy += (uint32_t)chance(h, 50);
	s->accepted |= !chance(h, 3);
	if (s->fin)
		return;
	s->value[RECEIVED] += much ? chance(h, 5000) : 0;
	if (!chance(h, 8)) {
		s->fin = true;
		s->value[RECEIVED]++;
		s->state = TCP_CLOSE_WAIT;
	}
}

/* What it has counted that should be counted. */
static uint64_t due(const struct sock *s, int value)
{
	uint64_t fin = value == RECEIVED && s->fin;

	if (s->phase < HALFWAY || (s->baseline && !s->based))
		return 0;
	return s->value[value] - fin - s->base[value];
}

static void closes(struct history *h, struct sock *s)
{
	for (int v = 0; v < VALUES; v++)
		h->truth[v] += due(s, v);
	h->closed++;
	h->received_at_close += s->value[RECEIVED] - s->fin;
	event(h, s, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_ABORT);
	s->phase = h->mode & REUSE && chance(h, 2) ? UNUSED : FREE;
}

static void step(struct history *h)
{
	struct sock *s = &h->sock[chance(h, SLOTS)];

	h->now_ns += 20000 + chance(h, 1000000);
	switch (s->phase) {
	case FREE:
		if (!chance(h, 3))
			made(h, s);
		break;
	case UNUSED:
		connecting(h, s);
		break;
	case CONNECTING:
		if (chance(h, 4)) {
			if (h->mode & STALLS && skstat_model_ready(h->kit->model) && chance(h, 2))
				halfway(h, s);
			else
				opened(h, s);
			break;
		}
		h->failed += h->now_ns >= h->journal_ns;
		event(h, s, SKSTAT_KIND_FAILED, SKSTAT_FAIL_REFUSED);
		s->phase = h->mode & REUSE && chance(h, 2) ? UNUSED : FREE;
		break;
	case HALFWAY:
		opened(h, s);
		break;
	case OPEN:
		if (chance(h, 5))
			talks(h, s);
		else
			closes(h, s);
		break;
	}
}

static void steps(struct history *h, uint64_t count)
{
	for (uint64_t i = chance(h, count); i; i--)
		step(h);
}

/* --- what the exporter does */

static void journal(struct history *h)
{
	size_t first = chance(h, CPUS), lost = 0;

	for (size_t i = 0; i < CPUS; i++) {
		size_t cpu = (first + i) % CPUS, from = 0;

		if (h->mode & LOSS && h->written[cpu] && !chance(h, 4))
			from = 1 + chance(h, h->written[cpu]);
		for (size_t e = 0; e < from; e++)
			h->lost[h->ring[cpu][e].kind - SKSTAT_KIND_OPENED]++;
		lost += from;
		for (size_t e = from; e < h->written[cpu]; e++)
			assert_int_equal(skstat_model_event(&h->ring[cpu][e], h->kit->model), 0);
		h->written[cpu] = 0;
	}
	if (lost)
		skstat_model_lost(h->kit->model, lost, false);
	skstat_model_heard(h->kit->model);
}

/* A socket that lives throughout comes once, if all come. */
static void walk(struct history *h, bool all, bool quiet)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct sock *s = &h->sock[i];
		struct skstat_sample sample;

		if (h->mode & WINDOW && !quiet && !chance(h, 4))
			steps(h, 4);
		if (s->phase < CONNECTING || (!all && chance(h, 2)))
			continue;
		sample = record(s);
		kit_put(h->kit, &sample);
		if (s->phase == OPEN && s->baseline && !s->based) {
			s->based = true;
			memcpy(s->base, s->value, sizeof(s->base));
			s->base[RECEIVED] -= s->fin;
		}
	}
}

static const char *const names[VALUES] = {
	[SENT] = "skstat_tcp_sent_bytes",
	[RECEIVED] = "skstat_tcp_received_bytes",
	[SEGS_OUT] = "skstat_tcp_sent_segments",
	[SEGS_IN] = "skstat_tcp_received_segments",
	[RETRANS] = "skstat_tcp_retransmitted_segments",
};

static void check(struct history *h, bool exact, int poll)
{
	for (int v = 0; v < VALUES; v++) {
		uint64_t truth = h->truth[v], said = (uint64_t)kit_sum(h->kit, names[v]);

		for (size_t i = 0; i < SLOTS; i++)
			truth += due(&h->sock[i], v);
		if (said > truth || said < h->last[v] || (exact && said != truth))
			fail_msg("SKSTAT_SEED=%llu mode %#x poll %d: %s is %llu, was %llu, and should be %s%llu",
				 (unsigned long long)h->seed, h->mode, poll, names[v], (unsigned long long)said,
				 (unsigned long long)h->last[v], exact ? "" : "at most ", (unsigned long long)truth);
		h->last[v] = said;
	}
}

static void check_count(struct history *h, const char *name, uint64_t truth)
{
	uint64_t said = (uint64_t)kit_sum(h->kit, name);

	if (said != truth)
		fail_msg("SKSTAT_SEED=%llu mode %#x: %s is %llu, and should be %llu", (unsigned long long)h->seed,
			 h->mode, name, (unsigned long long)said, (unsigned long long)truth);
}

/* `quiet`: the kernel holds still; `settled`: it did in the poll before, too. */
static void poll_once(struct history *h, int poll, bool quiet, bool settled)
{
	unsigned int what = (unsigned int)chance(h, 6);
	bool full = what >= 3 || quiet;
	bool partial = !quiet && h->mode & FAULTS && what == 4, complete = quiet || !(h->mode & FAULTS && what == 5);
	/* What a first reading would have told of is baseline. */
	bool late = h->mode & DELAY && !quiet && !chance(h, 4) && skstat_model_ready(h->kit->model);

	for (size_t i = 0; quiet && i < SLOTS; i++)
		if (h->sock[i].phase == HALFWAY)
			opened(h, &h->sock[i]);
	if (h->mode & LOSS && !chance(h, 15)) {
		h->kit->poll.instance++;
		for (size_t cpu = 0; cpu < CPUS; cpu++) {
			for (size_t e = 0; e < h->written[cpu]; e++)
				h->lost[h->ring[cpu][e].kind - SKSTAT_KIND_OPENED]++;
			h->written[cpu] = 0;
		}
		skstat_model_lost(h->kit->model, 0, true);
	}
	h->now_ns += 1000;
	h->kit->poll.now_ns = h->now_ns - KIT_SECOND;
	kit_begin(h->kit, full);
	h->now_ns += 1000;
	walk(h, full && complete && !partial, quiet);
	skstat_model_walked(h->kit->model, ++h->now_ns);
	if (!quiet && h->mode & WINDOW)
		steps(h, 6);
	if (!late)
		journal(h);
	kit_end(h->kit, complete, partial);
	check(h, settled && !(h->mode & LOSS), poll);
	if (h->mode & LOSS || late)
		return;
	check_count(h, "skstat_tcp_failed_connections", h->failed);
	/* Those of whose process nothing is known yet wait for a record. */
	if (!(h->mode & BY_COMM))
		check_count(h, "skstat_tcp_opened_connections", h->opened);
}

static uint64_t alive(const struct history *h)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SLOTS; i++)
		count += h->sock[i].phase >= CONNECTING;
	return count;
}

/* All that was ever told adds up. */
static void finish(struct history *h)
{
	/* Twice for what opened last; then what was swept may come again; and what closed meanwhile goes. */
	for (int poll = POLLS; poll < POLLS + 4; poll++)
		poll_once(h, poll, true, poll > POLLS);
	check_count(h, "skstat_tcp_opened_connections", h->opened - h->lost[0]);
	check_count(h, "skstat_tcp_failed_connections", h->failed - h->lost[1]);
	check_count(h, "skstat_tcp_closed_connections", h->closed - h->lost[2]);
	check_count(h, "skstat_tcp_connections", alive(h));
	check_count(h, "skstat_tcp_connection_received_bytes", h->closed - h->lost[2]);
	assert_int_equal(skstat_self_get(&h->kit->self, model_tracked), alive(h));
	if (!(h->mode & (LOSS | DELAY)))
		assert_int_equal(skstat_self_get(&h->kit->self, model_unannounced), 0);
}

static void history(uint64_t seed, unsigned int mode)
{
	const struct skstat_model_config config = {
		.netns_limit = 2,
		KIT_VIEW(6, 3600 * KIT_SECOND, .all_histograms = true,
			 .labels = KIT_LABELS | (mode & BY_COMM ? SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM) : 0)),
	};
	struct history *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->kit = kit_new(&config);
	h->mode = mode;
	h->seed = seed;
	h->random = seed * 0x9e3779b97f4a7c15 + 1;
	h->now_ns = 1000 * KIT_SECOND;
	h->journal_ns = UINT64_MAX;
	for (size_t cpu = 0; cpu < CPUS; cpu++)
		assert_non_null(h->ring[cpu] = calloc(RING, sizeof(*h->ring[cpu])));
	/* What was there before. */
	steps(h, 400);
	h->closed = 0;
	h->received_at_close = 0;
	memset(h->truth, 0, sizeof(h->truth));
	h->journal_ns = ++h->now_ns;
	h->kit->poll.journal = true;
	h->kit->poll.journal_ns = h->journal_ns;
	for (int poll = 0; poll < POLLS; poll++) {
		steps(h, 150);
		if (mode & BETWEEN && poll && chance(h, 2)) {
			journal(h);
			steps(h, 50);
		}
		poll_once(h, poll, false, false);
		if (poll % 8 != 7)
			continue;
		/* What the first one finds under a tombstone, its OPENED unread, the second counts. */
		poll_once(h, poll, true, false);
		poll_once(h, poll, true, true);
	}
	finish(h);
	for (size_t cpu = 0; cpu < CPUS; cpu++)
		free(h->ring[cpu]);
	kit_free(h->kit);
	free(h);
}

/* Each mode alone, and all kinds of mixtures. */
static void histories(unsigned int always, unsigned int never)
{
	const char *seed = getenv("SKSTAT_SEED");

	for (uint64_t i = 1; i <= HISTORIES; i++)
		if (!seed || strtoull(seed, NULL, 10) == i)
			history(i, (((unsigned int)(i * 0x9e3779b1u) >> 12 & 0x3ff) | always) & ~never);
}

static void nothing_is_lost(void **state)
{
	(void)state;
	histories(0, LOSS | MISSED | DELAY | STALLS);
}

static void sockets_are_used_again(void **state)
{
	(void)state;
	histories(REUSE | WINDOW, LOSS | MISSED | DELAY | STALLS);
}

/* Between the same ends there is no telling which of two connections it was that a walk saw halfway. */
static void connects_that_stall(void **state)
{
	(void)state;
	histories(STALLS | WINDOW, LOSS | MISSED | DELAY | SAME_TUPLE);
}

static void the_journal_comes_late(void **state)
{
	(void)state;
	histories(DELAY | WINDOW, LOSS | MISSED | SAME_TUPLE | STALLS);
}

/* Without reuse, a close that knows nothing is still as good as any. */
static void the_table_was_full(void **state)
{
	(void)state;
	histories(MISSED, LOSS | REUSE | DELAY | STALLS);
}

static void much_is_lost(void **state)
{
	(void)state;
	histories(LOSS, STALLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(sockets_are_used_again),
		cmocka_unit_test(connects_that_stall),
		cmocka_unit_test(the_journal_comes_late),
		cmocka_unit_test(the_table_was_full),
		cmocka_unit_test(much_is_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_journal", tests, NULL, NULL);
}
