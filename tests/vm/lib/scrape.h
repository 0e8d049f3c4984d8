/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One answer of /metrics, taken apart by the letter of Prometheus' text format 0.0.4. Pure.
 */
#ifndef SKSTAT_TEST_SCRAPE_H
#define SKSTAT_TEST_SCRAPE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum scrape_type { SCRAPE_COUNTER, SCRAPE_GAUGE, SCRAPE_HISTOGRAM };

struct scrape_label {
	const char *name, *value;
};

struct scrape_sample {
	const char *name; /* with _total, _bucket, _sum, _count */
	struct scrape_label *label; /* by name, ascending */
	size_t labels;
	double value;
	size_t family; /* its place in scrape.family */
	char *key; /* name and labels, each ended by 0: the same for the same series */
	size_t key_length;
};

struct scrape_family {
	const char *name; /* as TYPE has it */
	const char *help;
	enum scrape_type type;
	size_t first, count; /* its samples */
};

struct scrape {
	char *text; /* what names and values point into */
	char *keys; /* of all samples, one behind the other */
	struct scrape_label *label; /* likewise */
	struct scrape_family *family;
	size_t families;
	struct scrape_sample *sample; /* in the order they came */
	size_t samples;
	struct scrape_sample **by_key; /* ascending */
};

/*
 * Takes `text` apart. Refused is what the format forbids, and what this exporter has no reason to write: a family
 * without HELP or TYPE or with two of them, or in two places; a series that comes twice; a name that does not fit its
 * type; a value that is none, or a counter below zero; a timestamp; a histogram whose buckets do not rise, or whose
 * +Inf is not its count. False then, with a sentence in `why`; nothing needs to be freed.
 */
bool scrape_parse(struct scrape *scrape, const char *text, size_t length, char *why, size_t room);

void scrape_free(struct scrape *scrape);

/*
 * Which series are meant: words, the first a sample's name, the others label=value. A label that is not named may have
 * any value. "skstat_tcp_sent_bytes_total direction=in port=80".
 */
struct scrape_selector {
	char text[256];
	const char *name;
	struct scrape_label label[8];
	size_t labels;
};

void scrape_selector_init(struct scrape_selector *selector, const char *format, va_list args);
bool scrape_selects(const struct scrape_selector *selector, const struct scrape_sample *sample);

/* The sum of the series that are meant; none: 0. */
double __attribute__((format(printf, 2, 3))) scrape_sum(const struct scrape *scrape, const char *format, ...);

/* How many are meant. */
size_t __attribute__((format(printf, 2, 3))) scrape_count(const struct scrape *scrape, const char *format, ...);

/* The first that is meant, or NULL. */
const struct scrape_sample *__attribute__((format(printf, 2, 3)))
scrape_find(const struct scrape *scrape, const char *format, ...);

/* The value of a label, or "". */
const char *scrape_label(const struct scrape_sample *sample, const char *name);

/* The family of that name, or NULL. */
const struct scrape_family *scrape_family(const struct scrape *scrape, const char *name);

/* As memcmp(): series by name and labels. */
int scrape_order(const struct scrape_sample *a, const struct scrape_sample *b);

#endif
