/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet filter, by nf_tables' own messages: guests have no tool for it.
 */
#ifndef SKSTAT_TEST_NFT_H
#define SKSTAT_TEST_NFT_H

#include <stdbool.h>

/* Drops all IPv4 packets that come in for the namespace that the caller is in. False: there is no such thing here. */
bool nft_drop_input(void);

/* Takes that away. */
void nft_drop_nothing(void);

#endif
