/* SPDX-License-Identifier: GPL-2.0 */
/* Programs beside this one that are measured: how long they run, what they use. */
#ifndef SKSTAT_BENCH_PROCESS_H
#define SKSTAT_BENCH_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* Started, with what it says going nowhere. The program ends if it cannot be. */
pid_t process_start(const char *const *argv);

/* Its end, which must be a good one. */
void process_await(pid_t pid);

/* The end of one that would go on. */
void process_kill(pid_t pid);

/* What it has run until now: all of its threads, in the kernel too. Of a guest that counts, instructions. */
uint64_t process_time(pid_t pid);

/* Its resident memory in bytes. */
uint64_t process_memory(pid_t pid);

/* GET `path` from that port of 127.0.0.1, again and again until it answers 200, for a minute. The length of the page. */
size_t process_get(const char *port, const char *path);

#endif
