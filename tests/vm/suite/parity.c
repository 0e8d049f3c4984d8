// SPDX-License-Identifier: GPL-2.0
/*
 * What skstat stands in for, row by row: with everything on and a little of each traffic, which figures are on /metrics
 * of this kernel. One that is missing though its hook is there fails; the others are told of, for docs/PARITY.md.
 */
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "../lib/command.h"
#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "../lib/pair.h"
#include "config/option.h"
#include "parity_rows.h"
#include "suite.h"

#define CLOSED	 7630 /* nobody has it */
#define FULL	 7631
#define SERVICE	 7632
#define WIRED	 7633
#define MANY	 300 /* some of what is sampled is among so many */
#define OPTIONS	 48 /* less than exporter_start_with() takes */
#define OPTION	 64

static struct exporter exporter;
static struct wire wire;
static bool wired;

static int setup(void **state)
{
	(void)state;
	stage_set();
	wired = wire_make(&wire);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (exporter.pid)
		exporter_stop(&exporter);
	command_run("ip link del pit");
	if (wired)
		wire_free(&wire);
	stage_clear();
	return 0;
}

static bool is_wanted(const char *name)
{
	return !strncmp(name, "probe.", 6) || !strncmp(name, "collector.", 10) || !strncmp(name, "journal.", 8);
}

/* Every switch of a probe, of a collector and of the journal. */
static void start_with_everything(void)
{
	static char text[OPTIONS][OPTION];
	const char *options[OPTIONS + 2] = { "--source=netlink", "--view.all-histograms" };
	size_t count = 2;

	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++) {
		if (setting->argument || !is_wanted(setting->name))
			continue;
		must_be(count < OPTIONS && strlen(setting->name) + 3 < OPTION);
		snprintf(text[count], OPTION, "--%s", setting->name);
		options[count] = text[count];
		count++;
	}
	exporter_start_with(&exporter, options);
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* To nobody; the first is told so, and asks anew. */
static void datagrams(uint16_t port, size_t count)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	const struct sockaddr_in to = loopback(port);
	static const char data[500];

	for (size_t i = 0; i < count; i++)
		must(sendto(fd, data, sizeof(data), 0, (const struct sockaddr *)&to, sizeof(to)));
	must(connect(fd, (const struct sockaddr *)&to, sizeof(to)));
	close(fd);
}

static void a_full_udp_socket(void)
{
	const struct sockaddr_in at = loopback(FULL);
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));

	pair_option(fd, SOL_SOCKET, SO_RCVBUF, 4096);
	must(bind(fd, (const struct sockaddr *)&at, sizeof(at)));
	datagrams(FULL, MANY);
	close(fd);
}

static void a_full_ping_socket(void)
{
	struct {
		struct icmphdr header;
		char payload[1000];
	} message = { .header = { .type = ICMP_ECHO } };
	const struct sockaddr_in to = loopback(0);
	int fd;

	must_be(ns_sysctl("net/ipv4/ping_group_range", "0 65535"));
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP));
	pair_option(fd, SOL_SOCKET, SO_RCVBUF, 1);
	for (int i = 0; i < 50; i++)
		must(sendto(fd, &message, sizeof(message), 0, (const struct sockaddr *)&to, sizeof(to)));
	close(fd);
}

/* A segment to nobody, whose checksum is wrong: that is found out first. */
static void a_wrong_segment(void)
{
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} segment = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP, .tot_len = htons(sizeof(segment)),
			.saddr = htonl(INADDR_LOOPBACK), .daddr = htonl(INADDR_LOOPBACK) },
		.tcp = { .source = htons(7634), .dest = htons(CLOSED), .doff = 5, .ack = 1, .check = 0x1234 },
	};
	int fd = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
	const struct sockaddr_in to = loopback(0);

	must(sendto(fd, &segment, sizeof(segment), 0, (const struct sockaddr *)&to, sizeof(to)));
	close(fd);
}

static void a_refused_connect(void)
{
	const struct sockaddr_in closed = loopback(CLOSED);
	int fd = pair_socket(PAIR_V4);

	must_be(connect(fd, (const struct sockaddr *)&closed, sizeof(closed)) && errno == ECONNREFUSED);
	close(fd);
}

