// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "cast.h"
#include "scene.h"
#include "trouble.h"

struct cast cast;

void cast_make(void)
{
	struct population *all = &cast.population;
	struct ns home = ns_current();

	cast.ns[CAST_MAIN] = ns_create();
	ns_enter(&cast.ns[CAST_MAIN]);
	population_pairs(all, PAIR_V4, pair_scaled(200));
	population_pairs(all, PAIR_V6, pair_scaled(100));
	population_pairs(all, PAIR_MAPPED, pair_scaled(100));
	population_listeners(all, PAIR_V4, 2, 3);
	scene_options(all);
	scene_queues(all);
	scene_listeners(all);
	cast.bbr = scene_congestion(all, "bbr");
	cast.dctcp = scene_congestion(all, "dctcp");
	cast.vegas = scene_congestion(all, "vegas");
	cast.mptcp = scene_mptcp(all);
	cast.tls = scene_tls(all);
	cast.in_cgroup[0] = all->count;
	cast.cgroup = scene_cgroup(all);
	cast.in_cgroup[1] = all->count;
	trouble_silence(all);
	trouble_hole(all);
	trouble_duplicates(all);
	cast.wire = trouble_wire(all, &cast.ns[CAST_WIRE]);
	cast.marks = trouble_marks(all, &cast.ns[CAST_MARKS]);
	cast.queueing = trouble_queueing(all, &cast.ns[CAST_QUEUEING]);
	population_stuck(all, PAIR_V4);
	population_half_closed(all, PAIR_MAPPED, 4);
	/* This one changes what the sockets behind it are: see scene.h. */
	cast.classid = scene_classid(cast.in_class);
	scene_fast_open(all);
	trouble_probes(all);
	population_embryonic(all, PAIR_V4, 4);
	population_embryonic(all, PAIR_V6, 4);
	population_time_wait(all, PAIR_V4, 10);
	population_time_wait(all, PAIR_V6, 10);
	ns_enter(&home);
	ns_close(&home);
	printf("# %zu sockets\n", all->count);
}

void cast_free(void)
{
	population_free(&cast.population);
}

const char *cast_excuse(const struct skstat_field *field)
{
	static const struct {
		const char *name, *why;
	} always[] = {
		{ "backlog", "only while the owner holds the lock and segments come in" },
		{ "close", "a socket in CLOSE is in no table" },
		{ "delivered_e1_bytes", "wants a sender that marks ECT(1)" },
		{ "received_e1_bytes", "wants a sender that marks ECT(1)" },
		{ "sndbuf_limited", "wants a buffer that fills while cwnd is not the limit, in the moment between push and wait" },
		{ "accecn_fail_mode", "wants a middlebox that mangles the ACE bits" },
		{ "comm", "wants the journal's probes: vmtest life_open" },
		{ "pid", "wants the journal's probes: vmtest life_open" },
		{ "process_from", "wants the journal's probes: vmtest life_open" },
	};
	static const char *const of_marks[] = { "delivered_ce", "received_ce", "delivered_ce_bytes", "received_ce_bytes",
						"delivered_e0_bytes", "received_e0_bytes", "accecn_opt_seen", "plb_rehash",
						"dctcp_ab_ecn", "dctcp_ab_tot", "dctcp_ce_state" };
	static const char *const of_wire[] = { "reord_seen", "vegas_rttcnt" };

	if (field->group == SKSTAT_GROUP_EVENT)
		return "of events: the life suites";
	if (skstat_field_reserved(field))
		return "reserved";
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++) {
		if (!strcmp(field->name, always[i].name))
			return always[i].why;
	}
	for (size_t i = 0; !cast.marks && i < sizeof(of_marks) / sizeof(*of_marks); i++) {
		if (!strcmp(field->name, of_marks[i]))
			return "no netem here";
	}
	for (size_t i = 0; !cast.wire && i < sizeof(of_wire) / sizeof(*of_wire); i++) {
		if (!strcmp(field->name, of_wire[i]))
			return "no netem here";
	}
	if (!cast.queueing && !strcmp(field->name, "wmem_alloc"))
		return "no tbf here";
	if (!cast.bbr && !strncmp(field->name, "bbr_", 4))
		return "no BBR here";
	if (!cast.dctcp && (!strncmp(field->name, "dctcp_", 6) || !strcmp(field->name, "plb_rehash")))
		return "no DCTCP here";
	if (!cast.vegas && !strncmp(field->name, "vegas_", 6))
		return "no Vegas here";
	if (!cast.tls && !strncmp(field->name, "tls_", 4))
		return "no kTLS here";
	if (!cast.tls && !cast.mptcp && !strcmp(field->name, "ulp"))
		return "neither kTLS nor MPTCP here";
	if (!cast.classid && !strcmp(field->name, "classid"))
		return "no net_cls here";
	return NULL;
}
