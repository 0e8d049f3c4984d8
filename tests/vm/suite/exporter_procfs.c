// SPDX-License-Identifier: GPL-2.0
/*
 * The collectors of /proc and /sys, read as `nobody`: each counter lies between two readings of the same file by the
 * test, each gauge that stands still in between is what they say; and what the kernel does not have is absent.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/command.h"
#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "../lib/procnet.h"
#include "suite.h"

#define ALL                                                                                                   \
	"--collector.netstat", "--collector.snmp", "--collector.sockstat", "--collector.softnet",             \
		"--collector.netdev", "--collector.conntrack", "--collector.pressure", "--collector.loadavg"
#define TALKS 50

static struct ns home, other;
static struct exporter exporter;
static bool veth;

static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	other = ns_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ns_close(&other);
	stage_clear();
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	if (veth)
		command_run("ip link del skstat-a");
	veth = false;
	if (exporter.pid)
		exporter_stop(&exporter);
	return 0;
}

/* Something to count. */
static void talk(void)
{
	int listener = pair_listen(PAIR_V4, 16), six = pair_listen(PAIR_V6, 16);

	for (int i = 0; i < TALKS; i++) {
		struct pair pair = pair_open(i % 2 ? listener : six, i % 2 ? PAIR_V4 : PAIR_V6);

		pair_talk(pair, 1000, 3000);
		pair_close(pair);
	}
	close(listener);
	close(six);
}

/* What is no counter there: written down here a second time, so that a table that is wrong is noticed. */
static bool is_gauge(const char *name)
{
	static const char *const gauges[] = { "Forwarding", "DefaultTTL", "RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn",
					      "CurrEstab", "MPCurrEstab" };

	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		if (!strcmp(name, gauges[i]))
			return true;
	return false;
}

static bool is_milliseconds(const char *name)
{
	return !strcmp(name, "RtoMin") || !strcmp(name, "RtoMax") || !strcmp(name, "TCPMemoryPressuresChrono");
}

static double number_of(const char *name, uint64_t value)
{
	double number = is_gauge(name) ? (double)(int64_t)value : (double)value;

	return is_milliseconds(name) ? number / 1000 : number;
}

/* The series of a counter of /proc; it must be there, and of the right type. */
static const struct scrape_sample *series_of(const struct scrape *scrape, const char *table, const char *name)
{
	bool netstat = strlen(table) > 3 && !strcmp(table + strlen(table) - 3, "Ext"), gauge = is_gauge(name);
	size_t stem = strcspn(name, "0123456789");
	const struct scrape_sample *sample;
	char series[160];

	if ((!strncmp(name, "InType", 6) || !strncmp(name, "OutType", 7)) && name[stem])
		snprintf(series, sizeof(series), "skstat_snmp_%s_%.*s_total icmp_type=%s", table, (int)stem, name,
			 name + stem);
	else
		snprintf(series, sizeof(series), "skstat_%s_%s_%s%s%s", netstat ? "netstat" : "snmp", table, name,
			 is_milliseconds(name) ? "_seconds" : "", gauge ? "" : "_total");
	sample = scrape_find(scrape, "%s", series);
	if (!sample)
		fail_msg("there is no %s", series);
	if (scrape->family[sample->family].type != (gauge ? SCRAPE_GAUGE : SCRAPE_COUNTER))
		fail_msg("%s is of the wrong type", series);
	return sample;
}

/* Of a counter between the two; of a gauge one of them, unless it moved. */
static void value_check(const struct scrape_sample *sample, double before, double after, bool gauge)
{
	if (gauge && before != after)
		return;
	if (sample->value < before || sample->value > after)
		fail_msg("%s: %.17g is not between %.17g and %.17g", sample->name, sample->value, before, after);
}

static size_t prefix_count(const struct scrape *scrape, const char *prefix)
{
	size_t count = 0;

	for (size_t i = 0; i < scrape->samples; i++)
		count += !strncmp(scrape->sample[i].name, prefix, strlen(prefix));
	return count;
}

