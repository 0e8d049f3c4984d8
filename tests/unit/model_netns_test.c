// SPDX-License-Identifier: GPL-2.0
/* Namespaces: labels, sockets by state, the kernel's SNMP counters; and the list of all families. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/mib.h"
#include "model_kit.h"

#define ESTABLISHED "skstat_tcp_sockets"
#define OVERFLOWS "skstat_mib_tcpext_listen_overflows"
#define CURR "skstat_mib_tcp_curr_estab"

static const char *name_of(uint32_t inode, void *arg)
{
	(void)arg;
	return inode == 101 || inode == 102 ? "blue" : inode == 103 ? "other" : inode == 104 ? "105" : NULL;
}

/* One counter of each table, at places of their own. */
static struct skstat_schema_counter counters[] = {
	{ .table = SKSTAT_MIB_TCP, .index = 1, .name = "CurrEstab" },
	{ .table = SKSTAT_MIB_TCPEXT, .index = 2, .name = "ListenOverflows" },
	{ .table = SKSTAT_MIB_IP, .index = 0, .name = "InOctets" },
	{ .table = SKSTAT_MIB_IP6, .index = 0, .name = "Ip6InOctets" },
	{ .table = SKSTAT_MIB_TCPEXT, .index = 0, .name = "NobodyKnowsThisOne" },
};

static struct kit *mib_kit(uint32_t limit)
{
	const struct skstat_model_config config = {
		KIT_VIEW(20, KIT_SECOND, .labels = KIT_LABELS), .netns_limit = limit, .netns_name = name_of,
	};
	struct kit *kit = kit_new(&config);

	kit->schema.counter = counters;
	kit->schema.counters = sizeof(counters) / sizeof(counters[0]);
	return kit;
}

/* A poll that names these namespaces, and their counters after it. */
struct space {
	uint64_t id;
	uint32_t inode, established;
	uint64_t overflows;
};

static void poll_spaces(struct kit *kit, const struct space *space, size_t count)
{
	kit_begin(kit, true);
	for (size_t i = 0; i < count; i++) {
		struct skstat_sample s = kit_netns(space[i].id, space[i].inode, space[i].established);

		kit_put(kit, &s);
	}
	kit_end(kit, true, false);
	for (size_t i = 0; i < count; i++) {
		uint64_t tcp[] = { 7, space[i].established }, ext[] = { 9, 9, space[i].overflows }, ip[] = { 4000 };
		struct skstat_mib mib = { .netns = space[i].id, .inode = space[i].inode };

		mib.table[SKSTAT_MIB_TCP] = tcp;
		mib.count[SKSTAT_MIB_TCP] = 2;
		mib.table[SKSTAT_MIB_TCPEXT] = ext;
		mib.count[SKSTAT_MIB_TCPEXT] = 3;
		mib.table[SKSTAT_MIB_IP] = ip;
		mib.count[SKSTAT_MIB_IP] = 1;
		assert_int_equal(skstat_model_mib(&mib, kit->model), 0);
	}
}

static void labels_are_names_or_inodes(void **state)
{
	static const struct space spaces[] = { { 1, 100, 1, 0 }, { 2, 101, 2, 0 }, { 3, 102, 3, 0 },
					       { 4, 103, 4, 0 }, { 5, 105, 5, 0 }, { 6, 104, 6, 0 } };
	struct kit *kit = mib_kit(20);

	(void)state;
	poll_spaces(kit, spaces, 6);
	assert_true(kit_value(kit, ESTABLISHED, "100/established") == 1);
	assert_true(kit_value(kit, ESTABLISHED, "blue/established") == 2);
	/* the name is taken; it is ours; it is another one's inode */
	assert_true(kit_value(kit, ESTABLISHED, "102/established") == 3);
	assert_true(kit_value(kit, ESTABLISHED, "103/established") == 4);
	assert_true(kit_value(kit, ESTABLISHED, "105/established") == 5);
	assert_true(kit_value(kit, ESTABLISHED, "104/established") == 6);
	assert_true(kit_value(kit, ESTABLISHED, "100/time_wait") == 0);
	assert_int_equal(kit_family(kit, ESTABLISHED)->count, 6 * 11);
	assert_true(kit_value(kit, OVERFLOWS, "blue") == 0);
	assert_true(kit_value(kit, "skstat_mib_ip_in_octets", "blue") == 4000);
	/* known to the schema, but not in any namespace; and not known */
	assert_int_equal(kit_family(kit, "skstat_mib_ip6_in_octets")->count, 0);
	assert_null(kit_family(kit, "skstat_mib_tcp_in_segs"));
	kit_free(kit);
}

