// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/genetlink.h>

#include "replay.h"

/* The whole file; the sanitizer sees each byte read beyond its end. */
static void file_read(struct replay *replay, const char *path)
{
	FILE *file = fopen(path, "r");
	long length;

	if (!file) {
		fail_msg("%s: %s (tests run from the top of the source)", path, strerror(errno));
		return;
	}
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	length = ftell(file);
	assert_true(length > 0);
	rewind(file);
	replay->length = (size_t)length;
	replay->bytes = malloc(replay->length);
	assert_non_null(replay->bytes);
	assert_int_equal(fread(replay->bytes, 1, replay->length, file), replay->length);
	fclose(file);
}

static int info_take(const struct nlmsghdr *message, void *arg)
{
	struct replay *replay = arg;

	return skstat_info_parse(message, &replay->info);
}

static int schema_take(const struct nlmsghdr *message, void *arg)
{
	struct replay *replay = arg;

	return skstat_schema_parse(message, &replay->schema);
}

void replay_open_file(struct replay *replay, const char *path)
{
	memset(replay, 0, sizeof(*replay));
	file_read(replay, path);
	assert_int_equal(replay_messages(replay, SKSTAT_CMD_INFO, info_take, replay), 0);
	assert_int_equal(replay_messages(replay, SKSTAT_CMD_SCHEMA, schema_take, replay), 0);
	assert_int_not_equal(replay->info.instance, 0);
	assert_int_not_equal(replay->schema.fields, 0);
}

void replay_open(struct replay *replay, const char *kernel)
{
	char path[64];

	snprintf(path, sizeof(path), "tests/fixtures/dump/%s.bin", kernel);
	replay_open_file(replay, path);
}

void replay_close(struct replay *replay)
{
	skstat_schema_free(&replay->schema);
	free(replay->bytes);
	memset(replay, 0, sizeof(*replay));
}

int replay_messages(const struct replay *replay, uint8_t cmd, skstat_message_fn fn, void *arg)
{
	const size_t headers = NLMSG_HDRLEN + GENL_HDRLEN;
	size_t at = 0;

	while (at < replay->length) {
		/* malloc() and the padding of each message align it. */
		const struct nlmsghdr *message = (const struct nlmsghdr *)(replay->bytes + at);
		const struct genlmsghdr *genl = NLMSG_DATA(message);
		int err = 0;

		assert_true(replay->length - at >= headers);
		assert_in_range(message->nlmsg_len, headers, replay->length - at);
		if (!cmd || genl->cmd == cmd)
			err = fn(message, arg);
		if (err)
			return err;
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
	return 0;
}

struct sock_replay {
	skstat_sample_fn fn;
	void *arg;
	struct skstat_totals *totals;
};

static int sock_take(const struct nlmsghdr *message, void *arg)
{
	const struct sock_replay *sock = arg;

	return skstat_sock_parse(message, sock->fn, sock->arg, sock->totals);
}

int replay_sock(const struct replay *replay, skstat_sample_fn fn, void *arg, struct skstat_totals *totals)
{
	struct skstat_totals own;
	struct sock_replay sock = { .fn = fn, .arg = arg, .totals = totals ? totals : &own };
	int err;

	memset(sock.totals, 0, sizeof(*sock.totals));
	err = replay_messages(replay, SKSTAT_CMD_SOCK, sock_take, &sock);
	assert_true(err == 1 || (err == 0 && sock.totals->complete));
	return err;
}

struct mib_replay {
	skstat_mib_fn fn;
	void *arg;
};

static int mib_take(const struct nlmsghdr *message, void *arg)
{
	const struct mib_replay *replay = arg;
	struct skstat_mib mib;

	assert_int_equal(skstat_mib_parse(message, &mib), 0);
	return replay->fn(&mib, replay->arg);
}

int replay_mib(const struct replay *replay, skstat_mib_fn fn, void *arg)
{
	struct mib_replay mib = { .fn = fn, .arg = arg };

	return replay_messages(replay, SKSTAT_CMD_MIB, mib_take, &mib);
}