/* Both files of pairs, name by name; nothing on the page that is not in them. */
static void pairs_check(const struct scrape *scrape, const struct procnet *before, const struct procnet *after)
{
	size_t netstat = 0;

	for (size_t i = 0; i < after->count; i++) {
		const struct procnet_counter *counter = &after->counter[i];
		const uint64_t *then = procnet_find(before, counter->table, counter->name);
		/* Of snmp6 the test's reader has the table in the name as well. */
		const char *name = counter->name + (strcmp(counter->table, "Ip6") ? 0 : 3);

		netstat += strstr(counter->table, "Ext") != NULL;
		/* A message of a kind that was not sent before: it may have been on its way. */
		if (!then)
			continue;
		value_check(series_of(scrape, counter->table, name), number_of(name, *then),
			    number_of(name, counter->value), is_gauge(name));
	}
	assert_int_equal(prefix_count(scrape, "skstat_netstat_"), netstat);
}

/* Whatever counts the present is no counter, on any kernel: a new one has to be written down. */
static void types_check(const struct scrape *scrape)
{
	static const char *const words[] = { "Curr", "Rto", "MaxConn", "Default", "Forwarding" };

	for (size_t i = 0; i < scrape->families; i++) {
		const struct scrape_family *family = &scrape->family[i];

		if (strncmp(family->name, "skstat_snmp_", 12) && strncmp(family->name, "skstat_netstat_", 15))
			continue;
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (strstr(family->name, words[w]) && family->type == SCRAPE_COUNTER)
				fail_msg("%s is a counter", family->name);
	}
}

static void compare_counters(void)
{
	struct procnet before, after;
	struct scrape scrape;

	talk();
	procnet_read(&before);
	exporter_settle(&exporter, &scrape, NULL);
	procnet_read(&after);
	pairs_check(&scrape, &before, &after);
	types_check(&scrape);
	scrape_free(&scrape);
	procnet_free(&before);
	procnet_free(&after);
}

/* snmp and netstat, of the namespace that the exporter is in. */
static void counters(void **state)
{
	(void)state;
	exporter_start(&exporter, "--source=auto", ALL);
	for (int i = 0; i < 3; i++)
		compare_counters();
	exporter_stop(&exporter);

	/* What happened at home is none of its business there. */
	ns_enter(&other);
	exporter_start(&exporter, "--source=auto", ALL);
	compare_counters();
}

/* A number of a file, the `place`th one of the line that begins with `start`. -1: there is none. */
static double number_read(const char *path, const char *start, int place, int base)
{
	char line[512], *next = line;
	FILE *file = fopen(path, "re");
	double number = -1;

	while (file && number < 0 && fgets(line, sizeof(line), file)) {
		char *at = line + strspn(line, " ");

		if (strncmp(at, start, strlen(start)))
			continue;
		next = at + strlen(start);
		for (int i = 0; i < place; i++)
			strtoull(next, &next, base);
		number = (double)strtoull(next, NULL, base);
	}
	if (file)
		fclose(file);
	return number;
}

/* The number behind a word of the line, as sockstat and PSI have it. */
static double word_read(const char *path, const char *start, const char *word)
{
	char line[512], *at;
	FILE *file = fopen(path, "re");
	double number = -1;

	while (file && number < 0 && fgets(line, sizeof(line), file)) {
		if (strncmp(line, start, strlen(start)))
			continue;
		at = strstr(line, word);
		if (at)
			number = (double)strtoull(at + strlen(word), NULL, 10);
	}
	if (file)
		fclose(file);
	return number;
}

/* The figures of other files: where the test looks, and what the exporter calls it. */
struct figure {
	const char *path, *start, *word; /* `word` NULL: the `place`th number */
	int place, base;
	double scale;
	const char *series;
	bool gauge;
};

