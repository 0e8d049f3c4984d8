// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdbool.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

#include "../vm/lib/exporter_http.h"
#include "../vm/lib/must.h"
#include "process.h"

#define PATIENCE 600
#define PAUSE_NS 100000000

pid_t process_start(const char *const *argv)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	must_be(!posix_spawn_file_actions_init(&files));
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		must_be(!posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0));
	errno = posix_spawnp(&pid, argv[0], &files, NULL, (char *const *)argv, environ);
	if (errno)
		must_bail(__FILE__, __LINE__, argv[0], strerror(errno));
	posix_spawn_file_actions_destroy(&files);
	return pid;
}

void process_await(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0));
	must_be(WIFEXITED(status) && !WEXITSTATUS(status));
}

void process_kill(pid_t pid)
{
	must(kill(pid, SIGKILL));
	must(waitpid(pid, NULL, 0));
}

uint64_t process_time(pid_t pid)
{
	struct timespec time;
	clockid_t clock;

	must_be(!clock_getcpuclockid(pid, &clock));
	must(clock_gettime(clock, &time));
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t process_memory(pid_t pid)
{
	unsigned long long size, resident;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	file = must_have(fopen(path, "r"));
	must_be(fscanf(file, "%llu %llu", &size, &resident) == 2);
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

size_t process_get(const char *port, const char *path)
{
	for (int left = PATIENCE; left; left--) {
		struct http_reply reply;
		bool there = false;
		size_t length = 0;

		if (!http_get(&reply, port, path)) {
			there = reply.status == 200;
			length = reply.length;
			http_reply_free(&reply);
		}
		if (there)
			return length;
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
	must_bail(__FILE__, __LINE__, path, "does not come");
}
