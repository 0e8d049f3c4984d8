// SPDX-License-Identifier: GPL-2.0
/*
 * What the module refuses, with which errno, and that it says why: every refusal of its own has a sentence.
 */
#include <errno.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/ask.h"
#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "suite.h"

static struct skstat_netlink *netlink;
static struct skstat_info info;

static int setup(void **state)
{
	struct skstat_error error;

	(void)state;
	module_require();
	netlink = dump_connect();
	assert_int_equal(skstat_netlink_info(netlink, &info, &error), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	skstat_netlink_close(netlink);
	return 0;
}

static void port_put(struct nl_msg *message, int attr, uint16_t min, uint16_t max)
{
	struct nlattr *nest = must_have(nla_nest_start(message, attr | NLA_F_NESTED));

	nla_put_u16(message, SKSTAT_RANGE_MIN, min);
	nla_put_u16(message, SKSTAT_RANGE_MAX, max);
	nla_nest_end(message, nest);
}

static void prefix_put(struct nl_msg *message, int attr, int address, uint8_t length)
{
	static const uint8_t zeros[32];
	struct nlattr *nest = must_have(nla_nest_start(message, attr | NLA_F_NESTED));

	nla_put(message, SKSTAT_PREFIX_ADDRESS, address, zeros);
	nla_put_u8(message, SKSTAT_PREFIX_LENGTH, length);
	nla_nest_end(message, nest);
}

/* R(name, what is put into the SOCK request): each must be refused with -EINVAL or -ERANGE. */
#define BAD_REQUESTS(R)                                                                                      \
	R(groups_unknown, nla_put_u32(m, SKSTAT_SOCK_GROUPS, 1u << 30))                                      \
	R(groups_netns, nla_put_u32(m, SKSTAT_SOCK_GROUPS, 1u << SKSTAT_GROUP_NETNS))                        \
	R(states_unknown, nla_put_u32(m, SKSTAT_SOCK_STATES, 1u << 20))                                      \
	R(state_zero, nla_put_u32(m, SKSTAT_SOCK_STATES, 1u))                                                \
	R(state_new_syn_recv, nla_put_u32(m, SKSTAT_SOCK_STATES, 1u << 12))                                  \
	R(kinds_unknown, nla_put_u32(m, SKSTAT_SOCK_KINDS, 1u << SKSTAT_KIND_NETNS))                         \
	R(families_unknown, nla_put_u32(m, SKSTAT_SOCK_FAMILIES, 1u << 3))                                   \
	R(groups_short, nla_put_u16(m, SKSTAT_SOCK_GROUPS, 1))                                               \
	R(groups_long, nla_put_u64(m, SKSTAT_SOCK_GROUPS, 1))                                                \
	R(netns_short, nla_put_u32(m, SKSTAT_SOCK_NETNS, 1))                                                 \
	R(netns_zero, nla_put_u64(m, SKSTAT_SOCK_NETNS, 0))                                                  \
	R(port_min_above_max, port_put(m, SKSTAT_SOCK_LOCAL_PORT, 20, 10))                                   \
	R(remote_port_min_above_max, port_put(m, SKSTAT_SOCK_REMOTE_PORT, 65535, 65534))                     \
	R(port_too_long, {                                                                                   \
		struct nlattr *nest = nla_nest_start(m, SKSTAT_SOCK_LOCAL_PORT | NLA_F_NESTED);              \
		nla_put_u32(m, SKSTAT_RANGE_MIN, 1);                                                         \
		nla_nest_end(m, nest);                                                                       \
	})                                                                                                   \
	R(port_unknown_inside, {                                                                             \
		struct nlattr *nest = nla_nest_start(m, SKSTAT_SOCK_LOCAL_PORT | NLA_F_NESTED);              \
		nla_put_u16(m, SKSTAT_RANGE_ATTR_MAX + 1, 1);                                                \
		nla_nest_end(m, nest);                                                                       \
	})                                                                                                   \
	R(port_not_nested, nla_put_u16(m, SKSTAT_SOCK_LOCAL_PORT, 80))                                       \
	R(prefix_length_129, prefix_put(m, SKSTAT_SOCK_LOCAL_PREFIX, 16, 129))                               \
	R(prefix_address_4, prefix_put(m, SKSTAT_SOCK_LOCAL_PREFIX, 4, 32))                                  \
	R(prefix_address_17, prefix_put(m, SKSTAT_SOCK_REMOTE_PREFIX, 17, 32))                               \
	R(prefix_without_address, {                                                                          \
		struct nlattr *nest = nla_nest_start(m, SKSTAT_SOCK_REMOTE_PREFIX | NLA_F_NESTED);           \
		nla_put_u8(m, SKSTAT_PREFIX_LENGTH, 8);                                                      \
		nla_nest_end(m, nest);                                                                       \
	})                                                                                                   \
	R(mark_mask_without_mark, nla_put_u32(m, SKSTAT_SOCK_MARK_MASK, 1))                                  \
	R(since_zero, nla_put_u64(m, SKSTAT_SOCK_ACTIVE_SINCE, 0))                                           \
	R(since_future, nla_put_u64(m, SKSTAT_SOCK_ACTIVE_SINCE, 1ull << 62))                                \
	R(max_sockets_zero, nla_put_u32(m, SKSTAT_SOCK_MAX_SOCKETS, 0))                                      \
	R(max_ns_zero, nla_put_u64(m, SKSTAT_SOCK_MAX_NS, 0))                                                \
	R(exact_with_value, nla_put_u32(m, SKSTAT_SOCK_EXACT, 1))                                            \
	R(brief_with_value, nla_put_u32(m, SKSTAT_SOCK_BRIEF, 1))                                            \
	R(room_of_eight_bytes, nla_put_u64(m, SKSTAT_SOCK_ROOM, 65536))                                      \
	R(unknown_attribute, nla_put_u32(m, SKSTAT_SOCK_MAX + 1, 1))                                         \
	R(reply_attribute, nla_put_u32(m, SKSTAT_SOCK_RUN, 1))                                               \
	R(half_an_attribute, nlmsg_append(m, (void *)"\xff\x00\x02\x00", 4, 0))                                      \
	R(too_many_local_ports, many(m, SKSTAT_SOCK_LOCAL_PORT))                                             \
	R(too_many_remote_ports, many(m, SKSTAT_SOCK_REMOTE_PORT))                                           \
	R(too_many_local_prefixes, many(m, SKSTAT_SOCK_LOCAL_PREFIX))                                        \
	R(too_many_remote_prefixes, many(m, SKSTAT_SOCK_REMOTE_PREFIX))                                      \
	R(too_many_namespaces, many(m, SKSTAT_SOCK_NETNS))

/* One more than INFO says is allowed. */
static void several(struct nl_msg *m, int attr, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (attr == SKSTAT_SOCK_NETNS)
			nla_put_u64(m, attr, i + 1);
		else if (attr == SKSTAT_SOCK_LOCAL_PORT || attr == SKSTAT_SOCK_REMOTE_PORT)
			port_put(m, attr, i, i + 1);
		else
			prefix_put(m, attr, 16, 128);
	}
}

