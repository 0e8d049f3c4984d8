// SPDX-License-Identifier: GPL-2.0
/* The parsers of whole messages, fed with messages made by hand: right ones, cut ones, wrong ones. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made.h"

static void info(void **state)
{
	struct skstat_info info;
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_INFO);
	made_put(&made, SKSTAT_INFO_VERSION, "0.1.0", 6);
	made_put_u32(&made, SKSTAT_INFO_ABI, 1);
	made_put_u64(&made, SKSTAT_INFO_INSTANCE, 0xfedcba9876543210);
	made_put(&made, 999, "from a newer module", 19);
	made_put_u32(&made, SKSTAT_INFO_HZ, 250);
	made_put(&made, SKSTAT_INFO_PAD, NULL, 0);
	made_put_u64(&made, SKSTAT_INFO_WALK_NS, 12345678901);
	assert_int_equal(skstat_info_parse(&made.header, &info), 0);
	assert_string_equal(info.version, "0.1.0");
	assert_int_equal(info.abi, 1);
	assert_true(info.instance == 0xfedcba9876543210);
	assert_int_equal(info.hz, 250);
	assert_true(info.walk_ns == 12345678901);
	assert_int_equal(info.cpus, 0);
	assert_false(info.probe[SKSTAT_PROBE_LIFE].known);

	made_put_u64(&made, SKSTAT_INFO_CPUS, 4);
	assert_int_equal(skstat_info_parse(&made.header, &info), -EBADMSG);
}

static void put_probe(struct made *made, uint32_t id, uint64_t hits)
{
	size_t nest = made_nest_start(made, SKSTAT_INFO_PROBE);

	made_put_u64(made, SKSTAT_INFO_PROBE_HITS, hits);
	made_put_u32(made, SKSTAT_INFO_PROBE_ID, id);
	made_put_u32(made, SKSTAT_INFO_PROBE_AVAILABLE, 7);
	made_put_u32(made, SKSTAT_INFO_PROBE_HOLDERS, 2);
	made_put(made, SKSTAT_INFO_PROBE_PAD, NULL, 0);
	made_put_u64(made, SKSTAT_INFO_PROBE_DROPS, 3);
	made_put_u64(made, SKSTAT_INFO_PROBE_SAMPLES, 4);
	made_put_u64(made, SKSTAT_INFO_PROBE_SAMPLE_NS, 5);
	made_put_u64(made, SKSTAT_INFO_PROBE_MISSED, 6);
	made_nest_end(made, nest);
}

static void info_of_a_journal(void **state)
{
	const struct skstat_info_probe *life;
	struct skstat_info info;
	struct made made;
	size_t nest;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_INFO);
	made_put_u32(&made, SKSTAT_INFO_JOURNAL_EVENTS, 4096);
	made_put_u64(&made, SKSTAT_INFO_JOURNAL_WRITTEN, 11);
	made_put_u64(&made, SKSTAT_INFO_JOURNAL_DROPPED, 12);
	made_put_u64(&made, SKSTAT_INFO_DOORBELLS, 13);
	made_put_u64(&made, SKSTAT_INFO_CONN_PLACES, 14);
	made_put_u64(&made, SKSTAT_INFO_CONN_USED, 15);
	made_put_u64(&made, SKSTAT_INFO_CONN_MISSES, 16);
	put_probe(&made, SKSTAT_PROBE_LIFE, 100);
	put_probe(&made, SKSTAT_PROBE_SYNACK, 500);
	put_probe(&made, SKSTAT_PROBE_UNSPEC, 1);
	put_probe(&made, __SKSTAT_PROBE_MAX, 1);
	put_probe(&made, UINT32_MAX, 1);
	assert_int_equal(skstat_info_parse(&made.header, &info), 0);
	assert_int_equal(info.journal_events, 4096);
	assert_int_equal(info.journal_written, 11);
	assert_int_equal(info.journal_dropped, 12);
	assert_int_equal(info.doorbells, 13);
	assert_int_equal(info.conn_places, 14);
	assert_int_equal(info.conn_used, 15);
	assert_int_equal(info.conn_misses, 16);
	life = &info.probe[SKSTAT_PROBE_LIFE];
	assert_true(life->known && life->available);
	assert_int_equal(life->holders, 2);
	assert_int_equal(life->hits, 100);
	assert_int_equal(life->drops, 3);
	assert_int_equal(life->samples, 4);
	assert_int_equal(life->sample_ns, 5);
	assert_int_equal(life->missed, 6);
	assert_int_equal(info.probe[SKSTAT_PROBE_SYNACK].hits, 500);
	assert_false(info.probe[SKSTAT_PROBE_UNSPEC].known || info.probe[SKSTAT_PROBE_READER].known);

	nest = made_nest_start(&made, SKSTAT_INFO_PROBE);
	made_put_u64(&made, SKSTAT_INFO_PROBE_ID, 1);
	made_nest_end(&made, nest);
	assert_int_equal(skstat_info_parse(&made.header, &info), -EBADMSG);
}

static void info_with_a_long_version(void **state)
{
	char name[SKSTAT_NAME_SIZE + 1];
	struct skstat_info info;
	struct made made;

	(void)state;
	memset(name, 'x', sizeof(name));
	made_start_genl(&made, SKSTAT_CMD_INFO);
	made_put(&made, SKSTAT_INFO_VERSION, name, SKSTAT_NAME_SIZE - 1); /* no 0 at its end: taken all the same */
	assert_int_equal(skstat_info_parse(&made.header, &info), 0);
	assert_int_equal(strlen(info.version), SKSTAT_NAME_SIZE - 1);

	made_start_genl(&made, SKSTAT_CMD_INFO);
	made_put(&made, SKSTAT_INFO_VERSION, name, SKSTAT_NAME_SIZE);
	assert_int_equal(skstat_info_parse(&made.header, &info), -EBADMSG);
}

