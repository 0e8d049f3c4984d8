// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "namespaces.h"

void skstat_namespaces_init(struct skstat_namespaces *namespaces, uint32_t limit,
			    const char *(*name)(uint32_t inode, void *arg), void *arg)
{
	memset(namespaces, 0, sizeof(*namespaces));
	namespaces->limit = limit;
	namespaces->name = name;
	namespaces->name_arg = arg;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		if (field->group == SKSTAT_GROUP_NETNS && field->aggregate == SKSTAT_AGGREGATE_SUM && field->shown)
			namespaces->state[namespaces->states++] = field;
	}
}

void skstat_namespaces_fit(struct skstat_namespaces *namespaces, const struct skstat_schema *schema, bool journal,
			   uint32_t poll)
{
	namespaces->poll = poll;
	skstat_ledger_fit(&namespaces->ledger, schema, journal);
	for (size_t i = 0; i < namespaces->states; i++)
		namespaces->available[i] = schema && schema->available[namespaces->state[i] - skstat_fields];
}

static struct skstat_namespace *find_inode(const struct skstat_namespaces *namespaces, uint32_t inode)
{
	struct skstat_namespace *ns;

	HASH_FIND(hh, namespaces->by_inode, &inode, sizeof(inode), ns);
	return ns;
}

static struct skstat_namespace *find_id(const struct skstat_namespaces *namespaces, uint64_t id)
{
	struct skstat_namespace *ns;

	HASH_FIND(hh_id, namespaces->by_id, &id, sizeof(id), ns);
	return ns;
}

/* Out of the hash of ids. */
static void id_forget(struct skstat_namespaces *namespaces, struct skstat_namespace *ns)
{
	struct skstat_namespace **recent = &namespaces->recent[ns->id % SKSTAT_NETNS_RECENT];

	if (*recent == ns)
		*recent = NULL;
	HASH_DELETE(hh_id, namespaces->by_id, ns);
	ns->current = false;
}

/* What it had counted stays in `other` if it was there; its place with a label is free. */
static void namespace_drop(struct skstat_namespaces *namespaces, struct skstat_namespace *ns)
{
	if (ns->current)
		id_forget(namespaces, ns);
	if (ns->named)
		HASH_DEL(namespaces->by_inode, ns);
	if (ns->folded)
		for (size_t i = 0; i < SKSTAT_LEDGER_COUNTERS; i++)
			skstat_ledger_line_add(&namespaces->gone[i], &ns->book.line[i]);
	else if (ns->named)
		namespaces->labelled--;
	namespaces->count--;
	free(ns->label);
	free(ns);
}

void skstat_namespaces_free(struct skstat_namespaces *namespaces)
{
	struct skstat_namespace *ns, *next;

	for (ns = namespaces->by_inode; ns; ns = next) {
		next = ns->hh.next;
		namespace_drop(namespaces, ns);
	}
	for (ns = namespaces->by_id; ns; ns = next) {
		next = ns->hh_id.next;
		namespace_drop(namespaces, ns);
	}
}

/* Two series must not have the same labels, and a name can be given to one namespace while another had it. */
static bool label_is_taken(const struct skstat_namespaces *namespaces, const char *label)
{
	const struct skstat_namespace *ns;

	if (strcmp(label, SKSTAT_NETNS_OTHER) == 0)
		return true;
	for (ns = namespaces->by_inode; ns; ns = ns->hh.next)
		if (!ns->folded && strcmp(ns->label, label) == 0)
			return true;
	return false;
}

static char *label_make(const struct skstat_namespaces *namespaces, uint32_t inode)
{
	const char *name = namespaces->name ? namespaces->name(inode, namespaces->name_arg) : NULL;
	char number[24];

	if (name && !label_is_taken(namespaces, name))
		return strdup(name);
	snprintf(number, sizeof(number), "%u", inode);
	/* Somebody named a namespace by a number. No name has a slash in it. */
	if (label_is_taken(namespaces, number))
		snprintf(number, sizeof(number), "netns/%u", inode);
	return strdup(number);
}

