// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <netlink/msg.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dump.h"
#include "journal.h"
#include "must.h"
#include "source/attr.h"

/* One dump on its way in. */
struct reading {
	struct journal *journal;
	journal_fn fn;
	void *arg;
	bool tail, complete;
	uint64_t begin[JOURNAL_CPUS], got[JOURNAL_CPUS], lost[JOURNAL_CPUS];
	uint64_t last[JOURNAL_CPUS]; /* number of the last event, plus 1 */
	bool begun[JOURNAL_CPUS];
	uint64_t events, all_lost;	     /* summed up here */
	uint64_t said_events, said_lost;     /* as the totals have them */
	struct skstat_sample *events_of; /* of one message, as they lie in its runs */
	size_t count, room;
	char wrong[256];
};

#define WRONG(reading, ...)                                                                     \
	do {                                                                                    \
		if (!(reading)->wrong[0])                                                       \
			snprintf((reading)->wrong, sizeof((reading)->wrong), __VA_ARGS__);      \
	} while (0)

static uint64_t number_of(const struct skstat_attr *attr)
{
	uint64_t value = 0;

	memcpy(&value, attr->data, attr->length < sizeof(value) ? attr->length : sizeof(value));
	return value;
}

/* The numbers in a nest, by type; at most eight. */
static int nest_read(const struct skstat_attr *nest, uint64_t *value, bool *have)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;
	int err;

	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.type >= 8)
			continue;
		value[attr.type] = number_of(&attr);
		have[attr.type] = true;
	}
	return err;
}

static void cursor_take(struct reading *reading, const struct skstat_attr *nest, uint32_t *cpu)
{
	struct journal *journal = reading->journal;
	uint64_t value[8] = { 0 };
	bool have[8] = { 0 };

	if (nest_read(nest, value, have) || !have[SKSTAT_CURSOR_CPU] || !have[SKSTAT_CURSOR_NEXT] ||
	    !have[SKSTAT_CURSOR_LOST] || value[SKSTAT_CURSOR_CPU] >= JOURNAL_CPUS) {
		WRONG(reading, "a reply's cursor is not whole");
		return;
	}
	*cpu = (uint32_t)value[SKSTAT_CURSOR_CPU];
	if (!reading->begun[*cpu]) {
		reading->begun[*cpu] = true;
		/* without a cursor, it begins where the ring does, and nothing before that is lost */
		reading->begin[*cpu] = journal->cpu[*cpu].known ? journal->cpu[*cpu].next : UINT64_MAX;
	}
	if (journal->cpu[*cpu].known && value[SKSTAT_CURSOR_NEXT] < journal->cpu[*cpu].next)
		WRONG(reading, "the cursor of CPU %u went back", *cpu);
	reading->lost[*cpu] += value[SKSTAT_CURSOR_LOST];
	journal->cpu[*cpu].known = true;
	journal->cpu[*cpu].next = value[SKSTAT_CURSOR_NEXT];
}

static int event_take(struct reading *reading, const struct skstat_sample *event, uint32_t cpu)
{
	uint64_t number = event->event.event_sequence;

	if (reading->tail)
		WRONG(reading, "an event came with the tail");
	if (number < reading->last[cpu] || number >= reading->journal->cpu[cpu].next)
		WRONG(reading, "CPU %u: event %lu behind %lu, next %lu", cpu, number, reading->last[cpu],
		      reading->journal->cpu[cpu].next);
	if (reading->begin[cpu] == UINT64_MAX)
		reading->begin[cpu] = number - reading->lost[cpu];
	reading->last[cpu] = number + 1;
	reading->got[cpu]++;
	return reading->fn ? reading->fn(event, cpu, reading->arg) : 0;
}

static struct skstat_sample *event_add(struct reading *reading)
{
	if (reading->count == reading->room) {
		reading->room = reading->room * 2 + 64;
		reading->events_of = must_have(realloc(reading->events_of,
						       reading->room * sizeof(*reading->events_of)));
	}
	return &reading->events_of[reading->count++];
}

static int by_number(const void *a, const void *b)
{
	uint64_t one = ((const struct skstat_sample *)a)->event.event_sequence;
	uint64_t other = ((const struct skstat_sample *)b)->event.event_sequence;

	return one < other ? -1 : one > other;
}

