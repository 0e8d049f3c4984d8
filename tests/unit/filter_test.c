// SPDX-License-Identifier: GPL-2.0
/* A query's conditions, tested on this side: one socket, one condition at a time, then all at once. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "source/filter.h"
#include "source/text.h"

/* 10.1.2.3:8080 with 198.51.100.2:40000. */
static struct skstat_sample four(void)
{
	struct skstat_sample sample = {
		.kind = SKSTAT_KIND_FULL,
		.identity = { .family = AF_INET, .state = TCP_ESTABLISHED, .sport = 8080, .dport = 40000,
			      .ifindex = 3, .mark = 0x1234,
			      .saddr = { { 10, 1, 2, 3 } }, .daddr = { { 198, 51, 100, 2 } } },
		.owner = { .uid = 1000, .cgroup = 77 },
	};

	sample.size[SKSTAT_GROUP_OWNER] = sizeof(sample.owner);
	return sample;
}

static struct skstat_prefix prefix_of(const char *text)
{
	struct skstat_prefix prefix;

	assert_int_equal(skstat_prefix_parse(text, &prefix), 0);
	return prefix;
}

static bool match(const struct skstat_query *query)
{
	struct skstat_sample sample = four();

	assert_int_equal(skstat_filter_check(query, NULL), 0);
	return skstat_filter_match(query, &sample);
}

static void everything(void **state)
{
	const struct skstat_query none = { 0 };

	(void)state;
	assert_true(match(NULL));
	assert_true(match(&none));
}

/* Scalars count only where `has` says so, and zero is a value. */
static void scalars(void **state)
{
	static const struct {
		struct skstat_query query;
		bool match;
	} rows[] = {
		{ { .has = SKSTAT_HAS(STATES), .states = 1 << TCP_ESTABLISHED | 1 << TCP_LISTEN }, true },
		{ { .has = SKSTAT_HAS(STATES), .states = 1 << TCP_LISTEN }, false },
		{ { .has = SKSTAT_HAS(STATES), .states = 0 }, false },
		{ { .states = 1 << TCP_LISTEN }, true },
		{ { .has = SKSTAT_HAS(KINDS), .kinds = 1 << SKSTAT_KIND_FULL }, true },
		{ { .has = SKSTAT_HAS(KINDS), .kinds = 1 << SKSTAT_KIND_LISTEN | 1 << SKSTAT_KIND_REQUEST }, false },
		{ { .has = SKSTAT_HAS(FAMILIES), .families = SKSTAT_FAMILY_INET }, true },
		{ { .has = SKSTAT_HAS(FAMILIES), .families = SKSTAT_FAMILY_INET6 | SKSTAT_FAMILY_MAPPED }, false },
		{ { .has = SKSTAT_HAS(IFINDEX), .ifindex = 3 }, true },
		{ { .has = SKSTAT_HAS(IFINDEX), .ifindex = 0 }, false },
		{ { .has = SKSTAT_HAS(UID), .uid = 1000 }, true },
		{ { .has = SKSTAT_HAS(UID), .uid = 0 }, false },
		{ { .has = SKSTAT_HAS(CGROUP), .cgroup = 77 }, true },
		{ { .has = SKSTAT_HAS(CGROUP), .cgroup = 78 }, false },
		{ { .has = SKSTAT_HAS(UID) | SKSTAT_HAS(CGROUP), .uid = 1000, .cgroup = 78 }, false },
		{ { .has = SKSTAT_HAS(MARK), .mark = 0x1234 }, true },
		{ { .has = SKSTAT_HAS(MARK), .mark = 0x34 }, false },
		{ { .has = SKSTAT_HAS(MARK) | SKSTAT_HAS(MARK_MASK), .mark = 0xff34, .mark_mask = 0xff }, true },
		{ { .has = SKSTAT_HAS(MARK) | SKSTAT_HAS(MARK_MASK), .mark = 0xff34, .mark_mask = 0xfff }, false },
		{ { .has = SKSTAT_HAS(MARK) | SKSTAT_HAS(MARK_MASK), .mark = 0, .mark_mask = 0 }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(match(&rows[i].query), rows[i].match);
}

/* What has no owner meets no condition on one. */
static void ownerless(void **state)
{
	const struct skstat_query uid = { .has = SKSTAT_HAS(UID), .uid = 0 };
	const struct skstat_query cgroup = { .has = SKSTAT_HAS(CGROUP), .cgroup = 0 };
	struct skstat_sample sample = four();

	(void)state;
	sample.kind = SKSTAT_KIND_TIMEWAIT;
	sample.size[SKSTAT_GROUP_OWNER] = 0;
	memset(&sample.owner, 0, sizeof(sample.owner));
	assert_false(skstat_filter_match(&uid, &sample));
	assert_false(skstat_filter_match(&cgroup, &sample));
}

static void ports(void **state)
{
	const struct skstat_range ranges[] = { { 80, 80 }, { 8080, 8090 }, { 0, 65535 }, { 8081, 65535 }, { 40000, 40000 } };

	(void)state;
	assert_false(match(&(struct skstat_query){ .local_port = &ranges[0], .local_ports = 1 }));
	assert_true(match(&(struct skstat_query){ .local_port = &ranges[0], .local_ports = 2 }));
	assert_true(match(&(struct skstat_query){ .local_port = &ranges[2], .local_ports = 1 }));
	assert_false(match(&(struct skstat_query){ .local_port = &ranges[3], .local_ports = 1 }));
	assert_false(match(&(struct skstat_query){ .local_port = &ranges[4], .local_ports = 1 }));
	assert_true(match(&(struct skstat_query){ .remote_port = &ranges[4], .remote_ports = 1 }));
	assert_false(match(&(struct skstat_query){ .remote_port = &ranges[0], .remote_ports = 2 }));
}

static void prefixes(void **state)
{
	static const struct {
		const char *text;
		bool local, remote;
	} rows[] = {
		{ "10.0.0.0/8", true, false },	    { "10.1.2.3", true, false },
		{ "10.1.2.2", false, false },	    { "10.1.2.2/31", true, false },
		{ "10.1.2.4/30", false, false },    { "198.51.100.0/25", false, true },
		{ "198.51.100.128/25", false, false }, { "::ffff:10.0.0.0/104", true, false },
		{ "0.0.0.0/0", true, true },	    { "::/0", true, true },
		{ "2001:db8::/32", false, false },  { "a01:203::/32", false, false },
	};
	struct skstat_prefix pair[2];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct skstat_prefix prefix = prefix_of(rows[i].text);

		assert_int_equal(match(&(struct skstat_query){ .local_prefix = &prefix, .local_prefixes = 1 }),
				 rows[i].local);
		assert_int_equal(match(&(struct skstat_query){ .remote_prefix = &prefix, .remote_prefixes = 1 }),
				 rows[i].remote);
	}
	pair[0] = prefix_of("192.0.2.0/24");
	pair[1] = prefix_of("10.0.0.0/8");
	assert_false(match(&(struct skstat_query){ .local_prefix = pair, .local_prefixes = 1 }));
	assert_true(match(&(struct skstat_query){ .local_prefix = pair, .local_prefixes = 2 }));
}

/* IPv6: one that talks IPv4 is told by its remote address, and met by prefixes of IPv4. */
static void six(void **state)
{
	const struct skstat_addr mapped = { { [10] = 0xff, 0xff, 10, 1, 2, 3 } };
	const struct skstat_addr global = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };
	struct skstat_query query = { .has = SKSTAT_HAS(FAMILIES), .families = SKSTAT_FAMILY_MAPPED };
	struct skstat_sample sample = four();
	struct skstat_prefix prefix = prefix_of("10.0.0.0/8");

	(void)state;
	sample.identity.family = AF_INET6;
	sample.identity.saddr = mapped;
	sample.identity.daddr = mapped;
	assert_true(skstat_filter_match(&query, &sample));
	query.families = SKSTAT_FAMILY_INET6 | SKSTAT_FAMILY_INET;
	assert_false(skstat_filter_match(&query, &sample));
	query = (struct skstat_query){ .local_prefix = &prefix, .local_prefixes = 1 };
	assert_true(skstat_filter_match(&query, &sample));

	sample.identity.daddr = global;
	query = (struct skstat_query){ .has = SKSTAT_HAS(FAMILIES), .families = SKSTAT_FAMILY_INET6 };
	assert_true(skstat_filter_match(&query, &sample));
	prefix = prefix_of("2001:db8::/33");
	query = (struct skstat_query){ .remote_prefix = &prefix, .remote_prefixes = 1 };
	assert_true(skstat_filter_match(&query, &sample));
	prefix = prefix_of("2001:db8:8000::/33");
	assert_false(skstat_filter_match(&query, &sample));
	/* A listener on every address is no IPv4. */
	memset(&sample.identity.daddr, 0, sizeof(sample.identity.daddr));
	query = (struct skstat_query){ .has = SKSTAT_HAS(FAMILIES), .families = SKSTAT_FAMILY_INET6 };
	assert_true(skstat_filter_match(&query, &sample));
}

