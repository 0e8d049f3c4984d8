// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chronicle.h"
#include "must.h"
#include "source/channel.h"

#define PATIENCE_NS 60000000000ull /* a guest may be slow, and timers back off */
#define SHOWN 12		   /* of many events that are wrong */
#define BETWEEN_MS 10		   /* two readings, unless the bell rings: a single event rings none */

void chronicle_open(struct chronicle *chronicle, uint64_t probes)
{
	struct skstat_error error;
	uint64_t held;

	memset(chronicle, 0, sizeof(*chronicle));
	chronicle->source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, NULL, &error);
	if (!chronicle->source || skstat_source_hold(chronicle->source, probes, &held, &error))
		must_bail(__FILE__, __LINE__, "chronicle_open", error.text);
	if (held != probes)
		must_bail(__FILE__, __LINE__, "chronicle_open", "this kernel does not have all of these probes");
}

static void drop_events(struct chronicle *chronicle)
{
	while (chronicle->count)
		free(chronicle->event[--chronicle->count]);
}

void chronicle_close(struct chronicle *chronicle)
{
	skstat_source_close(chronicle->source);
	drop_events(chronicle);
	free(chronicle->event);
	memset(chronicle, 0, sizeof(*chronicle));
}

static int event_keep(const struct skstat_sample *sample, void *arg)
{
	struct chronicle *chronicle = arg;
	struct chronicle_event *event = must_have(calloc(1, sizeof(*event)));

	if (chronicle->count == chronicle->room) {
		chronicle->room = chronicle->room ? 2 * chronicle->room : 64;
		chronicle->event = must_have(realloc(chronicle->event, chronicle->room * sizeof(*chronicle->event)));
	}
	event->sample = *sample;
	chronicle->event[chronicle->count++] = event;
	return 0;
}

void chronicle_read(struct chronicle *chronicle)
{
	struct skstat_journal_totals totals;
	struct skstat_error error;
	size_t before = chronicle->count;

	skstat_source_bell_take(chronicle->source);
	if (skstat_source_journal(chronicle->source, event_keep, chronicle, &totals, &error))
		fail_msg("the journal could not be read: %s", error.text);
	assert_true(totals.complete);
	assert_false(totals.fresh);
	assert_int_equal(totals.lost, 0);
	assert_int_equal(totals.skipped, 0);
	assert_int_equal(totals.events, chronicle->count - before);
}

void chronicle_forget(struct chronicle *chronicle)
{
	chronicle_read(chronicle);
	drop_events(chronicle);
}

static bool is_meant(const struct skstat_sample *event, const struct chronicle_wish *wish)
{
	return (!wish->cookie || wish->cookie == event->identity.cookie) &&
	       (!wish->netns || wish->netns == event->identity.netns) &&
	       (!wish->sport || wish->sport == event->identity.sport) &&
	       (!wish->dport || wish->dport == event->identity.dport) && (!wish->kind || wish->kind == event->kind);
}

static struct chronicle_event *find(struct chronicle *chronicle, const struct chronicle_wish *wish)
{
	struct chronicle_event *found = NULL;

	for (size_t i = 0; i < chronicle->count; i++) {
		struct chronicle_event *event = chronicle->event[i];

		if (event->taken || !is_meant(&event->sample, wish))
			continue;
		if (!found || event->sample.event.event_time < found->sample.event.event_time)
			found = event;
	}
	return found;
}

static void wait_for_news(struct chronicle *chronicle)
{
	struct pollfd bell = { .fd = skstat_source_bell(chronicle->source), .events = POLLIN };

	must(poll(&bell, 1, BETWEEN_MS));
}

static struct chronicle_event *await(struct chronicle *chronicle, const struct chronicle_wish *wish)
{
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;
	struct chronicle_event *event;

	for (;;) {
		event = find(chronicle, wish);
		if (event)
			return event;
		if (skstat_channel_clock() > deadline) {
			for (size_t i = 0; i < chronicle->count && i < SHOWN; i++)
				chronicle_show(&chronicle->event[i]->sample);
			fail_msg("no event of kind %s, cookie %" PRIu64 ", ports %u and %u comes",
				 wish->kind ? skstat_kind_name(wish->kind) : "any", wish->cookie, wish->sport,
				 wish->dport);
		}
		if (chronicle->count)
			wait_for_news(chronicle);
		chronicle_read(chronicle);
	}
}

const struct skstat_sample *chronicle_take(struct chronicle *chronicle, const struct chronicle_wish *wish)
{
	struct chronicle_event *event = await(chronicle, wish);

	event->taken = true;
	return &event->sample;
}

const struct skstat_sample *chronicle_see(struct chronicle *chronicle, const struct chronicle_wish *wish)
{
	return &await(chronicle, wish)->sample;
}

size_t chronicle_left(struct chronicle *chronicle, const uint64_t *netns, size_t count)
{
	size_t left = 0;

	chronicle_read(chronicle);
	for (size_t i = 0; i < chronicle->count; i++) {
		const struct chronicle_event *event = chronicle->event[i];

		for (size_t k = 0; !event->taken && k < count; k++) {
			if (event->sample.identity.netns != netns[k])
				continue;
			if (left++ < SHOWN)
				chronicle_show(&event->sample);
		}
	}
	return left;
}

