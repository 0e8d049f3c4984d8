// SPDX-License-Identifier: GPL-2.0
/* The collectors with a table of their own: sockstat, softnet, netdev, conntrack, pressure and loadavg. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "collector_kit.h"

#define SOCKSTAT (&skstat_procfs_sockstat)
#define SOFTNET (&skstat_procfs_softnet)
#define NETDEV (&skstat_procfs_netdev)
#define CONNTRACK (&skstat_procfs_conntrack)
#define PRESSURE (&skstat_procfs_pressure)
#define LOADAVG (&skstat_procfs_loadavg)

#define REFUSED(collector, file, wrong)                                        \
	do {                                                                   \
		for (size_t w = 0; w < sizeof(wrong) / sizeof((wrong)[0]); w++) \
			refused(collector, file, (wrong)[w]);                  \
	} while (0)

static struct skstat_families *taken(const struct skstat_procfs_collector *collector, size_t file, const char *text)
{
	struct skstat_families *set = families_of(collector, file, text);

	if (!set)
		fail_msg("%s refuses \"%s\"", collector->name, text);
	return set;
}

static void sockstat(void **state)
{
	static const char text[] = "sockets: used 212\n"
				   "TCP: inuse 12 orphan 1 tw 30 alloc 45 mem 7\n"
				   "UDP: inuse 4 mem -1\n"
				   "NEW: inuse 9 fresh 8\n"
				   "FRAG: inuse 2 memory 8192\n";
	static const char *const wrong[] = {
		"", "\n", "TCP\n", "TCP inuse 1\n", "TCP: inuse\n", "TCP: inuse x\n", "TCP: inuse 1 mem\n",
		": inuse 1\n",
		"TCP: inuse 18446744073709551616\n", "TCP: inuse 1\n\n", "T\xff" "P: inuse 1\n", "TCP: inuse --1\n",
		"ABCDEFGHIJKLMNOPQ: inuse 1\n",
	};
	static const char *const wrong_mem[] = { "", "1 2\n", "1 2 3 4\n", "1 2 x\n", "-1 2 3\n", "1 2 3\n4\n" };
	double page = (double)sysconf(_SC_PAGESIZE);
	struct skstat_families *set = taken(SOCKSTAT, 0, text);

	(void)state;
	assert_true(value_in(set, "skstat_sockstat_sockets_used", NULL) == 212);
	assert_true(value_in(set, "skstat_sockstat_TCP_inuse", NULL) == 12);
	assert_true(value_in(set, "skstat_sockstat_TCP_tw", NULL) == 30);
	assert_true(value_in(set, "skstat_sockstat_TCP_mem_bytes", NULL) == 7 * page);
	assert_true(value_in(set, "skstat_sockstat_UDP_mem_bytes", NULL) == 0);
	assert_true(value_in(set, "skstat_sockstat_FRAG_memory_bytes", NULL) == 8192);
	assert_false(has_value(set, "skstat_sockstat_RAW_inuse", NULL));
	assert_int_equal(set->count, 10);
	for (size_t i = 0; i < set->count; i++)
		assert_int_equal(set->family[i].type, SKSTAT_METRIC_GAUGE);
	skstat_families_free(set);

	set = taken(SOCKSTAT, 1, "TCP6: inuse 18446744073709551615\nFRAG6: inuse 0 memory 0");
	assert_true(value_in(set, "skstat_sockstat_TCP6_inuse", NULL) == (double)UINT64_MAX);
	assert_int_equal(set->count, 3);
	skstat_families_free(set);
	set = taken(SOCKSTAT, 2, "287898\t383867\t575796\n");
	assert_true(value_in(set, "skstat_sockstat_TCP_mem_limit_bytes", "low") == 287898 * page);
	assert_true(value_in(set, "skstat_sockstat_TCP_mem_limit_bytes", "pressure") == 383867 * page);
	assert_true(value_in(set, "skstat_sockstat_TCP_mem_limit_bytes", "high") == 575796 * page);
	skstat_families_free(set);
	set = taken(SOCKSTAT, 3, "131072\n");
	assert_true(value_in(set, "skstat_sockstat_TCP_orphan_limit", NULL) == 131072);
	skstat_families_free(set);

	REFUSED(SOCKSTAT, 0, wrong);
	REFUSED(SOCKSTAT, 1, wrong);
	REFUSED(SOCKSTAT, 2, wrong_mem);
	refused(SOCKSTAT, 3, "x\n");
	refused(SOCKSTAT, 3, "1 2\n");
	mangled(SOCKSTAT, 0, text);
	mangled(SOCKSTAT, 2, "287898\t383867\t575796\n");
}

/* A line of so many columns: 9 of 2.6, 10 and 11 up to 5.9, 13 from 5.10, 15 from 6.4; and what may come yet. */
static char *softnet_line(char *at, size_t columns, unsigned int cpu, unsigned int first)
{
	for (size_t i = 0; i < columns; i++)
		at += sprintf(at, "%s%08x", i ? " " : "", i == 12 ? cpu : first + (unsigned int)i);
	return at + sprintf(at, "\n");
}

