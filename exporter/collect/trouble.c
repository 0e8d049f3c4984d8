// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trouble.h"

const struct skstat_trouble_kind skstat_trouble_poll = {
	SKSTAT_LOG_ERROR, "poll failed", "polls are well again",
};

const struct skstat_trouble_kind skstat_trouble_hold = {
	SKSTAT_LOG_WARN,
	"what happens to connections between two polls is not seen, for the journal cannot be held",
	"the journal is held",
};

/* Where no journal is wanted. */
const struct skstat_trouble_kind skstat_trouble_probes = {
	SKSTAT_LOG_WARN, "drops, retransmits and the like are not counted, for the probes cannot be held",
	"the probes are held",
};

const struct skstat_trouble_kind skstat_trouble_counters = {
	SKSTAT_LOG_ERROR, "what the probes count cannot be read", "what the probes count can be read again",
};

const struct skstat_trouble_kind skstat_trouble_histograms = {
	SKSTAT_LOG_ERROR, "what the probes measure cannot be read", "what the probes measure can be read again",
};

const struct skstat_trouble_kind skstat_trouble_journal = {
	SKSTAT_LOG_ERROR, "the journal cannot be read", "the journal can be read again",
};

const struct skstat_trouble_kind skstat_trouble_procfs = {
	SKSTAT_LOG_WARN, "figures of /proc or /sys are missing", "the collectors of /proc and /sys are whole again",
};

void skstat_trouble_note(struct skstat_trouble *trouble, const char *text)
{
	if (!text) {
		if (trouble->times)
			skstat_log_kind(&trouble->kind->over, SKSTAT_LOG_INFO, "%s, after %" PRIu64 " that failed",
					trouble->kind->over, trouble->times);
		trouble->times = 0;
		return;
	}
	if (!trouble->times || strcmp(trouble->text, text) != 0)
		skstat_log_kind(trouble->kind, trouble->kind->level, "%s: %s", trouble->kind->begun, text);
	snprintf(trouble->text, sizeof(trouble->text), "%s", text);
	trouble->times++;
}

void skstat_trouble_budget(uint32_t *told, uint32_t budget)
{
	if (budget && !*told)
		skstat_log(SKSTAT_LOG_WARN, "polls end after %" PRIu32 " sockets (--poll.max-sockets): there are more",
			   budget);
	else if (!budget && *told)
		skstat_log(SKSTAT_LOG_INFO, "polls reach every socket again");
	*told = budget;
}

void skstat_trouble_memory(bool *told, bool folding)
{
	if (folding && !*told)
		skstat_log(SKSTAT_LOG_WARN,
			   "there is more than --memory-budget: new groups are counted under \"other\"");
	else if (!folding && *told)
		skstat_log(SKSTAT_LOG_INFO, "there is room within --memory-budget again, and new groups are shown");
	*told = folding;
}
