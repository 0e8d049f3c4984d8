// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/buffer.h"
#include "render/json.h"
#include "stream.h"

#define JSON_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

struct skstat_stream {
	atomic_uint references; /* the request's and the thread's */
	struct skstat_ring ring;

	/* the thread's */
	struct skstat_http *http;
	struct skstat_options *options;
	bool raw;
	struct skstat_source *source;
	struct skstat_buffer text;   /* what one record becomes */
	bool begun;		     /* the object is open */
	bool namespaces;	     /* the array of sockets is closed, theirs is open */
	struct skstat_error failure; /* why a record could not be sent on */
};

static void stream_free(struct skstat_stream *stream)
{
	skstat_ring_destroy(&stream->ring);
	skstat_buffer_free(&stream->text);
	free(stream->options);
	free(stream);
}

static void stream_put(struct skstat_stream *stream)
{
	if (atomic_fetch_sub_explicit(&stream->references, 1, memory_order_acq_rel) == 1)
		stream_free(stream);
}

/* --- the thread */

static int put_json(const char *data, size_t length, void *text)
{
	skstat_buffer_put(text, data, length);
	return 0;
}

/* Adds the value and drops it. */
static void text_json(struct skstat_buffer *text, json_t *value)
{
	if (!value || json_dump_callback(value, put_json, text, JSON_FLAGS))
		text->failed = true;
	json_decref(value);
}

/* What goes before the next record. */
static void text_lead(struct skstat_stream *stream, bool namespace)
{
	if (!stream->begun)
		skstat_buffer_text(&stream->text, "{\"sockets\":[");
	if (namespace && !stream->namespaces)
		skstat_buffer_text(&stream->text, "\n],\"namespaces\":[\n");
	else
		skstat_buffer_text(&stream->text, stream->begun ? ",\n" : "\n");
}

/* A skstat_sample_fn. */
static int take_sample(const struct skstat_sample *sample, void *arg)
{
	struct skstat_stream *stream = arg;
	const struct skstat_source_info *info = skstat_source_info(stream->source);
	const bool namespace = sample->kind == SKSTAT_KIND_NETNS;

	if (stream->namespaces && !namespace)
		return skstat_error_set(&stream->failure, -EBADMSG, "the source gave a socket after its namespaces");
	skstat_buffer_clear(&stream->text);
	text_lead(stream, namespace);
	text_json(&stream->text, skstat_sample_json(sample, info->schema, info->hz, stream->raw));
	if (stream->text.failed)
		return skstat_error_set(&stream->failure, -ENOMEM, "no memory for a socket");
	if (!skstat_ring_write(&stream->ring, stream->text.data, stream->text.length))
		return 1;
	stream->begun = true;
	stream->namespaces = namespace;
	if (!namespace)
		skstat_self_add(stream->http->self, api_sockets, 1);
	return 0;
}

/* The JSON's end: the totals, or why there are none. */
static void write_end(struct skstat_stream *stream, const struct skstat_totals *totals,
		      const struct skstat_error *error)
{
	struct skstat_buffer text = { 0 };

	skstat_buffer_text(&text, stream->begun ? "\n]," : "{\"sockets\":[],");
	if (error->err) {
		skstat_buffer_text(&text, "\"error\":");
		text_json(&text, skstat_reply_sentence(error->text));
	} else {
		skstat_buffer_text(&text, "\"totals\":");
		text_json(&text, skstat_totals_json(totals));
	}
	skstat_buffer_text(&text, "}\n");
	/* Without memory for its end the JSON breaks off, which its reader will notice. */
	if (!text.failed)
		(void)skstat_ring_write(&stream->ring, text.data, text.length);
	skstat_buffer_free(&text);
}

