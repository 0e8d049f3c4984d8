// SPDX-License-Identifier: GPL-2.0
/*
 * Records in place: whatever comes, a model that gets runs must say the same as one that gets the same records one by
 * one. The seed is fixed: a failure comes again.
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
#include "render/text_format.h"

static uint64_t seed;

static uint64_t chance(uint64_t limit)
{
	return chance_of(&seed, limit);
}

#define SOCKETS 200
#define POLLS	600
#define RECORDS 40 /* of a run, at most */

struct socket {
	struct skstat_sample sample;
	bool alive;
};

static struct socket sockets[SOCKETS];
static uint64_t next_cookie;

/* A counter goes on: mostly a little, now and then nearly around. */
static uint32_t step(void)
{
	return (uint32_t)(chance(3) ? 0 : chance(100) ? chance(5000) : chance(UINT32_C(1) << 31));
}

static void socket_begin(struct socket *socket)
{
	static const char *const locals[] = { "10.0.0.1:80", "10.0.0.1:33000", "[::1]:443", "[::ffff:10.0.0.1]:80" };
	static const char *const remotes[] = { "10.0.0.2:40000", "10.0.0.2:22", "[::2]:50000",
					       "[::ffff:10.0.0.2]:40000" };
	size_t which = chance(4);

	socket->sample = kit_connection(next_cookie++, locals[which], remotes[which]);
	socket->sample.identity.state = chance(4) ? TCP_ESTABLISHED : chance(2) ? TCP_SYN_SENT : TCP_SYN_RECV;
	socket->sample.identity.netns = 1 + chance(3);
	socket->sample.identity.sport = (uint16_t)(socket->sample.identity.sport + chance(3));
	socket->alive = true;
}

static void socket_go_on(struct socket *socket)
{
	struct skstat_traffic *traffic = &socket->sample.traffic;
	struct skstat_tcp *tcp = &socket->sample.tcp;
	uint8_t *state = &socket->sample.identity.state;

	if (!chance(3))
		return;
	traffic->bytes_sent += step();
	traffic->bytes_retrans += step();
	traffic->bytes_acked += step();
	traffic->bytes_received += step();
	traffic->segs_out += step();
	traffic->segs_in += step();
	traffic->data_segs_out += step();
	traffic->total_retrans += step();
	traffic->delivered += step();
	traffic->delivered_ce += step();
	traffic->rqueue = step();
	traffic->wqueue = step();
	tcp->rtt = step();
	tcp->min_rtt = chance(2) ? UINT32_MAX : step();
	tcp->snd_cwnd = step();
	tcp->busy_time += (uint32_t)chance(300);
	tcp->rwnd_limited += step();
	tcp->sndbuf_limited += step();
	tcp->dsack_dups += step();
	tcp->reord_seen += step();
	tcp->rcv_ooopack += step();
	tcp->total_rto_time += step();
	tcp->total_rto = (uint16_t)(tcp->total_rto + step() % 30000);
	tcp->total_lost += step();
	socket->sample.memory.drops += step();
	/* What trembles, and what tcp_disconnect() zeroes. */
	if (!chance(30))
		tcp->busy_time -= tcp->busy_time ? 1 : 0;
	if (!chance(30))
		tcp->total_rto_time -= tcp->total_rto_time ? 1 : 0;
	if (!chance(60))
		traffic->bytes_sent = traffic->segs_out = 0;
	if (!chance(60))
		socket->sample.identity.dport++;
	if (!chance(10))
		*state = (uint8_t)(1 + chance(11));
	if (*state == TCP_LISTEN || *state == TCP_TIME_WAIT)
		*state = TCP_ESTABLISHED;
	if (!chance(20))
		tcp->fin_received = true;
}

/* What schema and records have: all of it, or less. */
static void scene_change(struct kit *a, struct kit *b)
{
	static const char *const rare[] = { "total_rto", "total_rto_time" };
	bool some = !chance(3);

	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		a->schema.available[i] = b->schema.available[i] = !some || chance(20);
	/* These, many kernels do not have; what stands there then must not be counted. */
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++) {
		size_t field = (size_t)(skstat_field_by_name(rare[i]) - skstat_fields);

		a->schema.available[field] = b->schema.available[field] = chance(2);
	}
}

