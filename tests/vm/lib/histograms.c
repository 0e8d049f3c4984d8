// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "histograms.h"
#include "must.h"
#include "source/attr.h"

/* One dump on its way in. */
struct reading {
	struct histograms now;
	bool complete, ended;
	char wrong[256];
};

#define WRONG(reading, ...)                                                                     \
	do {                                                                                    \
		if (!(reading)->wrong[0])                                                       \
			snprintf((reading)->wrong, sizeof((reading)->wrong), __VA_ARGS__);      \
	} while (0)

struct kind {
	const char *name;
	uint8_t column[SKSTAT_KEY_COLUMNS];
};

#define KIND(id, NAME, name_, PROBE, UNIT, FIRST, metric, help, a, b, c)                                          \
	[id] = { #name_, { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c } },
static const struct kind kinds[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(KIND) };

/* No histogram has as many columns as a key. */
static bool is_other(const struct histogram *hist)
{
	return hist->key[SKSTAT_KEY_COLUMNS - 1] == SKSTAT_KEY_OTHER;
}

static bool column_has_names(uint32_t column)
{
	return column == SKSTAT_COLUMN_DEVICE || column == SKSTAT_COLUMN_QDISC;
}

/* --- what a message brings */

static void hist_take(struct reading *reading, const struct skstat_attr *attr)
{
	struct histograms *now = &reading->now;
	struct skstat_histogram_cell cell;
	struct histogram *hist;

	if ((uintptr_t)attr->data % 8)
		WRONG(reading, "a histogram does not begin on 8 bytes");
	if (attr->length < sizeof(cell)) {
		WRONG(reading, "a histogram of %zu bytes", (size_t)attr->length);
		return;
	}
	memcpy(&cell, attr->data, sizeof(cell));
	if (cell.skipped + cell.count > SKSTAT_HISTOGRAM_BUCKETS ||
	    attr->length != sizeof(cell) + cell.count * sizeof(uint64_t)) {
		WRONG(reading, "a histogram of %zu bytes: %u buckets behind %u", (size_t)attr->length, cell.count,
		      cell.skipped);
		return;
	}
	if (now->count == now->room) {
		now->room = 2 * now->room + 64;
		now->hist = must_have(realloc(now->hist, now->room * sizeof(*now->hist)));
	}
	hist = &now->hist[now->count++];
	*hist = (struct histogram){ .histogram = cell.histogram, .low = cell.low, .high = cell.high, .sum = cell.sum };
	memcpy(hist->key, cell.key, sizeof(hist->key));
	memcpy(hist->squares, cell.squares, sizeof(hist->squares));
	memcpy(hist->bucket + cell.skipped, (const char *)attr->data + sizeof(cell), cell.count * sizeof(uint64_t));
	if (cell.count && (!hist->bucket[cell.skipped] || !hist->bucket[cell.skipped + cell.count - 1]))
		WRONG(reading, "a histogram begins or ends with an empty bucket");
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
	struct histograms *now = &reading->now;
	struct histogram_name *name;
	struct skstat_attr attr;
	bool named;

	if (now->names == now->names_room) {
		now->names_room = 2 * now->names_room + 64;
		now->name = must_have(realloc(now->name, now->names_room * sizeof(*now->name)));
	}
	name = &now->name[now->names++];
	*name = (struct histogram_name){ 0 };
	named = false;
	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type == SKSTAT_NAME_COLUMN)
			name->column = (uint32_t)number_of(&attr);
		else if (attr.type == SKSTAT_NAME_ID)
			name->id = (uint32_t)number_of(&attr);
		else if (attr.type == SKSTAT_NAME_NAME)
			named = attr.length > 1;
	}
	if (!column_has_names(name->column) || !name->id || !named)
		WRONG(reading, "a name: column %u, id %u", name->column, name->id);
}

static void totals_take(struct reading *reading, const struct skstat_attr *nest)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;

	while (skstat_attr_next(&reader, &attr) > 0)
		if (attr.type <= SKSTAT_COUNTER_TOTALS_MAX)
			reading->now.total[attr.type] = number_of(&attr);
	if (!reading->now.total[SKSTAT_COUNTER_TOTALS_INSTANCE])
		WRONG(reading, "totals of no instance");
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
		if (attr.type == SKSTAT_HIST_CELL)
			hist_take(reading, &attr);
		else if (attr.type == SKSTAT_HIST_NAME)
			name_take(reading, &attr);
		else if (attr.type == SKSTAT_HIST_TOTALS)
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

/* --- what it promises */

static const struct histogram *hist_find(const struct histogram *hist, size_t count, const struct histogram *like)
{
	for (size_t i = 0; i < count; i++)
		if (hist[i].histogram == like->histogram && !memcmp(hist[i].key, like->key, sizeof(like->key)))
			return &hist[i];
	return NULL;
}

