// SPDX-License-Identifier: GPL-2.0
/*
 * What JOURNAL and PROBE_SET refuse: each with its errno, and with a sentence that is about it.
 */
#include <errno.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/wait.h>

#include "../lib/ask.h"
#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "suite.h"

static struct skstat_netlink *netlink, *holder;
static struct skstat_info info;
static struct skstat_cursor tail;

static struct skstat_info info_now(void)
{
	struct skstat_error error;
	struct skstat_info now;

	assert_int_equal(skstat_netlink_info(netlink, &now, &error), 0);
	return now;
}

/* A cursor without what is to be left out. */
enum { CPU = 1, NEXT = 2, BOTH = CPU | NEXT };

static void cursor_put(struct nl_msg *m, int parts, uint32_t cpu, uint64_t next)
{
	struct nlattr *nest = must_have(nla_nest_start(m, SKSTAT_JOURNAL_CURSOR | NLA_F_NESTED));

	if (parts & CPU)
		nla_put_u32(m, SKSTAT_CURSOR_CPU, cpu);
	if (parts & NEXT)
		nla_put_u64(m, SKSTAT_CURSOR_NEXT, next);
	nla_nest_end(m, nest);
}

static void instance_put(struct nl_msg *m)
{
	nla_put_u64(m, SKSTAT_JOURNAL_INSTANCE, info.instance);
}

enum request { JOURNAL, PROBES };

static const struct {
	uint8_t cmd;
	uint16_t flags;
} requests[] = {
	[JOURNAL] = { SKSTAT_CMD_JOURNAL, NLM_F_DUMP },
	[PROBES]  = { SKSTAT_CMD_PROBE_SET, 0 },
};

static int request(struct skstat_netlink *from, enum request what, ask_attrs_fn attrs, struct skstat_error *error)
{
	return ask(from, requests[what].cmd, SKSTAT_FAMILY_VERSION, requests[what].flags, attrs, error);
}

/* R(name, request, errno, a word of the sentence, what is put into the request) */
#define BAD_REQUESTS(R)                                                                                              \
	R(another_instance, JOURNAL, -ESTALE, "another instance",                                                    \
	  nla_put_u64(m, SKSTAT_JOURNAL_INSTANCE, info.instance ^ 1))                                                \
	R(cursor_of_another_instance, JOURNAL, -ESTALE, "another instance", {                                        \
		nla_put_u64(m, SKSTAT_JOURNAL_INSTANCE, info.instance ^ 1);                                          \
		cursor_put(m, BOTH, 0, 0);                                                                           \
	})                                                                                                           \
	R(instance_zero, JOURNAL, -ERANGE, "", nla_put_u64(m, SKSTAT_JOURNAL_INSTANCE, 0))                           \
	R(instance_short, JOURNAL, -EINVAL, "", nla_put_u32(m, SKSTAT_JOURNAL_INSTANCE, 1))                          \
	R(cursor_without_instance, JOURNAL, -EINVAL, "instance", cursor_put(m, BOTH, 0, 0))                          \
	R(beyond_the_end, JOURNAL, -EINVAL, "beyond the end",                                                        \
	  { instance_put(m); cursor_put(m, BOTH, tail.place[0].cpu, tail.place[0].next + 1); })                      \
	R(far_beyond_the_end, JOURNAL, -EINVAL, "beyond the end",                                                    \
	  { instance_put(m); cursor_put(m, BOTH, tail.place[0].cpu, ~0ull); })                                       \
	R(tail_and_cursor, JOURNAL, -EINVAL, "one of the two", {                                                     \
		instance_put(m);                                                                                     \
		cursor_put(m, BOTH, 0, 0);                                                                           \
		nla_put_flag(m, SKSTAT_JOURNAL_TAIL);                                                                \
	})                                                                                                           \
	R(two_for_one_cpu, JOURNAL, -EINVAL, "same CPU",                                                             \
	  { instance_put(m); cursor_put(m, BOTH, 0, 0); cursor_put(m, BOTH, 0, 0); })                                \
	R(no_such_cpu, JOURNAL, -EINVAL, "CPU that this machine cannot have",                                        \
	  { instance_put(m); cursor_put(m, BOTH, info.cpus, 0); })                                                   \
	R(never_such_cpu, JOURNAL, -EINVAL, "CPU that this machine cannot have",                                     \
	  { instance_put(m); cursor_put(m, BOTH, ~0u, 0); })                                                         \
	R(cursor_without_cpu, JOURNAL, -EINVAL, "both", { instance_put(m); cursor_put(m, NEXT, 0, 0); })             \
	R(cursor_without_next, JOURNAL, -EINVAL, "both", { instance_put(m); cursor_put(m, CPU, 0, 0); })             \
	R(cursor_empty, JOURNAL, -EINVAL, "both",                                                                    \
	  { instance_put(m); nla_put(m, SKSTAT_JOURNAL_CURSOR | NLA_F_NESTED, 0, NULL); })                           \
	R(cursor_not_nested, JOURNAL, -EINVAL, "",                                                                   \
	  { instance_put(m); nla_put_u64(m, SKSTAT_JOURNAL_CURSOR, 0); })                                            \
	R(cursor_with_lost, JOURNAL, -EINVAL, "", {                                                                  \
		struct nlattr *nest = nla_nest_start(m, SKSTAT_JOURNAL_CURSOR | NLA_F_NESTED);                       \
		nla_put_u32(m, SKSTAT_CURSOR_CPU, 0);                                                                \
		nla_put_u64(m, SKSTAT_CURSOR_LOST, 0);                                                               \
		nla_nest_end(m, nest);                                                                               \
	})                                                                                                           \
	R(tail_with_value, JOURNAL, -ERANGE, "", nla_put_u32(m, SKSTAT_JOURNAL_TAIL, 1))                             \
	R(journal_reply_attribute, JOURNAL, -EINVAL, "", nla_put_u32(m, SKSTAT_JOURNAL_RUN, 1))                      \
	R(journal_unknown_attribute, JOURNAL, -EINVAL, "", nla_put_u32(m, SKSTAT_JOURNAL_MAX + 1, 1))                \
	R(nothing_to_do, PROBES, -EINVAL, "nothing to do", (void)m)                                                  \
	R(hold_no_probe, PROBES, -EINVAL, "bit of no probe", nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, 1))               \
	R(hold_next_probe, PROBES, -EINVAL, "bit of no probe",                                                       \
	  nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, 1ull << __SKSTAT_PROBE_MAX))                                         \
	R(hold_last_bit, PROBES, -EINVAL, "bit of no probe", nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, 1ull << 63))      \
	R(hold_one_and_none, PROBES, -EINVAL, "bit of no probe",                                                     \
	  nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, SKSTAT_PROBE_BIT(LIFE) | 1ull << 40))                                \
	R(release_no_probe, PROBES, -EINVAL, "bit of no probe", nla_put_u64(m, SKSTAT_PROBE_SET_RELEASE, 1ull << 62)) \
	R(hold_short, PROBES, -EINVAL, "", nla_put_u32(m, SKSTAT_PROBE_SET_HOLD, 2))                                 \
	R(probe_unknown_attribute, PROBES, -EINVAL, "", nla_put_u64(m, SKSTAT_PROBE_SET_MAX + 1, 2))

