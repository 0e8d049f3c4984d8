// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "stream.h"
#include "stream/sink.h"
#include "value.h"

#define SAMPLE_MAX 1000000000
#define KEEP_MAX   1000
#define SIZE_MIN   (UINT64_C(128) << 10) /* of a file: more than what is written at once */
#define SIZE_MAX_B (UINT64_C(1) << 50)

/* --- words */

struct choice {
	const char *word;
	uint32_t value;
};

static const struct choice whats[] = {
	{ "sockets", SKSTAT_STREAM_SOCKETS },
	{ "events", SKSTAT_STREAM_EVENTS },
	{ "both", SKSTAT_STREAM_SOCKETS | SKSTAT_STREAM_EVENTS },
	{ NULL, 0 },
};

static const struct choice formats[] = {
	{ "jsonl", SKSTAT_STREAM_JSONL },
	{ "protobuf", SKSTAT_STREAM_PROTOBUF },
	{ NULL, 0 },
};

static const struct choice *choice_find(const struct choice *choice, const char *word, size_t length)
{
	while (choice->word && (strlen(choice->word) != length || memcmp(choice->word, word, length) != 0))
		choice++;
	return choice->word ? choice : NULL;
}

static void defaults(struct skstat_stream_config *stream)
{
	*stream = (struct skstat_stream_config){
		.sample = 1,
		.queue = SKSTAT_STREAM_QUEUE,
		.rotate_keep = SKSTAT_STREAM_KEEP,
	};
}

int skstat_stream_parse(const char *text, struct skstat_stream_config *stream, struct skstat_error *error)
{
	const char *format = strchr(text, ','), *to = format ? strchr(format + 1, ',') : NULL, *where;
	const struct choice *what, *as;

	defaults(stream);
	if (!to)
		return skstat_error_set(error, -EINVAL, "\"%.60s\" is no stream: write WHAT,FORMAT,TO, as "
							"sockets,jsonl,file:/var/log/sockets.jsonl", text);
	what = choice_find(whats, text, (size_t)(format - text));
	if (!what)
		return skstat_error_set(error, -EINVAL, "\"%.*s\" is none of sockets, events, both",
					(int)(format - text < 40 ? format - text : 40), text);
	as = choice_find(formats, format + 1, (size_t)(to - format - 1));
	if (!as)
		return skstat_error_set(error, -EINVAL, "\"%.*s\" is none of jsonl, protobuf",
					(int)(to - format < 40 ? to - format - 1 : 40), format + 1);
	stream->what = what->value;
	stream->format = (enum skstat_stream_format)as->value;
	stream->to = to + 1;
	return skstat_sink_find(stream->to, &where, error) ? 0 : -EINVAL;
}

/* --- the file */

static int choice_take(uint32_t *value, const struct skstat_reading *reading, const struct skstat_at *at,
		       const char *word, const struct choice *choice, const char *known)
{
	const struct choice *found = choice_find(choice, word, strlen(word));

	if (!found)
		return skstat_refuse(reading, at, "\"%.40s\" is none of %s", word, known);
	*value = found->value;
	return 0;
}

static int number_take(uint32_t *number, const struct skstat_reading *reading, const struct skstat_at *at,
		       const char *word, uint32_t least, uint32_t most)
{
	uint64_t value;

	if (skstat_value_number(word, least, most, &value))
		return skstat_refuse(reading, at, "\"%.40s\" is no number of that kind: write %u to %u", word, least,
				     most);
	*number = (uint32_t)value;
	return 0;
}

static int size_take(uint64_t *bytes, const struct skstat_reading *reading, const struct skstat_at *at,
		     const char *word, uint64_t least, uint64_t most, const char *bounds)
{
	enum skstat_edge_kind kind;
	double size;

	if (skstat_value_edge(word, &size, &kind) || kind == SKSTAT_EDGE_SECONDS || size < (double)least ||
	    size > (double)most)
		return skstat_refuse(reading, at, "\"%.40s\" is no size of that kind: write %s", word, bounds);
	*bytes = (uint64_t)size;
	return 0;
}

static int to_take(struct skstat_stream_config *stream, const struct skstat_reading *reading,
		   const struct skstat_at *at, const char *to)
{
	struct skstat_error error;
	const char *where;

	if (!skstat_sink_find(to, &where, &error))
		return skstat_refuse(reading, at, "%s", error.text);
	stream->to = skstat_reading_text(reading, to);
	return stream->to ? 0 : -ENOMEM;
}

static int rotate_take(struct skstat_stream_config *stream, const struct skstat_reading *reading,
		       const struct skstat_at *at, const struct skstat_raw_rotate *raw)
{
	int err = 0;

	if (strncmp(stream->to, "file:", strlen("file:")) != 0)
		return skstat_refuse(reading, at, "only files are: write to: file:/PATH, or leave it out");
	if (!raw->size)
		return skstat_refuse(reading, at, "it has no size: write rotate: {size: 100MiB}");
	err = size_take(&stream->rotate_size, reading, SKSTAT_AT(at, "size"), raw->size, SIZE_MIN, SIZE_MAX_B,
			"128KiB or more, as 100MiB");
	if (!err && raw->keep)
		err = number_take(&stream->rotate_keep, reading, SKSTAT_AT(at, "keep"), raw->keep, 0, KEEP_MAX);
	return err;
}

