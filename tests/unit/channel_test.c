// SPDX-License-Identifier: GPL-2.0
/* The channel, against a family that every kernel has: generic netlink's own, which tells of the others. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "source/channel.h"

static int setup(void **state)
{
	struct skstat_channel *channel = skstat_channel_new(NETLINK_GENERIC);

	assert_non_null(channel);
	assert_int_equal(skstat_channel_fd(channel), -1);
	assert_null(skstat_channel_socket(channel));
	assert_int_equal(skstat_channel_open(channel, NULL), 0);
	*state = channel;
	return 0;
}

static int teardown(void **state)
{
	skstat_channel_free(*state);
	skstat_channel_free(NULL);
	return 0;
}

/* GETFAMILY: of one by its name, or of all. */
static struct nl_msg *request(const char *name)
{
	struct nl_msg *message = nlmsg_alloc();

	assert_non_null(message);
	assert_non_null(genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, name ? 0 : NLM_F_DUMP,
				    CTRL_CMD_GETFAMILY, 2));
	if (name)
		assert_int_equal(nla_put_string(message, CTRL_ATTR_FAMILY_NAME, name), 0);
	return message;
}

static int ask(struct skstat_channel *channel, const char *name, const struct skstat_reply *reply,
	       struct skstat_error *error)
{
	struct nl_msg *message = request(name);
	int err;

	memset(error, 0, sizeof(*error));
	err = skstat_channel_ask(channel, message, reply, error);
	nlmsg_free(message);
	return err;
}

struct counting {
	int messages;
	int stop_after; /* 0: never */
	int answer;	/* then */
};

static int count(const struct nlmsghdr *message, void *arg)
{
	struct counting *counting = arg;

	assert_int_equal(message->nlmsg_type, GENL_ID_CTRL);
	return ++counting->messages == counting->stop_after ? counting->answer : 0;
}

/* A request of one, and a dump, over the same socket. */
static void asks(void **state)
{
	struct skstat_channel *channel = *state;
	const struct skstat_source_cost *cost = skstat_channel_cost(channel);
	struct counting one = { 0 }, all = { 0 }, none = { 0 };
	struct skstat_reply reply = { .type = GENL_ID_CTRL, .fn = count, .arg = &one };
	int fd = skstat_channel_fd(channel);
	struct skstat_error error;

	assert_int_equal(ask(channel, "nlctrl", &reply, &error), 0);
	assert_int_equal(one.messages, 1);
	reply.arg = &all;
	assert_int_equal(ask(channel, NULL, &reply, &error), 0);
	assert_true(all.messages >= 1);
	assert_int_equal(skstat_channel_fd(channel), fd);
	assert_int_equal(cost->opened, 1);
	/* Each was ended by one message more. */
	assert_int_equal(cost->messages, one.messages + all.messages + 2);
	assert_true(cost->datagrams >= 3 && cost->bytes > cost->messages * NLMSG_HDRLEN);
	assert_true(cost->wait_ns > 0);

	/* Whoever wants another type, or nothing, gets none and is done. */
	reply.type = GENL_ID_CTRL + 1;
	reply.arg = &none;
	assert_int_equal(ask(channel, "nlctrl", &reply, &error), 0);
	assert_int_equal(none.messages, 0);
	reply = (struct skstat_reply){ .type = GENL_ID_CTRL };
	assert_int_equal(ask(channel, "nlctrl", &reply, &error), 0);
}

static void refused(void **state)
{
	struct skstat_channel *channel = *state;
	struct skstat_reply reply = { .type = GENL_ID_CTRL, .fn = count, .arg = &(struct counting){ 0 } };
	struct skstat_error error;

	assert_int_equal(ask(channel, "skstat-nosuch", &reply, &error), -ENOENT);
	assert_int_equal(error.err, -ENOENT);
	/* The verdict was taken: the socket is as good as before. */
	assert_true(skstat_channel_fd(channel) >= 0);
	assert_int_equal(ask(channel, "nlctrl", &reply, &error), 0);
}

static void stopped(void **state)
{
	struct skstat_channel *channel = *state;
	struct counting counting = { .stop_after = 1, .answer = 1 };
	struct skstat_reply reply = { .type = GENL_ID_CTRL, .fn = count, .arg = &counting };
	struct skstat_error error;

	assert_int_equal(ask(channel, NULL, &reply, &error), 1);
	assert_int_equal(counting.messages, 1);
	assert_int_equal(skstat_channel_fd(channel), -1);
	counting = (struct counting){ .stop_after = 1, .answer = -ENOMEM };
	assert_int_equal(skstat_channel_open(channel, &error), 0);
	assert_int_equal(ask(channel, NULL, &reply, &error), -ENOMEM);
	assert_true(error.text[0]);
	assert_int_equal(skstat_channel_fd(channel), -1);
	assert_int_equal(skstat_channel_open(channel, &error), 0);
	assert_int_equal(skstat_channel_cost(channel)->opened, 3);
}

