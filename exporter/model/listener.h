/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where is listened: by namespace, port and address, whatever number of sockets share it (SO_REUSEPORT). A place is
 * remembered as long as a connection lives that came from it; that a port was listened on at all, for ever.
 */
#ifndef SKSTAT_MODEL_LISTENER_H
#define SKSTAT_MODEL_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

#include "hash.h"

/* Hashed as bytes: zeroed first. */
struct skstat_listener_key {
	uint64_t netns;		    /* id, or one of skstat_listeners_forget_ids() */
	struct skstat_addr address; /* mapped */
	uint16_t port;
	uint8_t v6only;
	uint8_t zero[5];
};

struct skstat_listener {
	struct skstat_listener_key key;
	bool hashed;
	UT_hash_handle hh;
	uint64_t sockets;  /* that listen here */
	uint64_t children; /* connections that came from here */
};

struct skstat_listeners {
	struct skstat_listener *listener; /* a uthash */
	bool by_inode;			  /* some wait for skstat_listeners_learn_ids() */
	uint8_t listened[65536 / 8];	  /* ports, as bits */
};

/* A socket listens there. NULL: no memory. */
struct skstat_listener *skstat_listener_open(struct skstat_listeners *listeners,
					     const struct skstat_identity *identity);

/* Its namespace is called by that id now. */
void skstat_listener_rename(struct skstat_listeners *listeners, struct skstat_listener *listener, uint64_t netns);

/* One that listened there does not any more. */
void skstat_listener_close(struct skstat_listeners *listeners, struct skstat_listener *listener);

/*
 * From where a connection with this local end came, or NULL. `address` is mapped. The exact address goes before a
 * wildcard; the IPv6 wildcard takes IPv4 too, unless IPV6_V6ONLY was set.
 */
struct skstat_listener *skstat_listener_match(const struct skstat_listeners *listeners, uint64_t netns,
					      const struct skstat_addr *address, uint16_t port);

/* A connection that skstat_listener_match() found a home for: it came, it is gone. */
void skstat_listener_hold(struct skstat_listener *listener);
void skstat_listener_release(struct skstat_listeners *listeners, struct skstat_listener *listener);

/* Whether anybody ever listened on the port, in any namespace. */
static inline bool skstat_listeners_know_port(const struct skstat_listeners *listeners, uint16_t port)
{
	return listeners->listened[port / 8] & 1u << port % 8;
}

static inline void skstat_listeners_learn_port(struct skstat_listeners *listeners, uint16_t port)
{
	listeners->listened[port / 8] |= (uint8_t)(1u << port % 8);
}

/*
 * The ids of namespaces are of an instance of the module. When that changes, forget_ids() puts the inode in an id's
 * place, as `inode_of` knows it (false: it does not), and learn_ids() the new id, as `id_of` knows it.
 */
void skstat_listeners_forget_ids(struct skstat_listeners *listeners,
				 bool (*inode_of)(uint64_t id, uint32_t *inode, void *arg), void *arg);
void skstat_listeners_learn_ids(struct skstat_listeners *listeners,
				bool (*id_of)(uint32_t inode, uint64_t *id, void *arg), void *arg);

size_t skstat_listeners_bytes(const struct skstat_listeners *listeners);

#endif
