// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "comm.h"
#include "source/comm.h"

void skstat_comm_choose(const struct skstat_model *model, const struct skstat_name *told, uint64_t inode,
			struct skstat_name *comm)
{
	const char *name = NULL;

	/* It is hashed as bytes: zeroed behind its end, too. */
	memset(comm, 0, sizeof(*comm));
	if (!(model->views.needs & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM)))
		return;
	if (told->text[0])
		name = told->text;
	else if (inode && model->process_name)
		name = model->process_name(inode, model->process_arg);
	if (!name || !name[0])
		name = "unknown";
	memcpy(comm->text, name, strnlen(name, sizeof(comm->text)));
	/* The same text as the map of /proc makes of it. */
	skstat_comm_text(comm->text, comm->text);
}
