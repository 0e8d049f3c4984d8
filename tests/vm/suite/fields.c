// SPDX-License-Identifier: GPL-2.0
/*
 * Every field of every kind of socket: equal to what inet_diag, getsockopt() and fstat() say in the same guest, and
 * nonzero at least once, so that a field which is never filled cannot pass.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/cast.h"
#include "../lib/dump.h"
#include "../lib/inetdiag.h"
#include "../lib/match.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "suite.h"

static struct ns home;
static struct skstat_netlink *netlink;
static struct skstat_schema schema;
static struct skstat_info info;

static int setup(void **state)
{
	struct skstat_error error;

	(void)state;
	module_require();
	pair_many_files();
	netlink = dump_connect();
	assert_int_equal(skstat_netlink_schema(netlink, &schema, &error), 0);
	assert_int_equal(skstat_netlink_info(netlink, &info, &error), 0);
	home = ns_current();
	cast_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cast_free();
	skstat_schema_free(&schema);
	skstat_netlink_close(netlink);
	return 0;
}

/* Both readings of inet_diag around one dump, held against it. Returns how many sockets stood in all three. */
static size_t namespace_matches(const struct ns *of, bool exact, size_t *compared)
{
	struct diag_table before, after;
	struct skstat_query query = { .exact = exact };
	size_t matched = 0, moved = 0, wrong = 0;
	struct dump dump;
	char why[256];

	ns_enter(of);
	diag_read(&before);
	dump_take(&dump, netlink, &query);
	diag_read(&after);
	ns_enter(&home);
	for (size_t i = 0; i < before.count; i++) {
		const struct diag *first = &before.diag[i];
		const struct diag *second = diag_find(&after, first->cookie, first->msg.idiag_state);
		const struct skstat_sample *sample = dump_find(&dump, first->cookie);

		if (!second) {
			moved++;
			continue;
		}
		if (!sample)
			fail_msg("a socket of inet_diag, state %u port %u, is not there", first->msg.idiag_state,
				 first->msg.id.idiag_sport);
		matched++;
		if (match(first, second, sample, info.hz, schema.available, compared, why, sizeof(why)))
			continue;
		if (match_moved(first, second))
			moved++;
		else if (wrong++ < 20)
			note("%s", why);
	}
	diag_free(&before);
	diag_free(&after);
	dump_free(&dump);
	if (wrong)
		fail_msg("%zu of %zu sockets differ", wrong, matched);
	/* The ones in trouble probe and retransmit, requests give up: a few at a time. */
	assert_true(moved <= 8);
	return matched;
}

static void all_match(bool exact)
{
	const bool there[CAST_NAMESPACES] = { true, cast.wire, cast.marks, cast.queueing };
	size_t compared[SKSTAT_FIELDS_COUNT] = { 0 }, matched = 0, never = 0;

	for (size_t i = CAST_MAIN; i < CAST_NAMESPACES; i++) {
		if (there[i])
			matched += namespace_matches(&cast.ns[i], exact, compared);
	}
	assert_true(matched + 10 > cast.population.count);
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		if (schema.available[i] && match_knows(skstat_fields[i].name) && !compared[i]) {
			note("never compared, for inet_diag of this kernel did not tell it: %s", skstat_fields[i].name);
			never++;
		}
	}
	/* The oldest inet_diag lacks what came to tcp_info later, and whatever has no module here. */
	assert_true(never < 30);
}

static void like_inet_diag(void **state)
{
	(void)state;
	if (!diag_available())
		skip_because("no inet_diag in this kernel");
	all_match(false);
}

static void exact_like_inet_diag(void **state)
{
	(void)state;
	if (!diag_available())
		skip_because("no inet_diag in this kernel");
	all_match(true);
}

static int option(int fd, int level, int name)
{
	int value = 0;
	socklen_t length = sizeof(value);

	must(getsockopt(fd, level, name, &value, &length));
	return value;
}

