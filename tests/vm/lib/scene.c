// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "must.h"
#include "ns.h"
#include "scene.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

static int listener_add(struct population *population, enum pair_family family)
{
	int listener = pair_listen(family, 128);

	population_note(population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	return listener;
}

static struct pair pair_add(struct population *population, int listener, enum pair_family family)
{
	struct pair pair = pair_open(listener, family);

	pair_talk(pair, 1000, 700);
	population_note_pair(population, pair);
	return pair;
}

void scene_options(struct population *population)
{
	int v4 = listener_add(population, PAIR_V4), v6 = listener_add(population, PAIR_V6);
	struct pair pair;
	int fd;

	pair = pair_add(population, v4, PAIR_V4);
	pair_option(pair.client, SOL_SOCKET, SO_MARK, 0x5a17c0de);
	pair_option(pair.server, SOL_SOCKET, SO_MARK, 0x11);
	pair_option(pair.client, SOL_SOCKET, SO_PRIORITY, 6);
	pair_option(pair.client, IPPROTO_IP, IP_TOS, 0xb8);
	pair_option(pair.client, SOL_SOCKET, SO_RCVLOWAT, 10);

	pair = pair_add(population, v6, PAIR_V6);
	pair_option(pair.client, IPPROTO_IPV6, IPV6_TCLASS, 0x48);
	pair_option(pair.server, IPPROTO_IP, IP_TOS, 0x20);
	pair_option(pair.client, SOL_SOCKET, SO_MARK, -1);
	pair_option(pair.client, SOL_SOCKET, SO_KEEPALIVE, 1);

	pair = pair_add(population, v4, PAIR_V4);
	pair_option(pair.client, IPPROTO_TCP, TCP_NODELAY, 1);
	pair_option(pair.server, IPPROTO_TCP, TCP_CORK, 1);
	pair_option(pair.server, SOL_SOCKET, SO_MAX_PACING_RATE, 1000000);
	pair_option(pair.server, SOL_SOCKET, SO_RCVBUF, 50000);
	pair_option(pair.server, SOL_SOCKET, SO_SNDBUF, 60000);
	/* A filter that drops nothing: option memory. */
	pair_deafen_to(pair.client, 0xfffffff0, 0xffffffff);

	fd = pair_socket(PAIR_V4);
	must(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	pair = pair_join(fd, v4, PAIR_V4);
	pair_talk(pair, 1, 1);
	population_note_pair(population, pair);

	for (uid_t uid = 1000; uid <= 1001; uid++) {
		must(seteuid(uid));
		fd = pair_socket(PAIR_V4);
		must(seteuid(0));
		pair = pair_join(fd, v4, PAIR_V4);
		pair_talk(pair, 10, 20);
		population_note_pair(population, pair);
	}
}

void scene_queues(struct population *population)
{
	int listener = listener_add(population, PAIR_V4);
	struct pair pair;

	pair = pair_add(population, listener, PAIR_V4);
	pair_write(pair.client, 3000);

	pair = pair_add(population, listener, PAIR_V4);
	pair_fill(pair.client);

	pair = pair_add(population, listener, PAIR_V4);
	must(shutdown(pair.client, SHUT_RD));

	/* The reading end says that it will not read; the writing one waits all the same. */
	pair = pair_add(population, listener, PAIR_V4);
	pair_fill(pair.client);
	must(shutdown(pair.server, SHUT_RD));
}

void scene_listeners(struct population *population)
{
	int fd, client, flags;
	size_t at;

	fd = pair_socket(PAIR_V4);
	pair_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 7);
	pair_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	pair_listen_with(fd, PAIR_V4, 17);
	population_note(population, fd, SKSTAT_KIND_LISTEN, TCP_LISTEN);

	fd = pair_socket(PAIR_V6);
	pair_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	pair_listen_with(fd, PAIR_V6, 18);
	population_note(population, fd, SKSTAT_KIND_LISTEN, TCP_LISTEN);

	/* Client and server, no cookie wanted of either. The client never hears the SYN-ACK. */
	must_be(ns_sysctl("net/ipv4/tcp_fastopen", "519"));
	fd = pair_listen(PAIR_V4, 19);
	pair_option(fd, IPPROTO_TCP, TCP_FASTOPEN, 23);
	population_note(population, fd, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	client = pair_socket(PAIR_V4);
	pair_deafen(client);
	pair_option(client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	must_be(pair_dial(client, fd, PAIR_V4) == 0);
	flags = must(fcntl(client, F_GETFL));
	must(fcntl(client, F_SETFL, flags | O_NONBLOCK));
	/* The SYN goes out with the first write. */
	must_be(write(client, "fast open", 9) == 9);
	at = population_note(population, client, SKSTAT_KIND_FULL, TCP_SYN_SENT);
	if (!population->member[at].dport) {
		struct sockaddr_in address;
		socklen_t length = sizeof(address);

		must(getsockname(fd, (struct sockaddr *)&address, &length));
		population->member[at].dport = ntohs(address.sin_port);
		population->member[at].daddr = population->member[at].saddr;
	}
	population->member[at].transient = true;
	/* A whole socket in SYN_RECV: Fast Open makes it at once. */
	population_note_peer(population, at, SKSTAT_KIND_FULL, TCP_SYN_RECV);
}

void scene_fast_open(struct population *population)
{
	int listener = pair_listen(PAIR_V4, 20);
	struct pair pair;

	must_be(ns_sysctl("net/ipv4/tcp_fastopen", "519"));
	pair_option(listener, IPPROTO_TCP, TCP_FASTOPEN, 24);
	population_note(population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	for (int cookie = 0; cookie < 2; cookie++) {
		pair.client = pair_socket(PAIR_V4);
		pair_option(pair.client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
		must_be(pair_dial(pair.client, listener, PAIR_V4) == 0);
		must_be(write(pair.client, "hello", 5) == 5);
		pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		pair_read(pair.server, 5);
		pair_talk(pair, 100, 100);
		population_note_pair(population, pair);
		/* Now one that wants a cookie and has none. */
		must_be(ns_sysctl("net/ipv4/tcp_fastopen", "1"));
	}
}

bool scene_congestion(struct population *population, const char *name)
{
	int listener = pair_listen(PAIR_V4, 8), client = pair_socket(PAIR_V4);
	struct pair pair;

	if (setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name)) ||
	    setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name))) {
		printf("# congestion control %s: %s\n", name, strerror(errno));
		close(listener);
		close(client);
		return false;
	}
	population_note(population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	pair = pair_join(client, listener, PAIR_V4);
	for (int i = 0; i < 20; i++)
		pair_talk(pair, 1000, 2000);
	population_note_pair(population, pair);
	return true;
}

bool scene_mptcp(struct population *population)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	struct pair pair;
	size_t at;

	if (listener < 0) {
		printf("# MPTCP: %s\n", strerror(errno));
		return false;
	}
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)));
	must(listen(listener, 8));
	at = population_note(population, listener, SKSTAT_KIND_LISTEN, TCP_LISTEN);
	population->member[at].fd = -1;
	pair.client = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP));
	pair = pair_join(pair.client, listener, PAIR_V4);
	pair_talk(pair, 500, 600);
	at = population_note(population, pair.client, SKSTAT_KIND_FULL, TCP_ESTABLISHED);
	population->member[at].fd = -1;
	population_note_peer(population, at, SKSTAT_KIND_FULL, TCP_ESTABLISHED);
	/* The descriptors stay open as long as the test runs. */
	return true;
}

