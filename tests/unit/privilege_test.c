// SPDX-License-Identifier: GPL-2.0
/* What is left of a process's privileges, as the kernel tells it. Each case is a child of its own. */
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/privilege.h"

/* What a child saw, in memory that both share: a pipe. */
struct report {
	int err;
	uint64_t kept;
	char text[256];
	char status[4096];
};

static void status_read(char *text, size_t size)
{
	FILE *file = fopen("/proc/self/status", "re");
	size_t length = file ? fread(text, 1, size - 1, file) : 0;

	text[length] = '\0';
	if (file)
		fclose(file);
}

/* Runs `prepare` and the drop in a child. */
static struct report dropped_to(uint64_t keep, void (*prepare)(void), const char *user, const char *group)
{
	struct report report = { 0 };
	int pipes[2], status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct skstat_error error = { 0 };

		if (prepare)
			prepare();
		report.err = skstat_privilege_drop(user, group, keep, &report.kept, &error);
		snprintf(report.text, sizeof(report.text), "%s", error.text);
		status_read(report.status, sizeof(report.status));
		/* No exit handlers: cmocka's and the sanitizers' are the parent's. */
		_exit(write(pipes[1], &report, sizeof(report)) != sizeof(report));
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &report, sizeof(report)), sizeof(report));
	close(pipes[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return report;
}

static struct report dropped(void (*prepare)(void), const char *user, const char *group)
{
	return dropped_to(SKSTAT_CAPABILITY(CAP_NET_ADMIN), prepare, user, group);
}

/* The line of that name in /proc/PID/status, up to its end. */
static const char *line(const struct report *report, const char *name)
{
	static char text[512];
	const char *start = strstr(report->status, name);

	assert_non_null(start);
	start += strlen(name);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(start, "\n"), start);
	return text;
}

static uint64_t mask(const struct report *report, const char *name)
{
	return strtoull(line(report, name), NULL, 16);
}

static void is_dropped(const struct report *report, uint64_t kept)
{
	if (report->err)
		fail_msg("%s", report->text);
	assert_true(report->kept == kept);
	assert_true(mask(report, "\nCapPrm:\t") == kept);
	assert_true(mask(report, "\nCapEff:\t") == kept);
	assert_true(mask(report, "\nCapInh:\t") == 0);
	assert_true(mask(report, "\nCapAmb:\t") == 0);
	assert_string_equal(line(report, "\nNoNewPrivs:\t"), "1");
}

static bool has(cap_value_t value)
{
	cap_flag_value_t set = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	assert_non_null(caps);
	assert_int_equal(cap_get_flag(caps, value, CAP_EFFECTIVE, &set), 0);
	cap_free(caps);
	return set == CAP_SET;
}

static void need_root(void)
{
	if (geteuid() == 0 && has(CAP_SETUID) && has(CAP_SETGID) && has(CAP_SETPCAP))
		return;
	print_message("# skipped: wants root with CAP_SETUID, CAP_SETGID and CAP_SETPCAP\n");
	skip();
}

/* CAP_NET_ADMIN is kept if this test has it. */
static uint64_t net_admin(void)
{
	return has(CAP_NET_ADMIN) ? 1ull << CAP_NET_ADMIN : 0;
}

static void join_groups(void)
{
	const gid_t groups[] = { 0, 1, 2, 3 };

	if (setgroups(4, groups))
		_exit(1);
}

static void lose(cap_value_t value)
{
	cap_t caps = cap_get_proc();

	if (!caps || cap_set_flag(caps, CAP_EFFECTIVE, 1, &value, CAP_CLEAR) ||
	    cap_set_flag(caps, CAP_PERMITTED, 1, &value, CAP_CLEAR) || cap_set_proc(caps))
		_exit(1);
	cap_free(caps);
}

