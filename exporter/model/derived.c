// SPDX-License-Identifier: GPL-2.0
#include "derived.h"

const struct skstat_derived skstat_derived[SKSTAT_DERIVED_COUNT] = {
	[SKSTAT_DERIVED_SOCKETS] = {
		"skstat_tcp_sockets", "", SKSTAT_METRIC_GAUGE,
		"Sockets by network namespace and state, those in TIME-WAIT and SYN-RECV among them",
	},
	[SKSTAT_DERIVED_CONNECTIONS] = {
		"skstat_tcp_connections", "", SKSTAT_METRIC_GAUGE,
		"Connections in the group now, from SYN-SENT to LAST-ACK",
	},
	[SKSTAT_DERIVED_CWND_LIMITED] = {
		"skstat_tcp_cwnd_limited_seconds", "seconds", SKSTAT_METRIC_COUNTER,
		"Time with data to send, held up by the congestion window or the network: what is left of busy time "
		"without receive window and send buffer",
	},
	[SKSTAT_DERIVED_APPLICATION_LIMITED] = {
		"skstat_tcp_application_limited_seconds", "seconds", SKSTAT_METRIC_COUNTER,
		"Time that connections were open for sending and had nothing to send",
	},
	[SKSTAT_DERIVED_LISTENERS] = {
		"skstat_tcp_listeners", "", SKSTAT_METRIC_GAUGE, "Listening sockets in the group now",
	},
	[SKSTAT_DERIVED_OPENED] = {
		"skstat_tcp_opened_connections", "", SKSTAT_METRIC_COUNTER, "Connections that opened, by how",
	},
	[SKSTAT_DERIVED_FAILED] = {
		"skstat_tcp_failed_connections", "", SKSTAT_METRIC_COUNTER,
		"Connections that did not come about, by what became of the handshake",
	},
	[SKSTAT_DERIVED_CLOSED] = {
		"skstat_tcp_closed_connections", "", SKSTAT_METRIC_COUNTER,
		"Connections that closed, by who closed them and how",
	},
};
