/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a group is called: the values of its view's labels, one behind the other, each with its 0. So two groups never
 * have the same labels, whatever they come from. Pure.
 */
#ifndef SKSTAT_MODEL_KEY_H
#define SKSTAT_MODEL_KEY_H

#include "subject.h"

#define SKSTAT_LABEL_SIZE 512 /* of a value, its 0 included; what is longer is cut */

struct skstat_key {
	size_t length;
	char text[__SKSTAT_LABEL_MAX * SKSTAT_LABEL_SIZE];
};

void skstat_key_make(const struct skstat_view_config *view, const struct skstat_subject *subject,
		     struct skstat_key *key);

/* Another one's, but for the state. */
void skstat_key_restate(const struct skstat_view_config *view, const char *from, uint8_t state,
			struct skstat_key *key);

#endif
