// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include <skstat/probes.h>

#include "hold.h"

void skstat_hold_release(struct skstat_hold *hold)
{
	skstat_netlink_close(hold->netlink);
	hold->netlink = NULL;
	hold->probes = 0;
	hold->instance = 0;
}

void skstat_hold_set_timeout(struct skstat_hold *hold, uint64_t ns)
{
	hold->timeout_ns = ns;
	if (hold->netlink)
		skstat_netlink_set_timeout(hold->netlink, ns);
}

static int hold_open(struct skstat_hold *hold, struct skstat_error *error)
{
	struct skstat_error said = { 0 };

	hold->netlink = skstat_netlink_open(&said);
	if (!hold->netlink)
		return skstat_error_set(error, said.err, "%s", said.text);
	skstat_netlink_set_timeout(hold->netlink, hold->timeout_ns);
	return 0;
}

/* One request is one more; whether the socket still stands says whether the others are still held. */
static int hold_change(struct skstat_hold *hold, uint64_t add, uint64_t drop, struct skstat_error *error)
{
	int err = skstat_netlink_probe_set(hold->netlink, add, drop, error);

	if (!err)
		hold->probes = (hold->probes | add) & ~drop;
	return err;
}

/* One by one, when not all could be had at once: all but `life` may be missing. */
static int hold_each(struct skstat_hold *hold, uint64_t probes, struct skstat_error *error)
{
	int err;

	for (uint64_t left = probes; left; left &= left - 1) {
		err = hold_change(hold, left & -left, 0, error);
		if (err && ((left & -left) == SKSTAT_PROBE_BIT(LIFE) || skstat_netlink_fd(hold->netlink) < 0))
			return err;
	}
	return hold->probes ? 0 : error->err;
}

static int hold_ask(struct skstat_hold *hold, uint64_t probes, struct skstat_error *error)
{
	uint64_t drop = hold->probes & ~probes;
	struct skstat_info info;
	int err = hold_change(hold, probes, drop, error);

	if (err && probes & (probes - 1) && skstat_netlink_fd(hold->netlink) >= 0) {
		err = hold_each(hold, probes & ~hold->probes, error);
		if (!err && drop)
			err = hold_change(hold, 0, drop, error);
	}
	/* The family is still the one that was found when the socket was opened: so this is the module that holds. */
	if (!err)
		err = skstat_netlink_info(hold->netlink, &info, error);
	if (!err)
		hold->instance = info.instance;
	return err;
}

int skstat_hold_set(struct skstat_hold *hold, uint64_t probes, struct skstat_error *error)
{
	struct skstat_error said = { 0 };
	int err = 0;

	if (!probes || (hold->netlink && skstat_netlink_fd(hold->netlink) < 0))
		skstat_hold_release(hold);
	if (!probes)
		return 0;
	/* Bells first: a socket that is full fails whatever is asked over it. */
	if (hold->netlink)
		(void)skstat_hold_bell_take(hold);
	else
		err = hold_open(hold, &said);
	if (!err)
		err = hold_ask(hold, probes, &said);
	if (!err)
		return 0;
	if (hold->netlink && (skstat_netlink_fd(hold->netlink) < 0 || !hold->instance))
		skstat_hold_release(hold);
	return skstat_error_set(error, err, "%s", said.text);
}

bool skstat_hold_is_of(const struct skstat_hold *hold, uint64_t instance)
{
	return hold->netlink && skstat_netlink_fd(hold->netlink) >= 0 && hold->instance == instance;
}

int skstat_hold_bell(const struct skstat_hold *hold)
{
	return hold->netlink ? skstat_netlink_fd(hold->netlink) : -1;
}

uint64_t skstat_hold_bell_take(struct skstat_hold *hold)
{
	return hold->netlink ? skstat_netlink_bells(hold->netlink) : 0;
}
