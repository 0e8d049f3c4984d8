// SPDX-License-Identifier: GPL-2.0
#include "rate.h"

void skstat_rate_init(struct skstat_rate *rate, uint64_t interval_ns, uint64_t burst)
{
	*rate = (struct skstat_rate){ .interval_ns = interval_ns, .burst = burst };
	pthread_mutex_init(&rate->lock, NULL);
}

void skstat_rate_destroy(struct skstat_rate *rate)
{
	pthread_mutex_destroy(&rate->lock);
}

bool skstat_rate_take(struct skstat_rate *rate, uint64_t now_ns)
{
	bool may;

	if (!rate->interval_ns)
		return true;
	pthread_mutex_lock(&rate->lock);
	if (rate->free_ns < now_ns)
		rate->free_ns = now_ns;
	/* Who is a whole burst behind may not come. */
	may = rate->free_ns - now_ns + rate->interval_ns <= rate->burst * rate->interval_ns;
	if (may)
		rate->free_ns += rate->interval_ns;
	pthread_mutex_unlock(&rate->lock);
	return may;
}
