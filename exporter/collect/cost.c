// SPDX-License-Identifier: GPL-2.0
#include "cost.h"

void skstat_cost_add(struct skstat_source_cost *sum, const struct skstat_source_cost *cost)
{
	sum->requests += cost->requests;
	sum->datagrams += cost->datagrams;
	sum->messages += cost->messages;
	sum->bytes += cost->bytes;
	sum->errors += cost->errors;
	sum->timeouts += cost->timeouts;
	sum->truncated += cost->truncated;
	sum->interrupted += cost->interrupted;
	sum->opened += cost->opened;
	sum->wait_ns += cost->wait_ns;
}

void skstat_cost_show(const struct skstat_source_cost *cost, struct skstat_self *self)
{
	skstat_self_set(self, netlink_requests, cost->requests);
	skstat_self_set(self, netlink_datagrams, cost->datagrams);
	skstat_self_set(self, netlink_messages, cost->messages);
	skstat_self_set(self, netlink_bytes, cost->bytes);
	skstat_self_set(self, netlink_errors, cost->errors);
	skstat_self_set(self, netlink_timeouts, cost->timeouts);
	skstat_self_set(self, netlink_truncated, cost->truncated);
	skstat_self_set(self, netlink_interrupted, cost->interrupted);
	skstat_self_set(self, netlink_opened, cost->opened);
}
