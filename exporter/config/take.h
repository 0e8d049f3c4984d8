/* SPDX-License-Identifier: GPL-2.0 */
/* How the values of options are read: `take` of the table's rows. Nobody but config's own files includes it. */
#ifndef SKSTAT_CONFIG_TAKE_H
#define SKSTAT_CONFIG_TAKE_H

#include "option.h"

typedef int skstat_take_fn(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
			   struct skstat_error *error);

/* take.c, each for a member of the type that is named */
skstat_take_fn skstat_take_switch;   /* bool */
skstat_take_fn skstat_take_choice;   /* an enum, by the row's words */
skstat_take_fn skstat_take_duration; /* uint64_t: nanoseconds */
skstat_take_fn skstat_take_number;   /* uint64_t */
skstat_take_fn skstat_take_number32; /* uint32_t */
skstat_take_fn skstat_take_ratio;    /* uint32_t: millionths */
skstat_take_fn skstat_take_size;     /* uint64_t: bytes */

/* take_text.c: const char *, or an array of them with its count */
skstat_take_fn skstat_take_text;
skstat_take_fn skstat_take_prefix;
skstat_take_fn skstat_take_template;
skstat_take_fn skstat_take_statsd_view;
skstat_take_fn skstat_take_stream;
skstat_take_fn skstat_take_path;
skstat_take_fn skstat_take_listen;
skstat_take_fn skstat_take_host;

/* "--NAME: " and the sentence. Returns -EINVAL. */
int __attribute__((format(printf, 3, 4)))
skstat_setting_refuse(const struct skstat_setting *setting, struct skstat_error *error, const char *format, ...);

/* Where the row's value goes. */
void *skstat_take_place(const struct skstat_setting *setting, struct skstat_config *config);

#endif
