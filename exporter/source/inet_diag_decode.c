// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sock_diag.h>
#include <linux/tls.h>

#include "attr.h"
#include "inet_diag_decode.h"
#include "inet_diag_table.h"

/* idiag_timer: what is left of a socket has its own. */
#define TIMER_TIMEWAIT 3

#define BIT(attribute) (1u << (attribute))

/* What arrives as attributes, before it is known what kind of socket they are of. */
struct attributes {
	uint32_t has; /* 1 << INET_DIAG_* */
	struct skstat_tcp_info info;
	uint32_t skmem[SK_MEMINFO_DROPS + 1];
	uint8_t tos, tclass, shutdown, v6only;
	uint32_t mark;
	uint64_t cgroup;
	struct skstat_congestion congestion;
};

/* As much as there is and fits; what a shorter one leaves out stays 0. */
static void copy(void *to, size_t room, const struct skstat_attr *from)
{
	memcpy(to, from->data, from->length < room ? from->length : room);
}

/* Of exactly this length, or not at all: half a number is a wrong one. */
static int whole(void *to, size_t room, const struct skstat_attr *from)
{
	if (from->length != room)
		return -EBADMSG;
	memcpy(to, from->data, room);
	return 0;
}

static int tls_take(const struct skstat_attr *nest, struct skstat_congestion *to)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;
	uint16_t number;
	int err;

	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.length != sizeof(number))
			continue;
		memcpy(&number, attr.data, sizeof(number));
		switch (attr.type) {
		case TLS_INFO_VERSION:
			to->tls_version = number;
			break;
		case TLS_INFO_CIPHER:
			to->tls_cipher = number;
			break;
		case TLS_INFO_TXCONF:
			to->tls_txconf = (uint8_t)number;
			break;
		case TLS_INFO_RXCONF:
			to->tls_rxconf = (uint8_t)number;
			break;
		default:
			break;
		}
	}
	return err;
}

static int ulp_take(const struct skstat_attr *nest, struct skstat_congestion *to)
{
	struct skstat_attr_reader reader = { .next = nest->data, .left = nest->length };
	struct skstat_attr attr;
	int err;

	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attr.type == INET_ULP_INFO_NAME)
			copy(to->ulp.text, sizeof(to->ulp.text) - 1, &attr);
		else if (attr.type == INET_ULP_INFO_TLS && tls_take(&attr, to))
			return -EBADMSG;
	}
	return err;
}

static void private_take(const struct skstat_attr *attr, struct skstat_congestion *to)
{
	struct tcp_bbr_info bbr = { 0 };
	struct tcp_dctcp_info dctcp = { 0 };
	struct tcpvegas_info vegas = { 0 };

	to->ca_info = attr->type;
	switch (attr->type) {
	case INET_DIAG_BBRINFO:
		copy(&bbr, sizeof(bbr), attr);
		to->bbr_bw = (uint64_t)bbr.bbr_bw_hi << 32 | bbr.bbr_bw_lo;
		to->bbr_min_rtt = bbr.bbr_min_rtt;
		to->bbr_pacing_gain = bbr.bbr_pacing_gain;
		to->bbr_cwnd_gain = bbr.bbr_cwnd_gain;
		break;
	case INET_DIAG_DCTCPINFO:
		copy(&dctcp, sizeof(dctcp), attr);
		to->dctcp_enabled = dctcp.dctcp_enabled;
		to->dctcp_ce_state = dctcp.dctcp_ce_state;
		to->dctcp_alpha = dctcp.dctcp_alpha;
		to->dctcp_ab_ecn = dctcp.dctcp_ab_ecn;
		to->dctcp_ab_tot = dctcp.dctcp_ab_tot;
		break;
	default:
		copy(&vegas, sizeof(vegas), attr);
		to->vegas_enabled = vegas.tcpv_enabled;
		to->vegas_rttcnt = vegas.tcpv_rttcnt;
		to->vegas_rtt = vegas.tcpv_rtt;
		to->vegas_minrtt = vegas.tcpv_minrtt;
		break;
	}
}

