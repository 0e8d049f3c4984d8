// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <skstat/probes.h>

#include "cell_label.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define UNKNOWN "unknown"
#define OTHER	"other"

const struct skstat_cell_table skstat_cell_tables[__SKSTAT_TABLE_MAX] = {
#define TABLE(id, NAME, table, PROBE, METRIC, HELP, A, B, C, D, E)                                           \
	[id] = {                                                                                             \
		.name = #table,                                                                              \
		.metric = METRIC,                                                                            \
		.help = HELP,                                                                                \
		.probe = SKSTAT_PROBE_BIT(PROBE),                                                            \
		.column = { SKSTAT_COLUMN_##A, SKSTAT_COLUMN_##B, SKSTAT_COLUMN_##C, SKSTAT_COLUMN_##D,      \
			    SKSTAT_COLUMN_##E },                                                             \
	},
	SKSTAT_TABLES(TABLE)
#undef TABLE
};

/* Where the kernel has no tracepoint for calls, another probe measures them. */
#define ALSO(id) ((id) == SKSTAT_HISTOGRAM_CALL ? SKSTAT_PROBE_BIT(CALL_RETURN) : 0)

const struct skstat_cell_table skstat_hist_tables[__SKSTAT_HISTOGRAM_MAX] = {
#define HISTOGRAM(id, NAME, histogram, PROBE, UNIT, FIRST, METRIC, HELP, A, B, C)                            \
	[id] = {                                                                                             \
		.name = #histogram,                                                                          \
		.metric = METRIC,                                                                            \
		.help = HELP,                                                                                \
		.probe = SKSTAT_PROBE_BIT(PROBE) | ALSO(id),                                                 \
		.column = { SKSTAT_COLUMN_##A, SKSTAT_COLUMN_##B, SKSTAT_COLUMN_##C },                       \
	},
	SKSTAT_HISTOGRAMS(HISTOGRAM)
#undef HISTOGRAM
};

static const char *const columns[] = {
#define COLUMN(NAME, label, help) [SKSTAT_COLUMN_##NAME] = #label,
	SKSTAT_COLUMNS(COLUMN)
#undef COLUMN
};

/* A value of which the kernel, IANA or tables.h has the number. */
struct value {
	uint32_t value;
	const char *name;
};

/* Those of skstat_tcp_sockets. Between its SYN and its ACK a connection is a request, which has a number of its own. */
static const struct value states[] = {
	{ TCP_ESTABLISHED, "established" }, { TCP_SYN_SENT, "syn_sent" },     { TCP_SYN_RECV, "syn_recv" },
	{ TCP_FIN_WAIT1, "fin_wait1" },	    { TCP_FIN_WAIT2, "fin_wait2" },   { TCP_TIME_WAIT, "time_wait" },
	{ TCP_CLOSE, "close" },		    { TCP_CLOSE_WAIT, "close_wait" }, { TCP_LAST_ACK, "last_ack" },
	{ TCP_LISTEN, "listen" },	    { TCP_CLOSING, "closing" },	      { 12, "syn_recv" },
};

static const struct value ethers[] = {
	{ ETHERTYPE_IP, "ipv4" }, { ETHERTYPE_IPV6, "ipv6" }, { ETHERTYPE_ARP, "arp" }, { ETHERTYPE_VLAN, "vlan" },
	{ 0x88a8, "vlan" },	  { 0x8847, "mpls" },	      { 0x8864, "pppoe" },	{ 0x88cc, "lldp" },
};

static const struct value transports[] = {
	{ IPPROTO_ICMP, "icmp" },     { IPPROTO_TCP, "tcp" },	{ IPPROTO_UDP, "udp" },		{ IPPROTO_DCCP, "dccp" },
	{ IPPROTO_ICMPV6, "icmpv6" }, { IPPROTO_SCTP, "sctp" }, { IPPROTO_UDPLITE, "udplite" }, { IPPROTO_RAW, "raw" },
	{ 262, "mptcp" },
};

static const struct value families[] = { { AF_INET, "ipv4" }, { AF_INET6, "ipv6" } };

static const struct value causes[] = {
	{ SKSTAT_CAUSE_SYN, "syn" },   { SKSTAT_CAUSE_RTO, "rto" }, { SKSTAT_CAUSE_SLOW_START, "slow_start" },
	{ SKSTAT_CAUSE_FAST, "fast" }, { SKSTAT_CAUSE_TLP, "tlp" }, { SKSTAT_CAUSE_OTHER, OTHER },
	{ SKSTAT_CAUSE_SYNACK, "synack" },
};

static const struct value directions[] = { { SKSTAT_RESET_SENT, "sent" }, { SKSTAT_RESET_RECEIVED, "received" } };

static const struct value limits[] = {
	{ SKSTAT_LIMIT_RECEIVE_QUEUE, "receive_queue" },
	{ SKSTAT_LIMIT_RECEIVE, "receive" },
	{ SKSTAT_LIMIT_SEND, "send" },
};

static const struct value points[] = {
	{ SKSTAT_POINT_NAPI_GRO_RECEIVE, "napi_gro_receive" },
	{ SKSTAT_POINT_NETIF_RECEIVE_SKB, "netif_receive_skb" },
	{ SKSTAT_POINT_NET_DEV_QUEUE, "net_dev_queue" },
	{ SKSTAT_POINT_NET_DEV_XMIT, "net_dev_xmit" },
};

static const struct value ways[] = { { SKSTAT_WAY_TRANSMIT, "transmit" }, { SKSTAT_WAY_RECEIVE, "receive" } };

static const struct value ends[] = {
	{ SKSTAT_END_CONSUMED, "consumed" }, { SKSTAT_END_DROPPED, "dropped" }, { SKSTAT_END_READ, "read" },
};

static const struct value calls[] = { { SKSTAT_CALL_SEND, "send" }, { SKSTAT_CALL_RECEIVE, "receive" } };

/* enum tcp_ca_state */
static const struct value ca_states[] = {
	{ TCP_CA_Open, "open" },	 { TCP_CA_Disorder, "disorder" }, { TCP_CA_CWR, "cwr" },
	{ TCP_CA_Recovery, "recovery" }, { TCP_CA_Loss, "loss" },
};

_Static_assert(LENGTH(points) == __SKSTAT_POINT_MAX - 1 && LENGTH(ways) == __SKSTAT_WAY_MAX - 1 &&
	       LENGTH(ends) == __SKSTAT_END_MAX - 1 && LENGTH(calls) == __SKSTAT_CALL_MAX - 1,
	       "an enumerator was added, and has no name");
_Static_assert(LENGTH(causes) == __SKSTAT_CAUSE_MAX - 1 && LENGTH(directions) == __SKSTAT_RESET_MAX - 1 &&
	       LENGTH(limits) == __SKSTAT_LIMIT_MAX - 1, "an enumerator was added, and has no name");

/* What delivering to a socket can fail with, or connecting one. */
static const struct value errors[] = {
	{ EPERM, "EPERM" },   { ENOMEM, "ENOMEM" },   { EACCES, "EACCES" },	{ EINVAL, "EINVAL" },
	{ EPIPE, "EPIPE" },   { ENOBUFS, "ENOBUFS" }, { EMSGSIZE, "EMSGSIZE" }, { EAGAIN, "EAGAIN" },
	{ EFAULT, "EFAULT" }, { EBADMSG, "EBADMSG" }, { ECONNREFUSED, "ECONNREFUSED" },
	{ ENODEV, "ENODEV" }, { EAFNOSUPPORT, "EAFNOSUPPORT" }, { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EINTR, "EINTR" },   { ENETUNREACH, "ENETUNREACH" },   { EHOSTUNREACH, "EHOSTUNREACH" },
	{ EISCONN, "EISCONN" }, { ENETDOWN, "ENETDOWN" },
};

static const struct {
	const struct value *value;
	size_t count;
	bool hex; /* the others' numbers */
} known[__SKSTAT_COLUMN_MAX] = {
	[SKSTAT_COLUMN_PROTOCOL] = { ethers, LENGTH(ethers), true },
	[SKSTAT_COLUMN_L4] = { transports, LENGTH(transports), false },
	[SKSTAT_COLUMN_STATE] = { states, LENGTH(states), false },
	[SKSTAT_COLUMN_CAUSE] = { causes, LENGTH(causes), false },
	[SKSTAT_COLUMN_DIRECTION] = { directions, LENGTH(directions), false },
	[SKSTAT_COLUMN_LIMIT] = { limits, LENGTH(limits), false },
	[SKSTAT_COLUMN_ERROR] = { errors, LENGTH(errors), false },
	[SKSTAT_COLUMN_FAMILY] = { families, LENGTH(families), false },
	[SKSTAT_COLUMN_POINT] = { points, LENGTH(points), false },
	[SKSTAT_COLUMN_WAY] = { ways, LENGTH(ways), false },
	[SKSTAT_COLUMN_END] = { ends, LENGTH(ends), false },
	[SKSTAT_COLUMN_CALL] = { calls, LENGTH(calls), false },
	[SKSTAT_COLUMN_CA_STATE] = { ca_states, LENGTH(ca_states), false },
};

const char *skstat_cell_value_name(enum skstat_key_column column, uint32_t value)
{
	for (size_t i = 0; i < known[column].count; i++)
		if (known[column].value[i].value == value)
			return known[column].value[i].name;
	return NULL;
}

size_t skstat_cell_label_names(const struct skstat_cell_table *table, const char *name[SKSTAT_CELL_LABELS])
{
	size_t count = 0;

	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++) {
		name[count++] = columns[table->column[i]];
		if (table->column[i] == SKSTAT_COLUMN_DEVICE)
			name[count++] = columns[SKSTAT_COLUMN_NETNS];
	}
	return count;
}

/* Those of our own enums, and of one that has few: a reader of the metrics cannot know them from elsewhere. */
static bool is_own(enum skstat_key_column column)
{
	switch (column) {
	case SKSTAT_COLUMN_CAUSE:
	case SKSTAT_COLUMN_DIRECTION:
	case SKSTAT_COLUMN_LIMIT:
	case SKSTAT_COLUMN_POINT:
	case SKSTAT_COLUMN_WAY:
	case SKSTAT_COLUMN_END:
	case SKSTAT_COLUMN_CALL:
	case SKSTAT_COLUMN_CA_STATE:
		return true;
	default:
		return false;
	}
}

void skstat_cell_labels_document(const struct skstat_cell_table *table, char *text, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE && length < size; i++) {
		enum skstat_key_column column = table->column[i];

		length += (size_t)snprintf(text + length, size - length, "%s%s%s", i ? "," : "", columns[column],
					   column == SKSTAT_COLUMN_DEVICE ? ",netns" : "");
		for (size_t v = 0; is_own(column) && v < known[column].count && length < size; v++)
			length += (size_t)snprintf(text + length, size - length, "%s%s", v ? "|" : "=",
						   known[column].value[v].name);
	}
}