static void put_field(struct made *made, const struct skstat_field *field, uint32_t offset, uint32_t available)
{
	size_t nest = made_nest_start(made, SKSTAT_SCHEMA_FIELD);

	made_put_u32(made, SKSTAT_SCHEMA_FIELD_ID, field->id);
	made_put(made, SKSTAT_SCHEMA_FIELD_NAME, field->name, strlen(field->name) + 1);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_GROUP, field->group);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_TYPE, field->type);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_KIND, field->kind);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_UNIT, field->unit);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_OFFSET, offset);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_SIZE, field->size);
	made_put_u32(made, SKSTAT_SCHEMA_FIELD_AVAILABLE, available);
	made_nest_end(made, nest);
}

static void put_schema_probe(struct made *made, uint32_t id, const char *name, uint32_t available)
{
	size_t nest = made_nest_start(made, SKSTAT_SCHEMA_PROBE);

	made_put_u32(made, SKSTAT_SCHEMA_PROBE_ID, id);
	made_put(made, SKSTAT_SCHEMA_PROBE_NAME, name, strlen(name) + 1);
	made_put_u32(made, SKSTAT_SCHEMA_PROBE_AVAILABLE, available);
	made_nest_end(made, nest);
}

static void schema_of_probes(void **state)
{
	struct skstat_schema schema = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_SCHEMA);
	put_schema_probe(&made, SKSTAT_PROBE_LIFE, "life", 1);
	put_schema_probe(&made, SKSTAT_PROBE_ACCEPT, "accept", 0);
	assert_int_equal(skstat_schema_parse(&made.header, &schema), 0);
	/* Of a newer module: listed, and of no use here. */
	made_start_genl(&made, SKSTAT_CMD_SCHEMA);
	put_schema_probe(&made, SKSTAT_PROBE_SYNACK, "synack", 1);
	put_schema_probe(&made, 63, "newer", 1);
	put_schema_probe(&made, 1000, "newest", 1);
	put_schema_probe(&made, SKSTAT_PROBE_UNSPEC, "none", 1);
	assert_int_equal(skstat_schema_parse(&made.header, &schema), 0);

	assert_int_equal(schema.probes, 6);
	assert_int_equal(schema.probe[0].id, SKSTAT_PROBE_LIFE);
	assert_string_equal(schema.probe[1].name, "accept");
	assert_false(schema.probe[1].available);
	assert_true(schema.probe[4].available);
	assert_int_equal(schema.probes_available, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(SYNACK));
	skstat_schema_free(&schema);
	assert_null(schema.probe);
	assert_int_equal(schema.probes_available, 0);
}

