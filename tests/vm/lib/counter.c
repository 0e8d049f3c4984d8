// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "counter.h"
#include "must.h"
#include "source/attr.h"

/* One dump on its way in. */
struct reading {
	struct counters now;
	bool complete, ended;
	char wrong[256];
};

#define WRONG(reading, ...)                                                                     \
	do {                                                                                    \
		if (!(reading)->wrong[0])                                                       \
			snprintf((reading)->wrong, sizeof((reading)->wrong), __VA_ARGS__);      \
	} while (0)

#define TABLE_COLUMNS(id, NAME, name, PROBE, metric, help, a, b, c, d, e)                                          \
	[SKSTAT_TABLE_##NAME] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c, SKSTAT_COLUMN_##d, \
				  SKSTAT_COLUMN_##e },
static const uint8_t table_columns[__SKSTAT_TABLE_MAX][SKSTAT_KEY_COLUMNS] = { SKSTAT_TABLES(TABLE_COLUMNS) };

static bool column_has_names(uint32_t column)
{
	return column == SKSTAT_COLUMN_REASON || column == SKSTAT_COLUMN_RST_REASON ||
	       column == SKSTAT_COLUMN_FUNCTION || column == SKSTAT_COLUMN_DEVICE;
}

static bool is_other(const struct skstat_cell *cell)
{
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++)
		if (cell->key[i] != SKSTAT_KEY_OTHER)
			return false;
	return true;
}

static void cells_take(struct reading *reading, const struct skstat_attr *attr)
{
	struct counters *now = &reading->now;
	size_t count = attr->length / sizeof(struct skstat_cell);

	/* The buffer is aligned, so this is about the place in the datagram. */
	if ((uintptr_t)attr->data % 8)
		WRONG(reading, "cells do not begin on 8 bytes");
	if (!count || attr->length % sizeof(struct skstat_cell))
		WRONG(reading, "cells of %zu bytes", attr->length);
	if (now->cells + count > now->cells_room) {
		now->cells_room = 2 * (now->cells + count);
		now->cell = must_have(realloc(now->cell, now->cells_room * sizeof(*now->cell)));
	}
	memcpy(now->cell + now->cells, attr->data, count * sizeof(*now->cell));
	now->cells += count;
}

static uint64_t number_of(const struct skstat_attr *attr)
{
	uint64_t value = 0;

	memcpy(&value, attr->data, attr->length < sizeof(value) ? attr->length : sizeof(value));
	return value;
}

static void name_take(struct reading *reading, const struct skstat_attr *nest)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct counters *now = &reading->now;
	struct counter_name *name;
	struct skstat_attr attr;

	if (now->names == now->names_room) {
		now->names_room = 2 * now->names_room + 64;
		now->name = must_have(realloc(now->name, now->names_room * sizeof(*now->name)));
	}
	name = &now->name[now->names++];
	*name = (struct counter_name){ 0 };
	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type == SKSTAT_NAME_COLUMN)
			name->column = (uint32_t)number_of(&attr);
		else if (attr.type == SKSTAT_NAME_ID)
			name->id = (uint32_t)number_of(&attr);
		else if (attr.type == SKSTAT_NAME_NETNS)
			name->netns = number_of(&attr);
		else if (attr.type == SKSTAT_NAME_NAME && attr.length)
			snprintf(name->text, sizeof(name->text), "%.*s", (int)attr.length, (const char *)attr.data);
	}
	if (!column_has_names(name->column) || !name->id || name->id == SKSTAT_KEY_OTHER || !name->text[0] ||
	    !name->netns != (name->column != SKSTAT_COLUMN_DEVICE))
		WRONG(reading, "a name: column %u, id %u, '%s', netns %lu", name->column, name->id, name->text,
		      name->netns);
}

static void totals_take(struct reading *reading, const struct skstat_attr *nest)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;
	uint32_t have = 0;

	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type > SKSTAT_COUNTER_TOTALS_MAX)
			continue;
		reading->now.total[attr.type] = number_of(&attr);
		have |= 1u << attr.type;
	}
	for (uint32_t type = SKSTAT_COUNTER_TOTALS_PLACES; type <= SKSTAT_COUNTER_TOTALS_MAX; type++)
		if (!(have & 1u << type))
			WRONG(reading, "the totals are without %u", type);
	reading->complete = true;
}

static void message_take(struct reading *reading, const struct nlmsghdr *message)
{
	struct skstat_attr_reader reader;
	struct skstat_attr attr;

	if (reading->complete)
		WRONG(reading, "a message came behind the totals");
	if (skstat_message_attrs(message, &reader))
		WRONG(reading, "a message is too short");
	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type == SKSTAT_COUNTER_CELLS)
			cells_take(reading, &attr);
		else if (attr.type == SKSTAT_COUNTER_NAME)
			name_take(reading, &attr);
		else if (attr.type == SKSTAT_COUNTER_TOTALS)
			totals_take(reading, &attr);
	}
}

static void datagram_take(struct reading *reading, const void *datagram, size_t length)
{
	const struct nlmsghdr *message = datagram;
	size_t left = length;

	reading->now.datagrams++;
	while (left >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) && message->nlmsg_len <= left) {
		size_t step = NLMSG_ALIGN(message->nlmsg_len);
		int err = 0;

		if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
			memcpy(&err, NLMSG_DATA(message), sizeof(err));
			if (err)
				WRONG(reading, "errno %d", -err);
			reading->ended = true;
			return;
		}
		message_take(reading, message);
		message = (const void *)((const char *)message + step);
		left -= step < left ? step : left;
	}
	if (left)
		WRONG(reading, "%zu bytes of no message", left);
}

