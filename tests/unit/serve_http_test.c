// SPDX-License-Identifier: GPL-2.0
/* The server over real loopback and unix sockets, with snapshots made by hand. The API has a test of its own. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "client.h"
#include "render/format.h"
#include "render/page.h"
#include "render/text_format.h"
#include "serve/http.h"
#include "serve/listen.h"

#define HOST "Host: 127.0.0.1\r\n"
#define SECOND UINT64_C(1000000000)

static char directory[] = "/tmp/skstat-http-XXXXXX";
static char path[64];
static uint16_t port;
static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_http *http;

static void start(const char *telemetry_path)
{
	static const char *const names[] = { "appliance.example" };
	const struct skstat_http_listener listener[] = { { skstat_listen_tcp("127.0.0.1:0", NULL), false },
							 { skstat_listen_unix(path, NULL, NULL), true } };
	const struct skstat_http_config config = { .listener = listener, .listeners = 2, .host = names, .hosts = 1,
						   .telemetry_path = telemetry_path, .version = "1.2.3<" };
	struct skstat_error error;

	assert_true(listener[0].fd >= 0 && listener[1].fd >= 0);
	port = client_port(listener[0].fd);
	http = skstat_http_start(&config, store, &self, &error);
	assert_non_null(http);
}

static int set_up(void **state)
{
	(void)state;
	memset(&self, 0, sizeof(self));
	if (!mkdtemp(strcpy(directory, "/tmp/skstat-http-XXXXXX")))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", directory);
	store = skstat_store_new();
	start("/metrics");
	return store ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_http_stop(http);
	skstat_store_free(store);
	unlink(path);
	return rmdir(directory);
}

/* A snapshot of so many series, taken `age_ns` ago of an interval of one second. */
static void publish(size_t series, uint64_t age_ns, bool ready)
{
	const struct skstat_label source[] = { { "source", "netlink" }, { "why", "<&>\"" } };
	struct skstat_families *set = skstat_families_new();
	struct skstat_family *family;

	assert_non_null(set);
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_source_info", "", "Source.");
	skstat_series_add(set, family, source, 2)->value = 1;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_tcp_sockets", "", "Sockets.");
	for (size_t i = 0; i < series; i++) {
		char text[32];
		struct skstat_label label = { "port", text };

		snprintf(text, sizeof(text), "%zu", i);
		label.value = skstat_families_text(set, text);
		skstat_series_add(set, family, &label, 1)->value = (double)i;
	}
	assert_int_equal(skstat_store_publish(store, set, skstat_now_ns() - age_ns, SECOND, ready), 0);
}

/* What the renderer makes of the latest snapshot; to be freed. */
static struct skstat_buffer rendered(bool stale)
{
	struct skstat_snapshot *snapshot = skstat_store_take(store);
	struct skstat_buffer buffer = { 0 };

	skstat_text_render(&buffer, snapshot->families, stale);
	assert_false(buffer.failed);
	skstat_snapshot_put(snapshot);
	return buffer;
}

/* One request over a connection of its own; the reply is to be freed. */
static struct client_reply ask_over(bool local, const char *method, const char *target, const char *headers)
{
	struct client_reply reply;
	struct client client;
	char request[1024];

	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\n%s\r\n", method, target, headers);
	if (local)
		client_unix(&client, path);
	else
		client_tcp(&client, port);
	client_send(&client, request);
	assert_true(client_read(&client, &reply, strcmp(method, "HEAD") == 0));
	assert_true(reply.whole);
	client_close(&client);
	return reply;
}

static struct client_reply ask(const char *method, const char *target, const char *headers)
{
	return ask_over(false, method, target, headers);
}

static int status_of(const char *method, const char *target, const char *headers)
{
	struct client_reply reply = ask(method, target, headers);

	client_free(&reply);
	return reply.status;
}

static void assert_header(const struct client_reply *reply, const char *name, const char *value)
{
	const char *got = client_header(reply, name);

	if (!value) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, value);
}

