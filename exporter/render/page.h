/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The landing page: at a glance, what is watched, from where, what it costs, and how much of it is seen. HTML without
 * scripts or anything to be fetched. Pure.
 */
#ifndef SKSTAT_RENDER_PAGE_H
#define SKSTAT_RENDER_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "model/family.h"

/* It is no longer than that: what there are many of is cut, and the page says so. */
#define SKSTAT_PAGE_MAX 16384

struct skstat_page {
	const char *version, *telemetry_path;
	const char *host, *kernel; /* as uname() has them */
	bool api;		   /* served to who asks */
	const struct skstat_families *set; /* the snapshot's; NULL: there is none yet */
	bool ready, stale;
	double age, interval; /* seconds */
	double now;	      /* Unix time */
};

/* What stands in <style>, so that a Content-Security-Policy can have its hash. */
extern const char skstat_page_style[];

void skstat_page_render(struct skstat_buffer *buffer, const struct skstat_page *page);

/* Its sections, out of the set: page_facts.c. */
void skstat_page_source(struct skstat_buffer *buffer, const struct skstat_page *page);
void skstat_page_views(struct skstat_buffer *buffer, const struct skstat_families *set);
void skstat_page_cost(struct skstat_buffer *buffer, const struct skstat_page *page);
void skstat_page_seen(struct skstat_buffer *buffer, const struct skstat_families *set);
void skstat_page_config(struct skstat_buffer *buffer, const struct skstat_page *page);

#endif