/* A label more. Too long a value is cut. */
static void text_add(struct skstat_cell_text *text, enum skstat_key_column column, const char *value)
{
	size_t size = column == SKSTAT_COLUMN_STACK ? SKSTAT_CELL_STACK_SIZE : SKSTAT_CELL_VALUE_SIZE;
	size_t length = strnlen(value, size - 1);

	memcpy(text->text + text->length, value, length);
	text->length += length;
	text->text[text->length++] = '\0';
}

/* Making one. */
struct making {
	struct skstat_cell_text *text;
	const struct skstat_cell_names *names;
	const struct skstat_namespaces *namespaces;
	bool unknown; /* something is */
};

static void name_add(struct making *m, enum skstat_key_column column, const char *name)
{
	m->unknown |= !name;
	text_add(m->text, column, name ? name : UNKNOWN);
}

static void number_add(struct making *m, enum skstat_key_column column, uint32_t value)
{
	const char *name = skstat_cell_value_name(column, value);
	char number[16];

	if (!name)
		snprintf(number, sizeof(number), known[column].hex ? "0x%04" PRIx32 : "%" PRIu32, value);
	text_add(m->text, column, name ? name : number);
}

static void value_add(struct making *m, enum skstat_key_column column, uint32_t value)
{
	const struct skstat_cell_name *name;

	switch (column) {
	case SKSTAT_COLUMN_REASON:
	case SKSTAT_COLUMN_RST_REASON:
	case SKSTAT_COLUMN_FUNCTION:
	case SKSTAT_COLUMN_DEVICE:
	case SKSTAT_COLUMN_QDISC:
	case SKSTAT_COLUMN_STACK:
		name = skstat_cell_names_find(m->names, column, value);
		name_add(m, column, name ? name->text : NULL);
		if (column == SKSTAT_COLUMN_DEVICE)
			name_add(m, column, name ? skstat_namespaces_label(m->namespaces, name->netns) : NULL);
		return;
	case SKSTAT_COLUMN_NETNS:
		name_add(m, column, skstat_namespaces_label(m->namespaces, value));
		return;
	default:
		number_add(m, column, value);
	}
}

