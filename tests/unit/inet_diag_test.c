// SPDX-License-Identifier: GPL-2.0
/* inet_diag's messages, made by hand: right ones, short ones, wrong ones; and the schema that goes with them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "diag_message.h"
#include "source/inet_diag_decode.h"
#include "source/inet_diag_schema.h"
#include "source/inet_diag_table.h"
#include "source/tcp_info.h"

static void put_info(struct diag_message *made, const struct skstat_tcp_info *info, size_t length)
{
	diag_message_put(made, INET_DIAG_INFO, info, length);
}

static const struct skstat_tcp_info info_full = {
	.ca_state = 2, .retransmits = 1, .probes = 4, .backoff = 5, .options = 7,
	.snd_wscale = 9, .rcv_wscale = 10, .app_limited = 1, .fastopen_client_fail = 2,
	.rto = 204000, .ato = 40000, .snd_mss = 1448, .rtt = 1234, .rttvar = 99, .rcv_rtt = 55,
	.last_data_sent = 17, .snd_cwnd = 10, .pacing_rate = UINT64_MAX, .bytes_acked = 1ull << 40,
	.bytes_sent = 77, .busy_time = 5000999, .rwnd_limited = 1000, .min_rtt = 42, .total_rto = 3,
	.total_rto_time = 6, .received_ce_bytes = 8, .accecn = UINT32_MAX,
};

static void put_full(struct diag_message *made, size_t info_length)
{
	static const uint32_t skmem[] = { 1, 2, 3, 4, (uint32_t)-5, 6, 7, 8, 9 };

	diag_message_put_u8(made, INET_DIAG_SHUTDOWN, 2);
	diag_message_put_u8(made, INET_DIAG_TOS, 0x10);
	diag_message_put(made, INET_DIAG_CGROUP_ID, &(uint64_t){ 0x1234567890 }, 8);
	diag_message_put(made, INET_DIAG_SKMEMINFO, skmem, sizeof(skmem));
	put_info(made, &info_full, info_length);
	diag_message_put(made, INET_DIAG_CONG, "cubic", 6);
}

static void full(void **state)
{
	struct inet_diag_msg msg = diag_message_of(TCP_ESTABLISHED);
	struct skstat_inet_diag diag;
	struct skstat_sample *s = &diag.sample;
	struct diag_message made;

	(void)state;
	diag_message_start(&made, &msg);
	put_full(&made, sizeof(info_full));
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
	assert_int_equal(diag.has, 1 << INET_DIAG_SHUTDOWN | 1 << INET_DIAG_TOS | 1 << INET_DIAG_CGROUP_ID |
				   1 << INET_DIAG_SKMEMINFO | 1 << INET_DIAG_INFO | 1 << INET_DIAG_CONG);
	assert_int_equal(s->kind, SKSTAT_KIND_FULL);
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		bool there = g != SKSTAT_GROUP_LISTEN && g != SKSTAT_GROUP_NETNS && g != SKSTAT_GROUP_EVENT;

		assert_int_equal(s->size[g], there ? skstat_groups[g].size : 0);
		assert_int_equal(!!(s->groups & 1u << g), there);
	}
	assert_true(s->identity.cookie == 0x5566778811223344);
	assert_int_equal(s->identity.netns, 1);
	assert_memory_equal(s->identity.saddr.byte, ((uint8_t[16]){ 192, 0, 2, 1 }), 16);
	assert_memory_equal(s->identity.daddr.byte, ((uint8_t[16]){ 198, 51, 100, 2 }), 16);
	assert_int_equal(s->identity.sport, 8080);
	assert_int_equal(s->identity.dport, 40000);
	assert_int_equal(s->identity.ifindex, 5);
	assert_int_equal(s->identity.family, AF_INET);
	assert_int_equal(s->identity.state, TCP_ESTABLISHED);
	assert_int_equal(s->timer.timer, 1);
	assert_int_equal(s->timer.timer_retrans, 3);
	assert_int_equal(s->timer.timer_expires, 204);
	assert_int_equal(s->traffic.rqueue, 11);
	assert_int_equal(s->traffic.wqueue, 22);
	assert_int_equal(s->traffic.bytes_sent, 77);
	assert_true(s->traffic.bytes_acked == 1ull << 40);
	/* Raw units, with a jiffy of a millisecond. */
	assert_int_equal(s->tcp.rtt, 1234 * 8);
	assert_int_equal(s->tcp.rttvar, 99 * 4);
	assert_int_equal(s->tcp.rcv_rtt, 55 * 8);
	assert_int_equal(s->tcp.min_rtt, 42);
	assert_int_equal(s->tcp.rto, 204);
	assert_int_equal(s->tcp.ato, 40);
	assert_int_equal(s->tcp.busy_time, 5000);
	assert_int_equal(s->tcp.rwnd_limited, 1);
	assert_int_equal(s->tcp.last_data_sent, 17);
	assert_int_equal(s->tcp.total_rto_time, 6);
	assert_true(s->tcp.pacing_rate == UINT64_MAX);
	assert_int_equal(s->tcp.snd_wscale, 9);
	assert_int_equal(s->tcp.rcv_wscale, 10);
	assert_int_equal(s->tcp.app_limited, 1);
	assert_int_equal(s->tcp.fastopen_client_fail, 2);
	assert_int_equal(s->tcp.shutdown, 2);
	assert_int_equal(s->tcp.received_ce_bytes, 8);
	assert_int_equal(s->tcp.ecn_mode, 0);
	assert_int_equal(s->memory.rmem_alloc, 1);
	assert_int_equal(s->memory.fwd_alloc, -5);
	assert_int_equal(s->memory.drops, 9);
	assert_int_equal(s->owner.inode, 4242);
	assert_int_equal(s->owner.uid, 1000);
	assert_true(s->owner.cgroup == 0x1234567890);
	assert_int_equal(s->owner.tos, 0x10);
	assert_string_equal(s->congestion.cong.text, "cubic");
}

