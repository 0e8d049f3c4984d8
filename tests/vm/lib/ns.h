/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces, held open by a file descriptor: no name, no tool, nothing left behind when the test ends.
 */
#ifndef SKSTAT_TEST_NS_H
#define SKSTAT_TEST_NS_H

#include <stdbool.h>
#include <stdint.h>

struct ns {
	int fd;
	uint32_t inode; /* as in /proc/PID/ns/net */
};

/* The namespace that the calling thread is in. */
struct ns ns_current(void);

/* A new namespace with lo up; the caller stays where it was. */
struct ns ns_create(void);

/*
 * The same with a socket table of its own, of `entries` buckets. False where the kernel has no such tables (before
 * 6.1): nothing was made then.
 */
bool ns_create_with_table(unsigned int entries, struct ns *ns);

void ns_enter(const struct ns *ns);

/* Lets go of it: with its last socket it dies. */
void ns_close(struct ns *ns);

/* Writes a sysctl ("net/ipv4/tcp_ecn") of the namespace that the caller is in; false if there is none such. */
bool ns_sysctl(const char *name, const char *value);

#endif
