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
#include <linux/genetlink.h>

#include "source/message.h"

/* A message that grows at its end. */
struct made {
	union {
		struct nlmsghdr header;
		unsigned char bytes[8192];
	};
};

static void append(struct made *made, const void *data, size_t length)
{
	assert_true(NLMSG_ALIGN(made->header.nlmsg_len) + length <= sizeof(made->bytes));
	made->header.nlmsg_len = NLMSG_ALIGN(made->header.nlmsg_len);
	if (length)
		memcpy(made->bytes + made->header.nlmsg_len, data, length);
	made->header.nlmsg_len += (uint32_t)length;
}

static void start(struct made *made, uint16_t type, uint16_t flags)
{
	memset(made, 0, sizeof(*made));
	made->header.nlmsg_len = NLMSG_HDRLEN;
	made->header.nlmsg_type = type;
	made->header.nlmsg_flags = flags;
}

static void start_genl(struct made *made, uint8_t cmd)
{
	struct genlmsghdr genl = { .cmd = cmd, .version = SKSTAT_FAMILY_VERSION };

	start(made, 30, NLM_F_MULTI);
	append(made, &genl, sizeof(genl));
}

static void put(struct made *made, uint16_t type, const void *data, size_t length)
{
	struct nlattr attr = { .nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + length) };

	append(made, &attr, sizeof(attr));
	append(made, data, length);
}

static void put_u32(struct made *made, uint16_t type, uint32_t value)
{
	put(made, type, &value, sizeof(value));
}

static void put_u64(struct made *made, uint16_t type, uint64_t value)
{
	put(made, type, &value, sizeof(value));
}

static size_t nest_start(struct made *made, uint16_t type)
{
	put(made, type | NLA_F_NESTED, NULL, 0);
	return made->header.nlmsg_len - NLA_HDRLEN;
}

static void nest_end(struct made *made, size_t at)
{
	struct nlattr attr;

	memcpy(&attr, made->bytes + at, sizeof(attr));
	attr.nla_len = (uint16_t)(made->header.nlmsg_len - at);
	memcpy(made->bytes + at, &attr, sizeof(attr));
}

/* The message in memory of its own length, so that the sanitizer sees each byte too far. Freed by the caller. */
static struct nlmsghdr *exact(const struct made *made, size_t length)
{
	struct nlmsghdr *copy = malloc(length);

	assert_non_null(copy);
	memcpy(copy, made->bytes, length);
	copy->nlmsg_len = (uint32_t)length;
	return copy;
}

static void info(void **state)
{
	struct skstat_info info;
	struct made made;

	(void)state;
	start_genl(&made, SKSTAT_CMD_INFO);
	put(&made, SKSTAT_INFO_VERSION, "0.1.0", 6);
	put_u32(&made, SKSTAT_INFO_ABI, 1);
	put_u64(&made, SKSTAT_INFO_INSTANCE, 0xfedcba9876543210);
	put(&made, 999, "from a newer module", 19);
	put_u32(&made, SKSTAT_INFO_HZ, 250);
	put(&made, SKSTAT_INFO_PAD, NULL, 0);
	put_u64(&made, SKSTAT_INFO_WALK_NS, 12345678901);
	assert_int_equal(skstat_info_parse(&made.header, &info), 0);
	assert_string_equal(info.version, "0.1.0");
	assert_int_equal(info.abi, 1);
	assert_true(info.instance == 0xfedcba9876543210);
	assert_int_equal(info.hz, 250);
	assert_true(info.walk_ns == 12345678901);
	assert_int_equal(info.cpus, 0);

	put_u64(&made, SKSTAT_INFO_CPUS, 4);
	assert_int_equal(skstat_info_parse(&made.header, &info), -EBADMSG);
}

static void info_with_a_long_version(void **state)
{
	char name[SKSTAT_NAME_SIZE + 1];
	struct skstat_info info;
	struct made made;

	(void)state;
	memset(name, 'x', sizeof(name));
	start_genl(&made, SKSTAT_CMD_INFO);
	put(&made, SKSTAT_INFO_VERSION, name, SKSTAT_NAME_SIZE - 1); /* no 0 at its end: taken all the same */
	assert_int_equal(skstat_info_parse(&made.header, &info), 0);
	assert_int_equal(strlen(info.version), SKSTAT_NAME_SIZE - 1);

	start_genl(&made, SKSTAT_CMD_INFO);
	put(&made, SKSTAT_INFO_VERSION, name, SKSTAT_NAME_SIZE);
	assert_int_equal(skstat_info_parse(&made.header, &info), -EBADMSG);
}

