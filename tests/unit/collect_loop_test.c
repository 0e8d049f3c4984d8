// SPDX-License-Identifier: GPL-2.0
/* The collector on the real clock: when it polls and when it ends, what it logs and what it publishes. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collect/kit.h"
#include "collect/naming.h"
#include "collect/print.h"

static void max_loops(void **state)
{
	(void)state;
	fast(3);
	config.poll_full_interval_ns = 3600 * SECOND;
	assert_int_equal(collect(NULL, 0), 0);
	assert_string_equal(said, "full begin:full:1 end:2 mib self:netlink:why publish\n"
				  "delta:101 begin:delta:1 end:2 mib self:netlink:why publish\n"
				  "delta:102 begin:delta:1 end:2 mib self:netlink:why publish\n"
				  "close ");
	assert_true(store->snapshot.ready && store->snapshot.interval_ns == 10000000);
	assert_int_equal(skstat_self_get(&self, snapshots), 3);
	assert_int_equal(skstat_self_get(&self, config_interval_ns), 10000000);
	assert_true(skstat_self_get(&self, config_full_interval_ns) == 3600 * SECOND);
	assert_true(skstat_self_get(&self, config_timeout_ns) == SECOND);
	assert_int_equal(skstat_self_get(&self, config_view_limit), 20);
	assert_string_equal(logged(), "info ending, after 3 polls (--poll.max-loops)|");
	skstat_store_free(store);
}

/* The full interval is kept to the tick, whatever the scheduler does in between. */
static void full_interval_on_the_clock(void **state)
{
	int full = 0;

	(void)state;
	fast(0);
	config.poll_interval_ns = 50000000;
	config.poll_full_interval_ns = 100000000;
	config.poll_max_loops = 9;
	assert_int_equal(collect(NULL, 0), 0);
	for (const char *next = said; (next = strstr(next, "begin:full")); next++)
		full++;
	/* The 1st, 3rd, ... 9th; a poll that was late by a whole tick may be left out. */
	assert_true(full >= 5);
	skstat_store_free(store);
}

/* /proc is read when a socket in it is asked for and not known: once a poll, and not in every one. */
static void names_of_processes(void **state)
{
	static const struct step steps_[] = { { 0 }, { .inode = 5 }, { .inode = 6 }, { .inode = 6 }, { .inode = 5 } };

	(void)state;
	fast(COUNT(steps_));
	config.poll_full_interval_ns = 3600 * SECOND;
	config.view_comm = config.view_all_histograms = true;
	known_inode = 5;
	readable_ns = 0;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_true(last_view.labels & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM) && last_view.all_histograms);
	assert_string_equal(said, "full begin:full:1 end:2 mib self:netlink:why publish\n"
				  "delta:101 begin:delta:1 proc nginx nginx end:2 mib self:netlink:why publish\n"
				  "delta:102 begin:delta:1 unknown unknown end:2 mib self:netlink:why publish\n"
				  "delta:103 begin:delta:1 unknown unknown end:2 mib self:netlink:why publish\n"
				  "delta:104 begin:delta:1 nginx nginx end:2 mib self:netlink:why publish\n"
				  "close ");
	assert_int_equal(skstat_self_get(&self, comm_readings), 1);
	assert_int_equal(skstat_self_get(&self, comm_denied), 7);
	skstat_store_free(store);

	/* Where nobody is asked, nothing is read. */
	fast(1);
	assert_int_equal(collect(NULL, 0), 0);
	assert_false(last_view.labels & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM) || last_config.process_name ||
		     last_view.all_histograms);
	skstat_store_free(store);
}