/* As an older kernel: what it does not send stays 0; and a newer one, which sends more than is known. */
static void other_kernels(void **state)
{
	struct inet_diag_msg msg = diag_message_of(TCP_ESTABLISHED);
	unsigned char longer[sizeof(info_full) + 64];
	struct skstat_inet_diag diag;
	struct diag_message made;

	(void)state;
	diag_message_start(&made, &msg);
	put_full(&made, offsetof(struct skstat_tcp_info, busy_time));
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
	assert_int_equal(diag.sample.tcp.rtt, 1234 * 8);
	assert_int_equal(diag.sample.tcp.busy_time, 0);
	assert_int_equal(diag.sample.traffic.bytes_sent, 0);

	memset(longer, 0xff, sizeof(longer));
	memcpy(longer, &info_full, sizeof(info_full));
	diag_message_start(&made, &msg);
	diag_message_put(&made, INET_DIAG_INFO, longer, sizeof(longer));
	diag_message_put(&made, 200, "xyz", 3);
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
	assert_int_equal(diag.sample.traffic.bytes_sent, 77);
	assert_int_equal(diag.has, 1 << INET_DIAG_INFO);
}

static void kinds(void **state)
{
	static const struct {
		uint8_t state, timer;
		bool shutdown;
		enum skstat_kind kind;
		uint32_t groups;
	} rows[] = {
		{ TCP_LISTEN, 0, true, SKSTAT_KIND_LISTEN,
		  1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_LISTEN | 1 << SKSTAT_GROUP_OWNER },
		{ TCP_TIME_WAIT, 3, false, SKSTAT_KIND_TIMEWAIT, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER },
		{ TCP_FIN_WAIT2, 3, false, SKSTAT_KIND_TIMEWAIT, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER },
		{ TCP_FIN_WAIT2, 2, true, SKSTAT_KIND_FULL,
		  1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER | 1 << SKSTAT_GROUP_OWNER },
		{ TCP_SYN_RECV, 1, false, SKSTAT_KIND_REQUEST, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER },
		/* Fast Open: a socket from the start. */
		{ TCP_SYN_RECV, 1, true, SKSTAT_KIND_FULL,
		  1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER | 1 << SKSTAT_GROUP_OWNER },
	};
	struct skstat_inet_diag diag;
	struct diag_message made;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inet_diag_msg msg = diag_message_of(rows[i].state);

		msg.idiag_timer = rows[i].timer;
		diag_message_start(&made, &msg);
		if (rows[i].shutdown)
			diag_message_put_u8(&made, INET_DIAG_SHUTDOWN, 0);
		assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
		assert_int_equal(diag.sample.kind, rows[i].kind);
		assert_int_equal(diag.sample.groups, rows[i].groups);
		if (rows[i].kind != SKSTAT_KIND_LISTEN)
			continue;
		assert_int_equal(diag.sample.listen.accept_queue, 11);
		assert_int_equal(diag.sample.listen.accept_limit, 22);
		assert_int_equal(diag.sample.traffic.rqueue, 0);
	}
}