static void softnet(void **state)
{
	static const size_t widths[] = { 9, 10, 11, 12, 13, 15, 17 };
	static const char *const wrong[] = {
		"", "\n", "1 2 3 4 5 6 7 8\n", "1 2 3 4 5 6 7 8 g\n", "1 2 3 4 5 6 7 8 0x9\n", "1 2 3 4 5 6 7 8 -9\n",
		/* not as many in each line; no number; a CPU twice, or backwards */
		"1 2 3 4 5 6 7 8 9\n1 2 3 4 5 6 7 8 9 a\n", "1 2 3 4 5 6 7 8 9\n\n", "\xff\xfe\n",
		"1 2 3 4 5 6 7 8 9 a b c 1\n1 2 3 4 5 6 7 8 9 a b c 1\n",
		"1 2 3 4 5 6 7 8 9 a b c 1\n1 2 3 4 5 6 7 8 9 a b c 0\n",
		"1 2 3 4 5 6 7 8 10000000000000000\n",
	};
	struct skstat_families *set;
	char text[1024];

	(void)state;
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		size_t width = widths[w];
		const char *second = width > 12 ? "3" : "1";

		softnet_line(softnet_line(text, width, 0, 0x10), width, 3, 0xfffffff0);
		set = taken(SOFTNET, 0, text);
		assert_true(value_in(set, "skstat_softnet_processed", "0") == 0x10);
		assert_true(value_in(set, "skstat_softnet_processed", second) == 0xfffffff0);
		assert_true(value_in(set, "skstat_softnet_dropped", "0") == 0x11);
		assert_true(value_in(set, "skstat_softnet_times_squeezed", second) == 0xfffffff2);
		assert_int_equal(has_value(set, "skstat_softnet_received_rps", "0"), width > 9);
		assert_int_equal(has_value(set, "skstat_softnet_flow_limit_count", "0"), width > 10);
		assert_int_equal(has_value(set, "skstat_softnet_backlog_len", "0"), width > 11);
		assert_int_equal(has_value(set, "skstat_softnet_input_queue_len", "0"), width > 13);
		assert_int_equal(has_value(set, "skstat_softnet_process_queue_len", "0"), width > 14);
		if (width > 14)
			assert_true(value_in(set, "skstat_softnet_process_queue_len", "0") == 0x1e);
		for (size_t i = 0; i < set->count; i++)
			assert_int_equal(set->family[i].type, strstr(set->family[i].name, "_len") ?
								      SKSTAT_METRIC_GAUGE : SKSTAT_METRIC_COUNTER);
		skstat_families_free(set);
	}
	mangled(SOFTNET, 0, text);
	set = taken(SOFTNET, 0, "ffffffffffffffff 2 3 4 5 6 7 8 9");
	assert_true(value_in(set, "skstat_softnet_processed", "0") == (double)UINT64_MAX);
	skstat_families_free(set);
	REFUSED(SOFTNET, 0, wrong);
}

#define DEV_HEAD "Inter-|   Receive            |  Transmit\n face |bytes |bytes\n"
#define SIXTEEN "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"