static void a_number_for_a_name(void **state)
{
	static const struct space spaces[] = { { 6, 104, 6, 0 }, { 5, 105, 5, 0 } };
	struct kit *kit = mib_kit(20);

	(void)state;
	poll_spaces(kit, spaces, 2);
	assert_true(kit_value(kit, ESTABLISHED, "105/established") == 6);
	assert_true(kit_value(kit, ESTABLISHED, "netns/105/established") == 5);
	kit_free(kit);
}

static void a_namespace_goes(void **state)
{
	static const struct space both[] = { { 1, 100, 1, 5 }, { 2, 101, 2, 6 } };
	static const struct space reused[] = { { 1, 100, 1, 5 }, { 9, 101, 3, 1 } };
	struct skstat_sample s = kit_netns(1, 100, 8);
	struct kit *kit = mib_kit(20);

	(void)state;
	poll_spaces(kit, both, 2);
	kit_begin(kit, false);
	kit_put(kit, &s);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, ESTABLISHED, "100/established") == 8);
	assert_true(kit_value(kit, ESTABLISHED, "blue/established") == 2);
	/* the inode is another namespace's now, which takes the free name */
	poll_spaces(kit, reused, 2);
	assert_true(kit_value(kit, ESTABLISHED, "blue/established") == 3);
	assert_true(kit_value(kit, OVERFLOWS, "blue") == 1);
	poll_spaces(kit, both, 1);
	assert_null(kit_series(kit, ESTABLISHED, "blue/established"));
	assert_null(kit_series(kit, OVERFLOWS, "blue"));
	assert_null(kit_series(kit, ESTABLISHED, "other/established"));
	kit_free(kit);
}

/* Past the limit: counters add up differences, and what one had counted stays; gauges are of those that are there. */
static void other_namespaces_are_one(void **state)
{
	static const struct space first[] = { { 1, 100, 1, 5 }, { 2, 200, 10, 50 }, { 3, 300, 20, 7 } };
	static const struct space second[] = { { 1, 100, 1, 6 }, { 2, 200, 11, 52 }, { 3, 300, 20, 7 } };
	static const struct space third[] = { { 1, 100, 1, 6 }, { 3, 300, 20, 3 } };
	static const struct space fourth[] = { { 3, 300, 20, 4 }, { 4, 400, 2, 9 }, { 5, 500, 3, 1 } };
	struct kit *kit = mib_kit(1);

	(void)state;
	poll_spaces(kit, first, 3);
	assert_true(kit_value(kit, OVERFLOWS, "100") == 5);
	assert_true(kit_value(kit, OVERFLOWS, "other") == 57);
	assert_true(kit_value(kit, CURR, "other") == 30);
	assert_true(kit_value(kit, ESTABLISHED, "other/established") == 30);
	assert_int_equal(kit_family(kit, CURR)->type, SKSTAT_METRIC_GAUGE);
	assert_int_equal(kit_family(kit, OVERFLOWS)->type, SKSTAT_METRIC_COUNTER);
	poll_spaces(kit, second, 3);
	assert_true(kit_value(kit, OVERFLOWS, "other") == 59);
	assert_true(kit_value(kit, CURR, "other") == 31);
	/* one goes; the other one steps back, which none should */
	poll_spaces(kit, third, 2);
	assert_true(kit_value(kit, OVERFLOWS, "other") == 59);
	assert_true(kit_value(kit, CURR, "other") == 20);
	/* the place with a label goes to the next one that comes, not to who was folded */
	poll_spaces(kit, third + 1, 1);
	poll_spaces(kit, fourth, 3);
	assert_true(kit_value(kit, OVERFLOWS, "400") == 9);
	assert_true(kit_value(kit, OVERFLOWS, "other") == 61);
	assert_null(kit_series(kit, OVERFLOWS, "300"));
	kit_free(kit);
}

static void mib_alone(void **state)
{
	struct skstat_mib mib = { .netns = 7, .inode = 700 };
	struct kit *kit = mib_kit(20);

	(void)state;
	assert_int_equal(skstat_model_mib(&mib, kit->model), 0);
	kit_begin(kit, false);
	kit_end(kit, true, false);
	mib.count[SKSTAT_MIB_TCPEXT] = 2; /* shorter than the schema has it */
	mib.table[SKSTAT_MIB_TCPEXT] = "0123456789abcdef";
	assert_int_equal(skstat_model_mib(&mib, kit->model), 0);
	assert_null(kit_series(kit, OVERFLOWS, "700"));
	/* not counted by a walk yet: absent, not 0 */
	assert_int_equal(kit_family(kit, ESTABLISHED)->count, 0);
	kit_free(kit);
}

