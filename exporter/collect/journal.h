/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal on its way from the source to the model: read at the end of each poll and whenever the bell rings, while
 * its probes are held. One thread.
 */
#ifndef SKSTAT_COLLECT_JOURNAL_H
#define SKSTAT_COLLECT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "probes.h"
#include "self/self.h"
#include "source/source.h"
#include "trouble.h"

struct skstat_feed;
struct skstat_outlets;

struct skstat_journal {
	struct skstat_model *model;
	struct skstat_feed *feed; /* who else wants the events; NULL: nobody */
	struct skstat_outlets *outlets; /* likewise */
	struct skstat_self *self;
	const struct skstat_probes *probes;
	struct skstat_trouble reading;
};

void skstat_journal_init(struct skstat_journal *journal, struct skstat_model *model, struct skstat_self *self,
			 const struct skstat_probes *probes);

/*
 * All events since the last time, into the model, which was told `instance` last: those of another instance come too
 * early, for their namespaces are not known, and count as lost. *events (may be NULL) is how many came, lost ones too.
 * 0, also when nothing is held; or a negative errno, which was said and counted. What could not be read is not lost
 * yet: the next reading brings it, or counts it.
 */
int skstat_journal_read(struct skstat_journal *journal, struct skstat_source *source, uint64_t instance,
			uint64_t *events);

#endif
