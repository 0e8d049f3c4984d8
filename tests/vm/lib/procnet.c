// SPDX-License-Identifier: GPL-2.0
#include "must.h"
#include "procnet.h"

static void counter_add(struct procnet *procnet, const char *table, const char *name, uint64_t value)
{
	struct procnet_counter *counter;

	if (procnet->count == procnet->room) {
		procnet->room = procnet->room ? 2 * procnet->room : 512;
		procnet->counter = must_have(realloc(procnet->counter, procnet->room * sizeof(*counter)));
	}
	counter = &procnet->counter[procnet->count++];
	memset(counter, 0, sizeof(*counter));
	snprintf(counter->table, sizeof(counter->table), "%s", table);
	snprintf(counter->name, sizeof(counter->name), "%s", name);
	counter->value = value;
}

/* snmp and netstat: a line of names, a line of values, both led by "Table:". */
static void pairs_read(struct procnet *procnet, const char *path)
{
	char *names = NULL, *values = NULL, *name, *value, *more_names, *more_values;
	FILE *file = must_have(fopen(path, "re"));
	size_t names_room = 0, values_room = 0;

	while (getline(&names, &names_room, file) > 0 && getline(&values, &values_room, file) > 0) {
		char table[16];

		name = strtok_r(names, " \n", &more_names);
		value = strtok_r(values, " \n", &more_values);
		must_be(name && value && !strcmp(name, value) && strlen(name) <= sizeof(table));
		memcpy(table, name, strlen(name) - 1);
		table[strlen(name) - 1] = '\0';
		while ((name = strtok_r(NULL, " \n", &more_names))) {
			value = strtok_r(NULL, " \n", &more_values);
			must_be(value);
			counter_add(procnet, table, name,
				    value[0] == '-' ? (uint64_t)strtoll(value, NULL, 10) : strtoull(value, NULL, 10));
		}
	}
	free(names);
	free(values);
	fclose(file);
}

/* snmp6: a name and a value in each line. */
static void rows_read(struct procnet *procnet, const char *path)
{
	unsigned long long value;
	FILE *file = fopen(path, "re");
	char name[64];

	if (!file)
		return;
	while (fscanf(file, "%63s %llu", name, &value) == 2) {
		if (!strncmp(name, "Ip6", 3))
			counter_add(procnet, "Ip6", name, value);
	}
	fclose(file);
}

void procnet_read(struct procnet *procnet)
{
	memset(procnet, 0, sizeof(*procnet));
	pairs_read(procnet, "/proc/thread-self/net/snmp");
	pairs_read(procnet, "/proc/thread-self/net/netstat");
	rows_read(procnet, "/proc/thread-self/net/snmp6");
}

const uint64_t *procnet_find(const struct procnet *procnet, const char *table, const char *name)
{
	for (size_t i = 0; i < procnet->count; i++) {
		if (!strcmp(procnet->counter[i].name, name) && !strcmp(procnet->counter[i].table, table))
			return &procnet->counter[i].value;
	}
	return NULL;
}

bool procnet_equal(const struct procnet *a, const struct procnet *b)
{
	return a->count == b->count && !memcmp(a->counter, b->counter, a->count * sizeof(*a->counter));
}

void procnet_free(struct procnet *procnet)
{
	free(procnet->counter);
	memset(procnet, 0, sizeof(*procnet));
}