static void private_data(void **state)
{
	const struct tcp_bbr_info bbr = { .bbr_bw_lo = 1, .bbr_bw_hi = 2, .bbr_min_rtt = 3, .bbr_cwnd_gain = 4 };
	const struct tcp_dctcp_info dctcp = { .dctcp_enabled = 1, .dctcp_alpha = 512, .dctcp_ab_tot = 9 };
	const struct tcpvegas_info vegas = { .tcpv_enabled = 1, .tcpv_rttcnt = 2, .tcpv_rtt = 3, .tcpv_minrtt = 4 };
	const struct {
		uint16_t type;
		const void *data;
		size_t length;
	} rows[] = {
		{ INET_DIAG_BBRINFO, &bbr, sizeof(bbr) },
		{ INET_DIAG_DCTCPINFO, &dctcp, sizeof(dctcp) },
		{ INET_DIAG_VEGASINFO, &vegas, sizeof(vegas) },
	};
	struct inet_diag_msg msg = diag_message_of(TCP_ESTABLISHED);
	struct skstat_congestion got[3];
	struct skstat_inet_diag diag;
	struct diag_message made;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		diag_message_start(&made, &msg);
		/* A name that fills its room is ended, not run over. */
		diag_message_put(&made, INET_DIAG_CONG, "an_algorithm_of_a_long_name", 28);
		diag_message_put(&made, rows[i].type, rows[i].data, rows[i].length);
		assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
		got[i] = diag.sample.congestion;
		assert_int_equal(got[i].ca_info, rows[i].type);
		assert_string_equal(got[i].cong.text, "an_algorithm_of");
	}
	assert_true(got[0].bbr_bw == (2ull << 32 | 1) && got[0].bbr_min_rtt == 3 && got[0].bbr_cwnd_gain == 4);
	assert_true(got[0].dctcp_enabled == 0 && got[0].vegas_enabled == 0);
	assert_true(got[1].dctcp_enabled == 1 && got[1].dctcp_alpha == 512 && got[1].dctcp_ab_tot == 9);
	assert_true(got[2].vegas_enabled == 1 && got[2].vegas_rttcnt == 2 && got[2].vegas_rtt == 3 &&
		    got[2].vegas_minrtt == 4);
}

static void upper_layer(void **state)
{
	/* "tls", version 1.3, cipher 51, sending 1, receiving 2: a nest of a name and a nest of four. */
	static const uint8_t ulp[] = { 8, 0, 1, 0, 't', 'l', 's', 0, 36, 0, 2, 0x80, 6, 0, 1, 0, 4, 3, 0, 0,
				       6, 0, 2, 0, 51, 0, 0, 0,	    6, 0,  3, 0,    1, 0, 0, 0, 6, 0, 4, 0,
				       2, 0, 0, 0 };
	struct inet_diag_msg msg = diag_message_of(TCP_ESTABLISHED);
	struct skstat_inet_diag diag;
	uint8_t wrong[sizeof(ulp)];
	struct diag_message made;

	(void)state;
	diag_message_start(&made, &msg);
	diag_message_put(&made, INET_DIAG_CONG, "reno", 5);
	diag_message_put(&made, INET_DIAG_ULP_INFO, ulp, sizeof(ulp));
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
	assert_string_equal(diag.sample.congestion.ulp.text, "tls");
	assert_int_equal(diag.sample.congestion.tls_version, 0x304);
	assert_int_equal(diag.sample.congestion.tls_cipher, 51);
	assert_int_equal(diag.sample.congestion.tls_txconf, 1);
	assert_int_equal(diag.sample.congestion.tls_rxconf, 2);

	memcpy(wrong, ulp, sizeof(ulp));
	wrong[12] = 3; /* shorter than its own header */
	diag_message_start(&made, &msg);
	diag_message_put(&made, INET_DIAG_ULP_INFO, wrong, sizeof(wrong));
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), -EBADMSG);
}

