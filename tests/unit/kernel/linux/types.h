/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's names for types, for its pure headers on the host. */
#ifndef SKSTAT_TEST_KERNEL_TYPES_H
#define SKSTAT_TEST_KERNEL_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

#endif
