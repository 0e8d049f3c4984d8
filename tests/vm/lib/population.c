// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "must.h"
#include "ns.h"
#include "population.h"

static struct member *member_add(struct population *population)
{
	struct member *member;

	if (population->count == population->room) {
		population->room = population->room ? 2 * population->room : 256;
		population->member = must_have(realloc(population->member, population->room * sizeof(*member)));
	}
	member = &population->member[population->count++];
	memset(member, 0, sizeof(*member));
	return member;
}

static void end_note(const struct sockaddr_storage *address, struct skstat_addr *to, uint16_t *port)
{
	memset(to, 0, sizeof(*to));
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;

		memcpy(to->byte, &v4->sin_addr, 4);
		*port = ntohs(v4->sin_port);
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

		memcpy(to->byte, &v6->sin6_addr, 16);
		*port = ntohs(v6->sin6_port);
	}
}

size_t population_note(struct population *population, int fd, uint8_t kind, uint8_t state)
{
	struct member *member = member_add(population);
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	struct ns ns = ns_current();

	member->fd = fd;
	member->kind = kind;
	member->state = state;
	member->inode = ns.inode;
	ns_close(&ns);
	must(getsockname(fd, (struct sockaddr *)&address, &length));
	member->family = address.ss_family;
	end_note(&address, &member->saddr, &member->sport);
	length = sizeof(address);
	if (!getpeername(fd, (struct sockaddr *)&address, &length))
		end_note(&address, &member->daddr, &member->dport);
	return population->count - 1;
}

size_t population_note_peer(struct population *population, size_t of, uint8_t kind, uint8_t state)
{
	struct member *member = member_add(population);
	const struct member *other = &population->member[of];

	*member = *other;
	member->fd = -1;
	member->kind = kind;
	member->state = state;
	member->saddr = other->daddr;
	member->daddr = other->saddr;
	member->sport = other->dport;
	member->dport = other->sport;
	return population->count - 1;
}

void population_note_pair(struct population *population, struct pair pair)
{
	population_note(population, pair.client, SKSTAT_KIND_FULL, TCP_ESTABLISHED);
	population_note(population, pair.server, SKSTAT_KIND_FULL, TCP_ESTABLISHED);
}

