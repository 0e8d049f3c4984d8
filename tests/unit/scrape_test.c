// SPDX-License-Identifier: GPL-2.0
/* What the tests in a guest read an exporter with: a reader that takes anything would see no defect. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../vm/lib/exporter_http.h"
#include "../vm/lib/scrape.h"
#include "../vm/lib/scrape_increase.h"

#define COUNTER(name) "# HELP " name " Some.\n# TYPE " name " counter\n"
#define GAUGE(name) "# HELP " name " Some.\n# TYPE " name " gauge\n"
#define HISTOGRAM "# HELP h Some.\n# TYPE h histogram\n"

static char why[256];

static bool parse(struct scrape *scrape, const char *text)
{
	return scrape_parse(scrape, text, strlen(text), why, sizeof(why));
}

static const char good[] =
	COUNTER("a_bytes_total") "a_bytes_total{port=\"80\",direction=\"in\"} 12\n"
				 "a_bytes_total{direction=\"out\",port=\"80\"} 3\n"
				 "a_bytes_total{direction=\"in\",port=\"a\\\"\\\\\\n{},= b\"} 0.5\n"
	GAUGE("g") "g -1e+06\n"
	HISTOGRAM "h_bucket{x=\"1\",le=\"0.5\"} 0\nh_bucket{x=\"1\",le=\"1\"} 2\nh_bucket{x=\"1\",le=\"+Inf\"} 5\n"
		  "h_sum{x=\"1\"} 9.5\nh_count{x=\"1\"} 5\n"
		  "h_bucket{x=\"2\",le=\"0.5\"} 1\nh_bucket{x=\"2\",le=\"+Inf\"} 1\nh_sum{x=\"2\"} 0.5\nh_count{x=\"2\"} 1\n";

static void reads_what_is_right(void **state)
{
	struct scrape scrape;

	(void)state;
	if (!parse(&scrape, good))
		fail_msg("%s", why);
	assert_int_equal(scrape.families, 3);
	assert_int_equal(scrape.samples, 13);
	assert_int_equal(scrape_family(&scrape, "h")->type, SCRAPE_HISTOGRAM);
	assert_int_equal(scrape_family(&scrape, "a_bytes_total")->count, 3);
	assert_string_equal(scrape_family(&scrape, "g")->help, "Some.");
	assert_null(scrape_family(&scrape, "h_count"));
	assert_true(scrape_sum(&scrape, "g") == -1000000);
	assert_true(scrape_sum(&scrape, "a_bytes_total port=80") == 15);
	assert_true(scrape_sum(&scrape, "a_bytes_total port=%u direction=%s", 80, "in") == 12);
	assert_true(scrape_sum(&scrape, "a_bytes_total port=443") == 0);
	assert_int_equal(scrape_count(&scrape, "h_bucket x=1"), 3);
	assert_int_equal(scrape_count(&scrape, "h_bucket le=+Inf"), 2);
	assert_string_equal(scrape_label(&scrape.sample[2], "port"), "a\"\\\n{},= b");
	assert_string_equal(scrape_label(&scrape.sample[2], "none"), "");
	assert_ptr_equal(scrape_find(&scrape, "a_bytes_total direction=out"), &scrape.sample[1]);
	assert_null(scrape_find(&scrape, "a_bytes"));
	scrape_free(&scrape);
}

/* Each with a word of the refusal that it must meet, so that it is not refused for something else. */
static const struct {
	const char *text, *because;
} bad[] = {
	{ "", "does not end" },
	{ GAUGE("g") "g 1", "does not end" },
	{ GAUGE("g") "g 1\r\n", "carriage return" },
	{ "g 1\n", "before its HELP" },
	{ "# HELP g Some.\ng 1\n", "before its HELP" },
	{ "# TYPE g gauge\ng 1\n", "before its HELP" },
	{ "# HELP g Some.\n# HELP g Some.\n# TYPE g gauge\ng 1\n", "a second time" },
	{ "# TYPE g gauge\n# TYPE g gauge\n# HELP g Some.\ng 1\n", "a second time" },
	{ "# HELP g \n# TYPE g gauge\ng 1\n", "empty" },
	{ "# HELP g Some.\n# TYPE g untyped\ng 1\n", "of type untyped" },
	{ "#HELP g Some.\n# TYPE g gauge\ng 1\n", "neither HELP nor TYPE" },
	{ "\n" GAUGE("g") "g 1\n", "neither a name" },
	{ GAUGE("g") "g 1\n# TYPE g gauge\n", "behind its series" },
	{ GAUGE("g") GAUGE("f") "f 1\n", "has no series" },
	{ GAUGE("g") "g 1\n# TYPE f gauge\nf 1\n", "before its HELP" },
	{ GAUGE("g") "g 1\n" GAUGE("f") "f 1\n" GAUGE("g") "g{a=\"b\"} 1\n", "two places" },
	{ GAUGE("g") "g 1\n" GAUGE("f") "g{a=\"b\"} 1\n", "does not fit" },
	{ GAUGE("g") "g 1\ng 2\n", "twice" },
	{ GAUGE("g") "g{a=\"1\",b=\"2\"} 1\ng{b=\"2\",a=\"1\"} 1\n", "twice" },
	{ GAUGE("g") "g{a=\"1\",a=\"2\"} 1\n", "the label a twice" },
	{ GAUGE("g") "g{a=\"1\"b=\"2\"} 1\n", "no comma" },
	{ GAUGE("g") "g{a=1} 1\n", "a quote" },
	{ GAUGE("g") "g{1a=\"1\"} 1\n", "a label's name" },
	{ GAUGE("g") "g{a=\"1} 1\n", "does not end" },
	{ GAUGE("g") "g{a=\"\\t\"} 1\n", "escape" },
	{ GAUGE("g") "g{a=\"1\"}1\n", "no space" },
	{ GAUGE("g") "g\n", "neither a name" },
	{ GAUGE("g") "g \n", "no value" },
	{ GAUGE("g") "g one\n", "no value" },
	{ GAUGE("g") "g 0x10\n", "no value" },
	{ GAUGE("g") "g inf\n", "no value" },
	{ GAUGE("g") "g nan\n", "no value" },
	{ GAUGE("g") "g 1 1700000000000\n", "no value" },
	{ GAUGE("g_total") "g_total 1\n", "does not fit" },
	{ COUNTER("c") "c 1\n", "does not fit" },
	{ COUNTER("c_total") "c_total -1\n", "-1" },
	{ COUNTER("c_total") "c_total NaN\n", "NaN" },
	{ COUNTER("c_total") "c_total{le=\"1\"} 1\n", "does not fit" },
	{ HISTOGRAM "h 1\n", "does not fit" },
	{ HISTOGRAM "h_bucket 1\n", "does not fit" },
	{ HISTOGRAM "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n", "no bucket +Inf" },
	{ HISTOGRAM "h_sum 1\nh_count 1\n", "no bucket +Inf" },
	{ HISTOGRAM "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n", "not above" },
	{ HISTOGRAM "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n", "smaller" },
	{ HISTOGRAM "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n", "the count is 2" },
	{ HISTOGRAM "h_bucket{le=\"+Inf\"} 1\nh_count 1\n", "no _sum" },
	{ HISTOGRAM "h_bucket{le=\"+Inf\"} 1\nh_sum{x=\"1\"} 1\nh_count 1\n", "no _sum" },
	{ HISTOGRAM "h_bucket{x=\"1\",le=\"1\"} 1\nh_bucket{x=\"2\",le=\"+Inf\"} 1\nh_sum{x=\"2\"} 1\nh_count{x=\"2\"} 1\n",
	  "no bucket +Inf" },
};

