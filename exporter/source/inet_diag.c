// SPDX-License-Identifier: GPL-2.0
/* inet_diag as a source: the TCP sockets of the own network namespace, and its counters out of /proc. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "inet_diag_destroy.h"
#include "inet_diag_dump.h"
#include "inet_diag_schema.h"
#include "ops.h"
#include "snmp.h"

/* Of the thread's own namespace, which the socket is in. */
#define PROC_NET "/proc/thread-self/net/"
#define PROC_NS	 "/proc/thread-self/ns/net"

struct inet_diag_source {
	struct skstat_source base;
	struct skstat_channel *channel;
	uint64_t timeout_ns; /* 0: none */
	uint32_t inode;	     /* of the namespace; 0: not known */
	struct skstat_schema schema;
	/* While the journal is held, both; else NULL. */
	struct skstat_inet_diag_destroy *destroy;
	struct skstat_inet_diag_seen *seen;
};

static struct inet_diag_source *of(struct skstat_source *source)
{
	return (struct inet_diag_source *)source;
}

static void release(struct inet_diag_source *diag)
{
	skstat_inet_diag_destroy_free(diag->destroy);
	skstat_inet_diag_seen_free(diag->seen);
	diag->destroy = NULL;
	diag->seen = NULL;
}

static void inet_diag_close(struct skstat_source *source)
{
	struct inet_diag_source *diag = of(source);

	release(diag);
	skstat_channel_free(diag->channel);
	skstat_schema_free(&diag->schema);
	free(diag);
}

static void inet_diag_set_timeout(struct skstat_source *source, uint64_t ns)
{
	of(source)->timeout_ns = ns;
}

static const struct skstat_source_cost *inet_diag_cost(const struct skstat_source *source)
{
	return skstat_channel_cost(((const struct inet_diag_source *)source)->channel);
}

static int inet_diag_sock(struct skstat_source *source, const struct skstat_query *query,
			  const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error)
{
	static const struct skstat_query everything;
	struct inet_diag_source *diag = of(source);
	const struct skstat_inet_diag_dump dump = {
		.channel = diag->channel,
		.schema = &diag->schema,
		.seen = diag->seen,
		.inode = diag->inode,
		.deadline = diag->timeout_ns ? skstat_channel_clock() + diag->timeout_ns : 0,
		.query = query ? query : &everything,
		.fn = taker->fn,
		.arg = taker->arg,
	};

	totals->instance = source->info.instance;
	return skstat_inet_diag_dump(&dump, totals, error);
}

/* 0 or a negative errno; `snmp` is to be freed after both. */
static int snmp_read(struct skstat_snmp *snmp)
{
	char *ip = skstat_file_read(PROC_NET "snmp"), *tcp = NULL, *ip6 = NULL;
	int err = ip ? 0 : -errno;

	memset(snmp, 0, sizeof(*snmp));
	if (!err) {
		/* Without IPv6, there is no third one. */
		tcp = skstat_file_read(PROC_NET "netstat");
		ip6 = skstat_file_read(PROC_NET "snmp6");
		err = skstat_snmp_parse(snmp, &(struct skstat_snmp_texts){ .snmp = ip, .netstat = tcp, .snmp6 = ip6 });
	}
	free(ip);
	free(tcp);
	free(ip6);
	return err;
}

/* The counters' names into the schema, whose they are then. */
static void schema_take(struct skstat_schema *schema, struct skstat_snmp *snmp)
{
	free(schema->counter);
	schema->counter = snmp->counter;
	schema->counters = snmp->counters;
	snmp->counter = NULL;
}

static int inet_diag_mib(struct skstat_source *source, skstat_source_mib_fn fn, void *arg, struct skstat_error *error)
{
	struct inet_diag_source *diag = of(source);
	struct skstat_mib mib = { .netns = SKSTAT_INET_DIAG_NETNS, .inode = diag->inode };
	struct skstat_snmp snmp;
	int err = snmp_read(&snmp);

	if (err == -EBADMSG)
		skstat_error_set(error, err, "the counters in /proc/net are not written as expected");
	else if (err)
		skstat_error_set(error, err, "the counters in /proc/net cannot be read: %s", strerror(-err));
	if (!err) {
		skstat_snmp_mib(&snmp, &mib);
		/* IPv6 may be loaded later than we were. */
		if (!skstat_snmp_known(&snmp, &diag->schema))
			schema_take(&diag->schema, &snmp);
		err = fn(&mib, arg) != 0;
	}
	skstat_snmp_free(&snmp);
	return err;
}

