// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lifecycle.h"

struct skstat_lifecycle {
	int asked; /* an eventfd */
	pthread_mutex_t lock; /* of all below */
	struct MHD_Connection *connection; /* of the request that has asked; NULL: none */
	bool answered;			   /* it has been resumed */
	bool taken;			   /* the collector is at it, for whomever */
	bool stopping;
	struct skstat_lifecycle_answer answer;
};

struct skstat_lifecycle *skstat_lifecycle_new(void)
{
	struct skstat_lifecycle *lifecycle = calloc(1, sizeof(*lifecycle));

	if (!lifecycle)
		return NULL;
	lifecycle->asked = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lifecycle->asked < 0) {
		free(lifecycle);
		return NULL;
	}
	pthread_mutex_init(&lifecycle->lock, NULL);
	return lifecycle;
}

void skstat_lifecycle_free(struct skstat_lifecycle *lifecycle)
{
	if (!lifecycle)
		return;
	close(lifecycle->asked);
	pthread_mutex_destroy(&lifecycle->lock);
	free(lifecycle);
}

int skstat_lifecycle_fd(const struct skstat_lifecycle *lifecycle)
{
	return lifecycle->asked;
}

bool skstat_lifecycle_take(struct skstat_lifecycle *lifecycle)
{
	eventfd_t times;
	bool waits;

	(void)eventfd_read(lifecycle->asked, &times);
	pthread_mutex_lock(&lifecycle->lock);
	waits = lifecycle->connection && !lifecycle->answered;
	lifecycle->taken = waits;
	pthread_mutex_unlock(&lifecycle->lock);
	return waits;
}

/* With the lock held, of somebody who waits. */
static void answer(struct skstat_lifecycle *lifecycle, int err, const char *text)
{
	lifecycle->answer.err = err;
	snprintf(lifecycle->answer.text, sizeof(lifecycle->answer.text), "%s", text);
	lifecycle->answered = true;
	MHD_resume_connection(lifecycle->connection);
}

void skstat_lifecycle_answer(struct skstat_lifecycle *lifecycle, int err, const char *text)
{
	pthread_mutex_lock(&lifecycle->lock);
	/* Unless the server has ended meanwhile, and told who asked. */
	if (lifecycle->taken && lifecycle->connection && !lifecycle->answered)
		answer(lifecycle, err, text);
	lifecycle->taken = false;
	pthread_mutex_unlock(&lifecycle->lock);
}

int skstat_lifecycle_ask(struct skstat_lifecycle *lifecycle, struct MHD_Connection *connection)
{
	int err = 0;

	pthread_mutex_lock(&lifecycle->lock);
	if (lifecycle->stopping) {
		err = -ESHUTDOWN;
	} else if (lifecycle->connection || lifecycle->taken) {
		err = -EBUSY;
	} else {
		lifecycle->connection = connection;
		lifecycle->answered = false;
		/* Before anybody can resume it. */
		MHD_suspend_connection(connection);
		(void)eventfd_write(lifecycle->asked, 1);
	}
	pthread_mutex_unlock(&lifecycle->lock);
	return err;
}

bool skstat_lifecycle_answered(struct skstat_lifecycle *lifecycle, const struct MHD_Connection *connection,
			       struct skstat_lifecycle_answer *to)
{
	bool answered;

	pthread_mutex_lock(&lifecycle->lock);
	answered = lifecycle->connection == connection && lifecycle->answered;
	if (answered) {
		*to = lifecycle->answer;
		lifecycle->connection = NULL;
	}
	pthread_mutex_unlock(&lifecycle->lock);
	return answered;
}

void skstat_lifecycle_abandon(struct skstat_lifecycle *lifecycle, const struct MHD_Connection *connection)
{
	pthread_mutex_lock(&lifecycle->lock);
	if (lifecycle->connection == connection)
		lifecycle->connection = NULL;
	pthread_mutex_unlock(&lifecycle->lock);
}

void skstat_lifecycle_stop(struct skstat_lifecycle *lifecycle)
{
	pthread_mutex_lock(&lifecycle->lock);
	lifecycle->stopping = true;
	if (lifecycle->connection && !lifecycle->answered)
		answer(lifecycle, -ESHUTDOWN, "The exporter is ending");
	pthread_mutex_unlock(&lifecycle->lock);
}
