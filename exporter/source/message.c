// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "attr.h"
#include "message.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FILL(attr, rows, into) skstat_attr_fill((attr)->data, (attr)->length, rows, LENGTH(rows), into)

static int probe_parse(const struct skstat_attr *attr, struct skstat_info *info)
{
	struct probe {
		uint32_t id;
		struct skstat_info_probe says;
	} probe = { .says.known = true };
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_INFO_PROBE_ID, SKSTAT_ATTR_U32, offsetof(struct probe, id) },
		{ SKSTAT_INFO_PROBE_AVAILABLE, SKSTAT_ATTR_BOOL, offsetof(struct probe, says.available) },
		{ SKSTAT_INFO_PROBE_HOLDERS, SKSTAT_ATTR_U32, offsetof(struct probe, says.holders) },
		{ SKSTAT_INFO_PROBE_HITS, SKSTAT_ATTR_U64, offsetof(struct probe, says.hits) },
		{ SKSTAT_INFO_PROBE_DROPS, SKSTAT_ATTR_U64, offsetof(struct probe, says.drops) },
		{ SKSTAT_INFO_PROBE_SAMPLES, SKSTAT_ATTR_U64, offsetof(struct probe, says.samples) },
		{ SKSTAT_INFO_PROBE_SAMPLE_NS, SKSTAT_ATTR_U64, offsetof(struct probe, says.sample_ns) },
		{ SKSTAT_INFO_PROBE_MISSED, SKSTAT_ATTR_U64, offsetof(struct probe, says.missed) },
	};

	if (FILL(attr, rows, &probe))
		return -EBADMSG;
	if (probe.id != SKSTAT_PROBE_UNSPEC && probe.id < LENGTH(info->probe))
		info->probe[probe.id] = probe.says;
	return 0;
}

int skstat_info_parse(const struct nlmsghdr *message, struct skstat_info *info)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_INFO_VERSION, SKSTAT_ATTR_STRING, offsetof(struct skstat_info, version) },
		{ SKSTAT_INFO_ABI, SKSTAT_ATTR_U32, offsetof(struct skstat_info, abi) },
		{ SKSTAT_INFO_INSTANCE, SKSTAT_ATTR_U64, offsetof(struct skstat_info, instance) },
		{ SKSTAT_INFO_HZ, SKSTAT_ATTR_U32, offsetof(struct skstat_info, hz) },
		{ SKSTAT_INFO_CPUS, SKSTAT_ATTR_U32, offsetof(struct skstat_info, cpus) },
		{ SKSTAT_INFO_NAMESPACES, SKSTAT_ATTR_U32, offsetof(struct skstat_info, namespaces) },
		{ SKSTAT_INFO_MAX_MATCHES, SKSTAT_ATTR_U32, offsetof(struct skstat_info, max_matches) },
		{ SKSTAT_INFO_MEMORY, SKSTAT_ATTR_U64, offsetof(struct skstat_info, memory) },
		{ SKSTAT_INFO_WALKS, SKSTAT_ATTR_U64, offsetof(struct skstat_info, walks) },
		{ SKSTAT_INFO_WALK_SOCKETS, SKSTAT_ATTR_U64, offsetof(struct skstat_info, walk_sockets) },
		{ SKSTAT_INFO_WALK_NS, SKSTAT_ATTR_U64, offsetof(struct skstat_info, walk_ns) },
		{ SKSTAT_INFO_JOURNAL_EVENTS, SKSTAT_ATTR_U32, offsetof(struct skstat_info, journal_events) },
		{ SKSTAT_INFO_JOURNAL_WRITTEN, SKSTAT_ATTR_U64, offsetof(struct skstat_info, journal_written) },
		{ SKSTAT_INFO_JOURNAL_DROPPED, SKSTAT_ATTR_U64, offsetof(struct skstat_info, journal_dropped) },
		{ SKSTAT_INFO_DOORBELLS, SKSTAT_ATTR_U64, offsetof(struct skstat_info, doorbells) },
		{ SKSTAT_INFO_CONN_PLACES, SKSTAT_ATTR_U64, offsetof(struct skstat_info, conn_places) },
		{ SKSTAT_INFO_CONN_USED, SKSTAT_ATTR_U64, offsetof(struct skstat_info, conn_used) },
		{ SKSTAT_INFO_CONN_MISSES, SKSTAT_ATTR_U64, offsetof(struct skstat_info, conn_misses) },
	};
	struct skstat_attr_reader reader;
	struct skstat_attr attr;
	int err;

	memset(info, 0, sizeof(*info));
	if (skstat_message_attrs(message, &reader) ||
	    skstat_attr_fill(reader.next, reader.left, rows, LENGTH(rows), info))
		return -EBADMSG;
	while ((err = skstat_attr_next(&reader, &attr)) > 0)
		if (attr.type == SKSTAT_INFO_PROBE && probe_parse(&attr, info))
			return -EBADMSG;
	return err;
}

