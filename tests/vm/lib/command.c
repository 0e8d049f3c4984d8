// SPDX-License-Identifier: GPL-2.0
#include <spawn.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "command.h"
#include "must.h"

bool command_run(const char *command)
{
	char *words = must_have(strdup(command)), *more, *args[32] = { NULL };
	int status;
	pid_t pid;

	args[0] = strtok_r(words, " ", &more);
	for (size_t i = 1; i < 31 && args[i - 1]; i++)
		args[i] = strtok_r(NULL, " ", &more);
	status = posix_spawnp(&pid, args[0], NULL, NULL, args, environ);
	if (!status)
		must(waitpid(pid, &status, 0));
	free(words);
	if (status)
		printf("# %s: status %d\n", command, status);
	return status == 0;
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
