/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which connections a stream has: one in so many, by a hash of the cookie alone. So a connection is in all of its
 * records and events or in none, in every run of the exporter and in every stream of the same modulus. Pure.
 */
#ifndef SKSTAT_STREAM_SAMPLE_H
#define SKSTAT_STREAM_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* Cookies are numbers that follow each other: each bit is to move all others (MurmurHash3's last step). */
static inline uint64_t skstat_cookie_hash(uint64_t cookie)
{
	cookie ^= cookie >> 33;
	cookie *= UINT64_C(0xff51afd7ed558ccd);
	cookie ^= cookie >> 33;
	cookie *= UINT64_C(0xc4ceb9fe1a85ec53);
	return cookie ^ cookie >> 33;
}

/* `modulus` is 1 or more. */
static inline bool skstat_cookie_chosen(uint64_t cookie, uint32_t modulus)
{
	return modulus <= 1 || skstat_cookie_hash(cookie) % modulus == 0;
}

#endif
