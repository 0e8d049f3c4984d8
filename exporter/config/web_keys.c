// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "web_keys.h"

bool skstat_web_empty(const struct skstat_node *node)
{
	return node->kind == SKSTAT_NODE_WORD && !node->word[0];
}

static int keys_tell(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_web_key *keys)
{
	char list[128] = "";
	size_t length = 0;

	for (; keys->name && length < sizeof(list); keys++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s", length ? ", " : "", keys->name);
	return skstat_refuse(taking->reading, at, "there is no such key here, but %s", list);
}

int skstat_web_mapping(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		       const struct skstat_web_key *keys)
{
	int err = 0;

	if (skstat_web_empty(node))
		return 0;
	if (node->kind != SKSTAT_NODE_MAPPING)
		return skstat_refuse(taking->reading, at, "keys and values are to stand here");
	for (const struct skstat_node *member = node->child; member && !err; member = member->next) {
		const struct skstat_at *below = SKSTAT_AT(at, member->key);
		const struct skstat_web_key *key = keys;

		while (key->name && strcmp(key->name, member->key) != 0)
			key++;
		err = key->name ? key->take(taking, below, member) : keys_tell(taking, below, keys);
	}
	return err;
}

int skstat_web_word(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		    const char **word)
{
	if (node->kind != SKSTAT_NODE_WORD)
		return skstat_refuse(taking->reading, at, "one word is to stand here");
	*word = skstat_reading_text(taking->reading, node->word);
	return *word ? 0 : -ENOMEM;
}

int skstat_web_path(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node,
		    const char **path)
{
	const char *file = taking->reading->file, *slash = strrchr(file, '/');
	size_t size;
	char *joined;
	int err = skstat_web_word(taking, at, node, path);

	if (err || **path == '/' || !slash)
		return err;
	if (!**path)
		return 0;
	size = (size_t)(slash - file) + strlen(*path) + 2;
	joined = skstat_reading_alloc(taking->reading, size, 1);
	if (!joined)
		return -ENOMEM;
	snprintf(joined, size, "%.*s/%s", (int)(slash - file), file, *path);
	*path = joined;
	return 0;
}