/* A run of these records into the model; at an odd place now and then, with groups that end early now and then. */
static void run_put(struct kit *kit, struct skstat_sample *sample, size_t count)
{
	static _Alignas(8) unsigned char bytes[RECORDS * sizeof(*sample) + sizeof(struct skstat_run) + 8];
	unsigned char *start = bytes + (chance(8) ? 0 : 4), *at = start + sizeof(struct skstat_run);
	struct skstat_run run = { .kind = SKSTAT_KIND_FULL, .count = (uint32_t)count };
	struct skstat_run_reader reader;
	bool shorter = !chance(10);

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		if (!sample->size[g])
			continue;
		run.groups |= 1u << g;
		run.size[g] = sample->size[g];
		if (shorter && g != SKSTAT_GROUP_IDENTITY)
			run.size[g] = (uint16_t)(8 + chance(sample->size[g] / 8) * 8);
		run.stride = (uint16_t)(run.stride + run.size[g]);
	}
	memcpy(start, &run, sizeof(run));
	for (size_t i = 0; i < count; i++) {
#define PUT(GROUP, group, kinds)                                                 \
	memcpy(at, &sample[i].group, run.size[SKSTAT_GROUP_##GROUP]);            \
	memset((unsigned char *)&sample[i].group + run.size[SKSTAT_GROUP_##GROUP], 0,           \
	       sizeof(sample[i].group) - run.size[SKSTAT_GROUP_##GROUP]);        \
	sample[i].size[SKSTAT_GROUP_##GROUP] = run.size[SKSTAT_GROUP_##GROUP];   \
	at += run.size[SKSTAT_GROUP_##GROUP];
		SKSTAT_GROUPS(PUT)
#undef PUT
	}
	assert_int_equal(skstat_run_open(&reader, start, (size_t)(at - start)), 0);
	assert_int_equal(skstat_model_run(&reader, kit->model), 0);
	assert_int_equal(reader.count, 0);
}

static void text_of(struct kit *kit, struct skstat_buffer *text)
{
	struct skstat_families *set = skstat_families_new();

	assert_non_null(set);
	skstat_model_families(kit->model, set);
	skstat_buffer_clear(text);
	skstat_text_render(text, set, false);
	skstat_buffer_put(text, "", 1);
	assert_false(text->failed || set->failed);
	skstat_families_free(set);
}

static void event_put(struct kit *a, struct kit *b, const struct socket *socket, bool opened)
{
	struct skstat_sample event = socket->sample;

	kit_event(&event, opened ? SKSTAT_KIND_OPENED : SKSTAT_KIND_CLOSED, 1,
		  a->poll.now_ns - chance(chance(2) ? KIT_SECOND : 20 * KIT_SECOND));
	event.event.event_direction = (uint8_t)(1 + chance(2));
	assert_int_equal(skstat_model_event(&event, a->model), 0);
	assert_int_equal(skstat_model_event(&event, b->model), 0);
}

#define LABEL(NAME) SKSTAT_LABEL_BIT(SKSTAT_LABEL_##NAME)

/* The first one is never exchanged. */
static const struct skstat_view_config views[] = {
	{ .name = "default", .labels = KIT_LABELS, .limit = 5, .ttl_ns = 5 * KIT_SECOND, .all_histograms = true },
	{ .name = "states", .labels = LABEL(STATE) | LABEL(DIRECTION), .limit = 9, .ttl_ns = 3600 * KIT_SECOND,
	  .top = { 5, 5, 5, 5 } },
	{ .name = "remotes", .labels = LABEL(REMOTE) | LABEL(NETNS), .limit = 3, .ttl_ns = KIT_SECOND,
	  .remote_ipv4 = 24, .remote_ipv6 = 64, .all_histograms = true },
	{ .name = "open", .labels = LABEL(FAMILY), .limit = 2, .ttl_ns = KIT_SECOND,
	  .match = { .states = 1u << TCP_ESTABLISHED, .directions = 1u << 1 } },
	{ .name = "both", .labels = LABEL(PORT), .limit = 2, .ttl_ns = KIT_SECOND, .match = { .families = 3 } },
	/* Who asks for processes waits for them with what opens, in all views. */
	{ .name = "processes", .labels = LABEL(COMM), .limit = 2, .ttl_ns = KIT_SECOND },
};

#define PLAIN_VIEWS 5

/* Others than before, in another order; the first of them is among them, somewhere. */
static void views_change(struct kit *kit, size_t of)
{
	struct skstat_view_config list[6];
	size_t first = chance(3), count = first + 1 + chance(3);

	for (size_t i = 0; i < count; i++)
		list[i] = views[i == first ? 0 : 1 + chance(of - 1)];
	assert_int_equal(skstat_model_views(kit->model, list, count), 0);
}

/* The lines of one view alone. */
static void keep_view(struct skstat_buffer *text, const char *view)
{
	char *to = text->data, *line = text->data, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (!strstr(line, view))
			continue;
		*end = '\n';
		memmove(to, line, (size_t)(end + 1 - line));
		to += end + 1 - line;
	}
	*to = '\0';
}

enum mode {
	PLAIN,	  /* both have one view */
	MANY,	  /* both have many, and change them at the same time */
	RELOADED, /* one of them changes all but its first, which must not notice */
};

static void same(enum mode mode)
{
	struct skstat_model_config config = { .netns_limit = 20, .view = views, .views = mode == MANY ? 6 : 1 };
	struct kit *a = kit_new(mode == PLAIN ? NULL : &config), *b = kit_new(mode == PLAIN ? NULL : &config);
	struct skstat_buffer said = { 0 }, other = { 0 };
	struct skstat_sample sample[RECORDS];
	uint64_t before;

	seed = 20231;
	next_cookie = 1;
	memset(sockets, 0, sizeof(sockets));
	a->poll.journal = b->poll.journal = true;
	for (int poll = 0; poll < POLLS; poll++) {
		bool full = chance(3) == 0, complete = chance(10) != 0;
		size_t count = 0;

		if (!chance(20))
			scene_change(a, b);
		kit_begin(a, full);
		kit_begin(b, full);
		for (size_t i = 0; i < SOCKETS; i++) {
			struct socket *socket = &sockets[i];

			if (!socket->alive && !chance(10)) {
				socket_begin(socket);
				if (chance(2))
					event_put(a, b, socket, true);
			} else if (socket->alive && !chance(60)) {
				socket->alive = false;
				if (chance(4))
					event_put(a, b, socket, false);
			}
			if (!socket->alive)
				continue;
			/* Of one that was there before, late. */
			if (!chance(200))
				event_put(a, b, socket, true);
			socket_go_on(socket);
			sample[count++] = socket->sample;
			if (!chance(50))
				sample[count++] = socket->sample;
			if (count < RECORDS - 2 && i < SOCKETS - 1)
				continue;
			/* A few of a run may be of other sockets than before: in parts. */
			run_put(b, sample, count);
			for (size_t s = 0; s < count; s++)
				kit_put(a, &sample[s]);
			count = 0;
		}
		if (count)
			run_put(b, sample, count);
		for (size_t s = 0; s < count; s++)
			kit_put(a, &sample[s]);
		skstat_model_heard(a->model);
		skstat_model_heard(b->model);
		kit_end(a, complete, false);
		kit_end(b, complete, false);
		text_of(a, &said);
		text_of(b, &other);
		if (mode == RELOADED) {
			keep_view(&said, "view=\"default\"");
			keep_view(&other, "view=\"default\"");
			skstat_self_set(&b->self, model_bytes, skstat_self_get(&a->self, model_bytes));
			skstat_self_set(&b->self, memory_held, skstat_self_get(&a->self, memory_held));
		}
		assert_string_equal(said.data, other.data);
		assert_memory_equal(&a->self, &b->self, sizeof(a->self));
		if (mode == PLAIN || chance(mode == MANY ? 20 : 5))
			continue;
		before = seed;
		views_change(b, mode == MANY ? 6 : PLAIN_VIEWS);
		if (mode == RELOADED)
			continue;
		seed = before;
		views_change(a, 6);
	}
	assert_true(skstat_self_get(&a->self, model_updated) > 10000);
	assert_true(skstat_self_get(&a->self, model_generations) > 100);
	skstat_buffer_free(&said);
	skstat_buffer_free(&other);
	kit_free(a);
	kit_free(b);
}

static void one_view(void **state)
{
	(void)state;
	same(PLAIN);
}

static void many_views(void **state)
{
	(void)state;
	same(MANY);
}

/* Sums, distributions, gauges, groups that come and go: all as if nothing had happened. */
static void a_view_that_stays_does_not_notice(void **state)
{
	(void)state;
	same(RELOADED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_view),
		cmocka_unit_test(many_views),
		cmocka_unit_test(a_view_that_stays_does_not_notice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_run", tests, NULL, NULL);
}
