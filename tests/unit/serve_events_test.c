// SPDX-License-Identifier: GPL-2.0
/* /api/v1/events, /ledger and /status over a real unix socket. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <jansson.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "serve/http.h"
#include "serve/listen.h"
#include "snapshot/feed.h"

static char directory[32], path[64];
static uint16_t port;
static struct skstat_feed *feed;
static struct skstat_schema schema;
static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_http *http;

static int set_up(void **state)
{
	struct skstat_http_listener listener[2];
	struct skstat_http_config config = {
		.listener = listener, .listeners = 2, .telemetry_path = "/metrics", .version = "1.2",
	};

	(void)state;
	memset(&self, 0, sizeof(self));
	skstat_self_set(&self, journal_held, 1);
	memset(schema.available, true, sizeof(schema.available));
	if (!mkdtemp(strcpy(directory, "/tmp/skstat-api-XXXXXX")))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", directory);
	listener[0] = (struct skstat_http_listener){ skstat_listen_unix(path, NULL, NULL), true };
	listener[1] = (struct skstat_http_listener){ skstat_listen_tcp("127.0.0.1:0", NULL), false };
	port = client_port(listener[1].fd);
	store = skstat_store_new();
	config.feed = feed = skstat_feed_new();
	http = skstat_http_start(&config, store, &self, NULL);
	return http && store && feed ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_http_stop(http);
	skstat_feed_free(feed);
	skstat_store_free(store);
	unlink(path);
	return rmdir(directory);
}

static void request(struct client *client, const char *method, const char *what)
{
	char text[256];

	client_unix(client, path);
	snprintf(text, sizeof(text), "%s /api/v1/%s HTTP/1.1\r\n\r\n", method, what);
	client_send(client, text);
}

static json_t *ask(const char *what, int *status)
{
	struct client_reply reply;
	struct client client;
	json_error_t error;
	json_t *json;

	request(&client, "GET", what);
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole);
	assert_string_equal(client_header(&reply, "Content-Type"), "application/json");
	json = json_loadb(reply.body, reply.length, 0, &error);
	if (!json)
		fail_msg("%s at %d of: %.1000s", error.text, error.position, reply.body);
	*status = reply.status;
	client_free(&reply);
	client_close(&client);
	return json;
}

static void assert_error(const char *what, int status, const char *sentence)
{
	int got;
	json_t *json = ask(what, &got);
	const char *said = json_string_value(json_object_get(json, "error"));

	assert_int_equal(got, status);
	if (!said || !strstr(said, sentence))
		fail_msg("%s: \"%s\" does not say \"%s\"", what, said, sentence);
	json_decref(json);
}

/* --- events */

static size_t left; /* of the chunk that is being read */

/* The next line of a stream, without its end. */
static const char *next_line(struct client *client)
{
	static char line[8192];
	size_t used = 0;
	int c;

	for (;;) {
		if (!left) {
			char size[32];

			do {
				assert_non_null(fgets(size, sizeof(size), client->in));
			} while (size[0] == '\r');
			left = strtoul(size, NULL, 16);
			assert_true(left);
		}
		c = fgetc(client->in);
		assert_true(c != EOF && used < sizeof(line) - 1);
		left--;
		if (c == '\n')
			break;
		line[used++] = (char)c;
	}
	line[used] = '\0';
	return line;
}

/* The reply's head and the stream's greeting. */
static void listen_to(struct client *client, const char *what)
{
	struct client_reply reply;

	request(client, "GET", what);
	assert_true(client_read(client, &reply, true));
	assert_int_equal(reply.status, 200);
	assert_string_equal(client_header(&reply, "Content-Type"), "text/event-stream");
	assert_string_equal(client_header(&reply, "Cache-Control"), "no-store");
	client_free(&reply);
	left = 0;
	assert_string_equal(next_line(client), ": what happens from now on");
	assert_string_equal(next_line(client), "");
}

static void happen(uint64_t cookie, uint16_t sport, uint64_t netns)
{
	struct skstat_sample sample = { .kind = SKSTAT_KIND_CLOSED };

	sample.groups = 1u << SKSTAT_GROUP_IDENTITY;
	sample.size[SKSTAT_GROUP_IDENTITY] = sizeof(sample.identity);
	sample.identity.family = AF_INET;
	sample.identity.cookie = cookie;
	sample.identity.sport = sport;
	sample.identity.netns = netns;
	skstat_feed_event(feed, &sample, &schema, 250);
}

/* The object of the next event, of that name; to be dropped. `id`: whether it bears a number. */
static json_t *next_event(struct client *client, const char *name, bool id)
{
	const char *line = next_line(client);
	json_t *json;

	if (id) {
		assert_int_equal(strncmp(line, "id: ", 4), 0);
		line = next_line(client);
	}
	assert_int_equal(strncmp(line, "event: ", 7), 0);
	assert_string_equal(line + 7, name);
	line = next_line(client);
	assert_int_equal(strncmp(line, "data: ", 6), 0);
	json = json_loads(line + 6, 0, NULL);
	assert_non_null(json);
	assert_string_equal(next_line(client), "");
	return json;
}

