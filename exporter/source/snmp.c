// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snmp.h"
#include "word.h"

/* A negative one wraps around, as it does in the module's arrays. */
static int number_parse(const struct skstat_word *word, uint64_t *value)
{
	bool negative = *word->at == '-';
	const struct skstat_word digits = { word->at + negative, word->length - negative };
	int err = skstat_word_number(&digits, 10, value);

	if (!err && negative)
		*value = -*value;
	return err;
}

/* Both lists double at each power of two. */
static int counters_grow(struct skstat_snmp *snmp)
{
	size_t room = snmp->counters ? snmp->counters * 2 : 64;
	struct skstat_schema_counter *counter;
	uint64_t *value;

	if (snmp->counters & (snmp->counters - 1) || (snmp->counters && snmp->counters < 64))
		return 0;
	counter = realloc(snmp->counter, room * sizeof(*counter));
	if (!counter)
		return -ENOMEM;
	snmp->counter = counter;
	value = realloc(snmp->value, room * sizeof(*value));
	if (!value)
		return -ENOMEM;
	snmp->value = value;
	return 0;
}

static int counter_add(struct skstat_snmp *snmp, uint32_t table, const struct skstat_word *name,
		       const struct skstat_word *number)
{
	const struct skstat_schema_counter *last = snmp->counters ? &snmp->counter[snmp->counters - 1] : NULL;
	uint32_t index = last && last->table == table ? last->index + 1 : 0;
	struct skstat_schema_counter *counter;
	uint64_t value;
	int err;

	if (name->length >= sizeof(counter->name) || number_parse(number, &value))
		return -EBADMSG;
	err = counters_grow(snmp);
	if (err)
		return err;
	counter = &snmp->counter[snmp->counters];
	memset(counter, 0, sizeof(*counter));
	counter->table = table;
	counter->index = index;
	memcpy(counter->name, name->at, name->length);
	snmp->value[snmp->counters++] = value;
	return 0;
}

/* Ip's line begins with two settings, which are no counters. */
static bool is_setting(const struct skstat_word *name)
{
	static const char *const settings[] = { "Forwarding", "DefaultTTL" };

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (name->length == strlen(settings[i]) && strncmp(name->at, settings[i], name->length) == 0)
			return true;
	return false;
}

/* "Tcp: name name ..." and, in the line below, "Tcp: value value ...". */
static int pairs_parse(struct skstat_snmp *snmp, uint32_t table, const char *text, const char *title)
{
	const char *names, *values;
	struct skstat_word name, value;
	int err = 0;

	for (names = text; names && strncmp(names, title, strlen(title)) != 0; names = skstat_line_next(names))
		;
	if (!names)
		return 0;
	values = skstat_line_next(names);
	if (!values || strncmp(values, title, strlen(title)) != 0)
		return -EBADMSG;
	names += strlen(title);
	values += strlen(title);
	while (!err) {
		name = skstat_word_next(&names);
		value = skstat_word_next(&values);
		if (!name.at || !value.at)
			return name.at || value.at ? -EBADMSG : 0;
		if (!is_setting(&name))
			err = counter_add(snmp, table, &name, &value);
	}
	return err;
}

/* "Ip6InReceives   2": a counter a line. */
static int list_parse(struct skstat_snmp *snmp, uint32_t table, const char *text, const char *prefix)
{
	int err = 0;

	for (const char *line = text; line && !err; line = skstat_line_next(line)) {
		const char *at = line;
		struct skstat_word name = skstat_word_next(&at), value = skstat_word_next(&at);

		if (!name.at || strncmp(name.at, prefix, strlen(prefix)) != 0)
			continue;
		err = value.at && !skstat_word_next(&at).at ? counter_add(snmp, table, &name, &value) : -EBADMSG;
	}
	return err;
}

int skstat_snmp_parse(struct skstat_snmp *snmp, const struct skstat_snmp_texts *texts)
{
	/* All of a table together: skstat_snmp_mib() gives out a table as one array. */
	const struct {
		uint32_t table;
		const char *text, *title;
	} parts[] = {
		{ SKSTAT_MIB_TCP, texts->snmp, "Tcp:" },     { SKSTAT_MIB_TCPEXT, texts->netstat, "TcpExt:" },
		{ SKSTAT_MIB_IP, texts->snmp, "Ip:" },	     { SKSTAT_MIB_IP, texts->netstat, "IpExt:" },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
		if (parts[i].text)
			err = pairs_parse(snmp, parts[i].table, parts[i].text, parts[i].title);
	if (!err && texts->snmp6)
		err = list_parse(snmp, SKSTAT_MIB_IP6, texts->snmp6, "Ip6");
	return err;
}

void skstat_snmp_free(struct skstat_snmp *snmp)
{
	free(snmp->counter);
	free(snmp->value);
	memset(snmp, 0, sizeof(*snmp));
}

void skstat_snmp_mib(const struct skstat_snmp *snmp, struct skstat_mib *mib)
{
	memset(mib->table, 0, sizeof(mib->table));
	memset(mib->count, 0, sizeof(mib->count));
	for (size_t i = 0; i < snmp->counters; i++) {
		uint32_t table = snmp->counter[i].table;

		if (!mib->count[table]++)
			mib->table[table] = &snmp->value[i];
	}
}

bool skstat_snmp_known(const struct skstat_snmp *snmp, const struct skstat_schema *schema)
{
	if (snmp->counters != schema->counters)
		return false;
	for (size_t i = 0; i < snmp->counters; i++) {
		const struct skstat_schema_counter *ours = &snmp->counter[i], *theirs = &schema->counter[i];

		if (ours->table != theirs->table || ours->index != theirs->index ||
		    strcmp(ours->name, theirs->name) != 0)
			return false;
	}
	return true;
}