/* Not sockets_used: those through which the test asks come and go. */
static const struct figure figures[] = {
	{ "/proc/net/sockstat", "TCP:", "inuse ", 0, 10, 1, "skstat_sockstat_TCP_inuse", true },
	{ "/proc/net/sockstat", "TCP:", "tw ", 0, 10, 1, "skstat_sockstat_TCP_tw", true },
	{ "/proc/net/sockstat", "TCP:", "alloc ", 0, 10, 1, "skstat_sockstat_TCP_alloc", true },
	{ "/proc/net/sockstat", "TCP:", "mem ", 0, 10, 4096, "skstat_sockstat_TCP_mem_bytes", true },
	{ "/proc/net/sockstat6", "TCP6:", "inuse ", 0, 10, 1, "skstat_sockstat_TCP6_inuse", true },
	{ "/proc/sys/net/ipv4/tcp_mem", "", NULL, 0, 10, 4096, "skstat_sockstat_TCP_mem_limit_bytes threshold=low",
	  true },
	{ "/proc/sys/net/ipv4/tcp_mem", "", NULL, 2, 10, 4096, "skstat_sockstat_TCP_mem_limit_bytes threshold=high",
	  true },
	{ "/proc/sys/net/ipv4/tcp_max_orphans", "", NULL, 0, 10, 1, "skstat_sockstat_TCP_orphan_limit", true },
	{ "/proc/net/softnet_stat", "", NULL, 0, 16, 1, "skstat_softnet_processed_total cpu=0", false },
	{ "/proc/net/softnet_stat", "", NULL, 2, 16, 1, "skstat_softnet_times_squeezed_total cpu=0", false },
	{ "/proc/net/dev", "lo:", NULL, 0, 10, 1, "skstat_netdev_receive_bytes_total device=lo", false },
	{ "/proc/net/dev", "lo:", NULL, 1, 10, 1, "skstat_netdev_receive_packets_total device=lo", false },
	{ "/proc/net/dev", "lo:", NULL, 8, 10, 1, "skstat_netdev_transmit_bytes_total device=lo", false },
	{ "/proc/net/dev", "lo:", NULL, 9, 10, 1, "skstat_netdev_transmit_packets_total device=lo", false },
	{ "/proc/sys/net/netfilter/nf_conntrack_count", "", NULL, 0, 10, 1, "skstat_conntrack_entries", true },
	{ "/proc/sys/net/netfilter/nf_conntrack_max", "", NULL, 0, 10, 1, "skstat_conntrack_entries_limit", true },
	{ "/proc/pressure/cpu", "some", "total=", 0, 10, 1e-6, "skstat_pressure_waiting_seconds_total resource=cpu",
	  false },
	{ "/proc/pressure/io", "full", "total=", 0, 10, 1e-6, "skstat_pressure_stalled_seconds_total resource=io",
	  false },
	{ "/proc/pressure/irq", "full", "total=", 0, 10, 1e-6, "skstat_pressure_stalled_seconds_total resource=irq",
	  false },
};

#define FIGURES (sizeof(figures) / sizeof(figures[0]))

static double figure_read(const struct figure *figure)
{
	double number = figure->word ? word_read(figure->path, figure->start, figure->word) :
				       number_read(figure->path, figure->start, figure->place, figure->base);

	return number < 0 ? -1 : figure->scale < 1 ? number / 1e6 : number * figure->scale;
}

static void figures_check(const struct scrape *scrape, const double before[FIGURES])
{
	for (size_t i = 0; i < FIGURES; i++) {
		const struct scrape_sample *sample = scrape_find(scrape, "%s", figures[i].series);
		double after = figure_read(&figures[i]);

		/* What the kernel does not have is not there, and no zero. */
		if (before[i] < 0 && after < 0) {
			if (sample)
				fail_msg("%s is there, and %s is not", figures[i].series, figures[i].path);
			note("this kernel has no %s", figures[i].series);
			continue;
		}
		if (!sample)
			fail_msg("there is no %s", figures[i].series);
		value_check(sample, before[i], after, figures[i].gauge);
		assert_int_equal(scrape->family[sample->family].type,
				 figures[i].gauge ? SCRAPE_GAUGE : SCRAPE_COUNTER);
	}
}

/* A collector is a success unless its first file is not there; what nobody may read is none. */
static void success_check(const struct scrape *scrape)
{
	static const struct {
		const char *name, *path;
	} collectors[] = {
		{ "netstat", "/proc/net/netstat" },
		{ "snmp", "/proc/net/snmp" },
		{ "sockstat", "/proc/net/sockstat" },
		{ "softnet", "/proc/net/softnet_stat" },
		{ "netdev", "/proc/net/dev" },
		{ "conntrack", "/proc/sys/net/netfilter/nf_conntrack_count" },
		{ "pressure", "/proc/pressure/cpu" },
		{ "loadavg", "/proc/loadavg" },
	};

	for (size_t i = 0; i < sizeof(collectors) / sizeof(collectors[0]); i++) {
		const char *name = collectors[i].name;
		/* PSI may be there and turned off: then opening it fails. */
		FILE *file = fopen(collectors[i].path, "re");
		bool there = file != NULL;

		if (file)
			fclose(file);
		assert_int_equal(scrape_count(scrape, "skstat_collector_success collector=%s", name), 1);
		if (scrape_sum(scrape, "skstat_collector_success collector=%s", name) != there)
			fail_msg("%s is %sa success", name, there ? "no " : "");
		assert_true(scrape_sum(scrape, "skstat_collector_files collector=%s result=failed", name) == 0);
		assert_true(scrape_sum(scrape, "skstat_collector_duration_seconds collector=%s", name) > 0);
	}
}

