// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "command.h"
#include "must.h"

/* 0, or an errno. */
static int spawn(const char *command, const posix_spawn_file_actions_t *files, pid_t *pid)
{
	char *words = must_have(strdup(command)), *more, *args[32] = { NULL };
	int err;

	args[0] = strtok_r(words, " ", &more);
	for (size_t i = 1; i < 31 && args[i - 1]; i++)
		args[i] = strtok_r(NULL, " ", &more);
	err = posix_spawnp(pid, args[0], files, NULL, args, environ);
	free(words);
	return err;
}

static bool ends_well(const char *command, int status, pid_t pid)
{
	if (!status)
		must(waitpid(pid, &status, 0));
	if (status)
		printf("# %s: status %d\n", command, status);
	return status == 0;
}

bool command_run(const char *command)
{
	pid_t pid = 0;
	int err = spawn(command, NULL, &pid);

	return ends_well(command, err, pid);
}

bool command_read(const char *command, char *said, size_t room)
{
	posix_spawn_file_actions_t files;
	size_t length = 0;
	pid_t pid = 0;
	int pipe_fd[2], err;
	ssize_t n;

	must(pipe2(pipe_fd, O_CLOEXEC));
	must_be(!posix_spawn_file_actions_init(&files));
	must_be(!posix_spawn_file_actions_adddup2(&files, pipe_fd[1], STDOUT_FILENO));
	err = spawn(command, &files, &pid);
	posix_spawn_file_actions_destroy(&files);
	close(pipe_fd[1]);
	while ((n = must(read(pipe_fd[0], said + length, room - 1 - length))) > 0) {
		length += (size_t)n;
		must_be(length < room - 1);
	}
	said[length] = '\0';
	close(pipe_fd[0]);
	return ends_well(command, err, pid);
}

bool command_run_with(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	must_be(vsnprintf(command, sizeof(command), format, args) < (int)sizeof(command));
	va_end(args);
	return command_run(command);
}
