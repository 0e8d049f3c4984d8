// SPDX-License-Identifier: GPL-2.0
/* Who is sent away to make room for others. The connections are socket pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/crowd.h"

#define VISITS 4
#define LIMIT 3
#define LATER SKSTAT_CROWD_YOUNG_NS /* nobody of before is young any more */

static struct skstat_crowd crowd;
static struct skstat_visit visit[VISITS];
static int client[VISITS], server[VISITS];

static int set_up(void **state)
{
	(void)state;
	memset(visit, 0, sizeof(visit));
	skstat_crowd_init(&crowd, LIMIT);
	for (size_t i = 0; i < VISITS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			return -1;
		client[i] = pair[0];
		server[i] = pair[1];
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < VISITS; i++) {
		close(client[i]);
		close(server[i]);
	}
	skstat_crowd_destroy(&crowd);
	return 0;
}

/* Whether its client sees the end of it. */
static bool sent_away(size_t i)
{
	char byte;

	return recv(client[i], &byte, 1, MSG_DONTWAIT) == 0;
}

static bool enter(size_t i, uint64_t now_ns)
{
	return skstat_crowd_enter(&crowd, &visit[i], server[i], now_ns);
}

static void leave_all(void)
{
	for (size_t i = 0; i < VISITS; i++)
		skstat_crowd_leave(&crowd, &visit[i]);
	assert_int_equal(crowd.count, 0);
	assert_null(crowd.idle.first);
	assert_null(crowd.busy.first);
}

static void fill(void)
{
	for (size_t i = 0; i < LIMIT; i++)
		assert_false(enter(i, i));
	for (size_t i = 0; i < LIMIT; i++)
		assert_false(sent_away(i));
}

static void the_oldest_goes(void **state)
{
	(void)state;
	fill();
	assert_true(enter(3, LATER));
	assert_true(sent_away(0));
	for (size_t i = 1; i < VISITS; i++)
		assert_false(sent_away(i));
	/* Its owner may not know yet. */
	skstat_crowd_ask(&crowd, &visit[0], 11);
	skstat_crowd_answered(&crowd, &visit[0], 11);
	assert_int_equal(crowd.count, LIMIT);
	leave_all();
}

static void the_young_stay_for_a_while(void **state)
{
	(void)state;
	fill();
	assert_false(enter(3, LATER - 1));
	skstat_crowd_leave(&crowd, &visit[3]);
	crowd.most = LIMIT;
	assert_true(enter(3, LATER - 1));
	assert_true(sent_away(0));
	leave_all();
}

static void an_answer_makes_young(void **state)
{
	(void)state;
	fill();
	skstat_crowd_ask(&crowd, &visit[0], 10);
	skstat_crowd_answered(&crowd, &visit[0], 11);
	assert_true(enter(3, LATER + 12));
	assert_true(sent_away(1));
	assert_false(sent_away(0));
	leave_all();
}

static void who_is_answered_stays(void **state)
{
	(void)state;
	fill();
	skstat_crowd_ask(&crowd, &visit[0], 10);
	skstat_crowd_ask(&crowd, &visit[1], 11);
	assert_true(enter(3, LATER + 12));
	assert_true(sent_away(2));
	assert_false(sent_away(0));
	leave_all();
}

static void for_so_long(void **state)
{
	(void)state;
	fill();
	for (size_t i = 0; i < LIMIT; i++)
		skstat_crowd_ask(&crowd, &visit[i], 10 + i);
	assert_false(enter(3, 9 + SKSTAT_CROWD_PATIENCE_NS));
	assert_int_equal(crowd.count, VISITS);
	skstat_crowd_leave(&crowd, &visit[3]);
	assert_true(enter(3, 10 + SKSTAT_CROWD_PATIENCE_NS));
	assert_true(sent_away(0));
	assert_false(sent_away(1));
	leave_all();
}

/* Who has been idle for longer than another was being answered, or the other. */
static void whichever_is_older(void **state)
{
	(void)state;
	fill();
	skstat_crowd_ask(&crowd, &visit[0], 10);
	skstat_crowd_answered(&crowd, &visit[2], 20);
	assert_true(enter(3, 11 + SKSTAT_CROWD_PATIENCE_NS));
	assert_true(sent_away(1));
	skstat_crowd_leave(&crowd, &visit[1]);
	skstat_crowd_leave(&crowd, &visit[3]);
	assert_false(enter(3, 12 + SKSTAT_CROWD_PATIENCE_NS));
	skstat_crowd_leave(&crowd, &visit[3]);
	crowd.limit = 2;
	assert_true(enter(3, 13 + SKSTAT_CROWD_PATIENCE_NS));
	assert_true(sent_away(0));
	assert_false(sent_away(2));
	leave_all();
}

static void room(void **state)
{
	struct rlimit before, now;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 300, before.rlim_max }), 0);
	assert_int_equal(skstat_crowd_most(10), 74);
	assert_int_equal(skstat_crowd_most(100), 200);
	assert_int_equal(skstat_crowd_room(0, 1, 0), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, 300);
	assert_int_equal(skstat_crowd_room(36, 2, 1), 36);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, 456);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 456, 656 }), 0);
	assert_int_equal(skstat_crowd_room(1000, 2, 1), 100);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, 656);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_oldest_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_young_stay_for_a_while, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_makes_young, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_answered_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(for_so_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whichever_is_older, set_up, tear_down),
		cmocka_unit_test(room),
	};

	return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
