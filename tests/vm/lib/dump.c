// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "dump.h"
#include "must.h"

bool dump_may_lack(const struct skstat_field *field)
{
	switch (field->group) {
	case SKSTAT_GROUP_TCP:
		return field->offset >= offsetof(struct skstat_tcp, received_ce);
	case SKSTAT_GROUP_OWNER:
		return field->offset >= offsetof(struct skstat_owner, comm);
	case SKSTAT_GROUP_CONGESTION:
		return field->offset >= offsetof(struct skstat_congestion, ulp);
	default:
		return false;
	}
}

struct skstat_netlink *dump_connect(void)
{
	struct skstat_error error;
	struct skstat_netlink *netlink = skstat_netlink_open(&error);

	if (!netlink)
		must_bail(__FILE__, __LINE__, "skstat_netlink_open", error.text);
	return netlink;
}

static void keep(struct skstat_sample **samples, size_t *count, size_t *room, const struct skstat_sample *sample)
{
	if (*count == *room) {
		*room = *room ? 2 * *room : 512;
		*samples = must_have(realloc(*samples, *room * sizeof(**samples)));
	}
	(*samples)[(*count)++] = *sample;
}

static int sample_take(const struct skstat_sample *sample, void *arg)
{
	struct dump *dump = arg;

	if (sample->kind == SKSTAT_KIND_NETNS)
		keep(&dump->ns, &dump->ns_count, &dump->ns_room, sample);
	else
		keep(&dump->sample, &dump->count, &dump->room, sample);
	return 0;
}

static size_t place(const struct dump *dump, uint64_t cookie)
{
	return (cookie * 0x9e3779b97f4a7c15ull >> 20) & dump->mask;
}

static void index_make(struct dump *dump)
{
	dump->mask = 1;
	while (dump->mask < 2 * dump->count + 1)
		dump->mask *= 2;
	dump->index = must_have(calloc(dump->mask, sizeof(*dump->index)));
	dump->mask--;
	for (size_t i = 0; i < dump->count; i++) {
		size_t at = place(dump, dump->sample[i].identity.cookie);

		while (dump->index[at])
			at = (at + 1) & dump->mask;
		dump->index[at] = i + 1;
	}
}

static uint64_t states_sum(const struct skstat_netns *ns)
{
	uint64_t sum = 0;

	for (uint8_t state = TCP_ESTABLISHED; state <= TCP_CLOSING; state++)
		sum += dump_ns_state(ns, state);
	return sum;
}

const char *dump_try(struct dump *dump, struct skstat_netlink *netlink, const struct skstat_query *query)
{
	static char why[512];
	struct skstat_error error = { 0 };
	const struct skstat_totals *totals = &dump->totals;
	uint64_t states = 0;
	int err;

	memset(dump, 0, sizeof(*dump));
	err = skstat_netlink_sock(netlink, query, sample_take, dump, &dump->totals, &error);
	index_make(dump);
	if (err) {
		snprintf(why, sizeof(why), "errno %d: %s", err, error.text);
		return why;
	}
	for (size_t i = 0; i < dump->ns_count; i++)
		states += states_sum(&dump->ns[i].netns);
	snprintf(why, sizeof(why), "visited %lu emitted %lu filtered %lu idle %lu gone %lu; records %zu; states %lu",
		 totals->visited, totals->emitted, totals->filtered, totals->idle, totals->gone, dump->count, states);
	if (!totals->complete)
		return "no totals came";
	if (totals->visited != totals->emitted + totals->filtered + totals->idle + totals->gone)
		return why;
	if (totals->emitted != dump->count || totals->skipped)
		return why;
	if (states != totals->visited - totals->gone)
		return why;
	return NULL;
}

void dump_take(struct dump *dump, struct skstat_netlink *netlink, const struct skstat_query *query)
{
	const char *wrong = dump_try(dump, netlink, query);

	if (wrong)
		fail_msg("dump: %s", wrong);
}

const struct skstat_sample *dump_find(const struct dump *dump, uint64_t cookie)
{
	for (size_t at = place(dump, cookie); dump->index[at]; at = (at + 1) & dump->mask) {
		const struct skstat_sample *sample = &dump->sample[dump->index[at] - 1];

		if (sample->identity.cookie == cookie)
			return sample;
	}
	return NULL;
}

size_t dump_times(const struct dump *dump, uint64_t cookie)
{
	size_t times = 0;

	for (size_t at = place(dump, cookie); dump->index[at]; at = (at + 1) & dump->mask)
		times += dump->sample[dump->index[at] - 1].identity.cookie == cookie;
	return times;
}

const struct skstat_netns *dump_ns(const struct dump *dump, uint32_t inode)
{
	for (size_t i = 0; i < dump->ns_count; i++) {
		if (dump->ns[i].netns.netns_inode == inode)
			return &dump->ns[i].netns;
	}
	return NULL;
}

uint32_t dump_ns_state(const struct skstat_netns *ns, uint8_t state)
{
	switch (state) {
	case TCP_ESTABLISHED: return ns->established;
	case TCP_SYN_SENT: return ns->syn_sent;
	case TCP_SYN_RECV: return ns->syn_recv;
	case TCP_FIN_WAIT1: return ns->fin_wait1;
	case TCP_FIN_WAIT2: return ns->fin_wait2;
	case TCP_TIME_WAIT: return ns->time_wait;
	case TCP_CLOSE: return ns->close;
	case TCP_CLOSE_WAIT: return ns->close_wait;
	case TCP_LAST_ACK: return ns->last_ack;
	case TCP_LISTEN: return ns->listen;
	case TCP_CLOSING: return ns->closing;
	default: return 0;
	}
}

void dump_free(struct dump *dump)
{
	free(dump->sample);
	free(dump->ns);
	free(dump->index);
	memset(dump, 0, sizeof(*dump));
}
