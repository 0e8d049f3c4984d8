// SPDX-License-Identifier: GPL-2.0
/*
 * skdump: everything that the module says, as JSON lines. For tests and for looking; the figures are raw.
 *
 *   skdump [info|schema|sock|mib|probes|counter|hist] [options]
 *   skdump journal [options]
 *
 * One object a record: "kind", then the fields under their names, flat. A field that the record or the kernel does not
 * have is left out. Addresses are text; the state is text, and state_raw its number. JSON's integers end at 2^63 here:
 * a larger value (all ones: "none", of the pacing rates) is written as a real. The last line of `sock` is
 * {"totals": {...}}, with instance and token as decimal text, for they are names and not numbers. `journal` is in
 * skdump_journal.c, `counter` and `hist` in skdump_counter.c.
 *
 * Exits with 0; 1 and the kernel's sentence; 2 when the command line is wrong.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/json.h"
#include "skdump.h"
#include "source/netlink.h"
#include "source/option.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void totals_print(const struct skstat_totals *totals)
{
	json_t *line = json_object();

	put(line, "totals", skstat_totals_json(totals));
	print_line(line);
}

static void info_print(const struct skstat_info *info)
{
	json_t *object = json_object();

	put(object, "version", json_string(info->version));
	put(object, "abi", number(info->abi));
	put(object, "instance", decimal(info->instance));
	put(object, "hz", number(info->hz));
	put(object, "cpus", number(info->cpus));
	put(object, "namespaces", number(info->namespaces));
	put(object, "max_matches", number(info->max_matches));
	put(object, "memory", number(info->memory));
	put(object, "walks", number(info->walks));
	put(object, "walk_sockets", number(info->walk_sockets));
	put(object, "walk_ns", number(info->walk_ns));
	put(object, "journal_events", number(info->journal_events));
	put(object, "journal_written", number(info->journal_written));
	put(object, "journal_dropped", number(info->journal_dropped));
	put(object, "doorbells", number(info->doorbells));
	put(object, "conn_places", number(info->conn_places));
	put(object, "conn_used", number(info->conn_used));
	put(object, "conn_misses", number(info->conn_misses));
	print_line(object);
}

/* Words where this build knows the number, else the number. */
static json_t *word(const char *name, uint32_t value)
{
	return name ? json_string(name) : number(value);
}

static void schema_print(const struct skstat_schema *schema)
{
	for (size_t i = 0; i < schema->groups; i++) {
		const struct skstat_schema_group *group = &schema->group[i];
		json_t *object = json_object();

		put(object, "group", json_string(group->name));
		put(object, "id", number(group->id));
		put(object, "size", number(group->size));
		put(object, "kinds", number(group->kinds));
		print_line(object);
	}
	for (size_t i = 0; i < schema->fields; i++) {
		const struct skstat_schema_field *field = &schema->field[i];
		json_t *object = json_object();

		put(object, "field", json_string(field->name));
		put(object, "id", number(field->id));
		put(object, "group_id", number(field->group));
		put(object, "type", word(skstat_type_name(field->type), field->type));
		put(object, "field_kind", word(skstat_field_kind_name(field->kind), field->kind));
		put(object, "unit", json_string(skstat_unit_name(field->unit)));
		put(object, "offset", number(field->offset));
		put(object, "size", number(field->size));
		put(object, "available", json_boolean(field->available));
		print_line(object);
	}
	for (size_t i = 0; i < schema->counters; i++) {
		const struct skstat_schema_counter *counter = &schema->counter[i];
		json_t *object = json_object();

		put(object, "counter", json_string(counter->name));
		put(object, "table", number(counter->table));
		put(object, "index", number(counter->index));
		print_line(object);
	}
	for (size_t i = 0; i < schema->probes; i++) {
		const struct skstat_schema_probe *probe = &schema->probe[i];
		json_t *object = json_object();

		put(object, "probe", json_string(probe->name));
		put(object, "id", number(probe->id));
		put(object, "available", json_boolean(probe->available));
		print_line(object);
	}
}

/* Each probe by its name, with what INFO says of it. */
static void probes_print(const struct skstat_schema *schema, const struct skstat_info *info)
{
	for (size_t i = 0; i < schema->probes; i++) {
		const struct skstat_schema_probe *probe = &schema->probe[i];
		json_t *object = json_object();

		put(object, "probe", json_string(probe->name));
		put(object, "available", json_boolean(probe->available));
		if (probe->id < LENGTH(info->probe) && info->probe[probe->id].known) {
			const struct skstat_info_probe *says = &info->probe[probe->id];

			put(object, "holders", number(says->holders));
			put(object, "hits", number(says->hits));
			put(object, "drops", number(says->drops));
			put(object, "samples", number(says->samples));
			put(object, "sample_ns", number(says->sample_ns));
			put(object, "missed", number(says->missed));
		}
		print_line(object);
	}
}

