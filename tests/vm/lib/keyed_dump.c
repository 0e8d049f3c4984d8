// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "keyed_dump.h"
#include "must.h"

/* One reader for both of them. */
_Static_assert((int)SKSTAT_COUNTER_CELLS == (int)SKSTAT_HIST_CELL && (int)SKSTAT_COUNTER_NAME == (int)SKSTAT_HIST_NAME &&
		       (int)SKSTAT_COUNTER_TOTALS == (int)SKSTAT_HIST_TOTALS,
	       "COUNTER and HIST have the same attributes");

static bool column_has_names(uint32_t column)
{
	return column == SKSTAT_COLUMN_REASON || column == SKSTAT_COLUMN_RST_REASON ||
	       column == SKSTAT_COLUMN_FUNCTION || column == SKSTAT_COLUMN_DEVICE || column == SKSTAT_COLUMN_QDISC ||
	       column == SKSTAT_COLUMN_STACK;
}

/* --- what a message brings */

static uint64_t number_of(const struct skstat_attr *attr)
{
	uint64_t value = 0;

	memcpy(&value, attr->data, attr->length < sizeof(value) ? attr->length : sizeof(value));
	return value;
}

static void name_take(struct keyed_dump *dump, const struct skstat_attr *nest)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct keyed_name *name;
	struct skstat_attr attr;

	if (dump->names == dump->room) {
		dump->room = 2 * dump->room + 64;
		dump->name = must_have(realloc(dump->name, dump->room * sizeof(*dump->name)));
	}
	name = &dump->name[dump->names++];
	memset(name, 0, sizeof(*name));
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
		KEYED_WRONG(dump, "a name: column %u, id %u, '%.100s', netns %lu", name->column, name->id, name->text,
			    name->netns);
}

static void totals_take(struct keyed_dump *dump, const struct skstat_attr *nest)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;
	uint32_t have = 0;

	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type > SKSTAT_COUNTER_TOTALS_MAX)
			continue;
		dump->total[attr.type] = number_of(&attr);
		have |= 1u << attr.type;
	}
	for (uint32_t type = SKSTAT_COUNTER_TOTALS_PLACES; type <= SKSTAT_COUNTER_TOTALS_MAX; type++)
		if (!(have & 1u << type))
			KEYED_WRONG(dump, "the totals are without %u", type);
	if (!dump->total[SKSTAT_COUNTER_TOTALS_INSTANCE])
		KEYED_WRONG(dump, "totals of no instance");
	dump->complete = true;
}

static void message_take(struct keyed_dump *dump, const struct nlmsghdr *message)
{
	struct skstat_attr_reader reader;
	struct skstat_attr attr;

	if (dump->complete)
		KEYED_WRONG(dump, "a message came behind the totals");
	if (skstat_message_attrs(message, &reader))
		KEYED_WRONG(dump, "a message is too short");
	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type == SKSTAT_COUNTER_CELLS)
			dump->take(&attr, dump->arg);
		else if (attr.type == SKSTAT_COUNTER_NAME)
			name_take(dump, &attr);
		else if (attr.type == SKSTAT_COUNTER_TOTALS)
			totals_take(dump, &attr);
	}
}

static void datagram_take(struct keyed_dump *dump, const void *datagram, size_t length)
{
	const struct nlmsghdr *message = datagram;
	size_t left = length;

	dump->datagrams++;
	while (left >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) && message->nlmsg_len <= left) {
		size_t step = NLMSG_ALIGN(message->nlmsg_len);
		int err = 0;

		if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
			memcpy(&err, NLMSG_DATA(message), sizeof(err));
			if (err)
				KEYED_WRONG(dump, "errno %d", -err);
			dump->ended = true;
			return;
		}
		message_take(dump, message);
		message = (const void *)((const char *)message + step);
		left -= step < left ? step : left;
	}
	if (left)
		KEYED_WRONG(dump, "%zu bytes of no message", left);
}

/* --- dumps */

void keyed_dump_open(struct keyed_dump *dump, enum skstat_cmd command,
		     void (*take)(const struct skstat_attr *attr, void *arg), void *arg)
{
	memset(dump, 0, sizeof(*dump));
	dump->command = command;
	dump->take = take;
	dump->arg = arg;
	dump->socket = must_have(nl_socket_alloc());
	must_be(!genl_connect(dump->socket));
	dump->family = genl_ctrl_resolve(dump->socket, SKSTAT_FAMILY_NAME);
	must_be(dump->family > 0);
}

void keyed_dump_close(struct keyed_dump *dump)
{
	nl_socket_free(dump->socket);
	free(dump->name);
	memset(dump, 0, sizeof(*dump));
}

void keyed_dump_read(struct keyed_dump *dump)
{
	static char buffer[65536] __attribute__((aligned(8)));
	ssize_t length;

	dump->names = dump->datagrams = 0;
	dump->complete = dump->ended = false;
	dump->wrong[0] = '\0';
	memset(dump->total, 0, sizeof(dump->total));
	must_be(genl_send_simple(dump->socket, dump->family, dump->command, SKSTAT_FAMILY_VERSION, NLM_F_DUMP) >= 0);
	while (!dump->ended) {
		length = must(recv(nl_socket_get_fd(dump->socket), buffer, sizeof(buffer), MSG_TRUNC));
		must_be((size_t)length <= sizeof(buffer));
		datagram_take(dump, buffer, (size_t)length);
	}
	if (!dump->complete)
		KEYED_WRONG(dump, "no totals came");
}

/* --- what it promises */

bool keyed_is_other(const uint32_t *key, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		if (key[i] != SKSTAT_KEY_OTHER)
			return false;
	return true;
}

const struct keyed_name *keyed_name(const struct keyed_dump *dump, enum skstat_key_column column, uint32_t id)
{
	for (size_t i = 0; i < dump->names; i++)
		if (dump->name[i].column == column && dump->name[i].id == id)
			return &dump->name[i];
	return NULL;
}

void keyed_check(struct keyed_dump *dump, const char *what, const uint8_t *columns, const uint32_t *key)
{
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++) {
		if (key[i] == SKSTAT_KEY_OTHER)
			continue;
		if (!columns[i] && key[i])
			KEYED_WRONG(dump, "%s has no column %zu, and a key has %u there", what, i, key[i]);
		if (key[i] && column_has_names(columns[i]) && !keyed_name(dump, columns[i], key[i]))
			KEYED_WRONG(dump, "%s, column %zu: %u has no name", what, i, key[i]);
	}
}

void keyed_check_used(struct keyed_dump *dump, uint64_t used)
{
	const uint64_t *total = dump->total;

	if (used != total[SKSTAT_COUNTER_TOTALS_USED] || used > total[SKSTAT_COUNTER_TOTALS_PLACES])
		KEYED_WRONG(dump, "%lu keys, and the totals say %lu of %lu", used, total[SKSTAT_COUNTER_TOTALS_USED],
			    total[SKSTAT_COUNTER_TOTALS_PLACES]);
}
