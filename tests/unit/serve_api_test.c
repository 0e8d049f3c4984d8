// SPDX-License-Identifier: GPL-2.0
/* /api/v1/sockets over a real unix socket, out of a source that does as it is told. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "serve/http.h"
#include "serve/listen.h"

#define SOCKETS "/api/v1/sockets"

/* --- the source: what it is to do, and what it has seen */

struct skstat_source {
	struct skstat_source_info info;
};

static struct {
	_Atomic int open_err;	       /* it cannot be opened */
	_Atomic uint64_t sockets;      /* so many are given */
	_Atomic uint64_t namespaces;   /* and then so many of these */
	_Atomic bool namespaces_first; /* against the rule */
	_Atomic int err;	       /* how it ends */
	_Atomic bool slow;	       /* a millisecond between two sockets */

	_Atomic uint64_t given, opened, closed, stopped;
	pthread_mutex_t lock; /* of what was asked last */
	struct asked {
		struct skstat_query query;
		struct skstat_range local_port[2];
	} asked;
} source = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct skstat_schema schema;

static struct skstat_source *open_source(void *arg, struct skstat_error *error)
{
	struct skstat_source *made = arg == &source && !source.open_err ? calloc(1, sizeof(*made)) : NULL;

	if (!made) {
		error->err = source.open_err;
		snprintf(error->text, sizeof(error->text), "the module is gone\xff");
		return NULL;
	}
	made->info = (struct skstat_source_info){ .name = "netlink", .version = "1", .hz = 250, .schema = &schema };
	source.opened++;
	return made;
}

const struct skstat_source_info *skstat_source_info(const struct skstat_source *made)
{
	return &made->info;
}

void skstat_source_close(struct skstat_source *made)
{
	free(made);
	source.closed++;
}

static int give(enum skstat_kind kind, uint64_t count, skstat_sample_fn fn, void *arg)
{
	struct skstat_sample sample = { .kind = kind };

	sample.groups = 1u << (kind == SKSTAT_KIND_NETNS ? SKSTAT_GROUP_NETNS : SKSTAT_GROUP_IDENTITY);
	sample.size[SKSTAT_GROUP_IDENTITY] = kind == SKSTAT_KIND_NETNS ? 0 : sizeof(sample.identity);
	sample.size[SKSTAT_GROUP_NETNS] = kind == SKSTAT_KIND_NETNS ? sizeof(sample.netns) : 0;
	sample.identity.family = AF_INET;
	sample.identity.state = TCP_ESTABLISHED;
	for (uint64_t i = 0; i < count; i++) {
		sample.identity.cookie = i;
		source.given++;
		if (source.slow)
			poll(NULL, 0, 1);
		if (fn(&sample, arg)) {
			source.stopped++;
			return 1;
		}
	}
	return 0;
}

int skstat_source_sock(struct skstat_source *made, const struct skstat_query *query, skstat_sample_fn fn, void *arg,
		       struct skstat_totals *totals, struct skstat_error *error)
{
	(void)made;
	pthread_mutex_lock(&source.lock);
	source.asked.query = *query;
	memcpy(source.asked.local_port, query->local_port, sizeof(source.asked.local_port));
	pthread_mutex_unlock(&source.lock);
	if ((source.namespaces_first && give(SKSTAT_KIND_NETNS, source.namespaces, fn, arg)) ||
	    give(SKSTAT_KIND_FULL, source.sockets, fn, arg) ||
	    (!source.namespaces_first && give(SKSTAT_KIND_NETNS, source.namespaces, fn, arg)))
		return 1;
	if (source.err) {
		error->err = source.err;
		snprintf(error->text, sizeof(error->text), "the kernel said \"no\"");
		return source.err;
	}
	totals->complete = true;
	totals->visited = totals->emitted = source.sockets;
	return 0;
}

/* --- the server */

static char directory[32];
static char path[64];
static uint16_t port;
static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_http *http;

static int set_up(void **state)
{
	struct skstat_http_listener listener[2];
	const struct skstat_http_config config = {
		.listener = listener, .listeners = 2, .telemetry_path = "/metrics", .version = "1",
		.open_source = open_source, .open_arg = &source,
	};

	(void)state;
	memset(&self, 0, sizeof(self));
	source.open_err = source.err = 0;
	source.sockets = source.namespaces = 0;
	source.namespaces_first = source.slow = false;
	source.given = source.opened = source.closed = source.stopped = 0;
	memset(schema.available, true, sizeof(schema.available));
	if (!mkdtemp(strcpy(directory, "/tmp/skstat-api-XXXXXX")))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", directory);
	listener[0] = (struct skstat_http_listener){ skstat_listen_unix(path, NULL, NULL), true };
	listener[1] = (struct skstat_http_listener){ skstat_listen_tcp("127.0.0.1:0", NULL), false };
	port = client_port(listener[1].fd);
	store = skstat_store_new();
	http = skstat_http_start(&config, store, &self, NULL);
	return http && store ? 0 : -1;
}

