// SPDX-License-Identifier: GPL-2.0
/* What the probes have measured, in the model: differences by bucket, edges, sums, labels, what is folded. */
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <skstat/probes.h>

#include "model/cell_label.h"
#include "model_kit.h"

#define BUCKETS SKSTAT_HISTOGRAM_BUCKETS
#define OTHER	SKSTAT_KEY_OTHER
#define ALL	(~UINT64_C(0))

#define STATES "skstat_tcp_state_duration_seconds"
#define SIZES  "skstat_packet_size_bytes"
#define CALLS  "skstat_socket_call_size_bytes"

static struct kit *kit_of(uint32_t limit)
{
	const struct skstat_model_config config = {
		KIT_VIEW(20, 3600 * KIT_SECOND, .labels = KIT_LABELS), .netns_limit = 2, .cell_limit = limit,
	};

	return kit_new(&config);
}

static void name_take(struct kit *kit, uint32_t column, uint32_t id, const char *text, uint64_t netns)
{
	struct skstat_counter_name name = { .column = column, .id = id, .netns = netns };

	snprintf(name.name, sizeof(name.name), "%s", text);
	assert_int_equal(skstat_model_histograms_name(&name, kit->model), 0);
}

/* A poll with these histograms, while those probes are held. */
static void reading_of(struct kit *kit, uint64_t held, const struct skstat_hist *hist, size_t count, bool whole)
{
	const struct skstat_sample netns = kit_netns(1, 4026531840, 1);

	kit_begin(kit, true);
	kit_put(kit, &netns);
	skstat_model_histograms_begin(kit->model, held);
	name_take(kit, SKSTAT_COLUMN_DEVICE, 2, "eth0", 1);
	name_take(kit, SKSTAT_COLUMN_QDISC, 1, "tbf", 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(skstat_model_histograms_cell(&hist[i], kit->model), 0);
	skstat_model_histograms_end(kit->model, whole);
	kit_end(kit, true, false);
}

static void reading(struct kit *kit, const struct skstat_hist *hist, size_t count)
{
	reading_of(kit, ALL, hist, count, true);
}

static struct kit *ready(uint32_t limit)
{
	struct kit *kit = kit_of(limit);

	reading(kit, NULL, 0);
	return kit;
}

static const struct skstat_distribution *distribution(struct kit *kit, const char *name, const char *labels)
{
	const struct skstat_series *series = kit_series(kit, name, labels);

	if (!series)
		fail_msg("no series %s{%s}", name, labels);
	return &series->distribution;
}

/* As a line of the text format: what is at or below that edge, which there must be. */
static uint64_t at_most(const struct skstat_distribution *d, double edge)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < d->edges; i++) {
		sum += d->count[i];
		if (d->edge[i] == edge)
			return sum;
	}
	fail_msg("no edge %g", edge);
	return 0;
}

static uint64_t count_of(const struct skstat_distribution *d)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= d->edges; i++)
		sum += d->count[i];
	return sum;
}

static struct skstat_hist established(void)
{
	return (struct skstat_hist){ .cell = { .histogram = SKSTAT_HISTOGRAM_STATE, .key = { TCP_ESTABLISHED } } };
}

static void differences(void **state)
{
	struct skstat_hist hist = established();
	struct kit *kit = kit_of(500);
	const struct skstat_distribution *d;

	(void)state;
	hist.bucket[10] = 5;
	hist.cell.low = 2;
	hist.cell.sum = 7000000000;
	/* What was before is baseline: a series, and nothing in it. */
	reading(kit, &hist, 1);
	d = distribution(kit, STATES, "established");
	assert_int_equal(count_of(d), 0);
	assert_true(d->sum == 0);
	hist.bucket[10] += 3;
	hist.bucket[200] = 4;
	hist.cell.high = 1;
	hist.cell.sum += 2500000000;
	for (int times = 0; times < 2; times++) {
		reading(kit, &hist, 1);
		d = distribution(kit, STATES, "established");
		assert_int_equal(count_of(d), 8);
		assert_true(d->sum == 2.5);
		assert_int_equal(d->native->count[10], 3);
		assert_int_equal(d->native->count[200], 4);
		assert_int_equal(d->native->low, 0);
		assert_int_equal(d->native->high, 1);
	}
	/* A reading without it, one that broke off, and one with the same key twice. */
	reading(kit, NULL, 0);
	hist.cell.low += 1;
	reading_of(kit, ALL, &hist, 1, false);
	assert_int_equal(count_of(distribution(kit, STATES, "established")), 8);
	reading(kit, &hist, 1);
	assert_int_equal(count_of(distribution(kit, STATES, "established")), 9);
	/* It cannot go back; nor does what is shown. */
	hist.bucket[200] = 1;
	reading(kit, &hist, 1);
	assert_int_equal(count_of(distribution(kit, STATES, "established")), 9);
	assert_true(kit_value(kit, "skstat_histograms_series", "state") == 1);
	assert_true(kit_value(kit, "skstat_histograms_folded_cells", "state") == 0);
	kit_free(kit);
}

