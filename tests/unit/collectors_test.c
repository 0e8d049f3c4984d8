// SPDX-License-Identifier: GPL-2.0
/* All collectors of /proc and /sys together: trees as four kernels have them, and trees in which things are missing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector_kit.h"
#include "config/option.h"
#include "golden.h"
#include "render/text_format.h"

#define FIXTURES "tests/fixtures/proc/"

static const bool all[__SKSTAT_PROCFS_MAX] = {
#define ON(NAME, name, help) [SKSTAT_PROCFS_##NAME] = true,
	SKSTAT_PROCFS_COLLECTORS(ON)
#undef ON
};

static struct skstat_families *families_of_kernel(const char *kernel, struct skstat_error *error)
{
	char proc[64], sys[64];

	snprintf(proc, sizeof(proc), FIXTURES "%s/proc", kernel);
	snprintf(sys, sizeof(sys), FIXTURES "%s/sys", kernel);
	return families_below(proc, sys, all, error);
}

/* Of the oldest and the newest every name, type, label and value, as it was looked at once; but not the time taken. */
static void kernels(void **state)
{
	static const char *const names[] = { "5.10", "6.1", "6.12", "7.2" };

	(void)state;
	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		struct skstat_error error;
		struct skstat_families *set = families_of_kernel(names[k], &error);
		struct skstat_buffer text = { 0 };
		char path[64];

		if (error.err)
			fail_msg("%s: %s", names[k], error.text);
		for (size_t i = 0; i < set->count; i++)
			for (size_t s = 0; s < set->family[i].count; s++)
				if (strcmp(set->family[i].name, "skstat_collector_duration_seconds") == 0)
					set->family[i].series[s].value = 0;
		for (size_t i = 0; i < __SKSTAT_PROCFS_MAX; i++)
			assert_true(value_in(set, "skstat_collector_success", skstat_procfs_table[i]->name) == 1);
		/* What is in pages depends on the machine. */
		if (sysconf(_SC_PAGESIZE) == 4096 && (k == 0 || k == 3)) {
			snprintf(path, sizeof(path), "tests/fixtures/text/procfs-%s.prom", names[k]);
			skstat_text_render(&text, set, false);
			golden_check(path, &text);
			skstat_buffer_free(&text);
		}
		skstat_families_free(set);
	}
}

/* "<protocol>" and "<name>" stand for a word each. */
static bool name_fits(const char *pattern, const char *name)
{
	size_t start = strcspn(pattern, "<");

	return strcmp(pattern, name) == 0 || (pattern[start] && strncmp(pattern, name, start) == 0);
}

struct search {
	const struct skstat_family *family;
	bool found;
};

static void compare(const struct skstat_family_doc *doc, void *arg)
{
	struct search *search = arg;
	const struct skstat_family *family = search->family;
	size_t label = strcspn(doc->labels, "=,");

	/* Rows of single names stand before the pattern that the others fit. */
	if (search->found || !name_fits(doc->name, family->name))
		return;
	search->found = true;
	assert_int_equal(doc->type, family->type);
	assert_string_equal(doc->unit, family->unit);
	if (!strchr(doc->name, '<'))
		assert_string_equal(doc->help, family->help);
	for (size_t s = 0; s < family->count; s++) {
		const struct skstat_series *series = &family->series[s];

		assert_int_equal(series->labels != 0, doc->labels[0] != '\0');
		if (!series->labels)
			continue;
		assert_int_equal(strlen(series->label[0].name), label);
		assert_memory_equal(series->label[0].name, doc->labels, label);
		if (doc->labels[label] == '=')
			assert_non_null(strstr(doc->labels, series->label[0].value));
	}
}

static void every_family_is_documented(void **state)
{
	struct skstat_error error;
	struct skstat_families *set = families_of_kernel("7.2", &error);

	(void)state;
	for (size_t i = 0; i < set->count; i++) {
		struct search search = { .family = &set->family[i] };

		skstat_procfs_document(compare, &search);
		if (!search.found)
			fail_msg("%s is not documented", set->family[i].name);
	}
	skstat_families_free(set);
}