static void mapped(void **state)
{
	struct inet_diag_msg msg = diag_message_of(TCP_LISTEN);
	struct skstat_inet_diag diag;
	struct diag_message made;

	(void)state;
	msg.idiag_family = AF_INET6;
	memcpy(msg.id.idiag_src, (uint8_t[16]){ [10] = 0xff, 0xff, 10, 0, 0, 1 }, 16);
	diag_message_start(&made, &msg);
	diag_message_put_u8(&made, INET_DIAG_SHUTDOWN, 0);
	diag_message_put_u8(&made, INET_DIAG_SKV6ONLY, 1);
	diag_message_put(&made, INET_DIAG_MARK, &(uint32_t){ 77 }, 4);
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), 0);
	assert_memory_equal(diag.sample.identity.saddr.byte, msg.id.idiag_src, 16);
	assert_int_equal(diag.sample.identity.flags, SKSTAT_FLAG_V6ONLY);
	assert_int_equal(diag.sample.identity.mark, 77);
}

/* Every way to cut a message short: refused or decoded, but never read beyond its end (ASan looks on). */
static void truncated(void **state)
{
	struct inet_diag_msg msg = diag_message_of(TCP_ESTABLISHED);
	struct skstat_inet_diag diag;
	size_t good = 0;
	struct diag_message made;

	(void)state;
	diag_message_start(&made, &msg);
	put_full(&made, sizeof(info_full));
	for (uint32_t length = NLMSG_HDRLEN; length < made.header.nlmsg_len; length++) {
		struct nlmsghdr *cut = malloc(length);

		assert_non_null(cut);
		memcpy(cut, made.bytes, length);
		cut->nlmsg_len = length;
		if (length < NLMSG_HDRLEN + sizeof(msg))
			assert_int_equal(skstat_inet_diag_decode(cut, &diag), -EBADMSG);
		else
			good += skstat_inet_diag_decode(cut, &diag) == 0;
		free(cut);
	}
	/* A cut between attributes leaves a message, and so do those in the padding of the two that have some. */
	assert_int_equal(good, 6 + 3 + 3);
}

static void malformed(void **state)
{
	struct inet_diag_msg msg = diag_message_of(TCP_ESTABLISHED);
	struct skstat_inet_diag diag;
	struct diag_message made;

	(void)state;
	msg.idiag_family = AF_UNIX;
	diag_message_start(&made, &msg);
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), -EBADMSG);
	for (unsigned int wrong = 0; wrong <= UINT8_MAX; wrong++) {
		msg = diag_message_of((uint8_t)wrong);
		diag_message_start(&made, &msg);
		assert_int_equal(skstat_inet_diag_decode(&made.header, &diag),
				 wrong >= TCP_ESTABLISHED && wrong <= TCP_CLOSING ? 0 : -EBADMSG);
	}
	msg = diag_message_of(TCP_ESTABLISHED);
	diag_message_start(&made, &msg);
	diag_message_put(&made, INET_DIAG_SKMEMINFO, &msg, 8 * sizeof(uint32_t));
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), -EBADMSG);
	diag_message_start(&made, &msg);
	diag_message_put(&made, INET_DIAG_MARK, &msg, 2);
	assert_int_equal(skstat_inet_diag_decode(&made.header, &diag), -EBADMSG);
}

static bool available(const struct skstat_schema *schema, const char *name)
{
	const struct skstat_field *field = skstat_field_by_name(name);

	assert_non_null(field);
	assert_int_equal(schema->available[field - skstat_fields], schema->field[field - skstat_fields].available);
	return schema->available[field - skstat_fields];
}

