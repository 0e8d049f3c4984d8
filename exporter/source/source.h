/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where sockets come from, behind one interface: the module (`netlink`), or inet_diag of the own network namespace
 * where the module cannot be had. Samples, totals, counters and schema have the same shape from both; what a source
 * does not have is absent (schema->available, sample->size, mib->table), never zero.
 *
 * A source is used by one thread at a time. Functions that can fail return 0 or a negative errno and a sentence in
 * `error`, which may be NULL.
 */
#ifndef SKSTAT_SOURCE_SOURCE_H
#define SKSTAT_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cost.h"
#include "counter_message.h"
#include "hist_message.h"
#include "message.h"
#include "query.h"

#include <skstat/probes.h>

struct skstat_source;

enum skstat_source_kind {
	SKSTAT_SOURCE_AUTO, /* the module, loaded if this process may; else inet_diag */
	SKSTAT_SOURCE_NETLINK,
	SKSTAT_SOURCE_INET_DIAG,
};

/* What a source is and can do. It may change with every call to its source: the module may be loaded anew. */
struct skstat_source_info {
	const char *name;		/* "netlink" or "inet_diag" */
	const char *version;		/* the module's; "" of inet_diag */
	uint64_t instance;		/* another one: the module was loaded anew. inet_diag: random, drawn at opening */
	uint32_t hz;			/* jiffies a second: 1000 of inet_diag, which gives milliseconds */
	bool all_namespaces;		/* else the own one alone */
	bool delta;			/* knows skstat_query.active_since */
	/* A socket that lives throughout a dump comes exactly once in it; else it may be missed, or come twice. */
	bool exactly_once;
	bool journal; /* SKSTAT_PROBE_LIFE may be held */
	const struct skstat_schema *schema;
};

/*
 * AUTO: opens the module's family; if there is none, runs `modprobe skstat` where CAP_SYS_MODULE allows (`load`), and
 * tries again; if INFO is still refused, takes inet_diag. `why` (may be NULL; SKSTAT_WHY_SIZE bytes) is then one
 * sentence that says why not the module, else "". NETLINK and INET_DIAG take that one or fail. The schema is read here.
 * NULL and `error` on failure. Owned by the caller until skstat_source_close().
 */
#define SKSTAT_WHY_SIZE 512
struct skstat_source *skstat_source_open(enum skstat_source_kind kind, bool load, char *why,
					 struct skstat_error *error);

/* NULL is fine. */
void skstat_source_close(struct skstat_source *source);

const struct skstat_source_info *skstat_source_info(const struct skstat_source *source);
struct skstat_source_cost skstat_source_cost(const struct skstat_source *source);

/* A request that takes longer (of inet_diag: a call) fails with -ETIMEDOUT; 0: none does. */
void skstat_source_set_timeout(struct skstat_source *source, uint64_t ns);

/*
 * As skstat_netlink_sock(). If the module is another instance than skstat_source_info() said, the schema is read again
 * before the records come: they are always of the schema that skstat_source_info() has now. -ESTALE: the totals are of
 * another instance than the records should have been of; they are not to be trusted.
 *
 * inet_diag refuses what it cannot do (ACTIVE_SINCE, EXACT, MAX_NS, NETNS of another namespace; MARK and CGROUP where
 * the kernel does not tell them) with -EOPNOTSUPP. It ends with a NETNS sample of the own namespace (id 1): the sockets
 * that it visited, by state. STATES and FAMILIES are for the kernel to test: what does not meet them is not visited.
 */
int skstat_source_sock(struct skstat_source *source, const struct skstat_query *query, skstat_sample_fn fn, void *arg,
		       struct skstat_totals *totals, struct skstat_error *error);

/* The same, for who takes records run by run; of inet_diag, which has no runs, taker->fn gets all: it must be there. */
int skstat_source_take(struct skstat_source *source, const struct skstat_query *query,
		       const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error);

/* Called for each namespace. Nonzero stops. */
typedef int (*skstat_source_mib_fn)(const struct skstat_mib *mib, void *arg);

/* The SNMP counters by namespace; skstat_schema_counter_name(info->schema, table, index) names them. */
int skstat_source_mib(struct skstat_source *source, skstat_source_mib_fn fn, void *arg, struct skstat_error *error);

/*
 * What probes bring: the journal, of what happens to connections between two walks, and counters. A source that has a
 * journal keeps one cursor.
 *
 * skstat_source_hold(): from now on `probes` (SKSTAT_PROBE_BIT(), more or fewer than before) are held, until the source
 * is closed; and, with SKSTAT_PROBE_LIFE, the journal is kept: the cursor is moved to its tail the first time, and
 * again whenever the module was loaded anew (info->instance changed; the hold is then asked for again by the next call
 * of skstat_source_journal(), which reports `fresh`, or of skstat_source_counter()). Probes that this kernel does not
 * have are left out of *held (may be NULL), as are those that cannot be attached now, `life` excepted; 0 probes lets go
 * of all. A bell that rings during this call may go unheard: read the journal after it. -EOPNOTSUPP: there is none of
 * them here. inet_diag holds SOCK_DESTROY's multicast groups for SKSTAT_PROBE_LIFE.
 */
int skstat_source_hold(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error);

/*
 * Every event since the cursor, as samples of kind OPENED ... LISTEN_STOPPED; CPU by CPU, so that only one CPU's are in
 * the order of time. The cursor moves over what was handed out, also when this fails halfway. Nonzero from `fn` stops.
 */
int skstat_source_journal(struct skstat_source *source, skstat_sample_fn fn, void *arg,
			  struct skstat_journal_totals *totals, struct skstat_error *error);

/*
 * Readable when it is time for skstat_source_journal(), which is to follow at once: a ring is filling up, or, of
 * inet_diag, something came. -1: nothing is held. It changes when the source is opened or loaded anew: ask after each
 * call to the source. skstat_source_bell_take() makes it quiet again and says how many bells there were.
 */
int skstat_source_bell(const struct skstat_source *source);
uint64_t skstat_source_bell_take(struct skstat_source *source);

/*
 * What the probes that count have counted since the module was loaded, by key, and what the numbers in the keys mean:
 * all of info->instance. 0; 1 if the reader stopped it; or a negative errno: what was handed out until then may be of
 * another instance, and is not to be trusted. -EOPNOTSUPP of inet_diag, and of a module that is older than this.
 */
int skstat_source_counter(struct skstat_source *source, const struct skstat_counter_reader *reader,
			  struct skstat_counter_totals *totals, struct skstat_error *error);

/* The same of what they have measured. */
int skstat_source_hist(struct skstat_source *source, const struct skstat_hist_reader *reader,
		       struct skstat_counter_totals *totals, struct skstat_error *error);

/* What the module itself says of its cost and its journal, as of now. -EOPNOTSUPP of inet_diag. */
int skstat_source_module_info(struct skstat_source *source, struct skstat_info *info, struct skstat_error *error);

#endif
