/* SPDX-License-Identifier: GPL-2.0 */
/*
 * uthash, which ends the program when memory runs out unless told otherwise. Here an item has a member `hashed`: set
 * it before HASH_ADD(), and it is still true afterwards if the item is in the table.
 */
#ifndef SKSTAT_MODEL_HASH_H
#define SKSTAT_MODEL_HASH_H

#include <stddef.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->hashed = false)

/*
 * Functions, not macros: an analyzer comes to no end in uthash's own hash, which is expanded wherever something is
 * looked up, and takes a table for leaked as soon as only items point to it.
 */
#define uthash_malloc(size)	skstat_hash_alloc(size)
#define uthash_free(at, size)	skstat_hash_free(at)
#define HASH_FUNCTION(key, length, value) ((value) = skstat_hash_bytes(key, length))
#include <uthash.h>

void *skstat_hash_alloc(size_t size);
void skstat_hash_free(void *at);
unsigned int skstat_hash_bytes(const void *key, size_t length);

#endif
