/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites of probes that measure time stand on: counting.h's road, the probe held, and clocks around what
 * happens.
 */
#ifndef SKSTAT_TEST_MEASURING_H
#define SKSTAT_TEST_MEASURING_H

#include <stdint.h>

#include "counting.h"
#include "hists.h"

#define MEASURING_WAIT 50000000 /* ns: what a test lets something wait for */

extern struct hists measuring;

/* For a group: the module, anew with these parameters unless they are NULL, and the probes held. Teardown: and back. */
void measuring_open(uint64_t probes, const char *parameters);
int measuring_teardown(void **state);

/* Around each test. */
int measuring_begin(void **state);

/* ns of the clock that the module has. */
uint64_t measuring_now(void);

/* Lets MEASURING_WAIT go by. */
void measuring_wait(void);

/* Fails the test unless so many values came, of which all together are at least and at most so long. */
void measuring_is(struct hists_sum sum, enum skstat_histogram_id id, uint64_t count, uint64_t least, uint64_t most);

#endif
