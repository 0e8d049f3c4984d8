/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink layer, played: a module that goes, comes back as another instance, speaks another version, refuses; for
 * tests of the module as a source. Defines what exporter/source/netlink.h declares: one test program, one include.
 */
#ifndef SKSTAT_TEST_MODULE_FAKES_H
#define SKSTAT_TEST_MODULE_FAKES_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source/netlink.h"
#include "source/source.h"

/* A socket: of requests, or the one that holds. */
struct skstat_netlink {
	uint64_t connected; /* instance that it talks to; 0: it is closed */
	uint64_t timeout_ns;
	uint64_t held; /* by that instance */
	int bells;
	bool open;
};

/* The module that is loaded, and the connections to it. */
static struct {
	struct skstat_netlink requests, holder;
	uint64_t instance; /* 0: none is loaded */
	uint32_t abi;
	int info_err;		 /* INFO fails with this, */
	const char *info_text;	 /* and says so */
	uint64_t after_info;	 /* another instance is loaded once INFO was answered; 0: none is */
	uint64_t totals_instance; /* what the totals claim; 0: the truth */
	int infos, schemas;
	uint64_t available;	 /* probes */
	uint64_t unattachable;	 /* of these, some that fail all the same */
	int probe_err, journal_err, tail_err; /* PROBE_SET, JOURNAL and its TAIL fail with these */
	int counter_err;		      /* COUNTER does */
	int probe_sets, tails;
	uint64_t head;		 /* of the journal: the next event's number */
	uint64_t after_hold;	 /* another instance is loaded once PROBE_SET was answered; 0: none is */
	struct skstat_source_cost cost;
} fake;

static void load(uint64_t instance)
{
	memset(&fake, 0, sizeof(fake));
	fake.instance = instance;
	fake.abi = SKSTAT_FAMILY_VERSION;
	fake.available = SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER) | SKSTAT_PROBE_BIT(SYNACK);
	fake.head = 100 * instance;
}

/* As a request does: opens the socket, finds the family, or finds it gone. */
static int reach(struct skstat_netlink *netlink, struct skstat_error *error)
{
	if (!netlink->connected && fake.instance) {
		netlink->connected = fake.instance;
		netlink->held = 0;
		netlink->bells = 0;
		fake.cost.opened += netlink == &fake.requests;
	}
	if (netlink->connected && netlink->connected == fake.instance)
		return skstat_error_set(error, 0, "%s", "");
	netlink->connected = 0;
	return skstat_error_set(error, -ENOENT, "gone");
}

/* The first is for requests, the second holds. */
struct skstat_netlink *skstat_netlink_open(struct skstat_error *error)
{
	struct skstat_netlink *netlink = fake.requests.open ? &fake.holder : &fake.requests;

	assert_false(netlink->open);
	if (reach(netlink, error))
		return NULL;
	netlink->open = true;
	return netlink;
}

void skstat_netlink_close(struct skstat_netlink *netlink)
{
	if (netlink)
		memset(netlink, 0, sizeof(*netlink));
}

int skstat_netlink_fd(const struct skstat_netlink *netlink)
{
	if (!netlink->connected)
		return -1;
	return netlink == &fake.requests ? 3 : 4;
}

const struct skstat_source_cost *skstat_netlink_cost(const struct skstat_netlink *netlink)
{
	assert_ptr_equal(netlink, &fake.requests);
	return &fake.cost;
}

void skstat_netlink_set_timeout(struct skstat_netlink *netlink, uint64_t ns)
{
	netlink->timeout_ns = ns;
}

int skstat_netlink_info(struct skstat_netlink *netlink, struct skstat_info *info, struct skstat_error *error)
{
	int err = reach(netlink, error);

	memset(info, 0, sizeof(*info));
	if (err)
		return err;
	fake.infos++;
	if (fake.info_err)
		return skstat_error_set(error, fake.info_err, "%s", fake.info_text);
	info->instance = fake.instance;
	info->abi = fake.abi;
	info->hz = (uint32_t)(100 * fake.instance);
	strcpy(info->version, "0.9");
	if (fake.after_info)
		fake.instance = fake.after_info;
	fake.after_info = 0;
	return 0;
}

/* The schema has as many counters as the instance has number. */
int skstat_netlink_schema(struct skstat_netlink *netlink, struct skstat_schema *schema, struct skstat_error *error)
{
	int err = reach(netlink, error);

	memset(schema, 0, sizeof(*schema));
	if (err)
		return err;
	fake.schemas++;
	schema->counters = fake.instance;
	schema->counter = calloc(schema->counters, sizeof(*schema->counter));
	assert_non_null(schema->counter);
	schema->probes_available = fake.available;
	return 0;
}

int skstat_netlink_take(struct skstat_netlink *netlink, const struct skstat_query *query,
			const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error)
{
	const struct skstat_sample sample = { .kind = SKSTAT_KIND_FULL };
	struct skstat_totals unwanted;
	int err = reach(netlink, error);

	(void)query;
	totals = totals ? totals : &unwanted;
	memset(totals, 0, sizeof(*totals));
	if (err)
		return err;
	totals->samples = totals->sockets = totals->emitted = totals->visited = 1;
	if (taker->fn(&sample, taker->arg)) {
		netlink->connected = 0;
		return 1;
	}
	totals->instance = fake.totals_instance ? fake.totals_instance : fake.instance;
	totals->complete = true;
	return 0;
}