static bool has_name(const struct histograms *histograms, uint32_t column, uint32_t id)
{
	for (size_t i = 0; i < histograms->names; i++)
		if (histograms->name[i].column == column && histograms->name[i].id == id)
			return true;
	return false;
}

static void hist_check(struct reading *reading, const struct histogram *hist)
{
	if (!hist->histogram || hist->histogram >= __SKSTAT_HISTOGRAM_MAX) {
		WRONG(reading, "a histogram %u", hist->histogram);
		return;
	}
	if (!histogram_count(hist))
		WRONG(reading, "%s: nothing was observed", kinds[hist->histogram].name);
	if (hist_find(reading->now.hist, reading->now.count, hist) != hist)
		WRONG(reading, "%s: a key came twice", kinds[hist->histogram].name);
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++) {
		uint32_t id = hist->key[i];
		uint8_t column = kinds[hist->histogram].column[i];

		if (id == SKSTAT_KEY_OTHER)
			continue;
		if (!column && id)
			WRONG(reading, "%s has no column %zu, and a key has %u there", kinds[hist->histogram].name, i, id);
		if (id && column_has_names(column) && !has_name(&reading->now, column, id))
			WRONG(reading, "%s, column %zu: %u has no name", kinds[hist->histogram].name, i, id);
	}
}

static void hists_check(struct reading *reading)
{
	const struct histograms *now = &reading->now;
	uint64_t used = 0;

	for (size_t i = 0; i < now->count; i++) {
		hist_check(reading, &now->hist[i]);
		used += !is_other(&now->hist[i]);
	}
	if (used != now->total[SKSTAT_COUNTER_TOTALS_USED] || used > now->total[SKSTAT_COUNTER_TOTALS_PLACES])
		WRONG(reading, "%lu keys, and the totals say %lu of %lu", used, now->total[SKSTAT_COUNTER_TOTALS_USED],
		      now->total[SKSTAT_COUNTER_TOTALS_PLACES]);
}

static bool is_back(const struct histogram *now, const struct histogram *was)
{
	for (size_t i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		if (now->bucket[i] < was->bucket[i])
			return true;
	return now->low < was->low || now->high < was->high || now->sum < was->sum || now->squares[1] < was->squares[1] ||
	       (now->squares[1] == was->squares[1] && now->squares[0] < was->squares[0]);
}

static void growth_check(struct reading *reading, const struct histograms *before)
{
	const struct histograms *now = &reading->now;

	if (before->total[SKSTAT_COUNTER_TOTALS_INSTANCE] != now->total[SKSTAT_COUNTER_TOTALS_INSTANCE])
		return;
	for (size_t i = 0; i < before->count; i++) {
		const struct histogram *was = &before->hist[i], *hist = hist_find(now->hist, now->count, was);

		if (!hist)
			WRONG(reading, "one of %s has gone", kinds[was->histogram].name);
		else if (is_back(hist, was))
			WRONG(reading, "one of %s went back", kinds[was->histogram].name);
	}
}

const char *histograms_read(struct histograms *histograms)
{
	static char why[sizeof(((struct reading *)NULL)->wrong)];
	struct reading reading = { .now = { .socket = histograms->socket, .family = histograms->family } };

	must_be(genl_send_simple(histograms->socket, histograms->family, SKSTAT_CMD_HIST, SKSTAT_FAMILY_VERSION, NLM_F_DUMP) >= 0);
	receive(&reading);
	hists_check(&reading);
	growth_check(&reading, histograms);
	free(histograms->hist);
	free(histograms->name);
	*histograms = reading.now;
	if (!reading.wrong[0])
		return NULL;
	snprintf(why, sizeof(why), "%s", reading.wrong);
	return why;
}

void histograms_open(struct histograms *histograms)
{
	memset(histograms, 0, sizeof(*histograms));
	histograms->socket = must_have(nl_socket_alloc());
	must_be(!genl_connect(histograms->socket));
	histograms->family = genl_ctrl_resolve(histograms->socket, SKSTAT_FAMILY_NAME);
	must_be(histograms->family > 0);
}

void histograms_close(struct histograms *histograms)
{
	nl_socket_free(histograms->socket);
	free(histograms->hist);
	free(histograms->name);
	*histograms = (struct histograms){ 0 };
}

uint64_t histogram_count(const struct histogram *histogram)
{
	uint64_t count = histogram->low + histogram->high;

	for (size_t i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		count += histogram->bucket[i];
	return count;
}

uint64_t histograms_count(const struct histograms *histograms, enum skstat_histogram_id id, bool other)
{
	uint64_t count = 0;

	for (size_t i = 0; i < histograms->count; i++)
		if (histograms->hist[i].histogram == id && (!other || is_other(&histograms->hist[i])))
			count += histogram_count(&histograms->hist[i]);
	return count;
}
