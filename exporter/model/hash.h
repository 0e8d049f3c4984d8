/* SPDX-License-Identifier: GPL-2.0 */
/*
 * uthash, which ends the program when memory runs out unless told otherwise. Here an item has a member `hashed`: set
 * it before HASH_ADD(), and it is still true afterwards if the item is in the table.
 */
#ifndef SKSTAT_MODEL_HASH_H
#define SKSTAT_MODEL_HASH_H

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->hashed = false)
#include <uthash.h>

#endif