/* Polls a second apart, on the dot, may each read it; a second time in one poll it is not even tried. */
static void names_by_the_clock_of_polls(void **state)
{
	struct skstat_naming naming;

	(void)state;
	defaults();
	run_script(NULL, 0);
	known_inode = 5;
	readable_ns = 0;
	assert_int_equal(skstat_naming_open(&naming, true, &self), 0);
	for (uint64_t poll = 1000; poll < 1003; poll++) {
		skstat_naming_poll(&naming, poll * SECOND);
		assert_null(skstat_naming_process(6, &naming));
		readable_ns = 0;
		assert_null(skstat_naming_process(6, &naming));
		readable_ns = (poll + 1) * SECOND;
		assert_string_equal(skstat_naming_process(5, &naming), "nginx");
	}
	assert_string_equal(said, "proc proc proc ");
	skstat_naming_close(&naming);
}

/* Of the namespace that this runs in, and of no other. Every one of them has a loopback device, and it is the first. */
static void names_of_devices_and_cgroups(void **state)
{
	struct skstat_naming naming;
	struct stat own;

	(void)state;
	defaults();
	run_script(NULL, 0);
	assert_int_equal(stat("/proc/self/ns/net", &own), 0);
	assert_int_equal(skstat_naming_open(&naming, false, &self), 0);
	skstat_naming_poll(&naming, SECOND);
	assert_string_equal(skstat_naming_interface((uint32_t)own.st_ino, 1, &naming), "lo");
	assert_string_equal(skstat_naming_interface((uint32_t)own.st_ino, 1, &naming), "lo");
	assert_null(skstat_naming_interface((uint32_t)own.st_ino, 1 + SKSTAT_NAMING_DEVICES * 1000, &naming));
	assert_null(skstat_naming_interface((uint32_t)own.st_ino, 0, &naming));
	assert_null(skstat_naming_interface((uint32_t)own.st_ino + 1, 1, &naming));
	assert_null(skstat_naming_interface(0, 1, &naming));
	assert_null(skstat_naming_cgroup(UINT64_MAX, &naming));
	skstat_naming_close(&naming);
}

/* The first series of that family in the last snapshot; there must be one. */
static double shown(const char *name)
{
	const struct skstat_family *family = skstat_family_find(store->snapshot.families, name);

	assert_true(family && family->count);
	return family->series[0].value;
}

/* A collector that finds nothing is said once, and is no failure of the poll. */
static void collectors_of_procfs(void **state)
{
	(void)state;
	fast(3);
	config.collector[SKSTAT_PROCFS_LOADAVG] = true;
	config.path_procfs = "tests/fixtures/proc/7.2/proc";
	assert_int_equal(collect(NULL, 0), 0);
	assert_int_equal(store->published, 3);
	assert_true(shown("skstat_loadavg_load1") == 2.1);
	assert_true(shown("skstat_collector_success") == 1);
	assert_true(skstat_self_get(&self, stage_procfs_ns) > 0);
	assert_string_equal(logged(), "info ending, after 3 polls (--poll.max-loops)|");
	skstat_store_free(store);

	config.path_procfs = "/nowhere";
	assert_int_equal(collect(NULL, 0), 0);
	assert_int_equal(store->published, 3);
	assert_null(skstat_family_find(store->snapshot.families, "skstat_loadavg_load1"));
	assert_true(shown("skstat_collector_success") == 0);
	assert_int_equal(skstat_self_get(&self, polls_failed), 0);
	assert_string_equal(logged(), "warn figures of /proc or /sys are missing: "
				      "collector loadavg: /nowhere/loadavg: No such file or directory|"
				      "info ending, after 3 polls (--poll.max-loops)|");
	skstat_store_free(store);
}

static void late_polls(void **state)
{
	static const struct step steps_[] = { { .sleep_ms = 55 } };

	(void)state;
	fast(2);
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(store->published, 2);
	/* Five ticks came meanwhile, and one poll answers them. */
	assert_true(skstat_self_get(&self, polls_late) >= 4);
	skstat_store_free(store);
}

/* So much of the thread's own time. */
static void burn(void)
{
	struct timespec begun, now_;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now_);
	while ((uint64_t)(now_.tv_sec - begun.tv_sec) * SECOND + (uint64_t)now_.tv_nsec - (uint64_t)begun.tv_nsec <
	       10000000);
}

