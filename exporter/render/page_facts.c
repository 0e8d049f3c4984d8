// SPDX-License-Identifier: GPL-2.0
/* What the landing page says of a snapshot: each figure is a family of the metrics, and left out if that is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "html.h"
#include "page.h"

/* Rows that would begin behind that are left out: those of the coverage, and of the views, behind which little comes. */
#define COVERAGE_END (SKSTAT_PAGE_MAX / 2)
#define VIEWS_END    (SKSTAT_PAGE_MAX * 3 / 4)

/* The sum of its series; false: there is none. */
static bool find_sum(const struct skstat_families *set, const char *name, double *sum)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	*sum = 0;
	for (size_t i = 0; family && i < family->count; i++)
		*sum += family->series[i].value;
	return family && family->count;
}

static const char *label_of(const struct skstat_series *series, const char *name)
{
	for (size_t i = 0; i < series->labels; i++)
		if (strcmp(series->label[i].name, name) == 0)
			return series->label[i].value;
	return NULL;
}

static void put_sum(struct skstat_buffer *buffer, const struct skstat_families *set, const char *name,
		    const char *family)
{
	double sum;

	if (find_sum(set, family, &sum))
		skstat_html_row_of(buffer, name, "%.0f", sum);
}

static void put_mebibytes(struct skstat_buffer *buffer, const struct skstat_families *set, const char *name,
			  const char *family)
{
	double sum;

	if (find_sum(set, family, &sum))
		skstat_html_row_of(buffer, name, "%.1f MiB", sum / (1 << 20));
}

/* Series of one namespace stand together; a name that comes again elsewhere is another namespace all the same. */
static void put_namespaces(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	const struct skstat_family *sockets = skstat_family_find(set, "skstat_tcp_sockets");
	size_t first = 0, count = 0;

	if (!sockets || !sockets->count)
		return;
	/* Of one state, for each has a series of every one. */
	for (size_t i = 0; i < sockets->count; i++) {
		const char *state = label_of(&sockets->series[i], "state");
		const char *of = label_of(&sockets->series[first], "state");

		count += state && of && strcmp(state, of) == 0;
	}
	skstat_html_row_of(buffer, "network namespaces", "%zu", count);
	put_sum(buffer, set, "sockets", "skstat_tcp_sockets");
}

void skstat_page_source(struct skstat_buffer *buffer, const struct skstat_page *page)
{
	const struct skstat_family *source = skstat_family_find(page->set, "skstat_source_info");
	const struct skstat_series *series = source && source->count ? source->series : NULL;
	const char *name = series ? label_of(series, "source") : NULL;
	const char *version = series ? label_of(series, "version") : NULL;
	const char *why = series ? label_of(series, "why") : NULL;

	skstat_html_table(buffer, "Source");
	if (!name)
		skstat_html_row(buffer, "source", "gone: it is waited for");
	else if (strcmp(name, "netlink") == 0)
		skstat_html_row_of(buffer, "source", "the module%s%.40s", version && *version ? ", version " : "",
				   version ? version : "");
	else
		skstat_html_row_of(buffer, "source", "%.40s, of one network namespace", name);
	if (why && *why)
		skstat_html_row(buffer, "why not the module", why);
	skstat_html_row(buffer, "kernel", page->kernel);
	put_namespaces(buffer, page->set);
	put_sum(buffer, page->set, "connections", "skstat_model_connections");
	skstat_html_table_end(buffer);
}

/* How much of what the kernel counted was found in connections. */
static void put_coverage(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	const struct skstat_family *coverage = skstat_family_find(set, "skstat_coverage_ratio");
	size_t i, count = coverage ? coverage->count : 0;

	for (i = 0; i < count && buffer->length < COVERAGE_END; i++) {
		const struct skstat_series *series = &coverage->series[i];

		skstat_buffer_text(buffer, "<tr><th scope=\"row\">coverage");
		for (size_t l = 0; l < series->labels; l++) {
			skstat_buffer_text(buffer, " ");
			skstat_html_text(buffer, series->label[l].value);
		}
		skstat_buffer_printf(buffer, "</th><td>%.2f %%</td></tr>\n", series->value * 100);
	}
	if (i < count)
		skstat_html_row_of(buffer, "coverage", "%zu more", count - i);
}

void skstat_page_seen(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	double held;

	skstat_html_table(buffer, "What is seen");
	if (find_sum(set, "skstat_journal_held", &held))
		skstat_html_row(buffer, "journal", held > 0 ? "held" : "none: what happens between two polls is not seen");
	put_sum(buffer, set, "events", "skstat_journal_events");
	put_sum(buffer, set, "events lost", "skstat_journal_lost_events");
	put_coverage(buffer, set);
	put_sum(buffer, set, "polls", "skstat_polls");
	put_sum(buffer, set, "polls that failed", "skstat_poll_failures");
	put_sum(buffer, set, "polls left out", "skstat_polls_late");
	put_sum(buffer, set, "lines of the log lost", "skstat_log_lost_messages");
	skstat_html_table_end(buffer);
}

static void put_interval(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	double interval, asked, stretched;

	if (!find_sum(set, "skstat_poll_interval_seconds", &interval) ||
	    !find_sum(set, "skstat_config_poll_interval_seconds", &asked))
		return;
	if (find_sum(set, "skstat_poll_interval_stretched", &stretched) && stretched > 0)
		skstat_html_row_of(buffer, "interval", "%.3g s, stretched from %.3g s by --cpu-budget", interval, asked);
	else
		skstat_html_row_of(buffer, "interval", "%.3g s", interval);
}