static void routes(void **state)
{
	static const char *const paths[] = { "/", "/metrics", "/-/healthy", "/-/ready" };

	(void)state;
	publish(3, 0, true);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct client_reply get = ask("GET", paths[i], HOST), head = ask("HEAD", paths[i], HOST);

		assert_int_equal(get.status, 200);
		assert_true(get.length > 0);
		assert_header(&get, "Server", NULL);
		assert_header(&get, "X-Content-Type-Options", "nosniff");
		/* The landing page has a style, and says so. */
		if (i)
			assert_header(&get, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
		/* A HEAD is the GET without what follows. */
		assert_int_equal(head.status, 200);
		assert_int_equal(head.length, 0);
		assert_int_equal(atoi(client_header(&head, "Content-Length")), get.length);
		assert_header(&head, "Content-Type", client_header(&get, "Content-Type"));
		client_free(&get);
		client_free(&head);
	}
	assert_int_equal(status_of("GET", "/metrics?x=y", HOST), 200);
	assert_int_equal(skstat_self_get(&self, http_2xx), 9);
	assert_int_equal(skstat_self_get(&self, http_4xx) + skstat_self_get(&self, http_5xx), 0);
	assert_int_equal(skstat_self_get(&self, scrapes_text), 2);
}

static void refused(void **state)
{
	static const char *const nowhere[] = { "/x", "/metrics/", "//", "/-/", "/api/v1/sockets", "/METRICS", "/%00",
					       "/metrics%00" };
	static const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW" };
	struct client_reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		assert_int_equal(status_of("GET", nowhere[i], HOST), 404);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		reply = ask(methods[i], "/metrics", HOST);
		assert_int_equal(reply.status, 405);
		assert_header(&reply, "Allow", "GET, HEAD");
		client_free(&reply);
	}
	reply = ask("POST", "/metrics", HOST "Content-Length: 5\r\n\r\nhello");
	assert_int_equal(reply.status, 405);
	client_free(&reply);
	assert_int_equal(status_of("POST", "/x", HOST), 404);
	assert_int_equal(skstat_self_get(&self, http_4xx), 16);
	assert_int_equal(skstat_self_get(&self, http_2xx) + skstat_self_get(&self, http_5xx), 0);
}

static void guarded(void **state)
{
	struct client_reply reply;

	(void)state;
	publish(3, 0, true);
	assert_int_equal(status_of("GET", "/metrics", "Host: example.org\r\n"), 421);
	assert_int_equal(status_of("GET", "/x", "Host: example.org\r\n"), 421);
	assert_int_equal(status_of("GET", "/metrics", "Host: localhost\r\nHost: example.org\r\n"), 421);
	assert_int_equal(status_of("GET", "/metrics", ""), 400);
	assert_int_equal(status_of("GET", "/metrics", "Host: localhost:19733\r\n"), 200);
	assert_int_equal(status_of("GET", "/metrics", "Host: appliance.example\r\n"), 200);
	assert_int_equal(status_of("GET", "/metrics", HOST "Sec-Fetch-Site: cross-site\r\n"), 403);
	assert_int_equal(status_of("GET", "/metrics", HOST "Sec-Fetch-Site: same-origin\r\n"), 200);
	assert_int_equal(status_of("GET", "/metrics", HOST "Sec-Fetch-Site: none\r\n"), 200);

	/* Nobody's browser is led to a unix socket, but a proxy before one may pass on what a browser said. */
	reply = ask_over(true, "GET", "/metrics", "Host: example.org\r\n");
	assert_int_equal(reply.status, 200);
	client_free(&reply);
	reply = ask_over(true, "GET", "/metrics", "");
	assert_int_equal(reply.status, 200);
	client_free(&reply);
	reply = ask_over(true, "GET", "/metrics", "Sec-Fetch-Site: cross-site\r\n");
	assert_int_equal(reply.status, 403);
	client_free(&reply);
}

/* Who still speaks it has no Host to give. */
static void http_1_0(void **state)
{
	struct client client;
	char line[64];

	(void)state;
	client_tcp(&client, port);
	client_send(&client, "GET /-/healthy HTTP/1.0\r\n\r\n");
	assert_non_null(fgets(line, sizeof(line), client.in));
	assert_non_null(strstr(line, " 200 "));
	client_close(&client);
}

