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

void skstat_namespaces_fit(struct skstat_namespaces *namespaces, const struct skstat_schema *schema)
{
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

/* What it had counted stays in `other` if it was there; its place with a label is free. */
static void namespace_drop(struct skstat_namespaces *namespaces, struct skstat_namespace *ns)
{
	if (ns->current)
		HASH_DELETE(hh_id, namespaces->by_id, ns);
	HASH_DEL(namespaces->by_inode, ns);
	if (!ns->folded)
		namespaces->labelled--;
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

static struct skstat_namespace *namespace_new(struct skstat_namespaces *namespaces, uint32_t inode)
{
	struct skstat_namespace *ns = calloc(1, sizeof(*ns));

	if (!ns)
		return NULL;
	ns->inode = inode;
	ns->folded = namespaces->labelled >= namespaces->limit;
	ns->label = ns->folded ? NULL : label_make(namespaces, inode);
	if (ns->folded || ns->label) {
		ns->hashed = true;
		HASH_ADD(hh, namespaces->by_inode, inode, sizeof(ns->inode), ns);
	}
	if (!ns->hashed) {
		free(ns->label);
		free(ns);
		return NULL;
	}
	if (ns->folded)
		namespaces->other_used = true;
	else
		namespaces->labelled++;
	return ns;
}

/* The namespace that the source names by both; made at first sight. NULL: no memory. */
static struct skstat_namespace *namespace_of(struct skstat_namespaces *namespaces, uint64_t id, uint32_t inode)
{
	struct skstat_namespace *ns = find_id(namespaces, id);

	if (ns && ns->inode == inode)
		return ns;
	if (ns)
		namespace_drop(namespaces, ns);
	ns = find_inode(namespaces, inode);
	/* Inodes are reused: the one that had it under another id of this instance is gone. */
	if (ns && ns->current) {
		namespace_drop(namespaces, ns);
		ns = NULL;
	}
	if (!ns)
		ns = namespace_new(namespaces, inode);
	if (!ns)
		return NULL;
	ns->id = id;
	ns->hashed = true;
	HASH_ADD(hh_id, namespaces->by_id, id, sizeof(ns->id), ns);
	ns->current = ns->hashed;
	return ns->current ? ns : NULL;
}

int skstat_namespaces_take(struct skstat_namespaces *namespaces, const struct skstat_sample *sample, uint32_t poll)
{
	struct skstat_namespace *ns = namespace_of(namespaces, sample->netns.netns_id, sample->netns.netns_inode);

	if (!ns)
		return -ENOMEM;
	ns->seen = poll;
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
	return 0;
}

void skstat_namespaces_forget_ids(struct skstat_namespaces *namespaces)
{
	struct skstat_namespace *ns;

	HASH_CLEAR(hh_id, namespaces->by_id);
	for (ns = namespaces->by_inode; ns; ns = ns->hh.next)
		ns->current = false;
}

void skstat_namespaces_sweep(struct skstat_namespaces *namespaces, uint32_t poll)
{
	struct skstat_namespace *ns, *next;

	for (ns = namespaces->by_inode; ns; ns = next) {
		next = ns->hh.next;
		if (ns->seen != poll)
			namespace_drop(namespaces, ns);
	}
}

bool skstat_namespaces_inode_of(uint64_t id, uint32_t *inode, void *arg)
{
	const struct skstat_namespace *ns = find_id(arg, id);

	if (ns)
		*inode = ns->inode;
	return ns != NULL;
}

bool skstat_namespaces_id_of(uint32_t inode, uint64_t *id, void *arg)
{
	const struct skstat_namespace *ns = find_inode(arg, inode);

	if (!ns || !ns->current)
		return false;
	*id = ns->id;
	return true;
}

size_t skstat_namespaces_bytes(const struct skstat_namespaces *namespaces)
{
	return HASH_COUNT(namespaces->by_inode) * sizeof(struct skstat_namespace) +
	       HASH_OVERHEAD(hh, namespaces->by_inode) + HASH_OVERHEAD(hh_id, namespaces->by_id);
}
