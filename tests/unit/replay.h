/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recorded dump (tests/fixtures/dump) in the place of the module: the same calls with the same callbacks as
 * skstat_netlink_*(), for tests without a kernel. They run from the top of the source. Where a file cannot be used, or
 * a message of it, the test fails.
 */
#ifndef SKSTAT_TEST_REPLAY_H
#define SKSTAT_TEST_REPLAY_H

#include <stddef.h>

#include "source/netlink.h"

/* The recorded kernels: the oldest and the newest. Each is a file. */
#define REPLAY_KERNELS(K) K("5.10") K("7.2")

struct replay {
	unsigned char *bytes; /* netlink messages, one behind the other */
	size_t length;
	struct skstat_info info;
	struct skstat_schema schema;
};

/* Reads the file of `kernel`, and INFO and SCHEMA out of it. Closed with replay_close(). */
void replay_open(struct replay *replay, const char *kernel);
/* The same of another file. */
void replay_open_file(struct replay *replay, const char *path);
void replay_close(struct replay *replay);

/* Hands out each message of command `cmd` (0: of any), as recorded. Ends with what `fn` returns, if that is not 0. */
int replay_messages(const struct replay *replay, uint8_t cmd, skstat_message_fn fn, void *arg);

/* The dump, with no filter. `totals` may be NULL, `fn` too. 0, or 1 if `fn` stopped it. */
int replay_sock(const struct replay *replay, skstat_sample_fn fn, void *arg, struct skstat_totals *totals);

/* The counters of each namespace. 0, or what `fn` returned. */
int replay_mib(const struct replay *replay, skstat_mib_fn fn, void *arg);

#endif
