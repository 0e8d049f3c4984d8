// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of one journal, each with a cursor of its own: one from the beginning, one from the middle, one that is stopped
 * until its events are overwritten, one that is killed and leaves nothing but its cursor. Each of them accounts for every
 * event from where it began: read, or lost.
 */
#include <inttypes.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/traffic.h"
#include "source/channel.h"
#include "suite.h"

#define CPUS 64
#define RING 256
#define PATIENCE_NS 120000000000ull

/* What a reader was told, CPU by CPU. */
struct account {
	uint64_t instance;
	struct told {
		bool known;
		uint64_t begin, next, events, lost;
	} cpu[CPUS];
};

/* One reader, shared with the test. What is not `account[dumps % 2]` may be half written when it dies. */
struct reader {
	struct account account[2];
	uint64_t dumps;
	bool from_tail, finish;
	char wrong[320];
	pid_t pid;
};

static struct traffic traffic;
static struct skstat_netlink *holder;
static struct reader *readers;

/* --- in a reader's process */

struct intake {
	struct account *account;
	struct told *told; /* of the message's CPU */
	uint64_t at;	   /* events below that number were handed out, or lost */
	uint64_t events, totals;
	const char *wrong;
};

static int event_take(const struct skstat_sample *event, void *arg)
{
	struct intake *intake = arg;
	uint64_t number = event->event.event_sequence;

	if (intake->told->known && number < intake->at)
		intake->wrong = "an event came twice, or out of order";
	intake->at = number + 1;
	intake->events++;
	return 0;
}

/* By hand, since it is the messages that are tested: the client would only say sums. */
static int message_take(const struct nlmsghdr *message, void *arg)
{
	struct nlattr *attrs[SKSTAT_JOURNAL_MAX + 1], *cursor[SKSTAT_CURSOR_MAX + 1];
	struct nlmsghdr *header = (struct nlmsghdr *)message;
	struct skstat_journal_totals totals = { 0 };
	struct skstat_cursor scratch = { 0 };
	struct intake *intake = arg;
	uint64_t next, lost;
	struct told *told;
	uint32_t cpu;
	int err;

	must_be(!nlmsg_parse(header, GENL_HDRLEN, attrs, SKSTAT_JOURNAL_MAX, NULL));
	intake->totals += attrs[SKSTAT_JOURNAL_TOTALS] != NULL;
	if (!attrs[SKSTAT_JOURNAL_CURSOR])
		return 0;
	must_be(!nla_parse_nested(cursor, SKSTAT_CURSOR_MAX, attrs[SKSTAT_JOURNAL_CURSOR], NULL));
	must_be(cursor[SKSTAT_CURSOR_CPU] && cursor[SKSTAT_CURSOR_NEXT] && cursor[SKSTAT_CURSOR_LOST]);
	cpu = nla_get_u32(cursor[SKSTAT_CURSOR_CPU]);
	next = nla_get_u64(cursor[SKSTAT_CURSOR_NEXT]);
	lost = nla_get_u64(cursor[SKSTAT_CURSOR_LOST]);
	must_be(cpu < CPUS);
	told = intake->told = &intake->account->cpu[cpu];
	intake->at = told->next;
	intake->events = 0;
	err = skstat_journal_parse(message, &scratch, event_take, intake, &totals);
	skstat_cursor_free(&scratch);
	if (err)
		intake->wrong = "a message does not hold together";
	if (intake->at > next)
		intake->wrong = "an event came from beyond the cursor";
	if (!told->known)
		*told = (struct told){ .known = true, .begin = next - intake->events - lost };
	else if (next - told->next != intake->events + lost)
		intake->wrong = "events and lost ones are not what the cursor moved by";
	told->next = next;
	told->events += intake->events;
	told->lost += lost;
	return 0;
}

static void cursor_make(struct skstat_cursor *cursor, const struct account *account)
{
	cursor->instance = account->instance;
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		if (account->cpu[cpu].known)
			must_have(skstat_cursor_add(cursor, cpu, account->cpu[cpu].next));
}

