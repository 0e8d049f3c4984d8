// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netlink/msg.h>

#include "filter.h"
#include "inet_diag_dump.h"
#include "inet_diag_schema.h"

#define BIT(number) (1u << (number))
#define STATES_ALL  (BIT(TCP_CLOSING + 1) - BIT(TCP_ESTABLISHED))

/* A dump under way. */
struct walk {
	const struct skstat_inet_diag_dump *dump;
	struct skstat_totals *totals;
	uint32_t groups; /* 1 << enum skstat_group, of those to hand on */
	uint32_t second; /* of its start */
	bool learnt;
	bool stopped;	    /* by fn */
	const char *refusal; /* why it failed, where only a socket told */
	struct skstat_netns count;
	struct skstat_inet_diag diag;
};

static bool has(const struct skstat_query *query, uint32_t condition)
{
	return query->has & condition;
}

static uint32_t *state_count(struct skstat_netns *count, uint8_t state)
{
	switch (state) {
	case TCP_ESTABLISHED:
		return &count->established;
	case TCP_SYN_SENT:
		return &count->syn_sent;
	case TCP_SYN_RECV:
		return &count->syn_recv;
	case TCP_FIN_WAIT1:
		return &count->fin_wait1;
	case TCP_FIN_WAIT2:
		return &count->fin_wait2;
	case TCP_TIME_WAIT:
		return &count->time_wait;
	case TCP_CLOSE:
		return &count->close;
	case TCP_CLOSE_WAIT:
		return &count->close_wait;
	case TCP_LAST_ACK:
		return &count->last_ack;
	case TCP_LISTEN:
		return &count->listen;
	default: /* the decoder knows no others */
		return &count->closing;
	}
}

static bool is_open(const struct skstat_sample *sample)
{
	return SKSTAT_KINDS_OPEN & BIT(sample->kind);
}

/* A condition on what the kernel keeps to itself would be met, or not, by chance. */
static const char *untold(const struct skstat_query *query, const struct skstat_inet_diag *diag)
{
	if (!is_open(&diag->sample))
		return NULL;
	if (has(query, SKSTAT_HAS(MARK)) && !(diag->has & BIT(INET_DIAG_MARK)))
		return "inet_diag tells a socket's mark to CAP_NET_ADMIN alone";
	if (has(query, SKSTAT_HAS(CGROUP)) && !(diag->has & BIT(INET_DIAG_CGROUP_ID)))
		return "inet_diag of this kernel does not tell a socket's cgroup";
	return NULL;
}