/* The events of a message, which has a run for each kind of them, in the order of their numbers. */
static int events_take(struct reading *reading, uint32_t cpu)
{
	int err = 0;

	if (reading->count)
		qsort(reading->events_of, reading->count, sizeof(*reading->events_of), by_number);
	for (size_t i = 0; i < reading->count && !err; i++)
		err = event_take(reading, &reading->events_of[i], cpu);
	reading->count = 0;
	return err;
}

/* The records of a run. The exporter's decoder need not know of a kind for this. */
static void run_take(struct reading *reading, const struct skstat_attr *attr, uint32_t *kinds)
{
#define GROUP_PLACE(GROUP, group, kinds) [SKSTAT_GROUP_##GROUP] = offsetof(struct skstat_sample, group),
	static const size_t place[__SKSTAT_GROUP_MAX] = { SKSTAT_GROUPS(GROUP_PLACE) };
#undef GROUP_PLACE
	const unsigned char *at = (const unsigned char *)attr->data + sizeof(struct skstat_run);
	struct skstat_run run;
	uint64_t last = 0;

	memcpy(&run, attr->data, sizeof(run));
	if (attr->length != sizeof(run) + (size_t)run.count * run.stride ||
	    run.kind < SKSTAT_KIND_OPENED || run.kind > SKSTAT_KIND_LISTEN_STOPPED) {
		WRONG(reading, "a run is not one: kind %u, %u of %u in %zu bytes", run.kind, run.count, run.stride,
		      attr->length);
		return;
	}
	if (*kinds & 1u << run.kind)
		WRONG(reading, "two runs of kind %u in a message", run.kind);
	*kinds |= 1u << run.kind;
	for (uint32_t i = 0; i < run.count; i++, at += run.stride) {
		struct skstat_sample *event = event_add(reading);
		const unsigned char *from = at;

		memset(event, 0, sizeof(*event));
		event->kind = run.kind;
		event->groups = run.groups;
		for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
			event->size[g] = run.size[g];
			memcpy((unsigned char *)event + place[g], from, run.size[g]);
			from += run.size[g];
		}
		if (i && event->event.event_sequence <= last)
			WRONG(reading, "a run of kind %u: event %lu behind %lu", run.kind,
			      (unsigned long)event->event.event_sequence, last);
		last = event->event.event_sequence;
	}
}

static void totals_take(struct reading *reading, const struct skstat_attr *nest)
{
	uint64_t value[8] = { 0 };
	bool have[8] = { 0 };

	if (reading->complete)
		WRONG(reading, "totals came twice");
	if (nest_read(nest, value, have) || !have[SKSTAT_JOURNAL_TOTALS_INSTANCE])
		WRONG(reading, "the totals are not whole");
	reading->said_events = value[SKSTAT_JOURNAL_TOTALS_EVENTS];
	reading->said_lost = value[SKSTAT_JOURNAL_TOTALS_LOST];
	reading->journal->instance = value[SKSTAT_JOURNAL_TOTALS_INSTANCE];
	reading->complete = true;
}

static int message_take(const struct nlmsghdr *message, void *arg)
{
	struct reading *reading = arg;
	uint32_t cpu = JOURNAL_CPUS, kinds = 0;
	struct skstat_attr_reader reader;
	struct skstat_attr attr;

	if (skstat_message_attrs(message, &reader))
		return -EBADMSG;
	while (skstat_attr_next(&reader, &attr) > 0) {
		switch (attr.type) {
		case SKSTAT_JOURNAL_CURSOR:
			cursor_take(reading, &attr, &cpu);
			break;
		case SKSTAT_JOURNAL_RUN:
			if (cpu < JOURNAL_CPUS)
				run_take(reading, &attr, &kinds);
			else
				WRONG(reading, "events came before their cursor");
			break;
		case SKSTAT_JOURNAL_TOTALS:
			totals_take(reading, &attr);
			break;
		}
	}
	return events_take(reading, cpu);
}