static void a_key_twice(void **state)
{
	struct skstat_hist hist[2] = { established(), established() };
	struct kit *kit = ready(500);

	(void)state;
	hist[0].bucket[0] = hist[1].bucket[0] = 3;
	hist[0].cell.sum = hist[1].cell.sum = 500000000;
	reading(kit, hist, 2);
	reading(kit, hist, 2);
	assert_int_equal(count_of(distribution(kit, STATES, "established")), 6);
	assert_true(distribution(kit, STATES, "established")->sum == 1);
	kit_free(kit);
}

/* The module's sum goes round at 2^64, and ours beyond it: a million connections see to that in a few hours. */
static void sums_go_round(void **state)
{
	struct skstat_hist hist = established();
	struct kit *kit = ready(500);
	double expected = 0;

	(void)state;
	for (int times = 0; times < 10; times++) {
		hist.cell.sum += UINT64_C(1) << 63;
		expected += 0x1p63;
		hist.cell.low++;
		reading(kit, &hist, 1);
		assert_true(distribution(kit, STATES, "established")->sum == expected / 1e9);
	}
	kit_free(kit);
}

/* One in each bucket: a classic edge has what is at or below it, to the last one. */
static void edges(void **state)
{
	static const struct {
		uint32_t histogram, key;
		const char *name, *labels;
		int lowest, first; /* exponents: of the lower edge of all, and of the first that is a power of four */
		size_t edges;
		double scale;
	} cases[] = {
		{ SKSTAT_HISTOGRAM_STATE, TCP_ESTABLISHED, STATES, "established", -17, -16, 16, 1e9 },
		{ SKSTAT_HISTOGRAM_READ, 80, "skstat_tcp_read_delay_seconds", "80", -24, -24, 17, 1e9 },
		{ SKSTAT_HISTOGRAM_SIZE, SKSTAT_POINT_NET_DEV_XMIT, SIZES, "net_dev_xmit", 0, 0, 17, 1 },
	};
	struct skstat_hist hist[3] = { 0 };
	struct kit *kit = ready(500);

	(void)state;
	for (size_t c = 0; c < 3; c++) {
		hist[c].cell = (struct skstat_histogram_cell){
			.histogram = cases[c].histogram, .key = { cases[c].key }, .low = 1000, .high = 100000,
			.sum = 123456789,
		};
		for (size_t i = 0; i < BUCKETS; i++)
			hist[c].bucket[i] = 1;
	}
	reading(kit, hist, 3);
	for (size_t c = 0; c < 3; c++) {
		const struct skstat_distribution *d = distribution(kit, cases[c].name, cases[c].labels);

		assert_int_equal(d->edges, cases[c].edges);
		for (size_t i = 0; i < d->edges; i++) {
			int exponent = cases[c].first + 2 * (int)i;

			assert_true(d->edge[i] == ldexp(1, exponent));
			assert_int_equal(at_most(d, d->edge[i]), 1000 + 8 * (exponent - cases[c].lowest));
		}
		assert_int_equal(count_of(d), 1000 + BUCKETS + 100000);
		assert_true(d->sum == 123456789 / cases[c].scale);
		assert_int_equal(d->native->schema, 3);
		assert_int_equal(d->native->buckets, BUCKETS);
		assert_int_equal(d->native->first, 8 * cases[c].lowest + 1);
		assert_true(d->native->threshold == ldexp(1, cases[c].lowest));
		assert_int_equal(d->native->low, 1000);
		assert_int_equal(d->native->high, 100000);
	}
	kit_free(kit);
}

