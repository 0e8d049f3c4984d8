/* SPDX-License-Identifier: GPL-2.0 */
/* What can be had from inet_diag, and how it is asked for. Pure. */
#ifndef SKSTAT_SOURCE_INET_DIAG_SCHEMA_H
#define SKSTAT_SOURCE_INET_DIAG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

/* The idiag_ext of a request that brings these groups (1 << enum skstat_group), and no more than it must. */
uint8_t skstat_inet_diag_extensions(uint32_t groups);

/*
 * The groups and fields of inet_diag; `info_length` is how much of struct tcp_info the kernel gives. What depends on
 * the reader's privilege and the kernel's configuration is not available until skstat_inet_diag_schema_learn().
 * `inode` says whether the namespace's is known. `schema` is empty before. 0 or -ENOMEM; the caller frees it in any
 * case, with skstat_schema_free().
 */
int skstat_inet_diag_schema(struct skstat_schema *schema, size_t info_length, bool inode);

/* Learns from the attributes that a full or listening socket came with (struct skstat_inet_diag.has). */
void skstat_inet_diag_schema_learn(struct skstat_schema *schema, uint32_t has);

#endif