#define BAD_FUNCTION(name, request, err, word, put) \
	static void bad_##name(struct nl_msg *m) { put; }
BAD_REQUESTS(BAD_FUNCTION)
#undef BAD_FUNCTION

static const struct {
	const char *name;
	enum request request;
	int err;
	const char *word;
	ask_attrs_fn attrs;
} bad[] = {
#define BAD_ENTRY(name, request, err, word, put) { #name, request, err, word, bad_##name },
	BAD_REQUESTS(BAD_ENTRY)
#undef BAD_ENTRY
};

/* Each is refused, and changes nothing: nobody holds anything afterwards. */
static void bad_requests(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct skstat_error error;
		int err = request(netlink, bad[i].request, bad[i].attrs, &error);
		bool as_it_must = err == bad[i].err && error.text[0] && strstr(error.text, bad[i].word);

		note("%s%s: %d, %s", as_it_must ? "" : "WRONG: ", bad[i].name, err, error.text);
		wrong += !as_it_must;
	}
	assert_int_equal(wrong, 0);
	assert_int_equal(info_now().probe[SKSTAT_PROBE_LIFE].holders, 1);
	for (uint32_t id = SKSTAT_PROBE_LIFE + 1; id < __SKSTAT_PROBE_MAX; id++)
		assert_int_equal(info_now().probe[id].holders, 0);
}

/* The refusals above are about what they say: what stands right beside them is taken. */
static void good_put(struct nl_msg *m)
{
	instance_put(m);
	for (size_t i = 0; i < tail.places; i++)
		cursor_put(m, BOTH, tail.place[i].cpu, i ? 0 : tail.place[i].next);
}

static void tail_put(struct nl_msg *m)
{
	instance_put(m);
	nla_put_flag(m, SKSTAT_JOURNAL_TAIL);
}

static void release_put(struct nl_msg *m)
{
	nla_put_u64(m, SKSTAT_PROBE_SET_RELEASE, SKSTAT_PROBE_BIT(READER));
}

