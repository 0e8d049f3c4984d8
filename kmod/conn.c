// SPDX-License-Identifier: GPL-2.0
#include "conn.h"

struct skstat_process skstat_conn_process(const struct sock *sk)
{
	return (struct skstat_process) {};
}

void skstat_conn_stats(struct skstat_conn_stats *stats)
{
	*stats = (struct skstat_conn_stats) {};
}
