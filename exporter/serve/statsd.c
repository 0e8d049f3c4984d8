// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log/log.h"
#include "peer.h"
#include "render/statsd_xtcp.h"
#include "select.h"
#include "statsd.h"
#include "udp.h"

/* The last datagram of a flush leaves so much earlier than the next flush begins: a tenth of the interval. */
#define SPREAD(interval_ns) ((interval_ns) - (interval_ns) / 10)
/* Not more often, however many datagrams there are: it is then that they go in batches. */
#define STEP_NS 10000000
#define DATAGRAM_MAX 65507 /* that UDP over IPv4 can carry */
#define DATAGRAM_SAFE 1432 /* that Ethernet can, with room for a tunnel or two */
#define DATAGRAM_MIN 512
#define AWAY_NS UINT64_C(60000000000) /* between two tries, at most; unless the interval is longer */

struct skstat_statsd {
	uint64_t interval_ns;
	size_t datagram;
	struct skstat_store *store;
	struct skstat_self *self;
	int stop; /* an eventfd that is written to once */
	bool xtcp;
	struct skstat_selection selection;
	pthread_t thread;

	/* the thread's */
	struct skstat_statsd_format *format;
	struct skstat_udp udp;
	struct skstat_xtcp xtcp_before;
	uint64_t sequence; /* of the snapshot that was rendered last */
	uint64_t away_ns;  /* the receiver is away: how long it is left alone; 0: it is not */
	uint64_t retry_ns; /* until when */
	bool trying;	   /* the last flush was to see whether it is back */
};

/* Waits for the moment (0: for ever) or until `fd` (-1: none) can be read. True: it is to stop. */
static bool wait_until(const struct skstat_statsd *statsd, uint64_t moment_ns, int fd)
{
	struct pollfd poll[] = { { .fd = statsd->stop, .events = POLLIN }, { .fd = fd, .events = POLLIN } };

	for (;;) {
		uint64_t now = skstat_now_ns();
		uint64_t left = moment_ns > now ? moment_ns - now : 0;
		const struct timespec timeout = { .tv_sec = (time_t)(left / 1000000000),
						  .tv_nsec = (long)(left % 1000000000) };
		int events = ppoll(poll, 2, moment_ns ? &timeout : NULL, NULL);

		if (poll[0].revents)
			return true;
		if (events > 0 || (moment_ns && !left))
			return false;
	}
}

/* Each time anew: the way there may be another one. */
static size_t datagram_size(struct skstat_statsd *statsd)
{
	size_t size = statsd->datagram;

	if (size)
		return size;
	size = skstat_udp_room(&statsd->udp);
	if (!size)
		return DATAGRAM_SAFE;
	if (size < DATAGRAM_MIN)
		return DATAGRAM_MIN;
	return size < SKSTAT_STATSD_DATAGRAM ? size : SKSTAT_STATSD_DATAGRAM;
}

/* A part of the set, or another one made of it, in *made, to be freed; or the set. NULL: no memory. */
static const struct skstat_families *choose(struct skstat_statsd *statsd, const struct skstat_families *set,
					    struct skstat_families **made)
{
	*made = NULL;
	if (statsd->xtcp)
		*made = skstat_xtcp_make(&statsd->xtcp_before, set);
	else if (!skstat_selection_is_all(&statsd->selection))
		*made = skstat_select_choose(set, &statsd->selection);
	else
		return set;
	return *made && !(*made)->failed ? *made : NULL;
}

static void chosen_free(const struct skstat_statsd *statsd, struct skstat_families *made)
{
	if (statsd->xtcp)
		skstat_families_free(made);
	else
		skstat_select_free(made);
}

/* Puts what the latest snapshot has to say into the queue. With `newer`, if it was not rendered before. */
static void render(struct skstat_statsd *statsd, bool newer)
{
	struct skstat_snapshot *snapshot = skstat_store_take(statsd->store);
	size_t too_long = 0;

	if (snapshot && (!newer || snapshot->sequence != statsd->sequence)) {
		bool stale = skstat_snapshot_stale(snapshot, skstat_now_ns());
		struct skstat_families *made;
		const struct skstat_families *set = choose(statsd, snapshot->families, &made);

		/* What memory does not reach for goes with the next set. */
		if (set)
			(void)skstat_statsd_format_set(statsd->format, set, stale, datagram_size(statsd),
						       skstat_udp_add, &statsd->udp, &too_long);
		chosen_free(statsd, made);
		skstat_self_add(statsd->self, statsd_flushes, 1);
		skstat_self_add(statsd->self, statsd_too_long, too_long);
		statsd->sequence = snapshot->sequence;
	}
	skstat_snapshot_put(snapshot);
}

/* The next try is in twice the time. Half an interval early, for it must not come just after a flush. */
static void leave_alone(struct skstat_statsd *statsd, int err)
{
	uint64_t most = statsd->interval_ns > AWAY_NS ? statsd->interval_ns : AWAY_NS;

	if (!statsd->away_ns)
		skstat_log(SKSTAT_LOG_WARN, "statsd's receiver is away: %s: it is tried again, less and less often",
			   strerror(-err));
	statsd->away_ns = statsd->away_ns ? 2 * statsd->away_ns : statsd->interval_ns;
	if (statsd->away_ns > most)
		statsd->away_ns = most;
	statsd->retry_ns = skstat_now_ns() + statsd->away_ns - statsd->interval_ns / 2;
	statsd->trying = false;
}