/* Every label, and the one whose number is 0. */
static void labels(void **state)
{
	static const struct {
		uint32_t histogram, key[3];
		const char *name, *labels;
	} cases[] = {
		{ SKSTAT_HISTOGRAM_TRANSMIT, { 2 }, "skstat_device_transmit_seconds", "eth0/4026531840" },
		{ SKSTAT_HISTOGRAM_QDISC, { 2, 1 }, "skstat_qdisc_delay_seconds", "eth0/4026531840/tbf" },
		{ SKSTAT_HISTOGRAM_SIZE, { SKSTAT_POINT_NAPI_GRO_RECEIVE, 2 }, SIZES,
		  "napi_gro_receive/eth0/4026531840" },
		{ SKSTAT_HISTOGRAM_SIZE, { SKSTAT_POINT_NETIF_RECEIVE_SKB, 0 }, SIZES, "netif_receive_skb" },
		{ SKSTAT_HISTOGRAM_SIZE, { SKSTAT_POINT_NET_DEV_QUEUE, OTHER }, SIZES, "net_dev_queue/other/other" },
		{ SKSTAT_HISTOGRAM_READ, { 443 }, "skstat_tcp_read_delay_seconds", "443" },
		{ SKSTAT_HISTOGRAM_READ, { 0 }, "skstat_tcp_read_delay_seconds", "" },
		{ SKSTAT_HISTOGRAM_SKB, { SKSTAT_WAY_TRANSMIT, SKSTAT_END_CONSUMED }, "skstat_packet_life_seconds",
		  "transmit/consumed" },
		{ SKSTAT_HISTOGRAM_SKB, { SKSTAT_WAY_RECEIVE, SKSTAT_END_READ }, "skstat_packet_life_seconds",
		  "receive/read" },
		{ SKSTAT_HISTOGRAM_SKB, { SKSTAT_WAY_RECEIVE, SKSTAT_END_DROPPED }, "skstat_packet_life_seconds",
		  "receive/dropped" },
		{ SKSTAT_HISTOGRAM_CALL, { SKSTAT_CALL_SEND, IPPROTO_TCP, AF_INET6 }, CALLS, "send/tcp/ipv6" },
		{ SKSTAT_HISTOGRAM_CALL, { SKSTAT_CALL_RECEIVE, IPPROTO_UDP, AF_INET }, CALLS, "receive/udp/ipv4" },
		{ SKSTAT_HISTOGRAM_STATE, { TCP_FIN_WAIT2 }, STATES, "fin_wait2" },
		{ SKSTAT_HISTOGRAM_CONGESTION, { TCP_CA_Open }, "skstat_tcp_congestion_state_duration_seconds",
		  "open" },
		{ SKSTAT_HISTOGRAM_CONGESTION, { TCP_CA_Loss }, "skstat_tcp_congestion_state_duration_seconds",
		  "loss" },
		{ SKSTAT_HISTOGRAM_CONGESTION, { OTHER }, "skstat_tcp_congestion_state_duration_seconds", "other" },
	};
	struct skstat_hist hist[sizeof(cases) / sizeof(cases[0])] = { 0 };
	const size_t count = sizeof(cases) / sizeof(cases[0]);
	struct kit *kit = ready(500);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		hist[i].cell.histogram = cases[i].histogram;
		memcpy(hist[i].cell.key, cases[i].key, sizeof(cases[i].key));
		hist[i].cell.low = i + 1;
	}
	reading(kit, hist, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(count_of(distribution(kit, cases[i].name, cases[i].labels)), i + 1);
	kit_free(kit);
}

/* Calls are measured by one probe or, on kernels that do not have it, by another. */
static void probes(void **state)
{
	struct skstat_hist hist = {
		.cell = { .histogram = SKSTAT_HISTOGRAM_CALL, .key = { SKSTAT_CALL_SEND, IPPROTO_TCP, AF_INET } },
	};
	struct kit *kit = kit_of(500);

	(void)state;
	reading_of(kit, SKSTAT_PROBE_BIT(STATE), &hist, 1, true);
	assert_null(kit_family(kit, CALLS));
	assert_non_null(kit_family(kit, STATES));
	assert_int_equal(kit_family(kit, STATES)->count, 0);
	reading_of(kit, SKSTAT_PROBE_BIT(CALL_RETURN), &hist, 1, true);
	hist.cell.low = 5;
	reading_of(kit, SKSTAT_PROBE_BIT(CALL_RETURN), &hist, 1, true);
	assert_int_equal(count_of(distribution(kit, CALLS, "send/tcp/ipv4")), 5);
	kit_free(kit);
}

