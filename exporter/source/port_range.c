// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "procfs.h"

int skstat_port_range_read(uint16_t *min, uint16_t *max)
{
	char *text = skstat_file_read("/proc/sys/net/ipv4/ip_local_port_range");
	int err = text ? -EBADMSG : -errno;
	unsigned int low, high;

	*min = 32768;
	*max = 60999;
	if (text && sscanf(text, "%u %u", &low, &high) == 2 && low <= high && high <= UINT16_MAX) {
		*min = (uint16_t)low;
		*max = (uint16_t)high;
		err = 0;
	}
	free(text);
	return err;
}