static void like_getsockopt(void **state)
{
	struct dump dump;

	(void)state;
	dump_take(&dump, netlink, NULL);
	for (size_t i = 0; i < cast.population.count; i++) {
		const struct member *member = &cast.population.member[i];
		const struct skstat_sample *s;
		char device[IFNAMSIZ] = "";
		socklen_t length = sizeof(device);
		struct stat st;
		int fd = member->fd;

		if (fd < 0)
			continue;
		s = dump_find(&dump, population_cookie(member));
		assert_non_null(s);
		must(fstat(fd, &st));
		assert_int_equal(s->owner.inode, st.st_ino);
		assert_int_equal(s->owner.uid, st.st_uid);
		assert_int_equal(s->owner.priority, option(fd, SOL_SOCKET, SO_PRIORITY));
		assert_int_equal(s->owner.tos, option(fd, IPPROTO_IP, IP_TOS));
		assert_int_equal(s->identity.mark, (uint32_t)option(fd, SOL_SOCKET, SO_MARK));
		assert_int_equal(s->memory.rcvbuf, option(fd, SOL_SOCKET, SO_RCVBUF));
		assert_int_equal(s->memory.sndbuf, option(fd, SOL_SOCKET, SO_SNDBUF));
		assert_int_equal(s->memory.rcvlowat, option(fd, SOL_SOCKET, SO_RCVLOWAT));
		must(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &length));
		assert_int_equal(s->identity.ifindex != 0, length > 1);
		if (member->family == AF_INET6) {
			assert_int_equal(s->owner.tclass, option(fd, IPPROTO_IPV6, IPV6_TCLASS));
			assert_int_equal((s->identity.flags & SKSTAT_FLAG_V6ONLY) != 0,
					 option(fd, IPPROTO_IPV6, IPV6_V6ONLY));
		}
		if (s->kind == SKSTAT_KIND_LISTEN) {
			assert_int_equal(s->listen.fastopen_limit, option(fd, IPPROTO_TCP, TCP_FASTOPEN));
			assert_int_equal(s->listen.reuseport, option(fd, SOL_SOCKET, SO_REUSEPORT));
			assert_int_equal(s->listen.defer_accept != 0, option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT) != 0);
		} else {
			assert_int_equal(s->tcp.nonagle & 1, option(fd, IPPROTO_TCP, TCP_NODELAY));
			assert_int_equal(s->tcp.nonagle >> 1 & 1, option(fd, IPPROTO_TCP, TCP_CORK));
		}
	}
	dump_free(&dump);
}

static void owners_are_the_makers(void **state)
{
	const struct skstat_sample *s;
	struct dump dump;

	(void)state;
	if (!cast.cgroup && !cast.classid)
		skip_because("no cgroups here");
	dump_take(&dump, netlink, NULL);
	assert_int_equal(cast.in_cgroup[1] - cast.in_cgroup[0], cast.cgroup ? 3 : 0);
	for (size_t i = cast.in_cgroup[0]; i < cast.in_cgroup[1]; i++) {
		s = dump_find(&dump, population_cookie(&cast.population.member[i]));
		assert_non_null(s);
		assert_int_equal(s->owner.cgroup, cast.cgroup);
	}
	/* The listener and both ends of a pair. */
	for (size_t i = 0; cast.classid && i < 3; i++) {
		s = dump_find(&dump, cast.in_class[i]);
		assert_non_null(s);
		assert_int_equal(s->owner.classid, cast.classid);
	}
	dump_free(&dump);
}

static bool sample_nonzero(const struct skstat_sample *sample, const struct skstat_field *field)
{
	const char *at = skstat_sample_at(sample, field);

	if (!skstat_sample_has(sample, field))
		return false;
	for (size_t i = 0; i < field->size; i++) {
		if (at[i])
			return true;
	}
	return false;
}

static void no_field_stays_zero(void **state)
{
	struct dump dump;
	size_t bad = 0;

	(void)state;
	/* Young requests: the others' SYN-ACKs were retransmitted long ago. */
	ns_enter(&cast.ns[CAST_MAIN]);
	population_embryonic(&cast.population, PAIR_V4, 2);
	ns_enter(&home);
	dump_take(&dump, netlink, NULL);
	for (size_t f = 0; f < SKSTAT_FIELDS_COUNT; f++) {
		const struct skstat_field *field = &skstat_fields[f];
		const char *why = cast_excuse(field);
		size_t nonzero = 0;

		for (size_t i = 0; i < dump.count; i++)
			nonzero += sample_nonzero(&dump.sample[i], field);
		for (size_t i = 0; i < dump.ns_count; i++)
			nonzero += sample_nonzero(&dump.ns[i], field);
		if (!schema.available[f]) {
			note("not in this kernel: %s", field->name);
			bad += nonzero != 0;
			assert_int_equal(nonzero, 0);
		} else if (!nonzero) {
			note("zero everywhere: %s: %s", field->name, why ? why : "and nothing excuses that");
			bad += !why;
		} else if (skstat_field_reserved(field)) {
			fail_msg("%s is reserved and not zero", field->name);
		}
	}
	dump_free(&dump);
	assert_int_equal(bad, 0);
}

static void mptcp_is_flagged(void **state)
{
	size_t flagged = 0;
	struct dump dump;

	(void)state;
	if (!cast.mptcp)
		skip_because("no MPTCP in this kernel");
	dump_take(&dump, netlink, NULL);
	for (size_t i = 0; i < dump.count; i++) {
		const struct skstat_sample *s = &dump.sample[i];

		if (s->identity.flags & SKSTAT_FLAG_MPTCP) {
			assert_string_equal(s->congestion.ulp.text, "mptcp");
			flagged++;
		}
	}
	/* Both ends and the listener. */
	assert_int_equal(flagged, 3);
	dump_free(&dump);
}

