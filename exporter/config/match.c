// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "model/view.h"
#include "view.h"

/* Of a list each of whose words is one of a few. */
struct choice {
	const char *word;
	uint32_t bit;
};

static const struct choice directions[] = {
	{ "in", 1u << SKSTAT_DIRECTION_IN },
	{ "out", 1u << SKSTAT_DIRECTION_OUT },
	{ "unknown", 1u << SKSTAT_DIRECTION_UNKNOWN },
	{ NULL, 0 },
};

static const struct choice families[] = { { "ipv4", 1 }, { "ipv6", 2 }, { NULL, 0 } };

/* As the label `state` has them. */
static const struct choice states[] = {
	{ "established", 1u << TCP_ESTABLISHED },
	{ "syn_sent", 1u << TCP_SYN_SENT },
	{ "syn_recv", 1u << TCP_SYN_RECV },
	{ "fin_wait1", 1u << TCP_FIN_WAIT1 },
	{ "fin_wait2", 1u << TCP_FIN_WAIT2 },
	{ "close_wait", 1u << TCP_CLOSE_WAIT },
	{ "last_ack", 1u << TCP_LAST_ACK },
	{ "listen", 1u << TCP_LISTEN },
	{ "closing", 1u << TCP_CLOSING },
	{ NULL, 0 },
};

static int choices_take(uint32_t *bits, const struct skstat_reading *reading, const struct skstat_at *at,
			const struct skstat_raw_words *raw, const struct choice *choice)
{
	char known[120];
	size_t length = 0;

	for (uint32_t i = 0; i < raw->count; i++) {
		const struct choice *one = choice;

		while (one->word && strcmp(one->word, raw->word[i]) != 0)
			one++;
		*bits |= one->bit;
		if (one->word)
			continue;
		for (one = choice; one->word && length < sizeof(known); one++)
			length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s", length ? ", " : "",
						   one->word);
		return skstat_refuse(reading, SKSTAT_AT_ITEM(at, i), "\"%.40s\" is none of %s", raw->word[i], known);
	}
	return 0;
}

/* How many items that name stands for. */
static size_t named_ports(const struct skstat_names *names, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < names->ports; i++)
		count += strcmp(names->port[i].name, name) == 0;
	return count;
}

static size_t named_prefixes(const struct skstat_names *names, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < names->prefixes; i++)
		count += strcmp(names->prefix[i].name, name) == 0;
	return count;
}

/* Numbers, ranges and names, into an array that has room. */
static int port_take(struct skstat_view_match *match, struct skstat_view_ports *port,
		     const struct skstat_view_reading *from, const struct skstat_at *at, const char *word)
{
	const struct skstat_names *names = from->names;
	size_t before = match->ports;

	if (skstat_value_ports(word, &port[before].first, &port[before].last) == 0) {
		port[match->ports++].name = "";
		return 0;
	}
	for (size_t i = 0; i < names->ports; i++) {
		if (strcmp(names->port[i].name, word) != 0)
			continue;
		port[match->ports] = names->port[i];
		port[match->ports++].name = "";
	}
	return match->ports > before ? 0 :
				       skstat_refuse(from->reading, at,
						     "\"%.40s\" is no port: write 1 to 65535, a range 8000-8099, or a "
						     "name of ports:", word);
}

static int ports_take(struct skstat_view_match *match, const struct skstat_view_reading *from,
		      const struct skstat_at *at, const struct skstat_raw_words *raw)
{
	struct skstat_view_ports *port;
	size_t room = raw->count;
	int err = 0;

	for (uint32_t i = 0; i < raw->count; i++)
		room += named_ports(from->names, raw->word[i]);
	port = skstat_reading_alloc(from->reading, room, sizeof(*port));
	if (!port)
		return -ENOMEM;
	for (uint32_t i = 0; i < raw->count && !err; i++)
		err = port_take(match, port, from, SKSTAT_AT_ITEM(at, i), raw->word[i]);
	match->port = match->ports ? port : NULL;
	return err;
}

static int remote_take(struct skstat_view_match *match, struct skstat_view_prefix *prefix,
		       const struct skstat_view_reading *from, const struct skstat_at *at, const char *word)
{
	const struct skstat_names *names = from->names;
	size_t before = match->remotes;

	for (size_t i = 0; i < names->prefixes; i++) {
		if (strcmp(names->prefix[i].name, word) != 0)
			continue;
		prefix[match->remotes] = names->prefix[i];
		prefix[match->remotes++].name = "";
	}
	if (match->remotes > before)
		return 0;
	if (skstat_value_is_name(word) && !strchr(word, ':'))
		return skstat_refuse(from->reading, at, "\"%.40s\" is no name of prefixes:, and no prefix", word);
	match->remotes++;
	return skstat_prefix_take(from->reading, at, word, &prefix[before]);
}

