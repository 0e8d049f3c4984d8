// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "log/log.h"
#include "privilege.h"

/* Who and what this process is going to be. */
struct identity {
	bool root;   /* it was started as root */
	bool become; /* and is going to be another user */
	uid_t uid;
	gid_t gid;
	gid_t groups[1];
	size_t group_count;
	uint64_t keep; /* SKSTAT_CAPABILITY() */
};

static int __attribute__((format(printf, 3, 4)))
fail(struct skstat_error *error, int err, const char *format, ...)
{
	va_list args;

	error->err = err;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return err;
}

/* Whether the process has it now; false also when that cannot be found out. */
static bool has(cap_value_t value, cap_flag_t flag)
{
	cap_flag_value_t set = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (!caps || cap_get_flag(caps, value, flag, &set))
		set = CAP_CLEAR;
	cap_free(caps);
	return set == CAP_SET;
}

/* A user by name, or by number, which needs no entry in a container without /etc/passwd. */
static int find_user(const char *user, struct identity *identity, struct skstat_error *error)
{
	const struct passwd *entry = getpwnam(user);
	unsigned long number = 0;
	char *end = NULL;

	if (!entry && strspn(user, "0123456789") == strlen(user)) {
		errno = 0;
		number = strtoul(user, &end, 10);
		if (errno || number >= UINT32_MAX)
			return fail(error, -EINVAL, "--user: %.40s is no user id", user);
		entry = getpwuid((uid_t)number);
	}
	if (!entry && !end)
		return fail(error, -ENOENT, "--user: there is no user %.40s here: name one, write a number, "
					    "or --user= to stay root", user);
	identity->uid = entry ? entry->pw_uid : (uid_t)number;
	identity->gid = entry ? entry->pw_gid : (gid_t)number;
	identity->become = identity->uid != 0;
	return 0;
}

/* Of these, the ones that there are. */
static uint64_t permitted(uint64_t capabilities)
{
	for (cap_value_t value = 0; value < 64; value++)
		if (capabilities & SKSTAT_CAPABILITY(value) && !has(value, CAP_PERMITTED))
			capabilities &= ~SKSTAT_CAPABILITY(value);
	return capabilities;
}

static int plan(const char *user, const char *group, uint64_t keep, struct identity *identity,
		struct skstat_error *error)
{
	const struct group *entry = group && *group ? getgrnam(group) : NULL;

	*identity = (struct identity){ .root = geteuid() == 0, .uid = geteuid(), .gid = getegid() };
	identity->keep = permitted(keep);
	if (!identity->root)
		return 0;
	if (entry)
		identity->groups[identity->group_count++] = entry->gr_gid;
	return user && *user ? find_user(user, identity, error) : 0;
}

/*
 * What a program that this one starts could get. Nothing leaves the bounding set without CAP_SETPCAP; no_new_privs
 * makes up for that.
 */
static int empty_sets(bool *bounding, struct skstat_error *error)
{
	*bounding = has(CAP_SETPCAP, CAP_EFFECTIVE);
	if (cap_reset_ambient())
		return fail(error, -errno, "the ambient capabilities cannot be cleared: %s", strerror(errno));
	for (cap_value_t value = 0; *bounding && value < cap_max_bits(); value++)
		if (cap_drop_bound(value))
			return fail(error, -errno, "capability %d cannot be taken out of the bounding set: %s", value,
				    strerror(errno));
	return 0;
}

/* Another user, with the capabilities kept for set_capabilities() to thin out. */
static int become(const struct identity *identity, const char *user, struct skstat_error *error)
{
	static const char advice[] = "give the process CAP_SETUID and CAP_SETGID, or --user= to stay root";

	if (!identity->become) {
		/* As far as it goes: uid 0 is what was asked for, and a container may forbid this. */
		if (identity->root && setgroups(identity->group_count, identity->groups) && errno != EPERM)
			return fail(error, -errno, "groups cannot be dropped: %s", strerror(errno));
		return 0;
	}
	if (prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L))
		return fail(error, -errno, "capabilities cannot be kept: %s", strerror(errno));
	/* Groups while it may, the user last. */
	if (setgroups(identity->group_count, identity->groups))
		return fail(error, -errno, "groups cannot be dropped: %s: %s", strerror(errno), advice);
	if (setresgid(identity->gid, identity->gid, identity->gid) ||
	    setresuid(identity->uid, identity->uid, identity->uid))
		return fail(error, -errno, "cannot become user %.40s: %s: %s", user, strerror(errno), advice);
	if (prctl(PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L))
		return fail(error, -errno, "keeping of capabilities cannot be ended: %s", strerror(errno));
	return 0;
}

