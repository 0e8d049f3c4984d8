// SPDX-License-Identifier: GPL-2.0
/* The landing page: what it says, that it escapes, that it is well-formed and stays small. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/html.h"
#include "render/page.h"

#define DEPTH 16

static struct skstat_families *set;
static struct skstat_buffer buffer;

static int set_up(void **state)
{
	(void)state;
	set = skstat_families_new();
	return set ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_families_free(set);
	skstat_buffer_free(&buffer);
	return 0;
}

static void add(const char *name, double value, size_t labels, const struct skstat_label *label)
{
	struct skstat_family *family = (void *)skstat_family_find(set, name);

	if (!family)
		family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, name, "", "Help.");
	skstat_series_add(set, family, label, labels)->value = value;
}

#define ADD(name, value) add(name, value, 0, NULL)
#define ADD_OF(name, value, ...) \
	add(name, value, sizeof((struct skstat_label[]){ __VA_ARGS__ }) / sizeof(struct skstat_label), \
	    (struct skstat_label[]){ __VA_ARGS__ })

/* Each tag that is opened is closed, in order; text has no bare "<". */
static void well_formed(const char *text)
{
	static const char *const empty[] = { "meta" };
	char open[DEPTH][16];
	int depth = 0;

	assert_true(strncmp(text, "<!DOCTYPE html>\n<html lang=\"en\">\n", 33) == 0);
	for (text = strchr(text, '\n'); (text = strchr(text, '<')); text++) {
		bool end = text[1] == '/', none = false;
		const char *name = text + 1 + end;
		size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz123456789");

		assert_true(length && length < sizeof(open[0]));
		for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
			none |= strlen(empty[i]) == length && memcmp(empty[i], name, length) == 0;
		if (none)
			continue;
		if (end) {
			assert_true(depth > 0);
			depth--;
			assert_true(strlen(open[depth]) == length && memcmp(open[depth], name, length) == 0);
			continue;
		}
		assert_true(depth < DEPTH);
		memcpy(open[depth], name, length);
		open[depth++][length] = '\0';
	}
	assert_int_equal(depth, 0);
}

static struct skstat_page page_of(void)
{
	return (struct skstat_page){
		.version = "1.2.3", .telemetry_path = "/metrics", .host = "machine", .kernel = "6.1.0", .set = set,
		.ready = true, .age = 0.25, .interval = 1, .now = 2000,
	};
}

static const char *rendered(const struct skstat_page *page)
{
	skstat_buffer_clear(&buffer);
	skstat_page_render(&buffer, page);
	skstat_buffer_put(&buffer, "", 1);
	assert_false(buffer.failed);
	assert_true(buffer.length <= SKSTAT_PAGE_MAX);
	well_formed(buffer.data);
	/* Nothing is fetched, nothing runs. */
	assert_null(strstr(buffer.data, "<script"));
	assert_null(strstr(buffer.data, "src="));
	assert_null(strstr(buffer.data, "style="));
	assert_null(strstr(buffer.data, "url("));
	assert_null(strstr(buffer.data, "://"));
	return buffer.data;
}

static void has(const char *text, const char *piece)
{
	if (!strstr(text, piece))
		fail_msg("there is no \"%s\" in\n%s", piece, text);
}

#define ROW(name, value) "<tr><th scope=\"row\">" name "</th><td>" value "</td></tr>\n"

