// SPDX-License-Identifier: GPL-2.0
/* What collect[] and view choose of a page, by itself and over HTTP. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libdeflate.h>

#include "client.h"
#include "render/format.h"
#include "serve/http.h"
#include "serve/listen.h"
#include "serve/select.h"

#define HOST "Host: 127.0.0.1\r\n"

static struct skstat_families *made(void)
{
	static const double edge[] = { 1, 2 };
	static const uint64_t counts[] = { 1, 2, 3 };
	const struct skstat_label one[] = { { "view", "default" }, { "port", "80" } };
	const struct skstat_label two[] = { { "view", "web" }, { "comm", "default" } };
	const struct skstat_label netstat = { "collector", "netstat" };
	struct skstat_families *set = skstat_families_new();
	const struct skstat_labels *lists[] = { skstat_labels_add(set, one, 2), skstat_labels_add(set, two, 2) };
	struct skstat_family *family;

	assert_non_null(set);
	family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_tcp_sent_bytes", "bytes", "a");
	for (size_t i = 0; i < 2; i++)
		skstat_series_add_shared(set, family, lists[i], NULL)->value = 1 + (double)i;
	family = skstat_family_add(set, SKSTAT_METRIC_HISTOGRAM, "skstat_tcp_rtt_seconds", "seconds", "b");
	for (size_t i = 0; i < 2; i++)
		skstat_series_add_shared(set, family, lists[i], NULL)->distribution =
			(struct skstat_distribution){ .edge = edge, .edges = 2, .count = counts, .sum = 3 };
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_build_info", "", "c");
	skstat_series_add(set, family, NULL, 0)->value = 1;
	family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_netstat_TcpExt_X", "", "d");
	skstat_series_add(set, family, NULL, 0)->value = 4;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_collector_success", "", "e");
	skstat_series_add(set, family, &netstat, 1)->value = 1;
	return set;
}

/* "a=x&b=y" as a selection, whose strings live as long as the next call is not made. */
static int choose(const char *query, struct skstat_selection *selection, struct skstat_error *error)
{
	static char copy[4096];
	char *state = NULL;
	int err = 0;

	assert_true(strlen(query) < sizeof(copy));
	strcpy(copy, query);
	memset(selection, 0, sizeof(*selection));
	for (char *pair = strtok_r(copy, "&", &state); pair && !err; pair = strtok_r(NULL, "&", &state)) {
		char *value = strchr(pair, '=');

		if (value)
			*value++ = '\0';
		err = skstat_selection_add(selection, pair, value, error);
	}
	return err;
}

/* "skstat_tcp_sent_bytes:2 skstat_build_info:1 ": what is chosen, or the sentence that says why it is not. */
static const char *chosen(const char *query)
{
	static char text[1024];
	struct skstat_families *set = made(), *part = NULL;
	struct skstat_selection selection;
	struct skstat_error error = { 0 };
	size_t length = 0;

	text[0] = '\0';
	if (!choose(query, &selection, &error))
		part = skstat_select_make(set, &selection, &error);
	for (size_t i = 0; part && i < part->count; i++)
		if (part->family[i].count)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s:%zu ",
						   part->family[i].name, part->family[i].count);
	if (!part) {
		assert_int_equal(error.err, -EINVAL);
		snprintf(text, sizeof(text), "%s", error.text);
	}
	skstat_select_free(part);
	skstat_families_free(set);
	return text;
}

