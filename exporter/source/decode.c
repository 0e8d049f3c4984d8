// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "decode.h"

#define GROUP_PLACE(GROUP, group, kinds) [SKSTAT_GROUP_##GROUP] = offsetof(struct skstat_sample, group),
const size_t skstat_sample_group[__SKSTAT_GROUP_MAX] = { SKSTAT_GROUPS(GROUP_PLACE) };
#undef GROUP_PLACE

static bool run_is_sound(const struct skstat_run *run, size_t length)
{
	size_t sum = 0;

	for (unsigned int g = 0; g < SKSTAT_RUN_GROUPS; g++) {
		if (run->size[g] % 8 || !run->size[g] != !(run->groups & 1u << g))
			return false;
		sum += run->size[g];
	}
	if (run->groups >> SKSTAT_RUN_GROUPS)
		return false;
	if (!run->stride || run->stride % 8 || run->stride < sum)
		return false;
	/* u32 * u16 does not fit in 32 bits. */
	return (uint64_t)run->count * run->stride == length - sizeof(*run);
}

/* Without it, nobody could say whose record it is; of an event, nor which event. */
static bool run_names_its_subject(const struct skstat_run *run)
{
	uint32_t wanted = 1u << SKSTAT_GROUP_IDENTITY;

	if (run->kind == SKSTAT_KIND_NETNS)
		wanted = 1u << SKSTAT_GROUP_NETNS;
	else if (skstat_kind_is_event(run->kind))
		wanted |= 1u << SKSTAT_GROUP_EVENT;
	return (run->groups & wanted) == wanted;
}

/* The group's bytes: with those of the group before, if they follow them on both sides. */
static void piece_add(struct skstat_run_reader *reader, unsigned int g)
{
	struct skstat_run_piece *last = reader->pieces ? &reader->piece[reader->pieces - 1] : NULL;
	const struct skstat_run_piece piece = { .from = (uint16_t)reader->offset[g],
						.to = (uint16_t)skstat_sample_group[g],
						.length = reader->sample.size[g] };

	if (last && last->from + last->length == piece.from && last->to + last->length == piece.to)
		last->length = (uint16_t)(last->length + piece.length);
	else
		reader->piece[reader->pieces++] = piece;
}

int skstat_run_open(struct skstat_run_reader *reader, const void *data, size_t length)
{
	struct skstat_sample *sample = &reader->sample;
	struct skstat_run run;
	size_t offset = 0;

	memset(reader, 0, sizeof(*reader));
	if (length < sizeof(run))
		return -EBADMSG;
	memcpy(&run, data, sizeof(run));
	if (!run_is_sound(&run, length))
		return -EBADMSG;
	if (!skstat_kind_name(run.kind)) {
		reader->skipped = run.count;
		return 0;
	}
	if (!run_names_its_subject(&run))
		return -EBADMSG;

	/*
	 * All records of a run have the same groups, of the same sizes: what this leaves zero stays so, and a record
	 * costs its bytes' copying alone.
	 */
	sample->kind = run.kind;
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		reader->offset[g] = offset;
		offset += run.size[g];
		if (!run.size[g])
			continue;
		sample->groups |= 1u << g;
		sample->size[g] = run.size[g] < skstat_groups[g].size ? run.size[g] : skstat_groups[g].size;
		piece_add(reader, g);
	}
	reader->count = run.count;
	reader->stride = run.stride;
	reader->next = (const unsigned char *)data + sizeof(run);
	return 0;
}

const struct skstat_sample *skstat_run_next(struct skstat_run_reader *reader)
{
	unsigned char *sample = (unsigned char *)&reader->sample;

	if (!reader->count)
		return NULL;
	for (unsigned int i = 0; i < reader->pieces; i++)
		memcpy(sample + reader->piece[i].to, reader->next + reader->piece[i].from, reader->piece[i].length);
	skstat_run_skip(reader);
	return &reader->sample;
}

bool skstat_sample_has(const struct skstat_sample *sample, const struct skstat_field *field)
{
	return sample->size[field->group] >= field->offset + field->size;
}

const void *skstat_sample_at(const struct skstat_sample *sample, const struct skstat_field *field)
{
	return (const unsigned char *)sample + skstat_sample_group[field->group] + field->offset;
}

int64_t skstat_sample_s64(const struct skstat_sample *sample, const struct skstat_field *field)
{
	const void *at = skstat_sample_at(sample, field);

	switch (field->type) {
	case SKSTAT_TYPE_U8:
		return *(const uint8_t *)at;
	case SKSTAT_TYPE_U16:
		return *(const uint16_t *)at;
	case SKSTAT_TYPE_U32:
		return *(const uint32_t *)at;
	case SKSTAT_TYPE_S32:
		return *(const int32_t *)at;
	case SKSTAT_TYPE_U64:
		return (int64_t)*(const uint64_t *)at;
	case SKSTAT_TYPE_UNSPEC:
	case SKSTAT_TYPE_ADDR:
	case SKSTAT_TYPE_NAME:
		break;
	}
	return 0;
}

uint64_t skstat_sample_u64(const struct skstat_sample *sample, const struct skstat_field *field)
{
	return (uint64_t)skstat_sample_s64(sample, field);
}

double skstat_sample_scaled(const struct skstat_sample *sample, const struct skstat_field *field, uint32_t hz)
{
	double scale = skstat_unit_scale(field->unit, hz);

	if (field->type == SKSTAT_TYPE_U64)
		return (double)skstat_sample_u64(sample, field) * scale;
	return (double)skstat_sample_s64(sample, field) * scale;
}