static void refuses_what_is_not(void **state)
{
	struct scrape scrape;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (parse(&scrape, bad[i].text))
			fail_msg("taken: %s", bad[i].text);
		if (!strstr(why, bad[i].because))
			fail_msg("refused with '%s', not because of '%s': %s", why, bad[i].because, bad[i].text);
	}
	assert_false(scrape_parse(&scrape, GAUGE("g") "g 1\n\0\n", sizeof(GAUGE("g") "g 1\n\0"), why, sizeof(why)));
}

static void take(struct increase *increase, const char *text)
{
	struct scrape scrape;

	if (!parse(&scrape, text))
		fail_msg("%s", why);
	increase_take(increase, &scrape);
	scrape_free(&scrape);
}

static void increases_as_prometheus_has_it(void **state)
{
	struct increase increase = { 0 };

	(void)state;
	take(&increase, COUNTER("c_total") "c_total{p=\"1\"} 10\n" GAUGE("g") "g 5\n");
	assert_true(increase_of(&increase, "c_total") == 0); /* where counting starts */
	take(&increase, COUNTER("c_total") "c_total{p=\"1\"} 17\nc_total{p=\"2\"} 4\n" GAUGE("g") "g 9\n");
	assert_true(increase_of(&increase, "c_total p=1") == 7);
	assert_true(increase_of(&increase, "c_total p=2") == 4); /* was not there: from 0 */
	assert_true(increase_of(&increase, "c_total") == 11);
	assert_int_equal(increase.resets, 0);
	take(&increase, COUNTER("c_total") "c_total{p=\"1\"} 3\nc_total{p=\"2\"} 4\n");
	assert_true(increase_of(&increase, "c_total p=1") == 10); /* started anew */
	assert_int_equal(increase.resets, 1);
	assert_string_equal(increase.reset, "c_total p=1: 17 to 3");
	take(&increase, COUNTER("c_total") "c_total{p=\"0\"} 1\nc_total{p=\"1\"} 3\n");
	assert_int_equal(increase.resets, 2); /* one went away */
	take(&increase, COUNTER("c_total") "c_total{p=\"1\"} 3\nc_total{p=\"2\"} 6\n");
	assert_true(increase_of(&increase, "c_total p=2") == 10); /* and is back: from 0 */
	assert_true(increase_of(&increase, "g") == 0);
	assert_int_equal(increase.scrapes, 5);
	increase_free(&increase);

	take(&increase, HISTOGRAM "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n");
	take(&increase, HISTOGRAM "h_bucket{le=\"+Inf\"} 3\nh_sum 8\nh_count 3\n");
	assert_true(increase_of(&increase, "h_bucket le=+Inf") == 2);
	assert_true(increase_of(&increase, "h_sum") == 7);
	increase_free(&increase);
}