static void put_field(struct made *made, const struct skstat_field *field, uint32_t offset, uint32_t available)
{
	size_t nest = nest_start(made, SKSTAT_SCHEMA_FIELD);

	put_u32(made, SKSTAT_SCHEMA_FIELD_ID, field->id);
	put(made, SKSTAT_SCHEMA_FIELD_NAME, field->name, strlen(field->name) + 1);
	put_u32(made, SKSTAT_SCHEMA_FIELD_GROUP, field->group);
	put_u32(made, SKSTAT_SCHEMA_FIELD_TYPE, field->type);
	put_u32(made, SKSTAT_SCHEMA_FIELD_KIND, field->kind);
	put_u32(made, SKSTAT_SCHEMA_FIELD_UNIT, field->unit);
	put_u32(made, SKSTAT_SCHEMA_FIELD_OFFSET, offset);
	put_u32(made, SKSTAT_SCHEMA_FIELD_SIZE, field->size);
	put_u32(made, SKSTAT_SCHEMA_FIELD_AVAILABLE, available);
	nest_end(made, nest);
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
		start_genl(&made, SKSTAT_CMD_SCHEMA);
		nest = nest_start(&made, SKSTAT_SCHEMA_COUNTER);
		put_u32(&made, SKSTAT_SCHEMA_COUNTER_TABLE, SKSTAT_MIB_TCPEXT);
		put_u32(&made, SKSTAT_SCHEMA_COUNTER_INDEX, i);
		put(&made, SKSTAT_SCHEMA_COUNTER_NAME, i == 3 ? "Three" : "Other", 6);
		nest_end(&made, nest);
		assert_int_equal(skstat_schema_parse(&made.header, &schema), 0);
	}
	start_genl(&made, SKSTAT_CMD_SCHEMA);
	nest = nest_start(&made, SKSTAT_SCHEMA_GROUP);
	put_u32(&made, SKSTAT_SCHEMA_GROUP_ID, 4);
	put(&made, SKSTAT_SCHEMA_GROUP_NAME, "tcp", 4);
	put_u32(&made, SKSTAT_SCHEMA_GROUP_SIZE, 240);
	put_u32(&made, SKSTAT_SCHEMA_GROUP_KINDS, 2);
	nest_end(&made, nest);
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
	start_genl(&made, SKSTAT_CMD_MIB);
	put_u64(&made, SKSTAT_MIB_NETNS, 7);
	put_u32(&made, SKSTAT_MIB_INODE, 4026531840);
	put(&made, SKSTAT_MIB_TCP, tcp, sizeof(tcp));
	put(&made, SKSTAT_MIB_MAX + 1, "from a newer module", 19);
	assert_int_equal(skstat_mib_parse(&made.header, &mib), 0);
	assert_int_equal(mib.netns, 7);
	assert_true(mib.inode == 4026531840);
	assert_int_equal(mib.count[SKSTAT_MIB_TCP], 3);
	assert_null(mib.table[SKSTAT_MIB_IP6]);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_TCP, 1), 200);
	assert_true(skstat_mib_value(&mib, SKSTAT_MIB_TCP, 2) == UINT64_MAX);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_TCP, 3), 0);
	assert_int_equal(skstat_mib_value(&mib, SKSTAT_MIB_IP6, 0), 0);
	assert_int_equal(skstat_mib_value(&mib, 1000, 0), 0);

	put(&made, SKSTAT_MIB_IP, tcp, 12);
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
	put(made, SKSTAT_SOCK_RUN, &run, sizeof(run.run) + count * sizeof(run.identity[0]));
}

static void put_totals(struct made *made, uint64_t visited)
{
	size_t nest = nest_start(made, SKSTAT_SOCK_TOTALS);

	put_u64(made, SKSTAT_TOTALS_VISITED, visited);
	put_u64(made, SKSTAT_TOTALS_EMITTED, 4);
	put(made, SKSTAT_TOTALS_PAD, NULL, 0);
	put_u64(made, SKSTAT_TOTALS_FILTERED, 3);
	put_u64(made, SKSTAT_TOTALS_IDLE, 2);
	put_u64(made, SKSTAT_TOTALS_GONE, 1);
	put_u64(made, SKSTAT_TOTALS_RESTARTS, 11);
	put_u64(made, SKSTAT_TOTALS_NS, 12);
	put_u64(made, SKSTAT_TOTALS_TOKEN, 13);
	put_u64(made, SKSTAT_TOTALS_INSTANCE, 14);
	put(made, SKSTAT_TOTALS_PARTIAL, NULL, 0);
	nest_end(made, nest);
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
	start_genl(&made, SKSTAT_CMD_SOCK);
	put_run(&made, 2, 100);
	put(&made, SKSTAT_SOCK_PAD, NULL, 0);
	put_run(&made, 2, 200);
	assert_int_equal(skstat_sock_parse(&made.header, sample_see, &seen, &totals), 0);
	assert_false(totals.complete);

	start_genl(&made, SKSTAT_CMD_SOCK);
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
	start_genl(&made, SKSTAT_CMD_SOCK);
	nest = nest_start(&made, SKSTAT_SOCK_TOTALS);
	put_u32(&made, SKSTAT_TOTALS_PARTIAL, 0);
	nest_end(&made, nest);
	assert_int_equal(skstat_sock_parse(&made.header, NULL, NULL, &totals), -EBADMSG);
}

