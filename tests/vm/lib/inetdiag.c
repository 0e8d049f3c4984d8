// SPDX-License-Identifier: GPL-2.0
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "inetdiag.h"
#include "must.h"

/* Of INET_DIAG_ULP_INFO and, nested once more, of its INET_ULP_INFO_TLS. */
enum { ULP_NAME = 1, ULP_TLS = 2 };
enum { TLS_VERSION = 1, TLS_CIPHER = 2, TLS_TXCONF = 3, TLS_RXCONF = 4 };

typedef void (*attr_fn)(struct diag *diag, const struct nlattr *attr, const void *data, size_t length);

static void attrs_walk(struct diag *diag, const void *data, size_t length, attr_fn fn)
{
	const char *at = data;

	while (length >= NLA_HDRLEN) {
		const struct nlattr *attr = (const void *)at;
		size_t step = NLA_ALIGN(attr->nla_len);

		must_be(attr->nla_len >= NLA_HDRLEN && attr->nla_len <= length);
		fn(diag, attr, at + NLA_HDRLEN, attr->nla_len - NLA_HDRLEN);
		if (step >= length)
			break;
		at += step;
		length -= step;
	}
}

static void copy(void *to, size_t room, const void *from, size_t length)
{
	memcpy(to, from, length < room ? length : room);
}

static void tls_take(struct diag *diag, const struct nlattr *attr, const void *data, size_t length)
{
	uint16_t *to[] = { [TLS_VERSION] = &diag->tls_version, [TLS_CIPHER] = &diag->tls_cipher,
			   [TLS_TXCONF] = &diag->tls_txconf, [TLS_RXCONF] = &diag->tls_rxconf };
	unsigned int type = attr->nla_type & NLA_TYPE_MASK;

	if (type >= TLS_VERSION && type <= TLS_RXCONF)
		copy(to[type], sizeof(uint16_t), data, length);
}

static void ulp_take(struct diag *diag, const struct nlattr *attr, const void *data, size_t length)
{
	if ((attr->nla_type & NLA_TYPE_MASK) == ULP_NAME)
		copy(diag->ulp, sizeof(diag->ulp) - 1, data, length);
	if ((attr->nla_type & NLA_TYPE_MASK) == ULP_TLS)
		attrs_walk(diag, data, length, tls_take);
}

static void attr_take(struct diag *diag, const struct nlattr *attr, const void *data, size_t length)
{
	unsigned int type = attr->nla_type & NLA_TYPE_MASK;

	if (type < 32)
		diag->has |= 1u << type;
	switch (type) {
	case INET_DIAG_INFO:
		diag->info_length = length;
		copy(&diag->info, sizeof(diag->info), data, length);
		break;
	case INET_DIAG_SKMEMINFO: copy(diag->skmem, sizeof(diag->skmem), data, length); break;
	case INET_DIAG_CONG: copy(diag->cong, sizeof(diag->cong) - 1, data, length); break;
	case INET_DIAG_TOS: copy(&diag->tos, sizeof(diag->tos), data, length); break;
	case INET_DIAG_TCLASS: copy(&diag->tclass, sizeof(diag->tclass), data, length); break;
	case INET_DIAG_SHUTDOWN: copy(&diag->shutdown, sizeof(diag->shutdown), data, length); break;
	case INET_DIAG_SKV6ONLY: copy(&diag->v6only, sizeof(diag->v6only), data, length); break;
	case DIAG_MARK: copy(&diag->mark, sizeof(diag->mark), data, length); break;
	case DIAG_CLASS_ID: copy(&diag->class_id, sizeof(diag->class_id), data, length); break;
	case DIAG_CGROUP_ID: copy(&diag->cgroup, sizeof(diag->cgroup), data, length); break;
	case INET_DIAG_VEGASINFO: copy(&diag->vegas, sizeof(diag->vegas), data, length); break;
	case INET_DIAG_DCTCPINFO: copy(&diag->dctcp, sizeof(diag->dctcp), data, length); break;
	case DIAG_BBRINFO: copy(&diag->bbr, sizeof(diag->bbr), data, length); break;
	case DIAG_ULP_INFO: attrs_walk(diag, data, length, ulp_take); break;
	default: break;
	}
}

static void socket_take(struct diag_table *table, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(message);
	struct diag *diag;

	must_be(message->nlmsg_len >= NLMSG_LENGTH(sizeof(*msg)));
	if (table->count == table->room) {
		table->room = table->room ? 2 * table->room : 1024;
		table->diag = must_have(realloc(table->diag, table->room * sizeof(*diag)));
	}
	diag = &table->diag[table->count++];
	memset(diag, 0, sizeof(*diag));
	diag->msg = *msg;
	diag->cookie = msg->id.idiag_cookie[0] | (uint64_t)msg->id.idiag_cookie[1] << 32;
	attrs_walk(diag, (const char *)msg + NLMSG_ALIGN(sizeof(*msg)),
		   message->nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(sizeof(*msg))), attr_take);
}

/* 0 or -errno. */
static int family_read(struct diag_table *table, int fd, uint8_t family)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.request = { .sdiag_family = family, .sdiag_protocol = IPPROTO_TCP, .idiag_ext = 0xff,
			     .idiag_states = ~0u },
	};
	static char buffer[65536] __attribute__((aligned(8)));

	must_be(send(fd, &message, sizeof(message), 0) == sizeof(message));
	for (;;) {
		ssize_t length = must(recv(fd, buffer, sizeof(buffer), MSG_TRUNC));

		must_be(length <= (ssize_t)sizeof(buffer));
		for (struct nlmsghdr *reply = (void *)buffer; NLMSG_OK(reply, length);
		     reply = NLMSG_NEXT(reply, length)) {
			if (reply->nlmsg_type == NLMSG_DONE)
				return 0;
			if (reply->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(reply))->error;
			socket_take(table, reply);
		}
	}
}

static int order(const void *a, const void *b)
{
	const struct diag *x = a, *y = b;

	if (x->cookie != y->cookie)
		return x->cookie < y->cookie ? -1 : 1;
	return (int)x->msg.idiag_state - (int)y->msg.idiag_state;
}

static int table_read(struct diag_table *table)
{
	int fd = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)), err;

	memset(table, 0, sizeof(*table));
	err = family_read(table, fd, AF_INET);
	if (!err)
		err = family_read(table, fd, AF_INET6);
	close(fd);
	if (table->count)
		qsort(table->diag, table->count, sizeof(*table->diag), order);
	return err;
}

bool diag_available(void)
{
	struct diag_table table;
	int err = table_read(&table);

	diag_free(&table);
	return err == 0;
}

void diag_read(struct diag_table *table)
{
	int err = table_read(table);

	errno = -err;
	must_be(!err);
}

const struct diag *diag_find(const struct diag_table *table, uint64_t cookie, uint8_t state)
{
	struct diag key = { .cookie = cookie, .msg.idiag_state = state };

	return bsearch(&key, table->diag, table->count, sizeof(key), order);
}

size_t diag_by_state(const struct diag_table *table, uint8_t state)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->diag[i].msg.idiag_state == state;
	return count;
}

void diag_free(struct diag_table *table)
{
	free(table->diag);
	memset(table, 0, sizeof(*table));
}