static void receive(struct reading *reading)
{
	static char buffer[65536] __attribute__((aligned(8)));
	ssize_t length;

	while (!reading->ended) {
		length = must(recv(nl_socket_get_fd(reading->now.socket), buffer, sizeof(buffer), MSG_TRUNC));
		must_be((size_t)length <= sizeof(buffer));
		datagram_take(reading, buffer, (size_t)length);
	}
	if (!reading->complete)
		WRONG(reading, "no totals came");
}

const struct skstat_cell *counters_find(const struct counters *counters, enum skstat_table_id table, const uint32_t *key,
					size_t columns)
{
	for (size_t i = 0; i < counters->cells; i++)
		if (counters->cell[i].table == table && !memcmp(counters->cell[i].key, key, columns * sizeof(*key)))
			return &counters->cell[i];
	return NULL;
}

const struct counter_name *counters_name(const struct counters *counters, enum skstat_key_column column, uint32_t id)
{
	for (size_t i = 0; i < counters->names; i++)
		if (counters->name[i].column == column && counters->name[i].id == id)
			return &counters->name[i];
	return NULL;
}

static void key_check(struct reading *reading, const struct skstat_cell *cell)
{
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++) {
		uint32_t id = cell->key[i];
		uint8_t column = table_columns[cell->table][i];

		if (id == SKSTAT_KEY_OTHER)
			continue;
		if (!column && id)
			WRONG(reading, "table %u has no column %zu, and a key has %u there", cell->table, i, id);
		if (id && column_has_names(column) && !counters_name(&reading->now, column, id))
			WRONG(reading, "table %u, column %zu: %u has no name", cell->table, i, id);
	}
}

static void cells_check(struct reading *reading)
{
	const struct counters *now = &reading->now;
	uint64_t used = 0;

	for (size_t i = 0; i < now->cells; i++) {
		const struct skstat_cell *cell = &now->cell[i];

		if (!cell->table || cell->table >= __SKSTAT_TABLE_MAX) {
			WRONG(reading, "a cell of table %u", cell->table);
			continue;
		}
		if (!cell->count)
			WRONG(reading, "a cell that was never met");
		if (counters_find(now, cell->table, cell->key, SKSTAT_KEY_COLUMNS) != cell)
			WRONG(reading, "a key of table %u came twice", cell->table);
		if (!is_other(cell)) {
			key_check(reading, cell);
			used++;
		}
	}
	if (used != now->total[SKSTAT_COUNTER_TOTALS_USED] || used > now->total[SKSTAT_COUNTER_TOTALS_PLACES])
		WRONG(reading, "%lu keys, and the totals say %lu of %lu", used, now->total[SKSTAT_COUNTER_TOTALS_USED],
		      now->total[SKSTAT_COUNTER_TOTALS_PLACES]);
}

static void growth_check(struct reading *reading, const struct counters *before)
{
	const struct counters *now = &reading->now;

	if (before->total[SKSTAT_COUNTER_TOTALS_INSTANCE] != now->total[SKSTAT_COUNTER_TOTALS_INSTANCE])
		return;
	for (size_t i = 0; i < before->cells; i++) {
		const struct skstat_cell *was = &before->cell[i];
		const struct skstat_cell *cell = counters_find(now, was->table, was->key, SKSTAT_KEY_COLUMNS);

		if (!cell)
			WRONG(reading, "a cell of table %u has gone", was->table);
		else if (cell->count < was->count)
			WRONG(reading, "a count of table %u went from %lu to %lu", was->table, (uint64_t)was->count,
			      (uint64_t)cell->count);
	}
}

void counters_open(struct counters *counters)
{
	*counters = (struct counters){ 0 };
	counters->socket = must_have(nl_socket_alloc());
	must_be(!genl_connect(counters->socket));
	counters->family = genl_ctrl_resolve(counters->socket, SKSTAT_FAMILY_NAME);
	must_be(counters->family > 0);
}

void counters_close(struct counters *counters)
{
	nl_socket_free(counters->socket);
	free(counters->cell);
	free(counters->name);
	*counters = (struct counters){ 0 };
}

const char *counters_read(struct counters *counters)
{
	static char why[sizeof(((struct reading *)NULL)->wrong)];
	struct reading reading = { .now = { .socket = counters->socket, .family = counters->family } };

	must_be(genl_send_simple(counters->socket, counters->family, SKSTAT_CMD_COUNTER, SKSTAT_FAMILY_VERSION,
				 NLM_F_DUMP) >= 0);
	receive(&reading);
	cells_check(&reading);
	growth_check(&reading, counters);
	free(counters->cell);
	free(counters->name);
	*counters = reading.now;
	if (!reading.wrong[0])
		return NULL;
	snprintf(why, sizeof(why), "%s", reading.wrong);
	return why;
}

uint64_t counters_other(const struct counters *counters, enum skstat_table_id table)
{
	static const uint32_t other[SKSTAT_KEY_COLUMNS] = { SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER,
							    SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER };
	const struct skstat_cell *cell = counters_find(counters, table, other, SKSTAT_KEY_COLUMNS);

	return cell ? cell->count : 0;
}

uint64_t counters_sum(const struct counters *counters, enum skstat_table_id table)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < counters->cells; i++)
		if (counters->cell[i].table == table)
			sum += counters->cell[i].count;
	return sum;
}
