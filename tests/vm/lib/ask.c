// SPDX-License-Identifier: GPL-2.0
#include <netlink/msg.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "ask.h"
#include "must.h"

int ask(struct skstat_netlink *from, uint8_t cmd, uint8_t version, uint16_t flags, ask_attrs_fn attrs,
	struct skstat_error *error)
{
	struct nl_msg *message = must_have(nlmsg_alloc_size(65536));
	struct skstat_request request = { .cmd = cmd, .version = version, .flags = flags };
	int err;

	if (attrs)
		attrs(message);
	request.attrs = nlmsg_data(nlmsg_hdr(message));
	request.length = nlmsg_datalen(nlmsg_hdr(message));
	memset(error, 0, sizeof(*error));
	err = skstat_netlink_raw(from, &request, NULL, NULL, error);
	nlmsg_free(message);
	return err;
}

void become_nobody(void)
{
	must(setgid(65534));
	must(setuid(65534));
}

void become_container_root(void)
{
	must(unshare(CLONE_NEWUSER));
}

void become_container(void)
{
	must(unshare(CLONE_NEWUSER | CLONE_NEWNET));
}

/* DOORBELL is not asked for. */
static uint16_t flags_of(uint8_t cmd)
{
	return cmd == SKSTAT_CMD_INFO || cmd == SKSTAT_CMD_PROBE_SET ? 0 : NLM_F_DUMP;
}

static void __attribute__((noreturn)) ask_all(void)
{
	struct skstat_netlink *own;
	struct skstat_error error = { 0 };
	int wrong = 0;

	own = skstat_netlink_open(&error);
	if (!own) {
		printf("# no connection: %s\n", error.text);
		fflush(stdout);
		_exit(error.err == -EPERM ? 0 : 2);
	}
	for (uint8_t cmd = SKSTAT_CMD_INFO; cmd <= SKSTAT_CMD_MAX; cmd++) {
		int err;

		if (cmd == SKSTAT_CMD_DOORBELL)
			continue;
		err = ask(own, cmd, SKSTAT_FAMILY_VERSION, flags_of(cmd), NULL, &error);
		printf("# command %u: %d, %s\n", cmd, err, error.text);
		wrong |= err != -EPERM || !error.text[0];
	}
	fflush(stdout);
	_exit(wrong);
}

void ask_and_be_refused(void (*become)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = must(fork());
	if (!pid) {
		become();
		ask_all();
	}
	must(waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}
