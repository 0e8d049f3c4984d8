// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/mib.h"
#include "protocol.h"
#include "source/word.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct skstat_protocol_row rows[] = {
#define ROW(collector, protocol, name, type, suffix, unit, steps, label, help)                                   \
	{ #protocol, #name, suffix, unit, label, SKSTAT_PROTOCOL_HELP(protocol, name, help), steps,              \
	  SKSTAT_METRIC_##type },
	SKSTAT_PROTOCOL_NETSTAT_ROWS(ROW)
	SKSTAT_PROTOCOL_SNMP_ROWS(ROW)
#undef ROW
};

/* "InType3" is type 3 of the row InType: moves the number from the name to the label. */
static bool type_split(struct skstat_protocol_figure *figure, const struct skstat_protocol_row *row)
{
	size_t length = strlen(row->name), digits;

	if (!row->label[0] || strncmp(figure->name, row->name, length) != 0)
		return false;
	digits = strspn(figure->name + length, "0123456789");
	if (!digits || digits >= sizeof(figure->icmp_type) || figure->name[length + digits])
		return false;
	memcpy(figure->icmp_type, figure->name + length, digits + 1);
	figure->name[length] = '\0';
	return true;
}

static void row_find(struct skstat_protocol_figure *figure)
{
	for (const struct skstat_protocol_row *row = rows; row < rows + LENGTH(rows) && !figure->row; row++) {
		if (strcmp(figure->protocol, row->protocol) != 0)
			continue;
		if (type_split(figure, row) || (!row->label[0] && strcmp(figure->name, row->name) == 0))
			figure->row = row;
	}
}

/* FNV-1a, the 0 at its end among it. */
static uint32_t text_hash(uint32_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	} while (*text++);
	return hash;
}

static bool same_family(const struct skstat_protocol_figure *a, const struct skstat_protocol_figure *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->protocol, b->protocol) == 0;
}

/*
 * Whether it would make a series that is there, or go on with a family that another one came behind: Prometheus refuses
 * a page with either.
 */
static bool comes_again(const struct skstat_protocols *found, const struct skstat_protocol_figure *figure)
{
	for (const struct skstat_protocol_figure *other = found->figure; other < found->figure + found->count;
	     other++) {
		if (other->hash != figure->hash || !same_family(other, figure))
			continue;
		if (!figure->icmp_type[0] || !other->icmp_type[0] ||
		    strcmp(other->icmp_type, figure->icmp_type) == 0 ||
		    !same_family(&found->figure[found->count - 1], figure))
			return true;
	}
	return false;
}

static int value_parse(struct skstat_protocol_figure *figure, const struct skstat_word *word)
{
	bool negative = word->at && *word->at == '-' && figure->row && figure->row->type == SKSTAT_METRIC_GAUGE;
	const struct skstat_word digits = { word->at ? word->at + negative : NULL, word->length - negative };
	uint64_t value;

	if (skstat_word_number(&digits, 10, &value))
		return -EBADMSG;
	figure->value = (double)value / (figure->row ? figure->row->steps : 1);
	if (negative)
		figure->value = -figure->value;
	return 0;
}

static int figure_add(struct skstat_protocols *found, const struct skstat_word *protocol,
		      const struct skstat_word *name, const struct skstat_word *value)
{
	struct skstat_protocol_figure figure = { 0 };

	if (skstat_word_copy(protocol, figure.protocol, sizeof(figure.protocol)) ||
	    skstat_word_copy(name, figure.name, sizeof(figure.name)))
		return -EBADMSG;
	row_find(&figure);
	if (value_parse(&figure, value))
		return -EBADMSG;
	figure.hash = text_hash(text_hash(2166136261u, figure.protocol), figure.name);
	if (comes_again(found, &figure))
		return -EBADMSG;
	if (found->count == SKSTAT_PROTOCOL_FIGURES)
		return -EMSGSIZE;
	found->figure[found->count++] = figure;
	return 0;
}

/* The protocol that both lines begin with. */
static int title_parse(const char **names, const char **values, struct skstat_word *protocol)
{
	struct skstat_word other;

	*protocol = skstat_word_next(names);
	other = skstat_word_next(values);
	if (!protocol->at || protocol->at[protocol->length - 1] != ':' || other.length != protocol->length ||
	    memcmp(other.at, protocol->at, other.length) != 0)
		return -EBADMSG;
	protocol->length--;
	return 0;
}

