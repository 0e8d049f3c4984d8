/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's inet_diag messages as samples, in the units of the module's records with an HZ of 1000. Pure. The
 * messages are not trusted; attributes that are not known are passed over.
 *
 * inet_diag does not have every figure. What it lacks is 0 in the sample, and not available in the schema.
 */
#ifndef SKSTAT_SOURCE_INET_DIAG_DECODE_H
#define SKSTAT_SOURCE_INET_DIAG_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "message.h"

#define SKSTAT_INET_DIAG_HZ 1000
#define SKSTAT_INET_DIAG_NETNS 1 /* the id of the own namespace, the only one */

struct skstat_inet_diag {
	struct skstat_sample sample;
	uint32_t has; /* 1 << INET_DIAG_*: the attributes that came */
};

/*
 * One SOCK_DIAG_BY_FAMILY message of a TCP dump. The sample has every group that its kind has and the message brought.
 * 0 or -EBADMSG.
 */
int skstat_inet_diag_decode(const struct nlmsghdr *message, struct skstat_inet_diag *diag);

#endif
