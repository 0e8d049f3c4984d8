// SPDX-License-Identifier: GPL-2.0
/* The collector on the real clock, and what a service manager hears of it. */
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collect/kit.h"
#include "collect/notify.h"

static struct skstat_notify notify;
static int manager;

static void manager_open(uint64_t watchdog_ns)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct skstat_error why;
	char text[64];

	snprintf(text, sizeof(text), "@skstat-collect-notify-%d", (int)getpid());
	memcpy(address.sun_path + 1, text + 1, strlen(text) - 1);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(text))), 0);
	setenv("NOTIFY_SOCKET", text, 1);
	assert_int_equal(skstat_notify_open(&notify, &why), 0);
	notify.watchdog_ns = watchdog_ns;
}

static void manager_close(void)
{
	skstat_notify_close(&notify);
	close(manager);
}

/* All that came, its first lines, one behind the other. */
static const char *heard(void)
{
	static char all[1024];
	char text[512];
	ssize_t length;
	size_t used = 0;

	all[0] = '\0';
	while ((length = recv(manager, text, sizeof(text) - 1, 0)) > 0) {
		text[length] = '\0';
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%.*s|", (int)strcspn(text, "\n"), text);
	}
	return all;
}

static int collect_told(const struct step *step, size_t count)
{
	struct skstat_collector *collector;
	int err;

	run_script(step, count);
	store = skstat_store_new();
	collector = skstat_collector_new(&config, source_new("netlink"), "why", store, &self, &error);
	assert_non_null(collector);
	skstat_collector_tell(collector, &notify);
	log_start();
	err = skstat_collector_run(collector, &error);
	(void)logged();
	skstat_collector_free(collector);
	skstat_store_free(store);
	return err;
}

static void from_start_to_end(void **state)
{
	static const struct step steps_[] = { { 0 }, { .signal = SIGHUP }, { .signal = SIGTERM } };

	(void)state;
	manager_open(0);
	fast(0);
	assert_int_equal(collect_told(steps_, COUNT(steps_)), 0);
	assert_string_equal(heard(), "READY=1|STATUS=Watching 0 connections, by netlink|"
				     "RELOADING=1|READY=1|STOPPING=1|");
	manager_close();
}

/* It is up when there is something to scrape, and not before. */
static void up_with_the_first_snapshot(void **state)
{
	static const struct step steps_[] = { { .err = -EBADMSG, .text = "bad" }, { 0 }, { .signal = SIGTERM } };

	(void)state;
	manager_open(0);
	fast(0);
	assert_int_equal(collect_told(steps_, COUNT(steps_)), 0);
	assert_string_equal(heard(), "STATUS=Polls fail: bad|READY=1|STATUS=Watching 0 connections, by netlink|"
				     "STOPPING=1|");
	manager_close();
}

/* How many came before the poll that is stuck, while it was, and after it. */
static int fed[3];

static int feedings(void)
{
	const char *all = heard();
	int count = 0;

	while ((all = strstr(all, "WATCHDOG=1|"))) {
		count++;
		all++;
	}
	return count;
}

/* Five periods long. */
static void get_stuck(void)
{
	fed[0] = feedings();
	poll(NULL, 0, 200);
	fed[1] = feedings();
}

static void stuck(void **state)
{
	static const struct step steps_[] = { { 0 }, { 0 }, { .act = get_stuck }, { 0 }, { 0 } };

	(void)state;
	manager_open(40 * 1000000);
	fast(COUNT(steps_));
	assert_int_equal(collect_told(steps_, COUNT(steps_)), 0);
	fed[2] = feedings();
	assert_true(fed[0] > 0);
	assert_int_equal(fed[1], 0);
	assert_true(fed[2] > 0);
	manager_close();
}

static void raise_term(int signal)
{
	(void)signal;
}

static void *end_later(void *thread)
{
	/* Until it was fed often enough between two polls that are an hour apart. */
	for (int i = 0, count = 0; i < 2000 && count < 3; i++) {
		count += feedings();
		poll(NULL, 0, 5);
		fed[0] = count;
	}
	pthread_kill(*(pthread_t *)thread, SIGTERM);
	return NULL;
}

/* A long interval is no stuck collector. */
static void asleep(void **state)
{
	pthread_t self_thread = pthread_self(), thread;
	sigset_t term;

	(void)state;
	signal(SIGTERM, raise_term);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	manager_open(40 * 1000000);
	fast(0);
	config.poll_interval_ns = 3600 * SECOND;
	assert_int_equal(pthread_create(&thread, NULL, end_later, &self_thread), 0);
	assert_int_equal(collect_told(NULL, 0), 0);
	pthread_join(thread, NULL);
	assert_true(fed[0] >= 3);
	manager_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_start_to_end),
		cmocka_unit_test(up_with_the_first_snapshot),
		cmocka_unit_test(stuck),
		cmocka_unit_test(asleep),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect_notify", tests, log_take, NULL);
}