/* What the process is to have, permitted and effective. NULL: no memory. */
static cap_t wanted(const struct identity *identity)
{
	cap_t caps = cap_init();

	for (cap_value_t value = 0; caps && value < 64; value++) {
		if (identity->keep & SKSTAT_CAPABILITY(value) &&
		    (cap_set_flag(caps, CAP_PERMITTED, 1, &value, CAP_SET) ||
		     cap_set_flag(caps, CAP_EFFECTIVE, 1, &value, CAP_SET))) {
			cap_free(caps);
			return NULL;
		}
	}
	return caps;
}

static bool identity_is(const struct identity *identity)
{
	uid_t uid[3] = { 0 };
	gid_t gid[3] = { 0 }, groups[2];
	int count;

	if (!identity->become)
		return true;
	count = getgroups(2, groups);
	if (getresuid(&uid[0], &uid[1], &uid[2]) || getresgid(&gid[0], &gid[1], &gid[2]) || count < 0 ||
	    (size_t)count != identity->group_count ||
	    memcmp(groups, identity->groups, identity->group_count * sizeof(*groups)) != 0)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (uid[i] != identity->uid || gid[i] != identity->gid)
			return false;
	/* The proof: no way back. */
	return setresuid(0, 0, 0) != 0;
}

static bool sets_are_empty(bool bounding)
{
	for (cap_value_t value = 0; value < cap_max_bits(); value++)
		if (cap_get_ambient(value) > 0 || (bounding && cap_get_bound(value) > 0))
			return false;
	return true;
}

/* Asks the kernel for what was just told to it: a drop that did not happen must not go unnoticed. */
static int verify(const struct identity *identity, cap_t caps, bool bounding, struct skstat_error *error)
{
	cap_t now = cap_get_proc();
	bool same = now && cap_compare(now, caps) == 0;

	cap_free(now);
	if (!same)
		return fail(error, -EPERM, "capabilities were not dropped");
	if (!identity_is(identity))
		return fail(error, -EPERM, "user and groups were not changed");
	if (!sets_are_empty(bounding))
		return fail(error, -EPERM, "ambient or bounding capabilities were not dropped");
	if (prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) != 1)
		return fail(error, -EPERM, "no_new_privs was not set");
	return 0;
}

int skstat_privilege_drop(const char *user, const char *group, uint64_t keep, uint64_t *kept,
			  struct skstat_error *error)
{
	struct identity identity;
	bool bounding = false;
	cap_t caps;
	int err;

	err = plan(user, group, keep, &identity, error);
	if (err)
		return err;
	caps = wanted(&identity);
	if (!caps)
		return fail(error, -ENOMEM, "no memory for capabilities");

	err = empty_sets(&bounding, error);
	if (!err)
		err = become(&identity, user, error);
	if (!err && cap_set_proc(caps))
		err = fail(error, -errno, "capabilities cannot be dropped: %s", strerror(errno));
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L))
		err = fail(error, -errno, "no_new_privs cannot be set: %s", strerror(errno));
	if (!err)
		err = verify(&identity, caps, bounding, error);
	cap_free(caps);
	if (kept)
		*kept = identity.keep;
	return err;
}

/* What comes of it where one is missing. Without CAP_NET_ADMIN the source and the journal say so themselves. */
static const struct {
	cap_value_t value;
	const char *name, *without;
} purposes[] = {
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "other users' processes have no names (--view.comm)" },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "other users' processes have no names (--view.comm)" },
};

uint64_t skstat_privilege_needed(const struct skstat_config *config)
{
	uint64_t needed = SKSTAT_CAPABILITY(CAP_NET_ADMIN);

	/* To read the links in other users' /proc/PID/fd. */
	if (skstat_config_wants_comm(config))
		needed |= SKSTAT_CAPABILITY(CAP_SYS_PTRACE) | SKSTAT_CAPABILITY(CAP_DAC_READ_SEARCH);
	return needed;
}

void skstat_privilege_tell(uint64_t needed, uint64_t kept)
{
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		if (needed & ~kept & SKSTAT_CAPABILITY(purposes[i].value))
			skstat_log(SKSTAT_LOG_WARN, "without %s %s", purposes[i].name, purposes[i].without);
}