/* Polls that take a whole CPU, where half a one is to do: the interval goes to 20 ms and a bit, and what says so. */
static void cpu_budget(void **state)
{
	static const struct step steps_[] = { { .act = burn }, { .act = burn }, { .act = burn }, { .act = burn },
					      { .act = burn }, { .act = burn } };

	(void)state;
	fast(COUNT(steps_));
	config.cpu_budget = 50000000;
	config.poll_full_interval_ns = 10000000;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_true(skstat_self_get(&self, interval_ns) >= 20000000);
	assert_true(store->snapshot.interval_ns == skstat_self_get(&self, interval_ns));
	assert_int_equal(skstat_self_get(&self, interval_stretched), 1);
	assert_int_equal(skstat_self_get(&self, config_cpu_budget), 500000);
	assert_true(skstat_self_get(&self, poll_cpu_ns) >= 5 * 10000000);
	assert_non_null(strstr(logged(), "warn polls take more than --cpu-budget: they come every 0.02s and not every "
					 "0.01s|"));
	skstat_store_free(store);

	/* Nobody minds. */
	config.cpu_budget = 0;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_true(store->snapshot.interval_ns == 10000000);
	assert_int_equal(skstat_self_get(&self, interval_stretched), 0);
	skstat_store_free(store);
}

static void fold(void)
{
	skstat_self_set(&self, memory_folding, 1);
}

static void unfold(void)
{
	skstat_self_set(&self, memory_folding, 0);
}

/* The model says so, and the log once. */
static void memory_budget(void **state)
{
	static const struct step steps_[] = { { 0 }, { .act = fold }, { 0 }, { .act = unfold }, { 0 } };

	(void)state;
	fast(COUNT(steps_));
	config.memory_budget = 1 << 20;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_true(last_config.memory_budget == 1 << 20);
	assert_int_equal(skstat_self_get(&self, config_memory_budget), 1 << 20);
	assert_string_equal(logged(), "warn there is more than --memory-budget: new groups are counted under \\|"
				      "info there is room within --memory-budget again, and new groups are shown|"
				      "info ending, after 5 polls (--poll.max-loops)|");
	skstat_store_free(store);
}

/* With a budget that is kept, every tick is where it was. */
static void within_the_budget(void **state)
{
	(void)state;
	fast(5);
	config.cpu_budget = 100000000;
	assert_int_equal(collect(NULL, 0), 0);
	assert_int_equal(store->published, 5);
	assert_true(store->snapshot.interval_ns == 10000000);
	skstat_store_free(store);
}

static void signals(void **state)
{
	static const struct step term[] = { { .signal = SIGTERM } };
	static const struct step hup[] = { { .signal = SIGHUP }, { .signal = SIGINT } };

	(void)state;
	fast(0);
	assert_int_equal(collect(term, COUNT(term)), 0);
	assert_true(store->published >= 1);
	assert_string_equal(logged(), "info ending, by SIGTERM|");
	skstat_store_free(store);

	/* The timer may come first once more. */
	assert_int_equal(collect(hup, COUNT(hup)), 0);
	assert_true(store->published >= 2);
	assert_string_equal(logged(), "info SIGHUP is passed over: there is no file to read again|"
				      "info ending, by SIGINT|");
	skstat_store_free(store);
}

/* Each failure is told when it begins and when it changes, and its end once. Nothing of it is published. */
static void troubles(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .err = -EBADMSG, .text = "bad" },
		{ .err = -EBADMSG, .text = "bad" },
		{ .err = -ETIMEDOUT, .text = "slow" },
		{ .err = -EBADMSG, .text = "bad" },
		{ .partial = true },
		{ .partial = true },
		{ .families_fail = true },
		{ 0 },
	};

	(void)state;
	fast(COUNT(steps_));
	config.poll_max_sockets = 2;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(store->published, 4);
	assert_string_equal(logged(), "error poll failed: bad|error poll failed: slow|error poll failed: bad|"
				      "warn polls end after 2 sockets (--poll.max-sockets): there are more|"
				      "info polls are well again, after 4 that failed|"
				      "info polls reach every socket again|"
				      "error poll failed: no memory for a snapshot|"
				      "info polls are well again, after 1 that failed|"
				      "info ending, after 9 polls (--poll.max-loops)|");
	assert_int_equal(skstat_self_get(&self, polls_failed), 4);
	assert_int_equal(skstat_self_get(&self, polls_timeout), 1);
	assert_int_equal(skstat_self_get(&self, snapshots), 4);
	skstat_store_free(store);
}

