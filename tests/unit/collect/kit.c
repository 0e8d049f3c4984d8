// SPDX-License-Identifier: GPL-2.0
#include <unistd.h>

#include "kit.h"

struct skstat_config config;
struct skstat_self self;
struct skstat_error error;
struct skstat_poller *poller;
struct skstat_poll_result result;
uint64_t due;
struct skstat_store *store;

static struct skstat_model *model;
static FILE *lines;
static int saved_stderr = -1;

void defaults(void)
{
	skstat_config_init(&config);
	config.poll_timeout_ns = SECOND;
	config.journal = false;
	memset(config.probe, 0, sizeof(config.probe));
	memset(&self, 0, sizeof(self));
}

void fast(uint64_t loops)
{
	defaults();
	config.poll_interval_ns = 10000000;
	config.poll_max_loops = loops;
}

void poller_new(const struct step *step, size_t count, const char *name)
{
	run_script(step, count);
	model = skstat_model_new(NULL, &self);
	assert_non_null(model);
	poller = skstat_poller_new(&config, source_new(name), model, &self);
	assert_non_null(poller);
	due = 1000 * SECOND;
}

void poller_start(const struct step *step, size_t count, const char *name)
{
	defaults();
	poller_new(step, count, name);
}

void poller_stop(void)
{
	skstat_poller_free(poller);
	skstat_model_free(model);
	assert_int_equal(sources_open, 0);
}

static void said_is(const char *wanted)
{
	if (strlen(said) && said[strlen(said) - 1] == ' ')
		said[strlen(said) - 1] = '\0';
	assert_string_equal(said, wanted);
}

void poll_is(const char *wanted, int err)
{
	said[0] = '\0';
	assert_int_equal(skstat_poller_poll(poller, due, &result, &error), err);
	assert_int_equal(error.err, err);
	said_is(wanted);
	due += SECOND;
}

void answer_is(const char *wanted, bool answered)
{
	said[0] = '\0';
	assert_int_equal(skstat_poller_answer(poller), answered);
	said_is(wanted);
}

int collect(const struct step *step, size_t count)
{
	struct skstat_collector *collector;
	int err;

	run_script(step, count);
	store = skstat_store_new();
	assert_non_null(store);
	memset(&error, 0, sizeof(error));
	collector = skstat_collector_new(&config, source_new("netlink"), "why", store, &self, &error);
	assert_non_null(collector);
	log_start();
	err = skstat_collector_run(collector, &error);
	dup2(saved_stderr, STDERR_FILENO);
	skstat_collector_free(collector);
	assert_int_equal(sources_open, 0);
	return err;
}

int log_take(void **state)
{
	(void)state;
	lines = tmpfile();
	saved_stderr = dup(STDERR_FILENO);
	return lines && saved_stderr >= 0 ? 0 : -1;
}

void log_start(void)
{
	fflush(stderr);
	/* Each has all the lines that it may. */
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, NULL);
	assert_int_equal(ftruncate(fileno(lines), 0), 0);
	lseek(fileno(lines), 0, SEEK_SET);
	dup2(fileno(lines), STDERR_FILENO);
}

const char *logged(void)
{
	static char text[4096];
	char line[512];
	size_t used = 0;

	dup2(saved_stderr, STDERR_FILENO);
	text[0] = '\0';
	rewind(lines);
	while (fgets(line, sizeof(line), lines)) {
		const char *level = strstr(line, "level="), *msg = strstr(line, "msg=\"");

		assert_true(level && msg);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s %.*s|", (int)strcspn(level + 6, " "),
					 level + 6, (int)strcspn(msg + 5, "\""), msg + 5);
	}
	return text;
}
