// SPDX-License-Identifier: GPL-2.0
/* A configuration that is read again, with fakes around the collector: what changes, and what a bad one does not. */
#include <unistd.h>

#include "collect/reload.h"
#include "collect/kit.h"
#include "serve/lifecycle.h"


static char path[] = "/tmp/skstat-reload-XXXXXX";

static void file_write(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The config of that file and one option more, with polls of 10 ms. */
static void start(const char *text, const char *option)
{
	static char word[3][96], *argv[] = { (char *)"skstat_exporter", word[0], word[1], word[2], NULL };

	file_write(text);
	snprintf(word[0], sizeof(word[0]), "--config.file=%s", path);
	snprintf(word[1], sizeof(word[1]), "--poll.interval=10ms");
	snprintf(word[2], sizeof(word[2]), "%s", option);
	memset(&self, 0, sizeof(self));
	skstat_config_free(&config);
	skstat_config_init(&config);
	if (skstat_config_parse(&config, 4, argv, &error))
		fail_msg("%s", error.text);
}

static int set_up(void **state)
{
	int fd = mkstemp(strcpy(path, "/tmp/skstat-reload-XXXXXX"));

	(void)state;
	views_err = 0;
	skstat_config_init(&config);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	skstat_config_free(&config);
	return unlink(path);
}

static const char *next_text;

static void rewrite(void)
{
	file_write(next_text);
	raise(SIGHUP);
}

/* Two polls, during the first of which the file becomes another. */
static void changed(const char *text)
{
	static const struct step steps_[] = { { .act = rewrite }, { 0 }, { .signal = SIGTERM } };

	next_text = text;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	skstat_store_free(store);
}

static void good(void **state)
{
	(void)state;
	start("options: {journal: false}\n", "--no-probe.reset");
	assert_true(config.probe[SKSTAT_PROBE_DROP]);
	changed("views: [{name: default, limit: 5}, {name: web}]\nlabels: {port: service}\n"
		"probes: {drop: false, reset: true}\ncollectors: {loadavg: true}\n"
		"options: {journal: false, user: x, poll.interval: 5s}\n");
	assert_non_null(strstr(said, "views:2:default:5 port:service "));
	/* The command line stays above the file. */
	assert_false(last_probes & (SKSTAT_PROBE_BIT(DROP) | SKSTAT_PROBE_BIT(RESET)));
	assert_true(last_probes & SKSTAT_PROBE_BIT(RETRANSMIT));
	assert_non_null(strstr(logged(), "warn the configuration was read again; what takes a restart: user|"));
	assert_int_equal(skstat_self_get(&self, config_reload_ok), 1);
	assert_int_equal(skstat_self_get(&self, config_view_limit), 5);
}

static void bad(void **state)
{
	uint64_t before;
	char line[160];

	(void)state;
	start("options: {journal: false}\n", "--probe.size");
	changed("views: [{name: default, limit: 0}]\nprobes: {drop: false}\n");
	snprintf(line, sizeof(line),
		 "error the configuration stays as it is: %s:1: views[0].limit: \\", path);
	assert_non_null(strstr(logged(), line));
	assert_null(strstr(said, "views:"));
	assert_true(last_probes & SKSTAT_PROBE_BIT(DROP));
	assert_int_equal(skstat_self_get(&self, config_reload_ok), 0);
	assert_int_equal(skstat_self_get(&self, config_view_limit), 20);
	before = skstat_self_get(&self, config_reload_wall_ns);
	assert_true(before);

	/* The model has no memory: nothing else changes either. */
	views_err = -ENOMEM;
	changed("probes: {drop: false}\noptions: {journal: false}\n");
	assert_non_null(strstr(logged(), "error the configuration stays as it is: there is no memory for it|"));
	assert_true(last_probes & SKSTAT_PROBE_BIT(DROP));
	assert_int_equal(skstat_self_get(&self, config_reload_ok), 0);
}

/* All probes go, and come back. */
static void no_probes(void **state)
{
	(void)state;
	start("options: {journal: false}\n", "--log.level=info");
	changed("options: {journal: false}\nprobes: {drop: false, retransmit: false, reset: false, limit: false, "
		"udp: false, checksum: false, state: false, congestion: false}\n");
	assert_true(last_probes == 0);
}

/* Somebody asks while a poll is under way, of whom nobody knows here what became of the request. */
static void not_asked(void **state)
{
	struct skstat_lifecycle *lifecycle = skstat_lifecycle_new();

	(void)state;
	assert_non_null(lifecycle);
	assert_false(skstat_lifecycle_take(lifecycle));
	skstat_lifecycle_answer(lifecycle, 0, "nobody hears it");
	skstat_lifecycle_free(lifecycle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_probes, set_up, tear_down),
		cmocka_unit_test(not_asked),
	};

	return cmocka_run_group_tests(tests, log_take, NULL);
}
