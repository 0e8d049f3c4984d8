/* SPDX-License-Identifier: GPL-2.0 */
/* SYN-ACKs that were retransmitted: the kernel counts them among all retransmits, and mostly no socket does. */
#ifndef SKSTAT_PROBE_SYNACK_H
#define SKSTAT_PROBE_SYNACK_H

#include <linux/types.h>

/* Whether they are counted now. */
bool skstat_synack_held(void);

#endif