static void same_add(struct skstat_cell_text *text, enum skstat_key_column column, const char *value)
{
	text_add(text, column, value);
	if (column == SKSTAT_COLUMN_DEVICE)
		text_add(text, column, value);
}

bool skstat_cell_text_make(struct skstat_cell_text *text, const struct skstat_cell_table *table,
			   const uint32_t key[SKSTAT_KEY_COLUMNS], const struct skstat_cell_names *names,
			   const struct skstat_namespaces *namespaces, bool settle)
{
	struct making making = { .text = text, .names = names, .namespaces = namespaces };

	text->length = 0;
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++) {
		if (key[i] == SKSTAT_KEY_OTHER)
			same_add(text, table->column[i], OTHER);
		else if (!key[i] && table->column[i] != SKSTAT_COLUMN_CA_STATE)
			same_add(text, table->column[i], "");
		else
			value_add(&making, table->column[i], key[i]);
	}
	return settle || !making.unknown;
}

void skstat_cell_text_other(struct skstat_cell_text *text, const struct skstat_cell_table *table)
{
	text->length = 0;
	for (size_t i = 0; i < SKSTAT_KEY_COLUMNS && table->column[i] != SKSTAT_COLUMN_NONE; i++)
		same_add(text, table->column[i], OTHER);
}
