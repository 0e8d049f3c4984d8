/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces: their labels, their sockets by state, and their SNMP counters. A namespace is its id, or, when
 * the module was loaded anew and ids start again, its inode.
 *
 * Those that come first have series of their own as long as they live; past the limit the others are one, `other`.
 */
#ifndef SKSTAT_MODEL_NAMESPACES_H
#define SKSTAT_MODEL_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "mib.h"
#include "source/decode.h"

#define SKSTAT_NETNS_OTHER "other"

enum {
#define SKSTAT_NETNS_ROW(...) +1
	SKSTAT_NETNS_ROWS = 0 SKSTAT_FIELDS_NETNS(SKSTAT_NETNS_ROW),
#undef SKSTAT_NETNS_ROW
};

struct skstat_namespace {
	uint64_t id;
	uint32_t inode;
	bool current;  /* the id is of the instance that is there now */
	bool folded;   /* into `other` */
	uint32_t seen; /* number of the poll that named it last */
	char *label;
	bool hashed;
	UT_hash_handle hh;	 /* by inode: all */
	UT_hash_handle hh_id;	 /* by id: those that are current */
	uint32_t sockets[SKSTAT_NETNS_ROWS]; /* by the rows of skstat_namespaces.state */
	struct skstat_mib_values mib;
};

struct skstat_namespaces {
	struct skstat_namespace *by_inode, *by_id;
	uint32_t limit;
	uint32_t labelled; /* how many have series of their own */
	bool other_used;
	struct skstat_mib_values other; /* counters: what the folded ones counted, also those that are gone */
	const char *(*name)(uint32_t inode, void *arg);
	void *name_arg;

	/* Rows of fields.h that are a state of skstat_tcp_sockets. */
	const struct skstat_field *state[SKSTAT_NETNS_ROWS];
	bool available[SKSTAT_NETNS_ROWS];
	size_t states;
};

/* `name` as skstat_model_config.netns_name, may be NULL. */
void skstat_namespaces_init(struct skstat_namespaces *namespaces, uint32_t limit,
			    const char *(*name)(uint32_t inode, void *arg), void *arg);
void skstat_namespaces_free(struct skstat_namespaces *namespaces);

/* Which states the source knows, for the coming poll. NULL: none. */
void skstat_namespaces_fit(struct skstat_namespaces *namespaces, const struct skstat_schema *schema);

/* A NETNS record. 0 or -ENOMEM. */
int skstat_namespaces_take(struct skstat_namespaces *namespaces, const struct skstat_sample *sample, uint32_t poll);

/* The SNMP counters of one; `index` says where each is. 0 or -ENOMEM. */
int skstat_namespaces_mib(struct skstat_namespaces *namespaces, const struct skstat_mib *mib,
			  const struct skstat_mib_index *index);

/* The module was loaded anew: ids mean nothing any more. */
void skstat_namespaces_forget_ids(struct skstat_namespaces *namespaces);

/* A complete full walk has ended: what it did not name is gone. */
void skstat_namespaces_sweep(struct skstat_namespaces *namespaces, uint32_t poll);

/* For skstat_listeners_forget_ids() and _learn_ids(): `arg` is struct skstat_namespaces. */
bool skstat_namespaces_inode_of(uint64_t id, uint32_t *inode, void *arg);
bool skstat_namespaces_id_of(uint32_t inode, uint64_t *id, void *arg);

size_t skstat_namespaces_bytes(const struct skstat_namespaces *namespaces);

#endif