/* One dump. NULL, or what is wrong. */
static const char *account_read(struct account *account, struct skstat_netlink *netlink)
{
	struct skstat_request request = { .cmd = SKSTAT_CMD_JOURNAL, .version = SKSTAT_FAMILY_VERSION,
					  .flags = NLM_F_DUMP };
	struct nl_msg *message = must_have(nlmsg_alloc_size(65536));
	struct intake intake = { .account = account };
	struct skstat_cursor cursor = { 0 };
	static struct skstat_error error;
	int err;

	cursor_make(&cursor, account);
	must_be(!skstat_cursor_put(message, &cursor));
	request.attrs = nlmsg_data(nlmsg_hdr(message));
	request.length = nlmsg_datalen(nlmsg_hdr(message));
	err = skstat_netlink_raw(netlink, &request, message_take, &intake, &error);
	skstat_cursor_free(&cursor);
	nlmsg_free(message);
	if (err)
		return error.text;
	return intake.wrong ? intake.wrong : intake.totals == 1 ? NULL : "a dump does not end with totals, once";
}

static void account_from_tail(struct account *account, struct skstat_netlink *netlink)
{
	struct skstat_cursor cursor = { 0 };
	struct skstat_error error;

	must_be(!skstat_netlink_journal_tail(netlink, &cursor, &error));
	for (size_t i = 0; i < cursor.places; i++)
		account->cpu[cursor.place[i].cpu] =
			(struct told){ .known = true, .begin = cursor.place[i].next, .next = cursor.place[i].next };
	skstat_cursor_free(&cursor);
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void __attribute__((noreturn)) reader_work(struct reader *reader)
{
	struct skstat_netlink *netlink = dump_connect();
	const char *wrong = NULL;
	struct skstat_error error;
	struct skstat_info info;
	bool finish = false;

	/* They are to stop when the test closes them. */
	for (size_t i = 0; i < traffic.workers; i++)
		close(traffic.listener[i]);
	must_be(!skstat_netlink_info(netlink, &info, &error));
	reader->account[0].instance = info.instance;
	if (reader->from_tail)
		account_from_tail(&reader->account[0], netlink);
	while (!wrong && !finish) {
		struct account *after = &reader->account[(reader->dumps + 1) % 2];

		finish = __atomic_load_n(&reader->finish, __ATOMIC_ACQUIRE);
		*after = reader->account[reader->dumps % 2];
		wrong = account_read(after, netlink);
		if (!wrong)
			__atomic_add_fetch(&reader->dumps, 1, __ATOMIC_RELEASE);
		nap();
	}
	if (wrong)
		snprintf(reader->wrong, sizeof(reader->wrong), "%s", wrong);
	skstat_netlink_close(netlink);
	_exit(wrong ? 1 : 0);
}

/* --- in the test's */

static const struct account *account_of(const struct reader *reader)
{
	return &reader->account[__atomic_load_n(&reader->dumps, __ATOMIC_ACQUIRE) % 2];
}

static void reader_start(struct reader *reader)
{
	pid_t pid;

	fflush(NULL);
	pid = must(fork());
	if (pid) {
		reader->pid = pid; /* not in the child: this is shared */
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	reader_work(reader);
}

/* Waits for so many dumps more, the first of which began after the call. */
static void reader_await(const struct reader *reader, uint64_t more)
{
	uint64_t until = __atomic_load_n(&reader->dumps, __ATOMIC_ACQUIRE) + more + 1;
	uint64_t deadline = skstat_channel_clock() + PATIENCE_NS;

	while (__atomic_load_n(&reader->dumps, __ATOMIC_ACQUIRE) < until) {
		if (reader->wrong[0])
			fail_msg("%s", reader->wrong);
		if (skstat_channel_clock() > deadline)
			fail_msg("a reader does not read");
		nap();
	}
}

static void reader_finish(struct reader *reader)
{
	int status;

	__atomic_store_n(&reader->finish, true, __ATOMIC_RELEASE);
	must(waitpid(reader->pid, &status, 0));
	reader->pid = 0;
	if (reader->wrong[0])
		fail_msg("%s", reader->wrong);
	assert_int_equal(status, 0);
}

static struct skstat_info info_now(void)
{
	struct skstat_error error;
	struct skstat_info info;

	assert_int_equal(skstat_netlink_info(holder, &info, &error), 0);
	return info;
}

static void written_await(uint64_t written)
{
	while (info_now().journal_written < written)
		traffic_await(&traffic, 1);
}

/* Everything from where it began to where the rings end: read, or lost. Returns how much was lost. */
static uint64_t account_check(const char *name, const struct reader *reader, const struct account *end)
{
	const struct account *account = account_of(reader);
	uint64_t events = 0, lost = 0;

	for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
		const struct told *told = &account->cpu[cpu];

		assert_int_equal(told->known, end->cpu[cpu].known);
		assert_int_equal(told->next, end->cpu[cpu].next);
		assert_int_equal(told->events + told->lost, told->next - told->begin);
		events += told->events;
		lost += told->lost;
	}
	note("%s: %" PRIu64 " events, %" PRIu64 " lost, in %" PRIu64 " readings", name, events, lost, reader->dumps);
	assert_true(events > 0);
	return lost;
}

static void four_readers(void **state)
{
	struct reader *first = &readers[0], *late = &readers[1], *stopped = &readers[2], *killed = &readers[3],
		      *heir = &readers[4];
	uint64_t connections, ours = 0;
	struct account end = { 0 };
	struct skstat_error error;
	int status;

	(void)state;
	module_replace_with(module_path(), "journal_events=256");
	holder = dump_connect();
	assert_int_equal(skstat_netlink_probe_set(holder, SKSTAT_PROBE_BIT(LIFE), 0, &error), 0);
	reader_start(first);
	reader_await(first, 1);
	traffic_run(&traffic, 2);
	written_await(RING);
	late->from_tail = true;
	reader_start(late);
	reader_start(stopped);
	reader_start(killed);
	for (size_t i = 1; i < 4; i++)
		reader_await(&readers[i], 3);

	must(kill(stopped->pid, SIGSTOP));
	must(waitpid(stopped->pid, &status, WUNTRACED));
	assert_true(WIFSTOPPED(status));
	must(kill(killed->pid, SIGKILL));
	must(waitpid(killed->pid, &status, 0));
	killed->pid = 0;
	assert_true(WIFSIGNALED(status));
	/* More than all rings hold: one of them has lapped, wherever they went. */
	written_await(info_now().journal_written + 2ull * info_now().cpus * RING);
	heir->account[0] = *account_of(killed);
	reader_start(heir);
	must(kill(stopped->pid, SIGCONT));
	for (size_t i = 0; i < 5; i++)
		if (i != 3)
			reader_await(&readers[i], 2);

	connections = traffic_stop(&traffic);
	for (size_t i = 0; i < 5; i++)
		if (i != 3)
			reader_finish(&readers[i]);
	account_from_tail(&end, holder);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
		assert_int_equal(account_of(first)->cpu[cpu].begin, 0);
		ours += end.cpu[cpu].next;
	}
	assert_int_equal(ours, connections * TRAFFIC_EVENTS + 2 * 2);
	assert_int_equal(ours, info_now().journal_written);
	assert_int_equal(info_now().journal_dropped, 0);
	account_check("from the beginning", first, &end);
	account_check("from the middle", late, &end);
	assert_true(account_check("stopped", stopped, &end) > 0);
	assert_true(account_check("killed, and its heir", heir, &end) > 0);
}

static int begin(void **state)
{
	(void)state;
	readers = mmap(NULL, 5 * sizeof(*readers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must_be(readers != MAP_FAILED);
	return 0;
}

static int end(void **state)
{
	(void)state;
	traffic_clear(&traffic);
	for (size_t i = 0; i < 5; i++) {
		if (!readers[i].pid)
			continue;
		kill(readers[i].pid, SIGKILL);
		waitpid(readers[i].pid, NULL, 0);
	}
	munmap(readers, 5 * sizeof(*readers));
	skstat_netlink_close(holder);
	holder = NULL;
	module_replace(module_path());
	return 0;
}

int suite_journal_readers(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(four_readers, begin, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("journal_readers", tests, NULL, NULL);
}
