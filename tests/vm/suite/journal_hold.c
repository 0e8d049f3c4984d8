// SPDX-License-Identifier: GPL-2.0
/*
 * Probes are attached while somebody holds them, and no longer, however the holder goes. INFO says it twice, by holders
 * and by hits, which stand still although connections come and go; the kernel's list of kprobes says it once more.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/pair.h"
#include "../lib/traffic.h"
#include "source/channel.h"
#include "suite.h"

#define SECOND 1000000000ull
#define PATIENCE_NS (60 * SECOND)

static struct traffic traffic;
static struct skstat_netlink *asker; /* holds nothing */
static uint64_t available;

static struct skstat_info info_now(void)
{
	struct skstat_error error;
	struct skstat_info info;

	assert_int_equal(skstat_netlink_info(asker, &info, &error), 0);
	return info;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void set(struct skstat_netlink *netlink, uint64_t hold, uint64_t release)
{
	struct skstat_error error;

	if (skstat_netlink_probe_set(netlink, hold, release, &error))
		fail_msg("hold %#" PRIx64 ", release %#" PRIx64 ": %s", hold, release, error.text);
}

static struct skstat_netlink *hold(uint64_t probes)
{
	struct skstat_netlink *netlink = dump_connect();

	set(netlink, probes, 0);
	return netlink;
}

/* Each probe has so many holders: of those in `probes`, and none of the others. */
static void assert_holders(uint64_t probes, uint32_t holders)
{
	struct skstat_info info = info_now();

	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++)
		assert_int_equal(info.probe[id].holders, probes & 1ull << id ? holders : 0);
}

static bool holders_are(uint64_t probes, uint32_t holders)
{
	struct skstat_info info = info_now();

	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++)
		if (info.probe[id].holders != (probes & 1ull << id ? holders : 0))
			return false;
	return true;
}

/* The same, of holders that were closed: their places go when their probes are off. */
static void holders_await(uint64_t probes, uint32_t holders)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;

	while (!holders_are(probes, holders)) {
		assert_true(skstat_channel_clock() < deadline);
		nap();
	}
}

/* Which of these probes had hits while some connections came and went. */
static uint64_t moving(uint64_t probes)
{
	struct skstat_info before = info_now(), after;
	uint64_t moved = 0;

	traffic_await(&traffic, 2);
	after = info_now();
	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++)
		if (after.probe[id].hits != before.probe[id].hits)
			moved |= 1ull << id;
	return moved & probes;
}

/* Those that ordinary connections meet for certain: each is aborted. They may have drops as well, or not. */
static uint64_t met(void)
{
	return available & (SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(FIRST_BYTE) | SKSTAT_PROBE_BIT(READER) |
			    SKSTAT_PROBE_BIT(ACCEPT) | SKSTAT_PROBE_BIT(RESET));
}

/* Whether the kernel has a kprobe where `accept` sits. -1: there is no telling. */
static int kprobe_is_there(void)
{
	FILE *list = fopen("/sys/kernel/debug/kprobes/list", "r");
	char line[256];
	int found = 0;

	if (!list)
		return -1;
	while (fgets(line, sizeof(line), list))
		found |= strstr(line, "inet_csk_accept") != NULL;
	fclose(list);
	return found;
}

static void assert_kprobe(bool attached)
{
	int there = kprobe_is_there();

	if (there >= 0 && available & SKSTAT_PROBE_BIT(ACCEPT))
		assert_int_equal(there, attached);
}

/* A process of its own that holds all there is, and waits for its end. */
static pid_t holder_start(void)
{
	char byte = 0;
	int ready[2];
	pid_t pid;

	must(pipe(ready));
	fflush(NULL);
	pid = must(fork());
	if (!pid) {
		struct skstat_error error;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must_be(!skstat_netlink_probe_set(dump_connect(), available, 0, &error));
		must(write(ready[1], &byte, 1));
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

/* Waits until just these move. */
static void moving_await(uint64_t probes)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;

	while (moving(available) != probes)
		assert_true(skstat_channel_clock() < deadline);
}

/* Nothing is attached, and nobody holds: the holder's place goes last, when its probes are off. */
static bool is_detached(void)
{
	return holders_are(0, 0) && !info_now().conn_places && kprobe_is_there() != 1;
}

static void await(bool (*condition)(void))
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;

	while (!condition()) {
		assert_true(skstat_channel_clock() < deadline);
		nap();
	}
}

static void detached_await(void)
{
	await(is_detached);
	assert_holders(0, 0);
	assert_int_equal(moving(available), 0);
}

/* The last holder of `life` has gone, and the table with it. */
static bool is_without_table(void)
{
	return !info_now().conn_places;
}

/* How long detaching takes here and now, when it is waited for. */
static uint64_t release_time(void)
{
	struct skstat_netlink *netlink = hold(available);
	uint64_t began = skstat_channel_clock();

	set(netlink, 0, available);
	began = skstat_channel_clock() - began;
	skstat_netlink_close(netlink);
	return began;
}

static uint64_t kill_a_holder(void)
{
	pid_t pid = holder_start();
	uint64_t killed, still;
	int status;

	assert_holders(available, 1);
	assert_kprobe(true);
	assert_int_equal(moving(met()), met());
	killed = skstat_channel_clock();
	must(kill(pid, SIGKILL));
	must(waitpid(pid, &status, 0));
	assert_true(WIFSIGNALED(status));
	/* Who asks without a pause keeps RCU waiting, and with it what he asks for. */
	while (!is_detached()) {
		assert_true(skstat_channel_clock() - killed < PATIENCE_NS);
		nap();
	}
	still = skstat_channel_clock() - killed;
	detached_await();
	return still;
}

