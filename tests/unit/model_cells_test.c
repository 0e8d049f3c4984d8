// SPDX-License-Identifier: GPL-2.0
/* What the probes have counted, in the model: differences by key, names, what is folded, a module loaded anew. */
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <skstat/probes.h>
#include <sys/socket.h>

#include "model/cell_label.h"
#include "model_kit.h"

#define ALL (~UINT64_C(0))
#define OTHER SKSTAT_KEY_OTHER

#define DROPS	    "skstat_dropped_packets"
#define RETRANSMITS "skstat_tcp_retransmits"

#define NO_SOCKET 3, 1, 2, ETH_P_IP, 0 /* of DROP, with the names below */
#define NO_SOCKET_LABELS "NO_SOCKET/tcp_v4_rcv/eth0/4026531840/ipv4"

static struct kit *kit_of(uint32_t limit)
{
	const struct skstat_model_config config = {
		KIT_VIEW(20, 3600 * KIT_SECOND, .labels = KIT_LABELS), .netns_limit = 2, .cell_limit = limit,
	};

	return kit_new(&config);
}

/* A poll's first part: two namespaces are known. */
static void begin(struct kit *kit)
{
	const struct skstat_sample netns[] = { kit_netns(1, 4026531840, 1), kit_netns(2, 4026532000, 1) };

	kit_begin(kit, true);
	for (size_t i = 0; i < 2; i++)
		kit_put(kit, &netns[i]);
}

static void name_take(struct kit *kit, uint32_t column, uint32_t id, const char *text, uint64_t netns)
{
	struct skstat_counter_name name = { .column = column, .id = id, .netns = netns };

	snprintf(name.name, sizeof(name.name), "%s", text);
	assert_int_equal(skstat_model_counters_name(&name, kit->model), 0);
}

static void names_take(struct kit *kit)
{
	name_take(kit, SKSTAT_COLUMN_REASON, 3, "NO_SOCKET", 0);
	name_take(kit, SKSTAT_COLUMN_FUNCTION, 1, "tcp_v4_rcv", 0);
	name_take(kit, SKSTAT_COLUMN_DEVICE, 2, "eth0", 1);
}

static void cell_take(struct kit *kit, const struct skstat_cell *cell)
{
	assert_int_equal(skstat_model_counters_cell(cell, kit->model), 0);
}

static void end(struct kit *kit, bool whole)
{
	skstat_model_counters_end(kit->model, whole);
	kit_end(kit, true, false);
}

/* A poll with these cells, and the names above. */
static void reading(struct kit *kit, const struct skstat_cell *cell, size_t count)
{
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	names_take(kit);
	for (size_t i = 0; i < count; i++)
		cell_take(kit, &cell[i]);
	end(kit, true);
}

/* A kit whose baseline is there, and empty. */
static struct kit *ready(uint32_t limit)
{
	struct kit *kit = kit_of(limit);

	reading(kit, NULL, 0);
	return kit;
}

static void differences(void **state)
{
	struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_DROP, { NO_SOCKET }, 10 },
		{ SKSTAT_TABLE_RETRANSMIT, { SKSTAT_CAUSE_RTO, TCP_ESTABLISHED, 1, 443 }, 5 },
	};
	struct kit *kit = kit_of(500);

	(void)state;
	/* What was before is baseline: a series, and nothing in it. */
	reading(kit, cell, 1);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 0);
	assert_null(kit_series(kit, RETRANSMITS, "rto/established/4026531840/443"));
	/* What comes later is not. */
	cell[0].count = 13;
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 3);
	assert_true(kit_value(kit, RETRANSMITS, "rto/established/4026531840/443") == 5);
	/* No change; and a reading without a key, which stays what it is. */
	reading(kit, cell, 2);
	reading(kit, cell, 1);
	assert_true(kit_value(kit, RETRANSMITS, "rto/established/4026531840/443") == 5);
	cell[0].count = 1013;
	cell[1].count = 6;
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 1003);
	assert_true(kit_value(kit, RETRANSMITS, "rto/established/4026531840/443") == 6);
	/* It cannot go back; nor does what is shown. */
	cell[1].count = 2;
	reading(kit, cell, 2);
	assert_true(kit_value(kit, RETRANSMITS, "rto/established/4026531840/443") == 6);
	kit_free(kit);
}

