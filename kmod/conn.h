/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of connections: what probes know of a socket that the socket itself does not keep.
 *
 * Keyed by the socket's address, and so good only while somebody sees every socket end: it exists while `life` is held.
 * It is made in one piece and never grows; what finds no place is counted. No lock: a place is taken and given back by
 * its key alone. Of one entry, everything but its process is written under the lock of its socket, or by the one that
 * makes or ends that.
 */
#ifndef SKSTAT_CONN_H
#define SKSTAT_CONN_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <asm/barrier.h>

#include "skstat/record.h"

struct sock;

struct skstat_process {
	struct skstat_name comm;
	u32 pid;
	u8 from; /* enum skstat_process_from */
};

#define SKSTAT_CONN_DIRECTION 14

/* Of skstat_conn.flags. */
enum {
	SKSTAT_CONN_OLD		 = 1 << 0, /* began before the probes were held */
	SKSTAT_CONN_OPENED	 = 1 << 1, /* OPENED was written: `since` is then, `fin` is in use, no more `queue` */
	SKSTAT_CONN_QUEUES	 = 1 << 2, /* `queue` is known */
	SKSTAT_CONN_SIMULTANEOUS = 1 << 3, /* the peer's SYN crossed ours */
	SKSTAT_CONN_RST_IN	 = 1 << 4, /* tcp_reset() ran, mostly because of a RST */
	SKSTAT_CONN_RST_OUT	 = 1 << 5, /* the socket itself sent a RST */
	SKSTAT_CONN_FIN		 = 1 << 6, /* ours was sent, or queued: `fin` is known */
	SKSTAT_CONN_FIN_CLOSE	 = 1 << 7, /* by close(), or shutdown() of both directions */
	SKSTAT_CONN_LATE	 = 1 << 8, /* first_byte is of a later moment */
	SKSTAT_CONN_COOKIE	 = 1 << 9, /* a SYN cookie was taken just before: it may be this one's */
	/* who began it, if that is known: two bits, SKSTAT_EVENT_IN or _OUT */
	SKSTAT_CONN_IN		 = SKSTAT_EVENT_IN << SKSTAT_CONN_DIRECTION,
	SKSTAT_CONN_OUT		 = SKSTAT_EVENT_OUT << SKSTAT_CONN_DIRECTION,
};

struct skstat_conn {
	u64 since;	/* ns: of the first SYN, then of the handshake's end; 0: not known */
	union {
		u64 first_byte; /* ns; 0: none came yet, or nobody looked */
		u32 cookie[2];	/* before it opens: where one is put as it is made */
	};
	u64 comm[2];	/* these, pid and from under `version`: skstat_conn_process(); without `from` they say nothing */
	u32 pid;
	u32 version;
	union {
		struct {
			u16 flags;  /* SKSTAT_CONN_* */
			u8 from;    /* enum skstat_process_from */
			u8 closing; /* CLOSED is still to be written, this was the state; 0: it is not */
			u8 kind;    /* and this its kind */
			u8 spare;
			u16 watch;  /* of probe_first_byte.c */
		};
		u64 word; /* all of these; 0 in a free place */
	};
	union {
		struct {
			u32 accept, accept_limit, syn;
		} queue; /* of the listener, as the connection came */
		struct {
			u32 data_segs, bytes;
		} fin; /* data_segs_in and bytes_received, as our FIN was sent */
	};
	u32 reserved;
};

struct skstat_conn_stats {
	u64 places, used, misses, memory;
};

/* Process context, one at a time, before the first handler runs that uses the table; 0 or -ENOMEM. */
int skstat_conn_start(void);

/* Process context. No handler runs any more that makes entries; others may look for some. */
void skstat_conn_stop(void);

/*
 * For handlers, which do not leave their CPU: the entry of a socket, or NULL. It stays this socket's until it is
 * dropped, which the caller knows not to happen meanwhile: it holds the socket's lock, or a reference.
 */
struct skstat_conn *skstat_conn_find(const struct sock *sk);

/* Makes one, all 0, for a socket that has none, if there is room. The caller holds the socket's lock. */
struct skstat_conn *skstat_conn_add(const struct sock *sk);

/* A new life of a socket, whose entry, or NULL, is `conn`: all 0, added if need be. Nobody else uses the socket. */
struct skstat_conn *skstat_conn_renew(const struct sock *sk, struct skstat_conn *conn);

/* A socket found no place since the table was made: one that is not in it is not sure to be an old one. */
bool skstat_conn_missed(void);

/* The current process is the one. Task context: in_task(). Of one entry, one at a time. */
void skstat_conn_set_process(struct skstat_conn *conn, enum skstat_process_from from);

/* Whether there is a table now. Any context. */
bool skstat_conn_exists(void);

/* SKSTAT_EVENT_IN, _OUT or 0. */
static inline u8 skstat_conn_direction(const struct skstat_conn *conn)
{
	return conn->flags >> SKSTAT_CONN_DIRECTION;
}

/* False: it is being written. */
static inline bool skstat_conn_read_process(const struct skstat_conn *conn, struct skstat_process *process)
{
	u32 version = READ_ONCE(conn->version);
	u64 comm[2];

	smp_rmb(); /* with conn_write_process() in conn.c */
	comm[0] = READ_ONCE(conn->comm[0]);
	comm[1] = READ_ONCE(conn->comm[1]);
	memcpy(&process->comm, comm, sizeof(comm));
	process->pid = READ_ONCE(conn->pid);
	process->from = READ_ONCE(conn->from);
	if (!process->from) /* nobody, or nobody any more: the rest is what it was */
		*process = (struct skstat_process) {};
	smp_rmb(); /* likewise */
	return !(version & 1) && READ_ONCE(conn->version) == version;
}

/*
 * Who opened, accepted or read from it, if that is known. Any context; the caller holds a reference, or looks behind it
 * whether the socket is still the same.
 */
struct skstat_process skstat_conn_process(const struct sock *sk);

void skstat_conn_stats(struct skstat_conn_stats *stats);

#endif
