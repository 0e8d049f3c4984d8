// SPDX-License-Identifier: GPL-2.0
/*
 * How the exporter ends, and what it is while it runs: refusals are one sentence and a status, ends that were asked for
 * are clean, and privileges are gone.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>

#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/dump.h"
#include "suite.h"

static struct exporter exporter;

static int setup(void **state)
{
	(void)state;
	stage_set();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_clear();
	return 0;
}

/* What a test that failed has left. */
static int end(void **state)
{
	(void)state;
	module_require();
	if (exporter.pid)
		exporter_end(&exporter, SIGKILL);
	return 0;
}

static size_t lines_with(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		count++;
	return count;
}

/* Starts it with these options: it must end by itself, with that status, and with one error that names `why`. */
static void refused(bool bare, int status, const char *why, const char *const *options)
{
	struct exporter refusing;
	char *said;
	int got;

	exporter_launch(&refusing, bare, options);
	got = exporter_end(&refusing, 0);
	said = exporter_said(refusing.log);
	if (got != status || !strstr(said, why))
		fail_msg("%s: status %d, not %d; or it does not say '%s': %s", options[0], got, status, why, said);
	if (lines_with(said, "\n") != 1 || lines_with(said, ".c:"))
		fail_msg("%s: not one sentence: %s", options[0], said);
	note("%.*s", (int)strcspn(said, "\n"), said);
	free(said);
	exporter_forget(&refusing);
}

#define refused_with(bare, status, why, ...) refused(bare, status, why, (const char *const[]){ __VA_ARGS__, NULL })

static void wrong_options(void **state)
{
	(void)state;
	refused_with(false, 2, "--no.such", "--no.such=1");
	refused_with(false, 2, "--poll.interval", "--poll.interval=5");
	refused_with(false, 2, "--poll.interval", "--poll.interval=1ms");
	refused_with(false, 2, "--poll.interval", "--poll.interval=2h");
	refused_with(false, 2, "--source", "--source=moon");
	refused_with(false, 2, "--web.telemetry-path", "--web.telemetry-path=metrics");
}

static void a_taken_port(void **state)
{
	int taken = pair_listen_at(PAIR_V4, 7401, 1);

	(void)state;
	refused_with(false, 1, "127.0.0.1:7401", "--web.listen-address=127.0.0.1:7401");
	close(taken);
	exporter_start(&exporter, "--source=netlink");
	refused_with(false, 1, "127.0.0.1:" EXPORTER_PORT, "--source=netlink");
	exporter_stop(&exporter);
}

/* Two of them at a time: the socket of the first is in use, and is not taken away from it. */
static void a_taken_socket(void **state)
{
	(void)state;
	exporter_start(&exporter, "--source=netlink");
	refused_with(false, 1, EXPORTER_SOCKET, "--web.unix-socket=" EXPORTER_SOCKET,
		     "--web.listen-address=127.0.0.1:7402");
	exporter_await_status(&exporter, "/-/ready", 200);
	exporter_stop(&exporter);
}

static void without_the_module(void **state)
{
	(void)state;
	while (module_unload() == -EAGAIN)
		;
	assert_false(module_loaded());
	refused_with(false, 1, "skstat", "--source=netlink");
}

static void without_the_capability(void **state)
{
	(void)state;
	refused_with(true, 1, "CAP_NET_ADMIN", "--source=netlink");
}

static void signals(void **state)
{
	static const int ends[] = { SIGTERM, SIGINT };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		exporter_start(&exporter, "--source=netlink");
		assert_int_equal(exporter_end(&exporter, ends[i]), 0);
		exporter_forget(&exporter);
	}
}

#define SWITCH "/tmp/skstat-kill-switch"

static void kill_switch(void **state)
{
	const char *const options[] = { "--source=netlink", "--kill-switch.file=" SWITCH, NULL };

	(void)state;
	unlink(SWITCH);
	exporter_start_with(&exporter, options);
	close(must(open(SWITCH, O_CREAT | O_WRONLY | O_CLOEXEC, 0644)));
	assert_int_equal(exporter_end(&exporter, 0), 0);
	exporter_forget(&exporter);
	/* And it does not start while the file is there. */
	exporter_launch(&exporter, false, options);
	assert_int_equal(exporter_end(&exporter, 0), 0);
	exporter_forget(&exporter);
	unlink(SWITCH);
}

