// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "request.h"

struct joined {
	const char *name;
	char *text; /* NULL: no memory */
	size_t length;
};

static enum MHD_Result join_one(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct joined *joined = cls;
	size_t length = value ? strlen(value) : 0;
	char *longer;

	(void)kind;
	if (strcasecmp(key, joined->name) != 0)
		return MHD_YES;
	longer = realloc(joined->text, joined->length + length + 2);
	if (!longer) {
		free(joined->text);
		joined->text = NULL;
		return MHD_NO;
	}
	joined->text = longer;
	if (joined->length)
		longer[joined->length++] = ',';
	if (length)
		memcpy(longer + joined->length, value, length);
	joined->length += length;
	longer[joined->length] = '\0';
	return MHD_YES;
}

char *skstat_header_join(struct MHD_Connection *connection, const char *name)
{
	struct joined joined = { .name = name, .text = calloc(1, 1) };

	if (joined.text)
		MHD_get_connection_values(connection, MHD_HEADER_KIND, join_one, &joined);
	return joined.text;
}
