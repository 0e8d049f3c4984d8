/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests that no client would make.
 */
#ifndef SKSTAT_TEST_ASK_H
#define SKSTAT_TEST_ASK_H

#include <stdint.h>

#include "source/netlink.h"

struct nl_msg;

/* Writes the attributes of a request. */
typedef void (*ask_attrs_fn)(struct nl_msg *message);

/* The verdict: 0 or a negative errno, and the sentence in `error`. `attrs` may be NULL. */
int ask(struct skstat_netlink *from, uint8_t cmd, uint8_t version, uint16_t flags, ask_attrs_fn attrs,
	struct skstat_error *error);

/*
 * Asks in a child that has given up something (`become`): every command of the family must be refused with EPERM and a
 * sentence, or the family not be found for that reason.
 */
void ask_and_be_refused(void (*become)(void));

/* Some ways to do so: another user; root of a user namespace, with the network namespace as it was, or one of its own. */
void become_nobody(void);
void become_container_root(void);
void become_container(void);

#endif