static void metrics(void **state)
{
	struct skstat_buffer expected;
	struct client_reply reply;

	(void)state;
	publish(1000, 0, true);
	expected = rendered(false);
	reply = ask("GET", "/metrics", HOST);
	assert_int_equal(reply.length, expected.length);
	assert_memory_equal(reply.body, expected.data, expected.length);
	assert_header(&reply, "Content-Type", skstat_format_type(SKSTAT_FORMAT_TEXT));
	assert_header(&reply, "Vary", "Accept, Accept-Encoding");
	assert_header(&reply, "Content-Encoding", NULL);
	client_free(&reply);
	skstat_buffer_free(&expected);
}

/* Each format under its own type, as it is rendered; what a browser asks for is text. */
static void formats(void **state)
{
	static const struct {
		const char *accept;
		enum skstat_format format;
	} asked[] = {
		{ "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3", SKSTAT_FORMAT_OPENMETRICS },
		{ "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
		  SKSTAT_FORMAT_PROTOBUF },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", SKSTAT_FORMAT_TEXT },
	};

	(void)state;
	publish(1000, 0, true);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct skstat_snapshot *snapshot = skstat_store_take(store);
		struct skstat_buffer expected = { 0 };
		struct client_reply reply;
		char headers[256];

		skstat_format_render(asked[i].format, &expected, snapshot->families, false);
		skstat_snapshot_put(snapshot);
		snprintf(headers, sizeof(headers), HOST "Accept: %s\r\n", asked[i].accept);
		reply = ask("GET", "/metrics", headers);
		assert_header(&reply, "Content-Type", skstat_format_type(asked[i].format));
		assert_int_equal(reply.length, expected.length);
		assert_memory_equal(reply.body, expected.data, expected.length);
		client_free(&reply);
		skstat_buffer_free(&expected);
	}
}

static void compressed(void **state)
{
	struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
	struct skstat_buffer expected;
	struct client_reply reply;
	size_t sent, length = 0;
	char *text;

	(void)state;
	publish(1000, 0, true);
	expected = rendered(false);
	text = malloc(expected.length);
	assert_non_null(text);
	reply = ask("GET", "/metrics", HOST "Accept-Encoding: deflate, gzip;q=0.5\r\n");
	assert_header(&reply, "Content-Type", skstat_format_type(SKSTAT_FORMAT_TEXT));
	assert_header(&reply, "Vary", "Accept, Accept-Encoding");
	assert_header(&reply, "Content-Encoding", "gzip");
	assert_true(reply.length < expected.length / 4);
	assert_int_equal(libdeflate_gzip_decompress(decompressor, reply.body, reply.length, text, expected.length,
						    &length), LIBDEFLATE_SUCCESS);
	assert_int_equal(length, expected.length);
	assert_memory_equal(text, expected.data, length);
	sent = reply.length;
	client_free(&reply);

	reply = ask("GET", "/metrics", HOST "Accept-Encoding: gzip;q=0\r\n");
	assert_header(&reply, "Content-Encoding", NULL);
	sent += reply.length;
	client_free(&reply);
	/* In two headers it is one list. */
	reply = ask("GET", "/metrics", HOST "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n");
	assert_header(&reply, "Content-Encoding", "gzip");
	sent += reply.length;
	client_free(&reply);

	assert_int_equal(skstat_self_get(&self, scrapes_text), 3);
	assert_int_equal(skstat_self_get(&self, scrape_bytes), sent);
	free(text);
	skstat_buffer_free(&expected);
	libdeflate_free_decompressor(decompressor);
}

/* Of a snapshot each body is made once, and of the next one anew. */
static void made_once(void **state)
{
	uint64_t text, gzip;

	(void)state;
	publish(1000, 0, true);
	assert_int_equal(status_of("GET", "/metrics", HOST), 200);
	text = skstat_self_get(&self, render_text_ns);
	assert_true(text > 0);
	assert_int_equal(skstat_self_get(&self, gzip_ns), 0);
	assert_int_equal(status_of("GET", "/metrics", HOST "Accept-Encoding: gzip\r\n"), 200);
	gzip = skstat_self_get(&self, gzip_ns);
	assert_true(gzip > 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(status_of("GET", "/metrics", HOST), 200);
		assert_int_equal(status_of("GET", "/metrics", HOST "Accept-Encoding: gzip\r\n"), 200);
	}
	assert_int_equal(skstat_self_get(&self, render_text_ns), text);
	assert_int_equal(skstat_self_get(&self, gzip_ns), gzip);
	publish(1000, 0, true);
	assert_int_equal(status_of("GET", "/metrics", HOST), 200);
	assert_true(skstat_self_get(&self, render_text_ns) > text);
}

