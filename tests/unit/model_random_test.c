// SPDX-License-Identifier: GPL-2.0
/*
 * Random histories of sockets, driven against a model and against a list in which every byte is known. The seed is
 * fixed: a failure comes again.
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
#include "model/table.h"
#include "model_kit.h"

static uint64_t seed;

static uint64_t chance(uint64_t limit)
{
	return chance_of(&seed, limit);
}

/* --- the table, against an array */

#define COOKIES 3000

static void table(void **state)
{
	static struct skstat_entry *known[COOKIES];
	struct skstat_table table = { 0 };
	size_t count = 0;

	(void)state;
	seed = 42;
	memset(known, 0, sizeof(known));
	for (int step = 0; step < 200000; step++) {
		uint64_t cookie = chance(COOKIES);
		struct skstat_entry *found = skstat_table_find(&table, cookie);

		assert_ptr_equal(found, known[cookie]);
		/* phases in which it grows, and in which it shrinks */
		if (!found && chance(100) < (step / 20000 % 2 ? 20u : 80u)) {
			known[cookie] = skstat_table_insert(&table, cookie);
			assert_non_null(known[cookie]);
			assert_int_equal(known[cookie]->values.bytes_sent, 0);
			known[cookie]->kind = SKSTAT_KIND_FULL;
			known[cookie]->values.bytes_sent = cookie + 1;
			count++;
		} else if (found && chance(100) < (step / 20000 % 2 ? 80u : 20u)) {
			assert_int_equal(found->values.bytes_sent, cookie + 1);
			skstat_table_remove(&table, found);
			known[cookie] = NULL;
			count--;
		}
		assert_int_equal(table.count, count);
	}
	for (uint32_t index = 0; skstat_table_next(&table, &index);)
		count--;
	assert_int_equal(count, 0);
	skstat_table_free(&table);
}

/* --- the model, against the truth */

#define SOCKETS 300
#define POLLS 400

/* What a kernel would know of a socket. */
struct life {
	bool alive;
	uint64_t cookie;
	uint16_t sport, dport;
	uint8_t state;
	bool known;	 /* to the model */
	bool fin;	 /* 1 in `received` is one */
	uint64_t bytes, received;
	uint32_t segs;	 /* wraps */
	uint32_t busy;	 /* of all connections of the socket */
	uint64_t untold_bytes, untold_received, untold_segs, untold_busy; /* since the last record */
};

static struct life life[SOCKETS];
static uint64_t next_cookie;

/* A connection begins: on a new socket, or on the old one after tcp_disconnect(). */
static void life_begin(struct life *l, bool again)
{
	uint32_t busy = l->busy;

	if (again) {
		/* What the last one did since it was seen is lost to polls; busy time goes on. */
		uint64_t untold = l->untold_busy;
		bool known = l->known;
		uint64_t cookie = l->cookie;
		uint16_t sport = l->sport;

		memset(l, 0, sizeof(*l));
		l->cookie = cookie;
		l->busy = busy;
		l->untold_busy = untold;
		l->known = known;
		l->sport = (uint16_t)(sport == 60999 ? 32768 : sport + 1);
	} else {
		memset(l, 0, sizeof(*l));
		l->cookie = next_cookie++;
		l->sport = (uint16_t)(32768 + chance(20000));
	}
	l->alive = true;
	l->dport = (uint16_t)(chance(8) ? 80 + chance(4) : 1000 + chance(30));
	l->state = TCP_ESTABLISHED;
}

static void life_go_on(struct life *l)
{
	uint64_t bytes = chance(3) ? 0 : chance(100000), segs = chance(3) ? 0 : chance(1 << 28), busy = chance(900);
	uint64_t received = l->fin || chance(3) ? 0 : chance(5000);

	l->bytes += bytes;
	l->untold_bytes += bytes;
	l->received += received;
	l->untold_received += received;
	l->segs += (uint32_t)segs;
	l->untold_segs += segs;
	l->busy += (uint32_t)busy;
	l->untold_busy += busy;
	if (!l->fin && !chance(50)) {
		l->fin = true;
		l->received++;
		l->state = chance(2) ? TCP_CLOSE_WAIT : TCP_CLOSING;
	}
}

static struct skstat_sample life_sample(const struct life *l)
{
	struct skstat_sample s = kit_connection(l->cookie, "10.0.0.1:1", "10.0.0.2:1");

	s.identity.sport = l->sport;
	s.identity.dport = l->dport;
	s.identity.state = l->state;
	s.traffic.bytes_sent = l->bytes;
	s.traffic.bytes_received = l->received;
	s.traffic.segs_out = l->segs;
	s.tcp.busy_time = l->busy;
	return s;
}

static void histories(void **state)
{
	uint64_t bytes = 0, received = 0, segs = 0, busy = 0, last = 0;
	struct kit *kit = kit_new(NULL);
	bool ready = false;

	(void)state;
	seed = 4711;
	next_cookie = 1;
	memset(life, 0, sizeof(life));
	for (int poll = 0; poll < POLLS; poll++) {
		/* of ten polls: seven deltas, one partial, one broken off, one full; anything may come in any */
		unsigned int what = (unsigned int)chance(10);
		bool complete = what != 8, partial = what == 7, full = what >= 7;
		double alive = 0;

		if (!chance(60))
			kit->poll.instance++;
		kit_begin(kit, full);
		for (size_t i = 0; i < SOCKETS; i++) {
			struct life *l = &life[i];
			struct skstat_sample s;

			if (!l->alive && !chance(4))
				life_begin(l, false);
			else if (l->alive && !chance(40))
				life_begin(l, true);
			else if (l->alive && !chance(30))
				l->alive = false;
			if (!l->alive)
				continue;
			life_go_on(l);
			alive++;
			/* A complete full walk brings each. */
			if ((!full || partial || !complete) && chance(2))
				continue;
			s = life_sample(l);
			kit_put(kit, &s);
			if (!chance(20))
				kit_put(kit, &s);
			if (l->known || ready) {
				bytes += l->untold_bytes;
				received += l->untold_received;
				segs += l->untold_segs;
				busy += l->untold_busy;
			}
			l->known = true;
			l->untold_bytes = l->untold_received = l->untold_segs = l->untold_busy = 0;
		}
		kit_end(kit, complete, partial);
		if (full && complete && !partial) {
			ready = true;
			assert_true(kit_sum(kit, "skstat_tcp_connections") == alive);
			assert_int_equal(skstat_self_get(&kit->self, model_tracked), (uint64_t)alive);
		}
		assert_int_equal(ready, skstat_model_ready(kit->model));
		assert_true(kit_sum(kit, "skstat_tcp_sent_bytes") == (double)bytes);
		assert_true(kit_sum(kit, "skstat_tcp_received_bytes") == (double)received);
		assert_true(kit_sum(kit, "skstat_tcp_sent_segments") == (double)segs);
		assert_true(kit_sum(kit, "skstat_tcp_busy_seconds") > (double)busy / 1000 - 1e-6);
		assert_true(kit_sum(kit, "skstat_tcp_busy_seconds") < (double)busy / 1000 + 1e-6);
		assert_true(bytes >= last);
		last = bytes;
	}
	assert_true(skstat_self_get(&kit->self, model_generations) > 100);
	assert_true(kit_value(kit, "skstat_view_folded", "default") > 100);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(table), cmocka_unit_test(histories) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_random", tests, NULL, NULL);
}
