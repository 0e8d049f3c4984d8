/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The family's replies as structures: parses one netlink message each. Pure: no sockets, no clock. The messages are not
 * trusted; an attribute that is not known is passed over, one of the wrong size makes the message -EBADMSG, and one
 * that is missing leaves 0 (an older module does not send it).
 */
#ifndef SKSTAT_SOURCE_MESSAGE_H
#define SKSTAT_SOURCE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <skstat/netlink.h>
#include <skstat/probes.h>

#include "decode.h"
#include "error.h"

#define SKSTAT_NAME_SIZE 64 /* of names in replies, the end included; a longer one is -EBADMSG */

/* SKSTAT_CMD_INFO; the members are enum skstat_info_attr. */
struct skstat_info {
	char version[SKSTAT_NAME_SIZE];
	uint32_t abi;
	uint32_t hz;
	uint32_t cpus;
	uint32_t namespaces;
	uint32_t max_matches;
	uint64_t instance;
	uint64_t memory;
	uint64_t walks;
	uint64_t walk_sockets;
	uint64_t walk_ns;
	uint32_t journal_events;
	uint64_t journal_written, journal_dropped;
	uint64_t doorbells;
	uint64_t conn_places, conn_used, conn_misses;
	struct skstat_info_probe {
		bool known, available;
		uint32_t holders;
		uint64_t hits, drops, samples, sample_ns, missed;
	} probe[__SKSTAT_PROBE_MAX]; /* by id; those that are not known here are passed over */
};

struct skstat_schema_group {
	uint32_t id, size, kinds;
	char name[SKSTAT_NAME_SIZE];
};

struct skstat_schema_field {
	uint32_t id, group, type, kind, unit, offset, size;
	bool available; /* false where this kernel does not have the figure */
	char name[SKSTAT_NAME_SIZE];
};

struct skstat_schema_counter {
	uint32_t table; /* SKSTAT_MIB_TCP, ... */
	uint32_t index;
	char name[SKSTAT_NAME_SIZE];
};

struct skstat_schema_probe {
	uint32_t id;
	bool available; /* false where this kernel does not have it */
	char name[SKSTAT_NAME_SIZE];
};

/* SKSTAT_CMD_SCHEMA, collected; in the module's order. Zeroed by the caller before the first message. */
struct skstat_schema {
	struct skstat_schema_group *group;
	struct skstat_schema_field *field;
	struct skstat_schema_counter *counter;
	struct skstat_schema_probe *probe;
	size_t groups, fields, counters, probes;
	uint64_t probes_available;	     /* SKSTAT_PROBE_BIT() of those that are known here */
	bool available[SKSTAT_FIELDS_COUNT]; /* by index in skstat_fields: module and kernel have it */
};

/*
 * The end of a SOCK dump. The first part is enum skstat_totals_attr, and visited = emitted + filtered + idle + gone.
 * The second is this side's: `emitted` must equal `samples` less the netns records, plus `skipped`.
 */
struct skstat_totals {
	uint64_t visited, emitted, filtered, idle, gone;
	uint64_t restarts;
	uint64_t ns;
	uint64_t token;
	uint64_t instance;
	bool partial;
	bool complete; /* the totals came: without, the dump broke off, and nothing can be said of what is missing */

	bool interrupted; /* the kernel set NLM_F_DUMP_INTR */
	uint64_t samples; /* handed to the callback: sockets and namespaces */
	uint64_t sockets; /* of these, sockets */
	uint64_t skipped; /* records of a kind that is not known here */
};

/*
 * What a reading of the journal came to. The first part is this side's count; `sent` and `sent_lost` are what the
 * module says of the same, once it ended: events + skipped, and lost.
 */
struct skstat_journal_totals {
	uint64_t events;  /* handed to the callback */
	uint64_t lost;	  /* that should have been */
	uint64_t skipped; /* of a kind that is not known here */
	bool fresh;	  /* the cursor was lost, for the module was loaded anew: a gap of unknown length */
	bool complete;	  /* the totals came */