static int attribute_take(const struct skstat_attr *attr, struct attributes *to)
{
	switch (attr->type) {
	case INET_DIAG_INFO:
		copy(&to->info, sizeof(to->info), attr);
		return 0;
	case INET_DIAG_SKMEMINFO:
		copy(to->skmem, sizeof(to->skmem), attr);
		return attr->length < sizeof(to->skmem) ? -EBADMSG : 0;
	case INET_DIAG_CONG:
		copy(to->congestion.cong.text, sizeof(to->congestion.cong.text) - 1, attr);
		return 0;
	case INET_DIAG_VEGASINFO:
	case INET_DIAG_DCTCPINFO:
	case INET_DIAG_BBRINFO:
		private_take(attr, &to->congestion);
		return 0;
	case INET_DIAG_ULP_INFO:
		return ulp_take(attr, &to->congestion);
	case INET_DIAG_TOS:
		return whole(&to->tos, sizeof(to->tos), attr);
	case INET_DIAG_TCLASS:
		return whole(&to->tclass, sizeof(to->tclass), attr);
	case INET_DIAG_SHUTDOWN:
		return whole(&to->shutdown, sizeof(to->shutdown), attr);
	case INET_DIAG_SKV6ONLY:
		return whole(&to->v6only, sizeof(to->v6only), attr);
	case INET_DIAG_MARK:
		return whole(&to->mark, sizeof(to->mark), attr);
	case INET_DIAG_CGROUP_ID:
		return whole(&to->cgroup, sizeof(to->cgroup), attr);
	default:
		return 0;
	}
}

static int attributes_take(const struct nlmsghdr *message, struct attributes *to)
{
	const size_t headers = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct inet_diag_msg));
	struct skstat_attr_reader reader = {
		.next = (const unsigned char *)message + headers,
		.left = message->nlmsg_len > headers ? message->nlmsg_len - headers : 0,
	};
	struct skstat_attr attr;
	int err;

	while ((err = skstat_attr_next(&reader, &attr)) > 0) {
		if (attribute_take(&attr, to))
			return -EBADMSG;
		if (attr.type < 32)
			to->has |= BIT(attr.type);
	}
	return err;
}

/* A connection that is not yet a socket has no shutdown: the one attribute that comes with each socket, unasked. */
static enum skstat_kind kind_of(const struct inet_diag_msg *msg, uint32_t has)
{
	if (msg->idiag_state == TCP_LISTEN)
		return SKSTAT_KIND_LISTEN;
	if (msg->idiag_timer == TIMER_TIMEWAIT)
		return SKSTAT_KIND_TIMEWAIT;
	if (msg->idiag_state == TCP_SYN_RECV && !(has & BIT(INET_DIAG_SHUTDOWN)))
		return SKSTAT_KIND_REQUEST;
	return SKSTAT_KIND_FULL;
}

static void identity_fill(struct skstat_identity *id, const struct inet_diag_msg *msg, const struct attributes *from)
{
	size_t length = msg->idiag_family == AF_INET ? 4 : 16;

	id->cookie = (uint64_t)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0];
	id->netns = SKSTAT_INET_DIAG_NETNS;
	memcpy(id->saddr.byte, msg->id.idiag_src, length);
	memcpy(id->daddr.byte, msg->id.idiag_dst, length);
	id->sport = ntohs(msg->id.idiag_sport);
	id->dport = ntohs(msg->id.idiag_dport);
	id->ifindex = msg->id.idiag_if;
	id->mark = from->mark;
	id->family = msg->idiag_family;
	id->state = msg->idiag_state;
	id->flags = from->v6only ? SKSTAT_FLAG_V6ONLY : 0;
}

static void tcp_info_fill(struct skstat_sample *sample, const struct skstat_tcp_info *t)
{
#define FILL(group, field, last, value) sample->group.field = (__typeof__(sample->group.field))(value);
	SKSTAT_INET_DIAG_TCP_INFO(FILL)
#undef FILL
}

