// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a message of inet_diag: of a dump, and of a destroyed socket. */
#include <assert.h>
#include <errno.h>

#include "message.h"
#include "source/inet_diag_decode.h"
#include "source/inet_diag_event.h"

static void name_check(const struct skstat_name *name)
{
	assert(strnlen(name->text, sizeof(name->text)) < sizeof(name->text));
}

/* Groups are there whole or not at all, and only those that the kind has. */
static void sample_check(const struct skstat_sample *sample)
{
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		assert(!sample->size[g] == !(sample->groups & 1u << g));
		assert(!sample->size[g] || sample->size[g] == skstat_groups[g].size);
		assert(!sample->size[g] || skstat_groups[g].kinds & 1u << sample->kind);
	}
	name_check(&sample->congestion.cong);
	name_check(&sample->congestion.ulp);
}

static void event_check(const struct nlmsghdr *message, const struct skstat_inet_diag *diag)
{
	struct skstat_sample event;
	int err = skstat_inet_diag_event(message, &event);

	assert(err == 0 || err == -EBADMSG);
	/* What is no message of a socket is none of a destroyed one. */
	if (err || !diag)
		assert(err && !event.groups);
	else
		assert(event.identity.cookie == diag->sample.identity.cookie);
	sample_check(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = message_make(data, size);
	struct skstat_inet_diag diag;
	int err;

	if (!message)
		return 0;
	err = skstat_inet_diag_decode(message, &diag);
	assert(err == 0 || err == -EBADMSG);
	if (!err)
		sample_check(&diag.sample);
	event_check(message, err ? NULL : &diag);
	free(message);
	return 0;
}
