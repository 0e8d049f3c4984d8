// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

/* Labels have these for other things. */
static int name_check(const struct skstat_reading *reading, const struct skstat_at *at)
{
	static const char *const taken[] = { "other", "ephemeral", "unknown" };

	if (!skstat_value_is_name(at->key))
		return skstat_refuse(reading, at,
				     "\"%.40s\" is no name: write letters, digits, \"_\", \"-\" and \".\", a "
				     "letter first", at->key);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(taken[i], at->key) == 0)
			return skstat_refuse(reading, at, "\"%s\" is what all without a name are called: write another",
					     at->key);
	return 0;
}

/* "443, 8443, 9000-9099", which is as much as in ports: fits one word. */
static int ports_take(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_at *at,
		      const char *name, const char *text)
{
	const char *rest = text;

	do {
		struct skstat_view_ports *port = &names->port[names->ports];
		size_t length;
		char one[16];

		rest += strspn(rest, " ");
		length = strcspn(rest, ",");
		while (length && rest[length - 1] == ' ')
			length--;
		snprintf(one, sizeof(one), "%.*s", length < sizeof(one) ? (int)length : (int)sizeof(one) - 1, rest);
		if (skstat_value_ports(one, &port->first, &port->last))
			return skstat_refuse(reading, at, "\"%s\" is no port: write 1 to 65535, or a range 8000-8099",
					     one);
		port->name = name;
		names->ports++;
		rest += strcspn(rest, ",");
	} while (*rest++);
	return 0;
}

static size_t commas(const char *text)
{
	size_t count = 0;

	while ((text = strchr(text, ','))) {
		text++;
		count++;
	}
	return count;
}

static int ports_make(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_raw *raw)
{
	const struct skstat_node *section = skstat_node_member(reading->root, "ports");
	size_t count = 0, i = 0;
	int err = 0;

	if (!section)
		return 0;
	for (size_t k = 0; k < section->children; k++)
		count += 1 + commas(raw->port[k]);
	names->port = skstat_reading_alloc(reading, count, sizeof(*names->port));
	if (!names->port)
		return -ENOMEM;
	for (const struct skstat_node *node = section->child; node && !err; node = node->next, i++) {
		const struct skstat_at *at = SKSTAT_AT(SKSTAT_AT(NULL, "ports"), node->key);
		const char *name;

		err = name_check(reading, at);
		if (err)
			break;
		name = skstat_reading_text(reading, node->key);
		err = name ? ports_take(names, reading, at, name, raw->port[i]) : -ENOMEM;
	}
	return err;
}

int skstat_prefix_take(const struct skstat_reading *reading, const struct skstat_at *at, const char *text,
		       struct skstat_view_prefix *prefix)
{
	char meant[SKSTAT_PREFIX_TEXT];
	int err = skstat_value_prefix(text, prefix);

	if (!err)
		return 0;
	if (err != -ERANGE)
		return skstat_refuse(reading, at,
				     "\"%.50s\" is no prefix: write 10.0.0.0/8, 2001:db8::/32, 10.1.2.3, ...", text);
	skstat_value_prefix_write(prefix, meant);
	return skstat_refuse(reading, at, "\"%.50s\" has bits behind its length: write %s", text, meant);
}

static int set_take(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_at *at,
		    const struct skstat_raw_words *set)
{
	const char *name = skstat_reading_text(reading, at->key);
	int err = name ? name_check(reading, at) : -ENOMEM;

	if (!err && !set->count)
		return skstat_refuse(reading, at, "there is no prefix in it: write [10.0.0.0/8, ...]");
	for (uint32_t i = 0; i < set->count && !err; i++) {
		struct skstat_view_prefix *prefix = &names->prefix[names->prefixes];

		err = skstat_prefix_take(reading, SKSTAT_AT_ITEM(at, i), set->word[i], prefix);
		prefix->name = name;
		names->prefixes++;
	}
	return err;
}

static int prefixes_make(struct skstat_names *names, const struct skstat_reading *reading,
			 const struct skstat_raw *raw)
{
	const struct skstat_node *section = skstat_node_member(reading->root, "prefixes");
	size_t count = 0, i = 0;
	int err = 0;

	if (!section)
		return 0;
	for (size_t k = 0; k < section->children; k++)
		count += raw->prefix[k].count;
	names->prefix = skstat_reading_alloc(reading, count, sizeof(*names->prefix));
	if (!names->prefix)
		return -ENOMEM;
	for (const struct skstat_node *node = section->child; node && !err; node = node->next, i++)
		err = set_take(names, reading, SKSTAT_AT(SKSTAT_AT(NULL, "prefixes"), node->key), &raw->prefix[i]);
	return err;
}

static int edge_take(struct skstat_edges *set, const struct skstat_reading *reading, const struct skstat_at *at,
		     const char *text)
{
	enum skstat_edge_kind kind;
	double edge;

	if (skstat_value_edge(text, &edge, &kind))
		return skstat_refuse(reading, at, "\"%.40s\" is no edge: write 0.5, 100us, 1.5s, 64KiB, ...", text);
	if (set->edges && edge <= set->edge[set->edges - 1])
		return skstat_refuse(reading, at, "\"%.40s\" is not above the edge before it: they must rise", text);
	if (kind != SKSTAT_EDGE_NUMBER && set->kind != SKSTAT_EDGE_NUMBER && kind != set->kind)
		return skstat_refuse(reading, at, "\"%.40s\" is of another unit than the edges before it", text);
	if (kind != SKSTAT_EDGE_NUMBER)
		set->kind = kind;
	set->edge[set->edges++] = edge;
	return 0;
}

static int edges_take(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_at *at,
		      const struct skstat_raw_words *words)
{
	struct skstat_edges *set = &names->edges[names->edge_sets];
	int err = name_check(reading, at);

	if (!err && (!words->count || words->count > SKSTAT_VIEW_EDGES_MAX))
		return skstat_refuse(reading, at, "%u edges: write 1 to %d", words->count, SKSTAT_VIEW_EDGES_MAX);
	for (uint32_t i = 0; i < words->count && !err; i++)
		err = edge_take(set, reading, SKSTAT_AT_ITEM(at, i), words->word[i]);
	if (err)
		return err;
	set->name = skstat_reading_text(reading, at->key);
	names->edge_sets++;
	return set->name ? 0 : -ENOMEM;
}

static int edges_make(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_raw *raw)
{
	const struct skstat_node *section = skstat_node_member(reading->root, "buckets");
	size_t i = 0;
	int err = 0;

	if (!section)
		return 0;
	names->edges = skstat_reading_alloc(reading, section->children, sizeof(*names->edges));
	if (!names->edges)
		return -ENOMEM;
	for (const struct skstat_node *node = section->child; node && !err; node = node->next, i++)
		err = edges_take(names, reading, SKSTAT_AT(SKSTAT_AT(NULL, "buckets"), node->key), &raw->bucket[i]);
	return err;
}

int skstat_names_make(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_raw *raw)
{
	int err;

	*names = (struct skstat_names){ 0 };
	err = ports_make(names, reading, raw);
	if (!err)
		err = prefixes_make(names, reading, raw);
	if (!err)
		err = edges_make(names, reading, raw);
	return err;
}
