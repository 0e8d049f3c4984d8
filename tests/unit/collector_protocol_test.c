// SPDX-License-Identifier: GPL-2.0
/* The collectors netstat and snmp: names made of the kernel's, gauges that are no counters, and broken texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector_kit.h"
#include "model/mib.h"
#include "procfs/protocol.h"

#define NETSTAT (&skstat_procfs_netstat)
#define SNMP (&skstat_procfs_snmp)
#define SNMP_FILE 0
#define SNMP6_FILE 1

static const char snmp_text[] =
	"Ip: Forwarding DefaultTTL InReceives OutTransmits\n"
	"Ip: 1 64 18446744073709551615 7\n"
	"IcmpMsg: InType3 InType255 OutType0\n"
	"IcmpMsg: 11 12 13\n"
	"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens CurrEstab InSegs\n"
	"Tcp: 1 200 120000 -1 145 6 77\n"
	"Udp: InDatagrams\n"
	"Udp: 3\n"
	"UdpLite: InDatagrams\n"
	"UdpLite: 4\n";

static const char snmp6_text[] =
	"Ip6InReceives                   \t2\n"
	"Icmp6InMsgs                     \t4\n"
	"Icmp6InType135                  \t5\n"
	"Icmp6InType136                  \t6\n"
	"Icmp6OutType133                 \t7\n"
	"Udp6InDatagrams                 \t8\n"
	"UdpLite6InDatagrams             \t9";

static const char netstat_text[] =
	"TcpExt: SyncookiesSent TCPMemoryPressuresChrono TCPTimeouts\n"
	"TcpExt: 5 1500 6\n"
	"IpExt: InNoRoutes InOctets\n"
	"IpExt: 8 9\n"
	"MPTcpExt: MPCapableSYNRX MPCurrEstab\n"
	"MPTcpExt: 10 3\n";

static enum skstat_metric_type type_of(const struct skstat_families *set, const char *name)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	if (!family)
		fail_msg("there is no %s", name);
	return family->type;
}

static void netstat(void **state)
{
	struct skstat_families *set = families_of(NETSTAT, 0, netstat_text);

	(void)state;
	assert_non_null(set);
	assert_true(value_in(set, "skstat_netstat_TcpExt_SyncookiesSent", NULL) == 5);
	assert_true(value_in(set, "skstat_netstat_TcpExt_TCPTimeouts", NULL) == 6);
	assert_true(value_in(set, "skstat_netstat_TcpExt_TCPMemoryPressuresChrono_seconds", NULL) == 1.5);
	assert_true(value_in(set, "skstat_netstat_IpExt_InOctets", NULL) == 9);
	assert_true(value_in(set, "skstat_netstat_MPTcpExt_MPCapableSYNRX", NULL) == 10);
	assert_true(value_in(set, "skstat_netstat_MPTcpExt_MPCurrEstab", NULL) == 3);
	assert_int_equal(set->count, 7);
	skstat_families_free(set);
}

static void snmp(void **state)
{
	struct skstat_families *set = families_of(SNMP, SNMP_FILE, snmp_text);

	(void)state;
	assert_non_null(set);
	assert_true(value_in(set, "skstat_snmp_Ip_Forwarding", NULL) == 1);
	assert_true(value_in(set, "skstat_snmp_Ip_InReceives", NULL) == (double)UINT64_MAX);
	assert_true(value_in(set, "skstat_snmp_IcmpMsg_InType", "3") == 11);
	assert_true(value_in(set, "skstat_snmp_IcmpMsg_InType", "255") == 12);
	assert_true(value_in(set, "skstat_snmp_IcmpMsg_OutType", "0") == 13);
	assert_true(value_in(set, "skstat_snmp_Tcp_RtoMin_seconds", NULL) == 0.2);
	assert_true(value_in(set, "skstat_snmp_Tcp_RtoMax_seconds", NULL) == 120);
	assert_true(value_in(set, "skstat_snmp_Tcp_MaxConn", NULL) == -1);
	assert_true(value_in(set, "skstat_snmp_UdpLite_InDatagrams", NULL) == 4);
	skstat_families_free(set);

	set = families_of(SNMP, SNMP6_FILE, snmp6_text);
	assert_non_null(set);
	assert_true(value_in(set, "skstat_snmp_Ip6_InReceives", NULL) == 2);
	assert_true(value_in(set, "skstat_snmp_Icmp6_InType", "135") == 5);
	assert_true(value_in(set, "skstat_snmp_Icmp6_InType", "136") == 6);
	assert_true(value_in(set, "skstat_snmp_Icmp6_OutType", "133") == 7);
	assert_true(value_in(set, "skstat_snmp_Udp6_InDatagrams", NULL) == 8);
	assert_true(value_in(set, "skstat_snmp_UdpLite6_InDatagrams", NULL) == 9);
	skstat_families_free(set);
}

/* Both files make one page; a second one that is broken takes nothing from the first. */
static void files_add_up(void **state)
{
	struct skstat_families *set = skstat_families_new();
	void *found = found_new(SNMP);

	(void)state;
	assert_int_equal(SNMP->parse(found, SNMP_FILE, snmp_text), 0);
	assert_true(SNMP->parse(found, SNMP6_FILE, "Ip6InReceives 1\nIp6InReceives 2\n") < 0);
	assert_int_equal(SNMP->parse(found, SNMP6_FILE, snmp6_text), 0);
	SNMP->families(found, set);
	families_check(set);
	assert_true(value_in(set, "skstat_snmp_Ip6_InReceives", NULL) == 2);
	assert_true(value_in(set, "skstat_snmp_Tcp_ActiveOpens", NULL) == 145);
	skstat_families_free(set);
	free(found);
}

