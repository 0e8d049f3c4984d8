// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/text.h"
#include "value.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_BYTES 63
#define MAPPED_BITS 96 /* of an IPv4 address, in front of its own */

int skstat_value_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	char *end;

	/* strtoull() would take blanks and signs. */
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno || *end || *number < least || *number > most ? -EINVAL : 0;
}

int skstat_value_switch(const char *text, bool *on)
{
	static const char *const words[][3] = { { "false", "no", "off" }, { "true", "yes", "on" } };

	for (size_t which = 0; which < LENGTH(words); which++) {
		for (size_t i = 0; i < LENGTH(words[which]); i++) {
			if (strcmp(words[which][i], text) == 0) {
				*on = which;
				return 0;
			}
		}
	}
	return -EINVAL;
}

int skstat_value_ports(const char *text, uint16_t *first, uint16_t *last)
{
	struct skstat_range range;

	if (skstat_range_parse(text, &range) || !range.min)
		return -EINVAL;
	*first = range.min;
	*last = range.max;
	return 0;
}

/* Clears what is behind the length. Whether there was anything. */
static bool cut(struct skstat_view_prefix *prefix)
{
	bool had = false;

	for (size_t i = prefix->bits / 8; i < sizeof(prefix->address); i++) {
		uint8_t kept = i == prefix->bits / 8u ? (uint8_t)(0xff00 >> prefix->bits % 8) : 0;

		had |= prefix->address[i] & ~kept;
		prefix->address[i] &= kept;
	}
	return had;
}

int skstat_value_prefix(const char *text, struct skstat_view_prefix *prefix)
{
	struct skstat_prefix parsed;

	if (skstat_prefix_parse(text, &parsed))
		return -EINVAL;
	*prefix = (struct skstat_view_prefix){ .bits = parsed.length, .name = "" };
	memcpy(prefix->address, parsed.address, sizeof(prefix->address));
	return cut(prefix) ? -ERANGE : 0;
}

void skstat_value_prefix_write(const struct skstat_view_prefix *prefix, char text[SKSTAT_PREFIX_TEXT])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool four = prefix->bits >= MAPPED_BITS && memcmp(prefix->address, mapped, sizeof(mapped)) == 0;
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(four ? AF_INET : AF_INET6, prefix->address + (four ? 12 : 0), address, sizeof(address));
	snprintf(text, SKSTAT_PREFIX_TEXT, "%s/%d", address, prefix->bits - (four ? MAPPED_BITS : 0));
}

/* "16", "0x10"; to `end`. */
static int mark_number(const char *text, const char *end, uint32_t *number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long value;
	char *stop;

	text += hex ? 2 : 0;
	if (!(hex ? isxdigit((unsigned char)*text) : isdigit((unsigned char)*text)))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &stop, hex ? 16 : 10);
	if (errno || stop != end || value > UINT32_MAX)
		return -EINVAL;
	*number = (uint32_t)value;
	return 0;
}

int skstat_value_mark(const char *text, uint32_t *mark, uint32_t *mask)
{
	const char *end = text + strlen(text), *slash = strchr(text, '/');

	*mask = UINT32_MAX;
	if (mark_number(text, slash ? slash : end, mark))
		return -EINVAL;
	return slash ? mark_number(slash + 1, end, mask) : 0;
}

int skstat_value_edge(const char *text, double *edge, enum skstat_edge_kind *kind)
{
	/* Parts are divided by, so that 100us are 0.0001, and not a hair less. */
	static const struct {
		const char *suffix;
		enum skstat_edge_kind kind;
		double times, parts;
	} units[] = {
		{ "", SKSTAT_EDGE_NUMBER, 1, 1 },	   { "us", SKSTAT_EDGE_SECONDS, 1, 1e6 },
		{ "ms", SKSTAT_EDGE_SECONDS, 1, 1e3 },	   { "s", SKSTAT_EDGE_SECONDS, 1, 1 },
		{ "m", SKSTAT_EDGE_SECONDS, 60, 1 },	   { "h", SKSTAT_EDGE_SECONDS, 3600, 1 },
		{ "d", SKSTAT_EDGE_SECONDS, 86400, 1 },	   { "B", SKSTAT_EDGE_BYTES, 1, 1 },
		{ "KiB", SKSTAT_EDGE_BYTES, 1024, 1 },	   { "MiB", SKSTAT_EDGE_BYTES, 1048576, 1 },
		{ "GiB", SKSTAT_EDGE_BYTES, 1073741824, 1 },
	};
	size_t digits = strspn(text, "0123456789"), more = 0;
	double number;
	char *end;

	/* Of what strtod() takes, only this: digits, and digits behind a point. An "e" would be a unit. */
	if (!digits || digits > 18)
		return -EINVAL;
	if (text[digits] == '.') {
		more = strspn(text + digits + 1, "0123456789");
		if (!more || more > 18)
			return -EINVAL;
	}
	number = strtod(text, &end);
	if (text[digits + (more ? more + 1 : 0)] == 'e' || end != text + digits + (more ? more + 1 : 0))
		return -EINVAL;
	for (size_t i = 0; i < LENGTH(units); i++) {
		if (strcmp(units[i].suffix, end) == 0) {
			*edge = number * units[i].times / units[i].parts;
			*kind = units[i].kind;
			return isfinite(*edge) && *edge > 0 ? 0 : -EINVAL;
		}
	}
	return -EINVAL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool skstat_value_is_name(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t length = strspn(text, good);

	return is_letter(*text) && !text[length] && length <= NAME_BYTES;
}

bool skstat_value_is_label(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t length = strspn(text, good);

	return (is_letter(*text) || *text == '_') && !text[length] && length <= NAME_BYTES &&
	       strncmp(text, "__", 2) != 0;
}
