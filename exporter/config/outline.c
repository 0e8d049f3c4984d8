// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "outline.h"

#define SHOWN 40 /* bytes of a word in a sentence */

/* A reading under way. */
struct outline {
	struct skstat_pool *pool;
	const char *file;
	struct skstat_error *error;
	struct skstat_node *root;
	struct skstat_node *open[SKSTAT_OUTLINE_DEPTH]; /* mappings and lists, the innermost last */
	size_t depth;
	const char *key; /* that waits for its value */
	size_t key_line;
	size_t documents;
};

static int __attribute__((format(printf, 3, 4)))
refuse(struct outline *outline, size_t line, const char *format, ...)
{
	char why[160];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return skstat_error_set(outline->error, -EINVAL, "%.100s:%zu: %s", outline->file, line, why);
}

static int no_memory(struct outline *outline)
{
	return skstat_error_set(outline->error, -ENOMEM, "%.100s: there is no memory for it", outline->file);
}

static size_t line_of(const yaml_event_t *event)
{
	return event->start_mark.line + 1;
}

/* A node where the reading has got to: the tree's root, a list's next item, or the value of the key that waits. */
static struct skstat_node *node_add(struct outline *outline, enum skstat_node_kind kind, size_t line)
{
	struct skstat_node *parent = outline->depth ? outline->open[outline->depth - 1] : NULL;
	struct skstat_node *node = skstat_pool_alloc(outline->pool, 1, sizeof(*node));

	if (!node)
		return NULL;
	node->kind = kind;
	node->line = outline->key ? outline->key_line : line;
	node->key = outline->key;
	outline->key = NULL;
	if (!parent) {
		outline->root = node;
		return node;
	}
	if (parent->last)
		parent->last->next = node;
	else
		parent->child = node;
	parent->last = node;
	parent->children++;
	return node;
}

static bool key_is_due(const struct outline *outline)
{
	return outline->depth && !outline->key && outline->open[outline->depth - 1]->kind == SKSTAT_NODE_MAPPING;
}

static int word_take(struct outline *outline, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	char *word;

	/* "\0" may be written in quotes: nothing here may have such a thing in it. */
	if (strlen(value) != event->data.scalar.length)
		return refuse(outline, line_of(event), "\"%.*s\" goes on behind a zero byte", SHOWN, value);
	word = skstat_pool_text(outline->pool, value);
	if (!word)
		return no_memory(outline);
	if (key_is_due(outline)) {
		outline->key = word;
		outline->key_line = line_of(event);
		return 0;
	}
	struct skstat_node *node = node_add(outline, SKSTAT_NODE_WORD, line_of(event));

	if (!node)
		return no_memory(outline);
	node->word = word;
	return 0;
}

static int open_take(struct outline *outline, enum skstat_node_kind kind, size_t line)
{
	struct skstat_node *node;

	if (key_is_due(outline))
		return refuse(outline, line, "a key must be a word, not a list or a mapping");
	if (outline->depth == SKSTAT_OUTLINE_DEPTH)
		return refuse(outline, line, "this is nested more than %d times", SKSTAT_OUTLINE_DEPTH);
	node = node_add(outline, kind, line);
	if (!node)
		return no_memory(outline);
	outline->open[outline->depth++] = node;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct skstat_node *const *first = a, *const *second = b;
	int order = strcmp((*first)->key, (*second)->key);

	return order ? order : (int)((*first)->line > (*second)->line) - (int)((*first)->line < (*second)->line);
}

/* The first key of a mapping that comes again, in the order of the alphabet; two neighbours, once they are sorted. */
static int twice_check(struct outline *outline, const struct skstat_node *mapping)
{
	const struct skstat_node **member;
	size_t count = 0;
	int err = 0;

	if (mapping->children < 2)
		return 0;
	member = malloc(mapping->children * sizeof(*member));
	if (!member)
		return no_memory(outline);
	for (const struct skstat_node *node = mapping->child; node; node = node->next)
		member[count++] = node;
	qsort(member, count, sizeof(*member), by_key);
	for (size_t i = 1; i < count && !err; i++)
		if (strcmp(member[i - 1]->key, member[i]->key) == 0)
			err = refuse(outline, member[i]->line, "\"%.*s\" was written in line %zu already", SHOWN,
				     member[i]->key, member[i - 1]->line);
	free(member);
	return err;
}

