/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decoder: the bytes of one SKSTAT_SOCK_RUN to samples. Pure: no sockets, no clock, no state but the caller's.
 * The bytes are not trusted, need not be aligned, and may be of an older or a newer module.
 */
#ifndef SKSTAT_SOURCE_DECODE_H
#define SKSTAT_SOURCE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

#include "field.h"

/*
 * One record. A group that the record does not have is zero and has size 0; of a group that an older module sent, the
 * unsent tail is zero. Values are raw: skstat_sample_scaled() knows units.
 */
struct skstat_sample {
	enum skstat_kind kind;
	uint32_t groups;		  /* 1 << enum skstat_group: those that are there and known here */
	uint16_t size[SKSTAT_RUN_GROUPS]; /* bytes of each group that are valid: min(the run's, ours) */
#define SKSTAT_SAMPLE_MEMBER(GROUP, group, kinds) struct skstat_##group group;
	SKSTAT_GROUPS(SKSTAT_SAMPLE_MEMBER)
#undef SKSTAT_SAMPLE_MEMBER
};

/*
 * A cursor over one run. Only `skipped` and `count` are the caller's to read, and who reads records in place reads the
 * others, too: group g of the next one is at next + offset[g], and sample.kind, .groups and .size are those of all.
 */
struct skstat_run_reader {
	uint32_t count;	  /* records that skstat_run_next() has yet to give */
	uint32_t skipped; /* records of the run that it never will: their kind is not known here */
	const unsigned char *next;
	size_t stride;
	size_t offset[__SKSTAT_GROUP_MAX];
	/* What a record's copying comes to: bytes that lie side by side in it and in the sample. */
	struct skstat_run_piece {
		uint16_t from, to, length;
	} piece[__SKSTAT_GROUP_MAX];
	unsigned int pieces;
	struct skstat_sample sample;
};

/*
 * Starts to read the run of `length` bytes at `data`, which must stay while `reader` is in use. A run is refused,
 * whole, unless it is exactly its header and count * stride bytes; stride and sizes are multiples of 8; the sizes fit
 * in the stride; `groups` and `size` name the same groups; and the identity is there, of an event with the event
 * group, or else of a NETNS record the netns group.
 *
 * 0, also when the kind is not known (then there is nothing to read, and `skipped` says how much); -EBADMSG.
 */
int skstat_run_open(struct skstat_run_reader *reader, const void *data, size_t length);

/* The next record, or NULL at the end. It lies in the reader, until the next call. */
const struct skstat_sample *skstat_run_next(struct skstat_run_reader *reader);

/* Whether records may be read in place: they lie on 8 bytes, as their members want it. */
static inline bool skstat_run_is_aligned(const struct skstat_run_reader *reader)
{
	return (uintptr_t)reader->next % 8 == 0;
}

/* Passes over the next record, which there must be. */
static inline void skstat_run_skip(struct skstat_run_reader *reader)
{
	reader->next += reader->stride;
	reader->count--;
}

/* Whether the record has this field whole. Whether the kernel has the figure at all is the schema's to say. */
bool skstat_sample_has(const struct skstat_sample *sample, const struct skstat_field *field);

/* Where a group's structure is in a sample, by enum skstat_group. */
extern const size_t skstat_sample_group[__SKSTAT_GROUP_MAX];

/* The field's bytes in the sample, aligned for its type: struct skstat_addr or skstat_name, say. */
const void *skstat_sample_at(const struct skstat_sample *sample, const struct skstat_field *field);

/*
 * A numeric field, raw. 0 where the record does not have it, and of addresses and names. A negative S32 comes out of
 * skstat_sample_s64() as it is, of skstat_sample_u64() sign-extended.
 */
uint64_t skstat_sample_u64(const struct skstat_sample *sample, const struct skstat_field *field);
int64_t skstat_sample_s64(const struct skstat_sample *sample, const struct skstat_field *field);

/* The same in base units: value * skstat_unit_scale(). `hz` is SKSTAT_INFO_HZ. */
double skstat_sample_scaled(const struct skstat_sample *sample, const struct skstat_field *field, uint32_t hz);

#endif
