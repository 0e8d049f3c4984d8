// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <stdlib.h>

#include "hash.h"

void *skstat_hash_alloc(size_t size)
{
	return malloc(size);
}

void skstat_hash_free(void *at)
{
	free(at);
}

/* Keys are short, and come from the kernel: each byte reaches the bits that uthash takes, the low ones. */
unsigned int skstat_hash_bytes(const void *key, size_t length)
{
	const unsigned char *byte = key;
	uint64_t hash = length;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ byte[i]) * 0x9e3779b97f4a7c15;
	return (unsigned int)(hash >> 32);
}
