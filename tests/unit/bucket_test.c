// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's bucket arithmetic against exact edges: whether v is above 2^(i/8) is whether v^8 is above 2^i, which are
 * whole numbers, if long ones. Built for 32 bits as well, where there is no cmocka: it prints TAP by itself.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bucket.h"

/* --- numbers of 1024 bits; those here have less than 800 */

#define LIMBS 32

struct big {
	uint32_t limb[LIMBS]; /* the lowest first */
};

static void big_multiply(struct big *big, uint32_t by)
{
	uint64_t carry = 0;

	for (int i = 0; i < LIMBS; i++) {
		carry += (uint64_t)big->limb[i] * by;
		big->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static struct big big_shift(const struct big *big, unsigned int bits)
{
	unsigned int limbs = bits / 32;
	struct big out = { { 0 } };

	for (unsigned int i = limbs; i < LIMBS; i++) {
		uint64_t pair = (uint64_t)big->limb[i - limbs] << 32 | (i > limbs ? big->limb[i - limbs - 1] : 0);

		out.limb[i] = (uint32_t)(pair << bits % 32 >> 32);
	}
	return out;
}

static void big_add(struct big *big, const struct big *more)
{
	uint64_t carry = 0;

	for (int i = 0; i < LIMBS; i++) {
		carry += (uint64_t)big->limb[i] + more->limb[i];
		big->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static int big_compare(const struct big *a, const struct big *b)
{
	for (int i = LIMBS; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

/* value^8 * 2^shift */
static struct big eighth_power(uint64_t value, unsigned int shift)
{
	struct big power = { { 1 } };

	for (int i = 0; i < 8; i++) {
		struct big high = power;

		big_multiply(&power, (uint32_t)value);
		big_multiply(&high, (uint32_t)(value >> 32));
		high = big_shift(&high, 32);
		big_add(&power, &high);
	}
	return big_shift(&power, shift);
}

/* --- what is measured */

/* Each is a whole number of buckets, from the one that 1 is in to the one that 2^64 - 1 is in. */
struct unit {
	const char *name;
	int (*bucket)(uint64_t value);
	int digits;	/* a base unit is 10^digits of it */
	unsigned int k; /* -k is at or below the first edge of all; so that exponents are not negative */
	int last;
	int first; /* the bucket of 1 */
};

static const struct unit units[] = {
	{ "nanoseconds", skstat_bucket_of_ns, 9, 240, 273, SKSTAT_BUCKET_OF_1_NANOSECONDS },
	{ "bytes", skstat_bucket_of_bytes, 0, 8, 512, SKSTAT_BUCKET_OF_1_BYTES },
};

/* Whether value is above 2^(edge/8) base units. */
static bool is_above(const struct unit *unit, uint64_t value, int edge)
{
	struct big power = eighth_power(value, unit->k), limit = { { 1 } };

	for (int i = 0; i < 8 * unit->digits; i++)
		big_multiply(&limit, 10);
	limit = big_shift(&limit, (unsigned int)(edge + (int)unit->k));
	return big_compare(&power, &limit) > 0;
}

static bool is_right(const struct unit *unit, uint64_t value)
{
	int bucket = unit->bucket(value);
	bool right = bucket - 1 >= -(int)unit->k && bucket <= unit->last && is_above(unit, value, bucket - 1) &&
		     !is_above(unit, value, bucket);

	if (!right)
		printf("# %" PRIu64 " %s: not in bucket %d\n", value, unit->name, bucket);
	return right;
}

/* The largest value that is not above; 0: all are. */
static uint64_t below(const struct unit *unit, int edge)
{
	uint64_t value = 0;

	for (uint64_t bit = 1ull << 63; bit; bit >>= 1)
		if (!is_above(unit, value | bit, edge))
			value |= bit;
	return value;
}

static bool edges_are_right(const struct unit *unit)
{
	for (int edge = -(int)unit->k; edge <= unit->last; edge++) {
		uint64_t value = below(unit, edge);

		for (int i = -1; i <= 1; i++) {
			uint64_t beside = value + (uint64_t)i;

			if (beside && !is_right(unit, beside))
				return false;
		}
	}
	return is_right(unit, 1) && is_right(unit, UINT64_MAX);
}

/* xorshift64*: the same ones each time. */
static uint64_t random_value(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717;
}

static bool random_ones_are_right(const struct unit *unit)
{
	for (int i = 0; i < 100000; i++) {
		uint64_t value = random_value();

		value >>= random_value() % 64;
		if (value && !is_right(unit, value))
			return false;
	}
	return true;
}

static bool octaves_are_right(const struct unit *unit)
{
	for (int e = 0; e < 64; e++)
		if (unit->bucket(1ull << e) != unit->first + 8 * e)
			return false;
	return true;
}

static int number;

static int result(bool right, const struct unit *unit, const char *what)
{
	printf("%s %d - %s of %s, %zu bits\n", right ? "ok" : "not ok", ++number, what, unit->name, 8 * sizeof(void *));
	return !right;
}

int main(void)
{
	int failed = 0;

	printf("1..%zu\n", 3 * sizeof(units) / sizeof(*units));
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		failed += result(edges_are_right(&units[i]), &units[i], "every edge, and its neighbours,");
		failed += result(octaves_are_right(&units[i]), &units[i], "eight buckets for each octave");
		failed += result(random_ones_are_right(&units[i]), &units[i], "a hundred thousand values");
	}
	return failed;
}