static void schema(void **state)
{
	const struct skstat_field *rtt = skstat_field_by_name("rtt"), *uid = skstat_field_by_name("uid");
	const struct skstat_field *drops = skstat_field_by_name("drops");
	struct skstat_schema schema = { 0 };
	struct made made;
	size_t nest;

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		made_start_genl(&made, SKSTAT_CMD_SCHEMA);
		nest = made_nest_start(&made, SKSTAT_SCHEMA_COUNTER);
		made_put_u32(&made, SKSTAT_SCHEMA_COUNTER_TABLE, SKSTAT_MIB_TCPEXT);
		made_put_u32(&made, SKSTAT_SCHEMA_COUNTER_INDEX, i);
		made_put(&made, SKSTAT_SCHEMA_COUNTER_NAME, i == 3 ? "Three" : "Other", 6);
		made_nest_end(&made, nest);
		assert_int_equal(skstat_schema_parse(&made.header, &schema), 0);
	}
	made_start_genl(&made, SKSTAT_CMD_SCHEMA);
	nest = made_nest_start(&made, SKSTAT_SCHEMA_GROUP);
	made_put_u32(&made, SKSTAT_SCHEMA_GROUP_ID, 4);
	made_put(&made, SKSTAT_SCHEMA_GROUP_NAME, "tcp", 4);
	made_put_u32(&made, SKSTAT_SCHEMA_GROUP_SIZE, 240);
	made_put_u32(&made, SKSTAT_SCHEMA_GROUP_KINDS, 2);
	made_nest_end(&made, nest);
	put_field(&made, rtt, rtt->offset, 1);
	put_field(&made, uid, uid->offset, 0);
	put_field(&made, drops, drops->offset + 4u, 1);
	assert_int_equal(skstat_schema_parse(&made.header, &schema), 0);

	assert_int_equal(schema.counters, 5);
	assert_int_equal(schema.groups, 1);
	assert_int_equal(schema.fields, 3);
	assert_string_equal(schema.group[0].name, "tcp");
	assert_int_equal(schema.group[0].size, 240);
	assert_string_equal(schema.field[0].name, "rtt");
	assert_true(schema.field[0].available);
	assert_false(schema.field[1].available);
	assert_string_equal(skstat_schema_counter_name(&schema, SKSTAT_MIB_TCPEXT, 3), "Three");
	assert_null(skstat_schema_counter_name(&schema, SKSTAT_MIB_TCP, 3));
	assert_null(skstat_schema_counter_name(&schema, SKSTAT_MIB_TCPEXT, 5));

	/* Available is what the kernel has, where this build looks for it. */
	assert_true(schema.available[rtt - skstat_fields]);
	assert_false(schema.available[uid - skstat_fields]);
	assert_false(schema.available[drops - skstat_fields]);
	assert_false(schema.available[0]);
	skstat_schema_free(&schema);
	assert_null(schema.field);
	assert_int_equal(schema.fields, 0);
}