/* Off by default, each by its own switch. */
static void switches(void **state)
{
	(void)state;
	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX; i++) {
		const char *name = skstat_procfs_table[i]->name;
		char argument[32], prefix[32], *argv[] = { (char *)"skstat_exporter", argument, NULL };
		struct skstat_config config;
		struct skstat_error error;

		snprintf(argument, sizeof(argument), "--collector.%s", name);
		skstat_config_init(&config);
		assert_string_equal(config.path_procfs, "/proc");
		assert_string_equal(config.path_sysfs, "/sys");
		assert_int_equal(skstat_config_parse(&config, 2, argv, &error), 0);
		for (size_t other = 0; other < __SKSTAT_PROCFS_MAX; other++)
			assert_int_equal(config.collector[other], other == i);
		snprintf(prefix, sizeof(prefix), "skstat_%s_", name);
		for (size_t doc = 0; doc < skstat_procfs_table[i]->docs; doc++)
			assert_int_equal(strncmp(skstat_procfs_table[i]->doc[doc].name, prefix, strlen(prefix)), 0);
	}
}

static void nothing_is_wanted(void **state)
{
	static const bool none[__SKSTAT_PROCFS_MAX];
	struct skstat_error error;
	struct skstat_families *set = families_below("/nowhere", "/nowhere", none, &error);

	(void)state;
	assert_int_equal(error.err, 0);
	for (size_t i = 0; i < set->count; i++)
		assert_int_equal(set->family[i].count, 0);
	skstat_families_free(set);
}

/* --- a tree of the test's own */

static char place[64];

