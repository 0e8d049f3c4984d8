// SPDX-License-Identifier: GPL-2.0
/* Real dumps without a kernel: what is known of the recorded sockets is found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../fixtures/dump/recorded.h"
#include "replay.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A recording, and its dump as samples. */
struct recording {
	const char *kernel;
	struct replay replay;
	struct skstat_totals totals;
	struct skstat_sample sample[128];
	size_t count;
	uint64_t netns[RECORDED_PLACES]; /* ids */
};

static int sample_keep(const struct skstat_sample *sample, void *arg)
{
	struct recording *recording = arg;

	assert_true(recording->count < LENGTH(recording->sample));
	recording->sample[recording->count++] = *sample;
	return 0;
}

/* By the listeners whose ports are known. */
static void places_find(struct recording *recording)
{
	for (size_t i = 0; i < recording->count; i++)
		for (size_t r = 0; r < LENGTH(recorded_pairs); r++)
			if (recording->sample[i].kind == SKSTAT_KIND_LISTEN &&
			    recording->sample[i].identity.sport == recorded_pairs[r].port)
				recording->netns[recorded_pairs[r].place] = recording->sample[i].identity.netns;
	assert_int_not_equal(recording->netns[RECORDED_HOME], 0);
	assert_int_not_equal(recording->netns[RECORDED_AWAY], 0);
	assert_int_not_equal(recording->netns[RECORDED_HOME], recording->netns[RECORDED_AWAY]);
}

static int setup(void **state)
{
	struct recording *recording = calloc(1, sizeof(*recording));

	assert_non_null(recording);
	recording->kernel = *state;
	replay_open(&recording->replay, recording->kernel);
	*state = recording;
	assert_int_equal(replay_sock(&recording->replay, sample_keep, recording, &recording->totals), 0);
	places_find(recording);
	return 0;
}

static int teardown(void **state)
{
	struct recording *recording = *state;

	replay_close(&recording->replay);
	free(recording);
	return 0;
}

static void info(void **state)
{
	const struct recording *recording = *state;
	const struct skstat_info *said = &recording->replay.info;

	assert_int_equal(said->abi, SKSTAT_FAMILY_VERSION);
	assert_int_equal(said->namespaces, RECORDED_PLACES);
	assert_true(said->version[0]);
	assert_true(said->hz == 250 || said->hz == 1000);
	assert_true(said->cpus > 0 && said->memory > 0 && said->max_matches > 0);
	assert_int_equal(said->walks, 0); /* it was asked first */
}

/* An id is for ever: whatever was recorded once means the same today. */
static void schema(void **state)
{
	const struct recording *recording = *state;
	const struct skstat_schema *said = &recording->replay.schema;

	assert_true(said->groups > 0 && said->groups <= __SKSTAT_GROUP_MAX);
	for (size_t i = 0; i < said->groups; i++) {
		assert_int_equal(skstat_group_by_name(said->group[i].name), said->group[i].id);
		assert_true(said->group[i].size <= skstat_groups[said->group[i].id].size);
	}
	for (size_t i = 0; i < said->fields; i++) {
		const struct skstat_schema_field *theirs = &said->field[i];
		const struct skstat_field *ours = skstat_field_by_id(theirs->id);

		assert_non_null(ours);
		assert_int_equal(said->available[ours - skstat_fields], theirs->available);
		assert_int_equal(theirs->offset, ours->offset);
		if (!skstat_field_reserved(ours))
			assert_string_equal(theirs->name, ours->name);
	}
	assert_true(said->available[skstat_field_by_name("rtt") - skstat_fields]);
	/* 5.10 knows nothing of accurate ECN. */
	assert_int_equal(said->available[skstat_field_by_name("received_ce") - skstat_fields],
			 strcmp(recording->kernel, "5.10") != 0);
}

/* How many records of that kind and state are there in one place? */
static unsigned int count_of(const struct recording *recording, enum recorded_place place, enum skstat_kind kind,
			     uint8_t tcp_state)
{
	unsigned int count = 0;

	for (size_t i = 0; i < recording->count; i++) {
		const struct skstat_sample *sample = &recording->sample[i];

		count += sample->kind == kind && sample->identity.state == tcp_state &&
			 sample->identity.netns == recording->netns[place];
	}
	return count;
}

