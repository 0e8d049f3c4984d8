// SPDX-License-Identifier: GPL-2.0
/* TLS and passwords over real sockets: the client is curl, the certificates are openssl's. */
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
#include "config/web_file.h"
#include "serve/http.h"
#include "serve/listen.h"

#define TLS "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
#define CLIENTS(type) \
	"tls_server_config: {cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem, " \
	"client_auth_type: " type "}\n"
/* The password is "right". */
#define USERS "basic_auth_users: {prometheus: " RIGHT "}\n"
#define RIGHT "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC"

static char directory[] = "/tmp/skstat-web-XXXXXX";
static char file[64], unix_path[64];
static uint16_t port;
static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_http *http;

static void __attribute__((format(printf, 1, 2))) shell(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

static void write_file(const char *text)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

/* NAME.pem and NAME.key, by which it is signed too; or by the CA, for clients. */
static void make_certificate(const char *name)
{
	shell("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=%s "
	      "-addext subjectAltName=IP:127.0.0.1 -keyout %s.key -out %s.pem 2> /dev/null", directory, name, name, name);
}

static void make_client(const char *name, const char *usage)
{
	shell("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=%s -keyout %s.key "
	      "-out %s.csr 2> /dev/null && echo extendedKeyUsage=%s > ext && openssl x509 -req -days 2 -in %s.csr "
	      "-CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -out %s.pem 2> /dev/null",
	      directory, name, name, name, usage, name, name);
}

static int set_up(void **state)
{
	(void)state;
	memset(&self, 0, sizeof(self));
	if (!mkdtemp(strcpy(directory, "/tmp/skstat-web-XXXXXX")))
		return -1;
	snprintf(file, sizeof(file), "%s/web.yaml", directory);
	snprintf(unix_path, sizeof(unix_path), "%s/socket", directory);
	make_certificate("server");
	store = skstat_store_new();
	return store ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_http_stop(http);
	http = NULL;
	skstat_store_free(store);
	shell("rm -r %s", directory);
	return 0;
}

static void start_limited(const char *text, uint64_t requests, unsigned int timeout_s)
{
	const struct skstat_web_reader reader = { file, skstat_web_file_read, skstat_web_file_free };
	const struct skstat_http_listener listener[] = { { skstat_listen_tcp("127.0.0.1:0", NULL), false },
							 { skstat_listen_unix(unix_path, NULL, NULL), true } };
	const struct skstat_http_config config = { .listener = listener, .listeners = 2, .telemetry_path = "/metrics",
						   .version = "", .web = &reader, .requests = requests,
						   .timeout_s = timeout_s };
	struct skstat_error error = { 0 };

	write_file(text);
	assert_true(listener[0].fd >= 0 && listener[1].fd >= 0);
	port = client_port(listener[0].fd);
	http = skstat_http_start(&config, store, &self, &error);
	if (!http)
		fail_msg("%s", error.text);
}

static void start(const char *text)
{
	start_limited(text, 0, 0);
}

/* What curl says of /-/healthy: the codes of all answers, one a line; "000" of none. In the certificates' directory. */
static void ask(char *said, size_t size, const char *arguments)
{
	char command[512];
	size_t length;
	FILE *curl;

	snprintf(command, sizeof(command), "cd %s && curl --noproxy '*' -s -m 20 -o /dev/null -w '%%{http_code} ' %s", directory,
		 arguments);
	curl = popen(command, "r");
	assert_non_null(curl);
	length = fread(said, 1, size - 1, curl);
	said[length] = '\0';
	pclose(curl);
}

static int code(const char *scheme, const char *arguments)
{
	char line[256], said[64];

	snprintf(line, sizeof(line), "%s %s://127.0.0.1:%u/-/healthy", arguments, scheme, port);
	ask(said, sizeof(said), line);
	return atoi(said);
}

static void passwords(void **state)
{
	struct client_reply reply;
	struct client client;

	(void)state;
	start(USERS);
	assert_int_equal(code("http", ""), 401);
	assert_int_equal(code("http", "-u prometheus:wrong"), 401);
	assert_int_equal(code("http", "-u prometheus:wrong"), 401);
	assert_int_equal(code("http", "-u prometheus:"), 401);
	assert_int_equal(code("http", "-u nobody:right"), 401);
	assert_int_equal(code("http", "-u prometheus:right"), 200);
	assert_int_equal(code("http", "-u prometheus:right -I"), 200);
	assert_int_equal(code("http", "-u prometheus:right -d x=y"), 405);
	assert_int_equal(code("http", "-u prometheus:wrong -d x=y"), 401);
	assert_int_equal(skstat_self_get(&self, web_passwords_refused), 5);

	client_tcp(&client, port);
	client_send(&client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_int_equal(reply.status, 401);
	assert_string_equal(client_header(&reply, "WWW-Authenticate"), "Basic realm=\"skstat\", charset=\"UTF-8\"");
	client_free(&reply);
	client_close(&client);

	/* The unix socket has its mode. */
	client_unix(&client, unix_path);
	client_send(&client, "GET / HTTP/1.1\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_int_equal(reply.status, 200);
	client_free(&reply);
	client_close(&client);
}

static void headers(void **state)
{
	struct client_reply reply;
	struct client client;

	(void)state;
	start("http_server_config: {headers: {X-Frame-Options: deny, Content-Security-Policy: \"default-src 'self'\"}}\n");
	client_tcp(&client, port);
	client_send(&client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_read(&client, &reply, false));
	assert_string_equal(client_header(&reply, "X-Frame-Options"), "deny");
	assert_string_equal(client_header(&reply, "Content-Security-Policy"), "default-src 'self'");
	assert_string_equal(client_header(&reply, "X-Content-Type-Options"), "nosniff");
	assert_null(strstr(reply.head, "default-src 'none'"));
	client_free(&reply);
	client_close(&client);
}

static void versions(void **state)
{
	(void)state;
	start(TLS);
	assert_int_equal(code("https", "--cacert server.pem"), 200);
	assert_int_equal(code("https", "--cacert server.pem --tls-max 1.2"), 200);
	assert_int_equal(code("https", "--cacert server.pem --tlsv1.3"), 200);
	assert_int_equal(code("https", "--cacert server.pem --tlsv1.1 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0"), 0);
	assert_int_equal(code("http", ""), 0);
	assert_true(skstat_self_get(&self, web_certificate_end_ns) > skstat_wall_ns());
}

static void newest_version(void **state)
{
	(void)state;
	start("tls_server_config: {cert_file: server.pem, key_file: server.key, min_version: TLS13}\n" USERS);
	assert_int_equal(code("https", "-u prometheus:right --cacert server.pem"), 200);
	assert_int_equal(code("https", "-u prometheus:wrong --cacert server.pem"), 401);
	assert_int_equal(code("https", "-u prometheus:right --cacert server.pem --tls-max 1.2"), 0);
}

static void clients(void **state)
{
	static const char *const max[] = { "--cacert server.pem", "--cacert server.pem --tls-max 1.2" };
	char with[128];

	(void)state;
	make_certificate("ca");
	make_certificate("stranger");
	make_client("friend", "clientAuth");
	make_client("other", "serverAuth");
	start(CLIENTS("RequireAndVerifyClientCert"));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(code("https", max[i]), 0);
		snprintf(with, sizeof(with), "%s --cert friend.pem --key friend.key", max[i]);
		assert_int_equal(code("https", with), 200);
		snprintf(with, sizeof(with), "%s --cert stranger.pem --key stranger.key", max[i]);
		assert_int_equal(code("https", with), 0);
		snprintf(with, sizeof(with), "%s --cert other.pem --key other.key", max[i]);
		assert_int_equal(code("https", with), 0);
	}
}

static void clients_if_given(void **state)
{
	(void)state;
	make_certificate("ca");
	make_certificate("stranger");
	make_client("friend", "clientAuth");
	start(CLIENTS("VerifyClientCertIfGiven"));
	assert_int_equal(code("https", "--cacert server.pem"), 200);
	assert_int_equal(code("https", "--cacert server.pem --cert friend.pem --key friend.key"), 200);
	assert_int_equal(code("https", "--cacert server.pem --cert stranger.pem --key stranger.key"), 0);
}

/* Connections without end while the certificate becomes another, and then its key alone one that is not its own. */
static void replaced(void **state)
{
	char said[4096], arguments[256];
	size_t good = 0;

	(void)state;
	start(TLS);
	shell("cp %s/server.pem %s/all.pem && cp %s/server.pem %s/first.pem", directory, directory, directory, directory);
	make_certificate("second");
	shell("cd %s && cat second.pem >> all.pem && (sleep 1 && cp second.pem server.pem && cp second.key server.key) &",
	      directory);
	snprintf(arguments, sizeof(arguments), "-H 'Connection: close' --cacert all.pem "
					       "'https://127.0.0.1:%u/-/healthy?[1-400]'", port);
	ask(said, sizeof(said), arguments);
	for (const char *at = said; (at = strstr(at, "200 ")); at += 4)
		good++;
	assert_int_equal(good, 400);
	sleep(1);
	assert_int_equal(code("https", "--cacert second.pem"), 200);
	assert_int_equal(code("https", "--cacert first.pem"), 0);
	assert_int_equal(skstat_self_get(&self, web_config_ok), 1);

	make_certificate("third");
	shell("cd %s && cp third.key server.key", directory);
	sleep(1);
	assert_int_equal(code("https", "--cacert second.pem"), 200);
	assert_int_equal(skstat_self_get(&self, web_config_ok), 0);
	shell("cd %s && cp third.pem server.pem", directory);
	sleep(1);
	assert_int_equal(code("https", "--cacert third.pem"), 200);
	assert_int_equal(skstat_self_get(&self, web_config_ok), 1);
	/* What it was started for it does. */
	write_file(USERS);
	sleep(1);
	assert_int_equal(code("https", "--cacert third.pem"), 200);
	assert_int_equal(skstat_self_get(&self, web_config_ok), 0);
}

/* One more than may come in a second. */
static void limited(void **state)
{
	struct client_reply reply;
	struct client client;

	(void)state;
	start_limited(USERS, 2, 1);
	for (int i = 0; i < 3; i++) {
		client_tcp(&client, port);
		client_send(&client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assert_true(client_read(&client, &reply, false));
		assert_int_equal(reply.status, i < 2 ? 401 : 429);
		if (i == 2)
			assert_string_equal(client_header(&reply, "Retry-After"), "1");
		client_free(&reply);
		client_close(&client);
	}
	sleep(1);
	/* And who says nothing is sent away before the client's patience ends. */
	client_tcp(&client, port);
	assert_false(client_read(&client, &reply, false));
	assert_true(feof(client.in));
	client_free(&reply);
	client_close(&client);
	assert_int_equal(code("http", "-u prometheus:right"), 200);
}

/* The file's own bucket: what is in it at once, and no more until it fills again. A new file is a new bucket. */
static void limited_by_file(void **state)
{
	(void)state;
	start("rate_limit: {interval: 1h, burst: 2}");
	assert_int_equal(code("http", ""), 200);
	assert_int_equal(code("http", ""), 200);
	assert_int_equal(code("http", ""), 429);
	write_file("rate_limit: {interval: 0, burst: 2}");
	sleep(1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(code("http", ""), 200);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{ "", "f:1: there is nothing in it: write tls_server_config: or basic_auth_users:" },
		{ "users: {a: b}", "f:1: users: there is no such key here, but tls_server_config, http_server_config, "
				   "basic_auth_users, rate_limit" },
		{ "tls_server_config: {cert_file: a}", "f:1: tls_server_config: key_file is missing: name the "
						       "certificate's key" },
		{ "tls_server_config: {cert_file: a, key_file: b, cipher_suites: [x]}",
		  "f:1: tls_server_config.cipher_suites: there is no such key here, but cert_file, key_file, "
		  "client_ca_file, client_auth_type, min_version, max_version" },
		{ "tls_server_config: {cert_file: a, key_file: b, min_version: TLS11}",
		  "f:1: tls_server_config.min_version: TLS11 is not spoken any more: write TLS12 or TLS13" },
		{ "tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12}",
		  "f:1: tls_server_config: min_version is above max_version" },
		{ "tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}",
		  "f:1: tls_server_config: client_ca_file is of no use without client_auth_type: write "
		  "RequireAndVerifyClientCert there" },
		{ "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}",
		  "f:1: tls_server_config: client_auth_type verifies certificates: name who makes them in "
		  "client_ca_file" },
		{ "http_server_config: {headers: {Server: x}}",
		  "f:1: http_server_config.headers.Server: there is no such key here, but Content-Security-Policy, "
		  "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection" },
		{ "http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}}",
		  "f:1: http_server_config.headers.X-XSS-Protection: a header's value is one line of text" },
		{ "basic_auth_users:\n  a: plain", "f:2: basic_auth_users.a: this is no hash of bcrypt: make one by htpasswd "
						  "-nBC 10 \"\"" },
		{ "basic_auth_users: {a: $2b$31$abcdefghijklmnopqrstuuiUOPWB2f8o2h9JTUY3TPLvKGV7vCGSS}",
		  "f:1: basic_auth_users.a: bcrypt's cost is 31: make one of 4 to 16 by htpasswd -nBC 10 \"\"" },
		{ "rate_limit: {interval: 1}", "f:1: rate_limit.interval: \"1\" is no duration of 0s to 1h: write 100ms, "
					       "1s, ..." },
		{ "rate_limit: {interval: 2h, burst: 1}", "f:1: rate_limit.interval: \"2h\" is no duration of 0s to 1h: "
							  "write 100ms, 1s, ..." },
		{ "rate_limit: {burst: -1}", "f:1: rate_limit.burst: \"-1\" is no whole number of 0 to 1000000" },
		{ "rate_limit: {interval: 1s}", "f:1: rate_limit: with an interval and no burst nobody could ask: write "
						"burst: 1 or more" },
	};
	struct skstat_web_settings settings;
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		error = (struct skstat_error){ 0 };
		assert_true(skstat_web_file_read_text("f", wrong[i].text, strlen(wrong[i].text), &settings, &error) < 0);
		assert_string_equal(error.text, wrong[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test_setup_teardown(passwords, set_up, tear_down),
		cmocka_unit_test_setup_teardown(headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(newest_version, set_up, tear_down),
		cmocka_unit_test_setup_teardown(clients, set_up, tear_down),
		cmocka_unit_test_setup_teardown(clients_if_given, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limited_by_file, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_web", tests, NULL, NULL);
}
