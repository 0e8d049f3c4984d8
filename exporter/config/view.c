// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "grammar.h"
#include "view.h"

#define LIMIT_MAX 100000
#define TTL_MIN UINT64_C(1000000000)
#define TTL_MAX (UINT64_C(365) * 86400000000000)
#define TOP_MAX 1000

static int name_take(struct skstat_view_config *view, const struct skstat_reading *reading, const struct skstat_at *at,
		     const char *name)
{
	if (!name)
		return skstat_refuse(reading, at, "it has no name: write name: ...");
	if (!skstat_value_is_name(name))
		return skstat_refuse(reading, SKSTAT_AT(at, "name"),
				     "\"%.40s\" is no name: write letters, digits, \"_\", \"-\" and \".\", a "
				     "letter first", name);
	view->name = skstat_reading_text(reading, name);
	return view->name ? 0 : -ENOMEM;
}

/* All labels, with commas between. */
static void labels_write(char *text, size_t room)
{
	size_t length = 0;

	for (size_t i = 0; i < __SKSTAT_LABEL_MAX && length < room; i++)
		length += (size_t)snprintf(text + length, room - length, "%s%s", i ? ", " : "",
					   skstat_view_label_name[i]);
}

static int by_take(struct skstat_view_config *view, const struct skstat_reading *reading, const struct skstat_at *at,
		   const struct skstat_raw_words *by)
{
	char known[180];

	view->labels = 0;
	for (uint32_t i = 0; i < by->count; i++) {
		const struct skstat_at *item = SKSTAT_AT_ITEM(at, i);
		size_t label = 0;

		while (label < __SKSTAT_LABEL_MAX && strcmp(skstat_view_label_name[label], by->word[i]) != 0)
			label++;
		if (label == __SKSTAT_LABEL_MAX) {
			labels_write(known, sizeof(known));
			return skstat_refuse(reading, item, "\"%.30s\" is none of %s", by->word[i], known);
		}
		if (view->labels & SKSTAT_LABEL_BIT(label))
			return skstat_refuse(reading, item, "\"%s\" was written before", by->word[i]);
		view->labels |= SKSTAT_LABEL_BIT(label);
	}
	return 0;
}

static int number_take(uint32_t *number, const struct skstat_reading *reading, const struct skstat_at *at,
		       const char *word, uint32_t least, uint32_t most)
{
	uint64_t value;

	if (skstat_value_number(word, least, most, &value))
		return skstat_refuse(reading, at, "\"%.40s\" is no number of that kind: write %u to %u", word, least,
				     most);
	*number = (uint32_t)value;
	return 0;
}

static int switch_take(bool *on, const struct skstat_reading *reading, const struct skstat_at *at, const char *word)
{
	return skstat_value_switch(word, on) ?
		       skstat_refuse(reading, at, "\"%.40s\" is neither true nor false", word) : 0;
}

static int ttl_take(struct skstat_view_config *view, const struct skstat_reading *reading, const struct skstat_at *at,
		    const char *word)
{
	if (skstat_duration_parse(word, &view->ttl_ns))
		return skstat_refuse(reading, at, "\"%.40s\" is no duration: write 30s, 10m, 1h, ...", word);
	if (view->ttl_ns < TTL_MIN || view->ttl_ns > TTL_MAX)
		return skstat_refuse(reading, at, "\"%.40s\" is out of bounds: write 1s to 365d", word);
	return 0;
}

/* What is said of a label by which the view does not group would go unheard. */
static int label_check(const struct skstat_view_config *view, const struct skstat_reading *reading,
		       const struct skstat_at *at, enum skstat_view_label label)
{
	const char *name = skstat_view_label_name[label];

	return view->labels & SKSTAT_LABEL_BIT(label) ?
		       0 : skstat_refuse(reading, at, "the view does not group by it: write by: [%s, ...]", name);
}

static int port_take(struct skstat_view_config *view, const struct skstat_view_reading *from,
		     const struct skstat_at *at, const struct skstat_raw_port *raw)
{
	bool names = false;
	int err = label_check(view, from->reading, at, SKSTAT_LABEL_PORT);

	if (!err && raw->names)
		err = switch_take(&names, from->reading, SKSTAT_AT(at, "names"), raw->names);
	if (err || !names)
		return err;
	if (!from->names->ports)
		return skstat_refuse(from->reading, SKSTAT_AT(at, "names"),
				     "there are none: write ports: {http: 80, ...}");
	view->port = from->names->port;
	view->ports = from->names->ports;
	return 0;
}

static int remote_take(struct skstat_view_config *view, const struct skstat_view_reading *from,
		       const struct skstat_at *at, const struct skstat_raw_remote *raw)
{
	const struct skstat_reading *reading = from->reading;
	uint32_t four = view->remote_ipv4, six = view->remote_ipv6;
	bool names = false;
	int err = label_check(view, reading, at, SKSTAT_LABEL_REMOTE);

	if (!err && raw->ipv4)
		err = number_take(&four, reading, SKSTAT_AT(at, "ipv4"), raw->ipv4, 0, 32);
	if (!err && raw->ipv6)
		err = number_take(&six, reading, SKSTAT_AT(at, "ipv6"), raw->ipv6, 0, 128);
	if (!err && raw->names)
		err = switch_take(&names, reading, SKSTAT_AT(at, "names"), raw->names);
	view->remote_ipv4 = (uint8_t)four;
	view->remote_ipv6 = (uint8_t)six;
	if (err || !names)
		return err;
	if (!from->names->prefixes)
		return skstat_refuse(reading, SKSTAT_AT(at, "names"),
				     "there are none: write prefixes: {office: [10.0.0.0/8], ...}");
	view->remote = from->names->prefix;
	view->remotes = from->names->prefixes;
	return 0;
}