/* By what may change in a connection's life, some of its records would be in the stream, and others not. */
static int match_take(struct skstat_stream_config *stream, const struct skstat_view_reading *from,
		      const struct skstat_at *at, const struct skstat_raw_match *raw)
{
	static const char *const known[] = { "family", "port", "remote", "uid" };
	const struct skstat_node *match = skstat_reading_node(from->reading, at);

	for (const struct skstat_node *node = match ? match->child : NULL; node; node = node->next) {
		bool is_known = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_known |= strcmp(known[i], node->key) == 0;
		if (!is_known)
			return skstat_refuse_node(from->reading, node,
						  "streams go by family, port, remote and uid alone: write these");
	}
	stream->matching = true;
	return skstat_match_take(&stream->match, from, at, raw);
}

static int name_take(struct skstat_stream_config *stream, const struct skstat_reading *reading,
		     const struct skstat_at *at, const char *name)
{
	if (!name)
		return skstat_refuse(reading, at, "it has no name: write name: ...");
	if (!skstat_value_is_name(name))
		return skstat_refuse(reading, SKSTAT_AT(at, "name"),
				     "\"%.40s\" is no name: write letters, digits, \"_\", \"-\" and \".\", a "
				     "letter first", name);
	stream->name = skstat_reading_text(reading, name);
	return stream->name ? 0 : -ENOMEM;
}

static int must(const struct skstat_reading *reading, const struct skstat_at *at, const char *key, const char *word,
		const char *example)
{
	return word ? 0 : skstat_refuse(reading, at, "it has no %s: write %s: %s", key, key, example);
}

static int stream_take(struct skstat_stream_config *stream, const struct skstat_view_reading *from,
		       const struct skstat_at *at, const struct skstat_raw_stream *raw)
{
	const struct skstat_reading *reading = from->reading;
	uint32_t format = SKSTAT_STREAM_JSONL;
	int err;

	defaults(stream);
	err = name_take(stream, reading, at, raw->name);
	if (!err)
		err = must(reading, at, "what", raw->what, "sockets, events or both");
	if (!err)
		err = choice_take(&stream->what, reading, SKSTAT_AT(at, "what"), raw->what, whats,
				  "sockets, events, both");
	if (!err && raw->format)
		err = choice_take(&format, reading, SKSTAT_AT(at, "format"), raw->format, formats, "jsonl, protobuf");
	stream->format = (enum skstat_stream_format)format;
	if (!err)
		err = must(reading, at, "to", raw->to, "file:/PATH");
	if (!err)
		err = to_take(stream, reading, SKSTAT_AT(at, "to"), raw->to);
	if (!err && raw->sample)
		err = number_take(&stream->sample, reading, SKSTAT_AT(at, "sample"), raw->sample, 1, SAMPLE_MAX);
	if (!err && raw->queue)
		err = size_take(&stream->queue, reading, SKSTAT_AT(at, "queue"), raw->queue, SKSTAT_STREAM_QUEUE_MIN,
				SKSTAT_STREAM_QUEUE_MAX, "256KiB to 4GiB");
	if (!err && raw->match)
		err = match_take(stream, from, SKSTAT_AT(at, "match"), raw->match);
	if (!err && raw->rotate)
		err = rotate_take(stream, reading, SKSTAT_AT(at, "rotate"), raw->rotate);
	return err;
}

static int name_check(const struct skstat_config *config, size_t index, const struct skstat_reading *reading,
		      const struct skstat_at *at)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(config->stream[i].name, config->stream[index].name) == 0)
			return skstat_refuse(reading, SKSTAT_AT(at, "name"),
					     "\"%s\" is streams[%zu]: write another name", config->stream[i].name, i);
	return 0;
}

int skstat_streams_take(struct skstat_config *config, const struct skstat_view_reading *from,
			const struct skstat_raw *raw)
{
	int err = 0;

	for (uint32_t i = 0; i < raw->streams && !err; i++) {
		const struct skstat_at *at = SKSTAT_AT_ITEM(SKSTAT_AT(NULL, "streams"), i);

		err = stream_take(&config->stream[i], from, at, &raw->stream[i]);
		if (!err)
			err = name_check(config, i, from->reading, at);
	}
	config->streams = err ? 0 : raw->streams;
	return err;
}

/* --- both */

static const char *const names[SKSTAT_STREAMS_MAX] = {
	"stream1", "stream2",  "stream3",  "stream4",  "stream5",  "stream6",  "stream7",  "stream8",
	"stream9", "stream10", "stream11", "stream12", "stream13", "stream14", "stream15", "stream16",
};

int skstat_streams_add(struct skstat_config *config, struct skstat_error *error)
{
	for (size_t i = 0; i < config->stream_texts; i++) {
		struct skstat_stream_config *stream = &config->stream[config->streams];

		if (config->streams == SKSTAT_STREAMS_MAX)
			return skstat_error_set(error, -EINVAL, "--stream: \"%.60s\" is one too many with those of the "
								"file: there are %d at most", config->stream_text[i],
						SKSTAT_STREAMS_MAX);
		for (size_t j = 0; j < config->streams; j++)
			if (strcmp(config->stream[j].name, names[i]) == 0)
				return skstat_error_set(error, -EINVAL, "--stream: the file has a stream \"%s\", as "
									"this one would be called: call it something "
									"else", names[i]);
		if (skstat_stream_parse(config->stream_text[i], stream, error))
			return error->err;
		stream->name = names[i];
		config->streams++;
	}
	return 0;
}
