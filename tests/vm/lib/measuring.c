// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "measuring.h"
#include "module.h"
#include "must.h"

struct hists measuring;

void measuring_open(uint64_t probes, const char *parameters)
{
	if (parameters)
		module_replace_with(module_path(), parameters);
	counting_setup(NULL);
	hists_open(&measuring, probes);
}

int measuring_teardown(void **state)
{
	hists_close(&measuring);
	counting_teardown(state);
	module_replace(module_path());
	return 0;
}

int measuring_begin(void **state)
{
	counting_begin(state);
	hists_mark(&measuring);
	return 0;
}

uint64_t measuring_now(void)
{
	struct timespec now;

	must(clock_gettime(CLOCK_MONOTONIC, &now));
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void measuring_wait(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = MEASURING_WAIT }, NULL);
}

void measuring_is(struct hists_sum sum, enum skstat_histogram_id id, uint64_t count, uint64_t least, uint64_t most)
{
	printf("# %" PRIu64 " values of %" PRIu64 " ns in all, between %" PRIu64 " and %" PRIu64 "\n", sum.count, sum.sum,
	       least, most);
	if (sum.count == count && sum.sum >= least && sum.sum <= most)
		return;
	hists_show(&measuring, id);
	fail_msg("%" PRIu64 " values of %" PRIu64 " ns, not %" PRIu64 " of %" PRIu64 " to %" PRIu64, sum.count, sum.sum,
		 count, least, most);
}