static void put_cpu(struct skstat_buffer *buffer, const struct skstat_page *page, const char *name, const char *family)
{
	double cpu, begun, uptime;

	if (!find_sum(page->set, family, &cpu))
		return;
	uptime = find_sum(page->set, "process_start_time_seconds", &begun) ? page->now - begun : 0;
	if (uptime > 0)
		skstat_html_row_of(buffer, name, "%.2f s, %.2f %% of one CPU", cpu, cpu / uptime * 100);
	else
		skstat_html_row_of(buffer, name, "%.2f s", cpu);
}

/* Some of what the probes do is timed. */
static void put_probes(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	double hits, samples, sampled;

	if (!find_sum(set, "skstat_probe_hits", &hits))
		return;
	if (find_sum(set, "skstat_probe_samples", &samples) && find_sum(set, "skstat_probe_sampled_seconds", &sampled) &&
	    samples > 0)
		skstat_html_row_of(buffer, "module's probes", "%.0f times, %.0f ns each", hits, sampled / samples * 1e9);
	else
		skstat_html_row_of(buffer, "module's probes", "%.0f times", hits);
}

static void put_budget(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	double budget, held, folding;

	if (!find_sum(set, "skstat_config_memory_budget_bytes", &budget) || budget <= 0 ||
	    !find_sum(set, "skstat_memory_held_bytes", &held) || !find_sum(set, "skstat_memory_folding", &folding))
		return;
	skstat_html_row_of(buffer, "memory budget", "%.1f of %.1f MiB%s", held / (1 << 20), budget / (1 << 20),
			   folding > 0 ? ": new groups are counted under \"other\"" : "");
}

void skstat_page_cost(struct skstat_buffer *buffer, const struct skstat_page *page)
{
	double walks;

	skstat_html_table(buffer, "Cost");
	put_interval(buffer, page->set);
	put_cpu(buffer, page, "polls", "skstat_poll_cpu_seconds");
	if (find_sum(page->set, "skstat_walk_seconds", &walks))
		skstat_html_row_of(buffer, "time of walks in the kernel", "%.3f s", walks);
	put_cpu(buffer, page, "the whole process", "process_cpu_seconds");
	put_probes(buffer, page->set);
	put_mebibytes(buffer, page->set, "memory of the module", "skstat_module_memory_bytes");
	put_mebibytes(buffer, page->set, "memory of the process", "process_resident_memory_bytes");
	put_mebibytes(buffer, page->set, "memory of the model, of that", "skstat_model_memory_bytes");
	put_budget(buffer, page->set);
	skstat_html_table_end(buffer);
}

static void put_reload(struct skstat_buffer *buffer, const struct skstat_families *set, const char *name,
		       const char *ok, const char *when)
{
	double good, taken;
	struct tm utc;
	char day[32];
	time_t time;

	if (!find_sum(set, ok, &good) || !find_sum(set, when, &taken) || taken <= 0)
		return;
	time = (time_t)taken;
	if (!gmtime_r(&time, &utc) || !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return;
	skstat_html_row_of(buffer, name, "taken %s%s", day,
			   good > 0 ? "" : "; what was read since is wrong and not taken: the log says why");
}

void skstat_page_config(struct skstat_buffer *buffer, const struct skstat_page *page)
{
	double end;

	skstat_html_table(buffer, "Configuration");
	put_reload(buffer, page->set, "configuration", "skstat_config_last_reload_successful",
		   "skstat_config_last_reload_success_timestamp_seconds");
	put_reload(buffer, page->set, "TLS and passwords", "skstat_web_config_last_reload_successful",
		   "skstat_web_config_last_reload_success_timestamp_seconds");
	if (find_sum(page->set, "skstat_web_certificate_not_after_seconds", &end) && end > 0)
		skstat_html_row_of(buffer, "certificate", "ends in %.1f days", (end - page->now) / 86400);
	skstat_html_table_end(buffer);
}

/* Of the view, in a family with a series for each. */
static double value_of(const struct skstat_families *set, const char *name, const char *view)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	for (size_t i = 0; family && i < family->count; i++) {
		const char *of = label_of(&family->series[i], "view");

		if (of && strcmp(of, view) == 0)
			return family->series[i].value;
	}
	return 0;
}

void skstat_page_views(struct skstat_buffer *buffer, const struct skstat_families *set)
{
	const struct skstat_family *groups = skstat_family_find(set, "skstat_view_groups");
	size_t i;

	if (!groups || !groups->count)
		return;
	skstat_html_table(buffer, "Views");
	skstat_buffer_text(buffer, "<thead><tr><th scope=\"col\">view</th><th scope=\"col\">groups</th>"
				   "<th scope=\"col\">series</th><th scope=\"col\">sockets folded into other</th></tr>"
				   "</thead>\n");
	for (i = 0; i < groups->count && buffer->length < VIEWS_END; i++) {
		const char *view = label_of(&groups->series[i], "view");

		if (!view)
			continue;
		skstat_buffer_text(buffer, "<tr><th scope=\"row\">");
		skstat_html_text(buffer, view);
		skstat_buffer_printf(buffer, "</th><td>%.0f</td><td>%.0f</td><td>%.0f</td></tr>\n",
				     groups->series[i].value, value_of(set, "skstat_view_series", view),
				     value_of(set, "skstat_view_folded", view));
	}
	if (i < groups->count)
		skstat_buffer_printf(buffer, "<tr><th scope=\"row\">%zu more</th><td></td><td></td><td></td></tr>\n",
				     groups->count - i);
	skstat_html_table_end(buffer);
}