/* A snapshot may be replaced and gone while its body is on its way. */
static void slow_reader(void **state)
{
	struct skstat_buffer expected;
	struct client_reply reply;
	struct client client;

	(void)state;
	publish(100000, 0, true);
	expected = rendered(false);
	client_unix(&client, path);
	client_send(&client, "GET /metrics HTTP/1.1\r\n\r\n");
	for (int i = 0; i < 10000 && !skstat_self_get(&self, scrapes_text); i++)
		poll(NULL, 0, 1);
	assert_int_equal(skstat_self_get(&self, scrapes_text), 1);
	publish(1, 0, true);
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole);
	assert_int_equal(reply.length, expected.length);
	assert_memory_equal(reply.body, expected.data, expected.length);
	client_free(&reply);
	/* The connection is good for another one. */
	client_send(&client, "GET /metrics HTTP/1.1\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole && reply.length < expected.length);
	client_free(&reply);
	client_close(&client);
	skstat_buffer_free(&expected);
}

static void assert_ready(int status, const char *why)
{
	struct client_reply reply = ask("GET", "/-/ready", HOST);

	assert_int_equal(reply.status, status);
	assert_non_null(strstr(reply.body, why));
	client_free(&reply);
}

static void readiness(void **state)
{
	struct skstat_buffer expected;
	struct client_reply reply;

	(void)state;
	assert_ready(503, "have not been read yet");
	reply = ask("GET", "/metrics", HOST);
	assert_int_equal(reply.status, 503);
	assert_string_equal(reply.body, "The sockets have not been read yet\n");
	client_free(&reply);
	assert_int_equal(status_of("GET", "/-/healthy", HOST), 200);
	assert_int_equal(status_of("GET", "/", HOST), 200);
	assert_int_equal(skstat_self_get(&self, scrapes_text), 0);
	assert_int_equal(skstat_self_get(&self, http_5xx), 2);

	publish(3, 0, false);
	assert_ready(503, "not all sockets");
	assert_int_equal(status_of("GET", "/metrics", HOST), 200);
	publish(3, 0, true);
	assert_ready(200, "ready");

	publish(3, 5 * SECOND, true);
	assert_ready(503, "5.0 seconds ago, every 1.0 is due");
	expected = rendered(true);
	reply = ask("GET", "/metrics", HOST);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\nskstat_up 0\n"));
	assert_int_equal(reply.length, expected.length);
	assert_memory_equal(reply.body, expected.data, expected.length);
	client_free(&reply);
	skstat_buffer_free(&expected);
	assert_int_equal(status_of("GET", "/-/healthy", HOST), 200);
}

/* The page's style, and nothing else: its hash is of what stands there. */
static void assert_policy(const struct client_reply *reply)
{
	const char *style = strstr(reply->body, "<style>"), *end = strstr(reply->body, "</style>");
	unsigned char hash[32];
	const gnutls_datum_t datum = { hash, sizeof(hash) };
	gnutls_datum_t base64;
	char policy[256];

	assert_true(style && end);
	style += strlen("<style>");
	assert_int_equal(gnutls_hash_fast(GNUTLS_DIG_SHA256, style, (size_t)(end - style), hash), 0);
	assert_int_equal(gnutls_base64_encode2(&datum, &base64), 0);
	snprintf(policy, sizeof(policy), "default-src 'none'; style-src 'sha256-%.*s'; base-uri 'none'; "
		 "form-action 'none'; frame-ancestors 'none'", (int)base64.size, (const char *)base64.data);
	gnutls_free(base64.data);
	assert_header(reply, "Content-Security-Policy", policy);
}

