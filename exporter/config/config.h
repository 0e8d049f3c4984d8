/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter was asked to do. One table (option.c) has every option: it parses the command line, and makes --help.
 */
#ifndef SKSTAT_CONFIG_CONFIG_H
#define SKSTAT_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "log/log.h"
#include "source/source.h"

#define SKSTAT_CONFIG_LISTENERS 16

struct skstat_config {
	/* --source=auto|netlink|inet_diag, --source.load (default true; --no-source.load) */
	enum skstat_source_kind source;
	bool source_load;

	/* --poll.interval=1s (10ms to 1h), --poll.full-interval=10s, --poll.timeout=0 (the interval, at least 1s), --poll.max-loops=0,
	 * --poll.max-sockets=0 (kernel budget), --once, --ipv4, --ipv6 (--no-ipv4, --no-ipv6), --kill-switch.file= */
	uint64_t poll_interval_ns, poll_full_interval_ns, poll_timeout_ns;
	uint64_t poll_max_loops;
	uint32_t poll_max_sockets;
	bool once;
	bool ipv4, ipv6;
	const char *kill_switch;

	/* --view.limit=20, --view.group-ttl=1h, --netns.limit=20 */
	uint32_t view_limit, netns_limit;
	uint64_t view_ttl_ns;

	/* --web.listen-address (repeatable; 127.0.0.1:19733), --web.telemetry-path=/metrics, --web.unix-socket=, --web.unix-group=skstat */
	const char *listen[SKSTAT_CONFIG_LISTENERS];
	size_t listens;
	const char *telemetry_path, *unix_socket, *unix_group;

	/* --statsd.address= (off), --statsd.prefix=skstat, --statsd.interval=10s, --statsd.mtu=1432 */
	const char *statsd_address, *statsd_prefix;
	uint64_t statsd_interval_ns;
	uint32_t statsd_mtu;

	/* --user=nobody: whom to become when started as root; --user= stays root */
	const char *user;

	/* --log.level=info, --log.format=logfmt */
	enum skstat_log_level log_level;
	enum skstat_log_format log_format;

	bool help, version; /* --help, --version: say it, exit 0 */
};

/* The defaults. */
void skstat_config_init(struct skstat_config *config);

/* Takes the command line. 0, or -EINVAL and one sentence that names the option, what is wrong with it and what would be right (exit 2). */
int skstat_config_parse(struct skstat_config *config, int argc, char **argv, struct skstat_error *error);

/* --help, from the table. */
void skstat_config_help(FILE *out);

/* "10ms", "1s", "1m30s", "1h", "0"; a number without a unit is refused. 0 or -EINVAL. */
int skstat_duration_parse(const char *text, uint64_t *ns);

#endif