static void schema(void **state)
{
	struct skstat_schema made = { 0 };

	(void)state;
	assert_int_equal(skstat_inet_diag_schema(&made, sizeof(info_full), true), 0);
	assert_int_equal(made.groups, __SKSTAT_GROUP_MAX);
	assert_string_equal(made.group[SKSTAT_GROUP_TRAFFIC].name, "traffic");
	assert_int_equal(made.group[SKSTAT_GROUP_TRAFFIC].size, sizeof(struct skstat_traffic));
	assert_int_equal(made.fields, SKSTAT_FIELDS_COUNT);
	assert_true(available(&made, "cookie") && available(&made, "received_ce_bytes") && available(&made, "rto"));
	assert_true(available(&made, "snd_wscale") && available(&made, "accept_queue") && available(&made, "listen"));
	/* Not told, or not so that it could be told from something else. */
	assert_false(available(&made, "ecn_mode") || available(&made, "plb_rehash") || available(&made, "classid"));
	assert_false(available(&made, "syn_queue") || available(&made, "rate_delivered") || available(&made, "flags"));
	assert_false(available(&made, "mark") || available(&made, "cgroup") || available(&made, "tls_version"));
	/* Of a process nothing, and of an event only that there was one. */
	assert_false(available(&made, "comm") || available(&made, "pid") || available(&made, "process_from"));
	assert_true(available(&made, "event_time") && available(&made, "event_flags"));
	assert_false(available(&made, "event_kind") || available(&made, "event_direction"));
	assert_false(available(&made, "duration") || available(&made, "connect_latency") || available(&made, "cong_name"));
	skstat_inet_diag_schema_learn(&made, 1 << INET_DIAG_CGROUP_ID);
	assert_true(available(&made, "cgroup"));
	assert_false(available(&made, "mark") || available(&made, "ulp"));
	skstat_inet_diag_schema_learn(&made, 1 << INET_DIAG_MARK);
	assert_true(available(&made, "mark") && available(&made, "ulp") && available(&made, "tls_txconf"));
	assert_false(available(&made, "cgroup"));
	skstat_schema_free(&made);

	/* A kernel of 6.1: no receive window, no count of timeouts. */
	assert_int_equal(skstat_inet_diag_schema(&made, offsetof(struct skstat_tcp_info, rcv_wnd), false), 0);
	assert_true(available(&made, "snd_wnd"));
	assert_false(available(&made, "rcv_wnd") || available(&made, "total_rto") || available(&made, "received_ce"));
	assert_false(available(&made, "netns_inode"));
	skstat_schema_free(&made);

	/* Nothing of tcp_info at all. */
	assert_int_equal(skstat_inet_diag_schema(&made, 0, true), 0);
	assert_false(available(&made, "bytes_sent") || available(&made, "snd_wscale") || available(&made, "options"));
	assert_true(available(&made, "rqueue"));
	skstat_schema_free(&made);
}

/* A name that fields.h does not have would be passed over in silence. */
static void names(void **state)
{
	(void)state;
#define NAME(field, ...) assert_non_null(skstat_field_by_name(#field));
	SKSTAT_INET_DIAG_ALWAYS(NAME)
	SKSTAT_INET_DIAG_LEARNT(NAME)
#undef NAME
}

static void extensions(void **state)
{
	(void)state;
	assert_int_equal(skstat_inet_diag_extensions(1 << SKSTAT_GROUP_IDENTITY), 0);
	assert_int_equal(skstat_inet_diag_extensions(1 << SKSTAT_GROUP_MEMORY), 1 << (INET_DIAG_SKMEMINFO - 1));
	assert_int_equal(skstat_inet_diag_extensions(UINT32_MAX), 0xff & ~(1 << (INET_DIAG_MEMINFO - 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full),	       cmocka_unit_test(other_kernels), cmocka_unit_test(kinds),
		cmocka_unit_test(private_data), cmocka_unit_test(upper_layer),	 cmocka_unit_test(mapped),
		cmocka_unit_test(truncated),   cmocka_unit_test(malformed),	 cmocka_unit_test(schema),
		cmocka_unit_test(names),       cmocka_unit_test(extensions),
	};

	return cmocka_run_group_tests_name("inet_diag decode", tests, NULL, NULL);
}