static void population(void **state)
{
	static const struct {
		enum recorded_place place;
		enum skstat_kind kind;
		uint8_t state;
		unsigned int count;
	} expected[] = {
		{ RECORDED_HOME, SKSTAT_KIND_LISTEN, TCP_LISTEN, 1 },
		{ RECORDED_HOME, SKSTAT_KIND_FULL, TCP_ESTABLISHED, 2 * RECORDED_QUEUED },
		{ RECORDED_AWAY, SKSTAT_KIND_LISTEN, TCP_LISTEN, 4 },
		{ RECORDED_AWAY, SKSTAT_KIND_FULL, TCP_ESTABLISHED, 0 },
		{ RECORDED_AWAY, SKSTAT_KIND_FULL, TCP_FIN_WAIT2, RECORDED_HALF_CLOSED - RECORDED_HALF_CLOSED / 2 },
		{ RECORDED_AWAY, SKSTAT_KIND_TIMEWAIT, TCP_FIN_WAIT2, RECORDED_HALF_CLOSED / 2 },
		{ RECORDED_AWAY, SKSTAT_KIND_FULL, TCP_CLOSE_WAIT, RECORDED_HALF_CLOSED },
		{ RECORDED_AWAY, SKSTAT_KIND_FULL, TCP_SYN_SENT, RECORDED_EMBRYONIC },
		{ RECORDED_AWAY, SKSTAT_KIND_REQUEST, TCP_SYN_RECV, RECORDED_EMBRYONIC },
		{ RECORDED_AWAY, SKSTAT_KIND_TIMEWAIT, TCP_TIME_WAIT, RECORDED_TIME_WAIT + RECORDED_TIME_WAIT_V6 },
	};
	const struct recording *recording = *state;
	unsigned int sum = 0;

	for (size_t i = 0; i < LENGTH(expected); i++) {
		unsigned int count = expected[i].count;

		for (size_t r = 0; r < LENGTH(recorded_pairs); r++) {
			if (recorded_pairs[r].place != expected[i].place)
				continue;
			if (expected[i].state == TCP_LISTEN)
				count++;
			else if (expected[i].state == TCP_ESTABLISHED)
				count += 2 * recorded_pairs[r].count;
		}
		assert_int_equal(count_of(recording, expected[i].place, expected[i].kind, expected[i].state), count);
		sum += count;
	}
	assert_int_equal(recording->totals.sockets, sum);
	assert_int_equal(recording->count, sum + RECORDED_PLACES);
}

static void totals_add_up(void **state)
{
	const struct recording *recording = *state;
	const struct skstat_totals *totals = &recording->totals;

	assert_int_equal(totals->visited, totals->emitted + totals->filtered + totals->idle + totals->gone);
	assert_int_equal(totals->emitted, totals->sockets);
	assert_int_equal(totals->samples, totals->sockets + RECORDED_PLACES);
	assert_int_equal(totals->samples, recording->count);
	assert_int_equal(totals->skipped + totals->filtered + totals->idle + totals->gone, 0);
	assert_true(totals->instance == recording->replay.info.instance);
	assert_true(totals->token && totals->ns);
	assert_false(totals->partial);
}