/* As in the module's records: what is not there is zero. */
static void groups_strip(struct skstat_sample *sample, uint32_t groups)
{
	sample->groups &= groups;
#define GROUP_STRIP(GROUP, group, kinds)                              \
	if (!(groups & BIT(SKSTAT_GROUP_##GROUP))) {                  \
		sample->size[SKSTAT_GROUP_##GROUP] = 0;               \
		memset(&sample->group, 0, sizeof(sample->group));     \
	}
	SKSTAT_GROUPS(GROUP_STRIP)
#undef GROUP_STRIP
}

static int hand_on(struct walk *walk, const struct skstat_sample *sample)
{
	walk->totals->samples++;
	walk->totals->sockets += sample->kind != SKSTAT_KIND_NETNS;
	walk->stopped = walk->dump->fn && walk->dump->fn(sample, walk->dump->arg);
	return walk->stopped;
}

/* What the journal will have to know of it when it is over. */
static void seen_add(struct walk *walk, const struct skstat_sample *sample)
{
	if (walk->dump->seen && sample->kind == SKSTAT_KIND_FULL)
		skstat_inet_diag_seen_add(walk->dump->seen, sample->identity.cookie, walk->second,
					  sample->size[SKSTAT_GROUP_MEMORY] ? &sample->memory.drops : NULL);
}

static int socket_take(const struct nlmsghdr *message, void *arg)
{
	struct walk *walk = arg;
	const struct skstat_query *query = walk->dump->query;
	struct skstat_totals *totals = walk->totals;
	struct skstat_sample *sample = &walk->diag.sample;

	if (has(query, SKSTAT_HAS(MAX_SOCKETS)) && totals->visited >= query->max_sockets) {
		totals->partial = true;
		return 1;
	}
	if (skstat_inet_diag_decode(message, &walk->diag))
		return -EBADMSG;
	if (!walk->learnt && is_open(sample)) {
		skstat_inet_diag_schema_learn(walk->dump->schema, walk->diag.has);
		walk->learnt = true;
	}
	walk->refusal = untold(query, &walk->diag);
	if (walk->refusal)
		return -EOPNOTSUPP;

	totals->visited++;
	++*state_count(&walk->count, sample->identity.state);
	/* What is left of a socket may come without its mark, which then is not known to be met. */
	if (!skstat_filter_match(query, sample) ||
	    (has(query, SKSTAT_HAS(MARK)) && !(walk->diag.has & BIT(INET_DIAG_MARK)))) {
		totals->filtered++;
		return 0;
	}
	totals->emitted++;
	groups_strip(sample, walk->groups);
	seen_add(walk, sample);
	return hand_on(walk, sample);
}

/* What no sentence of the kernel's comes with. */
static void explain(struct skstat_error *error)
{
	if (error->err == -ENOENT)
		skstat_error_set(error, -ENOENT, "this kernel has no inet_diag for TCP (modprobe tcp_diag)");
	else
		skstat_error_set(error, error->err, "refused by the kernel: %s", strerror(-error->err));
}

static int send_and_take(struct skstat_channel *channel, const struct inet_diag_req_v2 *request,
			 const struct skstat_reply *reply, struct skstat_error *error)
{
	struct nl_msg *message;
	int err = skstat_channel_open(channel, error);

	if (err)
		return err;
	message = nlmsg_alloc_simple(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	if (!message || nlmsg_append(message, (void *)request, sizeof(*request), NLMSG_ALIGNTO)) {
		nlmsg_free(message);
		return skstat_error_set(error, -ENOMEM, "no memory for a request");
	}
	err = skstat_channel_ask(channel, message, reply, error);
	nlmsg_free(message);
	if (err < 0 && !error->text[0])
		explain(error);
	return err;
}

static int ask(struct skstat_channel *channel, const struct inet_diag_req_v2 *request,
	       const struct skstat_reply *reply, struct skstat_error *error)
{
	struct skstat_source_cost *cost = skstat_channel_cost(channel);
	int err;

	cost->requests++;
	err = send_and_take(channel, request, reply, error);
	cost->errors += err < 0;
	return err;
}

static int family_dump(struct walk *walk, uint8_t family, struct skstat_error *error)
{
	const struct skstat_inet_diag_dump *dump = walk->dump;
	const struct inet_diag_req_v2 request = {
		.sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = skstat_inet_diag_extensions(walk->groups),
		/*
		 * All of them, whatever was asked for: the record of the namespace counts every socket by state, as the
		 * module's does. Beyond these there are sockets that are bound and nothing else: no connections.
		 */
		.idiag_states = STATES_ALL,
	};
	const struct skstat_reply reply = {
		.type = SOCK_DIAG_BY_FAMILY,
		.fn = socket_take,
		.arg = walk,
		.deadline = dump->deadline,
	};
	int err = ask(dump->channel, &request, &reply, error);

	if (walk->refusal)
		skstat_error_set(error, err, "%s", walk->refusal);
	return err;
}

static int families_dump(struct walk *walk, struct skstat_error *error)
{
	int err = family_dump(walk, AF_INET, error);

	if (!err)
		err = family_dump(walk, AF_INET6, error);
	/* A budget's end is a good end. */
	return err == 1 && !walk->stopped ? 0 : err;
}

static int netns_hand_on(struct walk *walk)
{
	struct skstat_sample *sample = &walk->diag.sample;

	memset(sample, 0, sizeof(*sample));
	sample->kind = SKSTAT_KIND_NETNS;
	sample->groups = BIT(SKSTAT_GROUP_NETNS);
	sample->size[SKSTAT_GROUP_NETNS] = skstat_groups[SKSTAT_GROUP_NETNS].size;
	sample->netns = walk->count;
	sample->netns.netns_id = SKSTAT_INET_DIAG_NETNS;
	sample->netns.netns_inode = walk->dump->inode;
	return hand_on(walk, sample);
}

static int query_check(const struct skstat_query *query, struct skstat_error *error)
{
	if (has(query, SKSTAT_HAS(ACTIVE_SINCE)))
		return skstat_error_set(error, -EOPNOTSUPP, "inet_diag cannot leave out what was idle (active-since)");
	if (has(query, SKSTAT_HAS(MAX_NS)))
		return skstat_error_set(error, -EOPNOTSUPP, "inet_diag has no budget of time (max-ns)");
	if (query->exact)
		return skstat_error_set(error, -EOPNOTSUPP, "inet_diag has no other way to read sockets (exact)");
	for (size_t i = 0; i < query->namespaces; i++)
		if (query->netns[i] != SKSTAT_INET_DIAG_NETNS)
			return skstat_error_set(error, -EOPNOTSUPP,
						"inet_diag sees the own network namespace alone, whose id is %d",
						SKSTAT_INET_DIAG_NETNS);
	return skstat_filter_check(query, error);
}

int skstat_inet_diag_dump(const struct skstat_inet_diag_dump *dump, struct skstat_totals *totals,
			  struct skstat_error *error)
{
	const struct skstat_source_cost *cost = skstat_channel_cost(dump->channel);
	const struct skstat_source_cost before = *cost;
	struct walk walk = { .dump = dump, .totals = totals, .groups = UINT32_MAX };
	int err = query_check(dump->query, error);

	if (err)
		return err;
	if (has(dump->query, SKSTAT_HAS(GROUPS)))
		walk.groups = dump->query->groups | BIT(SKSTAT_GROUP_IDENTITY);
	walk.second = (uint32_t)(skstat_channel_clock() / 1000000000);
	err = families_dump(&walk, error);
	totals->interrupted = cost->interrupted != before.interrupted;
	totals->ns = cost->wait_ns - before.wait_ns;
	if (!err)
		err = netns_hand_on(&walk);
	totals->complete = !err;
	return err;
}

int skstat_inet_diag_probe(struct skstat_channel *channel, struct skstat_error *error)
{
	const struct inet_diag_req_v2 request = { .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP };
	const struct skstat_reply reply = { .type = SOCK_DIAG_BY_FAMILY };

	return ask(channel, &request, &reply, error);
}
