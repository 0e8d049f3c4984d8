// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "option.h"
#include "text.h"

enum {
	OPTION_GROUPS,
	OPTION_STATES,
	OPTION_KINDS,
	OPTION_FAMILY,
	OPTION_SPORT,
	OPTION_DPORT,
	OPTION_SRC,
	OPTION_DST,
	OPTION_NETNS,
	OPTION_CGROUP,
	OPTION_UID,
	OPTION_MARK,
	OPTION_IFINDEX,
	OPTION_SINCE,
	OPTION_EXACT,
	OPTION_BRIEF,
	OPTION_MAX_SOCKETS,
	OPTION_MAX_NS,
	OPTIONS,
};

const struct skstat_option skstat_option_table[] = {
	[OPTION_GROUPS] = { "groups", "GROUP,...", "identity, timer, listen, traffic, tcp, ...: what to read of each" },
	[OPTION_STATES] = { "states", "STATE,...", "estab, listen, time-wait, ..." },
	[OPTION_KINDS] = { "kinds", "KIND,...", "full, listen, timewait, request" },
	[OPTION_FAMILY] = { "family", "FAMILY,...", "inet, inet6, mapped; 4 is inet, 6 is inet6,mapped" },
	[OPTION_SPORT] = { "sport", "LO-HI", "local port or range" },
	[OPTION_DPORT] = { "dport", "LO-HI", "remote port or range" },
	[OPTION_SRC] = { "src", "PREFIX", "local address or prefix" },
	[OPTION_DST] = { "dst", "PREFIX", "remote address or prefix" },
	[OPTION_NETNS] = { "netns", "ID", "network namespace, by the module's id" },
	[OPTION_CGROUP] = { "cgroup", "ID", "cgroup v2 id" },
	[OPTION_UID] = { "uid", "UID", "owner" },
	[OPTION_MARK] = { "mark", "MARK[/MASK]", "SO_MARK" },
	[OPTION_IFINDEX] = { "ifindex", "N", "device that the socket is bound to; 0: none" },
	[OPTION_SINCE] = { "since", "TOKEN", "leave out what was idle since the dump that gave this token" },
	[OPTION_EXACT] = { "exact", NULL, "read each socket under its lock" },
	[OPTION_BRIEF] = { "brief", NULL, "of tcp and memory, only what outlasts a connection" },
	[OPTION_MAX_SOCKETS] = { "max-sockets", "N", "end after so many were visited" },
	[OPTION_MAX_NS] = { "max-ns", "N", "end after so many nanoseconds" },
	[OPTIONS] = { NULL, NULL, NULL },
};

void skstat_options_init(struct skstat_options *options)
{
	memset(options, 0, sizeof(*options));
	options->query.local_port = options->local_port;
	options->query.remote_port = options->remote_port;
	options->query.local_prefix = options->local_prefix;
	options->query.remote_prefix = options->remote_prefix;
	options->query.netns = options->netns;
}

/* Decimal, or hex with 0x. */
static int number_parse(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, text[0] == '0' && text[1] == 'x' ? 16 : 10);
	return errno || *end || *number > max ? -EINVAL : 0;
}

static int word_parse(const char *text, uint32_t *word)
{
	uint64_t number;

	if (number_parse(text, UINT32_MAX, &number))
		return -EINVAL;
	*word = (uint32_t)number;
	return 0;
}

static uint32_t group_bits(const char *name)
{
	int group = skstat_group_by_name(name);

	return group < 0 ? 0 : 1u << group;
}

static uint32_t state_bits(const char *name)
{
	int state = skstat_state_parse(name);

	return state < 0 ? 0 : 1u << state;
}

static uint32_t kind_bits(const char *name)
{
	for (uint32_t kind = SKSTAT_KIND_FULL; kind <= SKSTAT_KIND_REQUEST; kind++)
		if (strcmp(skstat_kind_name(kind), name) == 0)
			return 1u << kind;
	return 0;
}

static uint32_t family_bits(const char *name)
{
	static const struct {
		const char *name;
		uint32_t bits;
	} families[] = {
		{ "inet", SKSTAT_FAMILY_INET },	    { "inet6", SKSTAT_FAMILY_INET6 },
		{ "mapped", SKSTAT_FAMILY_MAPPED }, { "4", SKSTAT_FAMILY_INET },
		{ "6", SKSTAT_FAMILY_INET6 | SKSTAT_FAMILY_MAPPED },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strcmp(families[i].name, name) == 0)
			return families[i].bits;
	return 0;
}

