// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a message of SOCK: whatever samples come out can be read whole, by every accessor. */
#include <assert.h>
#include <errno.h>

#include "message.h"
#include "source/message.h"

/* What was read ends up here, so that the compiler cannot leave the reading out. */
static volatile uint64_t sink;

struct seen {
	uint64_t samples;
	uint64_t stop; /* after so many; 0: never */
};

static void field_read(const struct skstat_sample *sample, const struct skstat_field *field)
{
	const unsigned char *at = skstat_sample_at(sample, field);
	uint64_t sum = skstat_sample_u64(sample, field);

	/* What a record does not have is 0, and so is what has no number. */
	if (!skstat_sample_has(sample, field) || field->type == SKSTAT_TYPE_ADDR || field->type == SKSTAT_TYPE_NAME)
		assert(sum == 0);
	assert((int64_t)sum == skstat_sample_s64(sample, field));
	for (size_t i = 0; i < field->size; i++)
		sum += at[i];
	sink += sum + (skstat_sample_scaled(sample, field, 250) > 0);
}

static int sample_read(const struct skstat_sample *sample, void *arg)
{
	struct seen *seen = arg;

	assert(skstat_kind_name(sample->kind));
	for (unsigned int g = 0; g < SKSTAT_RUN_GROUPS; g++) {
		assert(!sample->size[g] == !(sample->groups & 1u << g));
		assert(!sample->size[g] || sample->size[g] <= skstat_groups[g].size);
	}
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		field_read(sample, &skstat_fields[i]);
	return ++seen->samples == seen->stop;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = message_make(data, size);
	struct skstat_totals totals = { 0 };
	struct seen seen = { 0 };
	int err;

	if (!message)
		return 0;
	/* The sequence number is nobody's here: it says whether the reader stops half-way. */
	seen.stop = message->nlmsg_seq % 8;
	err = skstat_sock_parse(message, sample_read, &seen, &totals);
	assert(err == 0 || err == -EBADMSG || (err == 1 && seen.samples == seen.stop));
	assert(totals.samples == seen.samples && totals.sockets <= totals.samples);
	free(message);
	return 0;
}