int skstat_mib_parse(const struct nlmsghdr *message, struct skstat_mib *mib)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_MIB_NETNS, SKSTAT_ATTR_U64, offsetof(struct skstat_mib, netns) },
		{ SKSTAT_MIB_INODE, SKSTAT_ATTR_U32, offsetof(struct skstat_mib, inode) },
	};
	struct skstat_attr_reader reader;
	struct skstat_attr attr;
	int err;

	memset(mib, 0, sizeof(*mib));
	if (skstat_message_attrs(message, &reader) ||
	    skstat_attr_fill(reader.next, reader.left, rows, LENGTH(rows), mib))
		return -EBADMSG;
	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.type < SKSTAT_MIB_TCP || attr.type > SKSTAT_MIB_MAX)
			continue;
		if (attr.length % sizeof(uint64_t))
			return -EBADMSG;
		mib->table[attr.type] = attr.data;
		mib->count[attr.type] = attr.length / sizeof(uint64_t);
	}
	return err;
}

uint64_t skstat_mib_value(const struct skstat_mib *mib, uint32_t table, size_t index)
{
	uint64_t value;

	if (table > SKSTAT_MIB_MAX || index >= mib->count[table])
		return 0;
	memcpy(&value, (const unsigned char *)mib->table[table] + index * sizeof(value), sizeof(value));
	return value;
}

static int totals_parse(const struct skstat_attr *attr, struct skstat_totals *totals)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_TOTALS_VISITED, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, visited) },
		{ SKSTAT_TOTALS_EMITTED, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, emitted) },
		{ SKSTAT_TOTALS_FILTERED, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, filtered) },
		{ SKSTAT_TOTALS_IDLE, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, idle) },
		{ SKSTAT_TOTALS_GONE, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, gone) },
		{ SKSTAT_TOTALS_RESTARTS, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, restarts) },
		{ SKSTAT_TOTALS_NS, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, ns) },
		{ SKSTAT_TOTALS_TOKEN, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, token) },
		{ SKSTAT_TOTALS_INSTANCE, SKSTAT_ATTR_U64, offsetof(struct skstat_totals, instance) },
		{ SKSTAT_TOTALS_PARTIAL, SKSTAT_ATTR_FLAG, offsetof(struct skstat_totals, partial) },
	};

	if (totals->complete)
		return -EBADMSG;
	totals->complete = true;
	return FILL(attr, rows, totals);
}

/* The records one by one. Nonzero: it stopped. */
static int records_take(struct skstat_run_reader *run, const struct skstat_taker *taker)
{
	const struct skstat_sample *sample;

	if (taker->run)
		return taker->run(run, taker->arg);
	while ((sample = skstat_run_next(run)))
		if (taker->fn && taker->fn(sample, taker->arg))
			return 1;
	return 0;
}

static int run_parse(const struct skstat_attr *attr, const struct skstat_taker *taker, struct skstat_totals *totals)
{
	struct skstat_run_reader run;
	uint32_t count;
	int stopped;

	if (skstat_run_open(&run, attr->data, attr->length))
		return -EBADMSG;
	totals->skipped += run.skipped;
	count = run.count;
	stopped = records_take(&run, taker);
	count -= run.count;
	totals->samples += count;
	if (run.sample.kind != SKSTAT_KIND_NETNS)
		totals->sockets += count;
	return stopped != 0;
}

int skstat_sock_take(const struct nlmsghdr *message, const struct skstat_taker *taker, struct skstat_totals *totals)
{
	struct skstat_attr_reader reader;
	struct skstat_attr attr;
	int err;

	if (skstat_message_attrs(message, &reader))
		return -EBADMSG;
	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.type == SKSTAT_SOCK_RUN)
			err = run_parse(&attr, taker, totals);
		else if (attr.type == SKSTAT_SOCK_TOTALS)
			err = totals_parse(&attr, totals);
		else
			continue;
		if (err)
			return err;
	}
	return err;
}

int skstat_sock_parse(const struct nlmsghdr *message, skstat_sample_fn fn, void *arg, struct skstat_totals *totals)
{
	const struct skstat_taker taker = { .fn = fn, .arg = arg };

	return skstat_sock_take(message, &taker, totals);
}

int skstat_verdict_parse(const struct nlmsghdr *message, struct skstat_error *error)
{
	size_t skip = sizeof(error->err);
	struct skstat_attr_reader reader;
	struct nlmsghdr request;
	struct skstat_attr attr;
	size_t length;

	memset(error, 0, sizeof(*error));
	error->err = -EBADMSG;
	if (message->nlmsg_len < NLMSG_HDRLEN + skip)
		return error->err;
	reader.next = NLMSG_DATA(message);
	reader.left = message->nlmsg_len - NLMSG_HDRLEN;
	if (message->nlmsg_type == NLMSG_ERROR) {
		/* The request follows, or only its header: then its length is still that of the whole. */
		if (reader.left < skip + sizeof(request))
			return error->err;
		memcpy(&request, reader.next + skip, sizeof(request));
		skip += message->nlmsg_flags & NLM_F_CAPPED ? sizeof(request) : NLMSG_ALIGN(request.nlmsg_len);
	}
	memcpy(&error->err, reader.next, sizeof(error->err));
	/* A dump may end with what its last step returned: what is above 0 is a length, and no failure. */
	if (error->err > 0)
		error->err = 0;
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || skip > reader.left)
		return error->err;

	reader.next += skip;
	reader.left -= skip;
	while (skstat_attr_next(&reader, &attr) > 0) {
		if (attr.type != NLMSGERR_ATTR_MSG)
			continue;
		length = strnlen(attr.data, attr.length);
		if (length >= sizeof(error->text))
			length = sizeof(error->text) - 1;
		memcpy(error->text, attr.data, length);
		error->text[length] = '\0';
	}
	return error->err;
}