/*
 * Written down here a second time, by what they are: a gauge that becomes a counter in the table, or is left out of it,
 * breaks this.
 */
static void gauges_are_no_counters(void **state)
{
	static const char *const gauges[] = {
		"skstat_snmp_Ip_Forwarding",
		"skstat_snmp_Ip_DefaultTTL",
		"skstat_snmp_Tcp_RtoAlgorithm",
		"skstat_snmp_Tcp_RtoMin_seconds",
		"skstat_snmp_Tcp_RtoMax_seconds",
		"skstat_snmp_Tcp_MaxConn",
		"skstat_snmp_Tcp_CurrEstab",
		"skstat_netstat_MPTcpExt_MPCurrEstab",
	};
	static const struct {
		const struct skstat_procfs_collector *collector;
		size_t file;
		const char *text;
	} texts[] = { { NETSTAT, 0, netstat_text }, { SNMP, SNMP_FILE, snmp_text }, { SNMP, SNMP6_FILE, snmp6_text } };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct skstat_families *set = families_of(texts[i].collector, texts[i].file, texts[i].text);

		for (size_t f = 0; f < set->count; f++) {
			const struct skstat_family *family = &set->family[f];
			bool gauge = false;

			for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++)
				gauge |= strcmp(family->name, gauges[g]) == 0;
			seen += gauge;
			if (gauge != (type_of(set, family->name) == SKSTAT_METRIC_GAUGE))
				fail_msg("%s is %sgauge", family->name, gauge ? "no " : "a ");
		}
		skstat_families_free(set);
	}
	assert_int_equal(seen, sizeof(gauges) / sizeof(gauges[0]));
}

/* Of this machine, whatever kernel it has: what counts the present, or is a setting, says so in its name. */
static void new_gauges_would_be_noticed(void **state)
{
	static const char *const words[] = { "Curr", "Rto", "Max", "Default", "Forwarding" };
	bool wanted[__SKSTAT_PROCFS_MAX] = { [SKSTAT_PROCFS_NETSTAT] = true, [SKSTAT_PROCFS_SNMP] = true };
	struct skstat_error error;
	struct skstat_families *set = families_below("/proc", "/sys", wanted, &error);

	(void)state;
	for (size_t f = 0; f < set->count; f++)
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (strstr(set->family[f].name, words[w]) && set->family[f].type != SKSTAT_METRIC_GAUGE)
				fail_msg("%s: is that a counter?", set->family[f].name);
	skstat_families_free(set);
}

/* In the words that the same counter of another namespace has, where it has some. */
static void help_texts(void **state)
{
	struct skstat_families *set = families_of(SNMP, SNMP_FILE, snmp_text);

	(void)state;
	assert_string_equal(skstat_family_find(set, "skstat_snmp_Tcp_ActiveOpens")->help,
			    "Tcp ActiveOpens: connections opened by connect()" SKSTAT_OWN_NETNS);
	assert_string_equal(skstat_family_find(set, "skstat_snmp_Udp_InDatagrams")->help,
			    "Udp InDatagrams, a counter of the kernel's" SKSTAT_OWN_NETNS);
	for (size_t f = 0; f < set->count; f++)
		assert_non_null(strstr(set->family[f].help, SKSTAT_OWN_NETNS));
	skstat_families_free(set);
	set = families_of(SNMP, SNMP6_FILE, snmp6_text);
	assert_non_null(strstr(skstat_family_find(set, "skstat_snmp_Ip6_InReceives")->help, "packets received"));
	skstat_families_free(set);
}