/* Whatever a test did: what was opened is closed once the server has ended. */
static int tear_down(void **state)
{
	(void)state;
	skstat_http_stop(http);
	skstat_store_free(store);
	unlink(path);
	return rmdir(directory) || source.opened != source.closed ? -1 : 0;
}

static void request(struct client *client, const char *method, const char *parameters)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s " SOCKETS "%s HTTP/1.1\r\n\r\n", method, parameters);
	client_send(client, text);
}

/* The reply's JSON, which must be some, and its status; to be dropped. */
static json_t *ask(const char *parameters, int *status)
{
	struct client_reply reply;
	struct client client;
	json_error_t error;
	json_t *json;

	client_unix(&client, path);
	request(&client, "GET", parameters);
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole);
	assert_string_equal(client_header(&reply, "Content-Type"), "application/json");
	if (reply.status == 503)
		assert_non_null(client_header(&reply, "Retry-After"));
	json = json_loadb(reply.body, reply.length, 0, &error);
	if (!json)
		fail_msg("%s at %d of: %.1000s", error.text, error.position, reply.body);
	*status = reply.status;
	client_free(&reply);
	client_close(&client);
	return json;
}

static void assert_error(const char *parameters, int status, const char *sentence)
{
	int got;
	json_t *json = ask(parameters, &got);
	const char *said = json_string_value(json_object_get(json, "error"));

	assert_int_equal(got, status);
	assert_non_null(said);
	if (!strstr(said, sentence))
		fail_msg("%s: \"%s\" does not say \"%s\"", parameters, said, sentence);
	json_decref(json);
}

static struct asked last_asked(void)
{
	struct asked asked;

	pthread_mutex_lock(&source.lock);
	asked = source.asked;
	pthread_mutex_unlock(&source.lock);
	return asked;
}

/* Until it is as many, which is not long. */
static void wait_for(_Atomic uint64_t *number, uint64_t least)
{
	for (int i = 0; i < 10000 && *number < least; i++)
		poll(NULL, 0, 1);
	assert_true(*number >= least);
}

/* The source waits: a fifth of a second goes by in which it gives nothing. */
static uint64_t wait_for_rest(void)
{
	uint64_t before;

	do {
		before = source.given;
		poll(NULL, 0, 200);
	} while (source.given != before || !before);
	return before;
}

static void parameters(void **state)
{
	static const struct {
		const char *text, *sentence;
	} wrong[] = {
		{ "?colour=red", "there is no parameter \"colour\"" },
		{ "?states=asleep", "states STATE,... cannot be \"asleep\"" },
		{ "?dport=443&sport=x", "sport LO-HI cannot be \"x\"" },
		{ "?sport=9-8", "sport" },
		{ "?sport", "sport has no value" },
		{ "?sport=", "sport" },
		{ "?exact=maybe", "exact is true or false" },
		{ "?raw=2", "raw is true or false" },
		{ "?src=%ff%fe", "src" },
		{ "?sport=80%00", "zero byte" },
		{ "?sport%00=80", "zero byte" },
		{ "?=", "there is no parameter \"\"" },
	};
	struct asked asked;
	json_t *json;
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_error(wrong[i].text, 400, wrong[i].sentence);
	assert_int_equal(source.opened, 0);

	json = ask("?states=established,TIME-WAIT&dport=443&sport=8000-8999&sport=22&exact&max-sockets=7"
		   "&src=10.0.0.0%2F8", &status);
	json_decref(json);
	assert_int_equal(status, 200);
	asked = last_asked();
	assert_int_equal(asked.query.states, 1u << TCP_ESTABLISHED | 1u << TCP_TIME_WAIT);
	assert_int_equal(asked.query.local_ports, 2);
	assert_true(asked.local_port[0].min == 8000 && asked.local_port[0].max == 8999);
	assert_true(asked.local_port[1].min == 22 && asked.local_port[1].max == 22);
	assert_int_equal(asked.query.remote_ports, 1);
	assert_int_equal(asked.query.local_prefixes, 1);
	assert_int_equal(asked.query.max_sockets, 7);
	assert_true(asked.query.exact);
	json_decref(ask("?exact=0", &status));
	assert_int_equal(status, 200);
	assert_false(last_asked().query.exact);
	assert_int_equal(skstat_self_get(&self, api_requests), sizeof(wrong) / sizeof(wrong[0]) + 2);
	assert_int_equal(skstat_self_get(&self, http_4xx), sizeof(wrong) / sizeof(wrong[0]));
}

