// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dump.h"
#include "hists.h"
#include "must.h"

#define HIST_COLUMNS(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c },
#define HIST_FIRST(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) [id] = (FIRST),
#define HIST_UNIT(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c)  [id] = SKSTAT_HISTOGRAM_UNIT_##UNIT,
#define UNIT_SCALE(NAME, base, scale)					      [SKSTAT_HISTOGRAM_UNIT_##NAME] = (scale),

static const enum skstat_key_column columns[__SKSTAT_HISTOGRAM_MAX][SKSTAT_KEY_COLUMNS] = {
	SKSTAT_HISTOGRAMS(HIST_COLUMNS)
};
static const int firsts[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(HIST_FIRST) };
static const enum skstat_histogram_unit units[__SKSTAT_HISTOGRAM_MAX] = { SKSTAT_HISTOGRAMS(HIST_UNIT) };
static const double scales[] = { SKSTAT_HISTOGRAM_UNITS(UNIT_SCALE) };

/* --- reading */

static int hist_take(const struct skstat_hist *hist, void *arg)
{
	struct hists_reading *reading = &((struct hists *)arg)->now;

	if (reading->count == reading->room) {
		reading->room = reading->room ? 2 * reading->room : 64;
		reading->hist = must_have(realloc(reading->hist, reading->room * sizeof(*reading->hist)));
	}
	reading->hist[reading->count++] = *hist;
	return 0;
}

static int name_take(const struct skstat_counter_name *name, void *arg)
{
	return key_name_take(name, &((struct hists *)arg)->names);
}

static void hists_read(struct hists *hists)
{
	const struct skstat_hist_reader reader = { .hist = hist_take, .name = name_take, .arg = hists };
	struct skstat_error error = { 0 };

	hists->now.count = 0;
	hists->names.count = 0;
	hists->totals = (struct skstat_counter_totals){ 0 };
	if (skstat_netlink_hist(hists->reader, &reader, &hists->totals, &error))
		must_bail(__FILE__, __LINE__, "HIST", error.text);
	must_be(hists->totals.complete && !hists->totals.skipped);
}

void hists_mark(struct hists *hists)
{
	struct hists_reading mark = hists->mark;

	hists_read(hists);
	hists->mark = hists->now;
	hists->now = mark;
}

void hists_open(struct hists *hists, uint64_t probes)
{
	struct skstat_error error = { 0 };
	struct skstat_info info;

	*hists = (struct hists){ .holder = dump_connect(), .reader = dump_connect() };
	if (skstat_netlink_info(hists->reader, &info, &error))
		must_bail(__FILE__, __LINE__, "INFO", error.text);
	for (unsigned int id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if (!info.probe[id].available)
			probes &= ~(1ull << id);
	if (probes && skstat_netlink_probe_set(hists->holder, probes, 0, &error))
		must_bail(__FILE__, __LINE__, "PROBE_SET", error.text);
	hists->held = probes;
	hists_mark(hists);
}

void hists_close(struct hists *hists)
{
	skstat_netlink_close(hists->holder);
	skstat_netlink_close(hists->reader);
	free(hists->now.hist);
	free(hists->mark.hist);
	key_names_free(&hists->names);
	*hists = (struct hists){ 0 };
}

bool hists_has(const struct hists *hists, uint64_t probe)
{
	return hists->held & probe;
}

/* --- since the mark */

static unsigned __int128 squares_of(const struct skstat_histogram_cell *cell)
{
	return (unsigned __int128)cell->squares[1] << 64 | cell->squares[0];
}

static uint64_t buckets_sum(const struct hists_sum *sum)
{
	uint64_t count = sum->low + sum->high;

	for (size_t i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		count += sum->bucket[i];
	return count;
}

/* `times`: 1, or -1 to take it away again. */
static void sum_add(struct hists_sum *sum, const struct skstat_hist *hist, int times)
{
	const uint64_t factor = (uint64_t)(int64_t)times;

	sum->low += factor * hist->cell.low;
	sum->high += factor * hist->cell.high;
	sum->sum += factor * hist->cell.sum;
	sum->squares += times < 0 ? -squares_of(&hist->cell) : squares_of(&hist->cell);
	for (size_t i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		sum->bucket[i] += factor * hist->bucket[i];
}

static const struct skstat_hist *marked(const struct hists *hists, const struct skstat_hist *hist)
{
	for (size_t i = 0; i < hists->mark.count; i++)
		if (hists->mark.hist[i].cell.histogram == hist->cell.histogram &&
		    !memcmp(hists->mark.hist[i].cell.key, hist->cell.key, sizeof(hist->cell.key)))
			return &hists->mark.hist[i];
	return NULL;
}

static void growth_add(struct hists_sum *sum, const struct hists *hists, const struct skstat_hist *hist)
{
	const struct skstat_hist *before = marked(hists, hist);

	sum_add(sum, hist, 1);
	if (before)
		sum_add(sum, before, -1);
	sum->count = buckets_sum(sum);
}

static struct hists_sum sum_up(struct hists *hists, enum skstat_histogram_id id, const char *selector)
{
	struct hists_sum sum = { 0 };

	hists_read(hists);
	for (size_t i = 0; i < hists->now.count; i++)
		if (hists->now.hist[i].cell.histogram == id &&
		    key_is_meant(&hists->names, columns[id], hists->now.hist[i].cell.key, selector))
			growth_add(&sum, hists, &hists->now.hist[i]);
	return sum;
}

#define selector_print(selector, format)                                                              \
	do {                                                                                          \
		va_list args;                                                                         \
                                                                                                      \
		va_start(args, format);                                                               \
		must_be(vsnprintf(selector, sizeof(selector), format, args) < (int)sizeof(selector)); \
		va_end(args);                                                                         \
	} while (0)

struct hists_sum hists_sum(struct hists *hists, enum skstat_histogram_id id, const char *format, ...)
{
	char selector[512];

	selector_print(selector, format);
	return sum_up(hists, id, selector);
}

struct hists_sum hists_await(struct hists *hists, uint64_t least, enum skstat_histogram_id id, const char *format, ...)
{
	struct hists_sum sum;
	char selector[512];

	selector_print(selector, format);
	sum = sum_up(hists, id, selector);
	for (int i = 0; i < 1000 && sum.count < least; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		sum = sum_up(hists, id, selector);
	}
	return sum;
}

/* Upper edge of that bucket, in units of the histogram. */
static double edge(enum skstat_histogram_id id, int index)
{
	return exp2((firsts[id] + index) / 8.0) * scales[units[id]];
}

uint64_t hists_between(const struct hists_sum *sum, enum skstat_histogram_id id, double low, double high)
{
	uint64_t count = 0;

	for (int i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		if (edge(id, i) >= low && edge(id, i - 1) < high)
			count += sum->bucket[i];
	return count;
}

/* --- for people */

void hists_show(struct hists *hists, enum skstat_histogram_id id)
{
	hists_read(hists);
	for (size_t i = 0; i < hists->now.count; i++) {
		const struct skstat_hist *hist = &hists->now.hist[i];
		struct hists_sum sum = { 0 };

		if (hist->cell.histogram != id)
			continue;
		growth_add(&sum, hists, hist);
		if (!sum.count)
			continue;
		printf("# %" PRIu64 ", mean %.0f:", sum.count, (double)sum.sum / (double)sum.count);
		key_show(&hists->names, columns[id], hist->cell.key);
		putchar('\n');
	}
}