static void choices(void **state)
{
	static const struct {
		const char *query, *chosen;
	} rounds[] = {
		{ "x=y", "skstat_tcp_sent_bytes:2 skstat_tcp_rtt_seconds:2 skstat_build_info:1 "
			 "skstat_netstat_TcpExt_X:1 skstat_collector_success:1 " },
		/* by family: as on the page, without `_total`, by pattern */
		{ "collect[]=skstat_tcp_sent_bytes_total", "skstat_tcp_sent_bytes:2 " },
		{ "collect[]=skstat_tcp_sent_bytes", "skstat_tcp_sent_bytes:2 " },
		{ "collect[]=*_total", "skstat_tcp_sent_bytes:2 skstat_netstat_TcpExt_X:1 " },
		{ "collect[]=skstat_tcp_*&collect[]=skstat_build_info",
		  "skstat_tcp_sent_bytes:2 skstat_tcp_rtt_seconds:2 skstat_build_info:1 " },
		{ "collect[]=netstat", "skstat_netstat_TcpExt_X:1 " },
		/* one that there may be another time */
		{ "collect[]=skstat_mib_tcp_active_opens_total", "" },
		{ "collect[]=skstat_tcp_cwnd_segments", "" },
		/* by view */
		{ "view=web", "skstat_tcp_sent_bytes:1 skstat_tcp_rtt_seconds:1 " },
		{ "view=web&view=default", "skstat_tcp_sent_bytes:2 skstat_tcp_rtt_seconds:2 " },
		{ "view=web&collect[]=*rtt*", "skstat_tcp_rtt_seconds:1 " },
		{ "view=web&collect[]=*rtt*&collect[]=skstat_build_info",
		  "skstat_tcp_rtt_seconds:1 skstat_build_info:1 " },
		/* what is not there */
		{ "collect[]=skstat_tcp_foo",
		  "collect[]: \"skstat_tcp_foo\" is none of the collectors netstat, snmp, sockstat, softnet, netdev, "
		  "conntrack, pressure, loadavg, and no metric: skstat_tcp_*, ..." },
		{ "collect[]=skstat_tcp_sent_bytes_total_total",
		  "collect[]: \"skstat_tcp_sent_bytes_total_total\" is none of the collectors netstat, snmp, sockstat, "
		  "softnet, netdev, conntrack, pressure, loadavg, and no metric: skstat_tcp_*, ..." },
		{ "collect[]=netdev",
		  "collect[]: the collector netdev is off: write collectors: {netdev: true}, or start with "
		  "--collector.netdev" },
		{ "view=foo", "view: there is no \"foo\": there is default, web" },
		{ "view=defaul", "view: there is no \"defaul\": there is default, web" },
		{ "view=web&view=foo", "view: there is no \"foo\": there is default, web" },
		{ "view=", "view has no value" },
		{ "view", "view has no value" },
		{ "collect[]=", "collect[] has no value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++)
		if (strcmp(chosen(rounds[i].query), rounds[i].chosen) != 0)
			fail_msg("%s gives\n%s, not\n%s", rounds[i].query, chosen(rounds[i].query), rounds[i].chosen);
}

static void bounds(void **state)
{
	struct skstat_selection selection = { 0 };
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < SKSTAT_SELECT_MAX; i++)
		assert_int_equal(skstat_selection_add(&selection, "view", "x", &error), 0);
	assert_int_equal(skstat_selection_add(&selection, "view", "x", &error), -EINVAL);
	assert_string_equal(error.text, "view comes more than 64 times");
	assert_int_equal(skstat_selection_add(&selection, "collect[]", "x", &error), 0);
}

/* --- over HTTP */

static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_http *http;
static uint16_t port;

static int set_up(void **state)
{
	const struct skstat_http_listener listener = { skstat_listen_tcp("127.0.0.1:0", NULL), false };
	const struct skstat_http_config config = { .listener = &listener, .listeners = 1, .telemetry_path = "/metrics",
						   .version = "1" };
	struct skstat_error error;

	(void)state;
	store = skstat_store_new();
	port = client_port(listener.fd);
	http = skstat_http_start(&config, store, &self, &error);
	return http && !skstat_store_publish(store, made(), skstat_now_ns(), 1000000000, true) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_http_stop(http);
	skstat_store_free(store);
	return 0;
}

static struct client_reply get(const char *target, const char *headers)
{
	struct client_reply reply;
	struct client client;
	char request[512];

	client_tcp(&client, port);
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "%s\r\n", target, headers);
	client_send(&client, request);
	assert_true(client_read(&client, &reply, false));
	assert_true(reply.whole);
	client_close(&client);
	return reply;
}

static void bodies(void **state)
{
	static const char wanted[] = "# HELP skstat_up " SKSTAT_UP_HELP "\n# TYPE skstat_up gauge\nskstat_up 1\n"
				     "# HELP skstat_tcp_sent_bytes_total a\n"
				     "# TYPE skstat_tcp_sent_bytes_total counter\n"
				     "skstat_tcp_sent_bytes_total{view=\"web\",comm=\"default\"} 2\n";
	static const char target[] = "/metrics?view=web&collect%5B%5D=skstat_tcp_sent_bytes_total";
	struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
	struct client_reply reply = get(target, "");
	char plain[1024];
	size_t length;

	(void)state;
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, wanted);
	client_free(&reply);

	reply = get("/metrics?view=web&collect[]=skstat_tcp_sent_bytes_total", "Accept-Encoding: gzip\r\n");
	assert_string_equal(client_header(&reply, "Content-Encoding"), "gzip");
	assert_int_equal(libdeflate_gzip_decompress(decompressor, reply.body, reply.length, plain, sizeof(plain),
						    &length), LIBDEFLATE_SUCCESS);
	assert_int_equal(length, sizeof(wanted) - 1);
	assert_memory_equal(plain, wanted, length);
	libdeflate_free_decompressor(decompressor);
	client_free(&reply);

	/* Other formats choose alike. */
	reply = get(target, "Accept: application/openmetrics-text\r\n");
	assert_null(strstr(reply.body, "rtt"));
	assert_null(strstr(reply.body, "default\",port"));
	assert_non_null(strstr(reply.body, "skstat_tcp_sent_bytes_total{view=\"web\",comm=\"default\"} 2\n# EOF\n"));
	client_free(&reply);

	/* The whole page is what it was, and made once. */
	reply = get("/metrics", "");
	assert_non_null(strstr(reply.body, "skstat_tcp_sent_bytes_total{view=\"default\""));
	client_free(&reply);
	reply = get("/metrics?view=foo", "");
	assert_int_equal(reply.status, 400);
	assert_string_equal(reply.body, "view: there is no \"foo\": there is default, web\n");
	client_free(&reply);
	reply = get("/metrics?view=web%00x", "");
	assert_int_equal(reply.status, 400);
	client_free(&reply);
	reply = get("/metrics?collect[]", "");
	assert_int_equal(reply.status, 400);
	assert_string_equal(reply.body, "collect[] has no value\n");
	client_free(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices),
		cmocka_unit_test(bounds),
		cmocka_unit_test_setup_teardown(bodies, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