static void release_and_hold_put(struct nl_msg *m)
{
	nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, SKSTAT_PROBE_BIT(LIFE));
	nla_put_u64(m, SKSTAT_PROBE_SET_RELEASE, SKSTAT_PROBE_BIT(LIFE));
}

static void good_requests(void **state)
{
	const struct {
		enum request request;
		ask_attrs_fn attrs;
	} good[] = { { JOURNAL, NULL }, { JOURNAL, instance_put }, { JOURNAL, good_put }, { JOURNAL, tail_put },
		     { PROBES, release_put }, { PROBES, release_and_hold_put } };
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (request(netlink, good[i].request, good[i].attrs, &error))
			fail_msg("%zu: %s", i, error.text);
	assert_int_equal(info_now().probe[SKSTAT_PROBE_LIFE].holders, 1);
}

static uint64_t unavailable;

static void unavailable_put(struct nl_msg *m)
{
	nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, unavailable | SKSTAT_PROBE_BIT(SYNACK));
}

/* INFO says which a kernel cannot have; the refusal names it, and the others of the same request are not held either. */
static void unavailable_probes(void **state)
{
	struct skstat_error error;

	(void)state;
	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++) {
		if (info.probe[id].available)
			continue;
		unavailable = 1ull << id;
		assert_int_equal(ask(netlink, SKSTAT_CMD_PROBE_SET, SKSTAT_FAMILY_VERSION, 0, unavailable_put,
				     &error), -EOPNOTSUPP);
		note("%s", error.text);
		assert_non_null(strstr(error.text, "cannot have the probe"));
		assert_int_equal(info_now().probe[SKSTAT_PROBE_SYNACK].holders, 0);
	}
	if (!unavailable)
		skip_because("this kernel can have every probe");
}

/* Versions, dumps for questions and questions for dumps; and the bell is nobody's to ask for. */
static void wrong_commands(void **state)
{
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		assert_int_equal(ask(netlink, requests[i].cmd, SKSTAT_FAMILY_VERSION + 1, requests[i].flags, NULL,
				     &error), -EPROTONOSUPPORT);
		assert_non_null(strstr(error.text, "version"));
		assert_int_equal(ask(netlink, requests[i].cmd, SKSTAT_FAMILY_VERSION, requests[i].flags ^ NLM_F_DUMP,
				     NULL, &error), -EOPNOTSUPP);
	}
	assert_int_equal(ask(netlink, SKSTAT_CMD_DOORBELL, SKSTAT_FAMILY_VERSION, 0, NULL, &error), -EOPNOTSUPP);
	assert_int_equal(ask(netlink, SKSTAT_CMD_DOORBELL, SKSTAT_FAMILY_VERSION, NLM_F_DUMP, NULL, &error),
			 -EOPNOTSUPP);
}

static void hold_put(struct nl_msg *m)
{
	nla_put_u64(m, SKSTAT_PROBE_SET_HOLD, SKSTAT_PROBE_BIT(SYNACK));
}

static bool refuses(struct skstat_netlink *own, enum request what, ask_attrs_fn attrs)
{
	struct skstat_error error;

	return request(own, what, attrs, &error) == -EPERM && strstr(error.text, "CAP_NET_ADMIN");
}

/* Not who has no right of his own, over whatever socket he was given. */
static void the_powerless(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	ask_and_be_refused(become_nobody);
	ask_and_be_refused(become_container_root);
	ask_and_be_refused(become_container);
	fflush(stdout);
	pid = must(fork());
	if (!pid) {
		struct skstat_netlink *own = dump_connect();

		become_nobody();
		must_be(refuses(own, PROBES, hold_put));
		must_be(refuses(own, JOURNAL, tail_put));
		_exit(0);
	}
	must(waitpid(pid, &status, 0));
	assert_int_equal(status, 0);
	assert_int_equal(info_now().probe[SKSTAT_PROBE_SYNACK].holders, 0);
}

static int setup(void **state)
{
	struct skstat_error error;

	(void)state;
	module_replace(module_path());
	netlink = dump_connect();
	holder = dump_connect();
	/* So that there are rings, with an end to be beyond of. */
	assert_int_equal(skstat_netlink_probe_set(holder, SKSTAT_PROBE_BIT(LIFE), 0, &error), 0);
	info = info_now();
	assert_int_equal(skstat_netlink_journal_tail(netlink, &tail, &error), 0);
	assert_true(tail.places > 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	skstat_cursor_free(&tail);
	skstat_netlink_close(holder);
	skstat_netlink_close(netlink);
	return 0;
}

int suite_journal_refusals(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_requests),
		cmocka_unit_test(good_requests),
		cmocka_unit_test(unavailable_probes),
		cmocka_unit_test(wrong_commands),
		cmocka_unit_test(the_powerless),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("journal_refusals", tests, setup, teardown);
}
