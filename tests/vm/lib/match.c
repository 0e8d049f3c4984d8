// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "match.h"

static bool is_full(const struct skstat_sample *s)
{
	return s->kind == SKSTAT_KIND_FULL;
}

static bool is_open(const struct skstat_sample *s)
{
	return s->kind == SKSTAT_KIND_FULL || s->kind == SKSTAT_KIND_LISTEN;
}

static uint64_t usecs(uint64_t jiffies, uint32_t hz)
{
	return jiffies * (1000000 / hz);
}

static uint64_t msecs(int64_t jiffies, uint32_t hz)
{
	return jiffies > 0 ? (uint64_t)jiffies * 1000 / hz : 0;
}

/* jiffies_to_msecs(): 32 bits. What never happened is as long ago as the machine's (wrapping) clock. */
static uint32_t ago(uint32_t jiffies, uint32_t hz)
{
	return jiffies * (1000 / hz);
}

static uint64_t half(const void *address, int which)
{
	uint64_t value;

	memcpy(&value, (const char *)address + 8 * which, sizeof(value));
	return value;
}

/* tcp_delack_max() came to bound what is told: by TCP_DELACK_MAX, or by one jiffy less than the lowest RTO. */
static uint64_t ato(const struct diag *d, const struct skstat_sample *s, uint32_t hz)
{
	uint64_t raw = usecs(s->tcp.ato, hz), told = d->info.ato;

	if (raw > told && (told == usecs(hz / 5, hz) || told == usecs(hz / 5 - 1, hz)))
		return told;
	return raw;
}

static uint64_t delivery_rate(const struct skstat_tcp *t)
{
	if (!t->rate_delivered || !t->rate_interval)
		return 0;
	return (uint64_t)t->rate_delivered * t->snd_mss * 1000000 / t->rate_interval;
}

#define INFO(name) (is_full(s) && d->info_length >= TCPINFO_END(name))
#define ATTR(number) ((d->has & 1u << (number)) != 0)
#define SKMEM (is_open(s) && ATTR(INET_DIAG_SKMEMINFO))

/* M(field, both have it, inet_diag's value, skstat's value) */
#define MATCH_TRAFFIC(M, name) M(name, INFO(name), d->info.name, s->traffic.name)
#define MATCH_TCP(M, name) M(name, INFO(name), d->info.name, s->tcp.name)
#define MATCH_SKMEM(M, name, index) M(name, SKMEM, d->skmem[index], (uint32_t)s->memory.name)
#define MATCH_DCTCP(M, name) M(name, is_full(s) && ATTR(INET_DIAG_DCTCPINFO), d->dctcp.name, s->congestion.name)
#define MATCH_BBR(M, name) M(name, is_full(s) && ATTR(DIAG_BBRINFO), d->bbr.name, s->congestion.name)
#define MATCH_VEGAS(M, name, theirs) \
	M(name, is_full(s) && ATTR(INET_DIAG_VEGASINFO), d->vegas.theirs, s->congestion.name)

