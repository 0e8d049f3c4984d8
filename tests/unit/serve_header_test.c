// SPDX-License-Identifier: GPL-2.0
/* What is read out of headers and addresses. Pure. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/address.h"
#include "serve/request.h"

static void accept_encoding(void **state)
{
	static const char *const yes[] = {
		"gzip", "GZip", "x-gzip", "gzip, deflate", "deflate,gzip", "deflate;q=1, gzip;q=0.5", "*",
		"br;q=1.0, *;q=0.1", "gzip;q=1", "gzip;q=1.000", "gzip;q=0.001", " gzip ", "gzip ; q=0.5", "gzip;Q=0.5",
		"gzip;level=1;q=0.5", "identity;q=0.5, gzip;q=0.5", "identity;q=0, gzip", "*;q=0, gzip",
		"gzip;q=0.8, identity;q=0.7", ",,gzip,,", "identity;q=0.5, *",
	};
	static const char *const no[] = {
		"", " ", ",", "identity", "deflate", "br", "gzip;q=0", "gzip;q=0.0", "gzip;q=0.000", "gzip; q=0",
		"gzip ;q=0", "gzip;q=0, *", "*;q=0", "*;q=1, gzip;q=0", "gzipped", "gzi", "xgzip", "gzip;q=2",
		"gzip;q=1.5", "gzip;q=1.001", "gzip;q=0.0001", "gzip;q=", "gzip;q=x", "gzip;q=-1", "gzip;q=0.5x",
		"gzip;level=1;q=0", "identity, gzip;q=0.9", "deflate;q=0.5;gzip", "q=gzip",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!skstat_accept_gzip(yes[i]))
			fail_msg("\"%s\" takes gzip", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (skstat_accept_gzip(no[i]))
			fail_msg("\"%s\" does not take gzip", no[i]);
}

#define PROTOBUF "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

static void accept_type(void **state)
{
	static const struct {
		const char *value;
		enum skstat_format format;
	} said[] = {
		{ "", SKSTAT_FORMAT_TEXT },
		{ "*/*", SKSTAT_FORMAT_TEXT },
		{ "text/*", SKSTAT_FORMAT_TEXT },
		{ "text/plain", SKSTAT_FORMAT_TEXT },
		{ "image/png", SKSTAT_FORMAT_TEXT },
		{ "application/openmetrics-text", SKSTAT_FORMAT_OPENMETRICS },
		{ "Application/OpenMetrics-Text; Version=1.0.0", SKSTAT_FORMAT_OPENMETRICS },
		{ "application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", SKSTAT_FORMAT_OPENMETRICS },
		{ "application/openmetrics-text;version=0.0.1", SKSTAT_FORMAT_TEXT },
		{ "application/openmetrics-text;version=1.0.0;q=0", SKSTAT_FORMAT_TEXT },
		{ "application/openmetrics-text;q=0.5, text/plain;q=0.6", SKSTAT_FORMAT_TEXT },
		{ "text/plain;q=0.5, application/openmetrics-text;q=0.5", SKSTAT_FORMAT_TEXT },
		{ "application/openmetrics-text;q=0.5, text/plain;q=0.5", SKSTAT_FORMAT_OPENMETRICS },
		{ "application/openmetrics-text;q=2, text/plain;q=0.1", SKSTAT_FORMAT_TEXT },
		{ PROTOBUF, SKSTAT_FORMAT_PROTOBUF },
		{ "application/vnd.google.protobuf", SKSTAT_FORMAT_PROTOBUF },
		{ "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
		  SKSTAT_FORMAT_TEXT },
		{ "application/vnd.google.protobuf;proto=other.Message;encoding=delimited", SKSTAT_FORMAT_TEXT },
		/* Prometheus 2.42, without and with native histograms; 3 */
		{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", SKSTAT_FORMAT_OPENMETRICS },
		{ PROTOBUF ",application/openmetrics-text;version=1.0.0;q=0.8,"
		  "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  SKSTAT_FORMAT_PROTOBUF },
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		  "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", SKSTAT_FORMAT_OPENMETRICS },
		{ ",;,;;q=,=;=,\"", SKSTAT_FORMAT_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (skstat_accept_format(said[i].value) != said[i].format)
			fail_msg("\"%s\" is format %d", said[i].value, said[i].format);
}

static void host(void **state)
{
	static const char *const names[] = { "appliance.example" };
	static const char *const yes[] = {
		"127.0.0.1", "127.0.0.1:19733", "192.0.2.1:80", "[::1]", "[::1]:19733", "[2001:db8::1]:1",
		"localhost", "localhost:19733", "LocalHost", "appliance.example", "Appliance.Example:19733",
	};
	static const char *const no[] = {
		"", ":19733", "example.org", "example.org:19733", "localhost.example.org", "localhost:", "localhost:x",
		"localhost:80:80", "localhost:123456", "127.0.0.1.example.org", "127.0.0", "1", "0x7f000001",
		"::1", "[::1", "[::1]x", "[]", "[127.0.0.1]", "[localhost]", "127.0.0.1,example.org",
		"example.org,127.0.0.1", "user@127.0.0.1", "127.0.0.1/x", "other.example", "[::1]:80,evil",
	};
	char longest[2 * SKSTAT_HOST_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!skstat_guard_host(yes[i], names, 1))
			fail_msg("\"%s\" is this server", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (skstat_guard_host(no[i], names, 1))
			fail_msg("\"%s\" is not this server", no[i]);
	assert_false(skstat_guard_host("appliance.example", NULL, 0));
	memset(longest, '1', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_false(skstat_guard_host(longest, names, 1));
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} good[] = {
		{ "127.0.0.1:19733", "127.0.0.1", "19733" }, { "[::1]:80", "::1", "80" },
		{ "localhost:0", "localhost", "0" },	     { ":65535", "", "65535" },
		{ "[fe80::1%lo]:1", "fe80::1%lo", "1" },
	};
	static const char *const bad[] = { "", "127.0.0.1", "localhost", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
					   "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:100000", "::1:80",
					   "[::1]", "[::1]80", "[]:80", "[::1:80", "[:80", "[", "19733",
					   "http://localhost:80", "a b:80", "user@host:80" };
	struct skstat_address address;
	struct skstat_error error;
	char text[SKSTAT_HOST_SIZE + 8];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(skstat_address_parse(good[i].text, &address, &error), 0);
		assert_string_equal(address.host, good[i].host);
		assert_string_equal(address.port, good[i].port);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (skstat_address_parse(bad[i], &address, &error) != -EINVAL)
			fail_msg("\"%s\" is no address", bad[i]);
		assert_non_null(strstr(error.text, bad[i]));
	}
	memset(text, 'a', sizeof(text));
	strcpy(text + SKSTAT_HOST_SIZE, ":80");
	assert_int_equal(skstat_address_parse(text, &address, &error), -EINVAL);
	assert_int_equal(skstat_address_parse(text + 1, &address, &error), 0);
	assert_int_equal(skstat_address_parse(text, &address, NULL), -EINVAL);
}

static void resolving(void **state)
{
	struct skstat_address address;
	struct skstat_error error;
	struct addrinfo *found;

	(void)state;
	assert_int_equal(skstat_address_parse("[::1]:80", &address, &error), 0);
	assert_int_equal(skstat_address_resolve(&address, "[::1]:80", SOCK_STREAM, &found, &error), 0);
	assert_int_equal(found->ai_family, AF_INET6);
	freeaddrinfo(found);
	assert_int_equal(skstat_address_parse("localhost:80", &address, &error), 0);
	assert_int_equal(skstat_address_resolve(&address, "localhost:80", SOCK_STREAM, &found, &error), 0);
	assert_int_equal(found->ai_family, AF_INET);
	freeaddrinfo(found);
	assert_int_equal(skstat_address_parse("1.2.3.4.5:80", &address, &error), 0);
	assert_int_equal(skstat_address_resolve(&address, "1.2.3.4.5:80", SOCK_STREAM, &found, &error), -ENOENT);
	assert_non_null(strstr(error.text, "\"1.2.3.4.5:80\": the host 1.2.3.4.5 is not known"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_type), cmocka_unit_test(accept_encoding),
		cmocka_unit_test(host),
		cmocka_unit_test(addresses),
		cmocka_unit_test(resolving),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_header", tests, NULL, NULL);
}
