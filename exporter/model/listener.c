// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "listener.h"

/* A namespace by its inode: no id is that high. */
#define BY_INODE (UINT64_C(1) << 63)

static struct skstat_listener *listener_find(const struct skstat_listeners *listeners,
					     const struct skstat_listener_key *key)
{
	struct skstat_listener *listener;

	HASH_FIND(hh, listeners->listener, key, sizeof(*key), listener);
	return listener;
}

static void listener_key(struct skstat_listener_key *key, uint64_t netns, const struct skstat_addr *address,
			 uint16_t port)
{
	memset(key, 0, sizeof(*key));
	key->netns = netns;
	key->address = *address;
	key->port = port;
}

/* Without memory it is not in the table: then nobody finds it any more, and that is all. */
static bool listener_hash(struct skstat_listeners *listeners, struct skstat_listener *listener)
{
	listener->hashed = true;
	HASH_ADD(hh, listeners->listener, key, sizeof(listener->key), listener);
	return listener->hashed;
}

void skstat_listener_rename(struct skstat_listeners *listeners, struct skstat_listener *listener, uint64_t netns)
{
	if (listener->hashed)
		HASH_DEL(listeners->listener, listener);
	listener->key.netns = netns;
	listener_hash(listeners, listener);
}

struct skstat_listener *skstat_listener_open(struct skstat_listeners *listeners,
					     const struct skstat_identity *identity)
{
	struct skstat_addr address = skstat_address_mapped(&identity->saddr, identity->family);
	struct skstat_listener_key key;
	struct skstat_listener *listener;

	listener_key(&key, identity->netns, &address, identity->sport);
	key.v6only = identity->flags & SKSTAT_FLAG_V6ONLY ? 1 : 0;
	listener = listener_find(listeners, &key);
	if (!listener) {
		listener = calloc(1, sizeof(*listener));
		if (!listener)
			return NULL;
		listener->key = key;
		if (!listener_hash(listeners, listener)) {
			free(listener);
			return NULL;
		}
	}
	listener->sockets++;
	skstat_listeners_learn_port(listeners, identity->sport);
	return listener;
}

static void listener_drop(struct skstat_listeners *listeners, struct skstat_listener *listener)
{
	if (listener->sockets || listener->children)
		return;
	if (listener->hashed)
		HASH_DEL(listeners->listener, listener);
	free(listener);
}

void skstat_listener_close(struct skstat_listeners *listeners, struct skstat_listener *listener)
{
	listener->sockets--;
	listener_drop(listeners, listener);
}

void skstat_listener_hold(struct skstat_listener *listener)
{
	listener->children++;
}

void skstat_listener_release(struct skstat_listeners *listeners, struct skstat_listener *listener)
{
	listener->children--;
	listener_drop(listeners, listener);
}

struct skstat_listener *skstat_listener_match(const struct skstat_listeners *listeners, uint64_t netns,
					      const struct skstat_addr *address, uint16_t port)
{
	static const struct skstat_addr any4 = { { [10] = 0xff, 0xff } }, any6;
	bool ipv4 = memcmp(address->byte, any4.byte, 12) == 0;
	const struct skstat_addr *tried[] = { address, ipv4 ? &any4 : NULL, &any6 };
	struct skstat_listener *listener;
	struct skstat_listener_key key;

	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		if (!tried[i])
			continue;
		listener_key(&key, netns, tried[i], port);
		listener = listener_find(listeners, &key);
		/* IPV6_V6ONLY keeps only IPv4 out. */
		key.v6only = 1;
		if (!listener && !ipv4)
			listener = listener_find(listeners, &key);
		if (listener)
			return listener;
	}
	return NULL;
}

void skstat_listeners_forget_ids(struct skstat_listeners *listeners,
				 bool (*inode_of)(uint64_t id, uint32_t *inode, void *arg), void *arg)
{
	struct skstat_listener *listener, *next;
	uint32_t inode;

	for (listener = listeners->listener; listener; listener = next) {
		next = listener->hh.next;
		if (listener->key.netns & BY_INODE)
			continue;
		/* One that no walk has named will not be named any more: inode 0 is nobody's. */
		if (!inode_of(listener->key.netns, &inode, arg))
			inode = 0;
		skstat_listener_rename(listeners, listener, BY_INODE | inode);
		listeners->by_inode = true;
	}
}

void skstat_listeners_learn_ids(struct skstat_listeners *listeners,
				bool (*id_of)(uint32_t inode, uint64_t *id, void *arg), void *arg)
{
	struct skstat_listener *listener, *next;
	uint32_t inode;
	uint64_t id;

	if (!listeners->by_inode)
		return;
	listeners->by_inode = false;
	for (listener = listeners->listener; listener; listener = next) {
		next = listener->hh.next;
		if (!(listener->key.netns & BY_INODE))
			continue;
		inode = (uint32_t)listener->key.netns;
		if (!id_of(inode, &id, arg)) {
			listeners->by_inode |= inode != 0;
			continue;
		}
		skstat_listener_rename(listeners, listener, id);
	}
}

size_t skstat_listeners_bytes(const struct skstat_listeners *listeners)
{
	return HASH_COUNT(listeners->listener) * sizeof(struct skstat_listener) +
	       HASH_OVERHEAD(hh, listeners->listener);
}
