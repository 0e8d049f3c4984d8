/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of the command line: a row is all that is known of one option. Parsing, --help and the manual are made of
 * it.
 */
#ifndef SKSTAT_CONFIG_OPTION_H
#define SKSTAT_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

struct skstat_setting {
	const char *section;  /* rows of one section stand together */
	const char *name;     /* without the dashes */
	char letter;	      /* 'h' of -h; 0: none */
	const char *argument; /* what stands for its value: "DURATION"; NULL: a switch */
	const char *value;    /* its default, as one would write it; of a switch "true" or "false" */
	const char *help;     /* one sentence, without full stop */

	/* Takes a value into the config. 0, or -EINVAL and the sentence. */
	int (*take)(const struct skstat_setting *setting, const char *value, struct skstat_config *config,
		    struct skstat_error *error);
	size_t place;		  /* where in the config: of the type that `take` wants */
	const char *least, *most; /* of numbers and durations; a default of "0" is allowed besides */
	const char *const *words; /* of a choice: ends with NULL, the index is the value */
	size_t many;		  /* may be given more than once: where in the config the count is; else 0 */
	bool line_only;		  /* about the configuration file, and so not in it */
	bool live;		  /* a reload changes it; others take a restart */
};

/* Ends with a name of NULL. */
extern const struct skstat_setting skstat_setting_table[];

/* How many rows there are. */
size_t skstat_setting_count(void);

/* Of a row that may be given more than once: nothing is given. */
void skstat_setting_clear(const struct skstat_setting *setting, struct skstat_config *config);

/* Whether both configs say the same of it. */
bool skstat_setting_same(const struct skstat_setting *setting, const struct skstat_config *a,
			 const struct skstat_config *b);

/* A switch that is on unless --no-NAME is given. */
bool skstat_setting_negatable(const struct skstat_setting *setting);

/* "-h, --help", "--[no-]ipv4", "--poll.interval=DURATION". Returns its length. */
int skstat_setting_heading(const struct skstat_setting *setting, char *text, size_t size);

/* The sentence, and what may be given: "... (default 1s; 10ms to 1h)". */
void skstat_setting_sentence(const struct skstat_setting *setting, char *text, size_t size);

#endif