static int mib_print(const struct skstat_mib *mib, void *arg)
{
	static const char *const tables[SKSTAT_MIB_MAX + 1] = {
		[SKSTAT_MIB_TCP] = "tcp",
		[SKSTAT_MIB_TCPEXT] = "tcpext",
		[SKSTAT_MIB_IP] = "ip",
		[SKSTAT_MIB_IP6] = "ip6",
		[SKSTAT_MIB_OWN] = "own",
	};
	json_t *object = json_object();

	put(object, "netns", number(mib->netns));
	put(object, "inode", number(mib->inode));
	for (uint32_t table = SKSTAT_MIB_TCP; table <= SKSTAT_MIB_MAX; table++) {
		json_t *values;

		if (!mib->table[table])
			continue;
		values = json_object();
		for (uint32_t i = 0; i < mib->count[table]; i++) {
			const char *name = skstat_schema_counter_name(arg, table, i);
			char place[16];

			snprintf(place, sizeof(place), "%u", i);
			/* Signed, as /proc writes it: MaxConn is -1. */
			put(values, name ? name : place, json_integer((json_int_t)skstat_mib_value(mib, table, i)));
		}
		put(object, tables[table], values);
	}
	print_line(object);
	return 0;
}

static void dump_info(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	struct skstat_error error;
	struct skstat_info info;

	(void)query;
	check(skstat_netlink_info(netlink, &info, &error), &error);
	info_print(&info);
}

static void dump_schema(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	struct skstat_schema schema;
	struct skstat_error error;

	(void)query;
	check(skstat_netlink_schema(netlink, &schema, &error), &error);
	schema_print(&schema);
	skstat_schema_free(&schema);
}

static void dump_sock(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	struct skstat_schema schema;
	struct skstat_totals totals;
	struct skstat_error error;

	check(skstat_netlink_schema(netlink, &schema, &error), &error);
	check(skstat_netlink_sock(netlink, query, sample_print, &schema, &totals, &error), &error);
	totals_print(&totals);
	skstat_schema_free(&schema);
}

static void dump_mib(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	struct skstat_schema schema;
	struct skstat_error error;

	(void)query;
	check(skstat_netlink_schema(netlink, &schema, &error), &error);
	check(skstat_netlink_mib(netlink, mib_print, &schema, &error), &error);
	skstat_schema_free(&schema);
}

static void dump_probes(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	struct skstat_schema schema;
	struct skstat_error error;
	struct skstat_info info;

	(void)query;
	check(skstat_netlink_schema(netlink, &schema, &error), &error);
	check(skstat_netlink_info(netlink, &info, &error), &error);
	probes_print(&schema, &info);
	skstat_schema_free(&schema);
}

static void dump_counter(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	(void)query;
	skdump_counter(netlink);
}

static void dump_hist(struct skstat_netlink *netlink, const struct skstat_query *query)
{
	(void)query;
	skdump_hist(netlink);
}

static const struct {
	const char *name;
	void (*run)(struct skstat_netlink *netlink, const struct skstat_query *query);
} commands[] = {
	{ "sock", dump_sock },
	{ "info", dump_info },
	{ "schema", dump_schema },
	{ "mib", dump_mib },
	{ "probes", dump_probes },
	{ "counter", dump_counter },
	{ "hist", dump_hist },
};

static size_t command_find(const char *name)
{
	for (size_t i = 0; i < LENGTH(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return i;
	quit(2, "there is no command \"%s\": info, schema, sock, mib, probes, counter, hist or journal", name);
}

static void help(void)
{
	puts("skdump [info|schema|sock|mib|probes|counter|hist] [options of sock]\nskdump journal [options, see --help there]");
	for (const struct skstat_option *o = skstat_option_table; o->name; o++)
		printf("  --%s %-*s %s\n", o->name, 26 - (int)strlen(o->name), o->value ? o->value : "", o->help);
	exit(0);
}

int main(int argc, char **argv)
{
	static struct skstat_options options;
	struct option table[64] = { 0 };
	struct skstat_netlink *netlink;
	struct skstat_error error;
	int choice, index = 0;
	bool asked = false;
	size_t count = 0, cmd;

	if (argc > 1 && strcmp(argv[1], "journal") == 0)
		return skdump_journal(argc - 1, argv + 1);
	for (; skstat_option_table[count].name; count++)
		table[count] = (struct option){ .name = skstat_option_table[count].name,
						.has_arg = skstat_option_table[count].value != NULL };
	table[count] = (struct option){ .name = "help", .val = 'h' };

	skstat_options_init(&options);
	while ((choice = getopt_long(argc, argv, "h", table, &index)) != -1) {
		if (choice == 'h')
			help();
		if (choice == '?')
			return 2;
		asked = true;
		if (skstat_option_take(&options, (size_t)index, optarg, &error))
			quit(2, "%s", error.text);
	}
	if (argc - optind > 1)
		quit(2, "one command at a time, not \"%s\" and \"%s\"", argv[optind], argv[optind + 1]);
	cmd = optind < argc ? command_find(argv[optind]) : 0;
	if (asked && cmd != 0)
		quit(2, "%s takes no options", commands[cmd].name);

	netlink = skstat_netlink_open(&error);
	if (!netlink)
		quit(1, "%s", error.text);
	commands[cmd].run(netlink, &options.query);
	skstat_netlink_close(netlink);
	if (fflush(stdout))
		quit(1, "standard output: %m");
	return 0;
}
