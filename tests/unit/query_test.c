// SPDX-License-Identifier: GPL-2.0
/* From the words of a command line to the bytes of a request. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "source/attr.h"
#include "source/option.h"
#include "source/text.h"

/* Gives one option by its name. */
static int take(struct skstat_options *options, const char *name, const char *value)
{
	struct skstat_error error;
	size_t index = 0;
	int err;

	while (strcmp(skstat_option_table[index].name, name) != 0)
		index++;
	err = skstat_option_take(options, index, value, &error);
	if (err) {
		/* The sentence names the option. */
		assert_non_null(strstr(error.text, name));
		assert_true(strlen(error.text) < sizeof(error.text));
	}
	return err;
}

static void states(void **state)
{
	(void)state;
	for (int i = TCP_ESTABLISHED; i <= TCP_CLOSING; i++) {
		assert_non_null(skstat_state_text((uint32_t)i));
		assert_int_equal(skstat_state_parse(skstat_state_text((uint32_t)i)), i);
	}
	assert_null(skstat_state_text(0));
	assert_null(skstat_state_text(12));
	assert_null(skstat_state_text(UINT32_MAX));
	assert_int_equal(skstat_state_parse("established"), TCP_ESTABLISHED);
	assert_int_equal(skstat_state_parse("fin_wait1"), TCP_FIN_WAIT1);
	assert_int_equal(skstat_state_parse("Fin-Wait-2"), TCP_FIN_WAIT2);
	assert_int_equal(skstat_state_parse("close"), TCP_CLOSE);
	assert_int_equal(skstat_state_parse("closing"), TCP_CLOSING);
	assert_int_equal(skstat_state_parse("clos"), -1);
	assert_int_equal(skstat_state_parse(""), -1);
}

