/* SPDX-License-Identifier: GPL-2.0 */
/* What the path of a cgroup tells: container, systemd unit, Kubernetes pod. Pure. */
#ifndef SKSTAT_MODEL_CGROUP_NAME_H
#define SKSTAT_MODEL_CGROUP_NAME_H

#include <stddef.h>

/*
 * Each writes what it finds, cut to `room`, or "".
 *
 * The container's id: 64 hexadecimal digits, as docker, containerd, CRI-O and podman write it into the last part of the
 * path that has one, whatever stands before and behind it.
 */
void skstat_cgroup_container(const char *path, char *text, size_t room);

/* The innermost systemd unit that is no slice: nginx.service, session-3.scope. Without one, the innermost slice. */
void skstat_cgroup_unit(const char *path, char *text, size_t room);

/* The pod's uid, with dashes, from "...-pod<uid>.slice" (systemd driver) or "pod<uid>" (cgroupfs driver). */
void skstat_cgroup_pod(const char *path, char *text, size_t room);

#endif
