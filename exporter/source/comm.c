// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "comm.h"
#include "utf8.h"

static int is_control(const char *byte)
{
	return (unsigned char)*byte < ' ' || *byte == 0x7f;
}

void skstat_comm_text(const char comm[SKSTAT_COMM_SIZE], char text[SKSTAT_COMM_SIZE])
{
	size_t length;

	memmove(text, comm, SKSTAT_COMM_SIZE);
	text[SKSTAT_COMM_SIZE - 1] = '\0';
	if (!text[0])
		strcpy(text, "?");
	for (char *at = text; *at; at += length) {
		length = skstat_utf8_length(at);
		if (length && !(length == 1 && is_control(at)))
			continue;
		*at = '?';
		length = 1;
	}
}
