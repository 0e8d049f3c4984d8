// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "reading.h"

#define PATH_BYTES 100

const struct skstat_node *skstat_reading_node(const struct skstat_reading *reading, const struct skstat_at *at)
{
	const struct skstat_node *parent;

	if (!at)
		return reading->root;
	parent = skstat_reading_node(reading, at->up);
	return at->key ? skstat_node_member(parent, at->key) : skstat_node_item(parent, at->index);
}

/* "views[1].match". Returns the length; what does not fit is left out. */
static size_t path_write(const struct skstat_at *at, char *path, size_t room)
{
	size_t length = at->up ? path_write(at->up, path, room) : 0;

	if (length >= room)
		return length;
	if (at->key)
		return length + (size_t)snprintf(path + length, room - length, "%s%.40s", length ? "." : "", at->key);
	return length + (size_t)snprintf(path + length, room - length, "[%zu]", at->index);
}

/* The last place of the way there that is in the file: what is missing is missing in that. */
static size_t line_of(const struct skstat_reading *reading, const struct skstat_at *at)
{
	const struct skstat_node *node = NULL;

	for (; at && !node; at = at->up)
		node = skstat_reading_node(reading, at);
	return node ? node->line : 1;
}

static int __attribute__((format(printf, 4, 0)))
say(const struct skstat_reading *reading, size_t line, const char *path, const char *format, va_list args)
{
	char why[sizeof(reading->error->text)];

	vsnprintf(why, sizeof(why), format, args);
	return skstat_error_set(reading->error, -EINVAL, "%.100s:%zu: %s%s%s", reading->file, line, path,
				path[0] ? ": " : "", why);
}

int skstat_refuse(const struct skstat_reading *reading, const struct skstat_at *at, const char *format, ...)
{
	char path[PATH_BYTES] = "";
	va_list args;

	if (at)
		path_write(at, path, sizeof(path));
	va_start(args, format);
	say(reading, line_of(reading, at), path, format, args);
	va_end(args);
	return reading->error->err;
}

/* The way down to `node`, as places; then says it. False: it is not below `here`. */
static bool __attribute__((format(printf, 5, 0)))
node_say(const struct skstat_reading *reading, const struct skstat_node *here, const struct skstat_at *at,
	 const struct skstat_node *node, const char *format, va_list args)
{
	char path[PATH_BYTES] = "";
	size_t index = 0;

	if (here == node) {
		if (at)
			path_write(at, path, sizeof(path));
		say(reading, node->line, path, format, args);
		return true;
	}
	for (const struct skstat_node *child = here->child; child; child = child->next, index++) {
		const struct skstat_at below = { at, child->key, index };

		if (node_say(reading, child, &below, node, format, args))
			return true;
	}
	return false;
}

int skstat_refuse_node(const struct skstat_reading *reading, const struct skstat_node *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	node_say(reading, reading->root, NULL, node, format, args);
	va_end(args);
	return reading->error->err;
}

int skstat_reading_no_memory(const struct skstat_reading *reading)
{
	return skstat_error_set(reading->error, -ENOMEM, "%.100s: there is no memory for it", reading->file);
}

void *skstat_reading_alloc(const struct skstat_reading *reading, size_t count, size_t size)
{
	void *made = skstat_pool_alloc(reading->pool, count, size);

	if (!made)
		(void)skstat_reading_no_memory(reading);
	return made;
}

char *skstat_reading_text(const struct skstat_reading *reading, const char *text)
{
	char *copy = skstat_pool_text(reading->pool, text);

	if (!copy)
		(void)skstat_reading_no_memory(reading);
	return copy;
}
