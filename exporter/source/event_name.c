// SPDX-License-Identifier: GPL-2.0
#include "event_name.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const opens[] = {
	[SKSTAT_OPEN_HANDSHAKE] = "handshake",	     [SKSTAT_OPEN_FAST_OPEN] = "fast_open",
	[SKSTAT_OPEN_SYNCOOKIE] = "syncookie",	     [SKSTAT_OPEN_SIMULTANEOUS] = "simultaneous",
	[SKSTAT_OPEN_REPAIR] = "repair",
};

static const char *const fails[] = {
	[SKSTAT_FAIL_REFUSED] = "refused",	     [SKSTAT_FAIL_TIMED_OUT] = "timed_out",
	[SKSTAT_FAIL_RESET] = "reset",		     [SKSTAT_FAIL_UNREACHABLE] = "unreachable",
	[SKSTAT_FAIL_ABANDONED] = "abandoned",	     [SKSTAT_FAIL_OTHER] = "other",
};

static const char *const closes[] = {
	[SKSTAT_CLOSE_FIN_LOCAL] = "fin_local",	     [SKSTAT_CLOSE_FIN_REMOTE] = "fin_remote",
	[SKSTAT_CLOSE_FIN_BOTH] = "fin_both",	     [SKSTAT_CLOSE_FIN] = "fin",
	[SKSTAT_CLOSE_RESET_RECEIVED] = "reset_received", [SKSTAT_CLOSE_RESET_SENT] = "reset_sent",
	[SKSTAT_CLOSE_ABORT] = "abort",		     [SKSTAT_CLOSE_TIMEOUT] = "timeout",
	[SKSTAT_CLOSE_REPAIR] = "repair",
};

_Static_assert(LENGTH(opens) == __SKSTAT_OPEN_MAX && LENGTH(fails) == __SKSTAT_FAIL_MAX &&
	       LENGTH(closes) == __SKSTAT_CLOSE_MAX, "an enumerator was added, and has no name");

const char *skstat_open_name(uint32_t kind)
{
	return kind < LENGTH(opens) ? opens[kind] : NULL;
}

const char *skstat_fail_name(uint32_t kind)
{
	return kind < LENGTH(fails) ? fails[kind] : NULL;
}

const char *skstat_close_name(uint32_t kind)
{
	return kind < LENGTH(closes) ? closes[kind] : NULL;
}

const char *skstat_event_kind_name(enum skstat_kind record, uint32_t kind)
{
	switch (record) {
	case SKSTAT_KIND_OPENED:
		return skstat_open_name(kind);
	case SKSTAT_KIND_FAILED:
		return skstat_fail_name(kind);
	case SKSTAT_KIND_CLOSED:
		return skstat_close_name(kind);
	default:
		return "none";
	}
}

const char *skstat_event_direction_name(uint32_t direction)
{
	switch (direction) {
	case 0:
		return "unknown";
	case SKSTAT_EVENT_IN:
		return "in";
	case SKSTAT_EVENT_OUT:
		return "out";
	default:
		return NULL;
	}
}

bool skstat_event_knows(const struct skstat_sample *sample, const struct skstat_field *field)
{
	static const struct {
		uint16_t offset;
		uint32_t flag;
	} told[] = {
		{ offsetof(struct skstat_event, connect_latency), SKSTAT_EVENT_HAS_CONNECT },
		{ offsetof(struct skstat_event, first_byte), SKSTAT_EVENT_HAS_FIRST_BYTE },
		{ offsetof(struct skstat_event, duration), SKSTAT_EVENT_HAS_DURATION },
		{ offsetof(struct skstat_event, open_accept_queue), SKSTAT_EVENT_HAS_QUEUES },
		{ offsetof(struct skstat_event, open_accept_limit), SKSTAT_EVENT_HAS_QUEUES },
		{ offsetof(struct skstat_event, open_syn_queue), SKSTAT_EVENT_HAS_QUEUES },
	};

	for (size_t i = 0; i < LENGTH(told); i++)
		if (told[i].offset == field->offset)
			return sample->event.event_flags & told[i].flag;
	return true;
}
