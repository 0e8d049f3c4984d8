// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bouncer.h"

struct waiting {
	struct waiting *next;
	struct MHD_Connection *connection;
	struct skstat_web_state *state;
	size_t size;	 /* of the text */
	size_t password; /* where it begins in it */
	char text[];	 /* the name, 0, the password, 0 */
};

struct skstat_bouncer {
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t come;
	struct waiting *first, *last;
	bool stopping;
};

static void let_go(struct waiting *waiting)
{
	MHD_resume_connection(waiting->connection);
	skstat_web_put(waiting->state);
	explicit_bzero(waiting->text, waiting->size);
	free(waiting);
}

/* With the lock held; who is to be looked at next. NULL: none. */
static struct waiting *take_first(struct skstat_bouncer *bouncer)
{
	struct waiting *waiting = bouncer->first;

	if (waiting)
		bouncer->first = waiting->next;
	if (!bouncer->first)
		bouncer->last = NULL;
	return waiting;
}

static void *work(void *arg)
{
	struct skstat_bouncer *bouncer = arg;
	struct waiting *waiting;

	pthread_mutex_lock(&bouncer->lock);
	for (;;) {
		while (!bouncer->first && !bouncer->stopping)
			pthread_cond_wait(&bouncer->come, &bouncer->lock);
		waiting = take_first(bouncer);
		if (!waiting)
			break;
		/* Who is ending finds nothing out any more. */
		if (!bouncer->stopping) {
			pthread_mutex_unlock(&bouncer->lock);
			(void)skstat_web_password_check(waiting->state, waiting->text,
							waiting->text + waiting->password);
			pthread_mutex_lock(&bouncer->lock);
		}
		let_go(waiting);
	}
	pthread_mutex_unlock(&bouncer->lock);
	return NULL;
}

struct skstat_bouncer *skstat_bouncer_new(void)
{
	struct skstat_bouncer *bouncer = calloc(1, sizeof(*bouncer));

	if (!bouncer)
		return NULL;
	pthread_mutex_init(&bouncer->lock, NULL);
	pthread_cond_init(&bouncer->come, NULL);
	if (pthread_create(&bouncer->thread, NULL, work, bouncer) == 0)
		return bouncer;
	pthread_cond_destroy(&bouncer->come);
	pthread_mutex_destroy(&bouncer->lock);
	free(bouncer);
	return NULL;
}

static struct waiting *waiting_new(const char *name, const char *password)
{
	const size_t first = strlen(name) + 1, second = strlen(password) + 1;
	struct waiting *waiting = calloc(1, sizeof(*waiting) + first + second);

	if (!waiting)
		return NULL;
	waiting->size = first + second;
	waiting->password = first;
	memcpy(waiting->text, name, first);
	memcpy(waiting->text + first, password, second);
	return waiting;
}

int skstat_bouncer_ask(struct skstat_bouncer *bouncer, struct MHD_Connection *connection,
		       struct skstat_web_state *state, const char *name, const char *password)
{
	struct waiting *waiting = waiting_new(name, password);

	if (!waiting)
		return -ENOMEM;
	pthread_mutex_lock(&bouncer->lock);
	if (bouncer->stopping) {
		pthread_mutex_unlock(&bouncer->lock);
		explicit_bzero(waiting->text, waiting->size);
		free(waiting);
		return -ESHUTDOWN;
	}
	waiting->connection = connection;
	waiting->state = skstat_web_hold(state);
	if (bouncer->last)
		bouncer->last->next = waiting;
	else
		bouncer->first = waiting;
	bouncer->last = waiting;
	/* Before anybody can resume it. */
	MHD_suspend_connection(connection);
	pthread_cond_signal(&bouncer->come);
	pthread_mutex_unlock(&bouncer->lock);
	return 0;
}

void skstat_bouncer_stop(struct skstat_bouncer *bouncer)
{
	if (!bouncer)
		return;
	pthread_mutex_lock(&bouncer->lock);
	bouncer->stopping = true;
	pthread_cond_signal(&bouncer->come);
	pthread_mutex_unlock(&bouncer->lock);
	pthread_join(bouncer->thread, NULL);
}

void skstat_bouncer_free(struct skstat_bouncer *bouncer)
{
	if (!bouncer)
		return;
	pthread_cond_destroy(&bouncer->come);
	pthread_mutex_destroy(&bouncer->lock);
	free(bouncer);
}
