// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a message of INFO, SCHEMA, MIB or DOORBELL, or as a verdict, whatever its headers say it is. */
#include <assert.h>
#include <errno.h>

#include <linux/genetlink.h>

#include "message.h"
#include "source/message.h"

/* What was read ends up here, so that the compiler cannot leave the reading out. */
static volatile uint64_t sink;

static void name_read(const char *name)
{
	size_t length = strnlen(name, SKSTAT_NAME_SIZE);

	assert(length < SKSTAT_NAME_SIZE);
	sink += length;
}

static int info_read(const struct nlmsghdr *message)
{
	struct skstat_info info;
	int err = skstat_info_parse(message, &info);

	name_read(info.version);
	for (size_t id = 0; id < __SKSTAT_PROBE_MAX; id++)
		sink += info.probe[id].known ? info.probe[id].hits : 0;
	assert(!info.probe[SKSTAT_PROBE_UNSPEC].known);
	return err;
}

static int schema_read(const struct nlmsghdr *message)
{
	struct skstat_schema schema = { 0 };
	int err = skstat_schema_parse(message, &schema);

	for (size_t i = 0; i < schema.groups; i++)
		name_read(schema.group[i].name);
	for (size_t i = 0; i < schema.fields; i++)
		name_read(schema.field[i].name);
	for (size_t i = 0; i < schema.counters; i++) {
		name_read(schema.counter[i].name);
		assert(skstat_schema_counter_name(&schema, schema.counter[i].table, schema.counter[i].index));
	}
	for (size_t i = 0; i < schema.probes; i++)
		name_read(schema.probe[i].name);
	assert(!schema.probes_available || schema.probes);
	assert(schema.probes_available >> __SKSTAT_PROBE_MAX == 0);
	/* What is available was in the message, and is a field of ours. */
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		assert(!schema.available[i] || schema.fields);
	skstat_schema_free(&schema);
	return err;
}

static int mib_read(const struct nlmsghdr *message)
{
	struct skstat_mib mib;
	int err = skstat_mib_parse(message, &mib);

	if (err)
		return err;
	/* One beyond the end, too. */
	for (uint32_t table = 0; table <= SKSTAT_MIB_MAX + 1; table++)
		for (size_t i = 0; i <= (table <= SKSTAT_MIB_MAX ? mib.count[table] : 0); i++)
			sink += skstat_mib_value(&mib, table, i);
	return 0;
}

static int doorbell_read(const struct nlmsghdr *message)
{
	uint64_t instance;
	int err = skstat_doorbell_parse(message, &instance);

	sink += instance;
	return err;
}

static int verdict_read(const struct nlmsghdr *message)
{
	struct skstat_error error;
	int err = skstat_verdict_parse(message, &error);

	assert(err == error.err && err <= 0);
	assert(strnlen(error.text, sizeof(error.text)) < sizeof(error.text));
	/* Any errno may be in it. */
	return 0;
}

/* The genl command, or UNSPEC where the message is too short to have one. */
static uint8_t command(const struct nlmsghdr *message)
{
	const struct genlmsghdr *genl = NLMSG_DATA(message);

	return message->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ? SKSTAT_CMD_UNSPEC : genl->cmd;
}

static int message_read(const struct nlmsghdr *message)
{
	if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
		return verdict_read(message);
	switch (command(message)) {
	case SKSTAT_CMD_SCHEMA:
		return schema_read(message);
	case SKSTAT_CMD_MIB:
		return mib_read(message);
	case SKSTAT_CMD_DOORBELL:
		return doorbell_read(message);
	default:
		return info_read(message);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = message_make(data, size);
	int err;

	if (!message)
		return 0;
	err = message_read(message);
	assert(err == 0 || err == -EBADMSG);
	free(message);
	return 0;
}