/* A second it may take; on a machine that is busy with other things no less than what it takes when it is waited for. */
static void killed_holder(void **state)
{
	uint64_t still, release, limit;

	(void)state;
	for (int i = 0; i < 3; i++) {
		release = release_time();
		still = kill_a_holder();
		limit = 4 * release > SECOND ? 4 * release : SECOND;
		note("nothing is attached %.3f s after kill -9; a release takes %.3f s", still / 1e9, release / 1e9);
		if (still < limit)
			break;
	}
	assert_true(still < limit);
}

/* The last one to go detaches; asking twice counts once, and what is not held can be released. */
static void several_holders(void **state)
{
	const uint64_t life = SKSTAT_PROBE_BIT(LIFE), first_byte = SKSTAT_PROBE_BIT(FIRST_BYTE);
	const uint64_t reader = SKSTAT_PROBE_BIT(READER);
	struct skstat_netlink *a = hold(life), *b = hold(life | first_byte), *c = hold(reader);
	struct skstat_info info;

	(void)state;
	set(a, life, 0);
	set(c, 0, life | first_byte);
	info = info_now();
	assert_int_equal(info.probe[SKSTAT_PROBE_LIFE].holders, 2);
	assert_int_equal(info.probe[SKSTAT_PROBE_FIRST_BYTE].holders, 1);
	assert_int_equal(info.probe[SKSTAT_PROBE_READER].holders, 1);
	assert_int_equal(moving(available), life | first_byte | reader);

	set(b, 0, life);
	assert_holders(life | first_byte | reader, 1);
	assert_int_equal(moving(available), life | first_byte | reader);
	assert_true(info_now().conn_places > 0);
	skstat_netlink_close(c);
	skstat_netlink_close(a);
	moving_await(first_byte);
	holders_await(first_byte, 1);
	await(is_without_table);

	/* All in one request: one comes, one goes, and that is done when it returns. */
	set(b, life, first_byte);
	assert_holders(life, 1);
	assert_int_equal(moving(available), life);
	set(b, 0, life);
	assert_holders(0, 0);
	assert_int_equal(moving(available), 0);
	skstat_netlink_close(b);
}

/* Holding and letting go, over and over, as connections come and go: the table is emptied each time. */
static void again_and_again(void **state)
{
	struct skstat_netlink *holder = dump_connect();
	size_t times = pair_scaled(20);

	(void)state;
	for (size_t i = 0; i < times; i++) {
		set(holder, available, 0);
		traffic_await(&traffic, 1);
		set(holder, 0, available);
		assert_int_equal(info_now().conn_places, 0);
		assert_int_equal(info_now().conn_used, 0);
	}
	assert_holders(0, 0);
	assert_int_equal(moving(available), 0);
	skstat_netlink_close(holder);
}

static void namespaces_await(uint32_t namespaces)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;

	while (info_now().namespaces != namespaces) {
		assert_true(skstat_channel_clock() < deadline);
		nap();
	}
}

/* A namespace whose name is gone lives on in the holder's socket, and no longer. */
static void namespace_removed(void **state)
{
	uint32_t namespaces = info_now().namespaces;
	struct ns home = ns_current(), ns = ns_create();
	struct skstat_netlink *holder;
	uint64_t doorbells;

	(void)state;
	ns_enter(&ns);
	holder = hold(available);
	ns_enter(&home);
	ns_close(&ns);
	assert_int_equal(info_now().namespaces, namespaces + 1);
	assert_holders(available, 1);
	assert_int_equal(moving(met()), met());
	doorbells = info_now().doorbells;
	while (info_now().doorbells == doorbells)
		traffic_await(&traffic, 1);
	assert_true(skstat_netlink_bells(holder) > 0);
	skstat_netlink_close(holder);
	detached_await();
	namespaces_await(namespaces);
	ns_close(&home);
}

/* The same, and the process that was in it is killed: nothing is left of the one or the other. */
static void namespace_killed(void **state)
{
	uint32_t namespaces = info_now().namespaces;
	struct ns home = ns_current(), ns = ns_create();
	pid_t pid;

	(void)state;
	ns_enter(&ns);
	pid = holder_start();
	ns_enter(&home);
	ns_close(&ns);
	assert_holders(available, 1);
	must(kill(pid, SIGKILL));
	must(waitpid(pid, NULL, 0));
	detached_await();
	namespaces_await(namespaces);
	ns_close(&home);
}

static int setup(void **state)
{
	struct skstat_info info;

	(void)state;
	module_replace(module_path());
	asker = dump_connect();
	info = info_now();
	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++) {
		if (info.probe[id].available)
			available |= 1ull << id;
		else
			note("this kernel cannot have the probe %u", id);
	}
	return available & SKSTAT_PROBE_BIT(LIFE) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	skstat_netlink_close(asker);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	traffic_run(&traffic, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	traffic_clear(&traffic);
	return 0;
}

int suite_journal_hold(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_holder, begin, end),
		cmocka_unit_test_setup_teardown(several_holders, begin, end),
		cmocka_unit_test_setup_teardown(again_and_again, begin, end),
		cmocka_unit_test_setup_teardown(namespace_removed, begin, end),
		cmocka_unit_test_setup_teardown(namespace_killed, begin, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("journal_hold", tests, setup, teardown);
}