static const struct skstat_edges *edges_find(const struct skstat_names *names, const char *name)
{
	for (size_t i = 0; i < names->edge_sets; i++)
		if (strcmp(names->edges[i].name, name) == 0)
			return &names->edges[i];
	return NULL;
}

static int bucket_take(struct skstat_view_buckets *buckets, const struct skstat_view_reading *from,
		       const struct skstat_at *at, const struct skstat_known_histogram *histogram, const char *word)
{
	static const char *const units[] = { [SKSTAT_EDGE_SECONDS] = "seconds", [SKSTAT_EDGE_BYTES] = "bytes" };
	const struct skstat_edges *set = edges_find(from->names, word);

	if (!set)
		return skstat_refuse(from->reading, at, "\"%.40s\" is no name of buckets:", word);
	if (set->kind != SKSTAT_EDGE_NUMBER && strcmp(units[set->kind], histogram->unit) != 0)
		return skstat_refuse(from->reading, at, "\"%.40s\" has %s, and this is in %s", word, units[set->kind],
				     histogram->unit[0] ? histogram->unit : "numbers");
	buckets->histogram = skstat_reading_text(from->reading, histogram->name);
	memcpy(buckets->edge, set->edge, sizeof(buckets->edge));
	buckets->edges = set->edges;
	return buckets->histogram ? 0 : -ENOMEM;
}

static int buckets_take(struct skstat_view_config *view, const struct skstat_view_reading *from,
			const struct skstat_at *at, char **word)
{
	const struct skstat_known *known = from->known;
	struct skstat_view_buckets *buckets =
		skstat_reading_alloc(from->reading, known->histograms, sizeof(*buckets));
	int err = buckets ? 0 : -ENOMEM;

	for (size_t i = 0; i < known->histograms && !err; i++) {
		const struct skstat_known_histogram *histogram = &known->histogram[i];

		if (word[i])
			err = bucket_take(&buckets[view->bucketed++], from, SKSTAT_AT(at, histogram->name), histogram,
					  word[i]);
	}
	view->buckets = view->bucketed ? buckets : NULL;
	return err;
}

static int families_take(struct skstat_view_config *view, const struct skstat_view_reading *from,
			 const struct skstat_at *at, const struct skstat_raw_words *raw)
{
	for (uint32_t i = 0; i < raw->count; i++)
		if (!skstat_known_matches(from->known, raw->word[i]))
			return skstat_refuse(from->reading, SKSTAT_AT_ITEM(at, i),
					     "\"%.60s\" is of no metric that views have: write "
					     "skstat_tcp_sent_bytes_total, *_rtt_*, ...", raw->word[i]);
	return skstat_patterns_take(&view->families, from->reading, at, raw);
}

static int top_take(struct skstat_view_config *view, const struct skstat_reading *reading, const struct skstat_at *at,
		    char **word)
{
	int err = 0;

	for (size_t i = 0; i < __SKSTAT_TOP_MAX && !err; i++)
		if (word[i])
			err = number_take(&view->top[i], reading, SKSTAT_AT(at, skstat_top_name[i]), word[i], 0,
					  TOP_MAX);
	return err;
}

int skstat_view_take(struct skstat_view_config *view, const struct skstat_view_reading *from,
		     const struct skstat_at *at, const struct skstat_raw_view *raw)
{
	const struct skstat_reading *reading = from->reading;
	int err;

	*view = skstat_view_default;
	err = name_take(view, reading, at, raw->name);
	if (!err && raw->match)
		err = skstat_match_take(&view->match, from, SKSTAT_AT(at, "match"), raw->match);
	/* An empty list is one group. */
	if (!err && skstat_reading_node(reading, SKSTAT_AT(at, "by")))
		err = by_take(view, reading, SKSTAT_AT(at, "by"), &raw->by);
	if (!err && raw->limit)
		err = number_take(&view->limit, reading, SKSTAT_AT(at, "limit"), raw->limit, 1, LIMIT_MAX);
	if (!err && raw->ttl)
		err = ttl_take(view, reading, SKSTAT_AT(at, "ttl"), raw->ttl);
	if (!err && raw->port)
		err = port_take(view, from, SKSTAT_AT(at, "port"), raw->port);
	if (!err && raw->remote)
		err = remote_take(view, from, SKSTAT_AT(at, "remote"), raw->remote);
	if (!err && raw->buckets)
		err = buckets_take(view, from, SKSTAT_AT(at, "buckets"), raw->buckets);
	if (!err)
		err = families_take(view, from, SKSTAT_AT(at, "families"), &raw->families);
	if (!err && raw->all_histograms)
		err = switch_take(&view->all_histograms, reading, SKSTAT_AT(at, "all_histograms"), raw->all_histograms);
	if (!err && raw->top)
		err = top_take(view, reading, SKSTAT_AT(at, "top"), raw->top);
	return err;
}