static int inet_diag_hold(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error)
{
	struct inet_diag_source *diag = of(source);

	if (!(probes & SKSTAT_PROBE_BIT(LIFE))) {
		release(diag);
		return 0;
	}
	if (!diag->destroy) {
		diag->destroy = skstat_inet_diag_destroy_open(error);
		if (!diag->destroy)
			return error->err;
		diag->seen = skstat_inet_diag_seen_new();
		if (!diag->seen) {
			release(diag);
			return skstat_error_set(error, -ENOMEM, "no memory for the journal");
		}
		skstat_channel_cost(diag->channel)->opened++;
	}
	*held = SKSTAT_PROBE_BIT(LIFE);
	return 0;
}

static int inet_diag_journal(struct skstat_source *source, skstat_sample_fn fn, void *arg,
			     struct skstat_journal_totals *totals, struct skstat_error *error)
{
	struct inet_diag_source *diag = of(source);

	if (!diag->destroy)
		return skstat_error_set(error, -EINVAL, "the journal is not held");
	return skstat_inet_diag_destroy_read(diag->destroy, diag->seen, fn, arg, totals,
					     skstat_channel_cost(diag->channel), error);
}

static int inet_diag_bell(const struct skstat_source *source)
{
	const struct inet_diag_source *diag = (const struct inet_diag_source *)source;

	return diag->destroy ? skstat_inet_diag_destroy_fd(diag->destroy) : -1;
}

/* What rings is what is to be read: it is quiet after the journal was read, and rings once until then. */
static uint64_t inet_diag_bell_take(struct skstat_source *source)
{
	struct pollfd fd = { .fd = inet_diag_bell(source), .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

static const struct skstat_source_ops inet_diag_ops = {
	.close = inet_diag_close,
	.set_timeout = inet_diag_set_timeout,
	.cost = inet_diag_cost,
	.sock = inet_diag_sock,
	.mib = inet_diag_mib,
	.hold = inet_diag_hold,
	.journal = inet_diag_journal,
	.bell = inet_diag_bell,
	.bell_take = inet_diag_bell_take,
};

/* How much of struct tcp_info this kernel has: it gives all of it, of a socket that does nothing too. 0 or -errno. */
static int info_length_read(size_t *length)
{
	unsigned char info[4096];
	socklen_t room = sizeof(info);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP), err = 0;

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &room))
		err = -errno;
	close(fd);
	*length = room;
	return err;
}

static int schema_read(struct inet_diag_source *diag)
{
	struct skstat_snmp snmp;
	size_t info_length;
	int err = info_length_read(&info_length);

	if (!err)
		err = skstat_inet_diag_schema(&diag->schema, info_length, diag->inode != 0);
	if (err)
		return err;
	/* Sockets can be had without the counters; why these cannot, skstat_source_mib() will say. */
	if (!snmp_read(&snmp))
		schema_take(&diag->schema, &snmp);
	skstat_snmp_free(&snmp);
	return 0;
}

static uint64_t instance_draw(void)
{
	uint64_t instance = 0;

	if (getrandom(&instance, sizeof(instance), 0) != sizeof(instance))
		instance = skstat_channel_clock();
	return instance ? instance : 1;
}

static int inet_diag_start(struct inet_diag_source *diag, struct skstat_error *error)
{
	struct stat ns;
	int err;

	diag->inode = stat(PROC_NS, &ns) ? 0 : (uint32_t)ns.st_ino;
	err = schema_read(diag);
	if (err)
		return skstat_error_set(error, err, "what inet_diag has cannot be found out: %s", strerror(-err));
	return skstat_inet_diag_probe(diag->channel, error);
}

struct skstat_source *skstat_inet_diag_source_open(struct skstat_error *error)
{
	struct inet_diag_source *diag = calloc(1, sizeof(*diag));
	struct skstat_source *source;

	if (diag)
		diag->channel = skstat_channel_new(NETLINK_SOCK_DIAG);
	if (!diag || !diag->channel) {
		skstat_error_set(error, -ENOMEM, "no memory for a source");
		free(diag);
		return NULL;
	}
	source = &diag->base;
	source->ops = &inet_diag_ops;
	source->info = (struct skstat_source_info){
		.name = "inet_diag",
		.version = "",
		.instance = instance_draw(),
		.hz = SKSTAT_INET_DIAG_HZ,
		.journal = true,
		.schema = &diag->schema,
	};
	if (inet_diag_start(diag, error)) {
		inet_diag_close(source);
		return NULL;
	}
	return (struct skstat_source *)diag;
}
