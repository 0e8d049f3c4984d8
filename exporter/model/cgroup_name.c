// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_name.h"

#define ID_DIGITS 64
#define UID_LENGTH 36

/* A part of a path, between two slashes. */
struct part {
	const char *text;
	size_t length;
};

/* The part before `end`, or false. */
static bool part_before(const char *path, const char *end, struct part *part)
{
	while (end > path && end[-1] == '/')
		end--;
	if (end == path)
		return false;
	part->text = end;
	while (part->text > path && part->text[-1] != '/')
		part->text--;
	part->length = (size_t)(end - part->text);
	return true;
}

#define FOR_EACH_PART_BACKWARDS(path, part)                                   \
	for (bool more = part_before(path, (path) + strlen(path), &(part)); more; \
	     more = part_before(path, (part).text, &(part)))

static void write(char *text, size_t room, const char *from, size_t length)
{
	snprintf(text, room, "%.*s", (int)length, from);
}

static bool ends_with(const struct part *part, const char *suffix)
{
	size_t length = strlen(suffix);

	return part->length > length && memcmp(part->text + part->length - length, suffix, length) == 0;
}

/* A run of exactly so many digits, or NULL. */
static const char *id_in(const struct part *part)
{
	size_t run = 0;

	for (size_t i = 0; i < part->length; i++) {
		run = isxdigit((unsigned char)part->text[i]) ? run + 1 : 0;
		if (run == ID_DIGITS &&
		    (i + 1 == part->length || !isxdigit((unsigned char)part->text[i + 1])) )
			return part->text + i + 1 - ID_DIGITS;
	}
	return NULL;
}

void skstat_cgroup_container(const char *path, char *text, size_t room)
{
	struct part part;

	write(text, room, "", 0);
	FOR_EACH_PART_BACKWARDS(path, part) {
		const char *id = id_in(&part);

		if (!id)
			continue;
		write(text, room, id, ID_DIGITS);
		return;
	}
}

static bool is_unit(const struct part *part)
{
	static const char *const suffixes[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (ends_with(part, suffixes[i]))
			return true;
	return false;
}

void skstat_cgroup_unit(const char *path, char *text, size_t room)
{
	struct part part, slice = { 0 };

	write(text, room, "", 0);
	FOR_EACH_PART_BACKWARDS(path, part) {
		if (is_unit(&part)) {
			write(text, room, part.text, part.length);
			return;
		}
		if (!slice.length && ends_with(&part, ".slice"))
			slice = part;
	}
	if (slice.length)
		write(text, room, slice.text, slice.length);
}

/* 8-4-4-4-12 digits, with dashes, or with underscores, as slices have them; or 32 digits, of static pods. */
static size_t uid_length(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length && i < UID_LENGTH; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' && text[i] != '_' : !isxdigit((unsigned char)text[i]))
			break;
	}
	if (i == UID_LENGTH)
		return i;
	for (i = 0; i < length && isxdigit((unsigned char)text[i]); i++)
		;
	return i == 32 ? i : 0;
}

void skstat_cgroup_pod(const char *path, char *text, size_t room)
{
	struct part part;

	write(text, room, "", 0);
	FOR_EACH_PART_BACKWARDS(path, part) {
		/* "pod" begins the part, or stands behind a dash. */
		for (size_t i = 0; i + 3 < part.length; i++) {
			size_t length, rest = part.length - i - 3;

			if ((i && part.text[i - 1] != '-') || memcmp(part.text + i, "pod", 3))
				continue;
			length = uid_length(part.text + i + 3, rest);
			if (!length || (length < rest && part.text[i + 3 + length] != '.'))
				continue;
			write(text, room, part.text + i + 3, length);
			for (char *at = text; *at; at++)
				*at = *at == '_' ? '-' : *at;
			return;
		}
	}
}
