// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "file.h"
#include "procfs.h"

/* What /proc/self/stat tells, in its own units. */
struct stat_line {
	unsigned long long user, system; /* ticks */
	unsigned long long threads;
	unsigned long long start; /* ticks after boot */
};

static int stat_read(struct stat_line *line)
{
	char *text = skstat_file_read("/proc/self/stat");
	/* The name stands in brackets, and may have brackets and blanks of its own. */
	const char *rest = text ? strrchr(text, ')') : NULL;
	int err = text ? -EBADMSG : -errno;

	if (rest && sscanf(rest + 1, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu %*s %*s %*s %*s %llu %*s %llu",
			   &line->user, &line->system, &line->threads, &line->start) == 4)
		err = 0;
	free(text);
	return err;
}

static int memory_read(struct skstat_process *process)
{
	char *text = skstat_file_read("/proc/self/statm");
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned long long size, resident;
	int err = text ? -EBADMSG : -errno;

	if (text && sscanf(text, "%llu %llu", &size, &resident) == 2) {
		process->virtual_bytes = size * page;
		process->resident_bytes = resident * page;
		err = 0;
	}
	free(text);
	return err;
}

/* When the machine was booted, in Unix time: one line of /proc/stat, which is long where there are many interrupts. */
static int boot_time_read(double *seconds)
{
	FILE *file = fopen("/proc/stat", "re");
	unsigned long long boot;
	size_t room = 0;
	char *line = NULL;
	int err = file ? -EBADMSG : -errno;

	while (file && err && getline(&line, &room, file) >= 0) {
		if (sscanf(line, "btime %llu", &boot) == 1) {
			*seconds = (double)boot;
			err = 0;
		}
	}
	free(line);
	if (file)
		fclose(file);
	return err;
}

static int fds_count(uint64_t *count)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;

	if (!directory)
		return -errno;
	*count = 0;
	while ((entry = readdir(directory)))
		*count += entry->d_name[0] != '.';
	closedir(directory);
	/* One was for looking. */
	--*count;
	return 0;
}

int skstat_process_read(struct skstat_process *process)
{
	double tick = 1.0 / (double)sysconf(_SC_CLK_TCK), boot = 0;
	struct stat_line line = { 0 };
	struct rlimit limit;
	int err;

	memset(process, 0, sizeof(*process));
	err = stat_read(&line);
	if (!err)
		err = boot_time_read(&boot);
	if (!err)
		err = memory_read(process);
	if (!err)
		err = fds_count(&process->open_fds);
	if (!err && getrlimit(RLIMIT_NOFILE, &limit))
		err = -errno;
	if (err)
		return err;
	process->cpu_seconds = (double)(line.user + line.system) * tick;
	process->start_time_seconds = boot + (double)line.start * tick;
	process->threads = line.threads;
	process->max_fds = limit.rlim_cur;
	return 0;
}
