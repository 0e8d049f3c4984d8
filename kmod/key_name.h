/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the numbers in keys are called.
 */
#ifndef SKSTAT_KEY_NAME_H
#define SKSTAT_KEY_NAME_H

#include <linux/types.h>

struct sk_buff;

/*
 * Puts the name of a number of that column (skstat_name_attr) into a nest of that type; nothing, where numbers of the
 * column have no names. Process context. 0, or -EMSGSIZE and the skb as it was.
 */
int skstat_key_name_put(struct sk_buff *skb, int type, u8 column, u32 id);

#endif
