// SPDX-License-Identifier: GPL-2.0
/* Any text as a header, of which the first byte chooses which: each is understood without a look at what is behind it. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of the server's: nothing here replies. */
const char *skstat_format_type(enum skstat_format format)
{
	(void)format;
	return "";
}

/* The text, in a piece of memory that ends where it does, and something behind it. */
static char *joined(const char *text, const char *more)
{
	size_t length = strlen(text), room = length + strlen(more) + 1;
	char *both = malloc(room);

	assert(both);
	snprintf(both, room, "%s%s", text, more);
	return both;
}

/* What wants nothing, and is not known, changes nothing. */
static void format_check(const char *text)
{
	char *more = joined(text, ",nothing/known;q=0");
	enum skstat_format format = skstat_accept_format(text);

	assert(format < __SKSTAT_FORMAT_MAX);
	assert(skstat_accept_format(more) == format);
	free(more);
}

static void gzip_check(const char *text)
{
	char *more = joined(text, ",brotli"), *never = joined(text, ",gzip;q=0");

	assert(skstat_accept_gzip(more) == skstat_accept_gzip(text));
	/* The last word on it counts. */
	assert(!skstat_accept_gzip(never));
	free(more);
	free(never);
}

static void host_check(const char *text)
{
	static const char *const names[] = { "appliance.example" };
	char *page = joined("http://", text);
	bool is = skstat_guard_host(text, names, 1);

	assert(skstat_guard_origin(page, names, 1) == is);
	/* Nothing but an address, localhost or a name that was given. */
	assert(!is || strpbrk(text, "0123456789:") || strcasecmp(text, "localhost") == 0 ||
	       strcasecmp(text, names[0]) == 0);
	free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup(size ? (const char *)data + 1 : "", size ? size - 1 : 0);

	assert(text);
	switch (size ? data[0] % 3 : 0) {
	case 0:
		format_check(text);
		break;
	case 1:
		gzip_check(text);
		break;
	default:
		host_check(text);
		(void)skstat_guard_origin(text, NULL, 0);
	}
	free(text);
	return 0;
}