/* Data that has to be sent again; then a connection as it should be. Both are over when this returns. */
static void connections(void)
{
	int listener = pair_listen_at(PAIR_V4, SERVICE, 8);
	struct pair pair = pair_open(listener, PAIR_V4);
	struct tcpinfo info = { 0 };

	pair_deafen(pair.server);
	pair_write(pair.client, 1000);
	for (int left = 1000; left && !info.total_retrans; left--) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		pair_info(pair.client, &info);
	}
	must_be(info.total_retrans);
	pair_hear(pair.server);
	pair_read(pair.server, 1000);
	pair_talk(pair, 1000, 1000);
	pair_close(pair);
	close(listener);
}

/* To a driver that is done with a packet at once. */
static void a_driver(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(CLOSED) };
	int fd;

	if (!command_run("ip link add pit type dummy"))
		must_bail(__FILE__, __LINE__, "dummy", "the kernel has none");
	must_be(command_run("ip addr add 10.98.0.1/24 dev pit"));
	must_be(command_run("ip link set pit up"));
	inet_pton(AF_INET, "10.98.0.2", &to.sin_addr);
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	for (int i = 0; i < MANY; i++)
		must(sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to)));
	close(fd);
}

/* Through a queueing discipline. */
static void a_wire(void)
{
	struct pair pair;
	int listener;

	if (!wired)
		return;
	pair = wire_open(&wire, WIRED, &listener);
	for (int i = 0; i < MANY; i++)
		pair_talk(pair, 100, 100);
	pair_close(pair);
	close(listener);
}

enum how { WALK, JOURNAL, MIB, PROBE, COLLECTOR };

struct row {
	const char *tool, *figure, *probes, *family;
	enum how how;
};

static const struct row rows[] = {
#define ROW(TOOL, FIGURE, HOW, PROBES, FAMILY) { TOOL, FIGURE, PROBES, FAMILY, HOW },
	PARITY_ROWS(ROW)
#undef ROW
};

/* The first of the row's probes that this kernel has; "": it has none, or the row wants none. */
static const char *probe_of(const struct scrape *scrape, const struct row *row)
{
	static char words[64];
	char *word, *more;

	must_be(strlen(row->probes) < sizeof(words));
	strcpy(words, row->probes);
	for (word = strtok_r(words, " ", &more); word; word = strtok_r(NULL, " ", &more))
		if (scrape_sum(scrape, "skstat_probe_available probe=%s", word) == 1)
			return word;
	return "";
}

/* Those of kprobes, which are off unless they are asked for. */
static bool is_optional(const char *probe)
{
	return strcmp(probe, "call_return") == 0 || strcmp(probe, "udp_connect") == 0;
}

static const char *verdict(const struct scrape *scrape, const struct row *row)
{
	bool shown = scrape_family(scrape, row->family);
	const char *probe = probe_of(scrape, row);

	if (*row->probes && !*probe)
		return shown ? "SHOWN WITHOUT A HOOK" : "no hook";
	if (*probe && scrape_sum(scrape, "skstat_probe_held probe=%s", probe) != 1)
		return "NOT HELD";
	if (shown)
		return is_optional(probe) ? "optional" : "yes";
	return row->how == COLLECTOR ? "no hook" : "MISSING";
}

static void parity(void **state)
{
	static const char *const hows[] = {
		[WALK] = "walk", [JOURNAL] = "journal", [MIB] = "the kernel's counters", [PROBE] = "",
		[COLLECTOR] = "/proc",
	};
	struct scrape scrape;
	struct utsname kernel;
	size_t wrong = 0;

	(void)state;
	must(uname(&kernel));
	start_with_everything();
	exporter_follow(&exporter, NULL);
	datagrams(CLOSED, MANY);
	a_full_udp_socket();
	a_full_ping_socket();
	a_wrong_segment();
	a_refused_connect();
	connections();
	a_driver();
	a_wire();
	exporter_settle(&exporter, &scrape, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const char *says = verdict(&scrape, row);

		wrong += *says >= 'A' && *says <= 'Z';
		note("parity|%s|%s|%s|%s%s|%s|%s", kernel.release, row->tool, row->figure, hows[row->how], row->probes,
		     row->family, says);
	}
	scrape_free(&scrape);
	if (!wired)
		skip_because("there is no veth or no netem: two rows are not seen");
	assert_int_equal(wrong, 0);
}

int suite_parity(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(parity) };

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("parity", tests, setup, teardown);
}