static void root_becomes_nobody(void **state)
{
	struct report report;

	(void)state;
	need_root();
	report = dropped(join_groups, "nobody", "no-such-group");
	is_dropped(&report, net_admin());
	assert_true(mask(&report, "\nCapBnd:\t") == 0);
	assert_string_equal(line(&report, "\nUid:\t"), "65534\t65534\t65534\t65534");
	assert_string_equal(line(&report, "\nGid:\t"), "65534\t65534\t65534\t65534");
	assert_string_equal(line(&report, "\nGroups:\t"), " ");
}

static void the_group_stays(void **state)
{
	struct report report;

	(void)state;
	need_root();
	report = dropped(join_groups, "nobody", "daemon");
	is_dropped(&report, net_admin());
	assert_string_equal(line(&report, "\nGroups:\t"), "1 ");
}

static void a_number_needs_no_entry(void **state)
{
	struct report report;

	(void)state;
	need_root();
	report = dropped(join_groups, "54321", "");
	is_dropped(&report, net_admin());
	assert_string_equal(line(&report, "\nUid:\t"), "54321\t54321\t54321\t54321");
	assert_string_equal(line(&report, "\nGid:\t"), "54321\t54321\t54321\t54321");
}

static void stays_root(void **state)
{
	static const char *const users[] = { "", NULL, "root", "0" };

	(void)state;
	need_root();
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		struct report report = dropped(join_groups, users[i], NULL);

		is_dropped(&report, net_admin());
		assert_true(mask(&report, "\nCapBnd:\t") == 0);
		assert_string_equal(line(&report, "\nUid:\t"), "0\t0\t0\t0");
		assert_string_equal(line(&report, "\nGroups:\t"), " ");
	}
}

static void lose_net_admin(void)
{
	lose(CAP_NET_ADMIN);
}

static void lose_ptrace(void)
{
	lose(CAP_SYS_PTRACE);
}

static void lose_setpcap(void)
{
	lose(CAP_SETPCAP);
}

static void lose_setuid(void)
{
	lose(CAP_SETUID);
}

static void lose_setgid(void)
{
	join_groups();
	lose(CAP_SETGID);
}

/* A container may have taken any of them. */
static void lesser_roots(void **state)
{
	struct report report;

	(void)state;
	need_root();
	report = dropped(lose_net_admin, "nobody", "");
	is_dropped(&report, 0);

	report = dropped(lose_setpcap, "nobody", "");
	is_dropped(&report, net_admin());
	assert_string_equal(line(&report, "\nUid:\t"), "65534\t65534\t65534\t65534");

	report = dropped(lose_setuid, "nobody", "");
	assert_int_equal(report.err, -EPERM);
	assert_string_equal(report.text, "cannot become user nobody: Operation not permitted: give the process "
					 "CAP_SETUID and CAP_SETGID, or --user= to stay root");

	report = dropped(lose_setgid, "nobody", "");
	assert_int_equal(report.err, -EPERM);
	assert_string_equal(report.text, "groups cannot be dropped: Operation not permitted: give the process "
					 "CAP_SETUID and CAP_SETGID, or --user= to stay root");

	report = dropped(lose_setgid, "", "");
	is_dropped(&report, net_admin());
}

static void unknown_users(void **state)
{
	struct report report;

	(void)state;
	need_root();
	report = dropped(NULL, "no-such-user", "");
	assert_int_equal(report.err, -ENOENT);
	assert_string_equal(report.text, "--user: there is no user no-such-user here: name one, write a number, "
					 "or --user= to stay root");
	report = dropped(NULL, "4294967295", "");
	assert_int_equal(report.err, -EINVAL);
	assert_string_equal(report.text, "--user: 4294967295 is no user id");
}

static void become_nobody(void)
{
	if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
		_exit(1);
}

/* As a service manager starts it: a user with CAP_NET_ADMIN in the ambient set. */
static void become_nobody_with_capabilities(void)
{
	static const cap_value_t caps[] = { CAP_NET_ADMIN, CAP_NET_RAW };
	cap_t some = cap_init();

	if (prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L))
		_exit(1);
	become_nobody();
	if (!some || cap_set_flag(some, CAP_PERMITTED, 2, caps, CAP_SET) ||
	    cap_set_flag(some, CAP_EFFECTIVE, 2, caps, CAP_SET) ||
	    cap_set_flag(some, CAP_INHERITABLE, 2, caps, CAP_SET) || cap_set_proc(some) ||
	    cap_set_ambient(CAP_NET_ADMIN, CAP_SET) || cap_set_ambient(CAP_NET_RAW, CAP_SET))
		_exit(1);
	cap_free(some);
}