const char *chronicle_kind_name(const struct skstat_sample *event)
{
	static const char *const open[] = {
		[SKSTAT_OPEN_UNSPEC] = "?",	     [SKSTAT_OPEN_HANDSHAKE] = "handshake",
		[SKSTAT_OPEN_FAST_OPEN] = "fast_open", [SKSTAT_OPEN_SYNCOOKIE] = "syncookie",
		[SKSTAT_OPEN_SIMULTANEOUS] = "simultaneous", [SKSTAT_OPEN_REPAIR] = "repair",
	};
	static const char *const failure[] = {
		[SKSTAT_FAIL_UNSPEC] = "?",	     [SKSTAT_FAIL_REFUSED] = "refused",
		[SKSTAT_FAIL_TIMED_OUT] = "timed_out", [SKSTAT_FAIL_RESET] = "reset",
		[SKSTAT_FAIL_UNREACHABLE] = "unreachable", [SKSTAT_FAIL_ABANDONED] = "abandoned",
		[SKSTAT_FAIL_OTHER] = "other",
	};
	static const char *const end[] = {
		[SKSTAT_CLOSE_UNSPEC] = "?",		 [SKSTAT_CLOSE_FIN_LOCAL] = "fin_local",
		[SKSTAT_CLOSE_FIN_REMOTE] = "fin_remote", [SKSTAT_CLOSE_FIN_BOTH] = "fin_both",
		[SKSTAT_CLOSE_FIN] = "fin",		 [SKSTAT_CLOSE_RESET_RECEIVED] = "reset_received",
		[SKSTAT_CLOSE_RESET_SENT] = "reset_sent", [SKSTAT_CLOSE_ABORT] = "abort",
		[SKSTAT_CLOSE_TIMEOUT] = "timeout",	 [SKSTAT_CLOSE_REPAIR] = "repair",
	};
	uint8_t kind = event->event.event_kind;

	switch (event->kind) {
	case SKSTAT_KIND_OPENED: return kind < __SKSTAT_OPEN_MAX ? open[kind] : "?";
	case SKSTAT_KIND_FAILED: return kind < __SKSTAT_FAIL_MAX ? failure[kind] : "?";
	case SKSTAT_KIND_CLOSED: return kind < __SKSTAT_CLOSE_MAX ? end[kind] : "?";
	default: return "";
	}
}

void chronicle_show(const struct skstat_sample *event)
{
	printf("# %s %s: cookie %" PRIu64 " netns %" PRIu64 " ports %u to %u, state %u, direction %u, errno %u, flags %#x, "
	       "process %u %s by %u, at %" PRIu64 "\n",
	       skstat_kind_name(event->kind), chronicle_kind_name(event), (uint64_t)event->identity.cookie,
	       (uint64_t)event->identity.netns, event->identity.sport, event->identity.dport, event->identity.state,
	       event->event.event_direction, event->event.event_errno, event->event.event_flags, event->owner.pid,
	       event->owner.comm.text, event->owner.process_from, (uint64_t)event->event.event_time);
}

/* R(field, member, steps): a record's field, of which so many steps are one of TCP_INFO's member. */
#define COUNTERS(R)                                \
	R(traffic.bytes_sent, bytes_sent, 1)       \
	R(traffic.bytes_retrans, bytes_retrans, 1) \
	R(traffic.bytes_acked, bytes_acked, 1)     \
	R(traffic.bytes_received, bytes_received, 1) \
	R(traffic.segs_out, segs_out, 1)           \
	R(traffic.segs_in, segs_in, 1)             \
	R(traffic.data_segs_out, data_segs_out, 1) \
	R(traffic.data_segs_in, data_segs_in, 1)   \
	R(traffic.total_retrans, total_retrans, 1) \
	R(traffic.delivered, delivered, 1)         \
	R(traffic.delivered_ce, delivered_ce, 1)   \
	R(tcp.dsack_dups, dsack_dups, 1)           \
	R(tcp.reord_seen, reord_seen, 1)           \
	R(tcp.rcv_ooopack, rcv_ooopack, 1)

#define GAUGES(R)                                  \
	R(traffic.notsent_bytes, notsent_bytes, 1) \
	R(tcp.rtt, rtt, 8)                         \
	R(tcp.rttvar, rttvar, 4)                   \
	R(tcp.min_rtt, min_rtt, 1)                 \
	R(tcp.snd_cwnd, snd_cwnd, 1)               \
	R(tcp.snd_mss, snd_mss, 1)                 \
	R(tcp.pmtu, pmtu, 1)                       \
	R(tcp.reordering, reordering, 1)

#define COMPARE(field, member, steps)                                                            \
	if (closed->field / (steps) != info->member) {                                           \
		printf("# " #field " is %" PRIu64 ", and TCP_INFO's " #member " %" PRIu64 "\n", \
		       (uint64_t)(closed->field / (steps)), (uint64_t)info->member);             \
		wrong++;                                                                         \
	}

size_t chronicle_counters_differ(const struct skstat_sample *closed, const struct tcpinfo *info)
{
	size_t wrong = 0;

	COUNTERS(COMPARE)
	if (wrong)
		chronicle_show(closed);
	return wrong;
}

size_t chronicle_differs(const struct skstat_sample *closed, const struct tcpinfo *info)
{
	size_t wrong = 0;

	GAUGES(COMPARE)
	return wrong + chronicle_counters_differ(closed, info);
}