/* Past the limit all goes to `other`, with what the module has put there. */
static void folding(void **state)
{
	struct skstat_hist hist[3] = { 0 };
	struct kit *kit = ready(1);
	const char *name = "skstat_tcp_read_delay_seconds";

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		hist[i].cell.histogram = SKSTAT_HISTOGRAM_READ;
		hist[i].cell.key[0] = i < 2 ? 80 + i : OTHER;
		hist[i].bucket[7] = 1u << i;
	}
	for (int times = 0; times < 2; times++) {
		reading(kit, hist, 3);
		assert_int_equal(count_of(distribution(kit, name, "80")), 1);
		assert_int_equal(distribution(kit, name, "other")->native->count[7], 6);
		assert_true(kit_value(kit, "skstat_histograms_folded_cells", "read") == 1);
	}
	kit_free(kit);
}

/* Another instance's begin at 0, and the series go on. */
static void loaded_anew(void **state)
{
	struct skstat_hist hist = established();
	struct kit *kit = ready(500);

	(void)state;
	hist.cell.low = 5;
	reading(kit, &hist, 1);
	kit->poll.instance = 2;
	hist.cell.low = 2;
	reading(kit, &hist, 1);
	assert_int_equal(count_of(distribution(kit, STATES, "established")), 7);
	kit_free(kit);
}

/* More than there was room for at first. */
static void many(void **state)
{
	struct kit *kit = ready(1000);
	struct skstat_hist *hist = calloc(300, sizeof(*hist));

	(void)state;
	assert_non_null(hist);
	for (uint64_t round = 1; round <= 3; round++) {
		for (uint32_t i = 0; i < 300; i++) {
			hist[i].cell.histogram = SKSTAT_HISTOGRAM_READ;
			hist[i].cell.key[0] = 1 + (i * 7 + (uint32_t)round * 11) % 300;
			hist[i].bucket[9] = round * hist[i].cell.key[0];
		}
		reading(kit, hist, 300);
	}
	assert_int_equal(kit_family(kit, "skstat_tcp_read_delay_seconds")->count, 300);
	assert_int_equal(count_of(distribution(kit, "skstat_tcp_read_delay_seconds", "123")), 3 * 123);
	assert_true(kit_sum(kit, "skstat_tcp_read_delay_seconds") == 3 * 300 * 301 / 2);
	free(hist);
	kit_free(kit);
}

/* Whatever families there can be, in METRICS.md there are; each one's labels have names of their own. */
struct documented {
	struct kit *kit;
	size_t histograms;
};

static void document(const struct skstat_family_doc *doc, void *arg)
{
	struct documented *documented = arg;
	const struct skstat_family *family = kit_family(documented->kit, doc->name);

	for (uint32_t id = 1; id < __SKSTAT_HISTOGRAM_MAX; id++) {
		const char *metric = skstat_hist_tables[id].metric;

		if (doc->type != SKSTAT_METRIC_HISTOGRAM || strncmp(doc->name, metric, strlen(metric)) != 0)
			continue;
		documented->histograms++;
		assert_non_null(family);
		assert_string_equal(doc->name + strlen(metric) + 1, doc->unit);
	}
	if (strcmp(doc->name, SIZES) == 0)
		assert_string_equal(doc->labels, "point=napi_gro_receive|netif_receive_skb|net_dev_queue|net_dev_xmit,"
						 "device,netns");
	if (!family)
		return;
	assert_int_equal(family->type, doc->type);
	assert_string_equal(family->help, doc->help);
}

static void documentation(void **state)
{
	struct documented documented = { .kit = ready(500) };

	(void)state;
	skstat_model_document(document, &documented);
	assert_int_equal(documented.histograms, __SKSTAT_HISTOGRAM_MAX - 1);
	for (uint32_t id = 1; id < __SKSTAT_HISTOGRAM_MAX; id++) {
		const char *name[SKSTAT_CELL_LABELS];
		size_t count = skstat_cell_label_names(&skstat_hist_tables[id], name);

		for (size_t i = 0; i < count; i++)
			for (size_t j = i + 1; j < count; j++)
				assert_string_not_equal(name[i], name[j]);
	}
	kit_free(documented.kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences), cmocka_unit_test(a_key_twice), cmocka_unit_test(sums_go_round),
		cmocka_unit_test(edges),       cmocka_unit_test(labels),      cmocka_unit_test(probes),
		cmocka_unit_test(folding),     cmocka_unit_test(loaded_anew), cmocka_unit_test(many),
		cmocka_unit_test(documentation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_hist", tests, NULL, NULL);
}
