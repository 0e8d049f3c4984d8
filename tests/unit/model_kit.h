/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the model share: samples made by hand, polls, a look at the families. A failure ends the test. */
#ifndef SKSTAT_TESTS_MODEL_KIT_H
#define SKSTAT_TESTS_MODEL_KIT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"

#define KIT_SECOND UINT64_C(1000000000)

/* A view like the default one, by the same labels. */
#define KIT_LABELS                                                                                                 \
	(SKSTAT_LABEL_BIT(SKSTAT_LABEL_DIRECTION) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_PORT) |                          \
	 SKSTAT_LABEL_BIT(SKSTAT_LABEL_FAMILY))
#define KIT_VIEW(groups, ttl, ...)                                                                                 \
	.views = 1, .view = &(const struct skstat_view_config) {                                                   \
		.name = "default", .limit = (groups), .ttl_ns = (ttl), __VA_ARGS__                                 \
	}

struct kit {
	struct skstat_model_config config;
	struct skstat_self self;
	struct skstat_schema schema; /* all is available, without SNMP counters */
	struct skstat_poll poll;     /* the next: a full one of an exact source, now_ns a second later each time */
	struct skstat_model *model;
	struct skstat_families *set; /* as of the last look; freed with the kit and by the next poll */
};

/* A kit with a model of 20 groups and namespaces, or of `config`. */
struct kit *kit_new(const struct skstat_model_config *config);
void kit_free(struct kit *kit);

/* An open connection from `local` to `remote` ("10.0.0.1:80", "[::1]:80") with nothing counted. */
struct skstat_sample kit_connection(uint64_t cookie, const char *local, const char *remote);
struct skstat_sample kit_listener(uint64_t cookie, const char *local);
struct skstat_sample kit_timewait(uint64_t cookie, const char *local, const char *remote);
struct skstat_sample kit_netns(uint64_t id, uint32_t inode, uint32_t established);

/* Makes an event of a connection or a listener: of that kind, SKSTAT_OPEN_* ... by that, at that time. */
void kit_event(struct skstat_sample *sample, enum skstat_kind kind, uint8_t how, uint64_t time_ns);

/* A poll with these samples: begins, puts, ends complete. */
void kit_poll(struct kit *kit, const struct skstat_sample *sample, size_t count);
/* Its parts. */
void kit_begin(struct kit *kit, bool full);
void kit_put(struct kit *kit, const struct skstat_sample *sample);
void kit_end(struct kit *kit, bool complete, bool partial);

/* The family of that name, or NULL. */
const struct skstat_family *kit_family(struct kit *kit, const char *name);
/* The series whose label values, joined by '/', are `values` ("default/in/80/ipv4"), or NULL. */
const struct skstat_series *kit_series(struct kit *kit, const char *name, const char *values);
/* Its value; fails the test if there is no such series. */
double kit_value(struct kit *kit, const char *name, const char *values);
/* Sum of all series of the family; histograms: of their counts. */
double kit_sum(struct kit *kit, const char *name);

/* What goes in comes out: self's sums, as self.h promises them. */
void kit_balance(const struct kit *kit);

#endif