/* Two CPUs that put the same key in at once have made two of it. */
static void a_key_twice(void **state)
{
	const struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_DROP, { NO_SOCKET }, 10 },
		{ SKSTAT_TABLE_DROP, { NO_SOCKET }, 7 },
	};
	struct kit *kit = ready(500);

	(void)state;
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 17);
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 17);
	kit_free(kit);
}

/* What broke off counts nothing, and is no baseline. */
static void not_whole(void **state)
{
	struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_DROP, { NO_SOCKET }, 10 },
		{ SKSTAT_TABLE_RETRANSMIT, { SKSTAT_CAUSE_RTO, TCP_ESTABLISHED, 1, 443 }, 5 },
	};
	struct kit *kit = kit_of(500);

	(void)state;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, cell);
	end(kit, false);
	assert_null(kit_family(kit, DROPS));
	assert_null(kit_family(kit, "skstat_counts_series"));
	cell[0].count = 11;
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 0);
	assert_true(kit_value(kit, RETRANSMITS, "rto/established/4026531840/443") == 0);

	cell[0].count = 20;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, cell);
	end(kit, false);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 0);
	cell[0].count = 21;
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 10);
	kit_free(kit);
}

/* A family is there for the probes that are held, or were; cells of others are none of ours. */
static void probes(void **state)
{
	struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_DROP, { NO_SOCKET }, 10 },
		{ SKSTAT_TABLE_RETRANSMIT, { SKSTAT_CAUSE_TLP, TCP_ESTABLISHED, 1, 0 }, 5 },
	};
	struct kit *kit = kit_of(500);

	(void)state;
	kit_poll(kit, NULL, 0);
	assert_null(kit_family(kit, DROPS));
	for (int times = 0; times < 2; times++) {
		begin(kit);
		skstat_model_counters_begin(kit->model, SKSTAT_PROBE_BIT(RETRANSMIT));
		names_take(kit);
		cell_take(kit, &cell[0]);
		cell_take(kit, &cell[1]);
		end(kit, true);
		cell[0].count++;
	}
	assert_null(kit_family(kit, DROPS));
	assert_null(kit_series(kit, "skstat_counts_series", "drop"));
	assert_true(kit_value(kit, RETRANSMITS, "tlp/established/4026531840") == 0);
	assert_true(kit_value(kit, "skstat_counts_series", "retransmit") == 1);
	assert_true(kit_value(kit, "skstat_counts_folded_cells", "retransmit") == 0);

	/* One that is held later has its baseline later. */
	reading(kit, cell, 2);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 0);
	assert_non_null(kit_family(kit, "skstat_tcp_resets"));
	assert_int_equal(kit_family(kit, "skstat_tcp_resets")->count, 0);
	/* And one that is lost for a while stays what it is. */
	begin(kit);
	skstat_model_counters_begin(kit->model, SKSTAT_PROBE_BIT(DROP));
	names_take(kit);
	end(kit, true);
	assert_true(kit_value(kit, RETRANSMITS, "tlp/established/4026531840") == 0);
	kit_poll(kit, NULL, 0);
	assert_non_null(kit_family(kit, RETRANSMITS));
	kit_free(kit);
}

/* Keys and names mean something else then, and counters begin at 0. */
static void loaded_anew(void **state)
{
	struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_DROP, { NO_SOCKET }, 10 },
		{ SKSTAT_TABLE_DROP, { 3, 9, 2, ETH_P_IP, 0 }, 4 },
	};
	struct kit *kit = ready(500);

	(void)state;
	reading(kit, cell, 1);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 10);
	kit->poll.instance = 2;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	name_take(kit, SKSTAT_COLUMN_REASON, 3, "NO_SOCKET", 0);
	name_take(kit, SKSTAT_COLUMN_FUNCTION, 1, "udp_rcv", 0);
	name_take(kit, SKSTAT_COLUMN_FUNCTION, 9, "tcp_v4_rcv", 0);
	name_take(kit, SKSTAT_COLUMN_DEVICE, 2, "eth0", 1);
	cell[0].count = 12;
	cell_take(kit, &cell[0]);
	cell_take(kit, &cell[1]);
	end(kit, true);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 14);
	assert_true(kit_value(kit, DROPS, "NO_SOCKET/udp_rcv/eth0/4026531840/ipv4") == 12);
	/* The last one's names are gone: what it called so may not be called so now. */
	cell[0].key[0] = 4;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell[1]);
	end(kit, true);
	kit->poll.instance = 3;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell[1]);
	end(kit, true);
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell[1]);
	end(kit, true);
	assert_true(kit_value(kit, DROPS, NO_SOCKET_LABELS) == 14);
	assert_true(kit_value(kit, DROPS, "unknown/unknown/unknown/unknown/ipv4") == 4);
	kit_free(kit);
}