static void assert_cookie(struct client *client, const char *cookie)
{
	json_t *json = next_event(client, skstat_kind_name(SKSTAT_KIND_CLOSED), true);

	assert_string_equal(json_string_value(json_object_get(json, "cookie")), cookie);
	assert_string_equal(json_string_value(json_object_get(json, "kind")), skstat_kind_name(SKSTAT_KIND_CLOSED));
	json_decref(json);
}

/* One event alone comes at once, and not when there are enough of them for a block. */
static void events_as_they_come(void **state)
{
	struct client client;

	(void)state;
	listen_to(&client, "events");
	for (uint64_t i = 0; i < 5; i++) {
		happen(UINT64_C(9007199254740993), 80, 1);
		skstat_feed_flush(feed);
		assert_cookie(&client, "9007199254740993");
	}
	assert_int_equal(skstat_self_get(&self, api_events), 5);
	client_close(&client);
}

static void events_by_filter(void **state)
{
	static const char *const wrong[] = { "states=estab", "kinds=full", "since=1", "exact", "brief", "groups=tcp",
					     "max-sockets=1", "max-ns=1", "colour=red" };
	struct client client;

	(void)state;
	listen_to(&client, "events?sport=443&netns=7");
	happen(1, 80, 7);
	happen(2, 443, 8);
	happen(3, 443, 7);
	skstat_feed_flush(feed);
	assert_cookie(&client, "3");
	assert_int_equal(skstat_self_get(&self, api_events), 1);
	client_close(&client);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char what[64];

		snprintf(what, sizeof(what), "events?%s", wrong[i]);
		assert_error(what, 400, "there is no parameter");
	}
}

static void lost_by_the_journal(void **state)
{
	struct client client;
	json_t *json;

	(void)state;
	listen_to(&client, "events");
	skstat_feed_lost(feed, 12, true);
	skstat_feed_flush(feed);
	json = next_event(&client, "lost", false);
	assert_int_equal(json_integer_value(json_object_get(json, "events")), 12);
	assert_true(json_is_true(json_object_get(json, "more")));
	json_decref(json);
	client_close(&client);
}

/* Who does not read is told how many it has missed; the writer did not wait, or this would not come to its end. */
static void slow_client(void **state)
{
	const uint64_t all = 20 * SKSTAT_FEED_EVENTS;
	struct client client;
	uint64_t heard = 0, dropped = 0;

	(void)state;
	listen_to(&client, "events");
	for (uint64_t i = 1; i <= all; i++) {
		happen(i, 80, 1);
		if (i % 100 == 0)
			skstat_feed_flush(feed);
	}
	skstat_feed_flush(feed);
	while (heard + dropped < all) {
		const char *line = next_line(&client);
		json_t *json;

		if (strncmp(line, "id: ", 4) == 0)
			heard++;
		else if (strcmp(line, "event: dropped") == 0) {
			json = json_loads(next_line(&client) + 6, 0, NULL);
			dropped += (uint64_t)json_integer_value(json_object_get(json, "events"));
			json_decref(json);
		}
	}
	assert_true(dropped > 0);
	assert_int_equal(heard + dropped, all);
	assert_int_equal(skstat_self_get(&self, api_events_dropped), dropped);
	client_close(&client);
}

/* One too many is refused; a place is free again when its client has gone, which a write shows. */
static void as_many_as_there_may_be(void **state)
{
	struct client client[SKSTAT_FEED_LISTENERS];
	int status = 503;

	(void)state;
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		listen_to(&client[i], "events");
	assert_error("events", 503, "4 requests for events are being answered already");
	for (size_t i = 0; i < SKSTAT_FEED_LISTENERS; i++)
		client_close(&client[i]);
	for (int i = 0; i < 5000 && status != 200; i++) {
		struct client_reply reply;
		struct client again;

		happen(1, 80, 1);
		skstat_feed_flush(feed);
		poll(NULL, 0, 1);
		request(&again, "GET", "events");
		assert_true(client_read(&again, &reply, true));
		status = reply.status;
		client_free(&reply);
		client_close(&again);
	}
	assert_int_equal(status, 200);
}

/* The server ends under a client that waits for events. */
static void stopped_server(void **state)
{
	struct client client;

	(void)state;
	listen_to(&client, "events");
	skstat_http_stop(http);
	http = NULL;
	while (fgetc(client.in) != EOF)
		;
	client_close(&client);
}

static void without_a_journal(void **state)
{
	(void)state;
	skstat_self_set(&self, journal_held, 0);
	assert_error("events", 503, "the journal is not held");
}