static int remotes_take(struct skstat_view_match *match, const struct skstat_view_reading *from,
			const struct skstat_at *at, const struct skstat_raw_words *raw)
{
	struct skstat_view_prefix *prefix;
	size_t room = raw->count;
	int err = 0;

	for (uint32_t i = 0; i < raw->count; i++)
		room += named_prefixes(from->names, raw->word[i]);
	prefix = skstat_reading_alloc(from->reading, room, sizeof(*prefix));
	if (!prefix)
		return -ENOMEM;
	for (uint32_t i = 0; i < raw->count && !err; i++)
		err = remote_take(match, prefix, from, SKSTAT_AT_ITEM(at, i), raw->word[i]);
	match->remote = match->remotes ? prefix : NULL;
	return err;
}

int skstat_patterns_take(struct skstat_view_patterns *patterns, const struct skstat_reading *reading,
			 const struct skstat_at *at, const struct skstat_raw_words *raw)
{
	const char **pattern = skstat_reading_alloc(reading, raw->count, sizeof(*pattern));

	if (!pattern)
		return -ENOMEM;
	for (uint32_t i = 0; i < raw->count; i++) {
		if (!raw->word[i][0])
			return skstat_refuse(reading, SKSTAT_AT_ITEM(at, i),
					     "\"\" is no pattern: write a name, or *, ? and [...] in it");
		pattern[i] = skstat_reading_text(reading, raw->word[i]);
		if (!pattern[i])
			return -ENOMEM;
	}
	patterns->pattern = raw->count ? pattern : NULL;
	patterns->count = raw->count;
	return 0;
}

static int uids_take(struct skstat_view_numbers *numbers, const struct skstat_reading *reading,
		     const struct skstat_at *at, const struct skstat_raw_words *raw)
{
	uint32_t *number = skstat_reading_alloc(reading, raw->count, sizeof(*number));

	if (!number)
		return -ENOMEM;
	for (uint32_t i = 0; i < raw->count; i++) {
		uint64_t uid;

		if (skstat_value_number(raw->word[i], 0, UINT32_MAX - 1, &uid))
			return skstat_refuse(reading, SKSTAT_AT_ITEM(at, i),
					     "\"%.40s\" is no user id: write a number, as `id -u` says it",
					     raw->word[i]);
		number[i] = (uint32_t)uid;
	}
	numbers->number = raw->count ? number : NULL;
	numbers->count = raw->count;
	return 0;
}

static int mark_take(struct skstat_view_match *match, const struct skstat_reading *reading, const struct skstat_at *at,
		     const char *word)
{
	if (skstat_value_mark(word, &match->mark, &match->mark_mask))
		return skstat_refuse(reading, at, "\"%.40s\" is no mark: write 16, 0x10, or with a mask 0x10/0xff",
				     word);
	if (match->mark & ~match->mark_mask || !match->mark_mask)
		return skstat_refuse(reading, at, "\"%.40s\" fits %s: write a mark within its mask", word,
				     match->mark_mask ? "no mark" : "every mark");
	return 0;
}

/* One without items could mean everything or nothing. */
static int empty_check(const struct skstat_reading *reading, const struct skstat_node *match)
{
	for (const struct skstat_node *node = match->child; node; node = node->next)
		if (node->kind == SKSTAT_NODE_LIST && !node->children)
			return skstat_refuse_node(reading, node, "the list is empty: leave it out to match everything");
	return 0;
}

int skstat_match_take(struct skstat_view_match *match, const struct skstat_view_reading *from,
		      const struct skstat_at *at, const struct skstat_raw_match *raw)
{
	const struct skstat_reading *reading = from->reading;
	uint32_t bits[3] = { 0 };
	const struct {
		const char *key;
		const struct skstat_raw_words *raw;
		struct skstat_view_patterns *patterns;
	} lists[] = {
		{ "netns", &raw->netns, &match->netns },
		{ "cgroup", &raw->cgroup, &match->cgroup },
		{ "comm", &raw->comm, &match->comm },
		{ "interface", &raw->interface, &match->interface },
		{ "congestion", &raw->congestion, &match->congestion },
	};
	int err;

	err = empty_check(reading, skstat_reading_node(reading, at));
	if (!err)
		err = choices_take(&bits[0], reading, SKSTAT_AT(at, "direction"), &raw->direction, directions);
	if (!err)
		err = choices_take(&bits[1], reading, SKSTAT_AT(at, "family"), &raw->family, families);
	if (!err)
		err = choices_take(&bits[2], reading, SKSTAT_AT(at, "state"), &raw->state, states);
	match->directions = (uint8_t)bits[0];
	match->families = (uint8_t)bits[1];
	match->states = (uint16_t)bits[2];
	if (!err)
		err = ports_take(match, from, SKSTAT_AT(at, "port"), &raw->port);
	if (!err)
		err = remotes_take(match, from, SKSTAT_AT(at, "remote"), &raw->remote);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && !err; i++)
		err = skstat_patterns_take(lists[i].patterns, reading, SKSTAT_AT(at, lists[i].key), lists[i].raw);
	if (!err)
		err = uids_take(&match->uid, reading, SKSTAT_AT(at, "uid"), &raw->uid);
	if (!err && raw->mark)
		err = mark_take(match, reading, SKSTAT_AT(at, "mark"), raw->mark);
	return err;
}