/* Known by nothing yet. */
static struct skstat_namespace *namespace_new(struct skstat_namespaces *namespaces)
{
	struct skstat_namespace *ns = calloc(1, sizeof(*ns));

	namespaces->count += ns != NULL;
	return ns;
}

/* By that id from now on. False: no memory. */
static bool id_learn(struct skstat_namespaces *namespaces, struct skstat_namespace *ns, uint64_t id)
{
	ns->id = id;
	ns->hashed = true;
	HASH_ADD(hh_id, namespaces->by_id, id, sizeof(ns->id), ns);
	ns->current = ns->hashed;
	return ns->current;
}

/* It gets a label, or is folded. False: no memory. */
static bool namespace_name(struct skstat_namespaces *namespaces, struct skstat_namespace *ns, uint32_t inode)
{
	bool folded = namespaces->labelled >= namespaces->limit;

	ns->inode = inode;
	ns->folded = ns->hashed = true;
	HASH_ADD(hh, namespaces->by_inode, inode, sizeof(ns->inode), ns);
	ns->named = ns->hashed;
	if (ns->named && !folded) {
		ns->label = label_make(namespaces, inode);
		ns->folded = false;
		if (!ns->label) {
			HASH_DELETE(hh, namespaces->by_inode, ns);
			ns->named = false;
		}
	}
	if (!ns->named) {
		ns->folded = false;
		return false;
	}
	if (ns->folded)
		namespaces->other_used = true;
	else
		namespaces->labelled++;
	return true;
}

/*
 * The namespace that had this inode before the module was loaded anew: it goes on under its new id, by which sockets
 * may have told of it already.
 */
static bool namespace_resume(struct skstat_namespaces *namespaces, struct skstat_namespace *ns,
			     struct skstat_namespace *unnamed, uint64_t id)
{
	if (unnamed) {
		skstat_book_join(&ns->book, &unnamed->book);
		namespace_drop(namespaces, unnamed);
	}
	return id_learn(namespaces, ns, id);
}

/* The namespace that the source names by both; made at first sight. NULL: no memory. */
static struct skstat_namespace *namespace_of(struct skstat_namespaces *namespaces, uint64_t id, uint32_t inode)
{
	struct skstat_namespace *ns = find_id(namespaces, id), *before;

	if (ns && ns->named && ns->inode == inode)
		return ns;
	if (ns && ns->named) {
		namespace_drop(namespaces, ns);
		ns = NULL;
	}
	before = find_inode(namespaces, inode);
	if (before && !before->current)
		return namespace_resume(namespaces, before, ns, id) ? before : NULL;
	/* Inodes are reused: the one that had it under another id of this instance is gone. */
	if (before)
		namespace_drop(namespaces, before);
	if (!ns) {
		ns = namespace_new(namespaces);
		if (!ns)
			return NULL;
		if (!id_learn(namespaces, ns, id)) {
			namespace_drop(namespaces, ns);
			return NULL;
		}
	}
	if (namespace_name(namespaces, ns, inode))
		return ns;
	namespace_drop(namespaces, ns);
	return NULL;
}

struct skstat_book *skstat_namespaces_book_make(struct skstat_namespaces *namespaces, uint64_t id)
{
	struct skstat_namespace *ns;

	if (!namespaces->ledger.on)
		return NULL;
	ns = find_id(namespaces, id);
	if (!ns) {
		ns = namespace_new(namespaces);
		if (!ns)
			return NULL;
		/* It may have come after the walk passed its place: the next one names it, or it is gone. */
		ns->seen = namespaces->poll;
		if (!id_learn(namespaces, ns, id)) {
			namespace_drop(namespaces, ns);
			return NULL;
		}
	}
	namespaces->recent[id % SKSTAT_NETNS_RECENT] = ns;
	return &ns->book;
}

