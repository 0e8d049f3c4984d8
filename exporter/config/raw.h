/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A configuration file as it is written: words, nothing but words. libcyaml fills this (grammar.c), and the rest of this
 * folder says what the words mean. What is not written is NULL, or of count 0.
 */
#ifndef SKSTAT_CONFIG_RAW_H
#define SKSTAT_CONFIG_RAW_H

#include <stddef.h>
#include <stdint.h>

struct skstat_raw_words {
	char **word;
	uint32_t count;
};

struct skstat_raw_match {
	struct skstat_raw_words direction, family, state, port, remote, netns, cgroup, comm, interface, congestion, uid;
	char *mark;
};

struct skstat_raw_remote {
	char *ipv4, *ipv6, *names;
};

struct skstat_raw_port {
	char *names;
};

struct skstat_raw_view {
	char *name;
	struct skstat_raw_match *match;
	struct skstat_raw_words by;
	char *limit, *ttl;
	struct skstat_raw_port *port;
	struct skstat_raw_remote *remote;
	char **buckets; /* by place in skstat_known.histogram */
	struct skstat_raw_words families;
	char *all_histograms;
	char **top; /* by enum skstat_top */
};

struct skstat_raw_rotate {
	char *size, *keep;
};

struct skstat_raw_stream {
	char *name, *what, *format, *to, *sample, *queue;
	struct skstat_raw_match *match;
	struct skstat_raw_rotate *rotate;
};

/* Of a row of the option table: a list where it may be given more than once. */
struct skstat_raw_option {
	char *word;
	struct skstat_raw_words words;
};

struct skstat_raw {
	struct skstat_raw_view *view;
	uint32_t views;
	struct skstat_raw_stream *stream;
	uint32_t streams;
	char **port;			  /* of each key, in the order in which they are written */
	struct skstat_raw_words *prefix;  /* likewise */
	struct skstat_raw_words *bucket;  /* likewise */
	char **label;			  /* by enum skstat_view_label */
	struct skstat_raw_option *option; /* by row of the option table */
	char **probe, **collector;	  /* likewise: of other rows they are NULL */
};

#endif
