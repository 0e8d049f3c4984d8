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
#define VALUE_SIZE 256 /* the longest, its end included: the name of a namespace is that of a file */
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
};

static const struct value directions[] = { { SKSTAT_RESET_SENT, "sent" }, { SKSTAT_RESET_RECEIVED, "received" } };

static const struct value limits[] = {
	{ SKSTAT_LIMIT_RECEIVE_QUEUE, "receive_queue" },
	{ SKSTAT_LIMIT_RECEIVE, "receive" },
	{ SKSTAT_LIMIT_SEND, "send" },
};

_Static_assert(LENGTH(causes) == __SKSTAT_CAUSE_MAX - 1 && LENGTH(directions) == __SKSTAT_RESET_MAX - 1 &&
	       LENGTH(limits) == __SKSTAT_LIMIT_MAX - 1, "an enumerator was added, and has no name");

/* What delivering to a socket can fail with. */
static const struct value errors[] = {
	{ EPERM, "EPERM" },   { ENOMEM, "ENOMEM" },   { EACCES, "EACCES" },	{ EINVAL, "EINVAL" },
	{ EPIPE, "EPIPE" },   { ENOBUFS, "ENOBUFS" }, { EMSGSIZE, "EMSGSIZE" }, { EAGAIN, "EAGAIN" },
	{ EFAULT, "EFAULT" }, { EBADMSG, "EBADMSG" }, { ECONNREFUSED, "ECONNREFUSED" },
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

/* Those of tables.h' own enums: a reader of the metrics cannot know them from elsewhere. */
static bool is_own(enum skstat_key_column column)
{
	return column == SKSTAT_COLUMN_CAUSE || column == SKSTAT_COLUMN_DIRECTION || column == SKSTAT_COLUMN_LIMIT;
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
static void text_add(struct skstat_cell_text *text, const char *value)
{
	size_t length = strlen(value);

	if (length >= VALUE_SIZE)
		length = VALUE_SIZE - 1;
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

static void name_add(struct making *m, const char *name)
{
	m->unknown |= !name;
	text_add(m->text, name ? name : UNKNOWN);
}

static void number_add(struct making *m, enum skstat_key_column column, uint32_t value)
{
	const char *name = skstat_cell_value_name(column, value);
	char number[16];

	if (!name)
		snprintf(number, sizeof(number), known[column].hex ? "0x%04" PRIx32 : "%" PRIu32, value);
	text_add(m->text, name ? name : number);
}

static void value_add(struct making *m, enum skstat_key_column column, uint32_t value)
{
	const struct skstat_cell_name *name;

	switch (column) {
	case SKSTAT_COLUMN_REASON:
	case SKSTAT_COLUMN_RST_REASON:
	case SKSTAT_COLUMN_FUNCTION:
	case SKSTAT_COLUMN_DEVICE:
		name = skstat_cell_names_find(m->names, column, value);
		name_add(m, name ? name->text : NULL);
		if (column == SKSTAT_COLUMN_DEVICE)
			name_add(m, name ? skstat_namespaces_label(m->namespaces, name->netns) : NULL);
		return;
	case SKSTAT_COLUMN_NETNS:
		name_add(m, skstat_namespaces_label(m->namespaces, value));
		return;
	default:
		number_add(m, column, value);
	}
}

static void same_add(struct skstat_cell_text *text, enum skstat_key_column column, const char *value)
{
	text_add(text, value);
	if (column == SKSTAT_COLUMN_DEVICE)
		text_add(text, value);
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
		else if (!key[i])
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
