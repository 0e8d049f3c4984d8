// SPDX-License-Identifier: GPL-2.0
/* /api/v1/sockets and /api/v1/listeners: a dump of a source of the request's own, record by record. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket_dump.h"
#include "render/buffer.h"
#include "render/json.h"

#define JSON_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

struct dump {
	struct skstat_stream_job job;
	struct skstat_socket_dump_order order;
	struct skstat_ring *ring;
	struct skstat_source *source;
	struct skstat_buffer text;   /* what one record becomes */
	bool begun;		     /* the object is open */
	bool namespaces;	     /* the array of sockets is closed, theirs is open */
	struct skstat_error failure; /* why a record could not be sent on */
};

static int put_json(const char *data, size_t length, void *text)
{
	skstat_buffer_put(text, data, length);
	return 0;
}

/* Adds the value and drops it. */
static void text_json(struct skstat_buffer *text, json_t *value)
{
	if (!value || json_dump_callback(value, put_json, text, JSON_FLAGS))
		text->failed = true;
	json_decref(value);
}

/* What goes before the next record. */
static void text_lead(struct dump *dump, bool namespace)
{
	if (!dump->begun)
		skstat_buffer_printf(&dump->text, "{\"%s\":[", dump->order.name);
	if (namespace && !dump->namespaces)
		skstat_buffer_text(&dump->text, "\n],\"namespaces\":[\n");
	else
		skstat_buffer_text(&dump->text, dump->begun ? ",\n" : "\n");
}

/* A skstat_sample_fn. */
static int take_sample(const struct skstat_sample *sample, void *arg)
{
	struct dump *dump = arg;
	const struct skstat_source_info *info = skstat_source_info(dump->source);
	const bool namespace = sample->kind == SKSTAT_KIND_NETNS;

	if (dump->namespaces && !namespace)
		return skstat_error_set(&dump->failure, -EBADMSG, "the source gave a socket after its namespaces");
	skstat_buffer_clear(&dump->text);
	text_lead(dump, namespace);
	text_json(&dump->text, skstat_sample_json(sample, info->schema, info->hz, dump->order.raw));
	if (dump->text.failed)
		return skstat_error_set(&dump->failure, -ENOMEM, "no memory for a socket");
	if (!skstat_ring_write(dump->ring, dump->text.data, dump->text.length))
		return 1;
	dump->begun = true;
	dump->namespaces = namespace;
	if (!namespace)
		skstat_self_add(dump->order.http->self, api_sockets, 1);
	return 0;
}

/* The JSON's end: the totals, or why there are none. */
static void write_end(struct dump *dump, const struct skstat_totals *totals,
		      const struct skstat_error *error)
{
	struct skstat_buffer text = { 0 };

	if (dump->begun)
		skstat_buffer_text(&text, "\n],");
	else
		skstat_buffer_printf(&text, "{\"%s\":[],", dump->order.name);
	if (error->err) {
		skstat_buffer_text(&text, "\"error\":");
		text_json(&text, skstat_reply_sentence(error->text));
	} else {
		skstat_buffer_text(&text, "\"totals\":");
		text_json(&text, skstat_totals_json(totals));
	}
	skstat_buffer_text(&text, "}\n");
	/* Without memory for its end the JSON breaks off, which its reader will notice. */
	if (!text.failed)
		(void)skstat_ring_write(dump->ring, text.data, text.length);
	skstat_buffer_free(&text);
}

/* 0 and the totals, or why not, in error->err too. */
static void read_sockets(struct dump *dump, struct skstat_totals *totals, struct skstat_error *error)
{
	const struct skstat_http_config *config = &dump->order.http->config;
	int err;

	dump->source = config->open_source(config->open_arg, error);
	if (dump->source) {
		err = skstat_source_sock(dump->source, &dump->order.options->query, take_sample, dump, totals, error);
		skstat_source_close(dump->source);
	} else {
		err = error->err ? error->err : -EIO;
	}
	if (dump->failure.err) {
		*error = dump->failure;
		err = error->err;
	}
	error->err = err;
	if (err && !error->text[0])
		skstat_error_set(error, err, "the sockets cannot be read: %s", strerror(err < 0 ? -err : ECANCELED));
}

static void run(struct skstat_stream_job *job, struct skstat_ring *ring, struct skstat_error *error)
{
	struct dump *dump = (struct dump *)job;
	struct skstat_totals totals = { 0 };

	dump->ring = ring;
	read_sockets(dump, &totals, error);
	if (dump->begun || !error->err)
		write_end(dump, &totals, error);
}

static void dump_free(struct skstat_stream_job *job)
{
	struct dump *dump = (struct dump *)job;

	skstat_buffer_free(&dump->text);
	free(dump->order.options);
	free(dump);
}

struct skstat_stream_job *skstat_socket_dump_new(const struct skstat_socket_dump_order *order)
{
	struct dump *dump = calloc(1, sizeof(*dump));

	if (!dump) {
		free(order->options);
		return NULL;
	}
	dump->job = (struct skstat_stream_job){ .type = SKSTAT_TYPE_JSON, .run = run, .free = dump_free };
	dump->order = *order;
	return (struct skstat_stream_job *)dump;
}
