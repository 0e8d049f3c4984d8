// SPDX-License-Identifier: GPL-2.0
/* Our struct tcp_info against the kernel's, as far as the headers of this machine have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/tcp.h>

#include "source/tcp_info.h"

#define SAME_PLACE(member)                                                                                        \
	do {                                                                                                       \
		assert_int_equal(offsetof(struct tcp_info, tcpi_##member), offsetof(struct skstat_tcp_info, member)); \
		assert_int_equal(sizeof(((struct tcp_info *)0)->tcpi_##member),                                    \
				 sizeof(((struct skstat_tcp_info *)0)->member));                                   \
	} while (0)

static void places(void **state)
{
	(void)state;
	SAME_PLACE(ca_state);
	SAME_PLACE(options);
	SAME_PLACE(rto);
	SAME_PLACE(snd_mss);
	SAME_PLACE(retrans);
	SAME_PLACE(last_data_recv);
	SAME_PLACE(rtt);
	SAME_PLACE(snd_cwnd);
	SAME_PLACE(rcv_rtt);
	SAME_PLACE(total_retrans);
	SAME_PLACE(pacing_rate);
	SAME_PLACE(bytes_received);
	SAME_PLACE(segs_in);
	SAME_PLACE(notsent_bytes);
	SAME_PLACE(min_rtt);
	SAME_PLACE(data_segs_out);
	SAME_PLACE(delivery_rate);
	SAME_PLACE(sndbuf_limited);
	SAME_PLACE(delivered_ce);
	SAME_PLACE(bytes_sent);
	SAME_PLACE(bytes_retrans);
	SAME_PLACE(rcv_ooopack);
	SAME_PLACE(snd_wnd);
}

static void bit_fields(void **state)
{
	struct tcp_info theirs = { .tcpi_snd_wscale = 9, .tcpi_rcv_wscale = 10 };
	struct skstat_tcp_info ours = { 0 };

	(void)state;
	theirs.tcpi_delivery_rate_app_limited = 1;
	theirs.tcpi_fastopen_client_fail = 2;
	/* All four lie in the eight bytes that lead. */
	memcpy(&ours, &theirs, 8);
	assert_int_equal(ours.snd_wscale, 9);
	assert_int_equal(ours.rcv_wscale, 10);
	assert_int_equal(ours.app_limited, 1);
	assert_int_equal(ours.fastopen_client_fail, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(bit_fields),
	};

	return cmocka_run_group_tests_name("tcp_info", tests, NULL, NULL);
}