/* The states that the namespaces' own records count are those of the records. */
static void namespaces_count_states(void **state)
{
	const struct recording *recording = *state;
	unsigned int seen = 0;

	for (size_t i = 0; i < recording->count; i++) {
		const struct skstat_netns *netns = &recording->sample[i].netns;

		if (recording->sample[i].kind != SKSTAT_KIND_NETNS)
			continue;
		for (enum recorded_place place = 0; place < RECORDED_PLACES; place++) {
			if (netns->netns_id != recording->netns[place])
				continue;
			seen++;
			assert_int_not_equal(netns->netns_inode, 0);
#define ASSERT_COUNT(kind, state, STATE)                                                                              \
	assert_int_equal(netns->state, count_of(recording, place, SKSTAT_KIND_##kind, TCP_##STATE))
			ASSERT_COUNT(FULL, established, ESTABLISHED);
			ASSERT_COUNT(FULL, syn_sent, SYN_SENT);
			ASSERT_COUNT(REQUEST, syn_recv, SYN_RECV);
			ASSERT_COUNT(TIMEWAIT, time_wait, TIME_WAIT);
			ASSERT_COUNT(FULL, close_wait, CLOSE_WAIT);
			ASSERT_COUNT(LISTEN, listen, LISTEN);
#undef ASSERT_COUNT
			assert_int_equal(netns->fin_wait2,
					 count_of(recording, place, SKSTAT_KIND_FULL, TCP_FIN_WAIT2) +
						 count_of(recording, place, SKSTAT_KIND_TIMEWAIT, TCP_FIN_WAIT2));
			assert_int_equal(netns->close + netns->last_ack + netns->closing + netns->fin_wait1, 0);
		}
	}
	assert_int_equal(seen, RECORDED_PLACES);
}

/* The end of a connection with these ports (0: any) that has sent so much, or NULL. */
static const struct skstat_sample *end_find(const struct recording *recording, uint64_t netns, uint16_t sport,
					    uint16_t dport, uint64_t sent)
{
	for (size_t i = 0; i < recording->count; i++) {
		const struct skstat_sample *sample = &recording->sample[i];

		if (sample->kind == SKSTAT_KIND_FULL && sample->identity.netns == netns &&
		    (!sport || sample->identity.sport == sport) && (!dport || sample->identity.dport == dport) &&
		    sample->traffic.bytes_sent - sample->traffic.bytes_retrans == sent)
			return sample;
	}
	return NULL;
}

static void assert_end(const struct skstat_sample *sample, enum pair_family family, uint64_t received)
{
	static const struct {
		uint8_t family;
		struct skstat_addr address;
	} expected[] = {
		[PAIR_V4] = { AF_INET, { { 127, 0, 0, 1 } } },
		[PAIR_V6] = { AF_INET6, { { [15] = 1 } } },
		[PAIR_MAPPED] = { AF_INET6, { { [10] = 0xff, 0xff, 127, 0, 0, 1 } } },
	};

	assert_int_equal(sample->identity.state, TCP_ESTABLISHED);
	assert_int_equal(sample->identity.family, expected[family].family);
	assert_memory_equal(&sample->identity.saddr, &expected[family].address, sizeof(struct skstat_addr));
	assert_memory_equal(&sample->identity.daddr, &expected[family].address, sizeof(struct skstat_addr));
	assert_int_not_equal(sample->identity.cookie, 0);
	assert_int_equal(sample->traffic.bytes_received, received);
	assert_true(sample->traffic.data_segs_out > 0 && sample->traffic.data_segs_in > 0);
	assert_int_equal(sample->traffic.rqueue + sample->traffic.wqueue, 0);
	assert_true(sample->tcp.rtt > 0 && sample->tcp.snd_cwnd > 0);
	assert_true(sample->congestion.cong.text[0]);
}

static void traffic(void **state)
{
	const struct recording *recording = *state;

	for (size_t r = 0; r < LENGTH(recorded_pairs); r++) {
		const struct recorded_pairs *row = &recorded_pairs[r];
		uint64_t netns = recording->netns[row->place];

		for (size_t n = 1; n <= row->count; n++) {
			const struct skstat_sample *client, *server;

			client = end_find(recording, netns, 0, row->port, n * row->request);
			assert_non_null(client);
			server = end_find(recording, netns, row->port, client->identity.sport, n * row->response);
			assert_non_null(server);
			assert_end(client, row->family, n * row->response);
			assert_end(server, row->family, n * row->request);
			/* The one who connects has its SYN acknowledged as a byte. */
			assert_int_equal(client->traffic.bytes_acked, n * row->request + 1);
			assert_int_equal(server->traffic.bytes_acked, n * row->response);
		}
	}
}

static void queues(void **state)
{
	const struct recording *recording = *state;
	unsigned int accepting = 0, embryonic = 0;

	for (size_t i = 0; i < recording->count; i++) {
		const struct skstat_listen *listener = &recording->sample[i].listen;

		if (recording->sample[i].kind != SKSTAT_KIND_LISTEN)
			continue;
		if (listener->accept_queue) {
			assert_int_equal(listener->accept_queue, RECORDED_QUEUED);
			assert_int_equal(listener->accept_limit, RECORDED_QUEUED + 1);
			accepting++;
		}
		if (listener->syn_queue) {
			assert_int_equal(listener->syn_queue, RECORDED_EMBRYONIC);
			embryonic++;
		}
	}
	assert_int_equal(accepting, 1);
	assert_int_equal(embryonic, 1);
}

static uint64_t counter(const struct recording *recording, const struct skstat_mib *mib, uint32_t table,
			const char *name)
{
	for (uint32_t i = 0; i < mib->count[table]; i++) {
		const char *theirs = skstat_schema_counter_name(&recording->replay.schema, table, i);

		assert_non_null(theirs);
		if (strcmp(theirs, name) == 0)
			return skstat_mib_value(mib, table, i);
	}
	fail_msg("the schema has no counter %s", name);
	return 0;
}

struct mib_check {
	const struct recording *recording;
	unsigned int seen;
};

static int mib_of_a_place(const struct skstat_mib *mib, void *arg)
{
	struct mib_check *check = arg;
	const struct recording *recording = check->recording;
	bool home = mib->netns == recording->netns[RECORDED_HOME];
	unsigned int opened = home ? RECORDED_QUEUED :
				     RECORDED_HALF_CLOSED + RECORDED_TIME_WAIT + RECORDED_TIME_WAIT_V6;
	unsigned int embryonic = home ? 0 : RECORDED_EMBRYONIC;
	unsigned int half_closed = home ? 0 : RECORDED_HALF_CLOSED;

	assert_true(home || mib->netns == recording->netns[RECORDED_AWAY]);
	for (size_t r = 0; r < LENGTH(recorded_pairs); r++)
		opened += home == (recorded_pairs[r].place == RECORDED_HOME) ? recorded_pairs[r].count : 0;
	check->seen++;
	assert_int_not_equal(mib->inode, 0);
	assert_int_equal(counter(recording, mib, SKSTAT_MIB_TCP, "ActiveOpens"), opened + embryonic);
	assert_int_equal(counter(recording, mib, SKSTAT_MIB_TCP, "PassiveOpens"), opened);
	assert_int_equal(counter(recording, mib, SKSTAT_MIB_TCP, "CurrEstab"),
			 count_of(recording, home ? RECORDED_HOME : RECORDED_AWAY, SKSTAT_KIND_FULL, TCP_ESTABLISHED) +
				 half_closed);
	assert_true(counter(recording, mib, SKSTAT_MIB_TCP, "OutSegs") > 0);
	assert_true(counter(recording, mib, SKSTAT_MIB_TCPEXT, "TCPPureAcks") > 0);
	assert_true(mib->count[SKSTAT_MIB_IP] > 0 && mib->count[SKSTAT_MIB_IP6] > 0);
	return 0;
}

static void mib(void **state)
{
	struct mib_check check = { .recording = *state };

	assert_int_equal(replay_mib(&check.recording->replay, mib_of_a_place, &check), 0);
	assert_int_equal(check.seen, RECORDED_PLACES);
}

static int stop_at_once(const struct skstat_sample *sample, void *arg)
{
	(void)sample;
	(void)arg;
	return 1;
}

static void stopped(void **state)
{
	const struct recording *recording = *state;
	struct skstat_totals totals;

	assert_int_equal(replay_sock(&recording->replay, stop_at_once, NULL, &totals), 1);
	assert_int_equal(totals.samples, 1);
	assert_int_equal(replay_sock(&recording->replay, NULL, NULL, NULL), 0);
}

int main(void)
{
#define TEST_ON(kernel, test) { #test " of " kernel, test, setup, teardown, (void *)(uintptr_t)(kernel) }
#define TESTS_ON(kernel)                                                                                              \
	TEST_ON(kernel, info), TEST_ON(kernel, schema), TEST_ON(kernel, population), TEST_ON(kernel, totals_add_up),  \
	TEST_ON(kernel, namespaces_count_states), TEST_ON(kernel, traffic), TEST_ON(kernel, queues),                  \
	TEST_ON(kernel, mib), TEST_ON(kernel, stopped),
	const struct CMUnitTest tests[] = { REPLAY_KERNELS(TESTS_ON) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