static void heads(void **state)
{
	static const char *const what[] = { "events", "ledger", "status" };
	static const char *const type[] = { "text/event-stream", "application/json", "application/json" };
	static const int wanted[] = { 200, 503, 200 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct client_reply reply;
		struct client client;

		request(&client, "HEAD", what[i]);
		assert_true(client_read(&client, &reply, true));
		assert_int_equal(reply.status, wanted[i]);
		assert_string_equal(client_header(&reply, "Content-Type"), type[i]);
		client_free(&reply);
		client_close(&client);
	}
}

static void not_over_tcp(void **state)
{
	static const char *const what[] = { "listeners", "events", "ledger", "status" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct client_reply reply;
		struct client client;
		char text[128];

		client_tcp(&client, port);
		snprintf(text, sizeof(text), "GET /api/v1/%s HTTP/1.1\r\nHost: localhost\r\n\r\n", what[i]);
		client_send(&client, text);
		assert_true(client_read(&client, &reply, false));
		assert_int_equal(reply.status, 404);
		client_free(&reply);
		client_close(&client);
	}
}

/* --- out of the snapshot */

static void add(struct skstat_families *set, const char *family, const struct skstat_label *label, size_t labels,
		double value)
{
	struct skstat_family *last = set->count ? &set->family[set->count - 1] : NULL;

	if (!last || strcmp(last->name, family) != 0)
		last = skstat_family_add(set, SKSTAT_METRIC_GAUGE, family, "", "");
	skstat_series_add(set, last, label, labels)->value = value;
}

static void publish(void)
{
	static const struct skstat_label source[] = { { "source", "netlink" }, { "why", "\xff" } };
	static const struct skstat_label line[] = { { "netns", "blue" }, { "counter", "sent" }, { "reason", "reset" } };
	static const struct skstat_label other[] = { { "netns", "host" }, { "counter", "delivered" } };
	static const struct skstat_label full = { "kind", "full" }, delta = { "kind", "delta" };
	struct skstat_families *set = skstat_families_new();

	add(set, "skstat_source_info", source, 2, 1);
	add(set, "skstat_model_connections", NULL, 0, 12);
	add(set, "skstat_polls", &full, 1, 3);
	add(set, "skstat_polls", &delta, 1, 4503599627370496.0);
	add(set, "skstat_ledger_kernel_segments", line, 2, 10);
	add(set, "skstat_ledger_kernel_segments", other, 2, 5);
	add(set, "skstat_ledger_attributed_segments", line, 2, 8);
	add(set, "skstat_ledger_unattributed_segments", line, 3, 1);
	add(set, "skstat_ledger_residual_segments", line, 2, -1);
	add(set, "skstat_coverage_ratio", line, 2, 0.9);
	assert_int_equal(skstat_store_publish(store, set, skstat_now_ns(), 2000000000, true), 0);
}

static void assert_json(json_t *json, const char *wanted)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));

	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(json);
}

/* What is another one each time is looked at and left out. */
static void drop_time(json_t *json)
{
	assert_true(json_real_value(json_object_get(json, "age_seconds")) < 20);
	assert_true(json_is_false(json_object_get(json, "stale")));
	json_object_del(json, "age_seconds");
	json_object_del(json, "stale");
}

static void ledger(void **state)
{
	json_t *json;
	int status;

	(void)state;
	assert_error("ledger", 503, "not been read yet");
	publish();
	json = ask("ledger", &status);
	assert_int_equal(status, 200);
	drop_time(json);
	assert_json(json, "{\"namespaces\":[{\"netns\":\"blue\",\"sent\":{\"kernel\":10,\"attributed\":8,"
			  "\"unattributed\":{\"reset\":1},\"residual\":-1,\"coverage\":0.9}},"
			  "{\"netns\":\"host\",\"delivered\":{\"kernel\":5}}],"
			  "\"ready\":true,\"snapshot\":1,\"interval_seconds\":2.0}");
	assert_error("ledger?netns=1", 400, "there are no parameters");
}

static void status_of(void **state)
{
	json_t *json;
	int status;

	(void)state;
	json = ask("status", &status);
	assert_int_equal(status, 200);
	assert_json(json, "{\"version\":\"1.2\",\"ready\":false}");
	publish();
	json = ask("status", &status);
	drop_time(json);
	assert_json(json, "{\"source\":{\"source\":\"netlink\",\"why\":\"(not UTF-8)\"},\"connections\":12,"
			  "\"polls\":{\"full\":3,\"delta\":4503599627370496},\"version\":\"1.2\",\"ready\":true,"
			  "\"snapshot\":1,\"interval_seconds\":2.0}");
	assert_error("status?x", 400, "there are no parameters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_as_they_come, set_up, tear_down),
		cmocka_unit_test_setup_teardown(events_by_filter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lost_by_the_journal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slow_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(as_many_as_there_may_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stopped_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_journal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(heads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_over_tcp, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ledger, set_up, tear_down),
		cmocka_unit_test_setup_teardown(status_of, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_events", tests, NULL, NULL);
}