static int place_make(void **state)
{
	(void)state;
	strcpy(place, "/tmp/collectors.XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static int one_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int place_remove(void **state)
{
	(void)state;
	return nftw(place, one_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *path_of(const char *path)
{
	static char whole[256];

	snprintf(whole, sizeof(whole), "%s/%s", place, path);
	for (char *c = whole + strlen(place) + 1; (c = strchr(c, '/')); *c++ = '/') {
		*c = '\0';
		mkdir(whole, 0755);
	}
	return whole;
}

static void bytes_put(const char *path, const void *bytes, size_t length)
{
	int fd = open(path_of(path), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void file_put(const char *path, const char *text)
{
	bytes_put(path, text, strlen(text));
}

/* A reader of one collector, of that tree. */
static struct skstat_procfs *reader(enum skstat_procfs_id id)
{
	struct skstat_procfs_config config = { .proc = place, .sys = place };
	struct skstat_procfs *procfs;

	config.wanted[id] = true;
	procfs = skstat_procfs_new(&config);
	assert_non_null(procfs);
	return procfs;
}

/* Reads, and returns the families; the sentence must be this one, "" of none. Its '@' stands for the tree. */
static struct skstat_families *reading(struct skstat_procfs *procfs, const char *sentence)
{
	struct skstat_families *set = skstat_families_new();
	struct skstat_error error;
	size_t start = strcspn(sentence, "@");
	char wanted[256];

	assert_int_equal(skstat_procfs_read(procfs, &error) != 0, *sentence != '\0');
	snprintf(wanted, sizeof(wanted), "%.*s%s%s", (int)start, sentence, *sentence ? place : "",
		 *sentence ? sentence + start + 1 : "");
	assert_string_equal(error.text, wanted);
	skstat_procfs_families(procfs, set);
	families_check(set);
	return set;
}

static double files_of(const struct skstat_families *set, const char *result)
{
	const struct skstat_family *family = skstat_family_find(set, "skstat_collector_files");

	for (size_t i = 0; i < family->count; i++)
		if (strcmp(family->series[i].label[1].value, result) == 0)
			return family->series[i].value;
	return -1;
}

/* One reading: is it a success, and of how many files? */
#define READING_IS(procfs, sentence, collector, success, read, absent, failed)                     \
	do {                                                                                       \
		struct skstat_families *is = reading(procfs, sentence);                            \
                                                                                                   \
		assert_true(value_in(is, "skstat_collector_success", collector) == (success));     \
		assert_true(files_of(is, "read") == (read));                                       \
		assert_true(files_of(is, "absent") == (absent));                                   \
		assert_true(files_of(is, "failed") == (failed));                                   \
		skstat_families_free(is);                                                          \
	} while (0)

static void what_is_missing(void **state)
{
	struct skstat_procfs *procfs = reader(SKSTAT_PROCFS_SNMP);
	struct skstat_families *set;

	(void)state;
	READING_IS(procfs, "collector snmp: @/net/snmp: No such file or directory", "snmp", 0, 0, 2, 0);
	/* It comes while the exporter runs. Without IPv6 there is no snmp6, which is nobody's fault. */
	file_put("net/snmp", "Tcp: ActiveOpens CurrEstab\nTcp: 1 2\n");
	READING_IS(procfs, "", "snmp", 1, 1, 1, 0);
	set = reading(procfs, "");
	assert_true(value_in(set, "skstat_snmp_Tcp_ActiveOpens", NULL) == 1);
	skstat_families_free(set);

	/* A broken one is no zero, and does no harm to the other. */
	file_put("net/snmp6", "Ip6InReceives x\n");
	READING_IS(procfs, "collector snmp: @/net/snmp6: it cannot be understood", "snmp", 0, 1, 0, 1);
	set = reading(procfs, "collector snmp: @/net/snmp6: it cannot be understood");
	assert_true(has_value(set, "skstat_snmp_Tcp_ActiveOpens", NULL));
	assert_null(skstat_family_find(set, "skstat_snmp_Ip6_InReceives"));
	skstat_families_free(set);
	file_put("net/snmp6", "Ip6InReceives 5\n");
	file_put("net/snmp", "");
	set = reading(procfs, "collector snmp: @/net/snmp: it cannot be understood");
	assert_true(value_in(set, "skstat_snmp_Ip6_InReceives", NULL) == 5);
	assert_null(skstat_family_find(set, "skstat_snmp_Tcp_ActiveOpens"));
	skstat_families_free(set);
	skstat_procfs_free(procfs);
}

static void what_cannot_be_read(void **state)
{
	static char large[((size_t)4 << 20) + (2 << 20)];
	struct skstat_procfs *procfs = reader(SKSTAT_PROCFS_LOADAVG);

	(void)state;
	assert_int_equal(mkdir(path_of("loadavg"), 0755), 0);
	READING_IS(procfs, "collector loadavg: @/loadavg: Is a directory", "loadavg", 0, 0, 0, 1);
	assert_int_equal(rmdir(path_of("loadavg")), 0);
	bytes_put("loadavg", "2.10 1.51 0.08 3/97 1\n\0junk", 27);
	READING_IS(procfs, "collector loadavg: @/loadavg: it cannot be understood", "loadavg", 0, 0, 0, 1);
	memset(large, ' ', sizeof(large));
	bytes_put("loadavg", large, sizeof(large));
	READING_IS(procfs, "collector loadavg: @/loadavg: Message too long", "loadavg", 0, 0, 0, 1);
	file_put("loadavg", "2.10 1.51 0.08 3/97 1\n");
	READING_IS(procfs, "", "loadavg", 1, 1, 0, 0);
	skstat_procfs_free(procfs);
}

static size_t open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* They are opened once, read from the beginning each time, and closed at the end. */
static void files_stay_open(void **state)
{
	size_t before = open_files();
	struct skstat_procfs *procfs = reader(SKSTAT_PROCFS_LOADAVG);
	struct skstat_families *set;
	char text[64];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "%d.00 1.00 1.00 1/2 3\n", 100 - i);
		file_put("loadavg", text);
		set = reading(procfs, "");
		assert_true(value_in(set, "skstat_loadavg_load1", NULL) == 100 - i);
		skstat_families_free(set);
		assert_int_equal(open_files(), before + 1);
	}
	skstat_procfs_free(procfs);
	assert_int_equal(open_files(), before);
}

#define DEV(name) name ": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"

static void links(void **state)
{
	struct skstat_procfs *procfs = reader(SKSTAT_PROCFS_NETDEV);
	struct skstat_families *set;

	(void)state;
	file_put("net/dev", "Inter-| R | T\n face |bytes|bytes\n" DEV("lo") DEV("eth0") DEV("eth1") DEV("eth2"));
	READING_IS(procfs, "collector netdev: @/class/net: No such file or directory", "netdev", 0, 1, 1, 0);
	file_put("class/net/lo/carrier_changes", "0\n");
	file_put("class/net/eth0/carrier_changes", "2\n");
	file_put("class/net/eth0/carrier", "1\n");
	file_put("class/net/eth0/speed", "1000\n");
	file_put("class/net/eth1/carrier", "0\n");
	file_put("class/net/eth1/speed", "-1\n");
	file_put("class/net/eth2/carrier", "\n");
	file_put("class/net/eth2/speed", "0\n");
	set = reading(procfs, "");
	assert_true(value_in(set, "skstat_netdev_speed_bytes", "eth0") == 125000000);
	assert_true(value_in(set, "skstat_netdev_carrier", "eth0") == 1);
	assert_true(value_in(set, "skstat_netdev_carrier_changes", "eth0") == 2);
	assert_true(value_in(set, "skstat_netdev_carrier", "eth1") == 0);
	assert_false(has_value(set, "skstat_netdev_speed_bytes", "eth1"));
	assert_false(has_value(set, "skstat_netdev_speed_bytes", "eth2"));
	assert_false(has_value(set, "skstat_netdev_carrier", "eth2"));
	assert_false(has_value(set, "skstat_netdev_carrier", "lo"));
	assert_true(value_in(set, "skstat_netdev_receive_bytes", "eth2") == 1);
	skstat_families_free(set);
	/* No device at all is no failure. */
	file_put("net/dev", "Inter-| R | T\n face |bytes|bytes\n");
	READING_IS(procfs, "", "netdev", 1, 2, 0, 0);
	skstat_procfs_free(procfs);
}

/* Of this machine, whatever it has: what is counted goes on. */
static void this_machine(void **state)
{
	struct skstat_procfs_config config = { .proc = "/proc", .sys = "/sys" };
	struct skstat_families *before = skstat_families_new(), *after = skstat_families_new();
	struct skstat_procfs *procfs;
	struct skstat_error error;

	(void)state;
	memcpy(config.wanted, all, sizeof(all));
	procfs = skstat_procfs_new(&config);
	skstat_procfs_read(procfs, &error);
	skstat_procfs_families(procfs, before);
	skstat_procfs_read(procfs, &error);
	skstat_procfs_families(procfs, after);
	skstat_procfs_free(procfs);
	families_check(before);
	assert_true(value_in(after, "skstat_collector_success", "loadavg") == 1);
	for (size_t i = 0; i < after->count; i++) {
		const struct skstat_family *now = &after->family[i], *then = skstat_family_find(before, now->name);

		assert_non_null(then);
		for (size_t s = 0; s < now->count && now->count == then->count; s++)
			if (now->type == SKSTAT_METRIC_COUNTER && now->series[s].value < then->series[s].value)
				fail_msg("%s went back", now->name);
	}
	skstat_families_free(before);
	skstat_families_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels),
		cmocka_unit_test(every_family_is_documented),
		cmocka_unit_test(switches),
		cmocka_unit_test(nothing_is_wanted),
		cmocka_unit_test_setup_teardown(what_is_missing, place_make, place_remove),
		cmocka_unit_test_setup_teardown(what_cannot_be_read, place_make, place_remove),
		cmocka_unit_test_setup_teardown(files_stay_open, place_make, place_remove),
		cmocka_unit_test_setup_teardown(links, place_make, place_remove),
		cmocka_unit_test(this_machine),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collectors", tests, NULL, NULL);
}
