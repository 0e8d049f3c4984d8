// SPDX-License-Identifier: GPL-2.0
/* Connections that stand out: who is chosen, when, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "model_kit.h"

#define BYTES "skstat_tcp_top_transferred_bytes"
#define RETRANS "skstat_tcp_top_retransmitted_segments"
#define RTT "skstat_tcp_top_rtt_seconds"
#define QUEUE "skstat_tcp_top_queue_bytes"
#define SOCKETS 20

static struct skstat_sample s[SOCKETS];

/* The series of that connection, by its labels. */
static const char *labels(const struct skstat_sample *sample)
{
	static char text[128];

	snprintf(text, sizeof(text), "default/blue/10.0.0.1:%u/10.0.0.2:443/%u", sample->identity.sport,
		 (unsigned int)sample->identity.cookie);
	return text;
}

static const char *netns_name(uint32_t inode, void *arg)
{
	(void)arg;
	return inode == 4242 ? "blue" : NULL;
}

static void poll_all(struct kit *kit, bool is_full, bool complete)
{
	struct skstat_sample ns = kit_netns(1, 4242, 1);

	kit_begin(kit, is_full);
	for (size_t i = 0; i < SOCKETS; i++)
		if (s[i].identity.cookie)
			kit_put(kit, &s[i]);
	kit_put(kit, &ns);
	kit_end(kit, complete, false);
}

static bool is_shown(struct kit *kit, const char *family, size_t i)
{
	return kit_series(kit, family, labels(&s[i])) != NULL;
}

static struct kit *top_kit(uint32_t bytes, uint32_t retrans, uint32_t rtt, uint32_t queue, uint8_t states)
{
	struct skstat_view_config view = skstat_view_default;
	const struct skstat_model_config config = {
		.view = &view, .views = 1, .netns_limit = 2, .netns_name = netns_name,
	};
	struct kit *kit;

	view.top[SKSTAT_TOP_BYTES] = bytes;
	view.top[SKSTAT_TOP_RETRANS] = retrans;
	view.top[SKSTAT_TOP_RTT] = rtt;
	view.top[SKSTAT_TOP_QUEUE] = queue;
	view.match.states = states;
	kit = kit_new(&config);
	for (size_t i = 0; i < SOCKETS; i++) {
		s[i] = kit_connection(100 + i, "10.0.0.1:40000", "10.0.0.2:443");
		s[i].identity.sport = (uint16_t)(40000 + i);
		s[i].traffic.bytes_sent = 1000 * i;
	}
	poll_all(kit, true, true);
	return kit;
}

static size_t count(struct kit *kit, const char *name)
{
	const struct skstat_family *family = kit_family(kit, name);

	return family ? family->count : 0;
}

static void who_moved_most(void **state)
{
	struct kit *kit = top_kit(3, 1, 0, 0, 0);

	(void)state;
	/* The first time it is all that they ever had. */
	poll_all(kit, true, true);
	assert_int_equal(count(kit, BYTES), 3);
	assert_true(is_shown(kit, BYTES, 19) && is_shown(kit, BYTES, 18) && is_shown(kit, BYTES, 17));
	assert_int_equal(count(kit, RETRANS), 0);
	assert_null(kit_family(kit, RTT));
	assert_true(kit_value(kit, BYTES, labels(&s[19])) == 19000);
	/* In between they are followed, also by deltas. */
	s[19].traffic.bytes_received = 500;
	poll_all(kit, false, true);
	assert_true(kit_value(kit, BYTES, labels(&s[19])) == 19500);
	/* Others carry more from now on; but it is not time yet, nor does a delta choose, nor a walk that broke off. */
	for (size_t i = 0; i < 5; i++)
		s[i].traffic.bytes_received += 10000 * (i + 1);
	s[7].traffic.total_retrans = 4;
	poll_all(kit, true, true);
	assert_true(is_shown(kit, BYTES, 19) && !is_shown(kit, BYTES, 4));
	kit->poll.now_ns += 60 * KIT_SECOND;
	poll_all(kit, false, true);
	assert_true(is_shown(kit, BYTES, 19));
	poll_all(kit, true, false);
	assert_true(is_shown(kit, BYTES, 19));
	poll_all(kit, true, true);
	assert_int_equal(count(kit, BYTES), 3);
	assert_true(is_shown(kit, BYTES, 4) && is_shown(kit, BYTES, 3) && is_shown(kit, BYTES, 2));
	assert_true(is_shown(kit, RETRANS, 7));
	assert_true(kit_value(kit, RETRANS, labels(&s[7])) == 4);
	/* Nobody moves: nobody is shown. */
	kit->poll.now_ns += 60 * KIT_SECOND;
	poll_all(kit, true, true);
	assert_int_equal(count(kit, BYTES), 0);
	kit_free(kit);
}