static void all_of_it(void **state)
{
	static const struct skstat_label source[] = { { "source", "netlink" }, { "version", "0.9" }, { "why", "" } };
	struct skstat_page page = page_of();
	const char *text;

	(void)state;
	add("skstat_source_info", 1, 3, source);
	for (int ns = 0; ns < 3; ns++) {
		char *name = (char *)skstat_families_alloc(set, 16);

		snprintf(name, 16, "ns%d", ns);
		ADD_OF("skstat_tcp_sockets", 10, { "netns", name }, { "state", "established" });
		ADD_OF("skstat_tcp_sockets", 5, { "netns", name }, { "state", "listen" });
	}
	ADD("skstat_model_connections", 31);
	ADD("skstat_journal_held", 1);
	ADD("skstat_journal_events", 1234567);
	ADD("skstat_journal_lost_events", 89);
	ADD_OF("skstat_coverage_ratio", 0.99954, { "netns", "ns0" }, { "counter", "sent" });
	ADD_OF("skstat_polls", 7, { "kind", "full" });
	ADD_OF("skstat_polls", 93, { "kind", "delta" });
	ADD_OF("skstat_poll_failures", 2, { "reason", "error" });
	ADD("skstat_polls_late", 3);
	ADD_OF("skstat_log_lost_messages", 4, { "reason", "rate" });
	ADD("skstat_poll_interval_seconds", 2.5);
	ADD("skstat_config_poll_interval_seconds", 1);
	ADD("skstat_poll_interval_stretched", 1);
	ADD("skstat_poll_cpu_seconds", 5);
	ADD("skstat_walk_seconds", 1.5);
	ADD("process_cpu_seconds", 10);
	ADD("process_start_time_seconds", 1000);
	ADD("process_resident_memory_bytes", 3 << 20);
	ADD("skstat_module_memory_bytes", 1 << 19);
	ADD("skstat_model_memory_bytes", 1 << 20);
	ADD("skstat_config_memory_budget_bytes", 8 << 20);
	ADD("skstat_memory_held_bytes", 9 << 20);
	ADD("skstat_memory_folding", 1);
	ADD_OF("skstat_probe_hits", 400, { "probe", "life" });
	ADD_OF("skstat_probe_hits", 600, { "probe", "drop" });
	ADD_OF("skstat_probe_samples", 10, { "probe", "life" });
	ADD_OF("skstat_probe_sampled_seconds", 2e-6, { "probe", "life" });
	ADD("skstat_config_last_reload_successful", 0);
	ADD("skstat_config_last_reload_success_timestamp_seconds", 1000);
	ADD("skstat_web_config_last_reload_successful", 1);
	ADD("skstat_web_config_last_reload_success_timestamp_seconds", 0);
	ADD("skstat_web_certificate_not_after_seconds", 2000 + 86400 * 30);
	ADD_OF("skstat_view_groups", 20, { "view", "default" });
	ADD_OF("skstat_view_groups", 3, { "view", "web" });
	ADD_OF("skstat_view_series", 2900, { "view", "default" });
	ADD_OF("skstat_view_folded", 77, { "view", "default" });
	text = rendered(&page);
	has(text, "<h1>skstat 1.2.3</h1>");
	has(text, "<p class=\"good\">Fresh: the sockets were read 0.2 s ago, and are every 1 s.</p>");
	has(text, ROW("source", "the module, version 0.9"));
	assert_null(strstr(text, "why not the module"));
	has(text, ROW("kernel", "6.1.0"));
	has(text, ROW("network namespaces", "3") ROW("sockets", "45") ROW("connections", "31"));
	has(text, ROW("journal", "held") ROW("events", "1234567") ROW("events lost", "89"));
	has(text, ROW("coverage ns0 sent", "99.95 %"));
	has(text, ROW("polls", "100") ROW("polls that failed", "2") ROW("polls left out", "3"));
	has(text, ROW("lines of the log lost", "4"));
	has(text, ROW("interval", "2.5 s, stretched from 1 s by --cpu-budget"));
	has(text, ROW("polls", "5.00 s, 0.50 % of one CPU") ROW("time of walks in the kernel", "1.500 s"));
	has(text, ROW("the whole process", "10.00 s, 1.00 % of one CPU"));
	has(text, ROW("module's probes", "1000 times, 200 ns each"));
	has(text, ROW("memory of the module", "0.5 MiB") ROW("memory of the process", "3.0 MiB"));
	has(text, ROW("memory budget", "9.0 of 8.0 MiB: new groups are counted under &quot;other&quot;"));
	has(text, "taken 1970-01-01T00:16:40Z; what was read since is wrong and not taken: the log says why");
	assert_null(strstr(text, "TLS and passwords"));
	has(text, ROW("certificate", "ends in 30.0 days"));
	has(text, "<th scope=\"col\">groups</th>");
	has(text, "<tr><th scope=\"row\">default</th><td>20</td><td>2900</td><td>77</td></tr>");
	has(text, "<tr><th scope=\"row\">web</th><td>3</td><td>0</td><td>0</td></tr>");
	has(text, "prefers-color-scheme:dark");
}