static void sock_stopped(void **state)
{
	struct skstat_totals totals = { 0 };
	struct seen seen = { .stop = 3 };
	struct made made;

	(void)state;
	start_genl(&made, SKSTAT_CMD_SOCK);
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
	start_genl(&made, SKSTAT_CMD_SOCK);
	put_run(&made, 2, 100);
	put_totals(&made, 10);
	whole = made.header.nlmsg_len;
	for (size_t length = NLMSG_HDRLEN; length < whole; length++) {
		struct nlmsghdr *cut = exact(&made, length);
		struct skstat_totals totals = { 0 };
		int err = skstat_sock_parse(cut, NULL, NULL, &totals);

		assert_true(err == 0 || err == -EBADMSG);
		assert_false(err == 0 && totals.complete);
		free(cut);
	}
	for (size_t at = NLMSG_HDRLEN; at < whole; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct nlmsghdr *bent = exact(&made, whole);
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
	start(&made, NLMSG_DONE, NLM_F_MULTI);
	append(&made, &ok, sizeof(ok));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), 0);
	assert_string_equal(error.text, "");

	start(&made, NLMSG_DONE, NLM_F_MULTI);
	append(&made, &length, sizeof(length));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), 0);

	start(&made, NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS);
	append(&made, &refused, sizeof(refused));
	put_u32(&made, NLMSGERR_ATTR_OFFS, 20);
	put(&made, NLMSGERR_ATTR_MSG, "MIN is above MAX", 17);
	put_u32(&made, NLMSGERR_ATTR_OFFS, 20);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EINVAL);
	assert_int_equal(error.err, -EINVAL);
	assert_string_equal(error.text, "MIN is above MAX");

	/* TLVs are there only if the flag says so. */
	made.header.nlmsg_flags = NLM_F_MULTI;
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EINVAL);
	assert_string_equal(error.text, "");

	start(&made, NLMSG_DONE, NLM_F_MULTI);
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
	start(&made, NLMSG_ERROR, NLM_F_ACK_TLVS);
	append(&made, &refused, sizeof(refused));
	append(&made, &request, sizeof(request));
	append(&made, rest, sizeof(rest));
	put(&made, NLMSGERR_ATTR_MSG, "version 2 is not spoken here", 29);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EOPNOTSUPP);
	assert_string_equal(error.text, "version 2 is not spoken here");

	start(&made, NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED);
	append(&made, &refused, sizeof(refused));
	append(&made, &request, sizeof(request));
	put(&made, NLMSGERR_ATTR_MSG, "capped", 7);
	assert_int_equal(skstat_verdict_parse(&made.header, &error), -EOPNOTSUPP);
	assert_string_equal(error.text, "capped");

	start(&made, NLMSG_ERROR, NLM_F_CAPPED);
	append(&made, &ok, sizeof(ok));
	append(&made, &request, sizeof(request));
	assert_int_equal(skstat_verdict_parse(&made.header, &error), 0);

	/* It says that more of the request follows than does. */
	start(&made, NLMSG_ERROR, NLM_F_ACK_TLVS);
	append(&made, &refused, sizeof(refused));
	append(&made, &request, sizeof(request));
	cut = exact(&made, made.header.nlmsg_len);
	assert_int_equal(skstat_verdict_parse(cut, &error), -EOPNOTSUPP);
	assert_string_equal(error.text, "");
	free(cut);

	start(&made, NLMSG_ERROR, 0);
	append(&made, &refused, sizeof(refused));
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
	start(&made, NLMSG_DONE, NLM_F_ACK_TLVS);
	append(&made, &refused, sizeof(refused));
	put(&made, NLMSGERR_ATTR_MSG, sentence, sizeof(sentence));
	whole = made.header.nlmsg_len;
	for (size_t length = NLMSG_HDRLEN; length <= whole; length++) {
		struct nlmsghdr *cut = exact(&made, length);

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
		cmocka_unit_test(info_with_a_long_version),
		cmocka_unit_test(schema),
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
