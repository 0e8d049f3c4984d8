// SPDX-License-Identifier: GPL-2.0
/* Stand-ins, until the probes' own files are there. */
#include "journal.h"
#include "probe.h"

struct skstat_probe skstat_probe_life = { .id = SKSTAT_PROBE_LIFE, .start = skstat_journal_start };
struct skstat_probe skstat_probe_first_byte = { .id = SKSTAT_PROBE_FIRST_BYTE };
struct skstat_probe skstat_probe_reader = { .id = SKSTAT_PROBE_READER };
struct skstat_probe skstat_probe_accept = { .id = SKSTAT_PROBE_ACCEPT };
struct skstat_probe skstat_probe_synack = { .id = SKSTAT_PROBE_SYNACK };
