// SPDX-License-Identifier: GPL-2.0
/* /proc/net/snmp, netstat and snmp6 as text: as kernels write them, and as none should. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "source/snmp.h"

static const char snmp_text[] =
	"Ip: Forwarding DefaultTTL InReceives InHdrErrors\n"
	"Ip: 2 64 18446744073709551615 7\n"
	"Icmp: InMsgs\n"
	"Icmp: 1\n"
	"Tcp: RtoAlgorithm MaxConn ActiveOpens\n"
	"Tcp: 1 -1 145\n"
	"Udp: InDatagrams\n"
	"Udp: 3\n";

static const char netstat_text[] =
	"TcpExt: SyncookiesSent TW\n"
	"TcpExt: 5 6\n"
	"IpExt: InNoRoutes InOctets\n"
	"IpExt: 8 9\n"
	"MPTcpExt: MPCapableSYNRX\n"
	"MPTcpExt: 0\n";

static const char snmp6_text[] =
	"Ip6InReceives                   \t2\n"
	"Ip6OutRequests                  \t3\n"
	"Icmp6InMsgs                     \t4\n"
	"Udp6InDatagrams                 \t5";

/* The counter's value, through the same two calls that a reader makes. */
static uint64_t value_of(const struct skstat_snmp *snmp, uint32_t table, const char *name)
{
	const struct skstat_schema schema = { .counter = snmp->counter, .counters = snmp->counters };
	struct skstat_mib mib;

	skstat_snmp_mib(snmp, &mib);
	for (uint32_t i = 0; i < mib.count[table]; i++) {
		const char *ours = skstat_schema_counter_name(&schema, table, i);

		assert_non_null(ours);
		if (strcmp(ours, name) == 0)
			return skstat_mib_value(&mib, table, i);
	}
	fail_msg("no counter %s", name);
	return 0;
}

static void all(void **state)
{
	const struct skstat_snmp_texts texts = { snmp_text, netstat_text, snmp6_text };
	struct skstat_snmp snmp = { 0 };
	struct skstat_mib mib;

	(void)state;
	assert_int_equal(skstat_snmp_parse(&snmp, &texts), 0);
	skstat_snmp_mib(&snmp, &mib);
	assert_int_equal(mib.count[SKSTAT_MIB_TCP], 3);
	assert_int_equal(mib.count[SKSTAT_MIB_TCPEXT], 2);
	/* Ip without its two settings, then IpExt. */
	assert_int_equal(mib.count[SKSTAT_MIB_IP], 4);
	assert_int_equal(mib.count[SKSTAT_MIB_IP6], 2);
	assert_int_equal(value_of(&snmp, SKSTAT_MIB_TCP, "RtoAlgorithm"), 1);
	assert_true(value_of(&snmp, SKSTAT_MIB_TCP, "MaxConn") == UINT64_MAX);
	assert_int_equal(value_of(&snmp, SKSTAT_MIB_TCP, "ActiveOpens"), 145);
	assert_int_equal(value_of(&snmp, SKSTAT_MIB_TCPEXT, "TW"), 6);
	assert_true(value_of(&snmp, SKSTAT_MIB_IP, "InReceives") == UINT64_MAX);
	assert_int_equal(value_of(&snmp, SKSTAT_MIB_IP, "InHdrErrors"), 7);
	assert_int_equal(value_of(&snmp, SKSTAT_MIB_IP, "InOctets"), 9);
	assert_int_equal(value_of(&snmp, SKSTAT_MIB_IP6, "Ip6OutRequests"), 3);
	skstat_snmp_free(&snmp);
}

static void missing(void **state)
{
	const struct skstat_snmp_texts none = { 0 }, some = { .snmp = "Udp: A\nUdp: 1\n", .snmp6 = "" };
	const struct skstat_snmp_texts only = { .snmp = snmp_text };
	struct skstat_snmp snmp = { 0 };
	struct skstat_mib mib;

	(void)state;
	assert_int_equal(skstat_snmp_parse(&snmp, &none), 0);
	assert_int_equal(skstat_snmp_parse(&snmp, &some), 0);
	assert_int_equal(snmp.counters, 0);
	assert_int_equal(skstat_snmp_parse(&snmp, &only), 0);
	skstat_snmp_mib(&snmp, &mib);
	assert_int_equal(mib.count[SKSTAT_MIB_TCP], 3);
	assert_null(mib.table[SKSTAT_MIB_TCPEXT]);
	assert_int_equal(mib.count[SKSTAT_MIB_IP6], 0);
	skstat_snmp_free(&snmp);
}

