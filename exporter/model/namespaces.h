/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces: their labels, their sockets by state, their SNMP counters, and their books of the ledger. A
 * namespace is its id, or, when the module was loaded anew and ids start again, its inode. A socket may tell of one
 * before the source names it: it has an id and a book then, and nothing else.
 *
 * Those that are named first have series of their own as long as they live; past the limit the others are one, `other`,
 * of which nothing goes when one of them does.
 */
#ifndef SKSTAT_MODEL_NAMESPACES_H
#define SKSTAT_MODEL_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "family.h"
#include "hash.h"
#include "ledger.h"
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
	bool named;    /* the source has said which inode is this one's; else it is found by its id alone */
	bool current;  /* the id is of the instance that is there now */
	bool folded;   /* into `other` */
	bool walked;   /* a walk has told of its sockets; else it is known by its SNMP counters, or by a socket, alone */
	uint32_t seen; /* number of the poll that named it last */
	char *label;
	const struct skstat_labels *labels; /* of the set that is being made, while it is; NULL: it has no series */
	bool hashed;
	UT_hash_handle hh;	 /* by inode: all that are named */
	UT_hash_handle hh_id;	 /* by id: those that are current */
	uint32_t sockets[SKSTAT_NETNS_ROWS]; /* by the rows of skstat_namespaces.state */
	struct skstat_mib_values mib;
	struct skstat_book book;
};

#define SKSTAT_NETNS_RECENT 64 /* a power of two; ids are given one after the other */

struct skstat_namespaces {
	struct skstat_namespace *by_inode, *by_id;
	struct skstat_namespace *recent[SKSTAT_NETNS_RECENT]; /* by the last bits of the id; or NULL */
	size_t count;
	uint32_t poll; /* number of the last one that began */
	uint32_t limit;
	uint32_t labelled; /* how many have series of their own */
	bool other_used;
	const struct skstat_labels *other_labels; /* as above */
	struct skstat_mib_values other; /* counters: what the folded ones counted, also those that are gone */
	struct skstat_ledger ledger;
	struct skstat_ledger_line gone[SKSTAT_LEDGER_COUNTERS]; /* of folded ones that are */
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

/* The poll of that number begins: which states its source knows. `schema` NULL: none; `journal`: that is read, too. */
void skstat_namespaces_fit(struct skstat_namespaces *namespaces, const struct skstat_schema *schema, bool journal,
			   uint32_t poll);

/* A NETNS record. 0 or -ENOMEM. */
int skstat_namespaces_take(struct skstat_namespaces *namespaces, const struct skstat_sample *sample);

/* The SNMP counters of one; `index` says where each is. 0 or -ENOMEM. */
int skstat_namespaces_mib(struct skstat_namespaces *namespaces, const struct skstat_mib *mib,
			  const struct skstat_mib_index *index);

/* The module was loaded anew: ids mean nothing any more. */
void skstat_namespaces_forget_ids(struct skstat_namespaces *namespaces);

/* A complete full walk has ended: what it did not name is gone. */
void skstat_namespaces_sweep(struct skstat_namespaces *namespaces);

/*
 * The ledger begins with the end of a complete full walk, or begins anew with the end of another: the books of the
 * namespaces that are there now are open from their next SNMP counters on, those of later ones from the first moment.
 * And it is put off, until then.
 */
void skstat_namespaces_ledger_begin(struct skstat_namespaces *namespaces);
void skstat_namespaces_ledger_end(struct skstat_namespaces *namespaces);

/* The book of the namespace with that id, made if need be. NULL: no ledger is kept, or no memory. */
struct skstat_book *skstat_namespaces_book_make(struct skstat_namespaces *namespaces, uint64_t id);

static inline struct skstat_book *skstat_namespaces_book(struct skstat_namespaces *namespaces, uint64_t id)
{
	struct skstat_namespace *ns = namespaces->recent[id % SKSTAT_NETNS_RECENT];

	return namespaces->ledger.on && ns && ns->id == id ? &ns->book : skstat_namespaces_book_make(namespaces, id);
}

/* For skstat_listeners_forget_ids() and _learn_ids(): `arg` is struct skstat_namespaces. */
bool skstat_namespaces_inode_of(uint64_t id, uint32_t *inode, void *arg);
bool skstat_namespaces_id_of(uint32_t inode, uint64_t *id, void *arg);

/* The label of the namespace with that id: its own, or `other`; NULL: nobody has named it. Good until it is dropped. */
const char *skstat_namespaces_label(const struct skstat_namespaces *namespaces, uint64_t id);

/* A set is begun: each namespace that has series of its own gets its labels in it, and `other` does. */
void skstat_namespaces_show(struct skstat_namespaces *namespaces, struct skstat_families *set);

size_t skstat_namespaces_bytes(const struct skstat_namespaces *namespaces);

#endif
