// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>

#include "module.h"
#include "must.h"

const char *module_path(void)
{
	const char *path = getenv("SKSTAT_MODULE");

	return path ? path : "/lib/skstat/skstat.ko";
}

int module_load_with(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0) < 0)
		err = -errno;
	close(fd);
	return err;
}

int module_load(const char *path)
{
	return module_load_with(path, "");
}

int module_unload(void)
{
	return syscall(SYS_delete_module, "skstat", O_NONBLOCK) < 0 ? -errno : 0;
}

bool module_loaded(void)
{
	return access("/sys/module/skstat/initstate", F_OK) == 0;
}

void module_require(void)
{
	int err = module_load(module_path());

	if (err && err != -EEXIST) {
		errno = -err;
		must_bail(__FILE__, __LINE__, module_path(), strerror(errno));
	}
}

void module_replace_with(const char *path, const char *parameters)
{
	int err = 0;

	/* A netlink socket that was just closed may hold the module a little longer: its release is deferred. */
	for (int i = 0; i < 500; i++) {
		err = module_unload();
		if (err != -EBUSY && err != -EAGAIN)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	if (!err || err == -ENOENT)
		err = module_load_with(path, parameters);
	if (err) {
		errno = -err;
		must_bail(__FILE__, __LINE__, path, strerror(errno));
	}
}

void module_replace(const char *path)
{
	module_replace_with(path, "");
}