static void other_files(void **state)
{
	double before[FIGURES];
	struct scrape scrape;

	(void)state;
	must_be(sysconf(_SC_PAGESIZE) == 4096);
	exporter_start(&exporter, "--source=auto", ALL);
	for (int round = 0; round < 3; round++) {
		talk();
		for (size_t i = 0; i < FIGURES; i++)
			before[i] = figure_read(&figures[i]);
		exporter_settle(&exporter, &scrape, NULL);
		figures_check(&scrape, before);
		success_check(&scrape);
		assert_true(scrape_sum(&scrape, "skstat_loadavg_entities") >= 2);
		assert_true(scrape_sum(&scrape, "skstat_loadavg_load1") >= 0);
		scrape_free(&scrape);
	}
}

/* Devices come and go, with what /sys says of their link. */
static void devices(void **state)
{
	struct scrape scrape;

	(void)state;
	exporter_start(&exporter, "--source=auto", ALL);
	exporter_settle(&exporter, &scrape, NULL);
	assert_true(scrape_sum(&scrape, "skstat_netdev_carrier device=lo") == 1);
	assert_int_equal(scrape_count(&scrape, "skstat_netdev_speed_bytes device=lo"), 0);
	scrape_free(&scrape);

	veth = command_run("ip link add skstat-a type veth peer name skstat-b");
	if (!veth)
		skip_because("this kernel has no veth");
	exporter_settle(&exporter, &scrape, NULL);
	/* It is down: nobody can tell whether there is a link. */
	assert_int_equal(scrape_count(&scrape, "skstat_netdev_receive_bytes_total device=skstat-a"), 1);
	assert_int_equal(scrape_count(&scrape, "skstat_netdev_carrier device=skstat-a"), 0);
	scrape_free(&scrape);

	must_be(command_run("ip link set skstat-a up") && command_run("ip link set skstat-b up"));
	exporter_settle(&exporter, &scrape, NULL);
	assert_true(scrape_sum(&scrape, "skstat_netdev_carrier device=skstat-a") == 1);
	assert_true(scrape_sum(&scrape, "skstat_netdev_carrier_changes_total device=skstat-a") >= 1);
	/* What veth says that it can: 10 Gbit/s. */
	assert_true(scrape_sum(&scrape, "skstat_netdev_speed_bytes device=skstat-a") == 1.25e9);
	scrape_free(&scrape);

	must_be(command_run("ip link del skstat-a"));
	veth = false;
	exporter_settle(&exporter, &scrape, NULL);
	assert_int_equal(scrape_count(&scrape, "skstat_netdev_receive_bytes_total device=skstat-a"), 0);
	assert_true(scrape_sum(&scrape, "skstat_collector_success collector=netdev") == 1);
	scrape_free(&scrape);
}

/* Nothing of all this, unless it is asked for. */
static void off_by_default(void **state)
{
	static const char *const prefixes[] = { "skstat_netstat_",   "skstat_snmp_",	 "skstat_sockstat_",
						"skstat_softnet_",   "skstat_netdev_",	 "skstat_conntrack_",
						"skstat_pressure_",  "skstat_loadavg_", "skstat_collector_" };
	struct scrape scrape;

	(void)state;
	exporter_start(&exporter, "--source=auto");
	exporter_settle(&exporter, &scrape, NULL);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		assert_int_equal(prefix_count(&scrape, prefixes[i]), 0);
	scrape_free(&scrape);
}

int suite_procfs(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(counters, end),
		cmocka_unit_test_teardown(other_files, end),
		cmocka_unit_test_teardown(devices, end),
		cmocka_unit_test_teardown(off_by_default, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("procfs", tests, setup, teardown);
}
