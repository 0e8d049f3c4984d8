/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The doorbell: a message to each holder of `life`, so that a reader need not poll the journal faster than its rings
 * fill.
 */
#ifndef SKSTAT_DOORBELL_H
#define SKSTAT_DOORBELL_H

#include <linux/types.h>

/*
 * Soon, each holder of `life` is sent a DOORBELL: any context but NMI. What rings before that is done is the same bell.
 * A holder whose buffer is full is not waited for: its socket counts a drop.
 */
void skstat_doorbell_ring(void);

/* DOORBELLs sent. */
u64 skstat_doorbell_sent(void);

/* Waits for what was rung: nobody can ring any more. */
void skstat_doorbell_exit(void);

#endif
