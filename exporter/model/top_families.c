// SPDX-License-Identifier: GPL-2.0
/* The families of connections that stand out: a series for each, while it does. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "families.h"

static const struct {
	struct skstat_family_doc doc;
	double divisor; /* so many raw steps are one of the unit */
} tops[__SKSTAT_TOP_MAX] = {
#define LABELS "view,netns,local,remote,cookie"
	[SKSTAT_TOP_BYTES] = {
		{ .name = "skstat_tcp_top_transferred_bytes", .unit = "bytes", .labels = LABELS,
		  .type = SKSTAT_METRIC_GAUGE,
		  .help = "Payload sent and received so far, of the connections that carried most between the last two "
			  "choices, which are made once a minute" },
		1,
	},
	[SKSTAT_TOP_RETRANS] = {
		{ .name = "skstat_tcp_top_retransmitted_segments", .unit = "segments", .labels = LABELS,
		  .type = SKSTAT_METRIC_GAUGE,
		  .help = "Segments retransmitted so far, of the connections with most of them between the last two "
			  "choices" },
		1,
	},
	[SKSTAT_TOP_RTT] = {
		{ .name = "skstat_tcp_top_rtt_seconds", .unit = "seconds", .labels = LABELS,
		  .type = SKSTAT_METRIC_GAUGE,
		  .help = "Smoothed round-trip time, of the connections with the highest at the last choice" },
		8e6,
	},
	[SKSTAT_TOP_QUEUE] = {
		{ .name = "skstat_tcp_top_queue_bytes", .unit = "bytes", .labels = LABELS, .type = SKSTAT_METRIC_GAUGE,
		  .help = "Bytes in the receive and the send queue, of the connections with most at the last choice" },
		1,
	},
};

/* "10.0.0.1:80", "[2001:db8::1]:443" */
static const char *end_text(const struct skstat_making *m, const struct skstat_addr *address, uint16_t port)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	bool ipv4 = memcmp(address->byte, mapped, sizeof(mapped)) == 0;
	char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16];

	inet_ntop(ipv4 ? AF_INET : AF_INET6, address->byte + (ipv4 ? 12 : 0), host, sizeof(host));
	snprintf(text, sizeof(text), ipv4 ? "%s:%" PRIu16 : "[%s]:%" PRIu16, host, port);
	return skstat_families_text(m->set, text);
}

static void socket_show(const struct skstat_making *m, struct skstat_family *family, struct skstat_view *view,
			const struct skstat_top_socket *socket, size_t top)
{
	const char *netns = skstat_namespaces_label(&m->model->namespaces, socket->netns);
	char cookie[24];
	struct skstat_label label[5];

	snprintf(cookie, sizeof(cookie), "%" PRIu64, socket->cookie);
	label[0] = (struct skstat_label){ "view", m->name[view->index] };
	label[1] = (struct skstat_label){ "netns", netns ? skstat_families_text(m->set, netns) : "" };
	label[2] = (struct skstat_label){ "local", end_text(m, &socket->local, socket->sport) };
	label[3] = (struct skstat_label){ "remote", end_text(m, &socket->remote, socket->dport) };
	label[4] = (struct skstat_label){ "cookie", skstat_families_text(m->set, cookie) };
	skstat_series_add(m->set, family, label, 5)->value = (double)socket->value[top] / tops[top].divisor;
	view->series++;
}

void skstat_top_families(const struct skstat_making *m)
{
	const struct skstat_views *views = &m->model->views;

	for (size_t top = 0; top < __SKSTAT_TOP_MAX && m->model->tops.wanted; top++) {
		const struct skstat_family_doc *doc = &tops[top].doc;
		struct skstat_family *family = NULL;

		for (size_t i = 0; i < views->count; i++) {
			const struct skstat_top_list *list = views->view[i]->top[top];

			if (list && !family)
				family = skstat_family_add(m->set, doc->type, doc->name, doc->unit, doc->help);
			for (size_t s = 0; list && s < list->count; s++)
				socket_show(m, family, views->view[i], &list->shown[s], top);
		}
	}
}

void skstat_top_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++)
		fn(&tops[top].doc, arg);
}