/* A little more than he has who is in is not enough. */
static void places_are_sticky(void **state)
{
	struct kit *kit = top_kit(1, 0, 0, 0, 0);

	(void)state;
	poll_all(kit, true, true);
	assert_true(is_shown(kit, BYTES, 19));
	s[19].traffic.bytes_sent += 1000;
	s[3].traffic.bytes_sent += 1200;
	kit->poll.now_ns += 60 * KIT_SECOND;
	poll_all(kit, true, true);
	assert_true(is_shown(kit, BYTES, 19));
	s[19].traffic.bytes_sent += 1000;
	s[3].traffic.bytes_sent += 1300;
	kit->poll.now_ns += 60 * KIT_SECOND;
	poll_all(kit, true, true);
	assert_true(is_shown(kit, BYTES, 3) && !is_shown(kit, BYTES, 19));
	kit_free(kit);
}

static void what_they_have_now(void **state)
{
	struct kit *kit = top_kit(0, 0, 2, 2, 1 << TCP_ESTABLISHED);

	(void)state;
	for (uint32_t i = 0; i < SOCKETS; i++) {
		s[i].tcp.rtt = 8 * 1000 * (i + 1);
		s[i].traffic.rqueue = 10 * i;
		s[i].traffic.wqueue = i;
	}
	/* That is not in the view. */
	s[19].identity.state = TCP_FIN_WAIT2;
	poll_all(kit, true, true);
	assert_int_equal(count(kit, RTT), 2);
	assert_true(kit_value(kit, RTT, labels(&s[18])) == 0.019);
	assert_true(kit_value(kit, RTT, labels(&s[17])) == 0.018);
	assert_true(kit_value(kit, QUEUE, labels(&s[18])) == 198);
	/* A delta that does not bring it: it holds no queue, and its time is the last one. */
	kit_begin(kit, false);
	s[17].traffic.rqueue = 1;
	kit_put(kit, &s[17]);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, QUEUE, labels(&s[18])) == 0);
	assert_true(kit_value(kit, QUEUE, labels(&s[17])) == 18);
	assert_true(kit_value(kit, RTT, labels(&s[18])) == 0.019);
	/* One is gone, and one is another connection. */
	s[18].identity.sport = 50000;
	s[17].identity.cookie = 0;
	poll_all(kit, true, true);
	assert_int_equal(count(kit, RTT), 0);
	assert_int_equal(count(kit, QUEUE), 0);
	kit_free(kit);
}

/* Not more than there is room for, of any kind of address. */
static void addresses(void **state)
{
	struct skstat_view_config view = skstat_view_default;
	const struct skstat_model_config config = { .view = &view, .views = 1, .netns_limit = 2 };
	struct skstat_sample six = kit_connection(1, "[2001:db8::1]:40000", "[fd00::2]:443");
	struct skstat_sample mapped = kit_connection(2, "[::ffff:10.0.0.1]:40000", "[::ffff:10.0.0.2]:443");
	struct kit *kit;

	(void)state;
	view.top[SKSTAT_TOP_BYTES] = UINT32_MAX;
	kit = kit_new(&config);
	six.traffic.bytes_sent = mapped.traffic.bytes_sent = 1;
	for (int i = 0; i < 2; i++) {
		kit_begin(kit, true);
		for (uint64_t c = 0; c < 300; c++) {
			struct skstat_sample s4 = kit_connection(1000 + c, "10.0.0.1:40000", "10.0.0.2:443");

			s4.traffic.bytes_sent = i ? 0 : 10;
			s4.identity.sport = (uint16_t)(30000 + c);
			kit_put(kit, &s4);
		}
		kit_put(kit, &six);
		kit_put(kit, &mapped);
		kit_end(kit, true, false);
	}
	assert_int_equal(count(kit, BYTES), 2);
	assert_true(kit_value(kit, BYTES, "default//[2001:db8::1]:40000/[fd00::2]:443/1") == 1);
	assert_true(kit_value(kit, BYTES, "default//10.0.0.1:40000/10.0.0.2:443/2") == 1);
	/* There is room for a hundred. */
	kit->poll.now_ns += 60 * KIT_SECOND;
	kit_begin(kit, true);
	for (uint64_t c = 0; c < 300; c++) {
		struct skstat_sample s4 = kit_connection(1000 + c, "10.0.0.1:40000", "10.0.0.2:443");

		s4.traffic.bytes_sent = 1000 + c;
		s4.identity.sport = (uint16_t)(30000 + c);
		kit_put(kit, &s4);
	}
	kit_end(kit, true, false);
	assert_int_equal(count(kit, BYTES), 100);
	assert_true(kit_value(kit, BYTES, "default//10.0.0.1:30299/10.0.0.2:443/1299") == 1299);
	assert_true(kit_value(kit, BYTES, "default//10.0.0.1:30200/10.0.0.2:443/1200") == 1200);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_moved_most),
		cmocka_unit_test(places_are_sticky),
		cmocka_unit_test(what_they_have_now),
		cmocka_unit_test(addresses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_top", tests, NULL, NULL);
}
