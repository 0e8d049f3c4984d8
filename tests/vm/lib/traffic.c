// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "must.h"
#include "pair.h"
#include "traffic.h"

#define PORT 7600 /* of the first worker's listener */

/* The client's end is a reset: no port stays in TIME_WAIT. Who has seen it has seen its event written. */
static void connection(int listener)
{
	const struct linger now = { .l_onoff = 1 };
	struct pair pair = pair_open(listener, PAIR_V4);
	char byte;

	pair_talk(pair, 100, 200);
	must(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
	close(pair.client);
	must_be(read(pair.server, &byte, 1) < 0 && errno == ECONNRESET);
	close(pair.server);
}

static const char *work(void *arg, uint64_t round)
{
	(void)round;
	connection(*(const int *)arg);
	return NULL;
}

void traffic_prepare(struct traffic *traffic, size_t workers)
{
	must_be(workers <= TRAFFIC_WORKERS);
	traffic->crew = crew_make();
	traffic->workers = workers;
	for (size_t i = 0; i < workers; i++)
		traffic->listener[i] = pair_listen_at(PAIR_V4, PORT + i, 16);
}

void traffic_start(struct traffic *traffic)
{
	for (size_t i = 0; i < traffic->workers; i++)
		crew_add(traffic->crew, work, &traffic->listener[i]);
}

void traffic_run(struct traffic *traffic, size_t workers)
{
	traffic_prepare(traffic, workers);
	traffic_start(traffic);
}

void traffic_once(struct traffic *traffic, size_t connections)
{
	while (connections--)
		connection(traffic->listener[0]);
}

void traffic_await(struct traffic *traffic, uint64_t more)
{
	for (size_t i = 0; i < traffic->workers; i++)
		crew_await(traffic->crew, i, more);
	if (traffic->crew->complaint[0])
		fail_msg("%s", traffic->crew->complaint);
}

static void release(struct traffic *traffic)
{
	for (size_t i = 0; i < traffic->workers; i++)
		close(traffic->listener[i]);
	crew_free(traffic->crew);
	traffic->crew = NULL;
	traffic->workers = 0;
}

uint64_t traffic_stop(struct traffic *traffic)
{
	const char *wrong = crew_dismiss(traffic->crew);
	uint64_t connections = 0;

	if (wrong)
		fail_msg("%s", wrong);
	for (size_t i = 0; i < traffic->workers; i++)
		connections += traffic->crew->rounds[i];
	release(traffic);
	return connections;
}

void traffic_clear(struct traffic *traffic)
{
	if (!traffic->crew)
		return;
	for (size_t i = 0; i < traffic->crew->count; i++) {
		kill(traffic->crew->pid[i], SIGKILL);
		waitpid(traffic->crew->pid[i], NULL, 0);
	}
	release(traffic);
}