static void mib(void **state)
{
	const uint64_t tcp[] = { 1, 200, UINT64_MAX };
	struct skstat_mib mib;
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_MIB);
	made_put_u64(&made, SKSTAT_MIB_NETNS, 7);
	made_put_u32(&made, SKSTAT_MIB_INODE, 4026531840);
	made_put(&made, SKSTAT_MIB_TCP, tcp, sizeof(tcp));
	made_put(&made, SKSTAT_MIB_OWN, tcp + 1, sizeof(tcp[0]));
	made_put(&made, SKSTAT_MIB_MAX + 1, "from a newer module", 19);
	assert_int_equal(skstat_mib_parse(&made.header, &mib), 0);
	assert_int_equal(mib.netns, 7);
	assert_true(mib.inode == 4026531840);
	assert_int_equal(mib.count[SKSTAT_MIB_TCP], 3);
	assert_null(mib.table[SKSTAT_MIB_IP6]);
	assert_int_equal(mib.count[SKSTAT_MIB_OWN], 1);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_OWN, 0), 200);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_TCP, 1), 200);
	assert_true(skstat_mib_value(&mib, SKSTAT_MIB_TCP, 2) == UINT64_MAX);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_TCP, 3), 0);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_IP6, 0), 0);
	assert_int_equal(skstat_mib_value(&mib, 1000, 0), 0);

	made_put(&made, SKSTAT_MIB_IP, tcp, 12);
	assert_int_equal(skstat_mib_parse(&made.header, &mib), -EBADMSG);
}

/* A run of `count` TIME_WAIT records of identity alone; the cookies count from `cookie`. */
static void put_run(struct made *made, uint32_t count, uint64_t cookie)
{
	struct {
		struct skstat_run run;
		struct skstat_identity identity[4];
	} run = { .run = { .kind = SKSTAT_KIND_TIMEWAIT,
			   .stride = sizeof(struct skstat_identity),
			   .count = count,
			   .groups = 1u << SKSTAT_GROUP_IDENTITY,
			   .size = { [SKSTAT_GROUP_IDENTITY] = sizeof(struct skstat_identity) } } };

	for (uint32_t i = 0; i < count; i++)
		run.identity[i].cookie = cookie + i;
	made_put(made, SKSTAT_SOCK_RUN, &run, sizeof(run.run) + count * sizeof(run.identity[0]));
}

static void put_totals(struct made *made, uint64_t visited)
{
	size_t nest = made_nest_start(made, SKSTAT_SOCK_TOTALS);

	made_put_u64(made, SKSTAT_TOTALS_VISITED, visited);
	made_put_u64(made, SKSTAT_TOTALS_EMITTED, 4);
	made_put(made, SKSTAT_TOTALS_PAD, NULL, 0);
	made_put_u64(made, SKSTAT_TOTALS_FILTERED, 3);
	made_put_u64(made, SKSTAT_TOTALS_IDLE, 2);
	made_put_u64(made, SKSTAT_TOTALS_GONE, 1);
	made_put_u64(made, SKSTAT_TOTALS_RESTARTS, 11);
	made_put_u64(made, SKSTAT_TOTALS_NS, 12);
	made_put_u64(made, SKSTAT_TOTALS_TOKEN, 13);
	made_put_u64(made, SKSTAT_TOTALS_INSTANCE, 14);
	made_put(made, SKSTAT_TOTALS_PARTIAL, NULL, 0);
	made_nest_end(made, nest);
}

struct seen {
	uint64_t cookie[8];
	unsigned int count, stop;
};

static int sample_see(const struct skstat_sample *sample, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->count < 8);
	seen->cookie[seen->count++] = sample->identity.cookie;
	return seen->count == seen->stop ? -1 : 0;
}