static void so_many_loops(void **state)
{
	const char *const options[] = { "--source=netlink", "--poll.interval=20ms", "--poll.max-loops=5", NULL };
	struct skstat_netlink *netlink = dump_connect();
	struct skstat_info before, after;

	(void)state;
	assert_int_equal(skstat_netlink_info(netlink, &before, NULL), 0);
	exporter_launch(&exporter, false, options);
	assert_int_equal(exporter_end(&exporter, 0), 0);
	exporter_forget(&exporter);
	assert_int_equal(skstat_netlink_info(netlink, &after, NULL), 0);
	assert_int_equal(after.walks - before.walks, 5);
	skstat_netlink_close(netlink);
}

/* One poll, its figures on stdout; and they are those that the module has of the very same walk. */
static void once(void **state)
{
	const char *const options[] = { "--source=netlink", "--once", NULL };
	struct skstat_netlink *netlink = dump_connect();
	struct skstat_info before, after;
	struct scrape scrape;
	char *said, why[256];
	double seconds;

	(void)state;
	assert_int_equal(skstat_netlink_info(netlink, &before, NULL), 0);
	exporter_launch(&exporter, false, options);
	assert_int_equal(exporter_end(&exporter, 0), 0);
	assert_int_equal(skstat_netlink_info(netlink, &after, NULL), 0);
	said = exporter_said(exporter.out);
	if (!scrape_parse(&scrape, said, strlen(said), why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(after.walks - before.walks, 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_polls_total kind=full"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_polls_total"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_walk_sockets_total"), after.walk_sockets - before.walk_sockets);
	seconds = scrape_sum(&scrape, "skstat_walk_seconds_total");
	assert_int_equal((uint64_t)(seconds * 1e9 + 0.5), after.walk_ns - before.walk_ns);
	free(said);
	scrape_free(&scrape);
	exporter_forget(&exporter);
	skstat_netlink_close(netlink);
}

/* The rest of the line of a status file that begins with `name`. */
static void status_line(const char *path, const char *name, char *value, size_t room)
{
	FILE *file = must_have(fopen(path, "re"));
	size_t length = strlen(name);
	char line[512];

	*value = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, length) && line[length] == ':')
			snprintf(value, room, "%.*s", (int)strcspn(line + length + 2, "\n"), line + length + 2);
	}
	fclose(file);
}

static void privileges_are_gone(void **state)
{
	static const char *const lines[][2] = {
		{ "Uid", "65534\t65534\t65534\t65534" }, { "Gid", "65534\t65534\t65534\t65534" },
		{ "Groups", " " },			 { "NoNewPrivs", "1" },
		{ "CapInh", "0000000000000000" },	 { "CapPrm", "0000000000001000" },
		{ "CapEff", "0000000000001000" },	 { "CapBnd", "0000000000000000" },
		{ "CapAmb", "0000000000000000" },
	};
	char path[320], value[128];
	struct dirent *thread;
	size_t threads = 0;
	DIR *dir;

	(void)state;
	exporter_start(&exporter, "--source=netlink");
	snprintf(path, sizeof(path), "/proc/%d/task", exporter.pid);
	dir = must_have(opendir(path));
	while ((thread = readdir(dir))) {
		if (*thread->d_name == '.')
			continue;
		threads++;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", exporter.pid, thread->d_name);
		for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
			status_line(path, lines[i][0], value, sizeof(value));
			/* Nobody's group may have a name or not: the group list has it or is empty. */
			if (strcmp(value, lines[i][1]) != 0 && !(i == 2 && (!*value || !strcmp(value, "65534 "))))
				fail_msg("thread %s: %s is '%s', not '%s'", thread->d_name, lines[i][0], value,
					 lines[i][1]);
		}
	}
	closedir(dir);
	assert_true(threads > 1);
	exporter_stop(&exporter);
}

int suite_ends(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(wrong_options, end),
		cmocka_unit_test_teardown(a_taken_port, end),
		cmocka_unit_test_teardown(a_taken_socket, end),
		cmocka_unit_test_teardown(without_the_module, end),
		cmocka_unit_test_teardown(without_the_capability, end),
		cmocka_unit_test_teardown(signals, end),
		cmocka_unit_test_teardown(kill_switch, end),
		cmocka_unit_test_teardown(so_many_loops, end),
		cmocka_unit_test_teardown(once, end),
		cmocka_unit_test_teardown(privileges_are_gone, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("ends", tests, setup, teardown);
}
