// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) handlers of tracepoints are under this kind of SRCU, and may be preempted. */
#include <linux/srcu.h>
struct srcu_ctr __percpu *try(struct srcu_struct *srcu) { return srcu_read_lock_fast_notrace(srcu); }
