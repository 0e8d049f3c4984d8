// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

bool skstat_load_permitted(void)
{
	cap_flag_value_t value = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (!caps)
		return false;
	if (cap_get_flag(caps, CAP_SYS_MODULE, CAP_EFFECTIVE, &value))
		value = CAP_CLEAR;
	cap_free(caps);
	return value == CAP_SET;
}

/* Not by PATH, which whoever started us may have set. */
static const char *modprobe_path(void)
{
	static const char *const paths[] = { "/usr/sbin/modprobe", "/sbin/modprobe", "/usr/bin/modprobe",
					     "/bin/modprobe" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

/* Starts it with no input, no output and `errors` as its standard error. 0 or a positive errno, as posix_spawn(). */
static int modprobe_start(const char *path, int errors, pid_t *pid)
{
	char *argv[] = { (char *)"modprobe", (char *)"skstat", NULL };
	/* Neither our PATH nor our MODPROBE_OPTIONS. */
	char *environment[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return err;
	err = posix_spawnattr_init(&attributes);
	if (err) {
		posix_spawn_file_actions_destroy(&actions);
		return err;
	}
	/* Signals that we block (SIGTERM, say) must reach it. */
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	err = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
	if (!err)
		err = posix_spawn(pid, path, &actions, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/* The last line that was written to `errors`, without its end. "": nothing was. */
static void last_line(int errors, char *line, size_t room)
{
	char said[512], *begin;
	off_t end = lseek(errors, 0, SEEK_END);
	ssize_t length;

	line[0] = '\0';
	if (end < 0)
		return;
	length = pread(errors, said, sizeof(said) - 1, end < (off_t)sizeof(said) ? 0 : end - (off_t)sizeof(said) + 1);
	while (length > 0 && (said[length - 1] == '\n' || said[length - 1] == ' '))
		length--;
	if (length <= 0)
		return;
	said[length] = '\0';
	begin = strrchr(said, '\n');
	begin = begin ? begin + 1 : said;
	length = (ssize_t)strnlen(begin, room - 1);
	memcpy(line, begin, (size_t)length);
	line[length] = '\0';
}

static int modprobe_run(const char *path, int errors, struct skstat_error *error)
{
	char line[160];
	int status = 0, err;
	pid_t pid;

	err = modprobe_start(path, errors, &pid);
	if (err)
		return skstat_error_set(error, -err, "%s cannot be run: %s", path, strerror(err));
	while (waitpid(pid, &status, 0) < 0) {
		/* Whoever ignores SIGCHLD gets no status: then the family, there or not, is all that can be known. */
		if (errno != EINTR)
			return 0;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	last_line(errors, line, sizeof(line));
	if (line[0])
		return skstat_error_set(error, -ENOENT,
					"modprobe skstat failed: %s (dkms status tells for which kernels it is built)",
					line);
	if (WIFSIGNALED(status))
		return skstat_error_set(error, -ENOENT, "modprobe skstat was killed by signal %d", WTERMSIG(status));
	return skstat_error_set(error, -ENOENT, "modprobe skstat failed with status %d", WEXITSTATUS(status));
}

int skstat_load_module(struct skstat_error *error)
{
	const char *path = modprobe_path();
	int errors, err;

	if (!path)
		return skstat_error_set(error, -ENOENT, "there is no modprobe to load it with");
	/* A file, not a pipe: it cannot fill up, and what modprobe may leave running in the background does not hold it. */
	errors = memfd_create("modprobe", MFD_CLOEXEC);
	if (errors < 0)
		return skstat_error_set(error, -errno, "nothing to take modprobe's words: %s", strerror(errno));
	err = modprobe_run(path, errors, error);
	close(errors);
	return err;
}
