// SPDX-License-Identifier: GPL-2.0
/* What is read from /proc and /run: this process as it knows itself, and names in a directory of our own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/procfs.h"

static double own_cpu(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* By asking for each that there may be. */
static uint64_t own_fds(uint64_t limit)
{
	uint64_t count = 0;

	for (int fd = 0; (uint64_t)fd < limit && fd < 65536; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void process(void **state)
{
	struct skstat_process before, after;
	double cpu = own_cpu(), tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
	double started = (double)time(NULL);
	struct rlimit limit;
	int fd;

	(void)state;
	assert_int_equal(skstat_process_read(&before), 0);
	/* stat has whole ticks, of user and of system time. */
	assert_true(before.cpu_seconds >= cpu - 2 * tick && before.cpu_seconds <= own_cpu() + 2 * tick);
	/* This program has not been running for long. The boot time has whole seconds. */
	assert_true(before.start_time_seconds <= started + 2 && before.start_time_seconds > started - 600);
	assert_true(before.resident_bytes > 4096 && before.resident_bytes < before.virtual_bytes);
	assert_true(before.threads >= 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(before.max_fds == limit.rlim_cur);
	assert_int_equal(before.open_fds, own_fds(limit.rlim_cur));

	fd = open("/dev/null", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(skstat_process_read(&after), 0);
	assert_int_equal(after.open_fds, before.open_fds + 1);
	close(fd);
	assert_int_equal(skstat_process_read(&after), 0);
	assert_int_equal(after.open_fds, before.open_fds);
	assert_true(after.start_time_seconds == before.start_time_seconds);
	assert_true(after.cpu_seconds >= before.cpu_seconds);
}

static void *wait_for_end(void *mutex)
{
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
	return NULL;
}

static void threads(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct skstat_process before, after;
	pthread_t thread;

	(void)state;
	assert_int_equal(skstat_process_read(&before), 0);
	pthread_mutex_lock(&mutex);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_end, &mutex), 0);
	assert_int_equal(skstat_process_read(&after), 0);
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
	/* A sanitizer may start one of its own with the first. */
	assert_true(after.threads > before.threads);
}

/* The name in /proc/self/stat is not ours to choose: anybody may run this under any. */
static void odd_name(void **state)
{
	struct skstat_process process_before, process_after;
	char name[16];

	(void)state;
	assert_int_equal(skstat_process_read(&process_before), 0);
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_int_equal(prctl(PR_SET_NAME, "a) R 1 (b c) 2"), 0);
	assert_int_equal(skstat_process_read(&process_after), 0);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	assert_true(process_after.start_time_seconds == process_before.start_time_seconds);
	assert_int_equal(process_after.threads, process_before.threads);
}

static void port_range(void **state)
{
	uint16_t min = 0, max = 0;
	unsigned int low, high;
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
	int err = skstat_port_range_read(&min, &max);

	(void)state;
	if (!file) {
		assert_true(err < 0);
		assert_true(min == 32768 && max == 60999);
		return;
	}
	assert_int_equal(fscanf(file, "%u %u", &low, &high), 2);
	fclose(file);
	assert_int_equal(err, 0);
	assert_true(min == low && max == high);
}

/* A directory of our own. A link to /proc/self/ns/net stands for the mount that `ip netns` makes: it has its inode. */
struct place {
	char path[64];
	uint32_t own; /* inode of our namespace */
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct stat own;

	assert_non_null(place);
	strcpy(place->path, "/tmp/netns_names.XXXXXX");
	assert_non_null(mkdtemp(place->path));
	assert_int_equal(stat("/proc/self/ns/net", &own), 0);
	place->own = (uint32_t)own.st_ino;
	*state = place;
	return 0;
}

static const char *path_of(const struct place *place, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	return path;
}

static int place_remove(void **state)
{
	static const char *const names[] = { "blue", "red", "amber", "plain", ".hidden", "dangling" };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path_of(place, names[i]));
	rmdir(place->path);
	free(place);
	return 0;
}

static void name_put(const struct place *place, const char *name)
{
	assert_int_equal(symlink("/proc/self/ns/net", path_of(place, name)), 0);
}

/* Long ago, so that the directory's time says that nothing has changed since. */
static void age(const struct place *place, time_t when)
{
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };

	assert_int_equal(utimensat(AT_FDCWD, place->path, times, 0), 0);
}

