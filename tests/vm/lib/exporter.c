// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "exporter.h"
#include "must.h"

#define OPTIONS 64
#define NOBODY 65534

/* For a minute: a guest may be slow, and be kept from the processor. */
#define PATIENCE 6000
#define PAUSE 10000000

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = PAUSE }, NULL);
}

const char *exporter_path(void)
{
	const char *path = getenv("SKSTAT_EXPORTER");

	return path ? path : "skstat_exporter";
}

void exporter_clear(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = EXPORTER_SOCKET };
	struct ucred listener;
	socklen_t length = sizeof(listener);

	for (int left = PATIENCE; left; left--) {
		int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
		bool there = !connect(fd, (const struct sockaddr *)&address, sizeof(address));

		if (there) {
			must(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &listener, &length));
			kill(listener.pid, SIGKILL);
		}
		close(fd);
		if (!there)
			return;
		pause_shortly();
	}
	must_bail(__FILE__, __LINE__, "exporter_clear", "somebody listens on and on");
}

static void log_show(const struct exporter *exporter)
{
	char *said = exporter_said(exporter->log), *more, *line = strtok_r(said, "\n", &more);

	for (; line; line = strtok_r(NULL, "\n", &more))
		printf("# exporter: %s\n", line);
	free(said);
}

/* The next test must not meet this one's. */
static void end_at_once(struct exporter *exporter)
{
	if (!exporter->pid)
		return;
	kill(exporter->pid, SIGKILL);
	waitpid(exporter->pid, NULL, 0);
	exporter->pid = 0;
}

#define give_up(exporter, ...)         \
	do {                           \
		log_show(exporter);    \
		end_at_once(exporter); \
		fail_msg(__VA_ARGS__); \
	} while (0)

void exporter_launch(struct exporter *exporter, bool bare, const char *const *options)
{
	const char *args[OPTIONS] = { exporter_path() };
	size_t count = 1;

	for (; *options; options++) {
		args[count++] = *options;
		must_be(count < OPTIONS);
	}
	memset(exporter, 0, sizeof(*exporter));
	exporter->out = must(memfd_create("out", MFD_CLOEXEC));
	exporter->log = must(memfd_create("log", MFD_CLOEXEC));
	fflush(NULL);
	exporter->pid = must(fork());
	if (exporter->pid)
		return;
	/* It goes with the test, as long as it does not become somebody else. */
	must(dup2(exporter->out, STDOUT_FILENO));
	must(dup2(exporter->log, STDERR_FILENO));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (bare) {
		must(setgroups(0, NULL));
		must(setresgid(NOBODY, NOBODY, NOBODY));
		must(setresuid(NOBODY, NOBODY, NOBODY));
	}
	execvp(args[0], (char *const *)args);
	fprintf(stderr, "%s: %s\n", args[0], strerror(errno));
	_exit(127);
}

void exporter_start_with(struct exporter *exporter, const char *const *options)
{
	bool slow = getenv("SCALE") != NULL;
	const char *all[OPTIONS] = {
		"--web.unix-socket=" EXPORTER_SOCKET,
		slow ? "--poll.interval=200ms" : "--poll.interval=50ms",
		slow ? "--poll.full-interval=400ms" : "--poll.full-interval=100ms",
	};
	size_t count = 3;

	for (; *options; options++) {
		all[count++] = *options;
		must_be(count < OPTIONS);
	}
	exporter_launch(exporter, false, all);
	exporter_await_status(exporter, "/-/ready", 200);
}

/* Whether it has ended; the status is for exporter_end() then. */
static bool ended(const struct exporter *exporter)
{
	siginfo_t info = { 0 };

	must(waitid(P_PID, exporter->pid, &info, WEXITED | WNOHANG | WNOWAIT));
	return info.si_pid != 0;
}

void exporter_await_status(struct exporter *exporter, const char *path, int status)
{
	for (int left = PATIENCE; left; left--) {
		struct http_reply reply;
		int err = http_get(&reply, EXPORTER_SOCKET, path), got = reply.status;

		http_reply_free(&reply);
		if (!err && got == status)
			return;
		/* The socket may be there and nobody behind it yet. */
		if (err && err != -ENOENT && err != -ECONNREFUSED)
			give_up(exporter, "%s: %s", path, strerror(-err));
		if (ended(exporter))
			give_up(exporter, "the exporter ended before %s said %d", path, status);
		pause_shortly();
	}
	give_up(exporter, "%s does not say %d", path, status);
}

int exporter_end(struct exporter *exporter, int signal)
{
	struct pollfd end = { .events = POLLIN };
	int status;

	end.fd = must(syscall(SYS_pidfd_open, exporter->pid, 0));
	if (signal)
		must(kill(exporter->pid, signal));
	if (must(poll(&end, 1, PATIENCE / 100 * 1000)) == 0)
		give_up(exporter, "signal %d, and no end within a minute", signal);
	close(end.fd);
	must(waitpid(exporter->pid, &status, 0));
	exporter->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void exporter_stop(struct exporter *exporter)
{
	int status = exporter_end(exporter, SIGTERM);

	if (status)
		give_up(exporter, "SIGTERM: exit status %d", status);
	exporter_forget(exporter);
}

void exporter_forget(struct exporter *exporter)
{
	close(exporter->out);
	close(exporter->log);
}

char *exporter_said(int where)
{
	struct stat st;
	char *said;

	must(fstat(where, &st));
	said = must_have(calloc(1, st.st_size + 1));
	must(pread(where, said, st.st_size, 0));
	return said;
}

void exporter_scrape(struct exporter *exporter, struct scrape *scrape)
{
	char type[128], why[256];
	struct http_reply reply;
	int err = http_get(&reply, EXPORTER_SOCKET, "/metrics");

	if (err || reply.status != 200)
		give_up(exporter, "/metrics: %s, status %d", strerror(-err), reply.status);
	assert_string_equal(http_header(&reply, "Content-Type", type, sizeof(type)),
			    "text/plain; version=0.0.4; charset=utf-8");
	if (!scrape_parse(scrape, reply.body, reply.length, why, sizeof(why)))
		give_up(exporter, "/metrics: %s", why);
	http_reply_free(&reply);
}

/* Until two polls more of that kind have been: the first may be under way already, the one behind it is not. */
static void settle(struct exporter *exporter, const char *polls, struct scrape *scrape, struct increase *increase)
{
	double begun = -1;

	for (int left = PATIENCE; left; left--) {
		double now;

		exporter_scrape(exporter, scrape);
		if (increase)
			increase_take(increase, scrape);
		now = scrape_sum(scrape, "%s", polls);
		if (begun < 0)
			begun = now;
		if (now >= begun + 2 && scrape_sum(scrape, "skstat_up") == 1)
			return;
		scrape_free(scrape);
		/* Rendering and reading keep the processor from what is waited for. */
		for (int i = 0; i < 4; i++)
			pause_shortly();
	}
	give_up(exporter, "no two polls in a minute: %s is %g", polls, begun);
}

void exporter_settle(struct exporter *exporter, struct scrape *scrape, struct increase *increase)
{
	settle(exporter, "skstat_polls_total kind=full", scrape, increase);
}

void exporter_follow_delta(struct exporter *exporter, struct increase *increase)
{
	struct scrape scrape;

	settle(exporter, "skstat_polls_total kind=delta", &scrape, increase);
	scrape_free(&scrape);
}

void exporter_follow(struct exporter *exporter, struct increase *increase)
{
	struct scrape scrape;

	exporter_settle(exporter, &scrape, increase);
	scrape_free(&scrape);
}
