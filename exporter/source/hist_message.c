// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "attr.h"
#include "hist_message.h"

/* The buckets behind the cell; all of them are zeroed. */
static int buckets_parse(struct skstat_hist *hist, const unsigned char *data, size_t length)
{
	const struct skstat_histogram_cell *cell = &hist->cell;

	if (length != cell->count * sizeof(hist->bucket[0]) ||
	    (size_t)cell->skipped + cell->count > SKSTAT_HISTOGRAM_BUCKETS)
		return -EBADMSG;
	if (length)
		memcpy(hist->bucket + cell->skipped, data, length);
	return 0;
}

static int cell_parse(const struct skstat_attr *attr, const struct skstat_hist_reader *reader,
		      struct skstat_counter_totals *totals)
{
	struct skstat_hist hist = { 0 };

	if (attr->length < sizeof(hist.cell))
		return -EBADMSG;
	memcpy(&hist.cell, attr->data, sizeof(hist.cell));
	if (hist.cell.histogram == SKSTAT_HISTOGRAM_UNSPEC || hist.cell.histogram >= __SKSTAT_HISTOGRAM_MAX) {
		totals->skipped++;
		return 0;
	}
	if (buckets_parse(&hist, (const unsigned char *)attr->data + sizeof(hist.cell),
			  attr->length - sizeof(hist.cell)))
		return -EBADMSG;
	totals->cells++;
	return reader->hist && reader->hist(&hist, reader->arg) ? 1 : 0;
}

int skstat_hist_parse(const struct nlmsghdr *message, const struct skstat_hist_reader *reader,
		      struct skstat_counter_totals *totals)
{
	struct skstat_attr_reader attrs;
	struct skstat_attr attr;
	int err;

	if (skstat_message_attrs(message, &attrs))
		return -EBADMSG;
	while ((err = skstat_attr_next(&attrs, &attr)) > 0) {
		if (attr.type == SKSTAT_HIST_CELL)
			err = cell_parse(&attr, reader, totals);
		else if (attr.type == SKSTAT_HIST_NAME)
			err = skstat_counter_name_parse(&attr, reader->name, reader->arg);
		else if (attr.type == SKSTAT_HIST_TOTALS)
			err = skstat_counter_totals_parse(&attr, totals);
		else
			continue;
		if (err)
			return err;
	}
	return err;
}