static void malformed(void **state)
{
	static const char *const wrong[] = {
		"Tcp: A B\nTcp: 1\n",	  "Tcp: A\nTcp: 1 2\n",  "Tcp: A\n",		  "Tcp: A",
		"Tcp: A\nUdp: 1\n",	  "Tcp: A\nTcp: x\n",	  "Tcp: A\nTcp: 1x\n",	  "Tcp: A\nTcp: -\n",
		"Tcp: A\nTcp: +1\n",	  "Tcp: A\nTcp: --1\n",  "Tcp: A\nTcp: 18446744073709551616\n",
		"Tcp: A\nTcp: 0x1\n",
		"Tcp: 1234567890123456789012345678901234567890123456789012345678901234\nTcp: 1\n",
	};
	static const char *const wrong6[] = { "Ip6InReceives\n", "Ip6InReceives x\n", "Ip6InReceives 1 2\n" };
	static const char *const fine[] = { "Tcp:\nTcp:\n", "Tcp: A\nTcp: 1", "Tcp:  A  B \nTcp: 1\t 2 \n", "" };
	struct skstat_snmp snmp = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(skstat_snmp_parse(&snmp, &(struct skstat_snmp_texts){ .snmp = wrong[i] }), -EBADMSG);
		skstat_snmp_free(&snmp);
	}
	for (size_t i = 0; i < sizeof(wrong6) / sizeof(wrong6[0]); i++) {
		assert_int_equal(skstat_snmp_parse(&snmp, &(struct skstat_snmp_texts){ .snmp6 = wrong6[i] }), -EBADMSG);
		skstat_snmp_free(&snmp);
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		assert_int_equal(skstat_snmp_parse(&snmp, &(struct skstat_snmp_texts){ .snmp = fine[i] }), 0);
		skstat_snmp_free(&snmp);
	}
}

/* More than any first allocation, and every value at its place. */
static void many(void **state)
{
	static char text[65536];
	struct skstat_snmp snmp = { 0 };
	size_t at = 0;
	char name[16];

	(void)state;
	at += (size_t)sprintf(text + at, "TcpExt:");
	for (int i = 0; i < 1000; i++)
		at += (size_t)sprintf(text + at, " C%d", i);
	at += (size_t)sprintf(text + at, "\nTcpExt:");
	for (int i = 0; i < 1000; i++)
		at += (size_t)sprintf(text + at, " %d", 3 * i);
	assert_int_equal(skstat_snmp_parse(&snmp, &(struct skstat_snmp_texts){ .netstat = text }), 0);
	assert_int_equal(snmp.counters, 1000);
	for (int i = 0; i < 1000; i += 37) {
		sprintf(name, "C%d", i);
		assert_int_equal(value_of(&snmp, SKSTAT_MIB_TCPEXT, name), 3 * i);
	}
	skstat_snmp_free(&snmp);
}

static void known(void **state)
{
	const struct skstat_snmp_texts first = { .snmp = "Tcp: A B\nTcp: 1 2\n" };
	const struct skstat_snmp_texts other[] = {
		{ .snmp = "Tcp: B A\nTcp: 1 2\n" },
		{ .snmp = "Tcp: A\nTcp: 1\n" },
		{ .snmp = "Tcp: A B\nTcp: 1 2\n", .snmp6 = "Ip6A 1\n" },
		{ .netstat = "TcpExt: A B\nTcpExt: 1 2\n" },
	};
	struct skstat_snmp snmp = { 0 }, next = { 0 };
	struct skstat_schema schema;

	(void)state;
	assert_int_equal(skstat_snmp_parse(&snmp, &first), 0);
	schema = (struct skstat_schema){ .counter = snmp.counter, .counters = snmp.counters };
	assert_int_equal(skstat_snmp_parse(&next, &first), 0);
	assert_true(skstat_snmp_known(&next, &schema));
	skstat_snmp_free(&next);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(skstat_snmp_parse(&next, &other[i]), 0);
		assert_false(skstat_snmp_known(&next, &schema));
		skstat_snmp_free(&next);
	}
	skstat_snmp_free(&snmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all),	cmocka_unit_test(missing), cmocka_unit_test(malformed),
		cmocka_unit_test(many), cmocka_unit_test(known),
	};

	return cmocka_run_group_tests_name("snmp", tests, NULL, NULL);
}
