// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "must.h"
#include "pair.h"

void crowd_room(const struct road *road)
{
	for (enum road_end end = ROAD_CLIENT; end <= ROAD_SERVER; end++) {
		/* One that finds no room would be no TIME_WAIT. */
		road_sysctl(road, end, "net/ipv4/tcp_max_tw_buckets", "1000000");
		road_sysctl(road, end, "net/ipv4/ip_local_port_range", "1024 65535");
		road_sysctl(road, end, "net/ipv4/ip_local_reserved_ports", "7000-7999");
	}
}

size_t crowd_from_client(size_t number)
{
	return 1 + number * 7 % 3001;
}

size_t crowd_from_server(size_t number)
{
	return 1 + number * 13 % 4999;
}

/* The ways to end one: either side first, in order or not. */
static void part(struct pair pair, size_t number)
{
	const struct linger now = { .l_onoff = 1 };

	if (number % 4 >= 2) {
		int first = number % 4 == 2 ? pair.client : pair.server;

		must(setsockopt(first, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
	}
	if (number % 2)
		pair = (struct pair){ pair.server, pair.client };
	pair_close(pair);
}

/* The connections first, first + CROWD_WORKERS, ... below `count`. */
static void work(const struct road *road, size_t first, size_t count)
{
	uint16_t port = CROWD_PORT + first;
	int listener = road_socket(road, ROAD_SERVER, PAIR_V4);

	road_listen(listener, PAIR_V4, ROAD_SERVER, port, 16);
	ns_enter(&road->ns[ROAD_CLIENT]);
	for (size_t number = first; number < count; number += CROWD_WORKERS) {
		struct pair pair = { .client = pair_socket(PAIR_V4) };

		must_be(!road_dial(pair.client, PAIR_V4, ROAD_SERVER, port));
		pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		pair_talk(pair, crowd_from_client(number), crowd_from_server(number));
		part(pair, number);
	}
	close(listener);
}

void crowd_start(struct crowd *crowd, const struct road *road, size_t count)
{
	fflush(NULL);
	for (size_t i = 0; i < CROWD_WORKERS; i++) {
		crowd->worker[i] = must(fork());
		if (!crowd->worker[i]) {
			work(road, i, count);
			_exit(0);
		}
	}
}

bool crowd_ended(struct crowd *crowd)
{
	bool all = true;

	for (size_t i = 0; i < CROWD_WORKERS; i++) {
		int status;

		if (crowd->worker[i] && must(waitpid(crowd->worker[i], &status, WNOHANG))) {
			must_be(WIFEXITED(status) && !WEXITSTATUS(status));
			crowd->worker[i] = 0;
		}
		all &= !crowd->worker[i];
	}
	return all;
}