#define MATCHES(M)                                                                                               \
	M(saddr, true, half(d->msg.id.idiag_src, 0), half(&s->identity.saddr, 0))                                \
	M(saddr, true, half(d->msg.id.idiag_src, 1), half(&s->identity.saddr, 1))                                \
	M(daddr, true, half(d->msg.id.idiag_dst, 0), half(&s->identity.daddr, 0))                                \
	M(daddr, true, half(d->msg.id.idiag_dst, 1), half(&s->identity.daddr, 1))                                \
	M(sport, true, ntohs(d->msg.id.idiag_sport), s->identity.sport)                                          \
	M(dport, true, ntohs(d->msg.id.idiag_dport), s->identity.dport)                                          \
	M(ifindex, true, d->msg.id.idiag_if, s->identity.ifindex)                                                \
	M(family, true, d->msg.idiag_family, s->identity.family)                                                 \
	M(state, true, d->msg.idiag_state, s->identity.state)                                                    \
	M(mark, ATTR(DIAG_MARK), d->mark, s->identity.mark)                                                      \
	M(flags, ATTR(INET_DIAG_SKV6ONLY), d->v6only != 0, (s->identity.flags & SKSTAT_FLAG_V6ONLY) != 0)        \
	M(timer, s->kind != SKSTAT_KIND_LISTEN, d->msg.idiag_timer, s->timer.timer)                              \
	M(timer_retrans, s->kind != SKSTAT_KIND_LISTEN, d->msg.idiag_retrans, s->timer.timer_retrans)            \
	M(timer_expires, s->kind != SKSTAT_KIND_LISTEN, msecs_signed(d->msg.idiag_expires),                      \
	  msecs(s->timer.timer_expires, hz))                                                                     \
	M(accept_queue, s->kind == SKSTAT_KIND_LISTEN, d->msg.idiag_rqueue, s->listen.accept_queue)              \
	M(accept_limit, s->kind == SKSTAT_KIND_LISTEN, d->msg.idiag_wqueue, s->listen.accept_limit)              \
	M(rqueue, is_full(s), d->msg.idiag_rqueue, s->traffic.rqueue)                                            \
	M(wqueue, is_full(s), d->msg.idiag_wqueue, s->traffic.wqueue)                                            \
	MATCH_TRAFFIC(M, bytes_sent) MATCH_TRAFFIC(M, bytes_retrans) MATCH_TRAFFIC(M, bytes_acked)               \
	MATCH_TRAFFIC(M, bytes_received) MATCH_TRAFFIC(M, segs_out) MATCH_TRAFFIC(M, segs_in)                    \
	MATCH_TRAFFIC(M, data_segs_out) MATCH_TRAFFIC(M, data_segs_in) MATCH_TRAFFIC(M, total_retrans)           \
	MATCH_TRAFFIC(M, delivered) MATCH_TRAFFIC(M, delivered_ce) MATCH_TRAFFIC(M, notsent_bytes)               \
	MATCH_TCP(M, pacing_rate) MATCH_TCP(M, max_pacing_rate) MATCH_TCP(M, snd_mss) MATCH_TCP(M, rcv_mss)      \
	M(rto, INFO(rto), d->info.rto, usecs(s->tcp.rto, hz))                                                    \
	M(ato, INFO(ato), d->info.ato, ato(d, s, hz))                                                            \
	MATCH_TCP(M, unacked) MATCH_TCP(M, sacked) MATCH_TCP(M, lost) MATCH_TCP(M, retrans)                      \
	M(last_data_sent, INFO(last_data_sent), d->info.last_data_sent, ago(s->tcp.last_data_sent, hz))        \
	M(last_data_recv, INFO(last_data_recv), d->info.last_data_recv, ago(s->tcp.last_data_recv, hz))        \
	M(last_ack_recv, INFO(last_ack_recv), d->info.last_ack_recv, ago(s->tcp.last_ack_recv, hz))            \
	MATCH_TCP(M, pmtu) MATCH_TCP(M, rcv_ssthresh)                                                            \
	M(rtt, INFO(rtt), d->info.rtt, s->tcp.rtt >> 3)                                                          \
	M(rttvar, INFO(rttvar), d->info.rttvar, s->tcp.rttvar >> 2)                                              \
	MATCH_TCP(M, snd_ssthresh) MATCH_TCP(M, snd_cwnd) MATCH_TCP(M, advmss) MATCH_TCP(M, reordering)          \
	M(rcv_rtt, INFO(rcv_rtt), d->info.rcv_rtt, s->tcp.rcv_rtt >> 3)                                          \
	MATCH_TCP(M, rcv_space) MATCH_TCP(M, min_rtt)                                                            \
	M(busy_time, INFO(busy_time), d->info.busy_time, usecs(s->tcp.busy_time, hz))                            \
	M(rwnd_limited, INFO(rwnd_limited), d->info.rwnd_limited, usecs(s->tcp.rwnd_limited, hz))                \
	M(sndbuf_limited, INFO(sndbuf_limited), d->info.sndbuf_limited, usecs(s->tcp.sndbuf_limited, hz))        \
	M(rate_delivered, INFO(delivery_rate), d->info.delivery_rate, delivery_rate(&s->tcp))                    \
	M(rate_interval, INFO(delivery_rate), d->info.delivery_rate, delivery_rate(&s->tcp))                     \
	MATCH_TCP(M, dsack_dups) MATCH_TCP(M, reord_seen) MATCH_TCP(M, rcv_ooopack) MATCH_TCP(M, snd_wnd)        \
	MATCH_TCP(M, rcv_wnd)                                                                                    \
	M(timeout_rehash, INFO(rehash), d->info.rehash, s->tcp.timeout_rehash + s->tcp.plb_rehash)               \
	M(plb_rehash, INFO(rehash), d->info.rehash, s->tcp.timeout_rehash + s->tcp.plb_rehash)                   \
	MATCH_TCP(M, total_rto_time) MATCH_TCP(M, total_rto) MATCH_TCP(M, total_rto_recoveries)                  \
	MATCH_TCP(M, received_ce) MATCH_TCP(M, delivered_e1_bytes) MATCH_TCP(M, delivered_e0_bytes)              \
	MATCH_TCP(M, delivered_ce_bytes) MATCH_TCP(M, received_e1_bytes) MATCH_TCP(M, received_e0_bytes)         \
	MATCH_TCP(M, received_ce_bytes)                                                                          \
	M(ecn_mode, INFO(accecn), d->info.accecn & 3, s->tcp.ecn_mode)                                           \
	M(accecn_opt_seen, INFO(accecn), d->info.accecn >> 2 & 3, s->tcp.accecn_opt_seen)                        \
	M(accecn_fail_mode, INFO(accecn), d->info.accecn >> 4 & 15, s->tcp.accecn_fail_mode)                     \
	MATCH_TCP(M, options)                                                                                    \
	M(snd_wscale, INFO(wscales), d->info.wscales & 15, s->tcp.snd_wscale)                                    \
	M(rcv_wscale, INFO(wscales), d->info.wscales >> 4, s->tcp.rcv_wscale)                                    \
	MATCH_TCP(M, ca_state) MATCH_TCP(M, retransmits) MATCH_TCP(M, probes) MATCH_TCP(M, backoff)              \
	M(app_limited, INFO(limited), d->info.limited & 1, s->tcp.app_limited != 0)                              \
	M(fastopen_client_fail, INFO(limited), d->info.limited >> 1 & 3, s->tcp.fastopen_client_fail)            \
	M(shutdown, is_full(s) && ATTR(INET_DIAG_SHUTDOWN), d->shutdown, s->tcp.shutdown)                        \
	MATCH_SKMEM(M, rmem_alloc, SK_MEMINFO_RMEM_ALLOC) MATCH_SKMEM(M, rcvbuf, SK_MEMINFO_RCVBUF)              \
	MATCH_SKMEM(M, wmem_alloc, SK_MEMINFO_WMEM_ALLOC) MATCH_SKMEM(M, sndbuf, SK_MEMINFO_SNDBUF)              \
	MATCH_SKMEM(M, fwd_alloc, SK_MEMINFO_FWD_ALLOC) MATCH_SKMEM(M, wmem_queued, SK_MEMINFO_WMEM_QUEUED)      \
	MATCH_SKMEM(M, optmem, SK_MEMINFO_OPTMEM) MATCH_SKMEM(M, backlog, SK_MEMINFO_BACKLOG)                    \
	MATCH_SKMEM(M, drops, SK_MEMINFO_DROPS)                                                                  \
	M(inode, is_open(s), d->msg.idiag_inode, (uint32_t)s->owner.inode)                                       \
	M(uid, is_open(s), d->msg.idiag_uid, s->owner.uid)                                                       \
	M(cgroup, is_open(s) && ATTR(DIAG_CGROUP_ID), d->cgroup, s->owner.cgroup)                                \
	M(classid, is_open(s) && ATTR(DIAG_CLASS_ID), d->class_id,                                               \
	  s->owner.classid ? s->owner.classid : s->owner.priority)                                               \
	M(tos, is_open(s) && ATTR(INET_DIAG_TOS), d->tos, s->owner.tos)                                          \
	M(tclass, is_open(s) && ATTR(INET_DIAG_TCLASS), d->tclass, s->owner.tclass)                              \
	M(cong, is_open(s) && ATTR(INET_DIAG_CONG), half(d->cong, 0), half(s->congestion.cong.text, 0))          \
	M(ulp, is_full(s) && ATTR(DIAG_ULP_INFO), half(d->ulp, 0), half(s->congestion.ulp.text, 0))              \
	M(bbr_bw, is_full(s) && ATTR(DIAG_BBRINFO), (uint64_t)d->bbr.bbr_bw_hi << 32 | d->bbr.bbr_bw_lo,         \
	  s->congestion.bbr_bw)                                                                                  \
	MATCH_BBR(M, bbr_min_rtt) MATCH_BBR(M, bbr_pacing_gain) MATCH_BBR(M, bbr_cwnd_gain)                      \
	MATCH_DCTCP(M, dctcp_alpha) MATCH_DCTCP(M, dctcp_ab_ecn) MATCH_DCTCP(M, dctcp_ab_tot)                    \
	MATCH_DCTCP(M, dctcp_enabled) MATCH_DCTCP(M, dctcp_ce_state)                                             \
	MATCH_VEGAS(M, vegas_enabled, tcpv_enabled) MATCH_VEGAS(M, vegas_rttcnt, tcpv_rttcnt)                    \
	MATCH_VEGAS(M, vegas_rtt, tcpv_rtt) MATCH_VEGAS(M, vegas_minrtt, tcpv_minrtt)                            \
	M(ca_info, is_full(s), cc_attr(d), s->congestion.ca_info)                                                \
	M(tls_version, is_full(s) && ATTR(DIAG_ULP_INFO), d->tls_version, s->congestion.tls_version)             \
	M(tls_cipher, is_full(s) && ATTR(DIAG_ULP_INFO), d->tls_cipher, s->congestion.tls_cipher)                \
	M(tls_rxconf, is_full(s) && ATTR(DIAG_ULP_INFO), d->tls_rxconf, s->congestion.tls_rxconf)                \
	M(tls_txconf, is_full(s) && ATTR(DIAG_ULP_INFO), d->tls_txconf, s->congestion.tls_txconf)

