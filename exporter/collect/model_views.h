/* SPDX-License-Identifier: GPL-2.0 */
/* Stands for what the model is going to have: views that are swapped between two polls. To be deleted then. */
#ifndef SKSTAT_COLLECT_MODEL_VIEWS_H
#define SKSTAT_COLLECT_MODEL_VIEWS_H

#include "model/model.h"
#include "model/view_config.h"

/* Copies what it keeps. 0, or -ENOMEM and nothing has changed. */
int skstat_model_views(struct skstat_model *model, const struct skstat_view_config *view, size_t count,
		       const char *const label_name[__SKSTAT_LABEL_MAX]);

#endif
