// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "comm.h"

void skstat_comm_choose(const struct skstat_model *model, const struct skstat_name *told, uint64_t inode,
			struct skstat_name *comm)
{
	const char *name = NULL;

	/* It is hashed as bytes: zeroed behind its end, too. */
	memset(comm, 0, sizeof(*comm));
	if (!model->by_comm)
		return;
	if (told->text[0])
		name = told->text;
	else if (inode && model->process_name)
		name = model->process_name(inode, model->process_arg);
	snprintf(comm->text, sizeof(comm->text), "%.*s", (int)sizeof(comm->text) - 1,
		 name && name[0] ? name : "unknown");
}