/* Whose private data inet_diag sent. */
static uint64_t cc_attr(const struct diag *d)
{
	return ATTR(DIAG_BBRINFO)	 ? DIAG_BBRINFO :
	       ATTR(INET_DIAG_DCTCPINFO) ? INET_DIAG_DCTCPINFO :
	       ATTR(INET_DIAG_VEGASINFO) ? INET_DIAG_VEGASINFO :
					   0;
}

/* Kernels before 5.15 or so wrapped the expiry of a timer that was due. */
static uint64_t msecs_signed(uint32_t expires)
{
	return (int32_t)expires > 0 ? expires : 0;
}

struct pair_of_values {
	bool both;
	uint64_t diag, skstat;
};

static const char *const match_names[] = {
#define MATCH_NAME(name, both, theirs, ours) #name,
	MATCHES(MATCH_NAME)
#undef MATCH_NAME
};

#define MATCH_ROWS (sizeof(match_names) / sizeof(*match_names))

static void values(const struct diag *d, const struct skstat_sample *s, uint32_t hz, struct pair_of_values *v)
{
#define MATCH_VALUE(name, both_have, theirs, ours)  \
	v->both = (both_have);                      \
	v->diag = v->both ? (uint64_t)(theirs) : 0; \
	v->skstat = (uint64_t)(ours);               \
	v++;
	MATCHES(MATCH_VALUE)
#undef MATCH_VALUE
}