/* Nothing to drop, nobody to become: the user that is asked for is root's affair. */
static void unprivileged(void **state)
{
	struct report report = dropped(become_nobody, "no-such-user", "daemon");

	(void)state;
	is_dropped(&report, 0);
}

static void a_service(void **state)
{
	struct report report;

	(void)state;
	need_root();
	if (!has(CAP_NET_ADMIN) || !has(CAP_NET_RAW)) {
		print_message("# skipped: wants CAP_NET_ADMIN and CAP_NET_RAW\n");
		skip();
	}
	report = dropped(become_nobody_with_capabilities, "nobody", "");
	is_dropped(&report, 1ull << CAP_NET_ADMIN);
	assert_string_equal(line(&report, "\nUid:\t"), "65534\t65534\t65534\t65534");
}

/* What --view.comm wants besides, as far as there is any. */
static void keeps_what_is_needed(void **state)
{
	const uint64_t proc = SKSTAT_CAPABILITY(CAP_SYS_PTRACE) | SKSTAT_CAPABILITY(CAP_DAC_READ_SEARCH);
	struct skstat_config config;
	struct report report;
	uint64_t all;

	(void)state;
	skstat_config_init(&config);
	assert_true(skstat_privilege_needed(&config) == SKSTAT_CAPABILITY(CAP_NET_ADMIN));
	config.view_comm = true;
	all = skstat_privilege_needed(&config);
	assert_true(all == (proc | SKSTAT_CAPABILITY(CAP_NET_ADMIN)));

	need_root();
	if (!has(CAP_SYS_PTRACE) || !has(CAP_DAC_READ_SEARCH)) {
		print_message("# skipped: wants CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n");
		skip();
	}
	report = dropped_to(all, join_groups, "nobody", "");
	is_dropped(&report, net_admin() | proc);
	assert_true(mask(&report, "\nCapBnd:\t") == 0);
	report = dropped_to(all, lose_ptrace, "nobody", "");
	is_dropped(&report, net_admin() | SKSTAT_CAPABILITY(CAP_DAC_READ_SEARCH));
}

/* The log has a line for each that is missing, and none for what was not needed. */
static void tells_what_is_missing(void **state)
{
	const uint64_t net = SKSTAT_CAPABILITY(CAP_NET_ADMIN), ptrace = SKSTAT_CAPABILITY(CAP_SYS_PTRACE);
	int saved = dup(STDERR_FILENO);
	FILE *lines = tmpfile();
	char text[1024] = "";

	(void)state;
	assert_true(lines && saved >= 0);
	fflush(stderr);
	dup2(fileno(lines), STDERR_FILENO);
	skstat_privilege_tell(net, net | ptrace);
	skstat_privilege_tell(net | ptrace | SKSTAT_CAPABILITY(CAP_DAC_READ_SEARCH), net | ptrace);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(lines);
	(void)fread(text, 1, sizeof(text) - 1, lines);
	fclose(lines);
	assert_non_null(strstr(text, "level=warn msg=\"without CAP_DAC_READ_SEARCH other users' processes have no names"));
	assert_null(strstr(text, "CAP_SYS_PTRACE"));
	assert_null(strstr(text, "CAP_NET_ADMIN"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_becomes_nobody), cmocka_unit_test(the_group_stays),
		cmocka_unit_test(a_number_needs_no_entry), cmocka_unit_test(stays_root),
		cmocka_unit_test(lesser_roots), cmocka_unit_test(unknown_users),
		cmocka_unit_test(unprivileged), cmocka_unit_test(a_service),
		cmocka_unit_test(keeps_what_is_needed), cmocka_unit_test(tells_what_is_missing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("privilege", tests, NULL, NULL);
}