static int pair_parse(struct skstat_protocols *found, const char *names, const char *values)
{
	struct skstat_word protocol, name, value;
	int err = title_parse(&names, &values, &protocol);

	while (!err) {
		name = skstat_word_next(&names);
		value = skstat_word_next(&values);
		if (!name.at || !value.at)
			return name.at || value.at ? -EBADMSG : 0;
		err = figure_add(found, &protocol, &name, &value);
	}
	return err;
}

int skstat_protocols_pairs(struct skstat_protocols *found, const char *text)
{
	size_t before = found->count;
	const char *values = NULL;
	int err = 0;

	for (const char *names = text; !err && names && *names; names = skstat_line_next(values)) {
		values = skstat_line_next(names);
		err = values ? pair_parse(found, names, values) : -EBADMSG;
		if (err)
			break;
	}
	if (!err && found->count == before)
		err = -EBADMSG;
	if (err)
		found->count = before;
	return err;
}

static int list_line_parse(struct skstat_protocols *found, const char *line)
{
	struct skstat_word word = skstat_word_next(&line), value = skstat_word_next(&line), name;
	const char *six = word.at ? memchr(word.at, '6', word.length) : NULL;

	if (!six || skstat_word_next(&line).at)
		return -EBADMSG;
	name = (struct skstat_word){ six + 1, word.length - (size_t)(six + 1 - word.at) };
	word.length -= name.length;
	return figure_add(found, &word, &name, &value);
}

int skstat_protocols_list(struct skstat_protocols *found, const char *text)
{
	size_t before = found->count;
	int err = *text ? 0 : -EBADMSG;

	for (const char *line = text; !err && line && *line; line = skstat_line_next(line))
		err = list_line_parse(found, line);
	if (err)
		found->count = before;
	return err;
}

/* What mib_rows.h says of it, in the same words; NULL: it is not among those. */
static const char *mib_help(const struct skstat_protocol_figure *figure)
{
	static const struct {
		const char *protocol, *prefix; /* before its names there */
		uint32_t table;
	} tables[] = {
		{ "Tcp", "", SKSTAT_MIB_TCP }, { "TcpExt", "", SKSTAT_MIB_TCPEXT }, { "Ip", "", SKSTAT_MIB_IP },
		{ "IpExt", "", SKSTAT_MIB_IP }, { "Ip6", "Ip6", SKSTAT_MIB_IP6 },
	};
	size_t which = 0;

	while (which < LENGTH(tables) && strcmp(tables[which].protocol, figure->protocol) != 0)
		which++;
	for (size_t i = 0; which < LENGTH(tables) && i < SKSTAT_MIB_COUNT; i++) {
		const struct skstat_mib_row *row = &skstat_mib_rows[i];
		size_t prefix = strlen(tables[which].prefix);

		if (row->table == tables[which].table && strcmp(row->kernel + prefix, figure->name) == 0)
			return row->help;
	}
	return NULL;
}

static struct skstat_family *family_add(const struct skstat_protocol_figure *figure, const char *collector,
					struct skstat_families *set)
{
	const struct skstat_protocol_row *row = figure->row;
	const char *help = row ? NULL : mib_help(figure);
	char name[128], text[256];

	snprintf(name, sizeof(name), "skstat_%s_%s_%s%s", collector, figure->protocol, figure->name,
		 row ? row->suffix : "");
	if (help)
		snprintf(text, sizeof(text), "%s" SKSTAT_OWN_NETNS, help);
	else
		snprintf(text, sizeof(text), "%s %s, a counter of the kernel's" SKSTAT_OWN_NETNS, figure->protocol,
			 figure->name);
	return skstat_family_add(set, row ? row->type : SKSTAT_METRIC_COUNTER, skstat_families_text(set, name),
				 row ? row->unit : "", row ? row->help : skstat_families_text(set, text));
}

void skstat_protocols_families(const struct skstat_protocols *found, const char *collector,
			       struct skstat_families *set)
{
	const struct skstat_protocol_figure *before = NULL;
	struct skstat_family *family = NULL;

	for (const struct skstat_protocol_figure *figure = found->figure; figure < found->figure + found->count;
	     figure++) {
		struct skstat_label label = { "icmp_type", NULL };

		if (!before || !same_family(before, figure))
			family = family_add(figure, collector, set);
		before = figure;
		if (figure->icmp_type[0])
			label.value = skstat_families_text(set, figure->icmp_type);
		skstat_series_add(set, family, &label, label.value ? 1 : 0)->value = figure->value;
	}
}
