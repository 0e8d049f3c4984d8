// SPDX-License-Identifier: GPL-2.0
/*
 * The module as a source, over a netlink layer that is played here: what happens when the module goes, comes back as
 * another instance, speaks another version, refuses.
 */
#include "module_fakes.h"

/* What comes is of the instance that the source names at that moment, and under its schema. */
struct watch {
	struct skstat_source *source;
	int samples;
	int answer;
};

static void look(struct watch *watch)
{
	const struct skstat_source_info *info = skstat_source_info(watch->source);

	assert_int_equal(info->instance, fake.instance);
	assert_int_equal(info->schema->counters, fake.instance);
	assert_int_equal(info->hz, 100 * fake.instance);
	watch->samples++;
}

static int watch_sample(const struct skstat_sample *sample, void *arg)
{
	struct watch *watch = arg;

	assert_int_equal(sample->kind, SKSTAT_KIND_FULL);
	look(watch);
	return watch->answer;
}

static int watch_mib(const struct skstat_mib *mib, void *arg)
{
	assert_int_equal(mib->netns, 1);
	look(arg);
	return 0;
}

static struct watch open_source(void)
{
	struct skstat_error error;
	char why[SKSTAT_WHY_SIZE];
	struct watch watch = { .source = skstat_source_open(SKSTAT_SOURCE_AUTO, false, why, &error) };

	assert_non_null(watch.source);
	assert_string_equal(why, "");
	assert_string_equal(skstat_source_info(watch.source)->name, "netlink");
	assert_string_equal(skstat_source_info(watch.source)->version, "0.9");
	return watch;
}

static int sock(struct watch *watch)
{
	struct skstat_error error;
	int err = skstat_source_sock(watch->source, NULL, watch_sample, watch, NULL, &error);

	assert_int_equal(error.text[0] != '\0', err < 0);
	return err;
}

static void opens(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	assert_true(skstat_source_info(watch.source)->all_namespaces && skstat_source_info(watch.source)->delta &&
		    skstat_source_info(watch.source)->exactly_once);
	assert_int_equal(fake.infos, 1);
	assert_int_equal(fake.schemas, 1);
	skstat_source_set_timeout(watch.source, 5);
	assert_int_equal(fake.requests.timeout_ns, 5);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sock(&watch), 0);
	assert_int_equal(skstat_source_mib(watch.source, watch_mib, &watch, NULL), 0);
	assert_int_equal(watch.samples, 4);
	/* Once is enough, for as long as the socket lives. */
	assert_int_equal(fake.infos, 1);
	assert_int_equal(skstat_source_cost(watch.source).opened, 1);
	skstat_source_close(watch.source);
	assert_false(fake.requests.open || fake.holder.open);
}

/* Loaded anew between two polls: neither fails, and the second is under the new schema. */
static void loaded_anew(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	assert_int_equal(sock(&watch), 0);
	fake.instance = 8;
	assert_int_equal(sock(&watch), 0);
	assert_int_equal(watch.samples, 2);
	assert_int_equal(fake.schemas, 2);
	fake.instance = 9;
	assert_int_equal(skstat_source_mib(watch.source, watch_mib, &watch, NULL), 0);
	assert_int_equal(watch.samples, 3);
	assert_int_equal(fake.schemas, 3);
	skstat_source_close(watch.source);
}

/* A stopped dump takes the socket with it. The module may have changed meanwhile, or not. */
static void stopped(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	watch.answer = 1;
	assert_int_equal(sock(&watch), 1);
	watch.answer = 0;
	assert_int_equal(sock(&watch), 0);
	assert_int_equal(fake.infos, 2);
	assert_int_equal(fake.schemas, 1);
	watch.answer = 1;
	assert_int_equal(sock(&watch), 1);
	watch.answer = 0;
	fake.instance = 8;
	assert_int_equal(sock(&watch), 0);
	assert_int_equal(fake.schemas, 2);
	assert_int_equal(watch.samples, 4);
	skstat_source_close(watch.source);
}

static void removed(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	fake.instance = 0;
	assert_int_equal(sock(&watch), -ENOENT);
	assert_int_equal(sock(&watch), -ENOENT);
	assert_int_equal(watch.samples, 0);
	/* What was read is still what the last records were of. */
	assert_int_equal(skstat_source_info(watch.source)->instance, 7);
	fake.instance = 8;
	assert_int_equal(sock(&watch), 0);
	assert_int_equal(watch.samples, 1);
	skstat_source_close(watch.source);
}

/* Another one comes between INFO and SCHEMA, which would be one's instance with the other's schema. */
static void in_between(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	fake.instance = 8;
	fake.after_info = 9;
	assert_int_equal(sock(&watch), -ENOENT);
	assert_int_equal(skstat_source_info(watch.source)->instance, 7);
	assert_int_equal(sock(&watch), 0);
	assert_int_equal(watch.samples, 1);
	skstat_source_close(watch.source);
}

static void other_totals(void **state)
{
	struct skstat_totals totals;
	struct skstat_error error;
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	fake.totals_instance = 99;
	assert_int_equal(skstat_source_sock(watch.source, NULL, watch_sample, &watch, &totals, &error), -ESTALE);
	assert_false(totals.complete);
	assert_true(error.text[0]);
	fake.totals_instance = 0;
	assert_int_equal(sock(&watch), 0);
	assert_int_equal(fake.schemas, 2);
	skstat_source_close(watch.source);
}

