// SPDX-License-Identifier: GPL-2.0
/* In 6.1 (not in 5.10) the names of drop reasons are one array. */
#include <linux/skbuff.h>
#include <net/dropreason.h>
const char *try(void) { return drop_reasons[0]; }