static int close_take(struct outline *outline)
{
	const struct skstat_node *node = outline->depth ? outline->open[--outline->depth] : NULL;

	/* libyaml closes nothing that it has not opened. */
	return node && node->kind == SKSTAT_NODE_MAPPING ? twice_check(outline, node) : 0;
}

static int anchor_check(struct outline *outline, const yaml_event_t *event, const yaml_char_t *anchor,
			const yaml_char_t *tag)
{
	if (anchor)
		return refuse(outline, line_of(event), "&%.*s: anchors are not taken: write it out", SHOWN,
			      (const char *)anchor);
	if (tag)
		return refuse(outline, line_of(event), "%.*s: tags are not taken: write it without", SHOWN,
			      (const char *)tag);
	return 0;
}

static int event_take(struct outline *outline, const yaml_event_t *event)
{
	int err;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return outline->documents++ ? refuse(outline, line_of(event), "a second document begins here: "
							     "write one, without \"---\" between") : 0;
	case YAML_ALIAS_EVENT:
		return refuse(outline, line_of(event), "*%.*s: aliases are not taken: write it out", SHOWN,
			      (const char *)event->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		err = anchor_check(outline, event, event->data.scalar.anchor, event->data.scalar.tag);
		return err ? err : word_take(outline, event);
	case YAML_SEQUENCE_START_EVENT:
		err = anchor_check(outline, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
		return err ? err : open_take(outline, SKSTAT_NODE_LIST, line_of(event));
	case YAML_MAPPING_START_EVENT:
		err = anchor_check(outline, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
		return err ? err : open_take(outline, SKSTAT_NODE_MAPPING, line_of(event));
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_take(outline);
	default:
		return 0;
	}
}

/* What libyaml says of a text that is no YAML. */
static int syntax_refuse(struct outline *outline, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(outline);
	if (parser->context)
		return refuse(outline, parser->problem_mark.line + 1, "this is no YAML: %s, %s that begins in line %zu",
			      parser->problem, parser->context, parser->context_mark.line + 1);
	return refuse(outline, parser->problem_mark.line + 1, "this is no YAML: %s",
		      parser->problem ? parser->problem : "it cannot be read");
}

static int parse(struct outline *outline, yaml_parser_t *parser)
{
	yaml_event_t event;
	bool ended = false;
	int err = 0;

	while (!err && !ended) {
		if (!yaml_parser_parse(parser, &event))
			return syntax_refuse(outline, parser);
		ended = event.type == YAML_STREAM_END_EVENT;
		err = event_take(outline, &event);
		yaml_event_delete(&event);
	}
	return err;
}

struct skstat_node *skstat_outline_make(struct skstat_pool *pool, const char *file, const char *text, size_t length,
					struct skstat_error *error)
{
	struct outline outline = { .pool = pool, .file = file, .error = error };
	yaml_parser_t parser;
	int err;

	if (!yaml_parser_initialize(&parser)) {
		no_memory(&outline);
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	err = parse(&outline, &parser);
	yaml_parser_delete(&parser);
	if (err)
		return NULL;
	if (!outline.root || (outline.root->kind == SKSTAT_NODE_WORD && !outline.root->word[0])) {
		refuse(&outline, 1, "there is nothing in it: write views:, options:, ...");
		return NULL;
	}
	return outline.root;
}

const struct skstat_node *skstat_node_member(const struct skstat_node *node, const char *key)
{
	if (!node || node->kind != SKSTAT_NODE_MAPPING)
		return NULL;
	for (node = node->child; node && strcmp(node->key, key) != 0;)
		node = node->next;
	return node;
}

const struct skstat_node *skstat_node_item(const struct skstat_node *node, size_t index)
{
	if (!node || node->kind != SKSTAT_NODE_LIST)
		return NULL;
	for (node = node->child; node && index; index--)
		node = node->next;
	return node;
}