static void prefixes(void **state)
{
	static const uint8_t ten[16] = { [10] = 0xff, 0xff, 10 };
	static const uint8_t doc[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	static const char *const wrong[] = { "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
					     "10.0.0", "2001:db8::/129", "nonsense", "1:2:3:4:5:6:7:8:9",
					     "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" };
	struct skstat_prefix prefix;

	(void)state;
	assert_int_equal(skstat_prefix_parse("10.0.0.0/8", &prefix), 0);
	assert_memory_equal(prefix.address, ten, 16);
	assert_int_equal(prefix.length, 104);
	assert_int_equal(skstat_prefix_parse("::ffff:10.0.0.0/104", &prefix), 0);
	assert_memory_equal(prefix.address, ten, 16);
	assert_int_equal(prefix.length, 104);
	assert_int_equal(skstat_prefix_parse("0.0.0.0/0", &prefix), 0);
	assert_int_equal(prefix.length, 96);
	assert_int_equal(skstat_prefix_parse("192.0.2.1", &prefix), 0);
	assert_int_equal(prefix.length, 128);
	assert_int_equal(skstat_prefix_parse("2001:db8::/32", &prefix), 0);
	assert_memory_equal(prefix.address, doc, 16);
	assert_int_equal(prefix.length, 32);
	assert_int_equal(skstat_prefix_parse("::/0", &prefix), 0);
	assert_int_equal(prefix.length, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(skstat_prefix_parse(wrong[i], &prefix), -EINVAL);
}

static void ranges(void **state)
{
	static const char *const wrong[] = { "", "-", "1-", "-1", "2-1", "65536", "1-65536", "1-2-3", "x", "80 ", " 80",
					     "00000080", "99999999999999999999" };
	struct skstat_range range;

	(void)state;
	assert_int_equal(skstat_range_parse("80", &range), 0);
	assert_true(range.min == 80 && range.max == 80);
	assert_int_equal(skstat_range_parse("0-65535", &range), 0);
	assert_true(range.min == 0 && range.max == 65535);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(skstat_range_parse(wrong[i], &range), -EINVAL);
}

static void addresses(void **state)
{
	struct skstat_addr four = { { 192, 0, 2, 1 } }, six = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };
	char text[SKSTAT_ADDRESS_TEXT];

	(void)state;
	skstat_address_text(&four, AF_INET, text);
	assert_string_equal(text, "192.0.2.1");
	skstat_address_text(&six, AF_INET6, text);
	assert_string_equal(text, "2001:db8::1");
	memset(six.byte, 0xff, 16);
	skstat_address_text(&six, AF_INET6, text);
	assert_string_equal(text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	skstat_address_text(&six, 99, text);
	assert_string_equal(text, "");
}

static void options(void **state)
{
	struct skstat_options *o = malloc(sizeof(*o));

	(void)state;
	assert_non_null(o);
	skstat_options_init(o);
	assert_int_equal(take(o, "groups", "identity,tcp"), 0);
	assert_int_equal(o->query.groups, 1u << SKSTAT_GROUP_IDENTITY | 1u << SKSTAT_GROUP_TCP);
	assert_int_equal(take(o, "groups", "0xffff"), 0);
	assert_int_equal(o->query.groups, 0xffff);
	assert_int_equal(take(o, "states", "estab,time-wait"), 0);
	assert_int_equal(o->query.states, 1u << TCP_ESTABLISHED | 1u << TCP_TIME_WAIT);
	assert_int_equal(take(o, "family", "6"), 0);
	assert_int_equal(o->query.families, SKSTAT_FAMILY_INET6 | SKSTAT_FAMILY_MAPPED);
	assert_int_equal(take(o, "mark", "0x10/0xff"), 0);
	assert_int_equal(o->query.mark, 0x10);
	assert_int_equal(o->query.mark_mask, 0xff);
	assert_int_equal(take(o, "since", "18446744073709551615"), 0);
	assert_true(o->query.active_since == UINT64_MAX);
	assert_int_equal(o->query.has, SKSTAT_HAS(GROUPS) | SKSTAT_HAS(STATES) | SKSTAT_HAS(FAMILIES) |
					       SKSTAT_HAS(MARK) | SKSTAT_HAS(MARK_MASK) | SKSTAT_HAS(ACTIVE_SINCE));

	assert_int_equal(take(o, "groups", "identity,nonsense"), -EINVAL);
	assert_int_equal(take(o, "groups", ""), -EINVAL);
	assert_int_equal(take(o, "groups", "identity,"), -EINVAL);
	assert_int_equal(take(o, "states", "a-word-that-is-longer-than-any-of-these"), -EINVAL);
	assert_int_equal(take(o, "uid", "4294967296"), -EINVAL);
	assert_int_equal(take(o, "uid", "-1"), -EINVAL);
	assert_int_equal(take(o, "uid", "1x"), -EINVAL);
	assert_int_equal(take(o, "mark", "1/"), -EINVAL);
	assert_int_equal(take(o, "max-ns", "18446744073709551616"), -EINVAL);
	free(o);
}

static void lists_end(void **state)
{
	struct skstat_options *o = malloc(sizeof(*o));
	struct skstat_error error;

	(void)state;
	assert_non_null(o);
	skstat_options_init(o);
	for (size_t i = 0; i < SKSTAT_OPTION_VALUES; i++)
		assert_int_equal(take(o, "netns", "1"), 0);
	assert_int_equal(o->query.namespaces, SKSTAT_OPTION_VALUES);
	assert_int_equal(skstat_option_take(o, 0, "identity", &error), -EINVAL);
	free(o);
}

/* Every attribute that a full query sends, in order, with its length and first bytes. */
static void full_query(void **state)
{
	static const struct {
		const char *name, *value;
		uint16_t type;
		size_t length;
		uint64_t number; /* of a scalar */
	} sent[] = {
		{ "groups", "tcp", SKSTAT_SOCK_GROUPS, 4, 1u << SKSTAT_GROUP_TCP },
		{ "states", "listen", SKSTAT_SOCK_STATES, 4, 1u << TCP_LISTEN },
		{ "family", "inet", SKSTAT_SOCK_FAMILIES, 4, SKSTAT_FAMILY_INET },
		{ "uid", "1000", SKSTAT_SOCK_UID, 4, 1000 },
		{ "mark", "1/3", SKSTAT_SOCK_MARK, 4, 1 },
		{ NULL, NULL, SKSTAT_SOCK_MARK_MASK, 4, 3 },
		{ "ifindex", "0", SKSTAT_SOCK_IFINDEX, 4, 0 },
		{ "max-sockets", "9", SKSTAT_SOCK_MAX_SOCKETS, 4, 9 },
		{ "kinds", "full,listen", SKSTAT_SOCK_KINDS, 4, 1u << SKSTAT_KIND_FULL | 1u << SKSTAT_KIND_LISTEN },
		{ NULL, NULL, SKSTAT_SOCK_ROOM, 4, 65536 },
		{ "cgroup", "4294967297", SKSTAT_SOCK_CGROUP, 8, 4294967297 },
		{ "since", "5", SKSTAT_SOCK_ACTIVE_SINCE, 8, 5 },
		{ "max-ns", "6", SKSTAT_SOCK_MAX_NS, 8, 6 },
		{ "netns", "7", SKSTAT_SOCK_NETNS, 8, 7 },
		{ "netns", "8", SKSTAT_SOCK_NETNS, 8, 8 },
		{ "exact", NULL, SKSTAT_SOCK_EXACT, 0, 0 },
		{ "brief", NULL, SKSTAT_SOCK_BRIEF, 0, 0 },
		{ "sport", "80", SKSTAT_SOCK_LOCAL_PORT, 16, 0 },
		{ "sport", "90-91", SKSTAT_SOCK_LOCAL_PORT, 16, 0 },
		{ "dport", "443", SKSTAT_SOCK_REMOTE_PORT, 16, 0 },
		{ "src", "10.0.0.0/8", SKSTAT_SOCK_LOCAL_PREFIX, 28, 0 },
		{ "dst", "::/0", SKSTAT_SOCK_REMOTE_PREFIX, 28, 0 },
	};
	struct skstat_options *o = malloc(sizeof(*o));
	struct nl_msg *message = nlmsg_alloc_size(4096);
	struct skstat_attr_reader reader;
	struct skstat_attr attr;

	(void)state;
	assert_non_null(o);
	assert_non_null(message);
	skstat_options_init(o);
	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
		if (sent[i].name)
			assert_int_equal(take(o, sent[i].name, sent[i].value), 0);
	/* what no option says: the reader does */
	o->query.has |= SKSTAT_HAS(ROOM);
	o->query.room = 65536;
	assert_non_null(nlmsg_put(message, 0, 0, 0, 0, 0));
	assert_int_equal(skstat_query_put(message, &o->query), 0);

	reader.next = nlmsg_data(nlmsg_hdr(message));
	reader.left = (size_t)nlmsg_datalen(nlmsg_hdr(message));
	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		uint64_t number = 0;

		assert_int_equal(skstat_attr_next(&reader, &attr), 1);
		assert_int_equal(attr.type, sent[i].type);
		assert_int_equal(attr.length, sent[i].length);
		if (attr.length <= sizeof(number)) {
			memcpy(&number, attr.data, attr.length);
			assert_true(number == sent[i].number);
		} else {
			/* The kernel's strict validation refuses a nest without its flag. */
			uint16_t type;

			memcpy(&type, (const char *)attr.data - sizeof(type), sizeof(type));
			assert_true(type & NLA_F_NESTED);
		}
	}
	assert_int_equal(skstat_attr_next(&reader, &attr), 0);
	nlmsg_free(message);
	free(o);
}

static void empty_query(void **state)
{
	static const struct skstat_query query = { .uid = 5, .mark = 6 };
	struct nl_msg *message = nlmsg_alloc();

	(void)state;
	assert_non_null(nlmsg_put(message, 0, 0, 0, 0, 0));
	assert_int_equal(skstat_query_put(message, NULL), 0);
	assert_int_equal(skstat_query_put(message, &query), 0);
	assert_int_equal(nlmsg_datalen(nlmsg_hdr(message)), 0);
	nlmsg_free(message);
}

static void query_without_room(void **state)
{
	struct nl_msg *message = nlmsg_alloc_size(NLMSG_HDRLEN + 64);
	uint64_t netns[64] = { 0 };
	struct skstat_range range[64] = { 0 };
	struct skstat_query many = { .netns = netns, .namespaces = 64 };
	struct skstat_query ports = { .local_port = range, .local_ports = 64 };

	(void)state;
	assert_non_null(nlmsg_put(message, 0, 0, 0, 0, 0));
	assert_int_equal(skstat_query_put(message, &many), -EMSGSIZE);
	assert_int_equal(skstat_query_put(message, &ports), -EMSGSIZE);
	nlmsg_free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),     cmocka_unit_test(prefixes),    cmocka_unit_test(ranges),
		cmocka_unit_test(addresses),  cmocka_unit_test(options),     cmocka_unit_test(lists_end),
		cmocka_unit_test(full_query), cmocka_unit_test(empty_query), cmocka_unit_test(query_without_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
