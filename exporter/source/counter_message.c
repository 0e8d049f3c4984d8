// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "attr.h"
#include "counter_message.h"
#include "utf8.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FILL(attr, rows, into) skstat_attr_fill((attr)->data, (attr)->length, rows, LENGTH(rows), into)

static int cells_parse(const struct skstat_attr *attr, const struct skstat_counter_reader *reader,
		       struct skstat_counter_totals *totals)
{
	const unsigned char *next = attr->data, *end = next + attr->length;
	struct skstat_cell cell;

	if (attr->length % sizeof(cell))
		return -EBADMSG;
	for (; next < end; next += sizeof(cell)) {
		memcpy(&cell, next, sizeof(cell));
		if (cell.table == SKSTAT_TABLE_UNSPEC || cell.table >= __SKSTAT_TABLE_MAX) {
			totals->skipped++;
			continue;
		}
		totals->cells++;
		if (reader->cell && reader->cell(&cell, reader->arg))
			return 1;
	}
	return 0;
}

/* Cut where it does not fit: a label is not worth the whole dump. */
static int text_find(const struct skstat_attr *nest, char text[SKSTAT_COUNTER_NAME_SIZE])
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;
	size_t length;
	int err;

	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.type != SKSTAT_NAME_NAME)
			continue;
		length = strnlen(attr.data, attr.length);
		if (length >= SKSTAT_COUNTER_NAME_SIZE)
			length = SKSTAT_COUNTER_NAME_SIZE - 1;
		memcpy(text, attr.data, length);
		text[length] = '\0';
		/* Whoever has a network namespace calls its devices what he likes. */
		skstat_utf8_clean(text);
	}
	return err;
}

static bool is_named(uint32_t column)
{
	return column == SKSTAT_COLUMN_REASON || column == SKSTAT_COLUMN_RST_REASON ||
	       column == SKSTAT_COLUMN_FUNCTION || column == SKSTAT_COLUMN_DEVICE || column == SKSTAT_COLUMN_QDISC ||
	       column == SKSTAT_COLUMN_STACK;
}

int skstat_counter_name_parse(const struct skstat_attr *attr,
			      int (*take)(const struct skstat_counter_name *name, void *arg), void *arg)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_NAME_COLUMN, SKSTAT_ATTR_U32, offsetof(struct skstat_counter_name, column) },
		{ SKSTAT_NAME_ID, SKSTAT_ATTR_U32, offsetof(struct skstat_counter_name, id) },
		{ SKSTAT_NAME_NETNS, SKSTAT_ATTR_U64, offsetof(struct skstat_counter_name, netns) },
	};
	struct skstat_counter_name name = { 0 };

	if (FILL(attr, rows, &name) || text_find(attr, name.name))
		return -EBADMSG;
	/* The kernel's lists begin with a name for 0, which is none here. */
	if (!is_named(name.column) || !name.id || name.id == SKSTAT_KEY_OTHER || !name.name[0])
		return 0;
	return take && take(&name, arg) ? 1 : 0;
}

int skstat_counter_totals_parse(const struct skstat_attr *attr, struct skstat_counter_totals *totals)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_COUNTER_TOTALS_PLACES, SKSTAT_ATTR_U64, offsetof(struct skstat_counter_totals, places) },
		{ SKSTAT_COUNTER_TOTALS_USED, SKSTAT_ATTR_U64, offsetof(struct skstat_counter_totals, used) },
		{ SKSTAT_COUNTER_TOTALS_MEMORY, SKSTAT_ATTR_U64, offsetof(struct skstat_counter_totals, memory) },
		{ SKSTAT_COUNTER_TOTALS_NS, SKSTAT_ATTR_U64, offsetof(struct skstat_counter_totals, ns) },
		{ SKSTAT_COUNTER_TOTALS_INSTANCE, SKSTAT_ATTR_U64, offsetof(struct skstat_counter_totals, instance) },
	};

	if (totals->complete)
		return -EBADMSG;
	totals->complete = true;
	return FILL(attr, rows, totals);
}

int skstat_counter_parse(const struct nlmsghdr *message, const struct skstat_counter_reader *reader,
			 struct skstat_counter_totals *totals)
{
	struct skstat_attr_reader attrs;
	struct skstat_attr attr;
	int err;

	if (skstat_message_attrs(message, &attrs))
		return -EBADMSG;
	while ((err = skstat_attr_next(&attrs, &attr)) > 0) {
		if (attr.type == SKSTAT_COUNTER_CELLS)
			err = cells_parse(&attr, reader, totals);
		else if (attr.type == SKSTAT_COUNTER_NAME)
			err = skstat_counter_name_parse(&attr, reader->name, reader->arg);
		else if (attr.type == SKSTAT_COUNTER_TOTALS)
			err = skstat_counter_totals_parse(&attr, totals);
		else
			continue;
		if (err)
			return err;
	}
	return err;
}
