// SPDX-License-Identifier: GPL-2.0
/*
 * Whose an accepted connection is, before it reads: accept() returns to it. There is no tracepoint for that.
 */
#include <linux/kprobes.h>
#include <linux/sched.h>

#include "conn.h"
#include "probe.h"

#ifdef CONFIG_KRETPROBES

/*
 * inet_csk_accept() sleeps while there is nothing to accept, and each sleeper holds an instance; the default is twice
 * the CPUs. What finds none is counted in nmissed, and found out about later by the first read.
 */
#define ACCEPT_INSTANCES 1024

/*
 * The value that it returns is NULL or a full socket, of which the caller has the only reference but for the kernel's
 * own; no thread can read from it yet, so that nobody else writes its process. It is not locked: it may be reset, but
 * not destroyed, because it has no owner that could have closed it.
 */
static int on_accepted(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)regs_return_value(regs);
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!skstat_probe_enter(SKSTAT_PROBE_ACCEPT, &scope))
		return 0;
	if (sk && in_task()) {
		conn = skstat_conn_find(sk);
		if (conn && !READ_ONCE(conn->from))
			skstat_conn_set_process(conn, SKSTAT_PROCESS_ACCEPT);
	}
	skstat_probe_leave(&scope);
	return 0;
}

static struct kretprobe accept_probe;
static u64 accept_missed; /* by earlier holds */

static int accept_start(void)
{
	/* What is registered twice must not remember the first time. */
	accept_probe = (struct kretprobe) {
		.kp.symbol_name = "inet_csk_accept",
		.handler	= on_accepted,
		.maxactive	= ACCEPT_INSTANCES,
	};
	return register_kretprobe(&accept_probe);
}

/* Sleepers in accept() return later, without us: the kernel sees to that. */
static void accept_stop(void)
{
	unregister_kretprobe(&accept_probe);
	accept_missed += accept_probe.nmissed;
	accept_probe.nmissed = 0;
}

static u64 accept_nmissed(void)
{
	return accept_missed + READ_ONCE(accept_probe.nmissed);
}

struct skstat_probe skstat_probe_accept = {
	.id	= SKSTAT_PROBE_ACCEPT,
	.start	= accept_start,
	.stop	= accept_stop,
	.missed = accept_nmissed,
};

#else

static bool accept_available(void)
{
	return false;
}

struct skstat_probe skstat_probe_accept = { .id = SKSTAT_PROBE_ACCEPT, .available = accept_available };

#endif
