// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as the parameters of a request, of the metrics or of the API, which the first byte chooses: a part of a page
 * is a part of it, and what is refused is told in a sentence.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/module_families.h"
#include "model/self_families.h"
#include "serve/parameter.h"
#include "serve/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of the model's, which would bring all of it along. */
void skstat_model_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	static const struct skstat_family_doc doc = { "skstat_tcp_other", "", "", "view", SKSTAT_METRIC_GAUGE, NULL };

	fn(&doc, arg);
}

void skstat_self_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}

void skstat_module_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}

static struct skstat_families *page(void)
{
	const struct skstat_label views[] = { { "view", "default" }, { "view", "web" } };
	const struct skstat_label success = { "collector", "netdev" };
	struct skstat_families *set = skstat_families_new();
	struct skstat_family *family;

	assert(set);
	family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_tcp_sent_bytes", "bytes", "a");
	skstat_series_add(set, family, &views[0], 1)->value = 1;
	skstat_series_add(set, family, &views[1], 1)->value = 2;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_tcp_connections", "", "b");
	skstat_series_add(set, family, &views[1], 1)->value = 3;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_build_info", "", "c");
	skstat_series_add(set, family, NULL, 0)->value = 1;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_netdev_carrier", "", "d");
	skstat_series_add(set, family, NULL, 0)->value = 1;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_collector_success", "", "e");
	skstat_series_add(set, family, &success, 1)->value = 1;
	return set;
}

/* Every family of the part is of the page, in its order, with some of its series. */
static void part_check(const struct skstat_families *part, const struct skstat_families *set,
		       const struct skstat_selection *selection)
{
	size_t at = 0;

	for (size_t i = 0; i < part->count; i++) {
		while (at < set->count && strcmp(set->family[at].name, part->family[i].name) != 0)
			at++;
		assert(at < set->count && part->family[i].count <= set->family[at].count);
		if (skstat_selection_is_all(selection))
			assert(part->family[i].count == set->family[at].count);
	}
}

static void metrics_check(const struct skstat_selection *selection)
{
	struct skstat_families *set = page(), *part;
	struct skstat_error error = { 0 };

	part = skstat_select_make(set, selection, &error);
	if (part)
		part_check(part, set, selection);
	else
		assert(error.err == -EINVAL && error.text[0]);
	skstat_select_free(part);
	skstat_families_free(set);
}

/* What libmicrohttpd makes of "a=b&c": pairs, without their escapes. */
static void decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		unsigned int byte;

		if (*text == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]) &&
		    sscanf(text + 1, "%2x", &byte) == 1 && byte) {
			*to++ = (char)byte;
			text += 2;
		} else {
			*to++ = *text == '+' ? ' ' : *text;
		}
	}
	*to = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup(size ? (const char *)data + 1 : "", size ? size - 1 : 0), *state = NULL;
	struct skstat_selection *selection = calloc(1, sizeof(*selection));
	struct skstat_parameters taken = { .options = malloc(sizeof(*taken.options)) };
	bool api = size && data[0] & 1;
	int err = 0;

	assert(text && selection && taken.options);
	skstat_options_init(taken.options);
	for (char *name = strtok_r(text, "&", &state); name && !err; name = strtok_r(NULL, "&", &state)) {
		char *value = strchr(name, '=');

		if (value) {
			*value++ = '\0';
			decode(value);
		}
		decode(name);
		err = api ? skstat_parameter_take(&taken, name, value) :
			    skstat_selection_add(selection, name, value, &taken.error);
		assert(!err || (err == -EINVAL && taken.error.text[0]));
	}
	if (!api && !err)
		metrics_check(selection);
	free(taken.options);
	free(selection);
	free(text);
	return 0;
}
