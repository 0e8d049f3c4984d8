// SPDX-License-Identifier: GPL-2.0
/* POST /-/reload over loopback, with a thread in the collector's place. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "client.h"
#include "serve/http.h"
#include "serve/lifecycle.h"
#include "serve/listen.h"

#define HOST "Host: 127.0.0.1\r\n"
#define FORM "Content-Length: 3\r\n\r\na=b"

static struct skstat_lifecycle *lifecycle;
static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_http *http;
static uint16_t port;

static void start(bool enabled)
{
	const struct skstat_http_listener listener = { skstat_listen_tcp("127.0.0.1:0", NULL), false };
	const struct skstat_http_config config = { .listener = &listener, .listeners = 1, .telemetry_path = "/metrics",
						   .version = "1", .lifecycle = enabled ? lifecycle : NULL };
	struct skstat_error error;

	assert_true(listener.fd >= 0);
	port = client_port(listener.fd);
	http = skstat_http_start(&config, store, &self, &error);
	assert_non_null(http);
}

static int set_up(void **state)
{
	(void)state;
	lifecycle = skstat_lifecycle_new();
	store = skstat_store_new();
	return lifecycle && store ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_http_stop(http);
	skstat_store_free(store);
	skstat_lifecycle_free(lifecycle);
	return 0;
}

static void ask(struct client *client, const char *method, const char *rest)
{
	char request[512];

	client_tcp(client, port);
	snprintf(request, sizeof(request), "%s /-/reload HTTP/1.1\r\n" HOST "%s%s", method, rest,
		 strstr(rest, "\r\n\r\n") ? "" : "\r\n");
	client_send(client, request);
}

/* One request that is answered with that, over a connection of its own. */
static void answered(struct client *client, int status, const char *body)
{
	struct client_reply reply;

	assert_true(client_read(client, &reply, false));
	assert_true(reply.whole);
	assert_int_equal(reply.status, status);
	assert_string_equal(reply.body, body);
	client_free(&reply);
	client_close(client);
}

static void asked(const char *method, const char *rest, int status, const char *body)
{
	struct client client;

	ask(&client, method, rest);
	answered(&client, status, body);
}

/* Until somebody asks. */
static void wait_asked(void)
{
	struct pollfd fd = { .fd = skstat_lifecycle_fd(lifecycle), .events = POLLIN };

	assert_int_equal(poll(&fd, 1, 20000), 1);
	assert_true(skstat_lifecycle_take(lifecycle));
}

static void off(void **state)
{
	(void)state;
	start(false);
	asked("POST", "", 403,
	      "This is not served: start the exporter with --web.enable-lifecycle, or send it SIGHUP\n");
	asked("GET", "", 405, "Only POST is served\n");
}

static void one(void **state)
{
	static const struct {
		const char *rest, *text;
		int err, status;
	} rounds[] = {
		{ "", "done", 0, 200 },
		{ FORM, "done", 0, 200 },
		{ "Origin: http://127.0.0.1:19733\r\n", "done", 0, 200 },
		{ "", "f:1: wrong", -EINVAL, 400 },
		{ "", "f: it cannot be read", -ENOENT, 400 },
		{ "", "no memory", -ENOMEM, 503 },
	};

	(void)state;
	start(true);
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		struct client client;
		char body[64];

		ask(&client, "POST", rounds[i].rest);
		wait_asked();
		skstat_lifecycle_answer(lifecycle, rounds[i].err, rounds[i].text);
		snprintf(body, sizeof(body), "%s\n", rounds[i].text);
		answered(&client, rounds[i].status, body);
	}
	asked("GET", "", 405, "Only POST is served\n");
}

/* Pages of other sites, however their browser says it. */
static void strangers(void **state)
{
	(void)state;
	start(true);
	asked("POST", "Origin: http://evil.example\r\n", 403, "Pages of other sites may not ask for this\n");
	asked("POST", "Origin: null\r\n", 403, "Pages of other sites may not ask for this\n");
	asked("POST", "Sec-Fetch-Site: cross-site\r\n", 403, "Pages of other sites may not read this one\n");
	assert_false(skstat_lifecycle_take(lifecycle));
}

/* While one waits, others are served, but for such as it. */
static void waiting(void **state)
{
	struct client first, other[4];

	(void)state;
	start(true);
	ask(&first, "POST", "");
	wait_asked();
	for (size_t i = 0; i < 4; i++)
		ask(&other[i], i % 2 ? "POST" : "GET", "");
	for (size_t i = 0; i < 4; i++)
		answered(&other[i], i % 2 ? 503 : 405,
			 i % 2 ? "Another request for it is being answered: ask again\n" : "Only POST is served\n");
	skstat_lifecycle_answer(lifecycle, 0, "done");
	answered(&first, 200, "done\n");
	/* Its place is free again. */
	ask(&first, "POST", "");
	wait_asked();
	skstat_lifecycle_answer(lifecycle, 0, "done again");
	answered(&first, 200, "done again\n");
}

/* The server ends while one waits and the collector is at it: neither waits for the other, and an answer may come. */
static void ending(void **state)
{
	struct client client;
	struct client_reply reply;

	(void)state;
	start(true);
	ask(&client, "POST", "");
	wait_asked();
	skstat_http_stop(http);
	http = NULL;
	skstat_lifecycle_answer(lifecycle, 0, "too late");
	if (client_read(&client, &reply, false))
		assert_true(reply.status == 503 || !reply.whole);
	client_free(&reply);
	client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(strangers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waiting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ending, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