static int listener_add(struct population *population, enum pair_family family, int backlog)
{
	int listener = pair_listen(family, backlog);

	population_note(population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	return listener;
}

void population_pairs(struct population *population, enum pair_family family, size_t n)
{
	int listener = listener_add(population, family, 128);

	for (size_t i = 0; i < n; i++) {
		struct pair pair = pair_open(listener, family);

		pair_talk(pair, 100 + i % 50, 300 + i % 70);
		population_note_pair(population, pair);
	}
}

void population_listeners(struct population *population, enum pair_family family, size_t n, size_t queued)
{
	for (size_t i = 0; i < n; i++) {
		int listener = listener_add(population, family, (int)queued + 1);

		for (size_t q = 0; q < queued; q++) {
			int client = pair_socket(family);
			size_t at;

			must_be(pair_dial(client, listener, family) == 0);
			at = population_note(population, client, SKSTAT_KIND_FULL, TCP_ESTABLISHED);
			population_note_peer(population, at, SKSTAT_KIND_FULL, TCP_ESTABLISHED);
		}
	}
}

void population_time_wait(struct population *population, enum pair_family family, size_t n)
{
	int listener = listener_add(population, family, 128);

	/* On loopback a connection may take over the port, and the socket, of one that is older than a second. */
	must_be(ns_sysctl("net/ipv4/tcp_tw_reuse", "0"));
	for (size_t i = 0; i < n; i++) {
		struct pair pair = pair_open(listener, family);
		size_t at = population_note(population, pair.client, SKSTAT_KIND_TIMEWAIT, TCP_TIME_WAIT);
		char byte;

		population->member[at].fd = -1;
		population->member[at].transient = true;
		must(shutdown(pair.client, SHUT_WR));
		must_be(read(pair.server, &byte, 1) == 0);
		close(pair.server);
		must_be(read(pair.client, &byte, 1) == 0);
		close(pair.client);
	}
}

void population_half_closed(struct population *population, enum pair_family family, size_t n)
{
	int listener = listener_add(population, family, 128);

	for (size_t i = 0; i < n; i++) {
		struct pair pair = pair_open(listener, family);
		size_t at = population_note(population, pair.client, SKSTAT_KIND_FULL, TCP_FIN_WAIT2);

		population_note(population, pair.server, SKSTAT_KIND_FULL, TCP_CLOSE_WAIT);
		must(shutdown(pair.client, SHUT_WR));
		pair_await_state(pair.client, TCP_FIN_WAIT2);
		if (i % 2) {
			population->member[at].fd = -1;
			population->member[at].kind = SKSTAT_KIND_TIMEWAIT;
			population->member[at].transient = true;
			close(pair.client);
		}
	}
}

void population_embryonic(struct population *population, enum pair_family family, size_t n)
{
	int listener = listener_add(population, family, 4096);

	/* Their timers back off: the first seconds are the busy ones, and none gives up within a test's time. */
	must_be(ns_sysctl("net/ipv4/tcp_synack_retries", "20"));
	must_be(ns_sysctl("net/ipv4/tcp_syn_retries", "20"));
	for (size_t i = 0; i < n; i++) {
		int client = pair_socket(family);
		size_t at;

		pair_deafen(client);
		must(fcntl(client, F_SETFL, O_NONBLOCK));
		must_be(pair_dial(client, listener, family) == -EINPROGRESS);
		at = population_note(population, client, SKSTAT_KIND_FULL, TCP_SYN_SENT);
		if (!population->member[at].dport) {
			/* getpeername() knows nobody yet. */
			struct member *listening = &population->member[at];
			struct sockaddr_storage address;
			socklen_t length = sizeof(address);

			must(getsockname(listener, (struct sockaddr *)&address, &length));
			end_note(&address, &listening->daddr, &listening->dport);
			listening->daddr = listening->saddr;
		}
		population->member[at].transient = true;
		population_note_peer(population, at, SKSTAT_KIND_REQUEST, TCP_SYN_RECV);
	}
}

void population_stuck(struct population *population, enum pair_family family)
{
	static const uint8_t states[][2] = {
		{ TCP_FIN_WAIT1, TCP_ESTABLISHED },
		{ TCP_CLOSING, TCP_FIN_WAIT2 },
		{ TCP_LAST_ACK, TCP_FIN_WAIT2 },
	};
	int listener = listener_add(population, family, 128);

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		struct pair pair = pair_open(listener, family);
		size_t at = population_note(population, pair.client, SKSTAT_KIND_FULL, states[i][0]);

		population->member[at].transient = true; /* it probes the window */
		at = population_note(population, pair.server, SKSTAT_KIND_FULL, states[i][1]);
		population->member[at].transient = true;
		pair_fill(pair.client);
		if (states[i][0] == TCP_LAST_ACK) {
			must(shutdown(pair.server, SHUT_WR));
			pair_await_state(pair.client, TCP_CLOSE_WAIT);
		}
		must(shutdown(pair.client, SHUT_WR));
		if (states[i][0] == TCP_CLOSING) {
			pair_await_state(pair.client, TCP_FIN_WAIT1);
			must(shutdown(pair.server, SHUT_WR));
		}
		pair_await_state(pair.client, states[i][0]);
		pair_await_state(pair.server, states[i][1]);
	}
}

size_t population_by_state(const struct population *population, uint32_t inode, uint8_t state)
{
	size_t count = 0;

	for (size_t i = 0; i < population->count; i++)
		count += population->member[i].inode == inode && population->member[i].state == state;
	return count;
}

uint64_t population_cookie(const struct member *member)
{
	uint64_t cookie;
	socklen_t length = sizeof(cookie);

	must(getsockopt(member->fd, SOL_SOCKET, SO_COOKIE, &cookie, &length));
	return cookie;
}

void population_free(struct population *population)
{
	for (size_t i = 0; i < population->count; i++) {
		if (population->member[i].fd >= 0)
			close(population->member[i].fd);
	}
	free(population->member);
	memset(population, 0, sizeof(*population));
}