/* Asking for one group gives that one, and identity, with the same values. */
static void groups_can_be_chosen(void **state)
{
	(void)state;
	for (uint32_t g = 0; g < SKSTAT_GROUP_NETNS; g++) {
		struct skstat_query query = { .has = SKSTAT_HAS(GROUPS), .groups = 1u << g };
		struct dump before, dump, all;
		size_t stayed = 0;

		dump_take(&before, netlink, NULL);
		dump_take(&dump, netlink, &query);
		dump_take(&all, netlink, NULL);
		/* A TIME_WAIT of an earlier suite may end at any moment. */
		for (size_t i = 0; i < before.count; i++) {
			uint64_t cookie = before.sample[i].identity.cookie;

			if (!dump_find(&all, cookie))
				continue;
			assert_int_equal(dump_times(&dump, cookie), 1);
			stayed++;
		}
		assert_true(stayed > before.count / 2);
		for (size_t i = 0; i < dump.count; i++) {
			const struct skstat_sample *s = &dump.sample[i];
			const struct skstat_sample *full = dump_find(&all, s->identity.cookie);
			uint32_t want = 1u << SKSTAT_GROUP_IDENTITY;

			if (!full)
				continue;

			if (skstat_groups[g].kinds & 1u << s->kind)
				want |= 1u << g;
			assert_int_equal(s->groups, want);
			assert_memory_equal(&s->identity, &full->identity, sizeof(s->identity));
			if (g == SKSTAT_GROUP_OWNER)
				assert_memory_equal(&s->owner, &full->owner, sizeof(s->owner));
			if (g == SKSTAT_GROUP_LISTEN)
				assert_int_equal(s->listen.accept_limit, full->listen.accept_limit);
		}
		dump_free(&before);
		dump_free(&dump);
		dump_free(&all);
	}
}

/* Brief records are those of a whole dump, with two groups that end early; listeners have one of these. */
static void brief_is_shorter(void **state)
{
	const struct skstat_query query = { .brief = true };
	size_t told = 0, absent = 0, fulls = 0, listeners = 0;
	struct dump dump, all;

	(void)state;
	dump_take(&dump, netlink, &query);
	dump_take(&all, netlink, NULL);
	for (size_t i = 0; i < dump.count; i++) {
		const struct skstat_sample *s = &dump.sample[i];
		const struct skstat_sample *whole = dump_find(&all, s->identity.cookie);
		bool full = s->kind == SKSTAT_KIND_FULL;

		if (!whole || whole->kind != s->kind)
			continue;
		fulls += full;
		listeners += s->kind == SKSTAT_KIND_LISTEN;
		assert_int_equal(s->groups, whole->groups);
		assert_int_equal(s->size[SKSTAT_GROUP_TCP], full ? SKSTAT_TCP_BRIEF : 0);
		assert_int_equal(s->size[SKSTAT_GROUP_MEMORY],
				 full || s->kind == SKSTAT_KIND_LISTEN ? SKSTAT_MEMORY_BRIEF : 0);
		for (uint32_t g = 0; g < SKSTAT_GROUP_NETNS; g++)
			if (g != SKSTAT_GROUP_TCP && g != SKSTAT_GROUP_MEMORY)
				assert_int_equal(s->size[g], whole->size[g]);
		if (full && whole->traffic.segs_in == s->traffic.segs_in &&
		    whole->traffic.segs_out == s->traffic.segs_out) {
			assert_int_equal(s->tcp.rtt, whole->tcp.rtt);
			assert_int_equal(s->tcp.snd_mss, whole->tcp.snd_mss);
			assert_int_equal(s->tcp.options, whole->tcp.options);
			told += s->tcp.snd_mss != 0;
		}
		for (size_t f = 0; full && f < SKSTAT_FIELDS_COUNT; f++) {
			const struct skstat_field *field = &skstat_fields[f];

			if (field->group == SKSTAT_GROUP_TCP && !skstat_sample_has(s, field)) {
				assert_true(field->offset >= SKSTAT_TCP_BRIEF);
				absent++;
			}
		}
		/* Behind what is told nothing is made up. */
		assert_int_equal(s->tcp.rcv_wnd, 0);
		assert_int_equal(s->memory.sndbuf, 0);
	}
	assert_true(fulls > 0 && listeners > 0 && told > fulls / 2 && absent > 0);
	dump_free(&dump);
	dump_free(&all);
}

int suite_fields(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_inet_diag),     cmocka_unit_test(exact_like_inet_diag),
		cmocka_unit_test(no_field_stays_zero), cmocka_unit_test(like_getsockopt),
		cmocka_unit_test(owners_are_the_makers), cmocka_unit_test(mptcp_is_flagged),
		cmocka_unit_test(groups_can_be_chosen), cmocka_unit_test(brief_is_shorter),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("fields", tests, setup, teardown);
}