static void netdev(void **state)
{
	static const char text[] = DEV_HEAD "    lo: " SIXTEEN "\n"
				   "  eth0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
	static const char *const wrong[] = {
		"", DEV_HEAD "lo: 1 2 3\n", DEV_HEAD "lo: " SIXTEEN " 17\n", DEV_HEAD "lo " SIXTEEN "\n",
		DEV_HEAD ": " SIXTEEN "\n", DEV_HEAD "..: " SIXTEEN "\n", DEV_HEAD ".: " SIXTEEN "\n",
		DEV_HEAD "../lo: " SIXTEEN "\n", DEV_HEAD "a/b: " SIXTEEN "\n",
		DEV_HEAD "abcdefghijklmnop: " SIXTEEN "\n",
		DEV_HEAD "lo: " SIXTEEN "\nlo: " SIXTEEN "\n", DEV_HEAD "lo: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
		DEV_HEAD "lo: 18446744073709551616 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", DEV_HEAD "\n",
		"lo: " SIXTEEN "\n", "Inter-|", "Inter-|\n", "Inter-|\nface\n", "\xff\xfe\n",
	};
	struct skstat_families *set = taken(NETDEV, 0, text);

	(void)state;
	assert_true(value_in(set, "skstat_netdev_receive_bytes", "lo") == 1);
	assert_true(value_in(set, "skstat_netdev_receive_bytes", "eth0") == (double)UINT64_MAX);
	assert_true(value_in(set, "skstat_netdev_receive_multicast", "eth0") == 8);
	assert_true(value_in(set, "skstat_netdev_transmit_bytes", "eth0") == 9);
	assert_true(value_in(set, "skstat_netdev_transmit_colls", "eth0") == 14);
	assert_true(value_in(set, "skstat_netdev_transmit_compressed", "lo") == 16);
	assert_true(value_in(set, "skstat_netdev_folded_devices", NULL) == 0);
	assert_false(has_value(set, "skstat_netdev_speed_bytes", "lo"));
	skstat_families_free(set);
	/* Names are the machine's: what they are made of is the renderers' business. */
	set = taken(NETDEV, 0, DEV_HEAD "a\"\\\xff{: " SIXTEEN);
	assert_true(value_in(set, "skstat_netdev_receive_bytes", "a\"\\\xff{") == 1);
	skstat_families_free(set);
	REFUSED(NETDEV, 0, wrong);
	mangled(NETDEV, 0, text);
}

static void many_devices(void **state)
{
	static char text[100 * 80];
	struct skstat_families *set;
	char *at = text;

	(void)state;
	at += sprintf(at, "%s", DEV_HEAD);
	for (int i = 0; i < 70; i++)
		at += sprintf(at, "veth%d: " SIXTEEN "\n", i);
	set = taken(NETDEV, 0, text);
	assert_true(value_in(set, "skstat_netdev_folded_devices", NULL) == 6);
	assert_int_equal(skstat_family_find(set, "skstat_netdev_receive_bytes")->count, 64);
	assert_true(has_value(set, "skstat_netdev_receive_bytes", "veth63"));
	assert_false(has_value(set, "skstat_netdev_receive_bytes", "veth64"));
	skstat_families_free(set);
}

#define STAT_HEAD "entries  searched found new invalid ignore delete drop\n"

static void conntrack(void **state)
{
	static const char text[] =
		STAT_HEAD "00000011  00000001 00000002 00000003 00000004 00000005 00000006 0000000a\n"
			  "00000011  00000010 00000020 00000030 00000040 00000050 00000060 000000a0\n";
	static const char *const wrong[] = {
		"", "\n", STAT_HEAD, STAT_HEAD "1 2 3 4 5 6 7\n", STAT_HEAD "1 2 3 4 5 6 7 8 9\n", STAT_HEAD "\n",
		STAT_HEAD "1 2 3 4 5 6 7 g\n", STAT_HEAD "1 2 3 4 5 6 7 -8\n", "found found\n1 2\n", "\xff\n1\n2 3\n",
		"drop\nffffffffffffffff\n1\n", "drop\n10000000000000000\n",
		"a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a\n1\n",
	};
	struct skstat_families *set = taken(CONNTRACK, 2, text);

	(void)state;
	assert_true(value_in(set, "skstat_conntrack_found", NULL) == 0x22);
	assert_true(value_in(set, "skstat_conntrack_invalid", NULL) == 0x44);
	assert_true(value_in(set, "skstat_conntrack_drop", NULL) == 0xaa);
	/* `entries` is no sum over CPUs, and what is always 0 is no figure. */
	assert_int_equal(set->count, 3);
	for (size_t i = 0; i < set->count; i++)
		assert_int_equal(set->family[i].type, SKSTAT_METRIC_COUNTER);
	skstat_families_free(set);
	set = taken(CONNTRACK, 0, "17\n");
	assert_true(value_in(set, "skstat_conntrack_entries", NULL) == 17);
	assert_int_equal(set->family[0].type, SKSTAT_METRIC_GAUGE);
	skstat_families_free(set);
	set = taken(CONNTRACK, 1, "65536\n");
	assert_true(value_in(set, "skstat_conntrack_entries_limit", NULL) == 65536);
	assert_int_equal(set->family[0].type, SKSTAT_METRIC_GAUGE);
	skstat_families_free(set);
	set = taken(CONNTRACK, 2, "drop\nffffffffffffffff\n");
	assert_true(value_in(set, "skstat_conntrack_drop", NULL) == (double)UINT64_MAX);
	skstat_families_free(set);
	REFUSED(CONNTRACK, 2, wrong);
	refused(CONNTRACK, 0, "");
	refused(CONNTRACK, 1, "-1\n");
	mangled(CONNTRACK, 2, text);
}