static void reading_check(struct reading *reading)
{
	const struct journal *journal = reading->journal;

	for (uint32_t cpu = 0; cpu < JOURNAL_CPUS; cpu++) {
		uint64_t passed;

		if (!reading->begun[cpu])
			continue;
		reading->events += reading->got[cpu];
		reading->all_lost += reading->lost[cpu];
		if (reading->begin[cpu] == UINT64_MAX || reading->tail)
			continue;
		passed = journal->cpu[cpu].next - reading->begin[cpu];
		if (passed != reading->got[cpu] + reading->lost[cpu])
			WRONG(reading, "CPU %u: %lu passed, %lu came, %lu lost", cpu, passed, reading->got[cpu],
			      reading->lost[cpu]);
	}
	if (!reading->complete)
		WRONG(reading, "no totals came");
	if (reading->events != reading->said_events || reading->all_lost != reading->said_lost)
		WRONG(reading, "%lu events and %lu lost, and the totals say %lu and %lu", reading->events,
		      reading->all_lost, reading->said_events, reading->said_lost);
}

static struct nl_msg *request_make(const struct journal *journal, bool tail)
{
	struct nl_msg *message = must_have(nlmsg_alloc_size(65536));

	if (tail) {
		nla_put_flag(message, SKSTAT_JOURNAL_TAIL);
		return message;
	}
	if (journal->instance)
		nla_put_u64(message, SKSTAT_JOURNAL_INSTANCE, journal->instance);
	for (uint32_t cpu = 0; cpu < JOURNAL_CPUS; cpu++) {
		struct nlattr *nest;

		if (!journal->cpu[cpu].known)
			continue;
		nest = must_have(nla_nest_start(message, SKSTAT_JOURNAL_CURSOR | NLA_F_NESTED));
		nla_put_u32(message, SKSTAT_CURSOR_CPU, cpu);
		nla_put_u64(message, SKSTAT_CURSOR_NEXT, journal->cpu[cpu].next);
		nla_nest_end(message, nest);
	}
	return message;
}

static const char *journal_dump(struct journal *journal, bool tail, journal_fn fn, void *arg)
{
	static char why[320];
	struct reading reading = { .journal = journal, .fn = fn, .arg = arg, .tail = tail };
	struct nl_msg *message = request_make(journal, tail);
	struct skstat_request request = {
		.cmd = SKSTAT_CMD_JOURNAL, .version = SKSTAT_FAMILY_VERSION, .flags = NLM_F_DUMP,
		.attrs = nlmsg_data(nlmsg_hdr(message)), .length = (size_t)nlmsg_datalen(nlmsg_hdr(message)),
	};
	struct skstat_error error = { 0 };
	int err;

	err = skstat_netlink_raw(journal->netlink, &request, message_take, &reading, &error);
	nlmsg_free(message);
	free(reading.events_of);
	if (err > 0)
		return NULL;
	if (err) {
		snprintf(why, sizeof(why), "errno %d: %s", -err, error.text);
		return why;
	}
	reading_check(&reading);
	journal->last_events = reading.events;
	journal->last_lost = reading.all_lost;
	journal->events += reading.events;
	journal->lost += reading.all_lost;
	if (!reading.wrong[0])
		return NULL;
	snprintf(why, sizeof(why), "%s", reading.wrong);
	return why;
}

void journal_open(struct journal *journal)
{
	*journal = (struct journal) { .netlink = dump_connect() };
}

void journal_close(struct journal *journal)
{
	skstat_netlink_close(journal->netlink);
	journal->netlink = NULL;
}

int journal_ask(struct journal *journal, uint8_t cmd, const void *attrs, size_t length, struct skstat_error *error)
{
	const struct skstat_request request = {
		.cmd = cmd, .version = SKSTAT_FAMILY_VERSION, .flags = cmd == SKSTAT_CMD_JOURNAL ? NLM_F_DUMP : 0,
		.attrs = attrs, .length = length,
	};

	return skstat_netlink_raw(journal->netlink, &request, NULL, NULL, error);
}

int journal_hold(struct journal *journal, uint64_t hold, uint64_t release, struct skstat_error *error)
{
	struct nl_msg *message = must_have(nlmsg_alloc());
	int err;

	nla_put_u64(message, SKSTAT_PROBE_SET_HOLD, hold);
	nla_put_u64(message, SKSTAT_PROBE_SET_RELEASE, release);
	err = journal_ask(journal, SKSTAT_CMD_PROBE_SET, nlmsg_data(nlmsg_hdr(message)),
			  (size_t)nlmsg_datalen(nlmsg_hdr(message)), error);
	nlmsg_free(message);
	return err;
}

