// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "outlets_inside.h"
#include "sample.h"
#include "snapshot/snapshot.h"
#include "source/error.h"

static void outlets_free(struct skstat_outlets *outlets)
{
	for (size_t i = 0; i < outlets->count; i++)
		skstat_outlet_free(outlets->outlet[i]);
	free(outlets);
}

struct skstat_outlets *skstat_outlets_start(const struct skstat_stream_config *config, size_t count,
					    struct skstat_error *error)
{
	struct skstat_outlets *outlets = calloc(1, sizeof(*outlets));
	bool well = outlets;

	if (!outlets)
		skstat_error_set(error, -ENOMEM, "no memory for streams");
	for (size_t i = 0; i < count && well; i++) {
		outlets->outlet[i] = skstat_outlet_new(&config[i], error);
		well = outlets->outlet[i];
		outlets->count += well;
		outlets->what |= config[i].what;
		outlets->matching |= config[i].matching;
	}
	for (size_t i = 0; i < count && well; i++)
		well = skstat_outlet_start(outlets->outlet[i], error) == 0;
	if (well)
		return outlets;
	skstat_outlets_stop(outlets, 0);
	return NULL;
}

void skstat_outlets_stop(struct skstat_outlets *outlets, uint64_t grace_ns)
{
	if (!outlets)
		return;
	for (size_t i = 0; i < outlets->count; i++)
		skstat_outlet_stop(outlets->outlet[i], grace_ns);
	outlets_free(outlets);
}

void skstat_outlets_reopen(struct skstat_outlets *outlets)
{
	for (size_t i = 0; outlets && i < outlets->count; i++)
		skstat_control_reopen(&outlets->outlet[i]->control);
}

bool skstat_outlets_want_sockets(const struct skstat_outlets *outlets)
{
	return outlets && outlets->what & SKSTAT_STREAM_SOCKETS;
}

/* --- the collector */

/* Whether what the records mean is what it was. */
static bool schema_is(const struct skstat_outlets *outlets, const struct skstat_source_info *info)
{
	return outlets->schema.item.length && outlets->schema.hz == info->hz &&
	       memcmp(outlets->schema.available, info->schema->available, sizeof(info->schema->available)) == 0;
}

void skstat_outlets_begin(struct skstat_outlets *outlets, const struct skstat_source_info *info,
			  enum skstat_batch_poll poll)
{
	if (!outlets)
		return;
	outlets->poll = poll;
	outlets->wall_ns = skstat_wall_ns();
	outlets->offset_ns = (int64_t)(outlets->wall_ns - skstat_now_ns());
	if (schema_is(outlets, info))
		return;
	outlets->schema.item = (struct skstat_queue_item){ sizeof(outlets->schema), SKSTAT_BATCH_SCHEMA };
	outlets->schema.hz = info->hz;
	memcpy(outlets->schema.available, info->schema->available, sizeof(outlets->schema.available));
	for (size_t i = 0; i < outlets->count; i++) {
		/* Runs that begin now are of the new one. */
		skstat_outlet_flush(outlets->outlet[i]);
		outlets->outlet[i]->told = false;
	}
}

/* Namespaces, and what is left of sockets, are nobody's. */
static uint32_t what_of(enum skstat_kind kind)
{
	if (skstat_kind_is_event(kind))
		return SKSTAT_STREAM_EVENTS;
	return kind == SKSTAT_KIND_FULL || kind == SKSTAT_KIND_LISTEN ? SKSTAT_STREAM_SOCKETS : 0;
}

static struct skstat_picture picture_of(const struct skstat_outlets *outlets, const struct skstat_sample *shape,
					const struct skstat_run_piece *piece, unsigned int pieces)
{
	struct skstat_picture picture = {
		.shape = shape,
		.piece = piece,
		.pieces = pieces,
		.wall_ns = outlets->wall_ns,
		.offset_ns = outlets->offset_ns,
		.poll = outlets->poll,
	};

	for (unsigned int i = 0; i < pieces; i++)
		picture.length += piece[i].length;
	return picture;
}

/* What the stream is of; `sample` is there if some stream asks for it. */
static bool is_chosen(const struct skstat_stream_config *config, uint32_t what, uint64_t cookie,
		      const struct skstat_sample *sample)
{
	return config->what & what && skstat_cookie_chosen(cookie, config->sample) &&
	       (!config->matching || skstat_stream_matches(&config->match, sample));
}

static void put(struct skstat_outlets *outlets, const struct skstat_picture *picture, const unsigned char *data,
		uint64_t cookie, const struct skstat_sample *sample)
{
	uint32_t what = what_of(picture->shape->kind);

	for (size_t i = 0; i < outlets->count; i++)
		if (is_chosen(outlets->outlet[i]->config, what, cookie, sample))
			skstat_outlet_put(outlets->outlet[i], picture, data, &outlets->schema);
}

void skstat_outlets_run(struct skstat_outlets *outlets, const struct skstat_run_reader *run)
{
	const unsigned char *data = run->next;
	const size_t cookie_at = run->offset[SKSTAT_GROUP_IDENTITY] + offsetof(struct skstat_identity, cookie);
	struct skstat_run_reader reader;
	struct skstat_picture picture;

	if (!outlets || !(outlets->what & what_of(run->sample.kind)))
		return;
	if (outlets->matching)
		reader = *run;
	picture = picture_of(outlets, &run->sample, run->piece, run->pieces);
	for (uint32_t i = 0; i < run->count; i++, data += run->stride) {
		uint64_t cookie;

		memcpy(&cookie, data + cookie_at, sizeof(cookie));
		put(outlets, &picture, data, cookie, outlets->matching ? skstat_run_next(&reader) : NULL);
	}
}

void skstat_outlets_sample(struct skstat_outlets *outlets, const struct skstat_sample *sample)
{
	struct skstat_run_piece piece[__SKSTAT_GROUP_MAX];
	uint32_t what = what_of(sample->kind);
	struct skstat_picture picture;
	unsigned int pieces = 0;

	/* Nobody could say whose one without identity is. */
	if (!outlets || !(outlets->what & what) || !sample->size[SKSTAT_GROUP_IDENTITY])
		return;
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (sample->size[g])
			piece[pieces++] = (struct skstat_run_piece){ .from = (uint16_t)skstat_sample_group[g],
								     .length = sample->size[g] };
	picture = picture_of(outlets, sample, piece, pieces);
	put(outlets, &picture, (const unsigned char *)sample, sample->identity.cookie, sample);
}

void skstat_outlets_lost(struct skstat_outlets *outlets, uint64_t events, bool more)
{
	if (!outlets || (!events && !more))
		return;
	for (size_t i = 0; i < outlets->count; i++)
		if (outlets->outlet[i]->config->what & SKSTAT_STREAM_EVENTS)
			skstat_outlet_lost(outlets->outlet[i], skstat_wall_ns(), events, more);
}

void skstat_outlets_flush(struct skstat_outlets *outlets)
{
	for (size_t i = 0; outlets && i < outlets->count; i++)
		skstat_outlet_flush(outlets->outlet[i]);
}
