// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "histograms.h"
#include "must.h"

struct kind {
	const char *name;
	uint8_t column[SKSTAT_KEY_COLUMNS];
};

#define KIND(id, NAME, name_, PROBE, UNIT, FIRST, metric, help, a, b, c)                                          \
	[id] = { #name_, { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c } },
static const struct kind kinds[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(KIND) };

static bool is_other(const struct histogram *hist)
{
	return keyed_is_other(hist->key, SKSTAT_KEY_COLUMNS);
}

static void hist_take(const struct skstat_attr *attr, void *arg)
{
	struct skstat_histogram_cell cell;
	struct histograms *now = arg;
	struct histogram *hist;

	if ((uintptr_t)attr->data % 8)
		KEYED_WRONG(&now->dump, "a histogram does not begin on 8 bytes");
	if (attr->length < sizeof(cell)) {
		KEYED_WRONG(&now->dump, "a histogram of %zu bytes", (size_t)attr->length);
		return;
	}
	memcpy(&cell, attr->data, sizeof(cell));
	if (cell.skipped + cell.count > SKSTAT_HISTOGRAM_BUCKETS ||
	    attr->length != sizeof(cell) + cell.count * sizeof(uint64_t)) {
		KEYED_WRONG(&now->dump, "a histogram of %zu bytes: %u buckets behind %u", (size_t)attr->length, cell.count,
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
		KEYED_WRONG(&now->dump, "a histogram begins or ends with an empty bucket");
}

static const struct histogram *hist_find(const struct histograms *histograms, const struct histogram *like)
{
	for (size_t i = 0; i < histograms->count; i++)
		if (histograms->hist[i].histogram == like->histogram &&
		    !memcmp(histograms->hist[i].key, like->key, sizeof(like->key)))
			return &histograms->hist[i];
	return NULL;
}

static void hists_check(struct histograms *histograms)
{
	struct keyed_dump *dump = &histograms->dump;
	uint64_t used = 0;

	for (size_t i = 0; i < histograms->count; i++) {
		const struct histogram *hist = &histograms->hist[i];
		const struct kind *kind;

		if (!hist->histogram || hist->histogram >= __SKSTAT_HISTOGRAM_MAX) {
			KEYED_WRONG(dump, "a histogram %u", hist->histogram);
			continue;
		}
		kind = &kinds[hist->histogram];
		if (!histogram_count(hist))
			KEYED_WRONG(dump, "%s: nothing was observed", kind->name);
		if (hist_find(histograms, hist) != hist)
			KEYED_WRONG(dump, "%s: a key came twice", kind->name);
		keyed_check(dump, kind->name, kind->column, hist->key);
		used += !is_other(hist);
	}
	keyed_check_used(dump, used);
}

static bool is_back(const struct histogram *now, const struct histogram *was)
{
	for (size_t i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		if (now->bucket[i] < was->bucket[i])
			return true;
	return now->low < was->low || now->high < was->high || now->sum < was->sum || now->squares[1] < was->squares[1] ||
	       (now->squares[1] == was->squares[1] && now->squares[0] < was->squares[0]);
}

static void growth_check(struct histograms *histograms, const struct histogram *before, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct histogram *was = &before[i], *hist = hist_find(histograms, was);

		if (!hist)
			KEYED_WRONG(&histograms->dump, "one of %s has gone", kinds[was->histogram].name);
		else if (is_back(hist, was))
			KEYED_WRONG(&histograms->dump, "one of %s went back", kinds[was->histogram].name);
	}
}

const char *histograms_read(struct histograms *histograms)
{
	uint64_t instance = histograms->dump.total[SKSTAT_COUNTER_TOTALS_INSTANCE];
	struct histogram *before = histograms->hist;
	size_t count = histograms->count;

	histograms->hist = NULL;
	histograms->count = histograms->room = 0;
	keyed_dump_read(&histograms->dump);
	hists_check(histograms);
	if (histograms->dump.total[SKSTAT_COUNTER_TOTALS_INSTANCE] == instance)
		growth_check(histograms, before, count);
	free(before);
	return histograms->dump.wrong[0] ? histograms->dump.wrong : NULL;
}

void histograms_open(struct histograms *histograms)
{
	memset(histograms, 0, sizeof(*histograms));
	keyed_dump_open(&histograms->dump, SKSTAT_CMD_HIST, hist_take, histograms);
}

void histograms_close(struct histograms *histograms)
{
	keyed_dump_close(&histograms->dump);
	free(histograms->hist);
	memset(histograms, 0, sizeof(*histograms));
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
