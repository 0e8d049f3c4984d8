// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "option.h"
#include "grammar.h"
#include "stream.h"
#include "source/utf8.h"
#include "text.h"
#include "view.h"

/* Labels that series of views have beside those by which they are grouped. */
static const char *const taken_labels[] = { "view", "kind", "result", "le", "local", "cookie" };

/* --- options */

/* A row's sentence begins with "--NAME: ", for it does not know of files. */
static int option_refuse(const struct skstat_reading *reading, const struct skstat_at *at,
			 const struct skstat_setting *row, const struct skstat_error *said)
{
	size_t head = strlen(row->name) + strlen("--: ");

	return skstat_refuse(reading, at, "%s", strlen(said->text) > head ? said->text + head : said->text);
}

static int option_take(struct skstat_config *config, const struct skstat_reading *reading, const struct skstat_at *at,
		       const struct skstat_setting *row, const char *word)
{
	struct skstat_error said = { 0 };
	const char *kept = skstat_reading_text(reading, word);
	bool on;

	if (!kept)
		return -ENOMEM;
	if (!row->argument) {
		if (skstat_value_switch(word, &on))
			return skstat_refuse(reading, at, "\"%.40s\" is neither true nor false", word);
		kept = on ? "true" : "false";
	}
	return row->take(row, kept, config, &said) ? option_refuse(reading, at, row, &said) : 0;
}

/* One of `options:`. */
static int row_take(struct skstat_config *config, const struct skstat_reading *reading,
		    const struct skstat_setting *row, const struct skstat_raw_option *raw)
{
	const struct skstat_at *at = SKSTAT_AT(SKSTAT_AT(NULL, "options"), row->name);
	int err = 0;

	if (!skstat_reading_node(reading, at))
		return 0;
	if (row->line_only)
		return skstat_refuse(reading, at, "this is for the command line alone: write --%s there", row->name);
	if (!row->many)
		return raw->word ? option_take(config, reading, at, row, raw->word) : 0;
	skstat_setting_clear(row, config);
	for (uint32_t i = 0; i < raw->words.count && !err; i++)
		err = option_take(config, reading, SKSTAT_AT_ITEM(at, i), row, raw->words.word[i]);
	return err;
}

/* One of `probes:` or `collectors:`, which may stand in `options:` instead, but not as well. */
static int switch_take(struct skstat_config *config, const struct skstat_reading *reading,
		       const struct skstat_setting *row, const char *section, const char *word)
{
	const struct skstat_at *at = SKSTAT_AT(SKSTAT_AT(NULL, section), strchr(row->name, '.') + 1);
	const struct skstat_at *elsewhere = SKSTAT_AT(SKSTAT_AT(NULL, "options"), row->name);
	const struct skstat_node *other = skstat_reading_node(reading, elsewhere);

	if (other)
		return skstat_refuse(reading, at, "options.%s in line %zu says it too: write one of them", row->name,
				     other->line);
	return option_take(config, reading, at, row, word);
}

static int options_take(struct skstat_config *config, const struct skstat_reading *reading,
			const struct skstat_raw *raw)
{
	int err = 0;

	for (size_t i = 0; i < skstat_setting_count() && !err; i++) {
		const struct skstat_setting *row = &skstat_setting_table[i];

		if (raw->option)
			err = row_take(config, reading, row, &raw->option[i]);
		if (!err && raw->probe && raw->probe[i])
			err = switch_take(config, reading, row, "probes", raw->probe[i]);
		if (!err && raw->collector && raw->collector[i])
			err = switch_take(config, reading, row, "collectors", raw->collector[i]);
	}
	return err;
}

/* --- labels */

static const char *label_name(const struct skstat_config *config, size_t label)
{
	return config->label_name[label] ? config->label_name[label] : skstat_view_label_name[label];
}

static int label_check(const struct skstat_config *config, const struct skstat_reading *reading, size_t label)
{
	const struct skstat_at *at = SKSTAT_AT(SKSTAT_AT(NULL, "labels"), skstat_view_label_name[label]);
	const char *name = config->label_name[label];

	if (!skstat_value_is_label(name))
		return skstat_refuse(reading, at,
				     "\"%.40s\" is no label: write letters, digits and \"_\", a letter first", name);
	for (size_t i = 0; i < sizeof(taken_labels) / sizeof(taken_labels[0]); i++)
		if (strcmp(taken_labels[i], name) == 0)
			return skstat_refuse(reading, at, "\"%s\" is a label of other things: write another", name);
	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++)
		if (i != label && strcmp(label_name(config, i), name) == 0)
			return skstat_refuse(reading, at, "\"%s\" is what %s is called: write another", name,
					     skstat_view_label_name[i]);
	return 0;
}

