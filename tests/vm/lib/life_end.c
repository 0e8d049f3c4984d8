// SPDX-License-Identifier: GPL-2.0
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "life_end.h"
#include "must.h"

struct scene scene_make(enum pair_family family, uint16_t port)
{
	struct scene scene = { .listener = life_listen(ROAD_SERVER, family, port, 16) };

	scene.ends = life_join(&scene.listener, family, port);
	life_talk(&scene.ends, SCENE_FROM_CLIENT, SCENE_FROM_SERVER);
	return scene;
}

void scene_free(struct scene *scene)
{
	if (scene->ends.client.fd >= 0)
		end_close(&scene->ends.client);
	if (scene->ends.server.fd >= 0)
		end_close(&scene->ends.server);
	life_unlisten(&scene->listener);
}

void scene_is_abort(const struct skstat_sample *closed)
{
	assert_true(life_has(closed, SKSTAT_EVENT_ACTIVE_RST));
	assert_true(life_has(closed, SKSTAT_EVENT_RST_COUNTED));
	assert_false(life_has(closed, SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING));
}

void scene_is_reset(const struct skstat_sample *closed, const struct end *end)
{
	assert_int_equal(closed->event.event_errno, ECONNRESET);
	assert_false(life_has(closed, SKSTAT_EVENT_ACTIVE_RST | SKSTAT_EVENT_RST_COUNTED));
	life_is_final(closed, end);
}

const struct skstat_sample *life_finish(struct ends *ends)
{
	const struct skstat_sample *event;

	must(shutdown(ends->client.fd, SHUT_WR));
	pair_await_state(ends->server.fd, TCP_CLOSE_WAIT);
	pair_await_state(ends->client.fd, TCP_FIN_WAIT2);
	must(shutdown(ends->server.fd, SHUT_WR));
	pair_await_state(ends->server.fd, TCP_CLOSE);
	event = life_closed(&ends->client, SKSTAT_CLOSE_FIN_LOCAL);
	assert_int_equal(event->identity.state, TCP_FIN_WAIT2);
	assert_true(life_has(event, SKSTAT_EVENT_TIME_WAIT));
	assert_false(life_has(event, SKSTAT_EVENT_FIN_PENDING | SKSTAT_EVENT_ACTIVE_RST));
	life_is_final(event, &ends->client);
	event = life_closed(&ends->server, SKSTAT_CLOSE_FIN_REMOTE);
	assert_int_equal(event->identity.state, TCP_LAST_ACK);
	assert_false(life_has(event, SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING | SKSTAT_EVENT_ACTIVE_RST));
	life_is_final(event, &ends->server);
	end_close(&ends->client);
	end_close(&ends->server);
	return event;
}
