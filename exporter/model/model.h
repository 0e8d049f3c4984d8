/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model: from polls of sockets to counters, gauges and distributions by group. Pure: no sockets, no clock, no
 * globals; one thread.
 *
 * A poll is skstat_model_begin(), skstat_model_sample() for each record, skstat_model_end(). Counters start at 0 with
 * the process. A socket is its cookie and generation: a step backwards or another peer under the same cookie is a new
 * generation. What the first full walk finds is baseline and adds nothing; a cookie that is new after a complete full
 * walk adds its whole value. Only a complete full walk decides that a socket is gone (of a source that may miss one,
 * two in a row do).
 *
 * With a journal the end of a poll is: the walk's samples, skstat_model_walked(), then the events up to a cursor that
 * was taken after the walk, skstat_model_heard(), then skstat_model_end(). Events may also come between two polls. They
 * need no order: each carries its time. A close brings a connection's last figures, whether a walk ever saw it or not,
 * and leaves a tombstone, so that a record of it that is still on its way counts nothing.
 *
 * A view groups the sockets that it is of by labels (view_config.h). A group that is admitted stays; past the limit
 * `other` grows; nothing moves between groups, unless a view groups by state. A group without sockets or change goes
 * after its ttl.
 */
#ifndef SKSTAT_MODEL_MODEL_H
#define SKSTAT_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "family.h"
#include "self/self.h"
#include "source/counter_message.h"
#include "source/hist_message.h"
#include "source/message.h"
#include "view_config.h"

struct skstat_model;

struct skstat_model_config {
	const struct skstat_view_config *view; /* the views, which are copied */
	size_t views;
	uint32_t netns_limit;	/* namespaces with a label of their own; `other` on top */
	/* The name of the namespace with that inode, or NULL: then the inode is its label. Asked at first sight. */
	const char *(*netns_name)(uint32_t inode, void *arg);
	void *netns_arg;
	uint64_t memory_budget; /* above it new groups and series are `other` (room.h); 0: there is none */
	uint32_t cell_limit; /* series of one table of the probes' counters, or of their histograms; `other` on top */
	/*
	 * What views may ask for beside; each may be NULL, and may answer NULL: not known. What they return is good
	 * until the next call. Asked once for a connection or listener, and again when it may belong to other groups.
	 *
	 * The name of a process that holds the socket with that inode: where neither event nor record says more.
	 */
	const char *(*process_name)(uint64_t inode, void *arg);
	void *process_arg;
	/* The path of a cgroup, below the mount of cgroup2, with a slash in front. */
	const char *(*cgroup_path)(uint64_t id, void *arg);
	void *cgroup_arg;
	/* The name of a network device in the namespace of that inode. */
	const char *(*interface_name)(uint32_t netns_inode, uint32_t ifindex, void *arg);
	void *interface_arg;
	/* What series have for a label's name, which is copied; NULL: skstat_view_label_name[]. */
	const char *label_name[__SKSTAT_LABEL_MAX];
};

/* What a poll is going to be. */
struct skstat_poll {
	uint64_t now_ns;   /* CLOCK_MONOTONIC: time of the poll */
	uint64_t instance; /* of the source; another one than before is a gap */
	uint32_t hz;
	bool full;		       /* else a delta: what does not come is not gone */
	bool exactly_once;	       /* skstat_source_info */
	bool journal;		       /* the journal is read: what opens and closes comes as events */
	uint64_t journal_ns;	       /* CLOCK_MONOTONIC when it began to be held: what began before is baseline */
	uint16_t port_min, port_max;   /* ip_local_port_range */
	const struct skstat_schema *schema; /* until the next poll: which figures there are, and the counters' names */
};

/* `self` gets the model_*, records_* and gaps counters; not owned. NULL: no memory. */
struct skstat_model *skstat_model_new(const struct skstat_model_config *config, struct skstat_self *self);
void skstat_model_free(struct skstat_model *model);

/* What else the exporter holds that grows with the groups counts against the memory budget: so many bytes. */
void skstat_model_beside(struct skstat_model *model, uint64_t bytes);

/*
 * Between polls: these are the views from now on. One that is there already, asked for the same in all, is kept: its
 * groups, its counters, what is in it. The others begin with the next record or event: a connection is in a new view's
 * groups from its next record on, and what it counts from then on is counted there, whatever it had before. 0; -ENOMEM,
 * or -E2BIG of more than 64: then nothing has changed.
 */
int skstat_model_views(struct skstat_model *model, const struct skstat_view_config *view, size_t count);

