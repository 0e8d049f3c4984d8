/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands where in a YAML text: the tree of its mappings, lists and words, with their lines. libcyaml makes the
 * structures; this says in which line something is that is wrong with them, and what its mappings have for keys where
 * these are the user's to choose. By libyaml's events. Pure.
 */
#ifndef SKSTAT_CONFIG_OUTLINE_H
#define SKSTAT_CONFIG_OUTLINE_H

#include <stddef.h>

#include "pool.h"
#include "source/error.h"

#define SKSTAT_OUTLINE_DEPTH 12

enum skstat_node_kind {
	SKSTAT_NODE_WORD,
	SKSTAT_NODE_LIST,
	SKSTAT_NODE_MAPPING,
};

struct skstat_node {
	enum skstat_node_kind kind;
	size_t line;			  /* 1 is the first; of a mapping's member, its key's */
	const char *key;		  /* of a mapping's member; else NULL */
	const char *word;		  /* of a SKSTAT_NODE_WORD */
	struct skstat_node *child, *last; /* the first and the last of them */
	struct skstat_node *next;	  /* of its siblings */
	size_t children;
};

/*
 * The tree of `text`, in the pool. Refused is what is no YAML, and of YAML what this needs for nothing and readers of a
 * configuration could be misled by: anchors and aliases, tags, a key that comes twice, a second document, keys that are
 * no words, more than SKSTAT_OUTLINE_DEPTH levels. NULL, and a sentence that begins with "FILE:LINE: ".
 */
struct skstat_node *skstat_outline_make(struct skstat_pool *pool, const char *file, const char *text, size_t length,
					struct skstat_error *error);

/* The member of that key; NULL: there is none, or `node` is NULL or no mapping. */
const struct skstat_node *skstat_node_member(const struct skstat_node *node, const char *key);

/* The item of that place, likewise. */
const struct skstat_node *skstat_node_item(const struct skstat_node *node, size_t index);

#endif
