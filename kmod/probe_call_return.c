// SPDX-License-Identifier: GPL-2.0
/*
 * What calls move, where there is no tracepoint: as TCP's and UDP's functions return. UDP over IPv6 and kTLS have
 * others, and are not seen.
 */
#include <linux/kprobes.h>

#include "call.h"
#include "compat/compat.h"

/* Below that, the place of `nonblock` is in between. */
#if SKSTAT_HAVE_RECVMSG_NONBLOCK
#define CALL_RECEIVE_FLAGS 4
#else
#define CALL_RECEIVE_FLAGS 3
#endif

#ifdef CONFIG_KRETPROBES

/* Receivers sleep while there is nothing, and each holds an instance. Who finds none is counted in nmissed. */
#define CALL_INSTANCES 512

struct call_entry {
	const struct sock *sk;
	int flags;
};

static int on_send_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(struct call_entry *)instance->data = (struct call_entry) {
		.sk = (const struct sock *)regs_get_kernel_argument(regs, 0),
	};
	return 0;
}

static int on_receive_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(struct call_entry *)instance->data = (struct call_entry) {
		.sk    = (const struct sock *)regs_get_kernel_argument(regs, 0),
		.flags = regs_get_kernel_argument(regs, CALL_RECEIVE_FLAGS),
	};
	return 0;
}

/* The socket is still in use: the call goes back to who has it by a descriptor, or made it, in the kernel. */
static void returned(struct kretprobe_instance *instance, struct pt_regs *regs, enum skstat_call call)
{
	const struct call_entry *entry = (const struct call_entry *)instance->data;

	skstat_call_returned(SKSTAT_PROBE_CALL_RETURN, call, entry->sk, regs_return_value(regs), entry->flags);
}

static int on_sent(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	returned(instance, regs, SKSTAT_CALL_SEND);
	return 0;
}

static int on_received(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	returned(instance, regs, SKSTAT_CALL_RECEIVE);
	return 0;
}

static const struct {
	const char *symbol;
	kretprobe_handler_t entered, returned;
} call_functions[] = {
	{ "tcp_sendmsg", on_send_entered, on_sent },
	{ "udp_sendmsg", on_send_entered, on_sent },
	{ "tcp_recvmsg", on_receive_entered, on_received },
	{ "udp_recvmsg", on_receive_entered, on_received },
};

#define CALL_FUNCTIONS ARRAY_SIZE(call_functions)

static struct kretprobe call_probes[CALL_FUNCTIONS];
static u64 call_missed; /* by earlier holds */

/* What is registered twice must not remember the first time. */
static void call_probe_reset(u32 i)
{
	call_probes[i] = (struct kretprobe) {
		.kp.symbol_name = call_functions[i].symbol,
		.entry_handler	= call_functions[i].entered,
		.handler	= call_functions[i].returned,
		.data_size	= sizeof(struct call_entry),
		.maxactive	= CALL_INSTANCES,
	};
}

/* All at once: one wait for those who are on their way. */
static void call_return_stop(void)
{
	struct kretprobe *probes[CALL_FUNCTIONS];
	u32 i;

	for (i = 0; i < CALL_FUNCTIONS; i++)
		probes[i] = &call_probes[i];
	unregister_kretprobes(probes, CALL_FUNCTIONS);
	for (i = 0; i < CALL_FUNCTIONS; i++) {
		call_missed += call_probes[i].nmissed;
		call_probes[i].nmissed = 0;
	}
}

static int call_return_start(void)
{
	struct kretprobe *probes[CALL_FUNCTIONS];
	int err = skstat_hist_start();
	u32 i;

	if (err)
		return err;
	for (i = 0; i < CALL_FUNCTIONS; i++) {
		call_probe_reset(i);
		probes[i] = &call_probes[i];
	}
	return register_kretprobes(probes, CALL_FUNCTIONS);
}

static u64 call_return_missed(void)
{
	u64 missed = call_missed;
	u32 i;

	for (i = 0; i < CALL_FUNCTIONS; i++)
		missed += READ_ONCE(call_probes[i].nmissed);
	return missed;
}

/* Where the tracepoints are, this is not called for. CALL comes before this one in the table of probes. */
static bool call_return_available(void)
{
	BUILD_BUG_ON((int)SKSTAT_PROBE_CALL > (int)SKSTAT_PROBE_CALL_RETURN);
	return !skstat_probe_available(SKSTAT_PROBE_CALL);
}

struct skstat_probe skstat_probe_call_return = {
	.id	   = SKSTAT_PROBE_CALL_RETURN,
	.available = call_return_available,
	.start	   = call_return_start,
	.stop	   = call_return_stop,
	.missed	   = call_return_missed,
};

#else

static bool call_return_available(void)
{
	return false;
}

struct skstat_probe skstat_probe_call_return = {
	.id = SKSTAT_PROBE_CALL_RETURN, .available = call_return_available,
};

#endif