/* What has no name waits for the next reading, and loses nothing by that; then it is `unknown` until it has one. */
static void names_that_are_late(void **state)
{
	struct skstat_cell cell = { SKSTAT_TABLE_DROP, { 3, 7, 2, ETH_P_IP, 80 }, 10 };
	struct kit *kit = ready(500);

	(void)state;
	reading(kit, &cell, 1);
	assert_int_equal(kit_family(kit, DROPS)->count, 0);
	cell.count = 12;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell);
	name_take(kit, SKSTAT_COLUMN_FUNCTION, 7, "nf_hook_slow", 0);
	end(kit, true);
	assert_true(kit_value(kit, DROPS, "NO_SOCKET/nf_hook_slow/eth0/4026531840/ipv4/80") == 12);

	cell.key[1] = 8;
	cell.count = 5;
	reading(kit, &cell, 1);
	reading(kit, &cell, 1);
	assert_true(kit_value(kit, DROPS, "NO_SOCKET/unknown/eth0/4026531840/ipv4/80") == 5);
	cell.count = 6;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell);
	name_take(kit, SKSTAT_COLUMN_FUNCTION, 8, "found", 0);
	end(kit, true);
	assert_true(kit_value(kit, DROPS, "NO_SOCKET/unknown/eth0/4026531840/ipv4/80") == 5);
	assert_true(kit_value(kit, DROPS, "NO_SOCKET/found/eth0/4026531840/ipv4/80") == 1);
	kit_free(kit);
}

/* Baseline is what it is, whenever its name comes. */
static void late_names_of_the_baseline(void **state)
{
	struct skstat_cell cell = { SKSTAT_TABLE_DROP, { 3, 7, 2, ETH_P_IP, 80 }, 10 };
	struct kit *kit = kit_of(500);

	(void)state;
	reading(kit, &cell, 1);
	cell.count = 11;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	name_take(kit, SKSTAT_COLUMN_FUNCTION, 7, "nf_hook_slow", 0);
	cell_take(kit, &cell);
	end(kit, true);
	assert_true(kit_value(kit, DROPS, "NO_SOCKET/nf_hook_slow/eth0/4026531840/ipv4/80") == 1);
	kit_free(kit);
}

/* A device is renamed, moved, and another gets its name: nothing goes back, and the same labels are one series. */
static void devices_renamed(void **state)
{
	struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_CHECKSUM, { 2, AF_INET }, 10 },
		{ SKSTAT_TABLE_CHECKSUM, { 3, AF_INET }, 100 },
	};
	struct kit *kit = ready(500);
	const char *name = "skstat_tcp_bad_checksums";

	(void)state;
	reading(kit, cell, 1);
	assert_true(kit_value(kit, name, "eth0/4026531840/ipv4") == 10);
	cell[0].count = 11;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell[0]);
	name_take(kit, SKSTAT_COLUMN_DEVICE, 2, "wan0", 1);
	name_take(kit, SKSTAT_COLUMN_DEVICE, 3, "eth0", 1);
	cell_take(kit, &cell[1]);
	end(kit, true);
	assert_true(kit_value(kit, name, "wan0/4026531840/ipv4") == 1);
	assert_true(kit_value(kit, name, "eth0/4026531840/ipv4") == 110);
	cell[0].count = 12;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	name_take(kit, SKSTAT_COLUMN_DEVICE, 2, "wan0", 2);
	cell_take(kit, &cell[0]);
	end(kit, true);
	assert_true(kit_value(kit, name, "wan0/4026531840/ipv4") == 1);
	assert_true(kit_value(kit, name, "wan0/4026532000/ipv4") == 1);
	assert_true(kit_value(kit, name, "eth0/4026531840/ipv4") == 110);
	assert_true(kit_value(kit, "skstat_counts_series", "checksum") == 3);
	kit_free(kit);
}

