// SPDX-License-Identifier: GPL-2.0
/*
 * From recorded messages to a page of metrics, with nothing in between but the exporter's own pure parts: decode, model,
 * families, text. The dump comes after a complete walk that found nothing, so that all of it is new and counts whole.
 *
 * After a change that is meant: SKSTAT_GOLDEN_UPDATE=1 build/unit/pipeline_test, and look at `git diff`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "model/model.h"
#include "render/text_format.h"
#include "replay.h"

struct line {
	struct replay replay;
	struct skstat_self self;
	struct skstat_model *model;
	struct skstat_poll poll;
};

/* More groups than there is room for: `other` is on the page, too. */
static struct skstat_model_config config_make(struct skstat_view_config *view)
{
	*view = skstat_view_default;
	view->limit = 6;
	view->ttl_ns = 1;
	view->all_histograms = true;
	return (struct skstat_model_config){ .view = view, .views = 1, .netns_limit = 2 };
}

static void line_open(struct line *line, const char *kernel)
{
	const struct skstat_totals nothing = { .complete = true };
	struct skstat_view_config view;
	const struct skstat_model_config config = config_make(&view);

	memset(line, 0, sizeof(*line));
	replay_open(&line->replay, kernel);
	line->model = skstat_model_new(&config, &line->self);
	assert_non_null(line->model);
	line->poll = (struct skstat_poll){
		.instance = line->replay.info.instance, .hz = line->replay.info.hz, .full = true, .exactly_once = true,
		.port_min = 32768, .port_max = 60999, .schema = &line->replay.schema,
	};
	skstat_model_begin(line->model, &line->poll);
	skstat_model_end(line->model, &nothing);
}

static void line_close(struct line *line)
{
	skstat_model_free(line->model);
	replay_close(&line->replay);
}

/* One poll of the recording. */
static void line_poll(struct line *line)
{
	struct skstat_totals totals;

	line->poll.now_ns += 1000000000;
	skstat_model_begin(line->model, &line->poll);
	assert_int_equal(replay_sock(&line->replay, skstat_model_sample, line->model, &totals), 0);
	skstat_model_end(line->model, &totals);
	assert_int_equal(replay_mib(&line->replay, skstat_model_mib, line->model), 0);
}

static void line_text(struct line *line, struct skstat_buffer *buffer)
{
	struct skstat_families *set = skstat_families_new();

	assert_non_null(set);
	skstat_model_families(line->model, set);
	skstat_text_render(buffer, set, false);
	assert_false(set->failed || buffer->failed);
	skstat_families_free(set);
}

static void page(void **state)
{
	struct skstat_buffer buffer = { 0 };
	struct line line;
	char path[64];

	line_open(&line, *state);
	line_poll(&line);
	line_text(&line, &buffer);
	snprintf(path, sizeof(path), "tests/fixtures/text/dump-%s.prom", (const char *)*state);
	golden_check(path, &buffer);
	skstat_buffer_free(&buffer);
	line_close(&line);
}

/* The same sockets with the same counters once more: the page does not move, but for who was idle. */
static void twice(void **state)
{
	const char *idle = "skstat_tcp_application_limited_seconds_total";
	struct skstat_buffer once = { 0 }, again = { 0 };
	struct line line;
	char *before, *after, *one, *two;

	line_open(&line, *state);
	line_poll(&line);
	line_text(&line, &once);
	line_poll(&line);
	line_text(&line, &again);
	skstat_buffer_put(&once, "", 1);
	skstat_buffer_put(&again, "", 1);
	assert_non_null(strstr(once.data, idle));
	for (before = strtok_r(once.data, "\n", &one), after = strtok_r(again.data, "\n", &two); before && after;
	     before = strtok_r(NULL, "\n", &one), after = strtok_r(NULL, "\n", &two)) {
		/* A queue that is held is observed each time. */
		if (strncmp(before, idle, strlen(idle)) == 0 || strstr(before, "_bucket{") || strstr(before, "_sum{") ||
		    strstr(before, "_count{"))
			continue;
		assert_string_equal(before, after);
	}
	assert_null(before);
	assert_null(after);
	skstat_buffer_free(&once);
	skstat_buffer_free(&again);
	line_close(&line);
}

int main(void)
{
#define TESTS(kernel)                                                                                        \
	{ "page of " kernel, page, NULL, NULL, (void *)kernel }, { "twice " kernel, twice, NULL, NULL, (void *)kernel },
	const struct CMUnitTest tests[] = { REPLAY_KERNELS(TESTS) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
