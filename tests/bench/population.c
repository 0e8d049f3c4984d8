// SPDX-License-Identifier: GPL-2.0
/*
 * The population is another process's: what reads sockets has few files open, and what it reads of its own process
 * (/proc/self/fd, say) would otherwise cost it the population once more.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdbool.h>

#include "../vm/lib/must.h"
#include "../vm/lib/ns.h"
#include "../vm/lib/pair.h"
#include "bench.h"

/*
 * Listeners in a namespace: as many for few sockets as for many, so that views of them are the same. With one, there
 * would not be ports enough.
 */
#define PORTS	   20
#define FIRST_PORT 7700


/* What the keeper is told: so many pairs have to talk. It says the same when that is done, and NO_PAIRS at its end. */
#define NO_PAIRS SIZE_MAX

struct keeper {
	size_t pairs, namespaces;
	int *fd; /* of pair i: 2 i is the client */
	int other; /* who tells it */
};

/* Pairs first .. last - 1, in the namespace that we are in. */
static void pairs_make(struct keeper *keeper, size_t first, size_t last)
{
	size_t ports = keeper->namespaces > 1 ? 1 : PORTS;
	int listener[PORTS];

	for (size_t i = 0; i < ports; i++)
		listener[i] = pair_listen_at(PAIR_V4, FIRST_PORT + i, 128);
	for (size_t i = first; i < last; i++) {
		struct pair pair = pair_open(listener[i % ports], PAIR_V4);

		/* Both ways twice: the handshake's end and the first round trip are behind them. */
		pair_talk(pair, 100 + i % 50, 300 + i % 70);
		pair_talk(pair, 100, 300);
		keeper->fd[2 * i] = pair.client;
		keeper->fd[2 * i + 1] = pair.server;
	}
	/* They stay: who opened a connection is told by them. A hundred would be sockets to be counted. */
	if (keeper->namespaces > 1)
		close(listener[0]);
}

static void keeper_populate(struct keeper *keeper)
{
	struct ns home = ns_current();

	pair_many_files();
	keeper->fd = must_have(calloc(2 * keeper->pairs, sizeof(*keeper->fd)));
	for (size_t i = 0; i < keeper->namespaces; i++) {
		struct ns ns = keeper->namespaces > 1 ? ns_create() : home;

		ns_enter(&ns);
		pairs_make(keeper, i * keeper->pairs / keeper->namespaces,
			   (i + 1) * keeper->pairs / keeper->namespaces);
		if (keeper->namespaces > 1) {
			ns_enter(&home);
			ns_close(&ns); /* its sockets keep it */
		}
	}
	ns_close(&home);
}

/* By RST: nothing of it is left in TIME_WAIT for who comes next. */
static void keeper_release(struct keeper *keeper)
{
	const struct linger now = { .l_onoff = 1 };

	for (size_t i = 0; i < 2 * keeper->pairs; i++) {
		must(setsockopt(keeper->fd[i], SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
		close(keeper->fd[i]);
	}
	free(keeper->fd);
}

static void word_send(int fd, size_t word)
{
	must_be(must(write(fd, &word, sizeof(word))) == sizeof(word));
}

static bool word_take(int fd, size_t *word)
{
	return must(read(fd, word, sizeof(*word))) == sizeof(*word);
}

static void __attribute__((noreturn)) keeper_run(struct keeper *keeper)
{
	size_t pairs = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	keeper_populate(keeper);
	do {
		word_send(keeper->other, pairs);
		if (!word_take(keeper->other, &pairs))
			break;
		for (size_t i = 0; i < pairs && pairs != NO_PAIRS; i++)
			pair_talk((struct pair){ keeper->fd[2 * i], keeper->fd[2 * i + 1] }, 1, 1);
	} while (pairs != NO_PAIRS);
	keeper_release(keeper);
	_exit(0);
}

static void keeper_await(const struct bench *bench, size_t said)
{
	size_t word;

	if (!word_take(bench->keeper, &word) || word != said)
		must_bail(__FILE__, __LINE__, "keeper_await", "the population's keeper is gone");
}

void bench_populate(struct bench *bench)
{
	struct keeper keeper = { .pairs = bench->sockets / 2, .namespaces = bench->namespaces };
	int end[2];

	bench->pairs = keeper.pairs;
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end));
	fflush(NULL);
	bench->keeper_pid = (pid_t)must(fork());
	if (!bench->keeper_pid) {
		close(end[0]);
		keeper.other = end[1];
		keeper_run(&keeper);
	}
	close(end[1]);
	bench->keeper = end[0];
	keeper_await(bench, 0);
}

void bench_release(struct bench *bench)
{
	int status;

	word_send(bench->keeper, NO_PAIRS);
	must(waitpid(bench->keeper_pid, &status, 0));
	must_be(WIFEXITED(status) && !WEXITSTATUS(status));
	close(bench->keeper);
}

void bench_talk(const struct bench *bench, size_t pairs)
{
	word_send(bench->keeper, pairs);
	keeper_await(bench, pairs);
}
