/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets in uncommon situations: options, queues, listeners, upper layers, congestion controls. Together with
 * trouble.h they make every figure of a socket nonzero somewhere. Each function adds to a population, in the namespace
 * that the caller is in; the ones that need something of the kernel return false, with a note, where it is missing.
 */
#ifndef SKSTAT_TEST_SCENE_H
#define SKSTAT_TEST_SCENE_H

#include <stdbool.h>

#include "population.h"

/* SO_MARK, SO_PRIORITY, IP_TOS, IPV6_TCLASS, SO_BINDTODEVICE, keepalive, TCP_CORK, ..., and two users' sockets. */
void scene_options(struct population *population);

/* Unread and unsent data, and every way to shut down. */
void scene_queues(struct population *population);

/* TCP_DEFER_ACCEPT, SO_REUSEPORT, IPV6_V6ONLY, Fast Open with a connection that is not established. */
void scene_listeners(struct population *population);

/* Fast Open that worked, and one that had no cookie. */
void scene_fast_open(struct population *population);

/* A talking pair with that TCP_CONGESTION. */
bool scene_congestion(struct population *population, const char *name);

/* A pair of MPTCP sockets. The subflows cannot be asked for their cookies: they are members without a descriptor. */
bool scene_mptcp(struct population *population);

/* A pair that sends and receives by kTLS. */
bool scene_tls(struct population *population);

/* A pair and a listener made in a cgroup (v2) of their own; its id, or 0. */
uint64_t scene_cgroup(struct population *population);

/*
 * A pair and a listener with a net_cls class id, which a process of their own holds until the caller ends: their
 * cookies. The id, or 0 where there is no such controller. Before 5.16 this takes the (v2) cgroup off every socket that
 * is made later.
 */
uint32_t scene_classid(uint64_t cookies[3]);

#endif
