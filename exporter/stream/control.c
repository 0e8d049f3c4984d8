// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "snapshot/snapshot.h"

int skstat_control_init(struct skstat_control *control)
{
	atomic_init(&control->stopping, false);
	atomic_init(&control->reopen, false);
	atomic_init(&control->deadline_ns, UINT64_MAX);
	control->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return control->event < 0 ? -errno : 0;
}

void skstat_control_free(struct skstat_control *control)
{
	if (control->event >= 0)
		close(control->event);
	control->event = -1;
}

void skstat_control_wake(struct skstat_control *control)
{
	(void)eventfd_write(control->event, 1);
}

void skstat_control_stop(struct skstat_control *control, uint64_t grace_ns)
{
	atomic_store(&control->deadline_ns, skstat_now_ns() + grace_ns);
	atomic_store(&control->stopping, true);
	skstat_control_wake(control);
}

void skstat_control_reopen(struct skstat_control *control)
{
	atomic_store(&control->reopen, true);
	skstat_control_wake(control);
}

bool skstat_control_over(const struct skstat_control *control)
{
	return atomic_load(&control->stopping) && skstat_now_ns() >= atomic_load(&control->deadline_ns);
}

/* Waits for the event, the descriptor (-1: none) or the moment. What poll() says of the descriptor. */
static short wait_for(struct skstat_control *control, int fd, short events, uint64_t until_ns)
{
	struct pollfd poll[] = { { .fd = control->event, .events = POLLIN }, { .fd = fd, .events = events } };
	uint64_t now = skstat_now_ns(), left = until_ns > now ? until_ns - now : 0;
	const struct timespec timeout = { .tv_sec = (time_t)(left / 1000000000), .tv_nsec = (long)(left % 1000000000) };
	eventfd_t times;

	if (ppoll(poll, 2, until_ns == UINT64_MAX ? NULL : &timeout, NULL) <= 0)
		return 0;
	if (poll[0].revents)
		(void)eventfd_read(control->event, &times);
	return poll[1].revents;
}

void skstat_control_idle(struct skstat_control *control)
{
	(void)wait_for(control, -1, 0, UINT64_MAX);
}

void skstat_control_sleep(struct skstat_control *control, uint64_t until_ns)
{
	while (!atomic_load(&control->stopping) && !atomic_load(&control->reopen) && skstat_now_ns() < until_ns)
		(void)wait_for(control, -1, 0, until_ns);
}

bool skstat_control_wait(struct skstat_control *control, int fd, short events)
{
	/* What woke it is not lost: who waits here looks at the queue before it waits for more. */
	while (!skstat_control_over(control)) {
		bool stopping = atomic_load(&control->stopping);

		if (wait_for(control, fd, events, stopping ? atomic_load(&control->deadline_ns) : UINT64_MAX))
			return true;
	}
	return false;
}
