// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "view_copy.h"

#define ALIGN sizeof(max_align_t)

/* Where the next piece goes; without a block it is only found out how long that has to be. */
struct block {
	char *data;
	size_t used;
};

static void *block_take(struct block *block, const void *from, size_t size)
{
	char *at = block->data ? block->data + block->used : NULL;

	block->used += (size + ALIGN - 1) / ALIGN * ALIGN;
	return at && size ? memcpy(at, from, size) : at;
}

static const char *text_copy(struct block *block, const char *text)
{
	return text ? block_take(block, text, strlen(text) + 1) : NULL;
}

/* Names are copied behind the list that has them. */
static const struct skstat_view_ports *ports_copy(struct block *block, const struct skstat_view_ports *from,
						  size_t count)
{
	struct skstat_view_ports *list = block_take(block, from, count * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		const char *name = text_copy(block, from[i].name);

		if (list)
			list[i].name = name;
	}
	return list;
}

static const struct skstat_view_prefix *prefixes_copy(struct block *block, const struct skstat_view_prefix *from,
						      size_t count)
{
	struct skstat_view_prefix *list = block_take(block, from, count * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		const char *name = text_copy(block, from[i].name);

		if (list)
			list[i].name = name;
	}
	return list;
}

static void patterns_copy(struct block *block, struct skstat_view_patterns *to,
			  const struct skstat_view_patterns *from)
{
	const char **list = block_take(block, from->pattern, from->count * sizeof(*list));

	for (size_t i = 0; i < from->count; i++) {
		const char *text = text_copy(block, from->pattern[i]);

		if (list)
			list[i] = text;
	}
	to->pattern = list;
}

static void buckets_copy(struct block *block, struct skstat_view_config *to, const struct skstat_view_config *from)
{
	struct skstat_view_buckets *list = block_take(block, from->buckets, from->bucketed * sizeof(*list));

	for (size_t i = 0; i < from->bucketed; i++) {
		const char *name = text_copy(block, from->buckets[i].histogram);

		if (list)
			list[i].histogram = name;
	}
	to->buckets = list;
}

static struct skstat_view_config *config_copy(struct block *block, const struct skstat_view_config *from)
{
	struct skstat_view_config copy = *from, *at = block_take(block, from, sizeof(*from));

	copy.name = text_copy(block, from->name);
	copy.match.port = ports_copy(block, from->match.port, from->match.ports);
	copy.match.remote = prefixes_copy(block, from->match.remote, from->match.remotes);
	patterns_copy(block, &copy.match.netns, &from->match.netns);
	patterns_copy(block, &copy.match.cgroup, &from->match.cgroup);
	patterns_copy(block, &copy.match.comm, &from->match.comm);
	patterns_copy(block, &copy.match.interface, &from->match.interface);
	patterns_copy(block, &copy.match.congestion, &from->match.congestion);
	copy.match.uid.number = block_take(block, from->match.uid.number,
					   from->match.uid.count * sizeof(*from->match.uid.number));
	copy.remote = prefixes_copy(block, from->remote, from->remotes);
	copy.port = ports_copy(block, from->port, from->ports);
	patterns_copy(block, &copy.families, &from->families);
	buckets_copy(block, &copy, from);
	if (at)
		*at = copy;
	return at;
}

struct skstat_view_config *skstat_view_copy(const struct skstat_view_config *view)
{
	struct block block = { 0 };

	config_copy(&block, view);
	block.data = malloc(block.used);
	if (!block.data)
		return NULL;
	block.used = 0;
	return config_copy(&block, view);
}

static bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : (a && *a) == (b && *b);
}

static bool patterns_equal(const struct skstat_view_patterns *a, const struct skstat_view_patterns *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!text_equal(a->pattern[i], b->pattern[i]))
			return false;
	return true;
}

static bool ports_equal(const struct skstat_view_ports *a, const struct skstat_view_ports *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].first != b[i].first || a[i].last != b[i].last || !text_equal(a[i].name, b[i].name))
			return false;
	return true;
}

static bool prefixes_equal(const struct skstat_view_prefix *a, const struct skstat_view_prefix *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(a[i].address, b[i].address, sizeof(a[i].address)) || a[i].bits != b[i].bits ||
		    !text_equal(a[i].name, b[i].name))
			return false;
	return true;
}

static bool match_equal(const struct skstat_view_match *a, const struct skstat_view_match *b)
{
	return a->directions == b->directions && a->families == b->families && a->states == b->states &&
	       a->mark == b->mark && a->mark_mask == b->mark_mask && a->ports == b->ports &&
	       a->remotes == b->remotes && a->uid.count == b->uid.count &&
	       ports_equal(a->port, b->port, a->ports) && prefixes_equal(a->remote, b->remote, a->remotes) &&
	       patterns_equal(&a->netns, &b->netns) && patterns_equal(&a->cgroup, &b->cgroup) &&
	       patterns_equal(&a->comm, &b->comm) && patterns_equal(&a->interface, &b->interface) &&
	       patterns_equal(&a->congestion, &b->congestion) &&
	       (!a->uid.count || !memcmp(a->uid.number, b->uid.number, a->uid.count * sizeof(*a->uid.number)));
}

static bool buckets_equal(const struct skstat_view_config *a, const struct skstat_view_config *b)
{
	if (a->bucketed != b->bucketed)
		return false;
	for (size_t i = 0; i < a->bucketed; i++) {
		const struct skstat_view_buckets *x = &a->buckets[i], *y = &b->buckets[i];

		if (!text_equal(x->histogram, y->histogram) || x->edges != y->edges)
			return false;
		for (size_t e = 0; e < x->edges; e++)
			if (x->edge[e] < y->edge[e] || x->edge[e] > y->edge[e])
				return false;
	}
	return true;
}

bool skstat_view_equal(const struct skstat_view_config *a, const struct skstat_view_config *b)
{
	return text_equal(a->name, b->name) && match_equal(&a->match, &b->match) && a->labels == b->labels &&
	       a->limit == b->limit && a->ttl_ns == b->ttl_ns && a->remotes == b->remotes && a->ports == b->ports &&
	       prefixes_equal(a->remote, b->remote, a->remotes) && ports_equal(a->port, b->port, a->ports) &&
	       a->remote_ipv4 == b->remote_ipv4 && a->remote_ipv6 == b->remote_ipv6 &&
	       patterns_equal(&a->families, &b->families) && a->all_histograms == b->all_histograms &&
	       buckets_equal(a, b) && memcmp(a->top, b->top, sizeof(a->top)) == 0;
}
