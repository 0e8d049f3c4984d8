// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "comm.h"
#include "utf8.h"

void skstat_comm_text(const char comm[SKSTAT_COMM_SIZE], char text[SKSTAT_COMM_SIZE])
{
	memmove(text, comm, SKSTAT_COMM_SIZE);
	text[SKSTAT_COMM_SIZE - 1] = '\0';
	if (!text[0])
		strcpy(text, "?");
	skstat_utf8_clean(text);
}