static void memory_fill(struct skstat_memory *memory, const uint32_t *skmem)
{
	memory->rmem_alloc = skmem[SK_MEMINFO_RMEM_ALLOC];
	memory->rcvbuf = skmem[SK_MEMINFO_RCVBUF];
	memory->wmem_alloc = skmem[SK_MEMINFO_WMEM_ALLOC];
	memory->sndbuf = skmem[SK_MEMINFO_SNDBUF];
	memory->fwd_alloc = (int32_t)skmem[SK_MEMINFO_FWD_ALLOC];
	memory->wmem_queued = skmem[SK_MEMINFO_WMEM_QUEUED];
	memory->optmem = skmem[SK_MEMINFO_OPTMEM];
	memory->backlog = skmem[SK_MEMINFO_BACKLOG];
	memory->drops = skmem[SK_MEMINFO_DROPS];
}

/* A group of a kind that has it is there if the attribute that it comes from did; 0: it is the message's own. */
static void group_mark(struct skstat_sample *sample, enum skstat_group group, uint32_t has, uint32_t attribute)
{
	if (!(skstat_groups[group].kinds & 1u << sample->kind) || (attribute && !(has & BIT(attribute))))
		return;
	sample->groups |= 1u << group;
	sample->size[group] = skstat_groups[group].size;
}

static void sample_fill(struct skstat_sample *sample, const struct inet_diag_msg *msg, const struct attributes *from)
{
	sample->kind = kind_of(msg, from->has);
	group_mark(sample, SKSTAT_GROUP_IDENTITY, from->has, 0);
	group_mark(sample, SKSTAT_GROUP_TIMER, from->has, 0);
	group_mark(sample, SKSTAT_GROUP_LISTEN, from->has, 0);
	group_mark(sample, SKSTAT_GROUP_TRAFFIC, from->has, INET_DIAG_INFO);
	group_mark(sample, SKSTAT_GROUP_TCP, from->has, INET_DIAG_INFO);
	group_mark(sample, SKSTAT_GROUP_MEMORY, from->has, INET_DIAG_SKMEMINFO);
	group_mark(sample, SKSTAT_GROUP_OWNER, from->has, 0);
	group_mark(sample, SKSTAT_GROUP_CONGESTION, from->has, INET_DIAG_CONG);

	identity_fill(&sample->identity, msg, from);
	if (sample->size[SKSTAT_GROUP_TIMER]) {
		sample->timer.timer = msg->idiag_timer;
		sample->timer.timer_retrans = msg->idiag_retrans;
		/* Kernels before 5.15 or so let what is due wrap around. */
		sample->timer.timer_expires = (int32_t)msg->idiag_expires;
	}
	if (sample->size[SKSTAT_GROUP_LISTEN]) {
		sample->listen.accept_queue = msg->idiag_rqueue;
		sample->listen.accept_limit = msg->idiag_wqueue;
	}
	if (sample->size[SKSTAT_GROUP_TRAFFIC]) {
		tcp_info_fill(sample, &from->info);
		sample->traffic.rqueue = msg->idiag_rqueue;
		sample->traffic.wqueue = msg->idiag_wqueue;
		sample->tcp.shutdown = from->shutdown;
	}
	if (sample->size[SKSTAT_GROUP_MEMORY])
		memory_fill(&sample->memory, from->skmem);
	if (sample->size[SKSTAT_GROUP_OWNER]) {
		sample->owner.inode = msg->idiag_inode;
		sample->owner.uid = msg->idiag_uid;
		sample->owner.cgroup = from->cgroup;
		sample->owner.tos = from->tos;
		sample->owner.tclass = from->tclass;
	}
	if (sample->size[SKSTAT_GROUP_CONGESTION])
		sample->congestion = from->congestion;
}

int skstat_inet_diag_decode(const struct nlmsghdr *message, struct skstat_inet_diag *diag)
{
	struct attributes from = { 0 };
	struct inet_diag_msg msg;

	memset(diag, 0, sizeof(*diag));
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(msg))
		return -EBADMSG;
	memcpy(&msg, NLMSG_DATA(message), sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return -EBADMSG;
	if (msg.idiag_state < TCP_ESTABLISHED || msg.idiag_state > TCP_CLOSING)
		return -EBADMSG;
	if (attributes_take(message, &from))
		return -EBADMSG;
	diag->has = from.has;
	sample_fill(&diag->sample, &msg, &from);
	return 0;
}
