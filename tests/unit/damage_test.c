// SPDX-License-Identifier: GPL-2.0
/*
 * Real messages, cut short and with wrong bytes: each is taken or refused, and nothing beyond it is read. They lie in
 * memory of just their length, so that the sanitizer sees each byte too far.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/genetlink.h>

#include "replay.h"

static int sample_touch(const struct skstat_sample *sample, void *arg)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		*sum += skstat_sample_has(sample, &skstat_fields[i]) + skstat_sample_u64(sample, &skstat_fields[i]);
	return 0;
}

/* Parses by the command that the message had before it was damaged; it is freed. 0 or -EBADMSG, or the test fails. */
static int damaged_parse(struct nlmsghdr *message, uint8_t cmd)
{
	struct skstat_totals totals = { 0 };
	struct skstat_schema parsed = { 0 };
	struct skstat_info parsed_info;
	struct skstat_mib parsed_mib;
	uint64_t sum = 0;
	int err = -ENOSYS;

	switch (cmd) {
	case SKSTAT_CMD_INFO:
		err = skstat_info_parse(message, &parsed_info);
		break;
	case SKSTAT_CMD_SCHEMA:
		err = skstat_schema_parse(message, &parsed);
		skstat_schema_free(&parsed);
		break;
	case SKSTAT_CMD_SOCK:
		err = skstat_sock_parse(message, sample_touch, &sum, &totals);
		break;
	case SKSTAT_CMD_MIB:
		err = skstat_mib_parse(message, &parsed_mib);
		for (uint32_t table = 0; !err && table <= SKSTAT_MIB_MAX; table++)
			for (size_t i = 0; i < parsed_mib.count[table]; i++)
				sum += skstat_mib_value(&parsed_mib, table, i);
		break;
	}
	free(message);
	assert_true(err == 0 || err == -EBADMSG);
	return err;
}

static struct nlmsghdr *exact(const struct nlmsghdr *message, size_t length)
{
	struct nlmsghdr *copy = malloc(length);

	assert_non_null(copy);
	memcpy(copy, message, length);
	copy->nlmsg_len = (uint32_t)length;
	return copy;
}

static uint8_t command(const struct nlmsghdr *message)
{
	return ((const struct genlmsghdr *)NLMSG_DATA(message))->cmd;
}

struct verdicts {
	size_t accepted, refused;
};

static void verdict_count(struct verdicts *verdicts, int err)
{
	verdicts->accepted += !err;
	verdicts->refused += err != 0;
}

static int message_cut(const struct nlmsghdr *message, void *arg)
{
	/* Where headers, attributes and runs begin, each byte; of the thousands of records' bytes, some. */
	for (size_t length = NLMSG_HDRLEN; length < message->nlmsg_len; length += length < 256 ? 1 : 7)
		verdict_count(arg, damaged_parse(exact(message, length), command(message)));
	return 0;
}

static void cut(void **state)
{
	struct verdicts verdicts = { 0 };
	struct replay replay;

	replay_open(&replay, *state);
	assert_int_equal(replay_messages(&replay, 0, message_cut, &verdicts), 0);
	/* What ends between two attributes is a whole message; nearly all do not. */
	assert_true(verdicts.refused > 9 * verdicts.accepted);
	replay_close(&replay);
}

static int message_bend(const struct nlmsghdr *message, void *arg)
{
	static const unsigned char bits[] = { 0xff, 0x01, 0x80 };

	/* The netlink header is the transport's business: whoever reads the socket has checked it. */
	for (size_t at = NLMSG_HDRLEN; at < message->nlmsg_len; at += at < 256 ? 1 : 7)
		for (size_t b = 0; b < sizeof(bits); b++) {
			struct nlmsghdr *bent = exact(message, message->nlmsg_len);

			((unsigned char *)bent)[at] ^= bits[b];
			verdict_count(arg, damaged_parse(bent, command(message)));
		}
	return 0;
}

static void bent(void **state)
{
	struct verdicts verdicts = { 0 };
	struct replay replay;

	replay_open(&replay, *state);
	assert_int_equal(replay_messages(&replay, 0, message_bend, &verdicts), 0);
	/* A wrong figure is a figure, a wrong length is none. */
	assert_true(verdicts.accepted > 0 && verdicts.refused > 0);
	replay_close(&replay);
}

int main(void)
{
#define TEST_ON(kernel, test) { #test " of " kernel, test, NULL, NULL, (void *)(uintptr_t)(kernel) }
#define TESTS_ON(kernel) TEST_ON(kernel, cut), TEST_ON(kernel, bent),
	const struct CMUnitTest tests[] = { REPLAY_KERNELS(TESTS_ON) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