/* Between polls: the names of labels, as skstat_model_config has them. 0 or -ENOMEM likewise. */
int skstat_model_labels(struct skstat_model *model, const char *const name[__SKSTAT_LABEL_MAX]);

/* What a view has come to, as of the last skstat_model_families(). */
struct skstat_view_total {
	const char *name; /* good until the views change */
	size_t groups;	  /* but for `other` */
	size_t series;	  /* as the text format has them */
	uint64_t folded;  /* sockets that are under `other` for want of room, ever */
};

/* Of the view of that number, in the order in which they were given; false: there is none. */
bool skstat_model_view_total(const struct skstat_model *model, size_t number, struct skstat_view_total *total);

/* Makes the families and forgets them again, for skstat_model_view_total(). 0 or -ENOMEM. */
int skstat_model_predict(struct skstat_model *model);

/* The groups that a dump must bring for this: 1 << enum skstat_group. Others, when the views are. */
uint32_t skstat_model_groups(const struct skstat_model *model);

void skstat_model_begin(struct skstat_model *model, const struct skstat_poll *poll);

/* A skstat_sample_fn. 0, or -ENOMEM: the poll should be given up, and ended with totals->complete false. */
int skstat_model_sample(const struct skstat_sample *sample, void *model);

/*
 * The same for a whole run, a skstat_run_fn: what it brings of connections that are known is read in place. 0, or what
 * skstat_model_sample() failed with.
 */
int skstat_model_run(struct skstat_run_reader *run, void *model);

/*
 * The walk is over, at that time of CLOCK_MONOTONIC: what its records say is not younger. To be called behind the last
 * of them, before the journal is read; without, the next poll's begin has to do, and of sockets that carried several
 * connections between two polls some may be taken for another.
 */
void skstat_model_walked(struct skstat_model *model, uint64_t now_ns);

/*
 * An event of the journal, a skstat_sample_fn. After the samples of a poll, or between polls. 0 or -ENOMEM: then it is
 * counted as lost.
 */
int skstat_model_event(const struct skstat_sample *sample, void *model);

/*
 * The journal was read to its end: what the last walk saw and no event has told of by now, none will, unless it was
 * lost. Where nobody ever says so, each poll is taken to have read it.
 */
void skstat_model_heard(struct skstat_model *model);

/* The journal lost so many events, or (`fresh`) an unknown number. */
void skstat_model_lost(struct skstat_model *model, uint64_t events, bool fresh);

/*
 * `totals`: complete is false of a dump that broke off, partial true of one that a budget ended; both remove nothing.
 */
void skstat_model_end(struct skstat_model *model, const struct skstat_totals *totals);

/* A skstat_source_mib_fn: one namespace's counters of this moment. Between end and families, or not at all. */
int skstat_model_mib(const struct skstat_mib *mib, void *model);

/*
 * What the probes have counted: begin, cells and names in any order, end; between skstat_model_begin() and _end(), of
 * whose instance it must be. `held` are the probes whose counters are wanted, SKSTAT_PROBE_BIT(). Of a reading that was
 * not `whole`, nothing counts, and the next one brings it. cells.h has the rest.
 *
 * _cell() and _name() are for struct skstat_counter_reader: 0 or -ENOMEM, then the reading is not whole.
 */
void skstat_model_counters_begin(struct skstat_model *model, uint64_t held);
int skstat_model_counters_cell(const struct skstat_cell *cell, void *model);
int skstat_model_counters_name(const struct skstat_counter_name *name, void *model);
void skstat_model_counters_end(struct skstat_model *model, bool whole);

/* The same of what they have measured; for struct skstat_hist_reader. A reading of its own. */
void skstat_model_histograms_begin(struct skstat_model *model, uint64_t held);
int skstat_model_histograms_cell(const struct skstat_hist *hist, void *model);
int skstat_model_histograms_name(const struct skstat_counter_name *name, void *model);
void skstat_model_histograms_end(struct skstat_model *model, bool whole);

/* Whether a complete full walk has been. */
bool skstat_model_ready(const struct skstat_model *model);

/* Adds the families as of now. The set holds no pointer into the model afterwards. */
void skstat_model_families(struct skstat_model *model, struct skstat_families *set);

/*
 * Every family that any model can make, for METRICS.md: calls fn once each, in the order of skstat_model_families();
 * what it is handed is good until it returns. A view's labels are those of the default one.
 * `labels` are names with commas between ("view,direction,port,family"); a name whose values are few and known has them
 * behind it ("kind=full|delta").
 */
struct skstat_family_doc {
	const char *name, *unit, *help, *labels;
	enum skstat_metric_type type;
	const struct skstat_field *field; /* whose row makes it; NULL: derived */
};
void skstat_model_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
