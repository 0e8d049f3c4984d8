// SPDX-License-Identifier: GPL-2.0
/*
 * The module comes and goes while others read from it.
 */
#include <sys/mman.h>
#include <time.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/population.h"
#include "../lib/worker.h"
#include "suite.h"

static struct population population;

static int setup(void **state)
{
	(void)state;
	pair_many_files();
	population_pairs(&population, PAIR_V4, pair_scaled(400));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	return 0;
}

struct unloading {
	bool tried;
	int err;
};

static int unload_meanwhile(const struct skstat_sample *sample, void *arg)
{
	struct unloading *unloading = arg;

	(void)sample;
	if (!unloading->tried)
		unloading->err = module_unload();
	unloading->tried = true;
	return 0;
}

static void unloading_waits_for_a_dump(void **state)
{
	struct unloading unloading = { 0 };
	struct skstat_netlink *netlink;
	struct skstat_totals totals;
	struct skstat_error error;

	(void)state;
	module_require();
	netlink = dump_connect();
	assert_int_equal(skstat_netlink_sock(netlink, NULL, unload_meanwhile, &unloading, &totals, &error), 0);
	assert_true(unloading.tried);
	assert_true(unloading.err == -EBUSY || unloading.err == -EAGAIN);
	assert_true(totals.complete);
	assert_true(totals.emitted >= population.count);

	/* And the family's last socket does not hold it. */
	assert_int_equal(module_unload(), 0);
	assert_false(module_loaded());
	assert_int_equal(skstat_netlink_sock(netlink, NULL, NULL, NULL, NULL, &error), -ENOENT);
	skstat_netlink_close(netlink);
}

static int stop_early(const struct skstat_sample *sample, void *arg)
{
	size_t *left = arg;

	(void)sample;
	return !(*left)--;
}

static int go_on(const struct skstat_mib *mib, void *arg)
{
	(void)mib;
	(void)arg;
	return 0;
}

/* For each time that the module is loaded, every reader reads so often: without an end they would keep it busy for ever. */
#define READERS 3
#define READINGS 4

struct reader {
	uint64_t allowed; /* readings, since the beginning */
	uint64_t done;
};

static void reader_pause(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
}

/* A dump if the module is there, to its end or broken off; every errno that says it is not is as good. */
static const char *dump_if_there(struct reader *reader)
{
	static char why[320];
	uint64_t round = reader->done;
	struct skstat_netlink *netlink;
	struct skstat_totals totals;
	struct skstat_error error;
	size_t left = 40;
	int err;

	netlink = skstat_netlink_open(&error);
	if (!netlink)
		return NULL;
	if (round % 3 == 2)
		err = skstat_netlink_mib(netlink, go_on, NULL, &error);
	else
		err = skstat_netlink_sock(netlink, NULL, round % 3 ? stop_early : NULL, &left, &totals, &error);
	skstat_netlink_close(netlink);
	/* The latter from __netlink_dump_start(), of a module on its way out. */
	if (err >= 0 || err == -ENOENT || err == -EPROTONOSUPPORT)
		return NULL;
	snprintf(why, sizeof(why), "errno %d: %s", err, error.text);
	return why;
}

static const char *reader_work(void *arg, uint64_t round)
{
	struct reader *reader = arg;
	const char *wrong;

	(void)round;
	if (reader->done >= __atomic_load_n(&reader->allowed, __ATOMIC_ACQUIRE)) {
		reader_pause();
		return NULL;
	}
	wrong = dump_if_there(reader);
	__atomic_add_fetch(&reader->done, 1, __ATOMIC_RELEASE);
	return wrong;
}

static void comes_and_goes(void **state)
{
	struct reader *reader = mmap(NULL, sizeof(*reader) * READERS, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t times = pair_scaled(100), busy = 0;
	struct crew *crew = crew_make();
	const char *wrong;
	int err;

	(void)state;
	assert_true(reader != MAP_FAILED);
	for (size_t i = 0; i < READERS; i++)
		crew_add(crew, reader_work, &reader[i]);
	for (size_t i = 0; i < times && !crew->complaint[0]; i++) {
		assert_int_equal(module_load(module_path()), 0);
		for (size_t r = 0; r < READERS; r++)
			__atomic_add_fetch(&reader[r].allowed, READINGS, __ATOMIC_RELEASE);
		/* In the middle of it. */
		while (__atomic_load_n(&reader[i % READERS].done, __ATOMIC_ACQUIRE) <= i * READINGS &&
		       !crew->complaint[0])
			reader_pause();
		while ((err = module_unload()) == -EBUSY || err == -EAGAIN) {
			busy++;
			reader_pause();
		}
		assert_int_equal(err, 0);
	}
	note("%zu times, busy %zu times; %lu, %lu and %lu readings", times, busy, reader[0].done, reader[1].done,
	     reader[2].done);
	wrong = crew_dismiss(crew);
	if (wrong)
		fail_msg("%s", wrong);
	crew_free(crew);
	munmap(reader, sizeof(*reader) * READERS);
}

static void instance_is_new_each_time(void **state)
{
	struct skstat_netlink *netlink;
	struct skstat_info info[2];
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		module_replace(module_path());
		netlink = dump_connect();
		assert_int_equal(skstat_netlink_info(netlink, &info[i], &error), 0);
		skstat_netlink_close(netlink);
	}
	assert_int_not_equal(info[0].instance, info[1].instance);
	assert_int_equal(info[1].walks, 0);
}

int suite_modload(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unloading_waits_for_a_dump),
		cmocka_unit_test(comes_and_goes),
		cmocka_unit_test(instance_is_new_each_time),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("modload", tests, setup, teardown);
}