int skstat_netlink_mib(struct skstat_netlink *netlink, skstat_mib_fn fn, void *arg, struct skstat_error *error)
{
	const struct skstat_mib mib = { .netns = 1 };
	int err = reach(netlink, error);

	return err ? err : fn(&mib, arg) != 0;
}

int skstat_netlink_probe_set(struct skstat_netlink *netlink, uint64_t hold, uint64_t release,
			     struct skstat_error *error)
{
	int err = reach(netlink, error);

	assert_ptr_equal(netlink, &fake.holder);
	if (err)
		return err;
	fake.probe_sets++;
	if (fake.probe_err == -ETIMEDOUT)
		netlink->connected = 0;
	if (fake.probe_err || hold & ~fake.available)
		return skstat_error_set(error, fake.probe_err ? fake.probe_err : -EOPNOTSUPP, "no probes");
	if (hold & fake.unattachable)
		return skstat_error_set(error, -ENOMEM, "not this one");
	netlink->held = (netlink->held | hold) & ~release;
	if (fake.after_hold)
		fake.instance = fake.after_hold;
	fake.after_hold = 0;
	return 0;
}

int skstat_netlink_journal_tail(struct skstat_netlink *netlink, struct skstat_cursor *cursor,
				struct skstat_error *error)
{
	int err = reach(netlink, error);

	assert_ptr_equal(netlink, &fake.requests);
	skstat_cursor_free(cursor);
	if (err)
		return err;
	if (fake.tail_err)
		return skstat_error_set(error, fake.tail_err, "no tail");
	fake.tails++;
	assert_non_null(skstat_cursor_add(cursor, 0, fake.head));
	cursor->instance = fake.instance;
	return 0;
}

/* Hands out what is between the cursor and the head. */
int skstat_netlink_journal(struct skstat_netlink *netlink, struct skstat_cursor *cursor, skstat_sample_fn fn,
			   void *arg, struct skstat_journal_totals *totals, struct skstat_error *error)
{
	struct skstat_sample sample = { .kind = SKSTAT_KIND_CLOSED };
	int err = reach(netlink, error);

	assert_ptr_equal(netlink, &fake.requests);
	memset(totals, 0, sizeof(*totals));
	if (err)
		return err;
	if (cursor->instance != fake.instance)
		return skstat_error_set(error, -ESTALE, "another instance's");
	/* Nobody reads a journal that nobody holds. */
	assert_true(fake.holder.connected == fake.instance && fake.holder.held);
	if (fake.journal_err == -ETIMEDOUT)
		netlink->connected = 0;
	if (fake.journal_err)
		return skstat_error_set(error, fake.journal_err, "no journal");
	while (cursor->place->next < fake.head) {
		sample.event.event_sequence = cursor->place->next++;
		totals->events++;
		if (fn(&sample, arg))
			return 1;
	}
	totals->complete = true;
	return 0;
}

/* One cell, which has counted as far as the instance's number, and one name. */
int skstat_netlink_counter(struct skstat_netlink *netlink, const struct skstat_counter_reader *reader,
			   struct skstat_counter_totals *totals, struct skstat_error *error)
{
	const struct skstat_cell cell = { .table = SKSTAT_TABLE_DROP, .count = fake.instance };
	const struct skstat_counter_name name = { SKSTAT_COLUMN_REASON, 1, 0, "NO_SOCKET" };
	int err = reach(netlink, error);

	assert_ptr_equal(netlink, &fake.requests);
	memset(totals, 0, sizeof(*totals));
	if (err)
		return err;
	if (fake.counter_err)
		return skstat_error_set(error, fake.counter_err, "no counters");
	if (reader->cell(&cell, reader->arg) || reader->name(&name, reader->arg)) {
		netlink->connected = 0;
		return 1;
	}
	totals->instance = fake.totals_instance ? fake.totals_instance : fake.instance;
	totals->cells = totals->used = 1;
	totals->complete = true;
	return 0;
}

/* One histogram, of which the same is true. */
int skstat_netlink_hist(struct skstat_netlink *netlink, const struct skstat_hist_reader *reader,
			struct skstat_counter_totals *totals, struct skstat_error *error)
{
	const struct skstat_hist hist = {
		.cell = { .histogram = SKSTAT_HISTOGRAM_STATE, .low = fake.instance },
	};
	int err = reach(netlink, error);

	assert_ptr_equal(netlink, &fake.requests);
	memset(totals, 0, sizeof(*totals));
	if (err)
		return err;
	if (fake.counter_err)
		return skstat_error_set(error, fake.counter_err, "no histograms");
	if (reader->hist(&hist, reader->arg)) {
		netlink->connected = 0;
		return 1;
	}
	totals->instance = fake.totals_instance ? fake.totals_instance : fake.instance;
	totals->cells = totals->used = 1;
	totals->complete = true;
	return 0;
}

uint64_t skstat_netlink_bells(struct skstat_netlink *netlink)
{
	uint64_t bells = (uint64_t)netlink->bells;

	assert_ptr_equal(netlink, &fake.holder);
	netlink->bells = 0;
	return bells;
}

#endif