static void names(void **state)
{
	const struct place *place = *state;
	struct skstat_netns_names *list = skstat_netns_names_new(place->path);

	assert_non_null(list);
	assert_null(skstat_netns_names_find(list, place->own));
	name_put(place, "red");
	assert_null(skstat_netns_names_find(list, place->own));
	skstat_netns_names_refresh(list);
	assert_string_equal(skstat_netns_names_find(list, place->own), "red");
	assert_null(skstat_netns_names_find(list, place->own + 1));
	assert_null(skstat_netns_names_find(list, 0));
	/* Of two names of one namespace, always the same one. */
	name_put(place, "blue");
	skstat_netns_names_refresh(list);
	assert_string_equal(skstat_netns_names_find(list, place->own), "blue");
	unlink(path_of(place, "blue"));
	unlink(path_of(place, "red"));
	skstat_netns_names_refresh(list);
	assert_null(skstat_netns_names_find(list, place->own));
	skstat_netns_names_free(list);
}

static void what_is_no_namespace(void **state)
{
	const struct place *place = *state;
	struct skstat_netns_names *list;
	struct stat plain;
	int fd = open(path_of(place, "plain"), O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &plain), 0);
	close(fd);
	name_put(place, ".hidden");
	assert_int_equal(symlink("/nowhere", path_of(place, "dangling")), 0);
	list = skstat_netns_names_new(place->path);
	assert_non_null(list);
	assert_null(skstat_netns_names_find(list, (uint32_t)plain.st_ino));
	assert_null(skstat_netns_names_find(list, place->own));

	/* `ip netns add`: first a file, then the mount over it, which does not change the directory. */
	age(place, 1000000000);
	skstat_netns_names_refresh(list);
	unlink(path_of(place, "plain"));
	name_put(place, "plain");
	age(place, 1000000000);
	skstat_netns_names_refresh(list);
	assert_string_equal(skstat_netns_names_find(list, place->own), "plain");
	skstat_netns_names_free(list);
}

static void only_when_changed(void **state)
{
	const struct place *place = *state;
	struct skstat_netns_names *list;
	const char *name;
	time_t now;

	name_put(place, "red");
	age(place, 1000000000);
	list = skstat_netns_names_new(place->path);
	assert_non_null(list);
	name = skstat_netns_names_find(list, place->own);
	assert_string_equal(name, "red");
	/* Behind its back: as the time is the same, nothing is read. */
	unlink(path_of(place, "red"));
	name_put(place, "amber");
	age(place, 1000000000);
	skstat_netns_names_refresh(list);
	assert_ptr_equal(skstat_netns_names_find(list, place->own), name);
	age(place, 1000000001);
	skstat_netns_names_refresh(list);
	assert_string_equal(skstat_netns_names_find(list, place->own), "amber");

	/* A time of just now may stand for two changes. */
	now = time(NULL);
	age(place, now);
	skstat_netns_names_refresh(list);
	unlink(path_of(place, "amber"));
	name_put(place, "blue");
	age(place, now);
	skstat_netns_names_refresh(list);
	assert_string_equal(skstat_netns_names_find(list, place->own), "blue");
	skstat_netns_names_free(list);
}

static void no_directory(void **state)
{
	const struct place *place = *state;
	struct skstat_netns_names *list = skstat_netns_names_new(path_of(place, "red"));

	assert_non_null(list);
	assert_null(skstat_netns_names_find(list, place->own));
	/* It comes with the first namespace. */
	assert_int_equal(mkdir(path_of(place, "red"), 0700), 0);
	assert_int_equal(symlink("/proc/self/ns/net", path_of(place, "red/green")), 0);
	skstat_netns_names_refresh(list);
	assert_string_equal(skstat_netns_names_find(list, place->own), "green");
	unlink(path_of(place, "red/green"));
	rmdir(path_of(place, "red"));
	skstat_netns_names_refresh(list);
	assert_null(skstat_netns_names_find(list, place->own));
	skstat_netns_names_free(list);
	skstat_netns_names_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process),
		cmocka_unit_test(threads),
		cmocka_unit_test(odd_name),
		cmocka_unit_test(port_range),
		cmocka_unit_test_setup_teardown(names, place_make, place_remove),
		cmocka_unit_test_setup_teardown(what_is_no_namespace, place_make, place_remove),
		cmocka_unit_test_setup_teardown(only_when_changed, place_make, place_remove),
		cmocka_unit_test_setup_teardown(no_directory, place_make, place_remove),
	};

	return cmocka_run_group_tests_name("procfs", tests, NULL, NULL);
}
