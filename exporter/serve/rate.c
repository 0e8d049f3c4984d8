// SPDX-License-Identifier: GPL-2.0
#include "rate.h"

#define SECOND UINT64_C(1000000000)

bool skstat_rate_take(struct skstat_rate *rate, uint64_t now_ns)
{
	bool may;

	if (!rate->limit)
		return true;
	pthread_mutex_lock(&rate->lock);
	if (rate->free_ns < now_ns)
		rate->free_ns = now_ns;
	/* What was let in is made up for within a second: one that long is behind may not come. */
	may = rate->free_ns - now_ns + SECOND / rate->limit <= SECOND;
	if (may)
		rate->free_ns += SECOND / rate->limit;
	pthread_mutex_unlock(&rate->lock);
	return may;
}