int skstat_namespaces_take(struct skstat_namespaces *namespaces, const struct skstat_sample *sample)
{
	struct skstat_namespace *ns = namespace_of(namespaces, sample->netns.netns_id, sample->netns.netns_inode);

	if (!ns)
		return -ENOMEM;
	ns->seen = namespaces->poll;
	ns->walked = true;
	for (size_t i = 0; i < namespaces->states; i++)
		ns->sockets[i] = (uint32_t)skstat_sample_u64(sample, namespaces->state[i]);
	return 0;
}

int skstat_namespaces_mib(struct skstat_namespaces *namespaces, const struct skstat_mib *mib,
			  const struct skstat_mib_index *index)
{
	struct skstat_namespace *ns = namespace_of(namespaces, mib->netns, mib->inode);

	if (!ns)
		return -ENOMEM;
	skstat_mib_take(&ns->mib, mib, index, ns->folded ? &namespaces->other : NULL);
	if (namespaces->ledger.on)
		skstat_book_read(&ns->book, &namespaces->ledger, mib);
	return 0;
}

void skstat_namespaces_forget_ids(struct skstat_namespaces *namespaces)
{
	struct skstat_namespace *ns, *next;

	for (ns = namespaces->by_id; ns; ns = next) {
		next = ns->hh_id.next;
		id_forget(namespaces, ns);
		/* Nobody can say any more whose it was. */
		if (!ns->named)
			namespace_drop(namespaces, ns);
	}
	for (ns = namespaces->by_inode; ns; ns = ns->hh.next)
		skstat_book_reload(&ns->book);
}

static void sweep(struct skstat_namespaces *namespaces, struct skstat_namespace *ns)
{
	if (ns->seen != namespaces->poll)
		namespace_drop(namespaces, ns);
}

void skstat_namespaces_sweep(struct skstat_namespaces *namespaces)
{
	struct skstat_namespace *ns, *next;

	for (ns = namespaces->by_inode; ns; ns = next) {
		next = ns->hh.next;
		sweep(namespaces, ns);
	}
	for (ns = namespaces->by_id; ns; ns = next) {
		next = ns->hh_id.next;
		sweep(namespaces, ns);
	}
}

void skstat_namespaces_ledger_begin(struct skstat_namespaces *namespaces)
{
	struct skstat_namespace *ns;

	for (ns = namespaces->by_inode; ns; ns = ns->hh.next)
		skstat_book_wait(&ns->book);
	namespaces->ledger.on = true;
}

void skstat_namespaces_ledger_end(struct skstat_namespaces *namespaces)
{
	namespaces->ledger.on = false;
}

bool skstat_namespaces_inode_of(uint64_t id, uint32_t *inode, void *arg)
{
	const struct skstat_namespace *ns = find_id(arg, id);

	if (!ns || !ns->named)
		return false;
	*inode = ns->inode;
	return true;
}

bool skstat_namespaces_id_of(uint32_t inode, uint64_t *id, void *arg)
{
	const struct skstat_namespace *ns = find_inode(arg, inode);

	if (!ns || !ns->current)
		return false;
	*id = ns->id;
	return true;
}

const char *skstat_namespaces_label(const struct skstat_namespaces *namespaces, uint64_t id)
{
	const struct skstat_namespace *ns = find_id(namespaces, id);

	if (!ns || !ns->named)
		return NULL;
	return ns->folded ? SKSTAT_NETNS_OTHER : ns->label;
}

void skstat_namespaces_show(struct skstat_namespaces *namespaces, struct skstat_families *set)
{
	struct skstat_label label = { "netns", SKSTAT_NETNS_OTHER };
	struct skstat_namespace *ns;

	namespaces->other_labels = skstat_labels_add(set, &label, 1);
	for (ns = namespaces->by_inode; ns; ns = ns->hh.next) {
		if (ns->folded)
			continue;
		label.value = skstat_families_text(set, ns->label);
		ns->labels = skstat_labels_add(set, &label, 1);
	}
}

size_t skstat_namespaces_bytes(const struct skstat_namespaces *namespaces)
{
	return namespaces->count * sizeof(struct skstat_namespace) +
	       HASH_OVERHEAD(hh, namespaces->by_inode) + HASH_OVERHEAD(hh_id, namespaces->by_id);
}