static void malformed(void **state)
{
	static const char *const wrong[] = {
		"", "\n", "Tcp: A B\nTcp: 1\n", "Tcp: A\nTcp: 1 2\n", "Tcp: A\n", "Tcp: A", "Tcp: A\nUdp: 1\n",
		"Tcp: A\nTcp: x\n", "Tcp: A\nTcp: 1x\n", "Tcp: A\nTcp: -\n", "Tcp: A\nTcp: +1\n", "Tcp: A\nTcp: 0x1\n",
		"Tcp: A\nTcp: 18446744073709551616\n", "Tcp A\nTcp 1\n", "Tcp:\nTcp:\n", ": A\n: 1\n",
		"Tcp: A\n\nTcp: 1\n",
		/* a counter below zero; what would be a label, or another name */
		"Tcp: InSegs\nTcp: -1\n", "Tcp: A-B\nTcp: 1\n", "Tcp: A{b=\"c\"}\nTcp: 1\n", "T-p: A\nT-p: 1\n",
		"Tcp: \xff\xfe\nTcp: 1\n", "\x7f" "ELF\x02\x01\x01\n\x03\n",
		/* what would be there twice, or in two places */
		"Tcp: A A\nTcp: 1 2\n", "Tcp: A\nTcp: 1\nTcp: A\nTcp: 1\n", "IcmpMsg: InType3 InType3\nIcmpMsg: 1 2\n",
		"IcmpMsg: InType3 OutType3 InType4\nIcmpMsg: 1 2 3\n", "IcmpMsg: InType InType4\nIcmpMsg: 1 2\n",
		"IcmpMsg: InType4 InType\nIcmpMsg: 1 2\n",
		/* names that are too long */
		"Abcdefghijklmnop: A\nAbcdefghijklmnop: 1\n",
		"Tcp: ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGH\nTcp: 1\n",
	};
	static const char *const wrong6[] = {
		"", "Ip6InReceives\n", "Ip6InReceives x\n", "Ip6InReceives 1 2\n", "Ip6InReceives -1\n", "Ip6 1\n",
		"InReceives 1\n", "Ip6A 1\nIp6A 1\n", "Ip6A 1\n\nIp6B 1\n", "Ip6\xff 1\n",
		"Ip6A 18446744073709551616\n",
	};
	static const char *const fine[] = {
		"Tcp: A\nTcp: 1", "Tcp:  A  B \nTcp: 1\t 2 \n", "Tcp: A\nTcp: 18446744073709551615\n",
		"Tcp: CurrEstab\nTcp: -5\n", "New: A_1\nNew: 0\n", "IcmpMsg: InType3x InType\nIcmpMsg: 1 2\n",
		"IcmpMsg: InType1234\nIcmpMsg: 1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused(SNMP, SNMP_FILE, wrong[i]);
	for (size_t i = 0; i < sizeof(wrong6) / sizeof(wrong6[0]); i++)
		refused(SNMP, SNMP6_FILE, wrong6[i]);
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		struct skstat_families *set = families_of(NETSTAT, 0, fine[i]);

		if (!set)
			fail_msg("\"%s\" is refused", fine[i]);
		skstat_families_free(set);
	}
	mangled(NETSTAT, 0, netstat_text);
	mangled(SNMP, SNMP_FILE, snmp_text);
	mangled(SNMP, SNMP6_FILE, snmp6_text);
}

/* As many as there is room for, and not one more. */
static void room(void **state)
{
	static char text[65536];
	struct skstat_families *set;

	(void)state;
	for (int count = SKSTAT_PROTOCOL_FIGURES; count <= SKSTAT_PROTOCOL_FIGURES + 1; count++) {
		size_t at = (size_t)sprintf(text, "TcpExt:");

		for (int i = 0; i < count; i++)
			at += (size_t)sprintf(text + at, " C%d", i);
		at += (size_t)sprintf(text + at, "\nTcpExt:");
		for (int i = 0; i < count; i++)
			at += (size_t)sprintf(text + at, " %d", 3 * i);
		set = families_of(NETSTAT, 0, text);
		assert_int_equal(set != NULL, count == SKSTAT_PROTOCOL_FIGURES);
		if (set)
			assert_true(value_in(set, "skstat_netstat_TcpExt_C1023", NULL) == 3 * 1023);
		skstat_families_free(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netstat),
		cmocka_unit_test(snmp),
		cmocka_unit_test(files_add_up),
		cmocka_unit_test(gauges_are_no_counters),
		cmocka_unit_test(new_gauges_would_be_noticed),
		cmocka_unit_test(help_texts),
		cmocka_unit_test(malformed),
		cmocka_unit_test(room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collector_protocol", tests, NULL, NULL);
}