static void once(void **state)
{
	static const struct step bad[] = { { .err = -EPERM, .text = "not permitted" } };
	FILE *out = tmpfile(), *full = fopen("/dev/full", "we");
	char text[64] = "";

	(void)state;
	assert_true(out && full);
	defaults();
	config.once = true;
	assert_int_equal(collect(NULL, 0), 0);
	assert_string_equal(said, "full begin:full:1 end:2 mib self:netlink:why publish\nclose ");
	assert_int_equal(skstat_snapshot_print(store, out, &error), 0);
	rewind(out);
	assert_non_null(fgets(text, sizeof(text), out));
	assert_string_equal(text, "metrics\n");
	assert_int_equal(skstat_snapshot_print(store, full, &error), -ENOSPC);
	assert_string_equal(error.text, "the metrics cannot be written: No space left on device");
	text_fails = true;
	assert_int_equal(skstat_snapshot_print(store, out, &error), -ENOMEM);
	text_fails = false;
	assert_int_equal(store->snapshot.references, 0);
	skstat_store_free(store);

	assert_int_equal(collect(bad, COUNT(bad)), -EPERM);
	assert_string_equal(error.text, "not permitted");
	assert_int_equal(skstat_snapshot_print(store, out, &error), 0);
	assert_string_equal(logged(), "");
	skstat_store_free(store);
	fclose(out);
	fclose(full);
}

static char switch_path[] = "/tmp/skstat-killswitch-XXXXXX";

static void switch_write(const char *text)
{
	FILE *file = fopen(switch_path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void switch_on(void)
{
	switch_write("stop");
}

static void kill_switch(void **state)
{
	static const struct step steps_[] = { { 0 }, { .act = switch_on, .err = -EIO } };
	char logged_line[128], both[256];
	int fd = mkstemp(switch_path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);

	/* Set from the start: no poll at all. */
	fast(0);
	config.kill_switch = switch_path;
	switch_write("");
	snprintf(logged_line, sizeof(logged_line), "info ending, by the kill switch %s|", switch_path);
	assert_int_equal(collect(NULL, 0), 0);
	assert_string_equal(said, "close ");
	assert_string_equal(logged(), logged_line);
	skstat_store_free(store);

	/* During the second poll, which fails: there is no third one to be well again. */
	switch_write("0");
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(store->published, 1);
	snprintf(both, sizeof(both), "error poll failed: it failed|%s", logged_line);
	assert_string_equal(logged(), both);
	skstat_store_free(store);

	config.once = true;
	assert_int_equal(collect(NULL, 0), 0);
	assert_int_equal(store->published, 0);
	skstat_store_free(store);

	assert_int_equal(unlink(switch_path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(max_loops),
		cmocka_unit_test(full_interval_on_the_clock),
		cmocka_unit_test(names_of_processes),
		cmocka_unit_test(names_by_the_clock_of_polls),
		cmocka_unit_test(names_of_devices_and_cgroups),
		cmocka_unit_test(collectors_of_procfs),
		cmocka_unit_test(late_polls),
		cmocka_unit_test(cpu_budget),
		cmocka_unit_test(within_the_budget),
		cmocka_unit_test(memory_budget),
		cmocka_unit_test(signals),
		cmocka_unit_test(troubles),
		cmocka_unit_test(once),
		cmocka_unit_test(kill_switch),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect_loop", tests, log_take, NULL);
}
