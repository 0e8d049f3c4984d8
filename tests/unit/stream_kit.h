/* SPDX-License-Identifier: GPL-2.0 */
/* Streams at work, fed with records that are easy to tell. */
#ifndef SKSTAT_TEST_STREAM_KIT_H
#define SKSTAT_TEST_STREAM_KIT_H

#include <stdbool.h>

#include "stream/outlets_inside.h"

/* A stream of that kind, with a small queue, in *outlets; `config` may be changed before streams_start(). */
extern struct skstat_stream_config stream_config;
extern struct skstat_outlets *outlets;

/* A directory that is empty, and its name; gone after the test. cmocka's setup and teardown. */
extern char stream_directory[64];
int stream_set_up(void **state);
int stream_tear_down(void **state);

/* "file:" and such, and a path in the directory. */
const char *stream_to(const char *kind, const char *file);
const char *stream_path(const char *file);

void streams_start(void);
void streams_stop(uint64_t grace_ns);

/* So many sockets, one behind the other, with cookies that rise from 1 on; and flushes. */
void sockets_put(unsigned int count);

/* A socket, an event of that cookie. */
struct skstat_sample stream_socket(uint64_t cookie);
struct skstat_sample stream_event(uint64_t cookie);
void stream_begin(enum skstat_batch_poll poll);

/* Waits until it is so. Fails after ten seconds. */
#define wait_until(condition)                                            \
	for (unsigned int tries_ = 0; !(condition); stream_pause())      \
		if (++tries_ > 10000)                                    \
			fail_msg("it never came to be: %s", #condition);
void stream_pause(void);

#define COUNT(member) atomic_load(&outlets->outlet[0]->count.member)
uint64_t stream_dropped(void);

/* All that was put has been written or dropped. */
bool stream_is_done(void);

/*
 * A text of whole lines, each a record: their numbers rise from *last on, which becomes the last one. Returns how many
 * there are.
 */
uint64_t lines_check(const char *text, size_t length, uint64_t *last);

/* The whole file, ended by 0, to be freed; NULL: there is none. */
char *stream_read(const char *file, size_t *length);

#endif
