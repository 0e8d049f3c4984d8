/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What probes count, one by one, over loopback in the namespace that the caller is in. Each call returns when it has
 * happened.
 */
#ifndef SKSTAT_TEST_PROVOKE_H
#define SKSTAT_TEST_PROVOKE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Connections to a port where nobody listens: a RST each, which a socket in SYN_SENT receives. They come from ports
 * `first`, `first` + 1 and so on, below 8000; 0: from ports that the kernel picks.
 */
void provoke_resets(uint16_t first, size_t count);

/* Datagrams to such a port: a drop each, with lo as its device. */
void provoke_drops(size_t count);

#endif
