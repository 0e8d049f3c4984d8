// SPDX-License-Identifier: GPL-2.0
/*
 * The module as a source. What INFO and SCHEMA say holds for one instance of it, and a family's number does: so it is
 * asked again whenever the socket was opened again, and a request that meets a number without a family (the module was
 * loaded anew) is made once more after that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"

static int abi_check(const struct skstat_info *info, struct skstat_error *error)
{
	if (info->abi == SKSTAT_FAMILY_VERSION)
		return 0;
	return skstat_error_set(error, -EPROTONOSUPPORT,
				"the module (%s) speaks version %u of the protocol, this program version %u: upgrade the %s",
				info->version, info->abi, SKSTAT_FAMILY_VERSION,
				info->abi < SKSTAT_FAMILY_VERSION ? "module" : "exporter");
}

static int info_read(struct skstat_module *module, struct skstat_info *info, struct skstat_error *error)
{
	struct skstat_error said = { 0 };
	int err = skstat_netlink_info(module->netlink, info, &said);

	if (!err)
		return abi_check(info, error);
	/* Its own sentence tells its version. Without one it is only on its way out. */
	if (err == -EPROTONOSUPPORT && strstr(said.text, "version"))
		return skstat_error_set(error, err, "%.150s; this program speaks version %u: upgrade the older of the two",
					said.text, SKSTAT_FAMILY_VERSION);
	return skstat_error_set(error, err, "%s", said.text);
}

int skstat_module_meet(struct skstat_module *module, struct skstat_error *error)
{
	const struct skstat_source_cost *cost = skstat_netlink_cost(module->netlink);
	struct skstat_schema schema;
	struct skstat_info info;
	int err;

	if (module->met && skstat_netlink_fd(module->netlink) >= 0 && cost->opened == module->opened)
		return 0;
	err = info_read(module, &info, error);
	/* Of a socket that talked to an instance that is gone: it is closed now. */
	if (err == -ENOENT && module->met)
		err = info_read(module, &info, error);
	if (err)
		return err;
	if (!module->met || info.instance != module->base.info.instance) {
		err = skstat_netlink_schema(module->netlink, &schema, error);
		if (err)
			return err;
		skstat_schema_free(&module->schema);
		module->schema = schema;
		memcpy(module->version, info.version, sizeof(module->version));
		module->base.info.instance = info.instance;
		module->base.info.hz = info.hz;
		module->base.info.journal = schema.probes_available & SKSTAT_PROBE_BIT(LIFE);
		module->met = true;
	}
	module->opened = cost->opened;
	return 0;
}

static void module_close(struct skstat_source *source)
{
	struct skstat_module *module = skstat_module_of(source);

	skstat_hold_release(&module->hold);
	skstat_cursor_free(&module->cursor);
	skstat_netlink_close(module->netlink);
	skstat_schema_free(&module->schema);
	free(module);
}

static void module_set_timeout(struct skstat_source *source, uint64_t ns)
{
	struct skstat_module *module = skstat_module_of(source);

	skstat_netlink_set_timeout(module->netlink, ns);
	skstat_hold_set_timeout(&module->hold, ns);
}

/* Of requests; what holds costs next to nothing. */
static const struct skstat_source_cost *module_cost(const struct skstat_source *source)
{
	return skstat_netlink_cost(((const struct skstat_module *)source)->netlink);
}

bool skstat_module_again(int err, int tried)
{
	return err == -ENOENT && tried == 0;
}

static int module_sock(struct skstat_source *source, const struct skstat_query *query,
		       const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err;

	for (int tried = 0;; tried++) {
		err = skstat_module_meet(module, error);
		if (!err)
			err = skstat_netlink_take(module->netlink, query, taker, totals, error);
		if (!skstat_module_again(err, tried))
			break;
	}
	if (!err && totals->instance != source->info.instance) {
		module->met = false;
		totals->complete = false;
		return skstat_error_set(error, -ESTALE, "the module was loaded anew while its sockets were read");
	}
	return err;
}

static int module_mib(struct skstat_source *source, skstat_source_mib_fn fn, void *arg, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err;

	for (int tried = 0;; tried++) {
		err = skstat_module_meet(module, error);
		if (!err)
			err = skstat_netlink_mib(module->netlink, fn, arg, error);
		if (!skstat_module_again(err, tried))
			return err;
	}
}

static int module_info(struct skstat_source *source, struct skstat_info *info, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err;

	for (int tried = 0;; tried++) {
		err = skstat_module_meet(module, error);
		if (!err)
			err = skstat_netlink_info(module->netlink, info, error);
		if (!skstat_module_again(err, tried))
			return err;
	}
}

static const struct skstat_source_ops module_ops = {
	.close = module_close,
	.set_timeout = module_set_timeout,
	.cost = module_cost,
	.sock = module_sock,
	.mib = module_mib,
	.hold = skstat_module_hold,
	.journal = skstat_module_journal,
	.bell = skstat_module_bell,
	.bell_take = skstat_module_bell_take,
	.counter = skstat_module_counter,
	.hist = skstat_module_hist,
	.module_info = module_info,
};

struct skstat_source *skstat_module_source_open(struct skstat_error *error)
{
	struct skstat_module *module = calloc(1, sizeof(*module));

	if (!module) {
		skstat_error_set(error, -ENOMEM, "no memory for a source");
		return NULL;
	}
	module->base.ops = &module_ops;
	module->base.info = (struct skstat_source_info){
		.name = "netlink",
		.version = module->version,
		.all_namespaces = true,
		.delta = true,
		.exactly_once = true,
		.schema = &module->schema,
	};
	module->netlink = skstat_netlink_open(error);
	if (!module->netlink || skstat_module_meet(module, error)) {
		module_close(&module->base);
		return NULL;
	}
	return &module->base;
}
