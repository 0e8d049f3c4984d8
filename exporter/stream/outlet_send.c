// SPDX-License-Identifier: GPL-2.0
/* The thread: from the chunk to the sink, as often as it takes. */
#include <errno.h>
#include <string.h>

#include "log/log.h"
#include "outlet.h"
#include "snapshot/snapshot.h"

#define BACKOFF_NS     UINT64_C(100000000) /* the first time; then twice as long, */
#define BACKOFF_MAX_NS UINT64_C(10000000000) /* up to this */

int skstat_outlet_open(struct skstat_outlet *outlet)
{
	int err = outlet->sink.kind->open(&outlet->sink);

	outlet->open = !err;
	return err;
}

void skstat_outlet_close(struct skstat_outlet *outlet)
{
	if (outlet->open)
		outlet->sink.kind->close(&outlet->sink);
	outlet->open = false;
}

static void failed(struct skstat_outlet *outlet, int err)
{
	skstat_outlet_close(outlet);
	atomic_fetch_add_explicit(&outlet->count.failures, 1, memory_order_relaxed);
	atomic_store_explicit(&outlet->count.up, false, memory_order_relaxed);
	/* It has been told to end, and this was its last try. */
	outlet->hopeless = atomic_load(&outlet->control.stopping);
	outlet->backoff_ns = outlet->backoff_ns ? 2 * outlet->backoff_ns : BACKOFF_NS;
	if (outlet->backoff_ns > BACKOFF_MAX_NS)
		outlet->backoff_ns = BACKOFF_MAX_NS;
	if (!outlet->away)
		skstat_log(SKSTAT_LOG_WARN,
			   "stream %s: %s cannot be written to: %s: it is tried again; what its queue cannot hold "
			   "meanwhile is dropped", outlet->config->name, outlet->config->to, strerror(-err));
	outlet->away = true;
}

static void took(struct skstat_outlet *outlet, size_t records, size_t bytes)
{
	atomic_fetch_add_explicit(&outlet->count.written, records, memory_order_relaxed);
	atomic_fetch_add_explicit(&outlet->count.bytes, bytes, memory_order_relaxed);
}

static void well(struct skstat_outlet *outlet)
{
	outlet->backoff_ns = 0;
	atomic_store_explicit(&outlet->count.up, true, memory_order_relaxed);
	if (outlet->away)
		skstat_log(SKSTAT_LOG_INFO, "stream %s: %s can be written to again", outlet->config->name,
			   outlet->config->to);
	outlet->away = false;
}

/* Whether it is open now; after the time that it is to be left alone. */
static bool open_again(struct skstat_outlet *outlet)
{
	int err;

	if (atomic_exchange(&outlet->control.reopen, false)) {
		skstat_outlet_close(outlet);
		outlet->backoff_ns = 0;
	}
	if (outlet->open)
		return true;
	if (outlet->backoff_ns) {
		skstat_control_sleep(&outlet->control, skstat_now_ns() + outlet->backoff_ns);
		if (atomic_exchange(&outlet->control.reopen, false))
			outlet->backoff_ns = 0;
	}
	err = skstat_outlet_open(outlet);
	if (err)
		failed(outlet, err);
	return !err;
}

/* What is left of the first `records` after a try of them. */
static size_t send_once(struct skstat_outlet *outlet, size_t records)
{
	struct skstat_chunk *chunk = &outlet->chunk;
	size_t bytes = skstat_chunk_bytes(chunk, records), taken = 0, whole;
	int err = outlet->sink.kind->write(&outlet->sink, chunk->text.data, bytes, &taken);

	if (!err)
		taken = bytes;
	if (err == -EMSGSIZE && outlet->sink.kind->room) {
		skstat_outlet_drop(outlet, SKSTAT_DROP_TOO_LONG, records);
		skstat_chunk_remove(chunk, records);
		return 0;
	}
	whole = skstat_chunk_whole(chunk, records, taken);
	took(outlet, whole, skstat_chunk_bytes(chunk, whole));
	if (!err) {
		well(outlet);
	} else {
		failed(outlet, err);
		/* Its first half is with a reader that will not see the second. */
		if (taken > skstat_chunk_bytes(chunk, whole)) {
			skstat_outlet_drop(outlet, SKSTAT_DROP_TORN, 1);
			whole++;
		}
	}
	skstat_chunk_remove(chunk, whole);
	return records - whole;
}

void skstat_outlet_send(struct skstat_outlet *outlet, size_t records)
{
	while (records && !outlet->hopeless)
		if (open_again(outlet))
			records = send_once(outlet, records);
	if (!records)
		return;
	skstat_outlet_drop(outlet, SKSTAT_DROP_END, records);
	skstat_chunk_remove(&outlet->chunk, records);
}
