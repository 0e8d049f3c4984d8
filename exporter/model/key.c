// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_name.h"
#include "key.h"
#include "prefix.h"

static const char *const directions[] = {
	[SKSTAT_DIRECTION_UNKNOWN] = "unknown",
	[SKSTAT_DIRECTION_IN] = "in",
	[SKSTAT_DIRECTION_OUT] = "out",
};

/* As the rows of namespaces call them. */
static const char *state_name(uint8_t state)
{
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "established", [TCP_SYN_SENT] = "syn_sent",	    [TCP_SYN_RECV] = "syn_recv",
		[TCP_FIN_WAIT1] = "fin_wait1",	   [TCP_FIN_WAIT2] = "fin_wait2",   [TCP_TIME_WAIT] = "time_wait",
		[TCP_CLOSE] = "close",		   [TCP_CLOSE_WAIT] = "close_wait", [TCP_LAST_ACK] = "last_ack",
		[TCP_LISTEN] = "listen",	   [TCP_CLOSING] = "closing",
	};

	return state < sizeof(names) / sizeof(names[0]) && names[state] ? names[state] : "unknown";
}

static void put(struct skstat_key *key, const char *text)
{
	size_t length = strlen(text);

	if (length >= SKSTAT_LABEL_SIZE)
		length = SKSTAT_LABEL_SIZE - 1;
	memcpy(key->text + key->length, text, length);
	key->text[key->length + length] = '\0';
	key->length += length + 1;
}

static void put_hexadecimal(struct skstat_key *key, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%" PRIx32, number);
	put(key, text);
}

static void put_decimal(struct skstat_key *key, uint32_t number)
{
	char text[16], *at = text + sizeof(text);

	*--at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	put(key, at);
}

static void put_port(struct skstat_key *key, const struct skstat_view_config *view,
		     const struct skstat_service *service)
{
	for (size_t i = 0; i < view->ports; i++)
		if (service->port >= view->port[i].first && service->port <= view->port[i].last) {
			put(key, view->port[i].name);
			return;
		}
	if (service->ephemeral)
		put(key, "ephemeral");
	else
		put_decimal(key, service->port);
}

static void put_remote(struct skstat_key *key, const struct skstat_view_config *view, const struct skstat_facts *facts)
{
	unsigned int bits = facts->ipv4 ? view->remote_ipv4 : view->remote_ipv6;
	const struct skstat_view_prefix *prefix;
	char text[SKSTAT_PREFIX_TEXT];

	if (!facts->dport) {
		put(key, "");
		return;
	}
	prefix = skstat_prefix_find(view->remote, view->remotes, &facts->remote);
	if (prefix && prefix->name && prefix->name[0]) {
		put(key, prefix->name);
		return;
	}
	if (bits)
		skstat_prefix_text(&facts->remote, facts->ipv4, bits, text);
	put(key, bits ? text : SKSTAT_VIEW_OTHER);
}

static void put_of_cgroup(struct skstat_key *key, const char *path,
			  void (*find)(const char *path, char *text, size_t room))
{
	char text[SKSTAT_LABEL_SIZE];

	find(path, text, sizeof(text));
	put(key, text);
}

static void put_label(struct skstat_key *key, const struct skstat_view_config *view,
		      const struct skstat_subject *subject, enum skstat_view_label label)
{
	const struct skstat_facts *facts = subject->facts;

	switch (label) {
	case SKSTAT_LABEL_DIRECTION:
		put(key, directions[subject->service->direction]);
		break;
	case SKSTAT_LABEL_PORT:
		put_port(key, view, subject->service);
		break;
	case SKSTAT_LABEL_FAMILY:
		put(key, facts->ipv4 ? "ipv4" : "ipv6");
		break;
	case SKSTAT_LABEL_STATE:
		put(key, state_name(facts->state));
		break;
	case SKSTAT_LABEL_NETNS:
		put(key, subject->netns);
		break;
	case SKSTAT_LABEL_CGROUP:
		put(key, subject->cgroup);
		break;
	case SKSTAT_LABEL_CONTAINER:
		put_of_cgroup(key, subject->cgroup, skstat_cgroup_container);
		break;
	case SKSTAT_LABEL_UNIT:
		put_of_cgroup(key, subject->cgroup, skstat_cgroup_unit);
		break;
	case SKSTAT_LABEL_POD:
		put_of_cgroup(key, subject->cgroup, skstat_cgroup_pod);
		break;
	case SKSTAT_LABEL_UID:
		if (facts->known & SKSTAT_LABEL_BIT(label))
			put_decimal(key, facts->uid);
		else
			put(key, "");
		break;
	case SKSTAT_LABEL_COMM:
		put(key, subject->comm);
		break;
	case SKSTAT_LABEL_INTERFACE:
		put(key, subject->interface);
		break;
	case SKSTAT_LABEL_CONGESTION:
		put(key, subject->congestion);
		break;
	case SKSTAT_LABEL_MARK:
		if (facts->known & SKSTAT_LABEL_BIT(label))
			put_hexadecimal(key, facts->mark);
		else
			put(key, "");
		break;
	case SKSTAT_LABEL_REMOTE:
		put_remote(key, view, facts);
		break;
	case __SKSTAT_LABEL_MAX:
		break;
	}
}

void skstat_key_make(const struct skstat_view_config *view, const struct skstat_subject *subject,
		     struct skstat_key *key)
{
	key->length = 0;
	for (uint32_t labels = view->labels; labels; labels &= labels - 1)
		put_label(key, view, subject, (enum skstat_view_label)__builtin_ctz(labels));
}

void skstat_key_restate(const struct skstat_view_config *view, const char *from, uint8_t state,
			struct skstat_key *key)
{
	key->length = 0;
	for (uint32_t labels = view->labels; labels; labels &= labels - 1) {
		put(key, __builtin_ctz(labels) == SKSTAT_LABEL_STATE ? state_name(state) : from);
		from += strlen(from) + 1;
	}
}