static void whole(void **state)
{
	static const uint64_t counts[] = { 0, 1, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const uint64_t before = skstat_self_get(&self, api_sockets);
		json_t *json, *sockets, *totals;
		int status;

		source.sockets = counts[i];
		source.namespaces = i;
		json = ask("", &status);
		assert_int_equal(status, 200);
		sockets = json_object_get(json, "sockets");
		assert_int_equal(json_array_size(sockets), counts[i]);
		assert_int_equal(json_array_size(json_object_get(json, "namespaces")), i);
		for (size_t at = 0; at < counts[i]; at++) {
			const char *cookie = json_string_value(json_object_get(json_array_get(sockets, at), "cookie"));

			assert_non_null(cookie);
			assert_int_equal(strtoull(cookie, NULL, 10), at);
		}
		totals = json_object_get(json, "totals");
		assert_int_equal(json_integer_value(json_object_get(totals, "visited")), counts[i]);
		assert_null(json_object_get(json, "error"));
		json_decref(json);
		assert_int_equal(skstat_self_get(&self, api_sockets) - before, counts[i]);
	}
}

static void raw(void **state)
{
	json_t *json;
	int status;

	(void)state;
	source.sockets = 1;
	json = ask("?raw", &status);
	assert_true(json_is_integer(json_object_get(json_array_get(json_object_get(json, "sockets"), 0), "cookie")));
	json_decref(json);
	json = ask("?raw=false", &status);
	assert_true(json_is_string(json_object_get(json_array_get(json_object_get(json, "sockets"), 0), "cookie")));
	json_decref(json);
}

static void no_source(void **state)
{
	(void)state;
	source.open_err = -ENOENT;
	assert_error("", 503, "the module is gone");
	source.open_err = 0;
	source.err = -EINVAL;
	assert_error("", 400, "the kernel said \"no\"");
	source.err = -ERANGE;
	assert_error("", 400, "the kernel said \"no\"");
	source.err = -EOPNOTSUPP;
	assert_error("", 503, "the kernel said \"no\"");
	source.err = -EPERM;
	assert_error("", 503, "the kernel said \"no\"");
}

/* The JSON stays whole, and nobody takes it for all. */
static void broken_off(void **state)
{
	static const uint64_t counts[] = { 1, 3000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		json_t *json;
		int status;

		source.sockets = counts[i];
		source.err = -EBADMSG;
		json = ask("", &status);
		assert_int_equal(status, 200);
		assert_int_equal(json_array_size(json_object_get(json, "sockets")), counts[i]);
		assert_null(json_object_get(json, "totals"));
		assert_string_equal(json_string_value(json_object_get(json, "error")), "the kernel said \"no\"");
		json_decref(json);
	}
	source.namespaces = 1;
	source.namespaces_first = true;
	assert_error("", 200, "a socket after its namespaces");
}

/* The client does not read: the source is not read either. Then it reads on, and misses nothing. */
static void pausing_client(void **state)
{
	struct client_reply reply;
	struct client client;
	json_t *json;

	(void)state;
	source.sockets = 50000;
	client_unix(&client, path);
	request(&client, "GET", "");
	assert_true(wait_for_rest() < source.sockets / 4);
	assert_int_equal(source.closed, 0);
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole);
	json = json_loadb(reply.body, reply.length, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "sockets")), source.sockets);
	json_decref(json);
	client_free(&reply);

	/* The connection is good for another one. */
	source.sockets = 1;
	request(&client, "GET", "");
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole);
	client_free(&reply);
	client_close(&client);
}

/* A client that goes away ends its dump, whether it was reading or not, or had not been answered yet. */
static void leaving_client(void **state)
{
	struct client client;
	char some[1000];

	(void)state;
	source.sockets = UINT64_MAX;
	client_unix(&client, path);
	request(&client, "GET", "");
	wait_for_rest();
	client_close(&client);
	wait_for(&source.closed, 1);
	assert_int_equal(source.stopped, 1);

	client_unix(&client, path);
	request(&client, "GET", "");
	assert_int_equal(fread(some, 1, sizeof(some), client.in), sizeof(some));
	client_close(&client);
	wait_for(&source.closed, 2);
	assert_int_equal(source.stopped, 2);

	source.slow = true;
	source.given = 0;
	client_unix(&client, path);
	request(&client, "GET", "");
	wait_for(&source.given, 1);
	client_close(&client);
	wait_for(&source.closed, 3);
	assert_int_equal(source.stopped, 3);
}