static void all_at_once(void **state)
{
	const struct skstat_range port = { 8080, 8080 };
	const struct skstat_prefix remote = prefix_of("198.51.100.0/24");
	struct skstat_query query = { .has = SKSTAT_HAS(UID) | SKSTAT_HAS(STATES), .uid = 1000,
				      .states = 1 << TCP_ESTABLISHED, .local_port = &port, .local_ports = 1,
				      .remote_prefix = &remote, .remote_prefixes = 1 };

	(void)state;
	assert_true(match(&query));
	query.uid++;
	assert_false(match(&query));
}

static void refused(void **state)
{
	const struct skstat_range backwards = { 2, 1 };
	const struct skstat_prefix longer = { .length = 129 };
	const struct {
		struct skstat_query query;
		int err;
	} rows[] = {
		{ { .has = SKSTAT_HAS(GROUPS), .groups = 1u << __SKSTAT_GROUP_MAX }, -EINVAL },
		{ { .has = SKSTAT_HAS(STATES), .states = 1 }, -EINVAL },
		{ { .has = SKSTAT_HAS(STATES), .states = 1 << 12 }, -EINVAL },
		{ { .has = SKSTAT_HAS(FAMILIES), .families = 8 }, -EINVAL },
		{ { .has = SKSTAT_HAS(MARK_MASK), .mark_mask = 1 }, -EINVAL },
		{ { .has = SKSTAT_HAS(MAX_SOCKETS) }, -ERANGE },
		{ { .local_port = &backwards, .local_ports = 1 }, -EINVAL },
		{ { .remote_port = &backwards, .remote_ports = 1 }, -EINVAL },
		{ { .local_prefix = &longer, .local_prefixes = 1 }, -EINVAL },
		{ { .remote_prefix = &longer, .remote_prefixes = 1 }, -EINVAL },
	};
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&error, 0, sizeof(error));
		assert_int_equal(skstat_filter_check(&rows[i].query, &error), rows[i].err);
		assert_int_equal(error.err, rows[i].err);
		assert_true(error.text[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything), cmocka_unit_test(scalars), cmocka_unit_test(ownerless),
		cmocka_unit_test(ports),      cmocka_unit_test(prefixes), cmocka_unit_test(six),
		cmocka_unit_test(all_at_once), cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
