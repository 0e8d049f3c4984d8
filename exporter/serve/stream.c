// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

struct skstat_stream {
	atomic_uint references; /* the request's and the thread's */
	struct skstat_ring ring;
	struct skstat_http *http; /* the thread's, as long as it has its place there */
	struct skstat_stream_job *job;
};

static void stream_free(struct skstat_stream *stream)
{
	skstat_ring_destroy(&stream->ring);
	stream->job->free(stream->job);
	free(stream);
}

static void stream_put(struct skstat_stream *stream)
{
	if (atomic_fetch_sub_explicit(&stream->references, 1, memory_order_acq_rel) == 1)
		stream_free(stream);
}

/* Nobody reads: whatever its thread waits for. */
static void stream_end(struct skstat_stream *stream)
{
	skstat_ring_abandon(&stream->ring);
	if (stream->job->wake)
		stream->job->wake(stream->job);
}

/* --- the thread */

static void *stream_thread(void *arg)
{
	struct skstat_stream *stream = arg;
	struct skstat_http *http = stream->http;
	struct skstat_error error = { 0 };

	stream->job->run(stream->job, &stream->ring, &error);
	skstat_ring_end(&stream->ring, &error);

	pthread_mutex_lock(&http->lock);
	for (size_t i = 0; i < SKSTAT_PLACES; i++)
		if (http->stream[i] == stream)
			http->stream[i] = NULL;
	http->leaving++;
	pthread_mutex_unlock(&http->lock);
	/* What the job holds is there as long as the server is. */
	stream_put(stream);
	pthread_mutex_lock(&http->lock);
	http->leaving--;
	pthread_cond_signal(&http->idle);
	pthread_mutex_unlock(&http->lock);
	return NULL;
}

/* --- the request */

/* Starts the thread if there is room for one, with the lock of http held. */
static int start_thread(struct skstat_stream *stream, struct skstat_error *error)
{
	struct skstat_http *http = stream->http;
	pthread_t thread;
	size_t slot = stream->job->endless ? SKSTAT_STREAMS : 0;
	const size_t end = stream->job->endless ? SKSTAT_PLACES : SKSTAT_STREAMS;
	int err;

	if (http->stopping)
		return skstat_error_set(error, -ESHUTDOWN, "the server is ending");
	while (slot < end && http->stream[slot])
		slot++;
	if (slot == end)
		return skstat_error_set(error, -EBUSY, "%d requests for %s are being answered already",
					stream->job->endless ? SKSTAT_ENDLESS : SKSTAT_STREAMS,
					stream->job->endless ? "events" : "sockets");
	err = pthread_create(&thread, NULL, stream_thread, stream);
	if (err)
		return skstat_error_set(error, -err, "no thread to answer: %s", strerror(err));
	pthread_detach(thread);
	http->stream[slot] = stream;
	return 0;
}

struct skstat_stream *skstat_stream_start(struct skstat_http *http, struct MHD_Connection *connection,
					  struct skstat_stream_job *job, struct skstat_error *error)
{
	struct skstat_stream *stream = calloc(1, sizeof(*stream));
	int err;

	if (!stream) {
		job->free(job);
		skstat_error_set(error, -ENOMEM, "no memory for a request");
		return NULL;
	}
	atomic_init(&stream->references, 2);
	skstat_ring_init(&stream->ring, connection);
	stream->http = http;
	stream->job = job;

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

const char *skstat_stream_type(const struct skstat_stream *stream)
{
	return stream->job->type;
}

void skstat_stream_abandon(struct skstat_stream *stream)
{
	if (!stream)
		return;
	stream_end(stream);
	stream_put(stream);
}

void skstat_streams_stop(struct skstat_http *http)
{
	pthread_mutex_lock(&http->lock);
	http->stopping = true;
	for (size_t i = 0; i < SKSTAT_PLACES; i++)
		if (http->stream[i])
			stream_end(http->stream[i]);
	pthread_mutex_unlock(&http->lock);
}

/* With the lock held. */
static bool is_idle(const struct skstat_http *http)
{
	for (size_t i = 0; i < SKSTAT_PLACES; i++)
		if (http->stream[i])
			return false;
	return !http->leaving;
}

void skstat_streams_wait(struct skstat_http *http)
{
	pthread_mutex_lock(&http->lock);
	while (!is_idle(http))
		pthread_cond_wait(&http->idle, &http->lock);
	pthread_mutex_unlock(&http->lock);
}