static void four_at_once(void **state)
{
	struct client client[4], health;
	struct client_reply reply;

	(void)state;
	source.sockets = UINT64_MAX;
	for (uint64_t i = 0; i < 4; i++) {
		client_unix(&client[i], path);
		request(&client[i], "GET", "");
		wait_for(&source.opened, i + 1);
	}
	assert_error("", 503, "4 requests for sockets are being answered already");
	/* Nor do they keep others waiting. */
	wait_for_rest();
	client_unix(&health, path);
	client_send(&health, "GET /-/healthy HTTP/1.1\r\n\r\n");
	assert_true(client_read(&health, &reply, false));
	assert_int_equal(reply.status, 200);
	client_free(&reply);
	client_close(&health);

	client_close(&client[0]);
	wait_for(&source.closed, 1);
	source.sockets = 1;
	/* Its place is free as soon as its thread has gone, a moment later. */
	for (int i = 0, status = 503; status == 503; i++) {
		assert_true(i < 1000);
		json_decref(ask("", &status));
	}
	for (int i = 1; i < 4; i++)
		client_close(&client[i]);
}

/* The server ends while one stream waits for its client, and another's client waits for it. */
static void stopped_server(void **state)
{
	struct client stalled, waiting;
	struct client_reply reply;
	uint64_t start;

	(void)state;
	source.sockets = UINT64_MAX;
	client_unix(&stalled, path);
	request(&stalled, "GET", "");
	wait_for_rest();
	source.slow = true;
	source.given = 0;
	client_unix(&waiting, path);
	request(&waiting, "GET", "");
	wait_for(&source.given, 1);

	start = skstat_now_ns();
	skstat_http_stop(http);
	http = NULL;
	assert_true(skstat_now_ns() - start < UINT64_C(5000000000));
	assert_int_equal(source.closed, 2);
	/* What came is not taken for whole. */
	assert_true(!client_read(&stalled, &reply, false) || !reply.whole);
	client_free(&reply);
	assert_true(!client_read(&waiting, &reply, false) || !reply.whole);
	client_free(&reply);
	client_close(&stalled);
	client_close(&waiting);
}

static void head(void **state)
{
	static const struct {
		const char *parameters;
		int status;
	} heads[] = { { "?sport=80", 200 }, { "?sport=x", 400 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct client_reply reply;
		struct client client;

		client_unix(&client, path);
		request(&client, "HEAD", heads[i].parameters);
		assert_true(client_read(&client, &reply, true));
		assert_int_equal(reply.status, heads[i].status);
		assert_string_equal(client_header(&reply, "Content-Type"), "application/json");
		client_free(&reply);
		/* Nothing follows: the end, or the head of another reply. */
		if (client_header(&reply, "Connection")) {
			assert_int_equal(fgetc(client.in), EOF);
		} else {
			request(&client, "HEAD", heads[i].parameters);
			assert_true(client_read(&client, &reply, true));
			assert_int_equal(reply.status, heads[i].status);
			client_free(&reply);
		}
		client_close(&client);
	}
	/* Nor was a source opened for it. */
	assert_int_equal(source.opened, 0);
}

/* The same dump, of listening sockets alone, under their own name. */
static void listeners(void **state)
{
	struct client_reply reply;
	struct client client;
	json_t *json;

	(void)state;
	source.sockets = 2;
	client_unix(&client, path);
	client_send(&client, "GET /api/v1/listeners?sport=80 HTTP/1.1\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_int_equal(reply.status, 200);
	json = json_loadb(reply.body, reply.length, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "listeners")), 2);
	assert_null(json_object_get(json, "sockets"));
	assert_non_null(json_object_get(json, "totals"));
	assert_int_equal(last_asked().query.kinds, 1u << SKSTAT_KIND_LISTEN);
	assert_true(last_asked().query.has & SKSTAT_HAS(KINDS));
	json_decref(json);
	client_free(&reply);

	client_send(&client, "GET /api/v1/listeners?kinds=full HTTP/1.1\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "there is no parameter"));
	client_free(&reply);
	client_close(&client);
}

/* Addresses of other people's connections are for who may open the unix socket. */
static void not_over_tcp(void **state)
{
	struct client_reply reply;
	struct client client;

	(void)state;
	client_tcp(&client, port);
	client_send(&client, "GET " SOCKETS " HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "unix socket"));
	client_free(&reply);
	client_close(&client);
	assert_int_equal(source.opened, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parameters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(raw, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(broken_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pausing_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaving_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(four_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stopped_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(listeners, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_over_tcp, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_api", tests, NULL, NULL);
}