static void page(void **state)
{
	struct client_reply reply = ask("GET", "/", HOST);
	struct utsname names;

	(void)state;
	assert_int_equal(uname(&names), 0);
	assert_header(&reply, "Content-Type", "text/html; charset=utf-8");
	assert_policy(&reply);
	assert_non_null(strstr(reply.body, "skstat 1.2.3&lt;"));
	assert_non_null(strstr(reply.body, "href=\"/metrics\""));
	assert_non_null(strstr(reply.body, "have not been read yet"));
	assert_null(strstr(reply.body, "/api/"));
	client_free(&reply);
	publish(3, 0, true);
	reply = ask("GET", "/", HOST);
	assert_non_null(strstr(reply.body, "<p class=\"good\">Fresh: "));
	assert_non_null(strstr(reply.body, "the module"));
	assert_non_null(strstr(reply.body, "&lt;&amp;&gt;&quot;"));
	assert_non_null(strstr(reply.body, names.release));
	assert_true(reply.length < SKSTAT_PAGE_MAX);
	client_free(&reply);
	publish(3, 0, false);
	reply = ask("GET", "/", HOST);
	assert_non_null(strstr(reply.body, "<p class=\"bad\">Not ready: "));
	client_free(&reply);
	publish(3, 10 * SECOND, true);
	reply = ask("GET", "/", HOST);
	assert_non_null(strstr(reply.body, "<p class=\"bad\">Stale: "));
	client_free(&reply);
	/* Other answers have no style. */
	reply = ask("GET", "/-/healthy", HOST);
	assert_header(&reply, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	client_free(&reply);

	/* Where the metrics are elsewhere, it leads there. */
	skstat_http_stop(http);
	start("/other");
	reply = ask("GET", "/", HOST);
	assert_non_null(strstr(reply.body, "href=\"/other\""));
	client_free(&reply);
	assert_int_equal(status_of("GET", "/other", HOST), 200);
	assert_int_equal(status_of("GET", "/metrics", HOST), 404);
	skstat_http_stop(http);
	start("/");
	reply = ask("GET", "/", HOST);
	assert_header(&reply, "Content-Type", skstat_format_type(SKSTAT_FORMAT_TEXT));
	client_free(&reply);
}

/* A server that does not start leaves the listeners as they were. */
static void failed_start(void **state)
{
	int file = open("/dev/null", O_RDONLY), good = skstat_listen_tcp("127.0.0.1:0", NULL);
	const struct skstat_http_listener listener[] = { { good, false }, { file, false }, { -1, false } };
	struct skstat_http_config config = { .listener = listener, .listeners = 3, .telemetry_path = "/metrics",
					     .version = "" };
	struct skstat_error error = { 0 };
	struct client client;

	(void)state;
	assert_null(skstat_http_start(&config, store, &self, &error));
	assert_true(error.err < 0 && error.text[0]);
	assert_true(fcntl(good, F_GETFD) >= 0 && fcntl(file, F_GETFD) >= 0);
	client_tcp(&client, client_port(good));
	client_close(&client);
	close(file);
	close(good);
	skstat_http_stop(NULL);
}

/* Nothing that a client sends, or does not send, ends the server. */
static void nonsense(void **state)
{
	static const char *const texts[] = { "\r\n\r\n", "GET\r\n\r\n", "GET /", "\x16\x03\x01\x02",
					     "GET / HTTP/9.9\r\n\r\n",
					     "GET /%00%ff%zz HTTP/1.1\r\n" HOST "\r\n",
					     "GET /metrics HTTP/1.1\r\n" HOST "Accept-Encoding:\r\n\r\n" };
	char longest[64 * 1024] = "GET /";
	struct client client;

	(void)state;
	memset(longest + 5, 'a', sizeof(longest) - 6);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		client_tcp(&client, port);
		client_send(&client, texts[i]);
		client_close(&client);
	}
	client_tcp(&client, port);
	client_send(&client, longest);
	client_close(&client);
	assert_int_equal(status_of("GET", "/-/healthy", HOST), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(routes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(guarded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(http_1_0, set_up, tear_down),
		cmocka_unit_test_setup_teardown(metrics, set_up, tear_down),
		cmocka_unit_test_setup_teardown(formats, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compressed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(made_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slow_reader, set_up, tear_down),
		cmocka_unit_test_setup_teardown(readiness, set_up, tear_down),
		cmocka_unit_test_setup_teardown(page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(failed_start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nonsense, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_http", tests, NULL, NULL);
}
