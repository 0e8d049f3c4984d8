/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions by number: names of the running kernel, never addresses. There is room for 512 places that call kfree_skb()
 * and the like; a function may have several.
 */
#ifndef SKSTAT_SYMBOL_H
#define SKSTAT_SYMBOL_H

#include <linux/types.h>

#define SKSTAT_SYMBOL_LENGTH 128

/* Follows modules as they go, from the first start() on. Process context, one at a time. 0 or a negative errno. */
int skstat_symbol_start(void);

/* No handler can run any more, and no dump. */
void skstat_symbol_exit(void);

/*
 * The number of the place in the kernel where this address is; 0: no room. After a start(). Any context. No lock, no
 * allocation, and a bounded number of steps.
 */
u32 skstat_symbol_id(const void *location);

/*
 * The name of the function, without offset or module: `unknown` when the kernel has none. That of a module that is gone
 * stays as it was. False: there is no such number. `name` has SKSTAT_SYMBOL_LENGTH bytes. Process context.
 */
bool skstat_symbol_name(u32 id, char *name);

/* The same of any address in the kernel, as long as it is there. Process context. */
void skstat_symbol_find(unsigned long address, char *name);

/* Bytes held; process context. */
u64 skstat_symbol_memory(void);

#endif