static int labels_take(struct skstat_config *config, const struct skstat_reading *reading,
		       const struct skstat_raw *raw)
{
	int err = 0;

	if (!raw->label)
		return 0;
	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++) {
		if (!raw->label[i])
			continue;
		config->label_name[i] = skstat_reading_text(reading, raw->label[i]);
		if (!config->label_name[i])
			return -ENOMEM;
	}
	/* When all are known: two may change places. */
	for (size_t i = 0; i < __SKSTAT_LABEL_MAX && !err; i++)
		if (config->label_name[i])
			err = label_check(config, reading, i);
	return err;
}

/* --- views */

static int name_check(const struct skstat_view_config *view, size_t index, const struct skstat_reading *reading,
		      const struct skstat_at *at)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(view[i].name, view[index].name) == 0)
			return skstat_refuse(reading, SKSTAT_AT(at, "name"), "\"%s\" is views[%zu]: write another name",
					     view[i].name, i);
	return 0;
}

static int views_take(struct skstat_config *config, const struct skstat_view_reading *from,
		      const struct skstat_raw *raw)
{
	const struct skstat_reading *reading = from->reading;
	struct skstat_view_config *view = skstat_reading_alloc(reading, raw->views, sizeof(*view));
	int err = view ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < raw->views && !err; i++) {
		const struct skstat_at *at = SKSTAT_AT_ITEM(SKSTAT_AT(NULL, "views"), i);

		err = skstat_view_take(&view[i], from, at, &raw->view[i]);
		if (!err)
			err = name_check(view, i, reading, at);
	}
	config->view = view;
	config->views = err ? 0 : raw->views;
	return err;
}

/* --- the file */

static int raw_take(struct skstat_config *config, const struct skstat_reading *reading,
		    const struct skstat_known *known, const struct skstat_raw *raw)
{
	struct skstat_names names;
	const struct skstat_view_reading from = { reading, &names, known };
	int err = skstat_names_make(&names, reading, raw);

	if (!err)
		err = options_take(config, reading, raw);
	if (!err)
		err = labels_take(config, reading, raw);
	if (!err)
		err = views_take(config, &from, raw);
	if (!err)
		err = skstat_streams_take(config, &from, raw);
	return err;
}

/* `scratch` is what only reading needs: of the file, its outline and schema. */
static int text_take(struct skstat_config *config, struct skstat_pool *scratch, const char *file, const char *text,
		     size_t length, struct skstat_error *error)
{
	struct skstat_reading reading = { .file = file, .pool = scratch, .error = error };
	const cyaml_schema_value_t *schema;
	struct skstat_known known;
	struct skstat_raw *raw;
	int err;

	reading.root = skstat_outline_make(scratch, file, text, length, error);
	if (!reading.root)
		return error->err;
	if (skstat_known_make(&known, scratch))
		return skstat_reading_no_memory(&reading);
	schema = skstat_grammar_make(&reading, &known);
	raw = schema ? skstat_grammar_load(&reading, schema, text, length) : NULL;
	if (!raw)
		return error->err;
	reading.pool = &config->pool;
	err = raw_take(config, &reading, &known, raw);
	skstat_grammar_free(schema, raw);
	return err;
}

int skstat_config_load_text(struct skstat_config *config, const char *file, const char *text, size_t length,
			    struct skstat_error *error)
{
	struct skstat_pool scratch = { NULL };
	int err = skstat_config_text_check(file, text, length, error);

	if (!err)
		err = text_take(config, &scratch, file, text, length, error);
	skstat_pool_free(&scratch);
	/* What the file has in it may be cut in the middle of a character, or be none that one sees. */
	if (err)
		skstat_utf8_clean(error->text);
	return err;
}

int skstat_config_load(struct skstat_config *config, const char *file, struct skstat_error *error)
{
	size_t length;
	char *text = skstat_config_text_read(file, &length, error);
	int err = text ? skstat_config_load_text(config, file, text, length, error) : error->err;

	free(text);
	return err;
}