static void deadlines(void **state)
{
	struct skstat_channel *channel = *state;
	struct counting counting = { 0 };
	struct skstat_reply reply = { .type = GENL_ID_CTRL, .fn = count, .arg = &counting, .deadline = 1 };
	uint64_t now = skstat_channel_clock();
	struct skstat_error error;

	assert_int_equal(ask(channel, NULL, &reply, &error), -ETIMEDOUT);
	assert_int_equal(error.err, -ETIMEDOUT);
	assert_int_equal(counting.messages, 0);
	assert_int_equal(skstat_channel_cost(channel)->timeouts, 1);
	assert_int_equal(skstat_channel_fd(channel), -1);

	assert_int_equal(skstat_channel_open(channel, &error), 0);
	reply.deadline = now + 60000000000;
	assert_int_equal(ask(channel, NULL, &reply, &error), 0);
	assert_true(counting.messages >= 1);
	assert_int_equal(skstat_channel_cost(channel)->timeouts, 1);
}

/*
 * A kernel that does not answer: the request goes out without asking for an ACK, of something that has no other reply.
 * Neither hangs nor comes back early.
 */
static void silence(void **state)
{
	struct skstat_channel *channel = *state;
	struct skstat_reply reply = { .type = GENL_ID_CTRL };
	uint64_t begun = skstat_channel_clock(), waited;
	struct nl_msg *message = nlmsg_alloc_simple(NLMSG_NOOP, 0);
	struct skstat_error error;

	assert_non_null(message);
	nl_socket_disable_auto_ack(skstat_channel_socket(channel));
	reply.deadline = begun + 20000000;
	assert_int_equal(skstat_channel_ask(channel, message, &reply, &error), -ETIMEDOUT);
	nlmsg_free(message);
	waited = skstat_channel_clock() - begun;
	assert_true(waited >= 20000000);
	assert_true(skstat_channel_cost(channel)->wait_ns >= 19000000);
}

/* Asks for nlctrl over the channel's socket, behind its back: with sequence number 0, the answer is unasked for. */
static void provoke(struct skstat_channel *channel, int times)
{
	struct nl_msg *message = request("nlctrl");
	struct nlmsghdr *header = nlmsg_hdr(message);

	header->nlmsg_seq = 0;
	header->nlmsg_flags |= NLM_F_REQUEST;
	for (int i = 0; i < times; i++)
		assert_int_equal(send(skstat_channel_fd(channel), header, header->nlmsg_len, 0), header->nlmsg_len);
	nlmsg_free(message);
}

static void listens(void **state)
{
	struct skstat_channel *channel = *state;
	struct counting counting = { 0 };
	struct skstat_reply reply = { .type = GENL_ID_CTRL, .fn = count, .arg = &counting };
	struct skstat_error error;

	/* Nothing is there, and nothing is waited for. */
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
	provoke(channel, 3);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
	assert_int_equal(counting.messages, 3);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
	assert_int_equal(counting.messages, 3);

	/* What is asked for is no matter of this, and what is not is none of the other. */
	counting.messages = 0;
	provoke(channel, 2);
	assert_int_equal(ask(channel, "nlctrl", &reply, &error), 0);
	assert_int_equal(counting.messages, 1);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
	assert_int_equal(counting.messages, 1);

	/* Other types are passed over. */
	reply.type++;
	provoke(channel, 1);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
	assert_int_equal(counting.messages, 1);

	skstat_channel_close(channel);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), -ENOTCONN);
}

/* More than the socket holds: what it does is taken, and that there was more is told, once. */
static void listens_too_late(void **state)
{
	struct skstat_channel *channel = *state;
	struct counting counting = { 0 };
	struct skstat_reply reply = { .type = GENL_ID_CTRL, .fn = count, .arg = &counting };
	struct skstat_error error;
	const int small = 4096;

	assert_int_equal(setsockopt(skstat_channel_fd(channel), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	provoke(channel, 100);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), -ENOBUFS);
	assert_int_equal(error.err, -ENOBUFS);
	assert_in_range(counting.messages, 1, 99);
	assert_true(skstat_channel_fd(channel) >= 0);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
	provoke(channel, 1);
	assert_int_equal(skstat_channel_listen(channel, &reply, &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asks, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
		cmocka_unit_test_setup_teardown(stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(deadlines, setup, teardown),
		cmocka_unit_test_setup_teardown(silence, setup, teardown),
		cmocka_unit_test_setup_teardown(listens, setup, teardown),
		cmocka_unit_test_setup_teardown(listens_too_late, setup, teardown),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
