// SPDX-License-Identifier: GPL-2.0
/* Where a text leaves its schema: libcyaml knows that it does, and says so in words that are not for its user. */
#include <stdio.h>
#include <string.h>

#include "grammar.h"

#define KEYS_BYTES 130 /* of those that a sentence names */

/* "name, match, by, ..." */
static void keys_write(const cyaml_schema_field_t *field, char text[KEYS_BYTES])
{
	size_t length = 0;

	for (text[0] = '\0'; field->key; field++) {
		size_t more = strlen(field->key) + 2;

		if (length + more + sizeof("...") > KEYS_BYTES) {
			snprintf(text + length, KEYS_BYTES - length, ", ...");
			return;
		}
		length += (size_t)snprintf(text + length, KEYS_BYTES - length, "%s%s", length ? ", " : "", field->key);
	}
}

static int key_refuse(const struct skstat_reading *reading, const cyaml_schema_field_t *fields,
		      const struct skstat_node *node)
{
	char keys[KEYS_BYTES];

	keys_write(fields, keys);
	return skstat_refuse_node(reading, node, "there is no such key: write %s", keys);
}

static int kind_refuse(const struct skstat_reading *reading, const struct skstat_node *node,
		       const cyaml_schema_value_t *schema)
{
	char keys[KEYS_BYTES];

	if (schema->type == CYAML_STRING)
		return skstat_refuse_node(reading, node, "one word is wanted, this is a %s",
					  node->kind == SKSTAT_NODE_LIST ? "list" : "mapping");
	if (schema->type == CYAML_SEQUENCE && node->kind == SKSTAT_NODE_WORD && node->word[0])
		return skstat_refuse_node(reading, node, "a list is wanted: write [%.40s]", node->word);
	if (schema->type == CYAML_SEQUENCE)
		return skstat_refuse_node(reading, node, "a list is wanted: write [..., ...]");
	keys_write(schema->mapping.fields, keys);
	return skstat_refuse_node(reading, node, "a mapping is wanted: write {KEY: VALUE}%s%s", keys[0] ? " of " : "",
				  keys);
}

int skstat_grammar_check(const struct skstat_reading *reading, const struct skstat_node *node,
		       const cyaml_schema_value_t *schema)
{
	static const enum skstat_node_kind kinds[CYAML__TYPE_COUNT] = {
		[CYAML_STRING] = SKSTAT_NODE_WORD,
		[CYAML_SEQUENCE] = SKSTAT_NODE_LIST,
		[CYAML_MAPPING] = SKSTAT_NODE_MAPPING,
	};
	int err = 0;

	if (node->kind != kinds[schema->type])
		return kind_refuse(reading, node, schema);
	if (schema->type == CYAML_SEQUENCE && node->children > schema->sequence.max)
		return skstat_refuse_node(reading, node, "%zu are too many: write %u at most", node->children,
					  schema->sequence.max);
	for (const struct skstat_node *child = node->child; child && !err; child = child->next) {
		const cyaml_schema_field_t *field = NULL;

		if (schema->type == CYAML_MAPPING) {
			for (field = schema->mapping.fields; field->key && strcmp(field->key, child->key) != 0;)
				field++;
			if (!field->key)
				return key_refuse(reading, schema->mapping.fields, child);
		}
		err = skstat_grammar_check(reading, child, field ? &field->value : schema->sequence.entry);
	}
	return err;
}
