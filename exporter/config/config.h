/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter was asked to do. One table (option.c) has every option: it parses the command line, and makes
 * --help.
 */
#ifndef SKSTAT_CONFIG_CONFIG_H
#define SKSTAT_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "log/log.h"
#include "model/view_config.h"
#include "pool.h"
#include "procfs/collector_rows.h"
#include "render/statsd_format.h"
#include "source/source.h"
#include "stream/stream_config.h"

#define SKSTAT_CONFIG_LISTENERS 16
#define SKSTAT_CONFIG_HOSTS 16
#define SKSTAT_CONFIG_STATSD_VIEWS 16

/*
 * Strings are the command line's, constant, or in the pool. "" is "not wanted" where that is possible.
 */
struct skstat_config {
	/* the configuration file */
	const char *config_file; /* --config.file */
	bool config_check;	 /* --config.check */
	bool config_predict;	 /* --config.predict */
	struct skstat_view_config *view; /* its views, `default` among them; skstat_config_views() has them */
	size_t views;			 /* 0: it has none, or there is no file */
	const char *label_name[__SKSTAT_LABEL_MAX]; /* what labels are called; NULL: as ever */
	struct skstat_pool pool;

	/* the command line, to be taken again by a reload */
	int argc;
	char **argv;

	/* source */
	enum skstat_source_kind source; /* --source */
	bool source_load;		/* --source.load */
	bool ipv4, ipv6;		/* --ipv4, --ipv6: at least one */

	/* polls */
	uint64_t poll_interval_ns;	/* --poll.interval */
	uint64_t poll_full_interval_ns; /* --poll.full-interval: not below the interval */
	uint64_t poll_timeout_ns;	/* --poll.timeout: never 0, the default is worked out */
	uint64_t poll_max_loops;	/* --poll.max-loops; 0: no end */
	uint32_t poll_max_sockets;	/* --poll.max-sockets; 0: no budget */
	uint32_t cpu_budget;		/* --cpu-budget in millionths of a hundredth of one CPU; 0: none */
	bool once;			/* --once */
	const char *kill_switch;	/* --kill-switch.file */

	/* the journal */
	bool journal;		 /* --journal */
	bool journal_first_byte; /* --journal.first-byte */
	bool journal_reader;	 /* --journal.reader */
	bool journal_accept;	 /* --journal.accept-probe */

	/* counters and histograms at probes */
	bool probe[__SKSTAT_PROBE_MAX]; /* --probe.NAME, of those that count or measure: by enum skstat_probe_id */
	uint32_t probe_max_cells;	/* --probe.max-cells: series of a table */

	/* what is made of them */
	uint32_t view_limit;  /* --view.limit: groups */
	uint64_t view_ttl_ns; /* --view.group-ttl */
	bool view_comm;	      /* --view.comm */
	bool view_all_histograms; /* --view.all-histograms */
	uint64_t memory_budget;	  /* --memory-budget in bytes; 0: none */
	uint32_t netns_limit; /* --netns.limit: namespaces */

	/* /proc and /sys */
	bool collector[__SKSTAT_PROCFS_MAX]; /* --collector.NAME */
	const char *path_procfs;	     /* --path.procfs */
	const char *path_sysfs;		     /* --path.sysfs */

	/* web */
	const char *listen[SKSTAT_CONFIG_LISTENERS]; /* --web.listen-address, at least one */
	size_t listens;
	const char *host[SKSTAT_CONFIG_HOSTS]; /* --web.host: names in Host headers, beside the machine's own */
	size_t hosts;
	const char *telemetry_path; /* --web.telemetry-path */
	const char *unix_socket;    /* --web.unix-socket */
	const char *unix_group;	    /* --web.unix-group */
	bool web_lifecycle;	    /* --web.enable-lifecycle */
	const char *web_file;	    /* --web.config.file */
	uint32_t web_connections;   /* --web.max-connections: of each listener */
	uint64_t web_timeout_ns;    /* --web.timeout: whole seconds */
	uint32_t web_requests;	    /* --web.max-requests: a second; 0: as many as come */

	/* statsd */
	const char *statsd_address;  /* --statsd.address */
	const char *statsd_prefix;   /* --statsd.prefix */
	uint64_t statsd_interval_ns; /* --statsd.interval */
	uint32_t statsd_ratio;	     /* --statsd.flush-ratio in millionths; 0: the interval, which it says otherwise */
	uint32_t statsd_mtu;	     /* --statsd.mtu: bytes of a datagram; 0: by the path */
	enum skstat_statsd_dialect statsd_format; /* --statsd.format */
	const char *statsd_template;		  /* --statsd.template */
	uint32_t statsd_rate;			  /* --statsd.sample-rate in millionths */
	const char *statsd_view[SKSTAT_CONFIG_STATSD_VIEWS]; /* --statsd.view */
	size_t statsd_views;				     /* 0: everything is sent */

	/* streams */
	const char *stream_text[SKSTAT_STREAMS_MAX]; /* --stream */
	size_t stream_texts;
	struct skstat_stream_config stream[SKSTAT_STREAMS_MAX]; /* those of the file, and these */
	size_t streams;

	/* the process */
	const char *user;		  /* --user; "": stays root */
	enum skstat_log_level log_level;  /* --log.level */
	enum skstat_log_format log_format; /* --log.format */
	bool help, version;		  /* --help, --version: say it, exit 0 */
};

/* The defaults. */
void skstat_config_init(struct skstat_config *config);

/*
 * Takes the command line into a config that is at its defaults, and the configuration file that it names: what the line
 * says goes above what the file does. 0, or a negative errno and one sentence that names the option, or file, line and
 * key, what is wrong with it and what would be right (exit 2). From one thread: getopt has its place in the line in
 * globals. `argv` must outlive it.
 */
int skstat_config_parse(struct skstat_config *config, int argc, char **argv, struct skstat_error *error);

/* What the pool holds. Of a config that is at its defaults, or whose parsing failed, too. */
void skstat_config_free(struct skstat_config *config);

/*
 * The command line and the file once more, as they are now: `fresh` is to be freed. 0, or as skstat_config_parse(). The
 * same thread as ever.
 */
int skstat_config_again(const struct skstat_config *config, struct skstat_config *fresh, struct skstat_error *error);

/*
 * The views that there are to be, in *count; at least one. It is `room` that is used where there is no file to say
 * which: then it is the view `default`, as --view.* want it.
 */
const struct skstat_view_config *skstat_config_views(const struct skstat_config *config,
						     struct skstat_view_config *room, size_t *count);

/* Whether one of them needs to know the names of processes. */
bool skstat_config_wants_comm(const struct skstat_config *config);

/* Names of the options that differ, and that a reload does not change: "user, source". Returns how many there are. */
size_t skstat_config_restarts(const struct skstat_config *running, const struct skstat_config *fresh, char *text,
			      size_t size);

/* --help, from the table. */
void skstat_config_help(FILE *out);

/* "10ms", "1s", "1m30s", "1h", "7d", "0"; any other number without a unit is refused. 0 or -EINVAL. */
int skstat_duration_parse(const char *text, uint64_t *ns);

/* "64MiB", "1GiB", "500kB", "0"; any other number without a unit is refused. 0 or -EINVAL. */
int skstat_size_parse(const char *text, uint64_t *bytes);

#endif