static void many(struct nl_msg *m, int attr)
{
	several(m, attr, info.max_matches + 1);
}

#define BAD_FUNCTION(name, put) \
	static void bad_##name(struct nl_msg *m) { put; }
BAD_REQUESTS(BAD_FUNCTION)
#undef BAD_FUNCTION

static const struct {
	const char *name;
	ask_attrs_fn attrs;
} bad[] = {
#define BAD_ENTRY(name, put) { #name, bad_##name },
	BAD_REQUESTS(BAD_ENTRY)
#undef BAD_ENTRY
};

static void bad_requests(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct skstat_error error;
		int err = ask(netlink, SKSTAT_CMD_SOCK, SKSTAT_FAMILY_VERSION, NLM_F_DUMP, bad[i].attrs, &error);

		note("%s: %d, %s", bad[i].name, err, error.text);
		wrong += (err != -EINVAL && err != -ERANGE) || !error.text[0];
	}
	assert_int_equal(wrong, 0);
}

/* As many as INFO allows are allowed, so that the refusals above are about the one too many. */
static void as_many_as_info_says(void **state)
{
	const int attrs[] = { SKSTAT_SOCK_LOCAL_PORT, SKSTAT_SOCK_REMOTE_PORT, SKSTAT_SOCK_LOCAL_PREFIX,
			      SKSTAT_SOCK_REMOTE_PREFIX, SKSTAT_SOCK_NETNS };

	(void)state;
	assert_true(info.max_matches >= 4);
	for (size_t i = 0; i < sizeof(attrs) / sizeof(*attrs); i++) {
		struct nl_msg *message = must_have(nlmsg_alloc_size(65536));
		struct skstat_request request = { .cmd = SKSTAT_CMD_SOCK, .version = SKSTAT_FAMILY_VERSION,
						  .flags = NLM_F_DUMP };
		struct skstat_error error;

		several(message, attrs[i], info.max_matches);
		request.attrs = nlmsg_data(nlmsg_hdr(message));
		request.length = nlmsg_datalen(nlmsg_hdr(message));
		assert_int_equal(skstat_netlink_raw(netlink, &request, NULL, NULL, &error), 0);
		nlmsg_free(message);
	}
}