/* 0 and the totals, or why not, in error->err too. */
static void dump_sockets(struct skstat_stream *stream, struct skstat_totals *totals, struct skstat_error *error)
{
	const struct skstat_http_config *config = &stream->http->config;
	int err;

	stream->source = config->open_source(config->open_arg, error);
	if (stream->source) {
		err = skstat_source_sock(stream->source, &stream->options->query, take_sample, stream, totals, error);
		skstat_source_close(stream->source);
	} else {
		err = error->err ? error->err : -EIO;
	}
	if (stream->failure.err) {
		*error = stream->failure;
		err = error->err;
	}
	error->err = err;
	if (err && !error->text[0])
		skstat_error_set(error, err, "the sockets cannot be read: %s", strerror(err < 0 ? -err : ECANCELED));
}

static void *dump_thread(void *arg)
{
	struct skstat_stream *stream = arg;
	struct skstat_http *http = stream->http;
	struct skstat_totals totals = { 0 };
	struct skstat_error error = { 0 };

	dump_sockets(stream, &totals, &error);
	if (stream->begun || !error.err)
		write_end(stream, &totals, &error);
	skstat_ring_end(&stream->ring, &error);

	/* With its place it gives up `http`. */
	pthread_mutex_lock(&http->lock);
	for (size_t i = 0; i < SKSTAT_STREAMS; i++)
		if (http->stream[i] == stream)
			http->stream[i] = NULL;
	pthread_cond_signal(&http->idle);
	pthread_mutex_unlock(&http->lock);
	stream_put(stream);
	return NULL;
}

/* --- the request */

/* Starts the thread if there is room for one, with the lock of http held. */
static int start_thread(struct skstat_stream *stream, struct skstat_error *error)
{
	struct skstat_http *http = stream->http;
	pthread_t thread;
	size_t slot = 0;
	int err;

	if (http->stopping)
		return skstat_error_set(error, -ESHUTDOWN, "the server is ending");
	while (slot < SKSTAT_STREAMS && http->stream[slot])
		slot++;
	if (slot == SKSTAT_STREAMS)
		return skstat_error_set(error, -EBUSY, "%d requests for sockets are being answered already",
					SKSTAT_STREAMS);
	err = pthread_create(&thread, NULL, dump_thread, stream);
	if (err)
		return skstat_error_set(error, -err, "no thread to read the sockets: %s", strerror(err));
	pthread_detach(thread);
	http->stream[slot] = stream;
	return 0;
}

struct skstat_stream *skstat_stream_start(struct skstat_http *http, struct MHD_Connection *connection,
					  struct skstat_options *options, bool raw, struct skstat_error *error)
{
	struct skstat_stream *stream = calloc(1, sizeof(*stream));
	int err;

	if (!stream) {
		free(options);
		skstat_error_set(error, -ENOMEM, "no memory for a request");
		return NULL;
	}
	atomic_init(&stream->references, 2);
	skstat_ring_init(&stream->ring, connection);
	stream->http = http;
	stream->options = options;
	stream->raw = raw;

	pthread_mutex_lock(&http->lock);
	err = start_thread(stream, error);
	pthread_mutex_unlock(&http->lock);
	if (!err)
		return stream;
	stream_free(stream);
	return NULL;
}

struct skstat_ring *skstat_stream_ring(struct skstat_stream *stream)
{
	return &stream->ring;
}

void skstat_stream_abandon(struct skstat_stream *stream)
{
	if (!stream)
		return;
	skstat_ring_abandon(&stream->ring);
	stream_put(stream);
}

void skstat_streams_stop(struct skstat_http *http)
{
	pthread_mutex_lock(&http->lock);
	http->stopping = true;
	for (size_t i = 0; i < SKSTAT_STREAMS; i++)
		if (http->stream[i])
			skstat_ring_abandon(&http->stream[i]->ring);
	pthread_mutex_unlock(&http->lock);
}

/* With the lock held. */
static bool is_idle(const struct skstat_http *http)
{
	for (size_t i = 0; i < SKSTAT_STREAMS; i++)
		if (http->stream[i])
			return false;
	return true;
}

void skstat_streams_wait(struct skstat_http *http)
{
	pthread_mutex_lock(&http->lock);
	while (!is_idle(http))
		pthread_cond_wait(&http->idle, &http->lock);
	pthread_mutex_unlock(&http->lock);
}
