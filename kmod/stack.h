/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stacks of the kernel by number: the way to a place, as functions' names. There is room for 256.
 */
#ifndef SKSTAT_STACK_H
#define SKSTAT_STACK_H

#include <linux/types.h>

#define SKSTAT_STACK_DEPTH  16
#define SKSTAT_STACK_LENGTH 512

/*
 * Makes the table, and follows modules as they go, from the first start() on. Process context, one at a time. 0 or a
 * negative errno.
 */
int skstat_stack_start(void);

/* No handler can run any more, and no dump. */
void skstat_stack_exit(void);

/*
 * The number of the stack of these return addresses, the innermost first, of which no more than SKSTAT_STACK_DEPTH
 * count; 0: no room. After a start(). Any context. No lock, no allocation, and a bounded number of steps.
 */
u32 skstat_stack_id(const unsigned long *entry, u32 count);

/*
 * The names of its functions with semicolons between them, by symbol.h's rules; what does not fit is cut off, whole
 * functions from the outermost on. False: there is no such number. `name` has SKSTAT_STACK_LENGTH bytes. Process context.
 */
bool skstat_stack_name(u32 id, char *name);

/* Bytes held; any time. */
u64 skstat_stack_memory(void);

#endif
