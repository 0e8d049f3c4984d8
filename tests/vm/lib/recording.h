/* SPDX-License-Identifier: GPL-2.0 */
/* What the module answers, written down as it came: netlink messages one behind the other, each padded to 4 bytes. */
#ifndef SKSTAT_TEST_RECORDING_H
#define SKSTAT_TEST_RECORDING_H

#include <stdio.h>

#include "source/netlink.h"

/* One message. */
void recording_write(const struct nlmsghdr *message, FILE *file);

/* A request without attributes (`flags`: NLM_F_DUMP or 0), and all messages of its reply but the verdict. */
void recording_ask(struct skstat_netlink *netlink, uint8_t cmd, uint16_t flags, FILE *file);

/* What both recordings begin with: INFO, SCHEMA, SOCK without a filter, and MIB. */
void recording_ask_all(struct skstat_netlink *netlink, FILE *file);

#endif