bool scene_tls(struct population *population)
{
	struct tls12_crypto_info_aes_gcm_128 key = {
		.info = { .version = TLS_1_2_VERSION, .cipher_type = TLS_CIPHER_AES_GCM_128 },
	};
	int listener = listener_add(population, PAIR_V4);
	struct pair pair = pair_add(population, listener, PAIR_V4);
	int ends[] = { pair.client, pair.server };

	for (size_t i = 0; i < 2; i++) {
		if (setsockopt(ends[i], IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) ||
		    setsockopt(ends[i], SOL_TLS, TLS_TX, &key, sizeof(key)) ||
		    setsockopt(ends[i], SOL_TLS, TLS_RX, &key, sizeof(key))) {
			printf("# kTLS: %s\n", strerror(errno));
			return false;
		}
	}
	pair_talk(pair, 400, 500);
	return true;
}

static bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

uint64_t scene_cgroup(struct population *population)
{
	const char *root = "/sys/fs/cgroup";
	char path[64], procs[96];
	struct stat st;
	int listener;

	if (access("/sys/fs/cgroup/cgroup.procs", F_OK) && mount("cgroup", root, "cgroup2", 0, NULL)) {
		printf("# cgroup v2: %s\n", strerror(errno));
		return 0;
	}
	snprintf(path, sizeof(path), "%s/skstat-test", root);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	if (mkdir(path, 0755) && errno != EEXIST)
		return 0;
	must(stat(path, &st));
	must_be(file_write(procs, "0"));
	listener = listener_add(population, PAIR_V4);
	pair_add(population, listener, PAIR_V4);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", root);
	must_be(file_write(procs, "0"));
	return st.st_ino;
}

/* In the child: joins the class, makes sockets, tells their cookies and lives as long as the parent. */
static void __attribute__((noreturn)) class_live(int to, const char *procs)
{
	struct population own = { 0 };
	uint64_t cookies[3];

	/*
	 * To join a class is to give it to all sockets that one has open, and a descriptor that is passed on gets the
	 * receiver's: hence a process of its own, that shares none.
	 */
	must(prctl(PR_SET_PDEATHSIG, SIGKILL));
	must(dup2(to, 3));
	must(syscall(SYS_close_range, 4, ~0u, 0));
	must_be(file_write(procs, "0"));
	pair_add(&own, listener_add(&own, PAIR_V4), PAIR_V4);
	for (size_t i = 0; i < 3; i++)
		cookies[i] = population_cookie(&own.member[i]);
	must_be(write(3, cookies, sizeof(cookies)) == sizeof(cookies));
	for (;;)
		pause();
}

uint32_t scene_classid(uint64_t cookies[3])
{
	const char *path = "/tmp/skstat-net_cls";
	int ends[2];
	pid_t pid;

	mkdir(path, 0755);
	if (mount("net_cls", path, "cgroup", 0, "net_cls")) {
		printf("# net_cls: %s\n", strerror(errno));
		return 0;
	}
	mkdir("/tmp/skstat-net_cls/test", 0755);
	must_be(file_write("/tmp/skstat-net_cls/test/net_cls.classid", "1048577"));
	must(pipe2(ends, O_CLOEXEC));
	pid = must(fork());
	if (!pid)
		class_live(ends[1], "/tmp/skstat-net_cls/test/cgroup.procs");
	close(ends[1]);
	must_be(read(ends[0], cookies, 3 * sizeof(*cookies)) == 3 * sizeof(*cookies));
	close(ends[0]);
	return 1048577;
}
