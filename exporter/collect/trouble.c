// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log/log.h"
#include "trouble.h"

void skstat_trouble_note(struct skstat_trouble *trouble, const char *text)
{
	if (!text) {
		if (trouble->polls)
			skstat_log(SKSTAT_LOG_INFO, "polls are well again, after %" PRIu64 " that failed",
				   trouble->polls);
		trouble->polls = 0;
		return;
	}
	if (!trouble->polls || strcmp(trouble->text, text) != 0)
		skstat_log(SKSTAT_LOG_ERROR, "poll failed: %s", text);
	snprintf(trouble->text, sizeof(trouble->text), "%s", text);
	trouble->polls++;
}

void skstat_trouble_budget(struct skstat_trouble *trouble, uint32_t budget)
{
	if (budget && !trouble->budget)
		skstat_log(SKSTAT_LOG_WARN, "polls end after %" PRIu32 " sockets (--poll.max-sockets): there are more",
			   budget);
	else if (!budget && trouble->budget)
		skstat_log(SKSTAT_LOG_INFO, "polls reach every socket again");
	trouble->budget = budget;
}