static void no_arguments_put(struct nl_msg *m)
{
	nla_put_u32(m, 1, 1);
}

static void wrong_commands(void **state)
{
	const struct {
		uint8_t cmd;
		uint16_t flags;
	} commands[] = { { SKSTAT_CMD_INFO, 0 }, { SKSTAT_CMD_SCHEMA, NLM_F_DUMP }, { SKSTAT_CMD_SOCK, NLM_F_DUMP },
			 { SKSTAT_CMD_MIB, NLM_F_DUMP } };
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		/* Another version. */
		for (unsigned int version = 0; version < 4; version++) {
			int err = ask(netlink, commands[i].cmd, version, commands[i].flags, NULL, &error);

			note("command %u, version %u: %d, %s", commands[i].cmd, version, err, error.text);
			assert_int_equal(err, version == SKSTAT_FAMILY_VERSION ? 0 : -EPROTONOSUPPORT);
			assert_true(!err || error.text[0]);
		}
		/* An attribute where there is none. */
		if (commands[i].cmd != SKSTAT_CMD_SOCK) {
			int err = ask(netlink, commands[i].cmd, SKSTAT_FAMILY_VERSION, commands[i].flags,
				      no_arguments_put, &error);

			note("command %u with an attribute: %d, %s", commands[i].cmd, err, error.text);
			assert_int_equal(err, -EINVAL);
		}
		/* A dump for a question, a question for a dump. */
		assert_int_equal(ask(netlink, commands[i].cmd, SKSTAT_FAMILY_VERSION, commands[i].flags ^ NLM_F_DUMP,
				     NULL, &error), -EOPNOTSUPP);
	}
	assert_int_equal(ask(netlink, SKSTAT_CMD_MAX + 1, SKSTAT_FAMILY_VERSION, NLM_F_DUMP, NULL, &error), -EOPNOTSUPP);
	assert_int_equal(ask(netlink, SKSTAT_CMD_MAX + 1, SKSTAT_FAMILY_VERSION, 0, NULL, &error), -EOPNOTSUPP);
	assert_int_equal(ask(netlink, SKSTAT_CMD_UNSPEC, SKSTAT_FAMILY_VERSION, 0, NULL, &error), -EOPNOTSUPP);
}

static void nobody_is_refused(void **state)
{
	(void)state;
	ask_and_be_refused(become_nobody);
}

static void container_root_is_refused(void **state)
{
	(void)state;
	ask_and_be_refused(become_container_root);
	ask_and_be_refused(become_container);
}

/* A socket that was opened with the right and handed to one without it is refused too: both are asked. */
static void opener_and_asker_are_asked(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	fflush(stdout);
	pid = must(fork());
	if (!pid) {
		struct skstat_netlink *own = dump_connect();
		struct skstat_error error;

		become_nobody();
		_exit(ask(own, SKSTAT_CMD_INFO, SKSTAT_FAMILY_VERSION, 0, NULL, &error) == -EPERM ? 0 : 1);
	}
	must(waitpid(pid, &status, 0));
	assert_int_equal(status, 0);
}

int suite_refusals(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_requests),
		cmocka_unit_test(as_many_as_info_says),
		cmocka_unit_test(wrong_commands),
		cmocka_unit_test(nobody_is_refused),
		cmocka_unit_test(container_root_is_refused),
		cmocka_unit_test(opener_and_asker_are_asked),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("refusals", tests, setup, teardown);
}