static int reply_parse(struct http_reply *reply, const char *text)
{
	char *data = malloc(strlen(text) + 1);

	assert_non_null(data);
	memcpy(data, text, strlen(text));
	return http_reply_parse(reply, data, strlen(text));
}

static void takes_http_apart(void **state)
{
	static const char *const broken[] = {
		"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n",
		"SMTP 200\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n\r\n",
	};
	struct http_reply reply;
	char value[32];

	(void)state;
	assert_int_equal(reply_parse(&reply, "HTTP/1.1 404 Not Found\r\nA: b\r\ncontent-length: 3\r\nX-Y:z \r\n\r\nabc"), 0);
	assert_int_equal(reply.status, 404);
	assert_string_equal(reply.body, "abc");
	assert_int_equal(reply.length, 3);
	assert_string_equal(http_header(&reply, "a", value, sizeof(value)), "b");
	assert_string_equal(http_header(&reply, "x-y", value, sizeof(value)), "z ");
	assert_string_equal(http_header(&reply, "Content", value, sizeof(value)), "");
	http_reply_free(&reply);

	assert_int_equal(reply_parse(&reply, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
					     "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"),
			 0);
	assert_string_equal(reply.body, "abc0123456789");
	assert_int_equal(reply.length, 13);
	http_reply_free(&reply);

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		if (reply_parse(&reply, broken[i]) != -EPROTO)
			fail_msg("taken: %s", broken[i]);
		http_reply_free(&reply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_right),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(increases_as_prometheus_has_it),
		cmocka_unit_test(takes_http_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
