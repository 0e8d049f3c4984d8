/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/* The version of all parts. dkms.conf has it too, for DKMS cannot look here; lint holds them together. */
#ifndef SKSTAT_VERSION_H
#define SKSTAT_VERSION_H

#define SKSTAT_VERSION "0.1.0"

#endif
