// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a message of COUNTER: what comes out are cells of tables that there are, and names that end. */
#include <assert.h>
#include <errno.h>

#include "message.h"
#include "source/counter_message.h"

struct seen {
	uint64_t cells, names;
	uint64_t stop; /* after so many of both; 0: never */
};

static int seen_one(const struct seen *seen)
{
	return seen->cells + seen->names == seen->stop;
}

static int cell_read(const struct skstat_cell *cell, void *arg)
{
	struct seen *seen = arg;

	assert(cell->table != SKSTAT_TABLE_UNSPEC && cell->table < __SKSTAT_TABLE_MAX);
	seen->cells++;
	return seen_one(seen);
}

static int name_read(const struct skstat_counter_name *name, void *arg)
{
	struct seen *seen = arg;
	size_t length = strnlen(name->name, sizeof(name->name));

	assert(length && length < sizeof(name->name));
	assert(name->column != SKSTAT_COLUMN_NONE && name->column < __SKSTAT_COLUMN_MAX);
	assert(name->id && name->id != SKSTAT_KEY_OTHER);
	seen->names++;
	return seen_one(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = message_make(data, size);
	struct skstat_counter_totals totals = { 0 };
	struct seen seen = { 0 };
	const struct skstat_counter_reader reader = { cell_read, name_read, &seen }, nobody = { 0 };
	int err;

	if (!message)
		return 0;
	/* The sequence number is nobody's here: it says whether the reader stops half-way. */
	seen.stop = message->nlmsg_seq % 8;
	err = skstat_counter_parse(message, &reader, &totals);
	assert(err == 0 || err == -EBADMSG || (err == 1 && seen_one(&seen)));
	assert(totals.cells == seen.cells);
	assert((seen.cells + totals.skipped) * sizeof(struct skstat_cell) <= size);
	totals = (struct skstat_counter_totals){ 0 };
	err = skstat_counter_parse(message, &nobody, &totals);
	assert(err == 0 || err == -EBADMSG);
	assert(totals.cells >= seen.cells);
	free(message);
	return 0;
}
