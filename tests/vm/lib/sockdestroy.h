/* SPDX-License-Identifier: GPL-2.0 */
/* What ss -K does. */
#ifndef SKSTAT_TEST_SOCKDESTROY_H
#define SKSTAT_TEST_SOCKDESTROY_H

#include <stdint.h>

/* Destroys that socket, of the namespace that the caller is in. 0 or -errno. */
int sock_destroy(int fd, uint64_t cookie);

#endif