static void sock(void **state)
{
	struct skstat_totals totals = { 0 };
	struct seen seen = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_SOCK);
	put_run(&made, 2, 100);
	made_put(&made, SKSTAT_SOCK_PAD, NULL, 0);
	put_run(&made, 2, 200);
	assert_int_equal(skstat_sock_parse(&made.header, sample_see, &seen, &totals), 0);
	assert_false(totals.complete);

	made_start_genl(&made, SKSTAT_CMD_SOCK);
	put_totals(&made, 10);
	assert_int_equal(skstat_sock_parse(&made.header, sample_see, &seen, &totals), 0);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.cookie[1], 101);
	assert_int_equal(seen.cookie[2], 200);
	assert_int_equal(totals.samples, 4);
	assert_int_equal(totals.sockets, 4);
	assert_int_equal(totals.visited, 10);
	assert_int_equal(totals.visited, totals.emitted + totals.filtered + totals.idle + totals.gone);
	assert_int_equal(totals.restarts, 11);
	assert_int_equal(totals.ns, 12);
	assert_int_equal(totals.token, 13);
	assert_int_equal(totals.instance, 14);
	assert_true(totals.partial);
	assert_true(totals.complete);

	/* They come once. */
	assert_int_equal(skstat_sock_parse(&made.header, sample_see, &seen, &totals), -EBADMSG);
}

static void sock_with_a_fat_flag(void **state)
{
	struct skstat_totals totals = { 0 };
	struct made made;
	size_t nest;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_SOCK);
	nest = made_nest_start(&made, SKSTAT_SOCK_TOTALS);
	made_put_u32(&made, SKSTAT_TOTALS_PARTIAL, 0);
	made_nest_end(&made, nest);
	assert_int_equal(skstat_sock_parse(&made.header, NULL, NULL, &totals), -EBADMSG);
}

static void sock_stopped(void **state)
{
	struct skstat_totals totals = { 0 };
	struct seen seen = { .stop = 3 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_SOCK);
	put_run(&made, 2, 100);
	put_run(&made, 2, 200);
	put_totals(&made, 10);
	assert_int_equal(skstat_sock_parse(&made.header, sample_see, &seen, &totals), 1);
	assert_int_equal(seen.count, 3);
	assert_false(totals.complete);
	memset(&totals, 0, sizeof(totals));
	assert_int_equal(skstat_sock_parse(&made.header, NULL, NULL, &totals), 0);
	assert_int_equal(totals.samples, 4);
}

/* Cut at any byte, and with any byte set wrong, a message is taken or refused, and never read beyond its end. */
static void sock_damaged(void **state)
{
	struct made made;
	size_t whole;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_SOCK);
	put_run(&made, 2, 100);
	put_totals(&made, 10);
	whole = made.header.nlmsg_len;
	for (size_t length = NLMSG_HDRLEN; length < whole; length++) {
		struct nlmsghdr *cut = made_exact(&made, length);
		struct skstat_totals totals = { 0 };
		int err = skstat_sock_parse(cut, NULL, NULL, &totals);

		assert_true(err == 0 || err == -EBADMSG);
		assert_false(err == 0 && totals.complete);
		free(cut);
	}
	for (size_t at = NLMSG_HDRLEN; at < whole; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct nlmsghdr *bent = made_exact(&made, whole);
			struct skstat_totals totals = { 0 };
			int err;

			((unsigned char *)bent)[at] ^= (unsigned char)(1u << bit);
			err = skstat_sock_parse(bent, NULL, NULL, &totals);
			assert_true(err == 0 || err == -EBADMSG);
			free(bent);
		}
}

static void done_of_a_dump(void **state)
{
	const int ok = 0, refused = -EINVAL, length = 36;
	struct skstat_error error;
	struct made made;

	(void)state;
	made_start(&made, NLMSG_DONE, NLM_F_MULTI);
	made_append(&made, &ok, sizeof(ok));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), 0);
	assert_string_equal(error.text, "");

	made_start(&made, NLMSG_DONE, NLM_F_MULTI);
	made_append(&made, &length, sizeof(length));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), 0);

	made_start(&made, NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS);
	made_append(&made, &refused, sizeof(refused));
	made_put_u32(&made, NLMSGERR_ATTR_OFFS, 20);
	made_put(&made, NLMSGERR_ATTR_MSG, "MIN is above MAX", 17);
	made_put_u32(&made, NLMSGERR_ATTR_OFFS, 20);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EINVAL);
	assert_int_equal(error.err, -EINVAL);
	assert_string_equal(error.text, "MIN is above MAX");

	/* TLVs are there only if the flag says so. */
	made.header.nlmsg_flags = NLM_F_MULTI;
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EINVAL);
	assert_string_equal(error.text, "");

	made_start(&made, NLMSG_DONE, NLM_F_MULTI);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EBADMSG);
}