/* Each state in words. */
static void states(void **state)
{
	struct skstat_page page = page_of();

	(void)state;
	page.ready = false;
	has(rendered(&page), "<p class=\"bad\">Not ready: not all sockets have been read yet.</p>");
	page.stale = true;
	page.age = 12;
	has(rendered(&page), "<p class=\"bad\">Stale: the sockets were last read 12.0 s ago, and every 1 s is due.");
	has(rendered(&page), ROW("source", "gone: it is waited for"));
	page.set = NULL;
	has(rendered(&page), "<p class=\"bad\">The sockets have not been read yet.</p>");
	assert_null(strstr(buffer.data, "<table>"));
}

static void fallback(void **state)
{
	static const struct skstat_label source[] = {
		{ "source", "inet_diag" }, { "version", "" }, { "why", "no module \"skstat\"" },
	};
	struct skstat_page page = page_of();

	(void)state;
	add("skstat_source_info", 1, 3, source);
	ADD("skstat_journal_held", 0);
	has(rendered(&page), ROW("source", "inet_diag, of one network namespace")
				     ROW("why not the module", "no module &quot;skstat&quot;"));
	has(buffer.data, ROW("journal", "none: what happens between two polls is not seen"));
}

/* Links, and those of the API for who may use them. */
static void links(void **state)
{
	struct skstat_page page = page_of();

	(void)state;
	page.telemetry_path = "/a&b";
	has(rendered(&page), "<li><a href=\"/a&amp;b\">/a&amp;b</a>: the metrics");
	has(buffer.data, "href=\"/-/healthy\"");
	has(buffer.data, "href=\"/-/ready\"");
	assert_null(strstr(buffer.data, "/api/"));
	page.api = true;
	has(rendered(&page), "href=\"/api/v1/sockets\"");
	has(buffer.data, "href=\"/api/v1/status\"");
}

#define NASTY "<script>alert('1')</script>&\"x"
#define TAMED "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;x"

static void escaping(void **state)
{
	static const struct skstat_label source[] = { { "source", NASTY }, { "version", NASTY }, { "why", NASTY } };
	struct skstat_page page = page_of();

	(void)state;
	page.version = page.host = page.kernel = page.telemetry_path = NASTY;
	add("skstat_source_info", 1, 3, source);
	ADD_OF("skstat_coverage_ratio", 1, { "netns", NASTY }, { "counter", NASTY });
	ADD_OF("skstat_view_groups", 1, { "view", NASTY });
	rendered(&page);
	has(buffer.data, "<h1>skstat " TAMED "</h1>");
	has(buffer.data, "<title>skstat on " TAMED "</title>");
	has(buffer.data, "href=\"" TAMED "\"");
	has(buffer.data, ROW("kernel", TAMED));
	has(buffer.data, "<tr><th scope=\"row\">coverage " TAMED " " TAMED "</th>");
	has(buffer.data, "<tr><th scope=\"row\">" TAMED "</th><td>1</td>");
	assert_null(strstr(buffer.data, "alert('"));
}

/* However much there is, and however long its names are. */
static void small(void **state)
{
	struct skstat_page page = page_of();
	char name[1000];

	(void)state;
	memset(name, '"', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	page.kernel = page.host = name;
	page.api = true;
	for (int i = 0; i < 64; i++) {
		ADD_OF("skstat_coverage_ratio", 1, { "netns", name }, { "counter", "sent" });
		ADD_OF("skstat_view_groups", 1, { "view", name });
	}
	has(rendered(&page), " more</td></tr>");
	has(buffer.data, "</html>\n");
	assert_true(buffer.length > SKSTAT_PAGE_MAX / 2);
}

/* What is cut is so between characters. */
static void cut_text(void **state)
{
	char text[SKSTAT_HTML_TEXT + 8] = "";

	(void)state;
	while (strlen(text) < SKSTAT_HTML_TEXT - 1)
		strcat(text, "x");
	skstat_html_text(&buffer, text);
	assert_int_equal(buffer.length, SKSTAT_HTML_TEXT - 1);
	skstat_buffer_clear(&buffer);
	strcat(text, "\xc3\xbcy");
	skstat_html_text(&buffer, text);
	assert_int_equal(buffer.length, SKSTAT_HTML_TEXT - 1 + 3);
	assert_memory_equal(buffer.data + SKSTAT_HTML_TEXT - 2, "x...", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(states, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fallback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(escaping, set_up, tear_down),
		cmocka_unit_test_setup_teardown(small, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_text, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
