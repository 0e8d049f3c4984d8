/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own word on its TCP sockets: inet_diag, all states, both families, with every extension, of the
 * namespace that the caller is in. What skstat says is held against this.
 */
#ifndef SKSTAT_TEST_INETDIAG_H
#define SKSTAT_TEST_INETDIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/inet_diag.h>

#include "tcpinfo.h"

/* Extensions that the build machine's headers may not have. */
enum {
	DIAG_MARK = 15,
	DIAG_BBRINFO = 16,
	DIAG_CLASS_ID = 17,
	DIAG_ULP_INFO = 19,
	DIAG_CGROUP_ID = 21,
};

struct diag {
	uint64_t cookie;
	struct inet_diag_msg msg;
	uint32_t has; /* 1 << INET_DIAG_*: the attributes that came */
	size_t info_length;
	struct tcpinfo info;
	uint32_t skmem[9]; /* SK_MEMINFO_* */
	char cong[16];
	char ulp[16];
	uint16_t tls_version, tls_cipher, tls_rxconf, tls_txconf;
	uint8_t tos, tclass, shutdown, v6only;
	uint32_t mark, class_id;
	uint64_t cgroup;
	struct tcpvegas_info vegas;
	struct tcp_dctcp_info dctcp;
	struct tcp_bbr_info bbr;
};

struct diag_table {
	struct diag *diag; /* ascending by cookie; by state where these are equal */
	size_t count, room;
};

/* Whether it can be had here at all: the kernel may lack the module. */
bool diag_available(void);

void diag_read(struct diag_table *table);

/* The socket of that cookie, in that state. NULL: there is none. */
const struct diag *diag_find(const struct diag_table *table, uint64_t cookie, uint8_t state);

/* How many are in a state. */
size_t diag_by_state(const struct diag_table *table, uint8_t state);

void diag_free(struct diag_table *table);

#endif