struct told {
	struct skstat_family_doc doc[256];
	char name[256][96], labels[256][96];
	size_t count;
};

static void tell(const struct skstat_family_doc *doc, void *arg)
{
	struct told *told = arg;

	assert_true(told->count < 256);
	told->doc[told->count] = *doc;
	/* Without values. */
	snprintf(told->labels[told->count], sizeof(told->labels[0]), "%.*s", (int)strcspn(doc->labels, "="),
		 doc->labels);
	snprintf(told->name[told->count++], sizeof(told->name[0]), "%s", doc->name);
}

/* The list names exactly the families of a model that has all, in their order. */
static void the_list_is_the_families(void **state)
{
	struct skstat_schema_counter *all = calloc(SKSTAT_MIB_COUNT, sizeof(*all));
	struct told *told = calloc(1, sizeof(*told));
	const struct skstat_model_config config = {
		.netns_limit = 20,
		KIT_VIEW(20, KIT_SECOND, .labels = KIT_LABELS, .all_histograms = true, .top = { 1, 1, 1, 1 }),
	};
	struct kit *kit = kit_new(&config);
	struct skstat_sample s[2] = { kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443"), kit_netns(1, 100, 1) };
	size_t mib = 0;

	(void)state;
	if (!all || !told)
		abort();
	for (size_t i = 0; i < SKSTAT_MIB_COUNT; i++) {
		all[i].table = skstat_mib_rows[i].table;
		all[i].index = (uint32_t)i;
		snprintf(all[i].name, sizeof(all[i].name), "%s", skstat_mib_rows[i].kernel);
	}
	kit->schema.counter = all;
	kit->schema.counters = SKSTAT_MIB_COUNT;
	kit->poll.journal = true;
	s[0].traffic.bytes_sent = s[0].traffic.total_retrans = s[0].traffic.wqueue = s[0].tcp.rtt = 1;
	kit_poll(kit, s, 2);
	kit_poll(kit, s, 2);
	skstat_model_counters_begin(kit->model, UINT64_MAX);
	skstat_model_counters_end(kit->model, true);
	skstat_model_histograms_begin(kit->model, UINT64_MAX);
	skstat_model_histograms_end(kit->model, true);
	skstat_model_document(tell, told);
	assert_non_null(kit_family(kit, ESTABLISHED));
	assert_int_equal(told->count, kit->set->count);
	while (mib < told->count && strncmp(told->name[mib], "skstat_mib_", 11) != 0)
		mib++;
	for (size_t i = 0; i < told->count; i++) {
		const struct skstat_family *family = &kit->set->family[i];
		const struct skstat_family_doc *doc = &told->doc[i];
		char labels[128] = "";

		assert_string_equal(told->name[i], family->name);
		assert_string_equal(doc->unit, family->unit);
		assert_string_equal(doc->help, family->help);
		assert_int_equal(doc->type, family->type);
		assert_false(family->constant);
		for (size_t l = 0; family->count && l < family->series[0].labels; l++) {
			strcat(labels, l ? "," : "");
			strcat(labels, family->series[0].label[l].name);
		}
		if (family->count)
			assert_string_equal(told->labels[i], labels);
		/* whole words in small letters, ending in the unit; none twice */
		for (const char *c = family->name; *c; c++)
			assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
		assert_null(strstr(family->name, "_total"));
		if (family->unit[0])
			assert_string_equal(family->name + strlen(family->name) - strlen(family->unit), family->unit);
		assert_true(strlen(family->help) > 10);
		assert_null(strchr(family->help, '\n'));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(told->name[j], told->name[i]);
		/* people search for the kernel's own name */
		if (strncmp(family->name, "skstat_mib_", 11) == 0)
			assert_non_null(strstr(family->help, skstat_mib_rows[i - mib].kernel));
	}
	kit_free(kit);
	free(told);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_names_or_inodes), cmocka_unit_test(a_number_for_a_name),
		cmocka_unit_test(a_namespace_goes),	      cmocka_unit_test(other_namespaces_are_one),
		cmocka_unit_test(mib_alone),		      cmocka_unit_test(the_list_is_the_families),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_netns", tests, NULL, NULL);
}
