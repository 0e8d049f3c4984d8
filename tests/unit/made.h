/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the family made by hand, for tests of what parses them. What does not fit fails the test. */
#ifndef SKSTAT_TEST_MADE_H
#define SKSTAT_TEST_MADE_H

#include <stddef.h>
#include <stdint.h>

#include "source/message.h"

/* A message that grows at its end. */
struct made {
	union {
		struct nlmsghdr header;
		unsigned char bytes[8192];
	};
};

/* An empty one: with a netlink header alone, or with a genl header too. */
void made_start(struct made *made, uint16_t type, uint16_t flags);
void made_start_genl(struct made *made, uint8_t cmd);

/* Bytes as they are, behind what is there, aligned. */
void made_append(struct made *made, const void *data, size_t length);

void made_put(struct made *made, uint16_t type, const void *data, size_t length);
void made_put_u32(struct made *made, uint16_t type, uint32_t value);
void made_put_u64(struct made *made, uint16_t type, uint64_t value);

/* What is put between these two is in the nest; `at` is what the first returned. */
size_t made_nest_start(struct made *made, uint16_t type);
void made_nest_end(struct made *made, size_t at);

/*
 * The first `length` bytes of the message, in memory of just that length, so that the sanitizer sees each byte too far.
 * Freed by the caller.
 */
struct nlmsghdr *made_exact(const struct made *made, size_t length);

#endif