static int set_parse(const char *text, uint32_t (*bits_of)(const char *name), uint32_t *set)
{
	char name[32];

	if (text[0] == '0' && text[1] == 'x')
		return word_parse(text, set);
	*set = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		uint32_t bits;

		if (length >= sizeof(name))
			return -EINVAL;
		memcpy(name, text, length);
		name[length] = '\0';
		bits = bits_of(name);
		if (!bits)
			return -EINVAL;
		*set |= bits;
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

static int mark_parse(const char *text, struct skstat_query *query)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char mark[16];

	if (length >= sizeof(mark))
		return -EINVAL;
	memcpy(mark, text, length);
	mark[length] = '\0';
	query->has |= SKSTAT_HAS(MARK) | (slash ? SKSTAT_HAS(MARK_MASK) : 0);
	return word_parse(mark, &query->mark) || (slash && word_parse(slash + 1, &query->mark_mask)) ? -EINVAL : 0;
}

static int option_take(struct skstat_options *options, size_t index, const char *value)
{
	struct skstat_query *q = &options->query;

	switch (index) {
	case OPTION_GROUPS:
		q->has |= SKSTAT_HAS(GROUPS);
		return set_parse(value, group_bits, &q->groups);
	case OPTION_STATES:
		q->has |= SKSTAT_HAS(STATES);
		return set_parse(value, state_bits, &q->states);
	case OPTION_KINDS:
		q->has |= SKSTAT_HAS(KINDS);
		return set_parse(value, kind_bits, &q->kinds);
	case OPTION_FAMILY:
		q->has |= SKSTAT_HAS(FAMILIES);
		return set_parse(value, family_bits, &q->families);
	case OPTION_SPORT:
		return skstat_range_parse(value, &options->local_port[q->local_ports++]);
	case OPTION_DPORT:
		return skstat_range_parse(value, &options->remote_port[q->remote_ports++]);
	case OPTION_SRC:
		return skstat_prefix_parse(value, &options->local_prefix[q->local_prefixes++]);
	case OPTION_DST:
		return skstat_prefix_parse(value, &options->remote_prefix[q->remote_prefixes++]);
	case OPTION_NETNS:
		return number_parse(value, UINT64_MAX, &options->netns[q->namespaces++]);
	case OPTION_CGROUP:
		q->has |= SKSTAT_HAS(CGROUP);
		return number_parse(value, UINT64_MAX, &q->cgroup);
	case OPTION_UID:
		q->has |= SKSTAT_HAS(UID);
		return word_parse(value, &q->uid);
	case OPTION_MARK:
		return mark_parse(value, q);
	case OPTION_IFINDEX:
		q->has |= SKSTAT_HAS(IFINDEX);
		return word_parse(value, &q->ifindex);
	case OPTION_SINCE:
		q->has |= SKSTAT_HAS(ACTIVE_SINCE);
		return number_parse(value, UINT64_MAX, &q->active_since);
	case OPTION_EXACT:
		q->exact = true;
		return 0;
	case OPTION_BRIEF:
		q->brief = true;
		return 0;
	case OPTION_MAX_SOCKETS:
		q->has |= SKSTAT_HAS(MAX_SOCKETS);
		return word_parse(value, &q->max_sockets);
	case OPTION_MAX_NS:
		q->has |= SKSTAT_HAS(MAX_NS);
		return number_parse(value, UINT64_MAX, &q->max_ns);
	}
	return -EINVAL;
}

static bool lists_are_full(const struct skstat_query *q)
{
	return q->local_ports == SKSTAT_OPTION_VALUES || q->remote_ports == SKSTAT_OPTION_VALUES ||
	       q->local_prefixes == SKSTAT_OPTION_VALUES || q->remote_prefixes == SKSTAT_OPTION_VALUES ||
	       q->namespaces == SKSTAT_OPTION_VALUES;
}

int skstat_option_take(struct skstat_options *options, size_t index, const char *value, struct skstat_error *error)
{
	const struct skstat_option *option = &skstat_option_table[index];

	error->err = -EINVAL;
	if (lists_are_full(&options->query)) {
		snprintf(error->text, sizeof(error->text), "an option was given %d times", SKSTAT_OPTION_VALUES);
		return error->err;
	}
	if (option_take(options, index, value)) {
		snprintf(error->text, sizeof(error->text), "--%s %s cannot be \"%.80s\" (%s)", option->name,
			 option->value ? option->value : "", value ? value : "", option->help);
		return error->err;
	}
	error->err = 0;
	return 0;
}