bool match_knows(const char *field)
{
	for (size_t i = 0; i < MATCH_ROWS; i++) {
		if (!strcmp(match_names[i], field))
			return true;
	}
	return false;
}

/* A timer that fired or was set anew in between shows values that are neither before nor after. */
static bool timer_moved(const struct diag *before, const struct diag *after)
{
	return before->msg.idiag_timer != after->msg.idiag_timer ||
	       before->msg.idiag_retrans != after->msg.idiag_retrans ||
	       after->msg.idiag_expires > before->msg.idiag_expires;
}

bool match_moved(const struct diag *before, const struct diag *after)
{
	return timer_moved(before, after) || before->info.segs_in != after->info.segs_in ||
	       before->info.segs_out != after->info.segs_out ||
	       before->info.total_retrans != after->info.total_retrans ||
	       before->info.probes != after->info.probes;
}

bool match(const struct diag *before, const struct diag *after, const struct skstat_sample *sample, uint32_t hz,
	   const bool *available, size_t *compared, char *why, size_t room)
{
	struct pair_of_values first[MATCH_ROWS], second[MATCH_ROWS];

	values(before, sample, hz, first);
	values(after, sample, hz, second);
	for (size_t i = 0; i < MATCH_ROWS; i++) {
		const struct skstat_field *field = skstat_field_by_name(match_names[i]);
		uint64_t low = first[i].diag, high = second[i].diag, ours = first[i].skstat;

		if (!first[i].both || !second[i].both || !available[field - skstat_fields])
			continue;
		if (field->group == SKSTAT_GROUP_TIMER && timer_moved(before, after))
			continue;
		if (low > high) {
			low = second[i].diag;
			high = first[i].diag;
		}
		compared[field - skstat_fields]++;
		if (ours >= low && ours <= high)
			continue;
		snprintf(why, room, "%s of a socket in state %u: %lu, inet_diag %lu, then %lu (%s %u to %u)", field->name,
			 sample->identity.state, ours, first[i].diag, second[i].diag,
			 sample->identity.family == AF_INET ? "port" : "port6", sample->identity.sport,
			 sample->identity.dport);
		return false;
	}
	return true;
}
