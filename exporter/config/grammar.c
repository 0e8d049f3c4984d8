// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "model/view_config.h"
#include "option.h"
#include "stream/stream_config.h"
#include "grammar.h"

#define MAY (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

static const cyaml_schema_value_t word = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED) };

#define WORD(name, structure, member) CYAML_FIELD_STRING_PTR(name, MAY, structure, member, 0, CYAML_UNLIMITED)
#define WORDS(name, structure, member)                                                                  \
	{                                                                                               \
		.key = name,                                                                            \
		.data_offset = offsetof(structure, member) + offsetof(struct skstat_raw_words, word),   \
		.count_offset = offsetof(structure, member) + offsetof(struct skstat_raw_words, count), \
		.count_size = sizeof(uint32_t),                                                         \
		.value = { CYAML_VALUE_SEQUENCE(MAY, char *, &word, 0, CYAML_UNLIMITED) },              \
	}
#define MATCH(name) WORDS(#name, struct skstat_raw_match, name)

static const cyaml_schema_field_t match_fields[] = {
	MATCH(direction),
	MATCH(family),
	MATCH(state),
	MATCH(port),
	MATCH(remote),
	MATCH(netns),
	MATCH(cgroup),
	MATCH(comm),
	MATCH(interface),
	MATCH(congestion),
	MATCH(uid),
	WORD("mark", struct skstat_raw_match, mark),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t port_fields[] = {
	WORD("names", struct skstat_raw_port, names),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t remote_fields[] = {
	WORD("ipv4", struct skstat_raw_remote, ipv4),
	WORD("ipv6", struct skstat_raw_remote, ipv6),
	WORD("names", struct skstat_raw_remote, names),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t rotate_fields[] = {
	WORD("size", struct skstat_raw_rotate, size),
	WORD("keep", struct skstat_raw_rotate, keep),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t stream_fields[] = {
	WORD("name", struct skstat_raw_stream, name),
	WORD("what", struct skstat_raw_stream, what),
	WORD("format", struct skstat_raw_stream, format),
	WORD("to", struct skstat_raw_stream, to),
	WORD("sample", struct skstat_raw_stream, sample),
	WORD("queue", struct skstat_raw_stream, queue),
	CYAML_FIELD_MAPPING_PTR("match", MAY, struct skstat_raw_stream, match, match_fields),
	CYAML_FIELD_MAPPING_PTR("rotate", MAY, struct skstat_raw_stream, rotate, rotate_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t stream_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct skstat_raw_stream, stream_fields)
};

static const cyaml_schema_field_t streams_field = {
	.key = "streams",
	.data_offset = offsetof(struct skstat_raw, stream),
	.count_offset = offsetof(struct skstat_raw, streams),
	.count_size = sizeof(uint32_t),
	.value = { CYAML_VALUE_SEQUENCE(MAY, struct skstat_raw_stream, &stream_value, 0, SKSTAT_STREAMS_MAX) },
};

const char *const skstat_top_name[__SKSTAT_TOP_MAX] = {
	[SKSTAT_TOP_BYTES] = "bytes",
	[SKSTAT_TOP_RETRANS] = "retrans",
	[SKSTAT_TOP_RTT] = "rtt",
	[SKSTAT_TOP_QUEUE] = "queue",
};

/* --- what is put together for each file */

struct making {
	const struct skstat_reading *reading;
	bool failed;
};

/* A mapping of so many keys, to be filled. Its structure is an array of `stride` bytes for each. */
static cyaml_schema_field_t *fields_make(struct making *making, size_t count)
{
	/* One of zeros ends them. */
	cyaml_schema_field_t *field = skstat_reading_alloc(making->reading, count + 1, sizeof(*field));

	making->failed |= !field;
	return field;
}

static void word_field(cyaml_schema_field_t *field, const char *key, size_t place)
{
	*field = (cyaml_schema_field_t){
		.key = key,
		.data_offset = (uint32_t)place,
		.value = { CYAML_VALUE_STRING(MAY, char, 0, CYAML_UNLIMITED) },
	};
}

static void words_field(cyaml_schema_field_t *field, const char *key, size_t place)
{
	*field = (cyaml_schema_field_t)WORDS(key, struct { struct skstat_raw_words words; }, words);
	field->data_offset += (uint32_t)place;
	field->count_offset += (uint32_t)place;
}

/* A member that points to an array, which is a mapping of these. */
static void array_field(cyaml_schema_field_t *field, const char *key, size_t place, const cyaml_schema_field_t *fields,
			size_t bytes)
{
	*field = (cyaml_schema_field_t){
		.key = key,
		.data_offset = (uint32_t)place,
		.value = {
			.type = CYAML_MAPPING,
			.flags = (enum cyaml_flag)MAY,
			.data_size = (uint32_t)(bytes ? bytes : 1),
			.mapping = { .fields = fields },
		},
	};
}

/* A section whose keys are the user's. */
static void section_field(struct making *making, cyaml_schema_field_t *field, const char *key, size_t place,
			  bool lists)
{
	const struct skstat_node *section = skstat_node_member(making->reading->root, key);
	size_t count = section && section->kind == SKSTAT_NODE_MAPPING ? section->children : 0, i = 0;
	size_t stride = lists ? sizeof(struct skstat_raw_words) : sizeof(char *);
	cyaml_schema_field_t *fields;

	if (count > SKSTAT_NAMES_MAX) {
		skstat_refuse_node(making->reading, section, "%zu names are too many: write %d at most", count,
				   SKSTAT_NAMES_MAX);
		making->failed = true;
		return;
	}
	fields = fields_make(making, count);
	if (!fields)
		return;
	for (const struct skstat_node *node = count ? section->child : NULL; node; node = node->next, i++)
		(lists ? words_field : word_field)(&fields[i], node->key, i * stride);
	array_field(field, key, place, fields, count * stride);
}

/* Of the option table, the switches whose names begin so; keys are what follows. */
static void switches_field(struct making *making, cyaml_schema_field_t *field, const char *key, size_t place,
			   const char *prefix)
{
	const struct skstat_setting *row = skstat_setting_table;
	size_t rows = skstat_setting_count(), count = 0;
	cyaml_schema_field_t *fields = fields_make(making, rows);

	if (!fields)
		return;
	for (size_t i = 0; i < rows; i++)
		if (strncmp(row[i].name, prefix, strlen(prefix)) == 0 && !row[i].argument)
			word_field(&fields[count++], row[i].name + strlen(prefix), i * sizeof(char *));
	array_field(field, key, place, fields, rows * sizeof(char *));
}

static void options_field(struct making *making, cyaml_schema_field_t *field)
{
	const struct skstat_setting *row = skstat_setting_table;
	size_t rows = skstat_setting_count();
	cyaml_schema_field_t *fields = fields_make(making, rows);
	size_t count = 0;

	if (!fields)
		return;
	/* Those that will be refused come last: a sentence that names keys begins with the others. */
	for (int refused = 0; refused < 2; refused++) {
		for (size_t i = 0; i < rows; i++) {
			size_t place = i * sizeof(struct skstat_raw_option);

			if (row[i].line_only != refused)
				continue;
			if (row[i].many)
				words_field(&fields[count++], row[i].name,
					    place + offsetof(struct skstat_raw_option, words));
			else
				word_field(&fields[count++], row[i].name,
					   place + offsetof(struct skstat_raw_option, word));
		}
	}
	array_field(field, "options", offsetof(struct skstat_raw, option), fields,
		    rows * sizeof(struct skstat_raw_option));
}

static void labels_field(struct making *making, cyaml_schema_field_t *field)
{
	cyaml_schema_field_t *fields = fields_make(making, __SKSTAT_LABEL_MAX);

	for (size_t i = 0; fields && i < __SKSTAT_LABEL_MAX; i++)
		word_field(&fields[i], skstat_view_label_name[i], i * sizeof(char *));
	array_field(field, "labels", offsetof(struct skstat_raw, label), fields, __SKSTAT_LABEL_MAX * sizeof(char *));
}

static const cyaml_schema_field_t *view_fields(struct making *making, const struct skstat_known *known)
{
	const cyaml_schema_field_t plain[] = {
		WORD("name", struct skstat_raw_view, name),
		CYAML_FIELD_MAPPING_PTR("match", MAY, struct skstat_raw_view, match, match_fields),
		WORDS("by", struct skstat_raw_view, by),
		WORD("limit", struct skstat_raw_view, limit),
		WORD("ttl", struct skstat_raw_view, ttl),
		CYAML_FIELD_MAPPING_PTR("port", MAY, struct skstat_raw_view, port, port_fields),
		CYAML_FIELD_MAPPING_PTR("remote", MAY, struct skstat_raw_view, remote, remote_fields),
		WORDS("families", struct skstat_raw_view, families),
		WORD("all_histograms", struct skstat_raw_view, all_histograms),
	};
	const size_t count = sizeof(plain) / sizeof(plain[0]);
	cyaml_schema_field_t *fields = fields_make(making, count + 2);
	cyaml_schema_field_t *buckets = fields_make(making, known->histograms);
	cyaml_schema_field_t *top = fields_make(making, __SKSTAT_TOP_MAX);

	if (making->failed)
		return NULL;
	memcpy(fields, plain, sizeof(plain));
	for (size_t i = 0; i < known->histograms; i++)
		word_field(&buckets[i], known->histogram[i].name, i * sizeof(char *));
	array_field(&fields[count], "buckets", offsetof(struct skstat_raw_view, buckets), buckets,
		    known->histograms * sizeof(char *));
	for (size_t i = 0; i < __SKSTAT_TOP_MAX; i++)
		word_field(&top[i], skstat_top_name[i], i * sizeof(char *));
	array_field(&fields[count + 1], "top", offsetof(struct skstat_raw_view, top), top,
		    __SKSTAT_TOP_MAX * sizeof(char *));
	return fields;
}

static void views_field(struct making *making, cyaml_schema_field_t *field, const struct skstat_known *known)
{
	const cyaml_schema_field_t *fields = view_fields(making, known);
	cyaml_schema_value_t *view = skstat_reading_alloc(making->reading, 1, sizeof(*view));

	making->failed |= !view;
	if (making->failed)
		return;
	*view = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct skstat_raw_view, fields) };
	*field = (cyaml_schema_field_t){
		.key = "views",
		.data_offset = offsetof(struct skstat_raw, view),
		.count_offset = offsetof(struct skstat_raw, views),
		.count_size = sizeof(uint32_t),
		.value = { CYAML_VALUE_SEQUENCE(MAY, struct skstat_raw_view, view, 0, SKSTAT_VIEWS_MAX) },
	};
}

const cyaml_schema_value_t *skstat_grammar_make(const struct skstat_reading *reading, const struct skstat_known *known)
{
	struct making making = { .reading = reading };
	cyaml_schema_field_t *top = fields_make(&making, 9);
	cyaml_schema_value_t *schema = skstat_reading_alloc(reading, 1, sizeof(*schema));

	if (!top || !schema)
		return NULL;
	views_field(&making, &top[0], known);
	section_field(&making, &top[1], "ports", offsetof(struct skstat_raw, port), false);
	section_field(&making, &top[2], "prefixes", offsetof(struct skstat_raw, prefix), true);
	section_field(&making, &top[3], "buckets", offsetof(struct skstat_raw, bucket), true);
	labels_field(&making, &top[4]);
	switches_field(&making, &top[5], "probes", offsetof(struct skstat_raw, probe), SKSTAT_PROBE_PREFIX);
	switches_field(&making, &top[6], "collectors", offsetof(struct skstat_raw, collector),
		       SKSTAT_COLLECTOR_PREFIX);
	options_field(&making, &top[7]);
	top[8] = streams_field;
	if (making.failed)
		return NULL;
	*schema = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct skstat_raw, top) };
	return schema;
}

static const cyaml_config_t config = {
	.mem_fn = cyaml_mem,
	.log_level = CYAML_LOG_ERROR,
	.flags = CYAML_CFG_NO_ALIAS,
};

struct skstat_raw *skstat_grammar_load(const struct skstat_reading *reading, const cyaml_schema_value_t *schema,
				      const char *text, size_t length)
{
	struct skstat_raw *raw = NULL;
	cyaml_err_t err = cyaml_load_data((const uint8_t *)text, length, &config, schema, (cyaml_data_t **)&raw, NULL);

	if (err == CYAML_OK && raw)
		return raw;
	if (err == CYAML_ERR_OOM)
		(void)skstat_reading_no_memory(reading);
	/* Nothing wrong, but nothing in it either: "{}". */
	else if (err == CYAML_OK)
		skstat_refuse(reading, NULL, "there is nothing in it: write views:, options:, ...");
	else if (!skstat_grammar_check(reading, reading->root, schema))
		skstat_refuse(reading, NULL, "libcyaml: %s", cyaml_strerror(err));
	return NULL;
}

void skstat_grammar_free(const cyaml_schema_value_t *schema, struct skstat_raw *raw)
{
	(void)cyaml_free(&config, schema, raw, 0);
}
