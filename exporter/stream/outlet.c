// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "outlet.h"
#include "source/error.h"

static const struct skstat_encoding *const encodings[] = {
	[SKSTAT_STREAM_JSONL] = &skstat_encoding_jsonl,
	[SKSTAT_STREAM_PROTOBUF] = &skstat_encoding_protobuf,
};

static int outlet_init(struct skstat_outlet *outlet, struct skstat_error *error)
{
	const struct skstat_stream_config *config = outlet->config;
	struct skstat_sink *sink = &outlet->sink;
	int err;

	sink->kind = skstat_sink_find(config->to, &sink->where, error);
	if (!sink->kind)
		return error->err;
	sink->rotate_size = config->rotate_size;
	sink->rotate_keep = config->rotate_keep;
	sink->control = &outlet->control;
	outlet->encoding = encodings[config->format];
	if (skstat_queue_init(&outlet->queue, config->queue) || skstat_control_init(&outlet->control))
		return skstat_error_set(error, -ENOMEM, "stream %s: no memory or no descriptor for it", config->name);
	if (sink->kind->later)
		return 0;
	err = skstat_outlet_open(outlet);
	if (err)
		return skstat_error_set(error, err, "stream %s: %s cannot be opened: %s", config->name, config->to,
					err == -EINVAL ? "it is no file" : strerror(-err));
	return 0;
}

struct skstat_outlet *skstat_outlet_new(const struct skstat_stream_config *config, struct skstat_error *error)
{
	struct skstat_outlet *outlet = calloc(1, sizeof(*outlet));

	if (!outlet) {
		skstat_error_set(error, -ENOMEM, "no memory for a stream");
		return NULL;
	}
	outlet->config = config;
	outlet->control.event = -1;
	outlet->count.up = true;
	if (outlet_init(outlet, error)) {
		skstat_outlet_free(outlet);
		return NULL;
	}
	return outlet;
}

int skstat_outlet_start(struct skstat_outlet *outlet, struct skstat_error *error)
{
	sigset_t all, before;
	int err;

	/* The thread begins with this mask: signals are for the collector. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&outlet->thread, NULL, skstat_outlet_thread, outlet);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	outlet->started = !err;
	return err ? skstat_error_set(error, -err, "stream %s: no thread for it: %s", outlet->config->name,
				      strerror(err)) : 0;
}

void skstat_outlet_stop(struct skstat_outlet *outlet, uint64_t grace_ns)
{
	skstat_outlet_flush(outlet);
	skstat_control_stop(&outlet->control, grace_ns);
}

void skstat_outlet_free(struct skstat_outlet *outlet)
{
	if (!outlet)
		return;
	if (outlet->started)
		pthread_join(outlet->thread, NULL);
	skstat_outlet_close(outlet);
	skstat_chunk_free(&outlet->chunk);
	skstat_queue_free(&outlet->queue);
	skstat_control_free(&outlet->control);
	free(outlet);
}
