/* SPDX-License-Identifier: GPL-2.0 */
/* A request for a dump of the module's, as the receiver sends it. */
#ifndef SKSTAT_BENCH_SOCK_H
#define SKSTAT_BENCH_SOCK_H

#include <stdint.h>

#include "receive.h"

/* Of room for so many bytes of attributes; freed with nlmsg_free(). */
struct nl_msg *sock_request(const struct receiver *receiver, uint8_t command, size_t room);

#endif