/* One that comes late, one that has no label of its own, one that was never named. */
static void namespaces(void **state)
{
	struct skstat_cell cell = { SKSTAT_TABLE_RETRANSMIT, { SKSTAT_CAUSE_FAST, TCP_CLOSE_WAIT, 3, 22 }, 1 };
	const struct skstat_sample third = kit_netns(3, 4026532001, 1);
	struct kit *kit = ready(500);

	(void)state;
	reading(kit, &cell, 1);
	assert_int_equal(kit_family(kit, RETRANSMITS)->count, 0);
	begin(kit);
	kit_put(kit, &third);
	skstat_model_counters_begin(kit->model, ALL);
	cell_take(kit, &cell);
	end(kit, true);
	assert_true(kit_value(kit, RETRANSMITS, "fast/close_wait/other/22") == 1);
	cell.key[2] = 4;
	reading(kit, &cell, 1);
	reading(kit, &cell, 1);
	assert_true(kit_value(kit, RETRANSMITS, "fast/close_wait/unknown/22") == 1);
	kit_free(kit);
}

/* Past the limit all goes to `other`, with what the module has put there; who has a series keeps it. */
static void folding(void **state)
{
	struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_UDP, { ENOMEM, AF_INET, 1, 53 }, 1 },
		{ SKSTAT_TABLE_UDP, { ENOMEM, AF_INET, 1, 54 }, 2 },
		{ SKSTAT_TABLE_UDP, { ENOMEM, AF_INET, 1, 55 }, 4 },
		{ SKSTAT_TABLE_UDP, { ENOMEM, AF_INET6, 1, 55 }, 8 },
		{ SKSTAT_TABLE_UDP, { OTHER, OTHER, OTHER, OTHER, OTHER }, 16 },
		{ SKSTAT_TABLE_LIMIT, { SKSTAT_LIMIT_SEND, IPPROTO_TCP, 1, 80 }, 32 },
	};
	struct kit *kit = ready(2);
	const char *name = "skstat_udp_receive_failures";

	(void)state;
	reading(kit, cell, 6);
	assert_true(kit_value(kit, name, "ENOMEM/ipv4/4026531840/53") == 1);
	assert_true(kit_value(kit, name, "ENOMEM/ipv4/4026531840/54") == 2);
	assert_true(kit_value(kit, name, "other/other/other/other") == 28);
	assert_int_equal(kit_family(kit, name)->count, 3);
	assert_true(kit_value(kit, "skstat_counts_series", "udp") == 2);
	assert_true(kit_value(kit, "skstat_counts_folded_cells", "udp") == 2);
	assert_true(kit_value(kit, "skstat_counts_folded_cells", "limit") == 0);
	assert_true(kit_value(kit, "skstat_socket_limits_hit", "send/tcp/4026531840/80") == 32);
	for (size_t i = 0; i < 6; i++)
		cell[i].count *= 2;
	reading(kit, cell, 6);
	assert_true(kit_value(kit, name, "ENOMEM/ipv4/4026531840/54") == 4);
	assert_true(kit_value(kit, name, "other/other/other/other") == 56);
	/* Once folded is counted once. */
	assert_true(kit_value(kit, "skstat_counts_folded_cells", "udp") == 2);
	kit_free(kit);
}

