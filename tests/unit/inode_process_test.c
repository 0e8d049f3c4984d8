// SPDX-License-Identifier: GPL-2.0
/* Processes by the inodes of their sockets: of a /proc of our own, and of the real one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/inode_process.h"

#define SECOND UINT64_C(1000000000)
#define LATER  (600 * SECOND) /* by then a reading is allowed again, however slow this machine is */

/* A directory of our own in the place of /proc. */
struct place {
	char path[64];
	uint64_t now;
	struct skstat_inode_processes *map;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->path, "/tmp/inode_process.XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->now = SECOND;
	place->map = skstat_inode_processes_new(place->path);
	assert_non_null(place->map);
	*state = place;
	return 0;
}

static int entry_remove(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int place_remove(void **state)
{
	struct place *place = *state;

	skstat_inode_processes_free(place->map);
	assert_int_equal(nftw(place->path, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(place);
	return 0;
}

static const char *path_of(const struct place *place, const char *name, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s%s%s", place->path, name, *file ? "/" : "", file);
	return path;
}

/* A process with that file for its name, its newline included. */
static void process_put(const struct place *place, const char *pid, const char *comm)
{
	FILE *file;

	assert_int_equal(mkdir(path_of(place, pid, ""), 0700), 0);
	assert_int_equal(mkdir(path_of(place, pid, "fd"), 0700), 0);
	file = fopen(path_of(place, pid, "comm"), "w");
	assert_non_null(file);
	assert_true(fputs(comm, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void fd_put(const struct place *place, const char *pid, const char *fd, const char *link)
{
	char name[32];

	snprintf(name, sizeof(name), "fd/%s", fd);
	assert_int_equal(symlink(link, path_of(place, pid, name)), 0);
}

static void reread(struct place *place)
{
	place->now += LATER;
	assert_int_equal(skstat_inode_processes_refresh(place->map, place->now), 1);
}

static void finds(void **state)
{
	struct place *place = *state;
	const struct skstat_inode_process *process;

	process_put(place, "100", "nginx\n");
	fd_put(place, "100", "0", "/dev/null");
	fd_put(place, "100", "3", "socket:[4242]");
	fd_put(place, "100", "4", "socket:[18446744073709551615]");
	process_put(place, "7", "sshd\n");
	fd_put(place, "7", "5", "socket:[17]");
	process_put(place, "8", "no sockets\n");
	fd_put(place, "8", "5", "pipe:[18]");
	fd_put(place, "8", "6", "socket:[0]");
	fd_put(place, "8", "7", "socket:[19");
	fd_put(place, "8", "8", "socket:19]");
	process_put(place, "self", "not a number\n");
	fd_put(place, "self", "3", "socket:[20]");
	process_put(place, "9x", "nor is this\n");
	fd_put(place, "9x", "3", "socket:[21]");
	assert_null(skstat_inode_processes_find(place->map, 4242));
	reread(place);

	process = skstat_inode_processes_find(place->map, 4242);
	assert_non_null(process);
	assert_int_equal(process->pid, 100);
	assert_string_equal(process->comm, "nginx");
	assert_ptr_equal(skstat_inode_processes_find(place->map, UINT64_MAX), process);
	assert_string_equal(skstat_inode_processes_comm(place->map, 17), "sshd");
	for (uint64_t inode = 18; inode <= 21; inode++)
		assert_null(skstat_inode_processes_comm(place->map, inode));
	assert_null(skstat_inode_processes_comm(place->map, 0));
	assert_int_equal(skstat_inode_processes_totals(place->map)->processes, 2);
	assert_int_equal(skstat_inode_processes_totals(place->map)->sockets, 3);
	assert_int_equal(skstat_inode_processes_totals(place->map)->denied, 0);
	assert_false(skstat_inode_processes_totals(place->map)->full);
}

/* A server and its children: the one that was there first, in whatever order they are read. */
static void shared(void **state)
{
	static const char *const pids[] = { "30", "9", "200", "1000" };
	struct place *place = *state;

	for (size_t i = 0; i < 4; i++) {
		process_put(place, pids[i], i == 1 ? "master\n" : "child\n");
		fd_put(place, pids[i], "3", "socket:[5]");
		fd_put(place, pids[i], "4", "socket:[5]");
	}
	reread(place);
	assert_int_equal(skstat_inode_processes_find(place->map, 5)->pid, 9);
	assert_string_equal(skstat_inode_processes_comm(place->map, 5), "master");
	assert_int_equal(skstat_inode_processes_totals(place->map)->sockets, 8);
}

static void many(void **state)
{
	struct place *place = *state;
	char name[32], link[32];

	for (unsigned int pid = 1; pid <= 20; pid++) {
		snprintf(name, sizeof(name), "%u", pid);
		process_put(place, name, "many\n");
		for (unsigned int fd = 0; fd < 50; fd++) {
			char number[16];

			snprintf(number, sizeof(number), "%u", fd);
			snprintf(link, sizeof(link), "socket:[%u]", 1 + (fd * 20 + pid) * 7919 % 100003);
			fd_put(place, name, number, link);
		}
	}
	reread(place);
	assert_int_equal(skstat_inode_processes_totals(place->map)->sockets, 1000);
	for (unsigned int pid = 1; pid <= 20; pid++)
		for (unsigned int fd = 0; fd < 50; fd++)
			assert_int_equal(skstat_inode_processes_find(place->map,
								     1 + (fd * 20 + pid) * 7919 % 100003)->pid, pid);
}

static void names(void **state)
{
	static const struct {
		const char *file, *comm;
	} rows[] = {
		{ "a b\n", "a b" },
		{ "fifteen letters\n", "fifteen letters" },
		{ "\n", "?" },
		{ "", "?" },
		{ "two\nlines\n\n", "two?lines?" },
		{ "\"\\{}\n", "\"\\{}" },
		{ "\x1b[31m\x7f\n", "?[31m?" },
		{ "gr\xc3\xbc\xc3\x9f\n", "gr\xc3\xbc\xc3\x9f" },
		{ "\xff\xfe\n", "??" },
		/* Cut within a letter, by the kernel. */
		{ "fourteen bytes\xc3\n", "fourteen bytes?" },
		{ "\xed\xa0\x80\n", "???" },
	};
	struct place *place = *state;
	char pid[16], link[32];

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(pid, sizeof(pid), "%u", i + 1);
		snprintf(link, sizeof(link), "socket:[%u]", i + 1);
		process_put(place, pid, rows[i].file);
		fd_put(place, pid, "3", link);
	}
	reread(place);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(skstat_inode_processes_comm(place->map, i + 1), rows[i].comm);
}

/* What the kernel wrote whole, without an end: never read beyond it (ASan looks on). */
static void comm_without_an_end(void **state)
{
	char comm[SKSTAT_COMM_SIZE], text[SKSTAT_COMM_SIZE];

	(void)state;
	memset(comm, 'x', sizeof(comm));
	skstat_comm_text(comm, text);
	assert_string_equal(text, "xxxxxxxxxxxxxxx");
	memset(comm, 0xf0, sizeof(comm));
	skstat_comm_text(comm, comm);
	assert_string_equal(comm, "???????????????");
}

static void not_too_often(void **state)
{
	struct place *place = *state;
	uint64_t now = place->now;

	process_put(place, "1", "first\n");
	fd_put(place, "1", "3", "socket:[1]");
	assert_int_equal(skstat_inode_processes_refresh(place->map, now), 1);
	fd_put(place, "1", "4", "socket:[2]");
	assert_int_equal(skstat_inode_processes_refresh(place->map, now), 0);
	assert_int_equal(skstat_inode_processes_refresh(place->map, now + SKSTAT_INODE_PROCESSES_INTERVAL_NS - 1), 0);
	assert_null(skstat_inode_processes_comm(place->map, 2));
	assert_string_equal(skstat_inode_processes_comm(place->map, 1), "first");
	assert_int_equal(skstat_inode_processes_refresh(place->map, now + LATER), 1);
	assert_string_equal(skstat_inode_processes_comm(place->map, 2), "first");
}

static void what_is_gone_is_forgotten(void **state)
{
	struct place *place = *state;

	process_put(place, "1", "first\n");
	fd_put(place, "1", "3", "socket:[1]");
	reread(place);
	assert_int_equal(unlink(path_of(place, "1", "fd/3")), 0);
	assert_int_equal(rmdir(path_of(place, "1", "fd")), 0);
	/* On its way out, a process has its directory and nothing in it. */
	reread(place);
	assert_null(skstat_inode_processes_comm(place->map, 1));
	assert_int_equal(skstat_inode_processes_totals(place->map)->denied, 0);
}

static void no_directory(void **state)
{
	struct skstat_inode_processes *map = skstat_inode_processes_new("/nowhere");

	(void)state;
	assert_non_null(map);
	assert_int_equal(skstat_inode_processes_refresh(map, SECOND), -ENOENT);
	assert_null(skstat_inode_processes_comm(map, 1));
	/* That is not to be tried all the time, either. */
	assert_int_equal(skstat_inode_processes_refresh(map, SECOND + 1), 0);
	skstat_inode_processes_free(map);
	skstat_inode_processes_free(NULL);
}

/* How many processes nobody may not look into; root may look into all. In a process of its own. */
static int nobody_is_denied(void)
{
	struct skstat_inode_processes *map = skstat_inode_processes_new("/proc");

	if (!map || (getuid() == 0 && setresuid(65534, 65534, 65534)))
		return 2;
	if (skstat_inode_processes_refresh(map, SECOND) != 1)
		return 3;
	return skstat_inode_processes_totals(map)->denied > 0;
}

static void denied(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(nobody_is_denied());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void own_socket(void **state)
{
	struct skstat_inode_processes *map = skstat_inode_processes_new("/proc");
	const struct skstat_inode_process *process;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char name[SKSTAT_COMM_SIZE];
	struct stat file;

	(void)state;
	assert_non_null(map);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &file), 0);
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_int_equal(prctl(PR_SET_NAME, "a) 1 (b\nc"), 0);
	assert_int_equal(skstat_inode_processes_refresh(map, SECOND), 1);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	process = skstat_inode_processes_find(map, file.st_ino);
	assert_non_null(process);
	assert_int_equal(process->pid, getpid());
	assert_string_equal(process->comm, "a) 1 (b?c");
	close(fd);
	skstat_inode_processes_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds, place_make, place_remove),
		cmocka_unit_test_setup_teardown(shared, place_make, place_remove),
		cmocka_unit_test_setup_teardown(many, place_make, place_remove),
		cmocka_unit_test_setup_teardown(names, place_make, place_remove),
		cmocka_unit_test(comm_without_an_end),
		cmocka_unit_test_setup_teardown(not_too_often, place_make, place_remove),
		cmocka_unit_test_setup_teardown(what_is_gone_is_forgotten, place_make, place_remove),
		cmocka_unit_test(no_directory),
		cmocka_unit_test(denied),
		cmocka_unit_test(own_socket),
	};

	return cmocka_run_group_tests_name("inode process", tests, NULL, NULL);
}
