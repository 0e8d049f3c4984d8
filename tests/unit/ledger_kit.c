// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "ledger_kit.h"

struct skstat_schema_counter counts_schema[COUNTS] = {
	{ SKSTAT_MIB_TCP, 0, "PassiveOpens" },	    { SKSTAT_MIB_TCP, 1, "OutRsts" },
	{ SKSTAT_MIB_TCP, 2, "RetransSegs" },	    { SKSTAT_MIB_TCP, 3, "OutSegs" },
	{ SKSTAT_MIB_TCPEXT, 0, "SyncookiesRecv" }, { SKSTAT_MIB_TCPEXT, 1, "TCPDelivered" },
	{ SKSTAT_MIB_TCPEXT, 2, "EmbryonicRsts" },  { SKSTAT_MIB_TCPEXT, 3, "SyncookiesSent" },
	{ SKSTAT_MIB_OWN, 0, "SynAckRetrans" },
};

struct skstat_mib counts_mib(const struct counts *counts, bool own)
{
	struct skstat_mib mib = { .netns = 1, .inode = 100 };

	mib.table[SKSTAT_MIB_TCP] = counts->tcp;
	mib.count[SKSTAT_MIB_TCP] = 4;
	mib.table[SKSTAT_MIB_TCPEXT] = counts->ext;
	mib.count[SKSTAT_MIB_TCPEXT] = 4;
	mib.table[SKSTAT_MIB_OWN] = counts->own;
	mib.count[SKSTAT_MIB_OWN] = own;
	return mib;
}

struct skstat_ledger ledger_new(bool journal)
{
	struct skstat_schema schema = { .counter = counts_schema, .counters = COUNTS };
	struct skstat_ledger ledger = { .on = true };

	memset(schema.available, true, sizeof(schema.available));
	skstat_ledger_index(&ledger, &schema);
	skstat_ledger_fit(&ledger, &schema, journal);
	return ledger;
}

void book_count(struct skstat_book *book, uint32_t segs_out, uint32_t total_retrans, uint32_t delivered)
{
	struct skstat_difference difference = { .moved = true };

	difference.delta[SKSTAT_COUNTER_segs_out] = segs_out;
	difference.delta[SKSTAT_COUNTER_total_retrans] = total_retrans;
	difference.delta[SKSTAT_COUNTER_delivered] = delivered;
	skstat_book_count(book, &difference);
}

struct skstat_sample event(enum skstat_kind kind, uint8_t what, uint8_t direction, uint32_t flags)
{
	struct skstat_sample sample = { .kind = kind };

	sample.identity.netns = 1;
	sample.identity.state = direction == SKSTAT_EVENT_IN ? TCP_SYN_RECV : TCP_SYN_SENT;
	sample.event.event_kind = what;
	sample.event.event_direction = direction;
	sample.event.event_flags = flags;
	if (kind != SKSTAT_KIND_OPENED)
		sample.size[SKSTAT_GROUP_TRAFFIC] = sizeof(sample.traffic);
	return sample;
}

void book_tell(struct skstat_book *book, struct skstat_sample sample)
{
	skstat_book_event(book, &sample);
}

void book_see(struct skstat_book *book, const struct skstat_ledger *ledger, const struct counts *counts)
{
	struct skstat_mib mib = counts_mib(counts, true);

	skstat_book_read(book, ledger, &mib);
}