static int watch_cell(const struct skstat_cell *cell, void *arg)
{
	assert_int_equal(cell->table, SKSTAT_TABLE_DROP);
	assert_int_equal(cell->count, fake.instance);
	look(arg);
	return ((const struct watch *)arg)->answer;
}

static int watch_name(const struct skstat_counter_name *name, void *arg)
{
	assert_string_equal(name->name, "NO_SOCKET");
	look(arg);
	return 0;
}

static int counter(struct watch *watch)
{
	const struct skstat_counter_reader reader = { watch_cell, watch_name, watch };
	struct skstat_counter_totals totals;
	struct skstat_error error;
	int err = skstat_source_counter(watch->source, &reader, &totals, &error);

	assert_int_equal(error.text[0] != '\0', err < 0);
	assert_int_equal(totals.complete, err == 0);
	return err;
}

static int watch_hist(const struct skstat_hist *hist, void *arg)
{
	assert_int_equal(hist->cell.low, fake.instance);
	look(arg);
	return ((const struct watch *)arg)->answer;
}

static int hist(struct watch *watch)
{
	const struct skstat_hist_reader reader = { .hist = watch_hist, .arg = watch };
	struct skstat_counter_totals totals;
	struct skstat_error error;
	int err = skstat_source_hist(watch->source, &reader, &totals, &error);

	assert_int_equal(error.text[0] != '\0', err < 0);
	assert_int_equal(totals.complete, err == 0);
	return err;
}

/* As the counters below. */
static void histograms(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	assert_int_equal(hist(&watch), 0);
	fake.instance = 8;
	assert_int_equal(hist(&watch), 0);
	assert_int_equal(watch.samples, 2);
	fake.totals_instance = 99;
	assert_int_equal(hist(&watch), -ESTALE);
	fake.totals_instance = 0;
	watch.answer = 1;
	assert_int_equal(hist(&watch), 1);
	watch.answer = 0;
	fake.counter_err = -EOPNOTSUPP;
	assert_int_equal(hist(&watch), -EOPNOTSUPP);
	fake.instance = 0;
	assert_int_equal(hist(&watch), -ENOENT);
	skstat_source_close(watch.source);
}

static void counters(void **state)
{
	struct watch watch;

	(void)state;
	load(7);
	watch = open_source();
	assert_int_equal(counter(&watch), 0);
	assert_int_equal(watch.samples, 2);
	/* Loaded anew: what comes is the new one's, and the source says so before. */
	fake.instance = 8;
	assert_int_equal(counter(&watch), 0);
	assert_int_equal(watch.samples, 4);
	/* And under the old one's family number, which shows at the end. */
	fake.totals_instance = 99;
	assert_int_equal(counter(&watch), -ESTALE);
	fake.totals_instance = 0;
	fake.infos = 0;
	assert_int_equal(counter(&watch), 0);
	assert_int_equal(fake.infos, 1);
	watch.answer = 1;
	assert_int_equal(counter(&watch), 1);
	watch.answer = 0;
	assert_int_equal(counter(&watch), 0);
	/* An old module. */
	fake.counter_err = -EOPNOTSUPP;
	assert_int_equal(counter(&watch), -EOPNOTSUPP);
	fake.instance = 0;
	assert_int_equal(counter(&watch), -ENOENT);
	skstat_source_close(watch.source);
}

/* The sentence of a module that is there and will not do. */
static void refused(const char *sentence, int err)
{
	struct skstat_error error;
	char why[SKSTAT_WHY_SIZE];
	struct skstat_source *source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, why, &error);

	assert_null(source);
	assert_int_equal(error.err, err);
	assert_non_null(strstr(error.text, sentence));
	assert_string_equal(why, "");
	assert_false(fake.requests.open || fake.holder.open);

	/* Where inet_diag is to be had, the same is said of why it was taken. */
	source = skstat_source_open(SKSTAT_SOURCE_AUTO, false, why, NULL);
	if (!source)
		return;
	assert_string_equal(skstat_source_info(source)->name, "inet_diag");
	assert_non_null(strstr(why, sentence));
	skstat_source_close(source);
}

static void refusals(void **state)
{
	(void)state;
	load(0);
	refused("gone", -ENOENT);

	load(7);
	fake.info_err = -EPERM;
	fake.info_text = "needs CAP_NET_ADMIN";
	refused("needs CAP_NET_ADMIN", -EPERM);

	load(7);
	fake.abi = SKSTAT_FAMILY_VERSION + 1;
	refused("upgrade the exporter", -EPROTONOSUPPORT);

	load(7);
	fake.abi = 0;
	refused("upgrade the module", -EPROTONOSUPPORT);

	load(7);
	fake.info_err = -EPROTONOSUPPORT;
	fake.info_text = "this module speaks version 3 of the family, and only that";
	refused("version 3", -EPROTONOSUPPORT);
	refused("upgrade", -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens),   cmocka_unit_test(loaded_anew), cmocka_unit_test(stopped),
		cmocka_unit_test(removed), cmocka_unit_test(in_between),  cmocka_unit_test(other_totals),
		cmocka_unit_test(refusals), cmocka_unit_test(histograms), cmocka_unit_test(counters),
	};

	return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
