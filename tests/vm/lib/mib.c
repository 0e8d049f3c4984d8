// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "mib.h"
#include "must.h"
#include "procnet.h"

/* What is being read when MIB comes: the values of one namespace. */
struct mib_copy {
	uint32_t inode;
	size_t times;
	uint64_t *value[SKSTAT_MIB_MAX + 1];
	size_t count[SKSTAT_MIB_MAX + 1];
};

static int mib_copy(const struct skstat_mib *mib, void *arg)
{
	struct mib_copy *copy = arg;

	if (mib->inode != copy->inode)
		return 0;
	copy->times++;
	for (uint32_t table = 0; table <= SKSTAT_MIB_MAX; table++) {
		free(copy->value[table]);
		copy->count[table] = mib->count[table];
		copy->value[table] = must_have(calloc(mib->count[table] + 1, sizeof(uint64_t)));
		for (size_t i = 0; i < mib->count[table]; i++)
			copy->value[table][i] = skstat_mib_value(mib, table, i);
	}
	return 0;
}

/* The value of a counter of /proc/net in what MIB gave; false if SCHEMA does not name it. */
static bool mib_find(const struct skstat_schema *schema, const struct mib_copy *copy,
		     const struct procnet_counter *counter, uint64_t *value)
{
	static const struct {
		const char *name;
		uint32_t table;
	} tables[] = {
		{ "Tcp", SKSTAT_MIB_TCP }, { "TcpExt", SKSTAT_MIB_TCPEXT }, { "Ip", SKSTAT_MIB_IP },
		{ "IpExt", SKSTAT_MIB_IP }, { "Ip6", SKSTAT_MIB_IP6 },
	};
	uint32_t table = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (!strcmp(tables[i].name, counter->table))
			table = tables[i].table;
	}
	for (size_t i = 0; i < schema->counters; i++) {
		if (schema->counter[i].table == table && !strcmp(schema->counter[i].name, counter->name)) {
			assert_true(schema->counter[i].index < copy->count[table]);
			*value = copy->value[table][schema->counter[i].index];
			return true;
		}
	}
	return false;
}

/* Not counters of Ip: settings. */
static bool counter_wanted(const struct procnet_counter *counter)
{
	if (!strcmp(counter->table, "Ip"))
		return strcmp(counter->name, "Forwarding") != 0 && strcmp(counter->name, "DefaultTTL") != 0;
	return !strcmp(counter->table, "Tcp") || !strcmp(counter->table, "TcpExt") ||
	       !strcmp(counter->table, "IpExt") || !strcmp(counter->table, "Ip6");
}

void mib_matches(struct skstat_netlink *netlink, const struct skstat_schema *schema, const struct ns *of)
{
	struct mib_copy copy = { .inode = of->inode };
	struct ns home = ns_current();
	struct procnet before, after;
	struct skstat_error error;
	size_t compared = 0;
	bool quiet = false;

	/* Handshakes that nobody answers are retransmitted: read again until nothing happened meanwhile. */
	for (int i = 0; i < 200 && !quiet; i++) {
		ns_enter(of);
		procnet_read(&before);
		copy.times = 0;
		assert_int_equal(skstat_netlink_mib(netlink, mib_copy, &copy, &error), 0);
		procnet_read(&after);
		ns_enter(&home);
		quiet = procnet_equal(&before, &after);
		if (!quiet)
			procnet_free(&before);
		procnet_free(&after);
	}
	assert_true(quiet);
	assert_int_equal(copy.times, 1);
	for (size_t i = 0; i < before.count; i++) {
		const struct procnet_counter *counter = &before.counter[i];
		uint64_t value;

		if (!counter_wanted(counter))
			continue;
		if (!mib_find(schema, &copy, counter, &value))
			fail_msg("%s %s is not in the schema", counter->table, counter->name);
		if (value != counter->value)
			fail_msg("%s %s: %lu, not %lu", counter->table, counter->name, value, counter->value);
		compared++;
	}
	assert_true(compared > 100);
	assert_true(*procnet_find(&before, "Tcp", "OutSegs") > 0);
	procnet_free(&before);
	for (size_t i = 0; i <= SKSTAT_MIB_MAX; i++)
		free(copy.value[i]);
	ns_close(&home);
}
