// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"
#include "key_select.h"
#include "must.h"

#define COLUMN_NAME(NAME, name, help) [SKSTAT_COLUMN_##NAME] = #name,
static const char *const column_names[__SKSTAT_COLUMN_MAX] = { SKSTAT_COLUMNS(COLUMN_NAME) };

int key_name_take(const struct skstat_counter_name *name, struct key_names *names)
{
	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 256;
		names->name = must_have(realloc(names->name, names->room * sizeof(*names->name)));
	}
	names->name[names->count++] = *name;
	return 0;
}

void key_names_free(struct key_names *names)
{
	free(names->name);
	*names = (struct key_names) { 0 };
}

static bool has_names(enum skstat_key_column column)
{
	return column == SKSTAT_COLUMN_REASON || column == SKSTAT_COLUMN_RST_REASON ||
	       column == SKSTAT_COLUMN_FUNCTION || column == SKSTAT_COLUMN_DEVICE || column == SKSTAT_COLUMN_QDISC ||
	       column == SKSTAT_COLUMN_STACK;
}

static bool lacks_reasons(enum skstat_key_column column)
{
	return (column == SKSTAT_COLUMN_REASON && !kernel_since(5, 17)) ||
	       (column == SKSTAT_COLUMN_RST_REASON && !kernel_since(6, 10));
}

static const struct skstat_counter_name *name_of(const struct key_names *names, enum skstat_key_column column, uint32_t id)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->name[i].column == column && names->name[i].id == id)
			return &names->name[i];
	return NULL;
}

/* Whether one of the functions of a stack, which have semicolons between them, is or begins with it. */
static bool leads_through(const char *stack, const char *meant)
{
	for (; stack; stack = strchr(stack, ';')) {
		stack += *stack == ';';
		if (!strncmp(stack, meant, strlen(meant)))
			return true;
	}
	return false;
}

/* `meant`: one of the alternatives. */
static bool name_is(const struct skstat_counter_name *name, const char *meant)
{
	const char *at = strchr(meant, '@');
	size_t length = at ? (size_t)(at - meant) : strlen(meant);
	char end;

	if (name->column == SKSTAT_COLUMN_STACK)
		return leads_through(name->name, meant);
	if (strncmp(name->name, meant, length) || (at && strtoull(at + 1, NULL, 10) != name->netns))
		return false;
	end = name->name[length];
	return !end || (end == '.' && name->column == SKSTAT_COLUMN_FUNCTION);
}

static bool value_is_one(const struct key_names *names, enum skstat_key_column column, uint32_t value, const char *meant)
{
	const struct skstat_counter_name *name;

	if (!strcmp(meant, "other"))
		return value == SKSTAT_KEY_OTHER;
	if (!has_names(column))
		return value == strtoul(meant, NULL, 0);
	name = name_of(names, column, value);
	return name && name_is(name, meant);
}

static bool value_is(const struct key_names *names, enum skstat_key_column column, uint32_t value, const char *meant)
{
	char alternatives[256], *one, *more;

	if (!*meant || lacks_reasons(column))
		return value == 0;
	must_be(snprintf(alternatives, sizeof(alternatives), "%s", meant) < (int)sizeof(alternatives));
	for (one = strtok_r(alternatives, "|", &more); one; one = strtok_r(NULL, "|", &more))
		if (value_is_one(names, column, value, one))
			return true;
	return false;
}

/* One word of a selector. */
static bool key_meets(const struct key_names *names, const enum skstat_key_column *columns, const uint32_t *key,
		      const char *word)
{
	const char *meant = must_have(strchr(word, '=')) + 1;
	size_t length = (size_t)(meant - 1 - word);

	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++) {
		const char *name = columns[i] ? column_names[columns[i]] : "";

		if (columns[i] && strlen(name) == length && !strncmp(name, word, length))
			return value_is(names, columns[i], key[i], meant);
	}
	must_bail(__FILE__, __LINE__, word, "is no column of that table");
}

bool key_is_meant(const struct key_names *names, const enum skstat_key_column *columns, const uint32_t *key,
		  const char *selector)
{
	char words[512], *word, *more;

	must_be(snprintf(words, sizeof(words), "%s", selector) < (int)sizeof(words));
	for (word = strtok_r(words, " ", &more); word; word = strtok_r(NULL, " ", &more))
		if (!key_meets(names, columns, key, word))
			return false;
	return true;
}

static void value_show(const struct key_names *names, enum skstat_key_column column, uint32_t value)
{
	const struct skstat_counter_name *name = has_names(column) ? name_of(names, column, value) : NULL;

	printf(" %s=", column_names[column]);
	if (!name)
		printf(value == SKSTAT_KEY_OTHER ? "other" : "%" PRIu32, value);
	else if (column == SKSTAT_COLUMN_DEVICE)
		printf("%s@%" PRIu64, name->name, name->netns);
	else
		printf("%s", name->name);
}

void key_show(const struct key_names *names, const enum skstat_key_column *columns, const uint32_t *key)
{
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS; i++)
		if (columns[i])
			value_show(names, columns[i], key[i]);
}