	uint64_t sent, sent_lost;
	uint64_t ns; /* in the kernel */
	uint64_t instance;
};

/* One namespace of SKSTAT_CMD_MIB. The tables point into the message: gone when the callback returns. */
struct skstat_mib {
	uint64_t netns;
	uint32_t inode;
	size_t count[SKSTAT_MIB_MAX + 1];     /* values of each table, by SKSTAT_MIB_TCP ...; 0: it is not there */
	const void *table[SKSTAT_MIB_MAX + 1]; /* not aligned: use skstat_mib_value() */
};

/* Each parses a message of its command (genl header and attributes). 0 or -EBADMSG. */
int skstat_info_parse(const struct nlmsghdr *message, struct skstat_info *info);
int skstat_mib_parse(const struct nlmsghdr *message, struct skstat_mib *mib);

/* Adds what one message of the dump brings. 0, -EBADMSG or -ENOMEM. `schema` is freed with skstat_schema_free(). */
int skstat_schema_parse(const struct nlmsghdr *message, struct skstat_schema *schema);
void skstat_schema_free(struct skstat_schema *schema);

/* Its name in /proc/net, of SKSTAT_MIB_OWN the one that the module gave it; or NULL where the schema has none. */
const char *skstat_schema_counter_name(const struct skstat_schema *schema, uint32_t table, uint32_t index);

/* One value; 0 beyond the table's end. */
uint64_t skstat_mib_value(const struct skstat_mib *mib, uint32_t table, size_t index);

/* Called for each message of a reply but the last, the verdict. Positive: stop, negative: fail with it. */
typedef int (*skstat_message_fn)(const struct nlmsghdr *message, void *arg);

/* Called for each record. Nonzero stops the dump. */
typedef int (*skstat_sample_fn)(const struct skstat_sample *sample, void *arg);

/*
 * Hands the records of one SOCK message to `fn`, in order, and takes the totals if they are in it. A run that does not
 * hold together is -EBADMSG. 0, 1 if `fn` stopped it, or -EBADMSG.
 */
int skstat_sock_parse(const struct nlmsghdr *message, skstat_sample_fn fn, void *arg, struct skstat_totals *totals);

/* Called for each run: takes all of its records, in place or by skstat_run_next(). Nonzero stops the dump. */
typedef int (*skstat_run_fn)(struct skstat_run_reader *run, void *arg);

/* Who takes a dump's records: run by run, where there are runs and it wants them, else one by one. */
struct skstat_taker {
	skstat_sample_fn fn; /* may be NULL */
	skstat_run_fn run;   /* NULL: fn gets all */
	void *arg;
};

/* The same. What `run` has not passed over when it stops the dump does not count. */
int skstat_sock_take(const struct nlmsghdr *message, const struct skstat_taker *taker, struct skstat_totals *totals);

struct skstat_cursor;

/*
 * Hands the events of one JOURNAL message to `fn`, in order, moves the cursor and takes the totals if they are in it.
 * The cursor moves over what was handed out, the last event included, also when this stops or fails half-way. A message
 * that does not hold together is -EBADMSG: events without a cursor, records that are no events, numbers that do not
 * rise. 0, 1 if `fn` stopped it, -EBADMSG or -ENOMEM.
 */
int skstat_journal_parse(const struct nlmsghdr *message, struct skstat_cursor *cursor, skstat_sample_fn fn, void *arg,
			 struct skstat_journal_totals *totals);

/* The instance that rings, of a DOORBELL. 0; -EBADMSG, also of another command. */
int skstat_doorbell_parse(const struct nlmsghdr *message, uint64_t *instance);

/*
 * The verdict of an NLMSG_ERROR or of the NLMSG_DONE of a dump, with the sentence from its TLVs (NLM_F_ACK_TLVS) or,
 * when the kernel had none to give, `text` left empty. Follows netlink_ack() and netlink_dump_done(). Returns
 * error->err: 0 (success) or a negative errno; -EBADMSG of a message too short to tell.
 */
int skstat_verdict_parse(const struct nlmsghdr *message, struct skstat_error *error);

#endif