/* Every kind of value under its name, and what has none as a number. */
static void values(void **state)
{
	static const struct {
		struct skstat_cell cell;
		const char *metric, *labels;
	} cases[] = {
		{ { SKSTAT_TABLE_DROP, { 0, 1, 0, 0, 0 }, 1 }, DROPS, "tcp_v4_rcv" },
		{ { SKSTAT_TABLE_DROP, { 3, 0, 2, 0x86dd, 80 }, 1 }, DROPS, "NO_SOCKET/eth0/4026531840/ipv6/80" },
		{ { SKSTAT_TABLE_DROP, { 3, 1, 0, 0x1234, 0 }, 1 }, DROPS, "NO_SOCKET/tcp_v4_rcv/0x1234" },
		{ { SKSTAT_TABLE_DROP, { 3, OTHER, OTHER, 0x806, 0 }, 1 }, DROPS, "NO_SOCKET/other/other/other/arp" },
		{ { SKSTAT_TABLE_RETRANSMIT, { SKSTAT_CAUSE_SLOW_START, 12, 2, 65535 }, 1 }, RETRANSMITS,
		  "slow_start/syn_recv/4026532000/65535" },
		{ { SKSTAT_TABLE_RETRANSMIT, { 77, 78, 2, 0 }, 1 }, RETRANSMITS, "77/78/4026532000" },
		{ { SKSTAT_TABLE_RESET, { SKSTAT_RESET_SENT, 5, 0, 1, 0 }, 1 }, "skstat_tcp_resets",
		  "sent/NOT_SPECIFIED/4026531840" },
		{ { SKSTAT_TABLE_RESET, { SKSTAT_RESET_RECEIVED, 0, TCP_SYN_SENT, 1, 0 }, 1 }, "skstat_tcp_resets",
		  "received/syn_sent/4026531840" },
		{ { SKSTAT_TABLE_LIMIT, { SKSTAT_LIMIT_RECEIVE_QUEUE, 17, 1, 53 }, 1 }, "skstat_socket_limits_hit",
		  "receive_queue/udp/4026531840/53" },
		{ { SKSTAT_TABLE_LIMIT, { SKSTAT_LIMIT_RECEIVE, 200, 1, 0 }, 1 }, "skstat_socket_limits_hit",
		  "receive/200/4026531840" },
		{ { SKSTAT_TABLE_UDP, { 4000, AF_INET6, 1, 0 }, 1 }, "skstat_udp_receive_failures",
		  "4000/ipv6/4026531840" },
		{ { SKSTAT_TABLE_PACKET, { SKSTAT_WAY_RECEIVE, 2, 0x800, IPPROTO_UDP }, 1 }, "skstat_packets",
		  "receive/eth0/4026531840/ipv4/udp" },
		{ { SKSTAT_TABLE_PACKET_BYTES, { SKSTAT_WAY_TRANSMIT, 2, 0x806, 0 }, 1 }, "skstat_packet_bytes",
		  "transmit/eth0/4026531840/arp" },
		{ { SKSTAT_TABLE_UDP_CONNECT, { ENETUNREACH, AF_INET, 1, 53 }, 1 }, "skstat_udp_connects",
		  "ENETUNREACH/ipv4/4026531840/53" },
		{ { SKSTAT_TABLE_UDP_CONNECT, { 0, AF_INET, 1, 53 }, 1 }, "skstat_udp_connects",
		  "ipv4/4026531840/53" },
	};
	struct kit *kit = ready(500);

	(void)state;
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	name_take(kit, SKSTAT_COLUMN_RST_REASON, 5, "NOT_SPECIFIED", 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cell_take(kit, &cases[i].cell);
	end(kit, true);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(kit_value(kit, cases[i].metric, cases[i].labels) == 1);
	kit_free(kit);
}

/* The labels' names, and that a label which is not there is not written. */
static void label_names(void **state)
{
	static const char *const names[] = { "reason", "function", "device", "netns", "protocol", "port" };
	static const char *const some[] = { "reason", "protocol", "port" };
	const struct skstat_cell cell[] = {
		{ SKSTAT_TABLE_DROP, { 3, 1, 2, 0x800, 80 }, 1 },
		{ SKSTAT_TABLE_DROP, { 3, 0, 0, 0x800, 80 }, 1 },
	};
	struct kit *kit = ready(500);
	const struct skstat_series *series;

	(void)state;
	reading(kit, cell, 2);
	series = kit_series(kit, DROPS, "NO_SOCKET/tcp_v4_rcv/eth0/4026531840/ipv4/80");
	assert_int_equal(series->labels, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(series->label[i].name, names[i]);
	series = kit_series(kit, DROPS, "NO_SOCKET/ipv4/80");
	assert_int_equal(series->labels, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(series->label[i].name, some[i]);
	kit_free(kit);
}

/* A stack is longer than any other name, and whole; what is longer still is cut. */
static void stacks(void **state)
{
	const struct skstat_cell cell = { SKSTAT_TABLE_STACK, { 6, 3 }, 4 };
	char stack[SKSTAT_COUNTER_NAME_SIZE];
	struct kit *kit = ready(500);
	const struct skstat_series *series;

	(void)state;
	memset(stack, 'f', sizeof(stack) - 1);
	stack[sizeof(stack) - 1] = '\0';
	begin(kit);
	skstat_model_counters_begin(kit->model, ALL);
	names_take(kit);
	name_take(kit, SKSTAT_COLUMN_STACK, 6, stack, 0);
	cell_take(kit, &cell);
	end(kit, true);
	assert_int_equal(kit_family(kit, "skstat_dropped_packet_stacks")->count, 1);
	series = kit_family(kit, "skstat_dropped_packet_stacks")->series;
	assert_int_equal(series->labels, 2);
	assert_string_equal(series->label[0].name, "stack");
	assert_string_equal(series->label[0].value, stack);
	assert_string_equal(series->label[1].value, "NO_SOCKET");
	assert_true(series->value == 4);
	kit_free(kit);
}

/* Many keys, in another order each time: the table of keys grows, and each is found again. */
static void many(void **state)
{
	struct kit *kit = kit_of(100000);
	const uint32_t count = 5000;

	(void)state;
	for (uint32_t round = 0; round < 4; round++) {
		begin(kit);
		skstat_model_counters_begin(kit->model, ALL);
		for (uint32_t i = 0; i < count; i++) {
			uint32_t port = 1 + (i * 7 + round * 11) % count;
			const struct skstat_cell cell = {
				SKSTAT_TABLE_UDP, { ENOMEM, AF_INET, 1, port }, 1000 + round * port,
			};

			cell_take(kit, &cell);
		}
		end(kit, true);
	}
	assert_int_equal(kit_family(kit, "skstat_udp_receive_failures")->count, count);
	assert_true(kit_value(kit, "skstat_udp_receive_failures", "ENOMEM/ipv4/4026531840/4321") == 3 * 4321);
	assert_true(kit_sum(kit, "skstat_udp_receive_failures") == 3. * count * (count + 1) / 2);
	kit_free(kit);
}

/* Whatever families there can be, in METRICS.md there are; each table's labels have names of their own. */
struct documented {
	struct kit *kit;
	size_t tables;
};

static void document(const struct skstat_family_doc *doc, void *arg)
{
	struct documented *documented = arg;
	const struct skstat_family *family = kit_family(documented->kit, doc->name);

	if (strcmp(doc->name, DROPS) == 0)
		assert_string_equal(doc->labels, "reason,function,device,netns,protocol,port");
	if (strcmp(doc->name, RETRANSMITS) == 0)
		assert_string_equal(doc->labels, "cause=syn|rto|slow_start|fast|tlp|other|synack,state,netns,port");
	if (strcmp(doc->name, "skstat_counts_series") == 0)
		assert_string_equal(doc->labels, "table=drop|retransmit|reset|limit|udp|checksum|packet|"
						 "packet_bytes|stack|udp_connect");
	for (uint32_t id = 1; id < __SKSTAT_TABLE_MAX; id++)
		if (strcmp(doc->name, skstat_cell_tables[id].metric) == 0)
			documented->tables++;
	if (!family)
		return;
	assert_int_equal(family->type, doc->type);
	assert_string_equal(family->help, doc->help);
}

static void documentation(void **state)
{
	struct documented documented = { .kit = ready(500) };

	(void)state;
	skstat_model_document(document, &documented);
	assert_int_equal(documented.tables, __SKSTAT_TABLE_MAX - 1);
	for (uint32_t id = 1; id < __SKSTAT_TABLE_MAX; id++) {
		const char *name[SKSTAT_CELL_LABELS];
		size_t count = skstat_cell_label_names(&skstat_cell_tables[id], name);

		assert_non_null(kit_family(documented.kit, skstat_cell_tables[id].metric));
		for (size_t i = 0; i < count; i++)
			for (size_t j = i + 1; j < count; j++)
				assert_string_not_equal(name[i], name[j]);
	}
	kit_free(documented.kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),	       cmocka_unit_test(a_key_twice),
		cmocka_unit_test(not_whole),	       cmocka_unit_test(probes),
		cmocka_unit_test(loaded_anew),	       cmocka_unit_test(names_that_are_late),
		cmocka_unit_test(devices_renamed),     cmocka_unit_test(late_names_of_the_baseline),
		cmocka_unit_test(namespaces),	       cmocka_unit_test(folding),
		cmocka_unit_test(values),	       cmocka_unit_test(label_names),
		cmocka_unit_test(many),		       cmocka_unit_test(documentation),
		cmocka_unit_test(stacks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model cells", tests, NULL, NULL);
}
