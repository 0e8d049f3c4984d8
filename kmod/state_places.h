/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Module parameter `state_places`: how many sockets a probe can follow that has each of them from its start to its end.
 */
#ifndef SKSTAT_STATE_PLACES_H
#define SKSTAT_STATE_PLACES_H

#include <linux/types.h>

u32 skstat_state_places(void);

#endif
