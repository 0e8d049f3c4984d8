/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of enum skb_drop_reason, subsystems' included, and of enum sk_rst_reason, as the running kernel numbers them.
 */
#ifndef SKSTAT_REASON_H
#define SKSTAT_REASON_H

#include <linux/types.h>

#define SKSTAT_REASON_LENGTH 64

/*
 * The name of a reason: `unknown` when the kernel has none, or had it in a module that was gone before its name was
 * first asked for. `name` has SKSTAT_REASON_LENGTH bytes. Process context.
 */
void skstat_drop_reason_name(u32 reason, char *name);
void skstat_rst_reason_name(u32 reason, char *name);

/* Frees; no dump is open. */
void skstat_reason_exit(void);

#endif
