// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <utlist.h>

#include "crowd.h"

#define OTHERS 256 /* descriptors for all but connections */
#define SLACK 64

unsigned int skstat_crowd_most(unsigned int limit)
{
	return limit + (limit > SLACK ? limit : SLACK);
}

unsigned int skstat_crowd_room(unsigned int wanted, size_t listeners, unsigned int times)
{
	const rlim_t each = (rlim_t)times * (listeners ? listeners : 1);
	const rlim_t need = skstat_crowd_most(wanted) * each + OTHERS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= need)
		return wanted;
	limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
	if (setrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= need)
		return wanted;
	return limit.rlim_cur > OTHERS + 4 * each ? (unsigned int)((limit.rlim_cur - OTHERS) / each / 2) : 2;
}

void skstat_crowd_init(struct skstat_crowd *crowd, unsigned int limit)
{
	*crowd = (struct skstat_crowd){ .limit = limit, .most = skstat_crowd_most(limit) };
	pthread_mutex_init(&crowd->lock, NULL);
}

void skstat_crowd_destroy(struct skstat_crowd *crowd)
{
	pthread_mutex_destroy(&crowd->lock);
}

/* The rest by who has the lock. */

static void append(struct skstat_crowd_queue *queue, struct skstat_visit *visit, uint64_t now_ns)
{
	visit->queue = queue;
	visit->since_ns = now_ns;
	DL_APPEND(queue->first, visit);
}

static void take_out(struct skstat_visit *visit)
{
	DL_DELETE(visit->queue->first, visit);
	visit->queue = NULL;
}

/* Who reads its answer for so long is no better than who asks for nothing. */
static struct skstat_visit *find_idle(const struct skstat_crowd *crowd, uint64_t now_ns)
{
	struct skstat_visit *idle = crowd->idle.first, *busy = crowd->busy.first;

	if (idle && crowd->count < crowd->most && now_ns - idle->since_ns < SKSTAT_CROWD_YOUNG_NS)
		idle = NULL;
	if (!busy || now_ns - busy->since_ns < SKSTAT_CROWD_PATIENCE_NS)
		return idle;
	return idle && idle->since_ns < busy->since_ns ? idle : busy;
}

static bool make_room(struct skstat_crowd *crowd, uint64_t now_ns)
{
	struct skstat_visit *visit = crowd->count >= crowd->limit ? find_idle(crowd, now_ns) : NULL;

	if (!visit)
		return false;
	take_out(visit);
	crowd->count--;
	(void)shutdown(visit->fd, SHUT_RDWR);
	return true;
}

static void move(struct skstat_crowd *crowd, struct skstat_visit *visit, struct skstat_crowd_queue *queue,
		 uint64_t now_ns)
{
	pthread_mutex_lock(&crowd->lock);
	if (visit->queue) {
		take_out(visit);
		append(queue, visit, now_ns);
	}
	pthread_mutex_unlock(&crowd->lock);
}

bool skstat_crowd_enter(struct skstat_crowd *crowd, struct skstat_visit *visit, int fd, uint64_t now_ns)
{
	bool made;

	pthread_mutex_lock(&crowd->lock);
	made = make_room(crowd, now_ns);
	visit->fd = fd;
	append(&crowd->idle, visit, now_ns);
	crowd->count++;
	pthread_mutex_unlock(&crowd->lock);
	return made;
}

void skstat_crowd_ask(struct skstat_crowd *crowd, struct skstat_visit *visit, uint64_t now_ns)
{
	move(crowd, visit, &crowd->busy, now_ns);
}

void skstat_crowd_answered(struct skstat_crowd *crowd, struct skstat_visit *visit, uint64_t now_ns)
{
	move(crowd, visit, &crowd->idle, now_ns);
}

void skstat_crowd_leave(struct skstat_crowd *crowd, struct skstat_visit *visit)
{
	pthread_mutex_lock(&crowd->lock);
	if (visit->queue) {
		take_out(visit);
		crowd->count--;
	}
	pthread_mutex_unlock(&crowd->lock);
}