/* Whether there is somebody to flush to. That it is so again is known only after a flush that nobody refused. */
static bool is_there(struct skstat_statsd *statsd)
{
	int err = statsd->udp.err;

	if (statsd->away_ns && !statsd->trying && skstat_now_ns() < statsd->retry_ns)
		return false;
	statsd->udp.err = 0;
	if (!err)
		err = skstat_udp_look(&statsd->udp);
	statsd->udp.err = 0;
	if (err) {
		leave_alone(statsd, err);
		return false;
	}
	if (statsd->trying) {
		skstat_log(SKSTAT_LOG_INFO, "statsd's receiver is back");
		statsd->away_ns = 0;
	}
	statsd->trying = statsd->away_ns != 0;
	return true;
}

/* Sends the queue in even steps from `start_ns` on. True: it is to stop, and the rest went at once. */
static bool spread(struct skstat_statsd *statsd, uint64_t start_ns)
{
	const size_t count = statsd->udp.count;
	const uint64_t span = SPREAD(statsd->interval_ns), most = span / STEP_NS;
	const uint64_t steps = count < most ? count : most ? most : 1;
	bool stop = false;

	for (uint64_t step = 0; step < steps; step++) {
		stop = stop || wait_until(statsd, start_ns + span / steps * step, -1);
		skstat_udp_send(&statsd->udp, count * (step + 1) / steps);
	}
	skstat_udp_clear(&statsd->udp);
	return stop;
}

static void *send_thread(void *arg)
{
	struct skstat_statsd *statsd = arg;
	bool stop = wait_until(statsd, 0, skstat_store_fd(statsd->store));
	uint64_t next = skstat_now_ns();

	while (!stop) {
		uint64_t now;

		if (is_there(statsd)) {
			render(statsd, false);
			stop = spread(statsd, next);
		} else {
			skstat_self_add(statsd->self, statsd_deferred, 1);
		}
		now = skstat_now_ns();
		/* After a machine slept, flushes that were missed are not made up for: counters lose nothing. */
		next += statsd->interval_ns;
		if (next < now)
			next = now;
		stop = stop || wait_until(statsd, next, -1);
	}
	render(statsd, true);
	skstat_udp_send(&statsd->udp, statsd->udp.count);
	return NULL;
}

static void statsd_free(struct skstat_statsd *statsd)
{
	skstat_statsd_format_free(statsd->format);
	skstat_udp_free(&statsd->udp);
	if (statsd->stop >= 0)
		close(statsd->stop);
	free(statsd);
}

static int start(struct skstat_statsd *statsd, const struct skstat_statsd_config *config, struct skstat_error *error)
{
	const struct skstat_statsd_style style = {
		.dialect = config->dialect,
		/* xtcp's are whole. */
		.prefix = statsd->xtcp ? "" : config->prefix,
		.names = statsd->xtcp ? NULL : config->names,
		.rate = config->rate,
	};
	sigset_t all, before;
	int err;

	if (config->views > SKSTAT_SELECT_MAX)
		return skstat_error_set(error, -EINVAL, "statsd gets %d views at most", SKSTAT_SELECT_MAX);
	if (!config->interval_ns || config->datagram > DATAGRAM_MAX)
		return skstat_error_set(error, -EINVAL,
					"statsd is sent to at an interval, in datagrams of %d bytes at most",
					DATAGRAM_MAX);
	err = skstat_peer_resolve(config->address, &statsd->udp.peer, &statsd->udp.peer_length, error);
	if (err)
		return err;
	statsd->format = skstat_statsd_format_of(&style);
	statsd->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!statsd->format || statsd->stop < 0)
		return skstat_error_set(error, -ENOMEM, "no memory or no descriptor for the statsd sender");

	/* The thread begins with this mask: signals are for the collector. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&statsd->thread, NULL, send_thread, statsd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err ? skstat_error_set(error, -err, "no thread for the statsd sender: %s", strerror(err)) : 0;
}

struct skstat_statsd *skstat_statsd_start(const struct skstat_statsd_config *config, struct skstat_store *store,
					  struct skstat_self *self, struct skstat_error *error)
{
	struct skstat_statsd *statsd = calloc(1, sizeof(*statsd));

	if (!statsd) {
		skstat_error_set(error, -ENOMEM, "no memory for the statsd sender");
		return NULL;
	}
	statsd->interval_ns = config->interval_ns;
	statsd->datagram = config->datagram;
	statsd->store = store;
	statsd->self = self;
	statsd->stop = statsd->udp.fd = -1;
	statsd->udp.self = self;
	statsd->xtcp = config->names && strcmp(config->names, SKSTAT_STATSD_XTCP) == 0;
	for (size_t i = 0; config->views <= SKSTAT_SELECT_MAX && i < config->views; i++)
		statsd->selection.view[statsd->selection.views++] = config->view[i];
	if (start(statsd, config, error)) {
		statsd_free(statsd);
		return NULL;
	}
	return statsd;
}

void skstat_statsd_stop(struct skstat_statsd *statsd)
{
	if (!statsd)
		return;
	(void)eventfd_write(statsd->stop, 1);
	pthread_join(statsd->thread, NULL);
	statsd_free(statsd);
}
