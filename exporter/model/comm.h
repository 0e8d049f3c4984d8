/* SPDX-License-Identifier: GPL-2.0 */
/* The process that a connection is counted to, where some view asks for it. */
#ifndef SKSTAT_MODEL_COMM_H
#define SKSTAT_MODEL_COMM_H

#include "inside.h"

/*
 * The label for a socket: `told`, by an event or a record; else what is known of the inode; else "unknown". All zeros
 * if no view asks for it.
 */
void skstat_comm_choose(const struct skstat_model *model, const struct skstat_name *told, uint64_t inode,
			struct skstat_name *comm);

#endif