static void pressure(void **state)
{
	static const char text[] = "some avg10=1.37 avg60=13.36 avg300=10.69 total=1500000\n"
				   "full avg10=0.00 avg60=0.00 avg300=0.00 total=500000\n";
	static const char *const wrong[] = {
		"", "\n", "some\n", "some total=\n", "some total=x\n", "some total=-1\n", "any total=1\n",
		"\xff total=1\n",
		"some total=18446744073709551616\n", "some avg10=1.37\n", "some total=1\nfull avg10=0\n",
		"sometotal=1\n",
	};
	static const char *const resources[] = { "cpu", "memory", "io", "irq" };
	struct skstat_families *set;

	(void)state;
	for (size_t file = 0; file < 4; file++) {
		set = taken(PRESSURE, file, text);
		assert_true(value_in(set, "skstat_pressure_waiting_seconds", resources[file]) == 1.5);
		/* Of the CPU the second line has no meaning. */
		assert_int_equal(has_value(set, "skstat_pressure_stalled_seconds", resources[file]), file != 0);
		if (file)
			assert_true(value_in(set, "skstat_pressure_stalled_seconds", resources[file]) == 0.5);
		for (size_t i = 0; i < set->count; i++)
			assert_int_equal(set->family[i].type, SKSTAT_METRIC_COUNTER);
		skstat_families_free(set);
		REFUSED(PRESSURE, file, wrong);
	}
	/* Before 5.13 the CPU has one line; interrupts never have the first. */
	set = taken(PRESSURE, 0, "some avg10=0.00 total=18446744073709551615\n");
	assert_true(value_in(set, "skstat_pressure_waiting_seconds", "cpu") == (double)UINT64_MAX / 1e6);
	skstat_families_free(set);
	set = taken(PRESSURE, 3, "full avg10=0.00 total=2500000");
	assert_true(value_in(set, "skstat_pressure_stalled_seconds", "irq") == 2.5);
	assert_false(has_value(set, "skstat_pressure_waiting_seconds", "irq"));
	skstat_families_free(set);
	mangled(PRESSURE, 1, text);
}

static void loadavg(void **state)
{
	static const char text[] = "2.10 151.51 0.08 3/97 21686\n";
	static const char *const wrong[] = {
		"", "\n", "2.10 1.51 0.08\n", "2.10 1.51 0.08 3\n", "2.10 1.51 3/97 1\n", "2 1 0 3/97 1\n",
		"2.1 1.51 0.08 3/97\n",
		"-2.10 1.51 0.08 3/97\n", "2.x0 1.51 0.08 3/97\n", ".10 1.51 0.08 3/97\n", "2.10 1.51 0.08 3/\n",
		"2.10 1.51 0.08 /97\n", "nan inf 0.08 3/97\n", "\xff\xfe\n", "18446744073709551616.00 1.51 0.08 3/97\n",
	};
	struct skstat_families *set = taken(LOADAVG, 0, text);

	(void)state;
	assert_true(value_in(set, "skstat_loadavg_load1", NULL) == 2.10);
	assert_true(value_in(set, "skstat_loadavg_load5", NULL) == 151.51);
	assert_true(value_in(set, "skstat_loadavg_load15", NULL) == 0.08);
	assert_true(value_in(set, "skstat_loadavg_runnable_entities", NULL) == 3);
	assert_true(value_in(set, "skstat_loadavg_entities", NULL) == 97);
	assert_int_equal(set->count, 5);
	for (size_t i = 0; i < set->count; i++)
		assert_int_equal(set->family[i].type, SKSTAT_METRIC_GAUGE);
	skstat_families_free(set);
	REFUSED(LOADAVG, 0, wrong);
	mangled(LOADAVG, 0, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockstat),  cmocka_unit_test(softnet),	 cmocka_unit_test(netdev),
		cmocka_unit_test(many_devices),
		cmocka_unit_test(conntrack), cmocka_unit_test(pressure), cmocka_unit_test(loadavg),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collector_figure", tests, NULL, NULL);
}
