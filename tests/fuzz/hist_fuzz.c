// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a message of HIST: what comes out are histograms that there are, with buckets that came. */
#include <assert.h>
#include <errno.h>

#include "message.h"
#include "source/hist_message.h"

struct seen {
	uint64_t hists, names, buckets;
	uint64_t stop; /* after so many of both; 0: never */
};

static int seen_one(const struct seen *seen)
{
	return seen->hists + seen->names == seen->stop;
}

static int hist_read(const struct skstat_hist *hist, void *arg)
{
	const struct skstat_histogram_cell *cell = &hist->cell;
	struct seen *seen = arg;

	assert(cell->histogram != SKSTAT_HISTOGRAM_UNSPEC && cell->histogram < __SKSTAT_HISTOGRAM_MAX);
	assert(cell->skipped + cell->count <= SKSTAT_HISTOGRAM_BUCKETS);
	for (int i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		assert(!hist->bucket[i] || (i >= cell->skipped && i < cell->skipped + cell->count));
	seen->hists++;
	seen->buckets += cell->count;
	return seen_one(seen);
}

static int name_read(const struct skstat_counter_name *name, void *arg)
{
	struct seen *seen = arg;

	assert(memchr(name->name, 0, sizeof(name->name)) && name->name[0]);
	assert(name->column != SKSTAT_COLUMN_NONE && name->column < __SKSTAT_COLUMN_MAX);
	seen->names++;
	return seen_one(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = message_make(data, size);
	struct skstat_counter_totals totals = { 0 };
	struct seen seen = { 0 };
	const struct skstat_hist_reader reader = { hist_read, name_read, &seen }, nobody = { 0 };
	int err;

	if (!message)
		return 0;
	/* The sequence number is nobody's here: it says whether the reader stops half-way. */
	seen.stop = message->nlmsg_seq % 8;
	err = skstat_hist_parse(message, &reader, &totals);
	assert(err == 0 || err == -EBADMSG || (err == 1 && seen_one(&seen)));
	assert(totals.cells == seen.hists);
	assert((seen.hists + totals.skipped) * sizeof(struct skstat_histogram_cell) +
	       seen.buckets * sizeof(uint64_t) <= size);
	totals = (struct skstat_counter_totals){ 0 };
	err = skstat_hist_parse(message, &nobody, &totals);
	assert(err == 0 || err == -EBADMSG);
	assert(totals.cells >= seen.hists);
	free(message);
	return 0;
}