const char *journal_tail(struct journal *journal)
{
	return journal_dump(journal, true, NULL, NULL);
}

const char *journal_read(struct journal *journal, journal_fn fn, void *arg)
{
	return journal_dump(journal, false, fn, arg);
}

struct info_reading {
	struct skstat_info *info;
	bool wrong;
};

static void info_take_probe(struct info_reading *reading, const struct skstat_attr *nest)
{
	uint64_t value[16] = { 0 };
	struct skstat_info_probe *probe;
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;

	while (skstat_attr_next(&reader, &attr) > 0)
		if (attr.type < 16)
			value[attr.type] = number_of(&attr);
	if (value[SKSTAT_INFO_PROBE_ID] >= __SKSTAT_PROBE_MAX) {
		reading->wrong = true;
		return;
	}
	probe = &reading->info->probe[value[SKSTAT_INFO_PROBE_ID]];
	*probe = (struct skstat_info_probe) {
		.known = true,
		.available = value[SKSTAT_INFO_PROBE_AVAILABLE],
		.holders = (uint32_t)value[SKSTAT_INFO_PROBE_HOLDERS],
		.hits = value[SKSTAT_INFO_PROBE_HITS],
		.drops = value[SKSTAT_INFO_PROBE_DROPS],
		.samples = value[SKSTAT_INFO_PROBE_SAMPLES],
		.sample_ns = value[SKSTAT_INFO_PROBE_SAMPLE_NS],
		.missed = value[SKSTAT_INFO_PROBE_MISSED],
	};
}

static int info_take(const struct nlmsghdr *message, void *arg)
{
	struct info_reading *reading = arg;
	struct skstat_info *info = reading->info;
	struct skstat_attr_reader reader;
	struct skstat_attr attr;

	if (skstat_info_parse(message, info) || skstat_message_attrs(message, &reader))
		return -EBADMSG;
	while (skstat_attr_next(&reader, &attr) > 0) {
		switch (attr.type) {
		case SKSTAT_INFO_PROBE:
			info_take_probe(reading, &attr);
			break;
		case SKSTAT_INFO_JOURNAL_EVENTS:
			info->journal_events = (uint32_t)number_of(&attr);
			break;
		case SKSTAT_INFO_JOURNAL_WRITTEN:
			info->journal_written = number_of(&attr);
			break;
		case SKSTAT_INFO_JOURNAL_DROPPED:
			info->journal_dropped = number_of(&attr);
			break;
		case SKSTAT_INFO_DOORBELLS:
			info->doorbells = number_of(&attr);
			break;
		}
	}
	return 0;
}

void journal_info(struct journal *journal, struct skstat_info *info)
{
	struct info_reading reading = { .info = info };
	struct skstat_request request = { .cmd = SKSTAT_CMD_INFO, .version = SKSTAT_FAMILY_VERSION };
	struct skstat_error error = { 0 };

	if (skstat_netlink_raw(journal->netlink, &request, info_take, &reading, &error) || reading.wrong)
		must_bail(__FILE__, __LINE__, "INFO", error.text);
}

static bool is_bell(const void *datagram, ssize_t length)
{
	const struct nlmsghdr *message = datagram;
	const struct genlmsghdr *genl = NLMSG_DATA(message);

	return length >= (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN) && !message->nlmsg_seq &&
	       genl->cmd == SKSTAT_CMD_DOORBELL;
}

size_t journal_bells(struct journal *journal, bool wait)
{
	int fd = skstat_netlink_fd(journal->netlink);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	union {
		unsigned char bytes[4096];
		struct nlmsghdr header;
	} datagram;
	ssize_t length;
	size_t bells = 0;

	if (wait)
		must(poll(&poll_fd, 1, 10000));
	for (;;) {
		length = recv(fd, datagram.bytes, sizeof(datagram.bytes), MSG_DONTWAIT);
		if (length < 0 && errno == ENOBUFS)
			continue; /* one did not fit */
		if (length < 0)
			return bells;
		bells += is_bell(&datagram, length);
	}
}