/* With the whole request in it (as the kernel does by default), and with its header alone. */
static void error_of_a_request(void **state)
{
	const struct nlmsghdr request = { .nlmsg_len = 57, .nlmsg_type = 30 };
	const unsigned char rest[60 - sizeof(request)] = { 0xff, 0xff, 0xff };
	const int refused = -EOPNOTSUPP, ok = 0;
	struct skstat_error error;
	struct nlmsghdr *cut;
	struct made made;

	(void)state;
	made_start(&made, NLMSG_ERROR, NLM_F_ACK_TLVS);
	made_append(&made, &refused, sizeof(refused));
	made_append(&made, &request, sizeof(request));
	made_append(&made, rest, sizeof(rest));
	made_put(&made, NLMSGERR_ATTR_MSG, "version 2 is not spoken here", 29);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EOPNOTSUPP);
	assert_string_equal(error.text, "version 2 is not spoken here");

	made_start(&made, NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED);
	made_append(&made, &refused, sizeof(refused));
	made_append(&made, &request, sizeof(request));
	made_put(&made, NLMSGERR_ATTR_MSG, "capped", 7);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EOPNOTSUPP);
	assert_string_equal(error.text, "capped");

	made_start(&made, NLMSG_ERROR, NLM_F_CAPPED);
	made_append(&made, &ok, sizeof(ok));
	made_append(&made, &request, sizeof(request));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), 0);

	/* It says that more of the request follows than does. */
	made_start(&made, NLMSG_ERROR, NLM_F_ACK_TLVS);
	made_append(&made, &refused, sizeof(refused));
	made_append(&made, &request, sizeof(request));
	cut = made_exact(&made, made.header.nlmsg_len);
	assert_int_equal(skstat_verdict_parse(cut, &error), -EOPNOTSUPP);
	assert_string_equal(error.text, "");
	free(cut);

	made_start(&made, NLMSG_ERROR, 0);
	made_append(&made, &refused, sizeof(refused));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EBADMSG);
}

static void long_sentences_are_cut(void **state)
{
	const int refused = -EINVAL;
	struct skstat_error error;
	char sentence[1000];
	struct made made;
	size_t whole;

	(void)state;
	memset(sentence, 'a', sizeof(sentence));
	made_start(&made, NLMSG_DONE, NLM_F_ACK_TLVS);
	made_append(&made, &refused, sizeof(refused));
	made_put(&made, NLMSGERR_ATTR_MSG, sentence, sizeof(sentence));
	whole = made.header.nlmsg_len;
	for (size_t length = NLMSG_HDRLEN; length <= whole; length++) {
		struct nlmsghdr *cut = made_exact(&made, length);

		skstat_verdict_parse(cut, &error);
		assert_true(strnlen(error.text, sizeof(error.text)) < sizeof(error.text));
		free(cut);
	}
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info),
		cmocka_unit_test(info_of_a_journal),
		cmocka_unit_test(info_with_a_long_version),
		cmocka_unit_test(schema),
		cmocka_unit_test(schema_of_probes),
		cmocka_unit_test(mib),
		cmocka_unit_test(sock),
		cmocka_unit_test(sock_with_a_fat_flag),
		cmocka_unit_test(sock_stopped),
		cmocka_unit_test(sock_damaged),
		cmocka_unit_test(done_of_a_dump),
		cmocka_unit_test(error_of_a_request),
		cmocka_unit_test(long_sentences_are_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
