// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "ring.h"

/* So much is worth waking the request for: it is some ten sockets. */
#define WAKE_BYTES (16 * 1024)

void skstat_ring_init(struct skstat_ring *ring, struct MHD_Connection *connection)
{
	ring->connection = connection;
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->room, NULL);
}

void skstat_ring_destroy(struct skstat_ring *ring)
{
	pthread_cond_destroy(&ring->room);
	pthread_mutex_destroy(&ring->lock);
}

/* --- with the lock held */

static bool is_worth_reading(const struct skstat_ring *ring)
{
	return ring->used >= WAKE_BYTES || (ring->pushed && ring->used) || ring->ended || ring->abandoned;
}

static void wake_request(struct skstat_ring *ring)
{
	if (!ring->suspended || !is_worth_reading(ring))
		return;
	ring->suspended = false;
	MHD_resume_connection(ring->connection);
}

static void suspend_request(struct skstat_ring *ring)
{
	ring->suspended = true;
	MHD_suspend_connection(ring->connection);
}

/* As much as fits up to the end of the free part, or of the memory. There is room. */
static size_t put_piece(struct skstat_ring *ring, const void *data, size_t length)
{
	size_t at = (ring->first + ring->used) % SKSTAT_RING_BYTES;
	size_t piece = SKSTAT_RING_BYTES - (at < ring->first ? ring->used : at);

	if (piece > length)
		piece = length;
	memcpy(ring->data + at, data, piece);
	ring->used += piece;
	return piece;
}

static size_t take_piece(struct skstat_ring *ring, char *data, size_t room)
{
	size_t piece = SKSTAT_RING_BYTES - ring->first;

	if (piece > ring->used)
		piece = ring->used;
	if (piece > room)
		piece = room;
	memcpy(data, ring->data + ring->first, piece);
	ring->first = (ring->first + piece) % SKSTAT_RING_BYTES;
	ring->used -= piece;
	ring->pushed &= ring->used > 0;
	return piece;
}

/* --- each side takes it */

bool skstat_ring_write(struct skstat_ring *ring, const void *data, size_t length)
{
	const char *next = data;
	bool wanted;

	pthread_mutex_lock(&ring->lock);
	ring->begun = true;
	while (length && !ring->abandoned) {
		size_t piece;

		if (ring->used == SKSTAT_RING_BYTES) {
			pthread_cond_wait(&ring->room, &ring->lock);
			continue;
		}
		piece = put_piece(ring, next, length);
		next += piece;
		length -= piece;
		wake_request(ring);
	}
	wanted = !ring->abandoned;
	pthread_mutex_unlock(&ring->lock);
	return wanted;
}

void skstat_ring_push(struct skstat_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->pushed = ring->used > 0;
	wake_request(ring);
	pthread_mutex_unlock(&ring->lock);
}

void skstat_ring_end(struct skstat_ring *ring, const struct skstat_error *error)
{
	pthread_mutex_lock(&ring->lock);
	ring->error = *error;
	ring->ended = true;
	wake_request(ring);
	pthread_mutex_unlock(&ring->lock);
}

bool skstat_ring_begun(struct skstat_ring *ring, struct skstat_error *error)
{
	bool known;

	pthread_mutex_lock(&ring->lock);
	known = is_worth_reading(ring);
	*error = ring->error;
	if (!known)
		suspend_request(ring);
	else if (ring->abandoned)
		error->err = -ESHUTDOWN;
	else if (ring->begun)
		error->err = 0;
	pthread_mutex_unlock(&ring->lock);
	return known;
}

ssize_t skstat_ring_read(void *cls, uint64_t position, char *data, size_t room)
{
	struct skstat_ring *ring = cls;
	ssize_t length = 0;

	(void)position;
	pthread_mutex_lock(&ring->lock);
	if (ring->abandoned) {
		length = MHD_CONTENT_READER_END_WITH_ERROR;
	} else if (ring->ended && !ring->used) {
		length = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (is_worth_reading(ring)) {
		length = (ssize_t)take_piece(ring, data, room);
		pthread_cond_signal(&ring->room);
	} else {
		suspend_request(ring);
	}
	pthread_mutex_unlock(&ring->lock);
	return length;
}

void skstat_ring_abandon(struct skstat_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->abandoned = true;
	wake_request(ring);
	pthread_cond_signal(&ring->room);
	pthread_mutex_unlock(&ring->lock);
}
