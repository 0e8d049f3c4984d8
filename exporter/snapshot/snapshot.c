// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "snapshot.h"

#define STALE_INTERVALS 3
#define STALE_NS	1000000000 /* at 10 ms, any busy machine would be unhealthy now and then */

struct skstat_store {
	pthread_mutex_t lock; /* of latest, and of taking a reference to it */
	struct skstat_snapshot *latest;
	uint64_t sequence;
	int published; /* an eventfd that is written to once */
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t skstat_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t skstat_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

bool skstat_snapshot_stale(const struct skstat_snapshot *snapshot, uint64_t now_ns)
{
	uint64_t patience = STALE_INTERVALS * snapshot->interval_ns;

	if (patience < STALE_NS)
		patience = STALE_NS;
	/* `now` may have been read before the snapshot came. */
	return now_ns > snapshot->taken_ns && now_ns - snapshot->taken_ns > patience;
}

struct skstat_body *skstat_snapshot_body(struct skstat_snapshot *snapshot, bool stale, enum skstat_format format,
					 bool gzip)
{
	return &snapshot->body[stale][format][gzip];
}

void skstat_snapshot_put(struct skstat_snapshot *snapshot)
{
	if (!snapshot || atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) != 1)
		return;
	for (int stale = 0; stale < 2; stale++)
		for (int format = 0; format < __SKSTAT_FORMAT_MAX; format++)
			for (int gzip = 0; gzip < 2; gzip++)
				free(snapshot->body[stale][format][gzip].data);
	pthread_mutex_destroy(&snapshot->lock);
	skstat_families_free(snapshot->families);
	free(snapshot);
}

struct skstat_store *skstat_store_new(void)
{
	struct skstat_store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	store->published = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (store->published < 0) {
		free(store);
		return NULL;
	}
	pthread_mutex_init(&store->lock, NULL);
	return store;
}

void skstat_store_free(struct skstat_store *store)
{
	if (!store)
		return;
	skstat_snapshot_put(store->latest);
	close(store->published);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

int skstat_store_publish(struct skstat_store *store, struct skstat_families *families, uint64_t taken_ns,
			 uint64_t interval_ns, bool ready)
{
	struct skstat_snapshot *snapshot = families->failed ? NULL : calloc(1, sizeof(*snapshot));
	struct skstat_snapshot *before;

	if (!snapshot) {
		skstat_families_free(families);
		return -ENOMEM;
	}
	atomic_init(&snapshot->references, 1); /* the store's */
	snapshot->taken_ns = taken_ns;
	snapshot->interval_ns = interval_ns;
	snapshot->ready = ready;
	snapshot->families = families;
	pthread_mutex_init(&snapshot->lock, NULL);

	pthread_mutex_lock(&store->lock);
	snapshot->sequence = ++store->sequence;
	before = store->latest;
	store->latest = snapshot;
	pthread_mutex_unlock(&store->lock);

	if (!before)
		(void)eventfd_write(store->published, 1);
	/* Outside of the lock: freeing a large set takes a while. */
	skstat_snapshot_put(before);
	return 0;
}

struct skstat_snapshot *skstat_store_take(struct skstat_store *store)
{
	struct skstat_snapshot *snapshot;

	pthread_mutex_lock(&store->lock);
	snapshot = store->latest;
	if (snapshot)
		atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	pthread_mutex_unlock(&store->lock);
	return snapshot;
}

int skstat_store_fd(const struct skstat_store *store)
{
	return store->published;
}
