// SPDX-License-Identifier: GPL-2.0
/* inet_diag of this machine's own kernel, without privileges: known connections over loopback, each found once. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loopback.h"
#include "source/source.h"

struct scene {
	struct loopback loopback;
	struct skstat_source *source; /* NULL: this kernel has no inet_diag */
	char why[256];		      /* then why not */
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct skstat_error error;

	assert_non_null(scene);
	*state = scene;
	scene->source = skstat_source_open(SKSTAT_SOURCE_INET_DIAG, false, NULL, &error);
	if (scene->source)
		loopback_open(&scene->loopback);
	else
		memcpy(scene->why, error.text, sizeof(scene->why));
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	if (scene->source)
		loopback_close(&scene->loopback);
	skstat_source_close(scene->source);
	free(scene);
	return 0;
}

/* The scene, or an end of the test where the kernel has no inet_diag. */
static struct scene *scene_of(void **state)
{
	struct scene *scene = *state;

	if (!scene->source) {
		print_message("# %s\n", scene->why);
		skip();
	}
	return scene;
}

/* All samples of a dump. */
struct catch {
	struct skstat_sample sample[4096];
	size_t count;
	size_t stop_after; /* 0: never */
};

static int catch_sample(const struct skstat_sample *sample, void *arg)
{
	struct catch *caught = arg;

	assert_true(caught->count < sizeof(caught->sample) / sizeof(caught->sample[0]));
	caught->sample[caught->count++] = *sample;
	return caught->count == caught->stop_after;
}

static struct catch *dump(struct scene *scene, const struct skstat_query *query, struct skstat_totals *totals)
{
	struct catch *caught = calloc(1, sizeof(*caught));
	struct skstat_error error;

	assert_non_null(caught);
	assert_int_equal(skstat_source_sock(scene->source, query, catch_sample, caught, totals, &error), 0);
	assert_true(totals->complete);
	assert_int_equal(totals->visited, totals->emitted + totals->filtered);
	assert_int_equal(totals->emitted, totals->sockets);
	assert_int_equal(totals->samples, totals->sockets + 1);
	assert_int_equal(totals->instance, skstat_source_info(scene->source)->instance);
	assert_int_equal(caught->count, totals->samples);
	/* The last one is the namespace. */
	assert_int_equal(caught->sample[caught->count - 1].kind, SKSTAT_KIND_NETNS);
	return caught;
}

/* The one socket of that kind with those ports; NULL: none. */
static const struct skstat_sample *find(const struct catch *caught, enum skstat_kind kind, int family, uint16_t sport,
					uint16_t dport)
{
	const struct skstat_sample *found = NULL;

	for (size_t i = 0; i < caught->count; i++) {
		const struct skstat_sample *s = &caught->sample[i];

		if (s->kind != kind || s->identity.sport != sport || s->identity.dport != dport ||
		    s->identity.family != family)
			continue;
		assert_null(found);
		found = s;
	}
	return found;
}

static void check_address(const struct skstat_addr *address, int family, bool mapped)
{
	static const uint8_t four[16] = { 127, 0, 0, 1 }, six[16] = { [15] = 1 };
	static const uint8_t both[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };

	assert_memory_equal(address->byte, family == AF_INET ? four : mapped ? both : six, 16);
}

static void check_end(const struct catch *caught, const struct loopback_pair *pair, bool client)
{
	/* A mapped client's server is an IPv4 socket. */
	int family = pair->mapped && !client ? AF_INET : pair->family;
	const struct skstat_sample *s = find(caught, SKSTAT_KIND_FULL, family,
					     client ? pair->client_port : pair->server_port,
					     client ? pair->server_port : pair->client_port);

	assert_non_null(s);
	assert_int_equal(s->groups, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER | 1 << SKSTAT_GROUP_TRAFFIC |
				    1 << SKSTAT_GROUP_TCP | 1 << SKSTAT_GROUP_MEMORY | 1 << SKSTAT_GROUP_OWNER |
				    1 << SKSTAT_GROUP_CONGESTION);
	assert_int_equal(s->identity.netns, 1);
	assert_int_not_equal(s->identity.cookie, 0);
	check_address(&s->identity.saddr, family, pair->mapped);
	check_address(&s->identity.daddr, family, pair->mapped);
	if (!pair->closed)
		assert_int_equal(s->identity.state, TCP_ESTABLISHED);
	else if (client)
		assert_int_equal(s->identity.state, TCP_FIN_WAIT2);
	else
		assert_int_equal(s->identity.state, TCP_CLOSE_WAIT);
	assert_int_equal(s->traffic.bytes_sent - s->traffic.bytes_retrans, client ? pair->up : pair->down);
	/* A FIN counts for one byte. */
	assert_int_equal(s->traffic.bytes_received, (client ? pair->down : pair->up) + (!client && pair->closed));
	assert_int_equal(s->tcp.shutdown, !pair->closed ? 0 : client ? 2 : 1);
	assert_int_equal(s->owner.uid, getuid());
	assert_int_not_equal(s->owner.inode, 0);
	assert_true(s->tcp.snd_cwnd > 0 && s->tcp.snd_mss > 0);
	/* Raw: eighths of microseconds; and over loopback, less than a second. */
	/* whole microseconds here, and on a fast machine none */
	assert_true(s->tcp.rtt % 8 == 0 && s->tcp.rtt < 8000000);
	/* Milliseconds: the kernel's lowest RTO is at least one, and over loopback it stays far below a minute. */
	assert_true(s->tcp.rto > 0 && s->tcp.rto < 60000);
	assert_true(s->congestion.cong.text[0]);
	assert_true(s->memory.rcvbuf > 0 && s->memory.sndbuf > 0);
}

static void finds_each_once(void **state)
{
	struct scene *scene = scene_of(state);
	struct skstat_totals totals;
	struct catch *caught = dump(scene, NULL, &totals);
	const struct skstat_sample *s;

	for (size_t i = 0; i < scene->loopback.pairs; i++) {
		check_end(caught, &scene->loopback.pair[i], true);
		check_end(caught, &scene->loopback.pair[i], false);
	}
	s = find(caught, SKSTAT_KIND_LISTEN, AF_INET, scene->loopback.port_four, 0);
	assert_non_null(s);
	assert_int_equal(s->identity.state, TCP_LISTEN);
	assert_int_equal(s->listen.accept_queue, 0);
	assert_int_equal(s->listen.accept_limit, LOOPBACK_BACKLOG);
	if (scene->loopback.six >= 0)
		assert_non_null(find(caught, SKSTAT_KIND_LISTEN, AF_INET6, scene->loopback.port_six, 0));
	assert_false(totals.partial);
	assert_int_equal(totals.filtered, 0);
	free(caught);
}

static void counts_the_states(void **state)
{
	struct scene *scene = scene_of(state);
	struct skstat_totals totals;
	struct catch *caught = dump(scene, NULL, &totals);
	const struct skstat_netns *netns = &caught->sample[caught->count - 1].netns;
	uint32_t by_state[16] = { 0 };
	struct stat ns;

	for (size_t i = 0; i + 1 < caught->count; i++)
		by_state[caught->sample[i].identity.state & 15]++;
	assert_int_equal(netns->established, by_state[TCP_ESTABLISHED]);
	assert_int_equal(netns->syn_sent, by_state[TCP_SYN_SENT]);
	assert_int_equal(netns->syn_recv, by_state[TCP_SYN_RECV]);
	assert_int_equal(netns->fin_wait1, by_state[TCP_FIN_WAIT1]);
	assert_int_equal(netns->fin_wait2, by_state[TCP_FIN_WAIT2]);
	assert_int_equal(netns->time_wait, by_state[TCP_TIME_WAIT]);
	assert_int_equal(netns->close, by_state[TCP_CLOSE]);
	assert_int_equal(netns->close_wait, by_state[TCP_CLOSE_WAIT]);
	assert_int_equal(netns->last_ack, by_state[TCP_LAST_ACK]);
	assert_int_equal(netns->listen, by_state[TCP_LISTEN]);
	assert_int_equal(netns->closing, by_state[TCP_CLOSING]);
	assert_true(netns->established >= 2 * (scene->loopback.pairs - scene->loopback.pairs / 3));
	assert_int_equal(netns->netns_id, 1);
	assert_int_equal(stat("/proc/self/ns/net", &ns), 0);
	assert_int_equal(netns->netns_inode, ns.st_ino);
	free(caught);
}

/* What is left of a closed connection. */
static void finds_time_wait(void **state)
{
	struct scene *scene = scene_of(state);
	struct skstat_totals totals;
	const struct skstat_sample *s;
	struct loopback_pair pair;
	struct catch *caught;
	char byte;

	loopback_connect(&scene->loopback, &pair, AF_INET, false, 10);
	loopback_shutdown(&pair);
	close(pair.server);
	assert_int_equal(recv(pair.client, &byte, 1, 0), 0);
	close(pair.client);
	caught = dump(scene, NULL, &totals);
	s = find(caught, SKSTAT_KIND_TIMEWAIT, AF_INET, pair.client_port, pair.server_port);
	assert_non_null(s);
	assert_int_equal(s->identity.state, TCP_TIME_WAIT);
	assert_int_equal(s->groups, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TIMER);
	assert_int_equal(s->timer.timer, 3);
	assert_true(s->timer.timer_expires > 0 && s->timer.timer_expires <= 60000);
	free(caught);
}

/* The query finds so many, and leaves out the others. */
static void expect(struct scene *scene, const struct skstat_query *query, size_t count)
{
	struct skstat_totals totals;

	free(dump(scene, query, &totals));
	assert_int_equal(totals.emitted, count);
}

/* Of the clients; without what earlier connections may have left under the same ports. */
#define CLIENT_STATES (1 << TCP_ESTABLISHED | 1 << TCP_FIN_WAIT2)

static void filters(void **state)
{
	struct scene *scene = scene_of(state);
	struct skstat_range port = { scene->loopback.port_four, scene->loopback.port_four };
	size_t mapped = scene->loopback.six >= 0 ? LOOPBACK_PAIRS : 0;
	struct skstat_query query = { .remote_port = &port, .remote_ports = 1, .states = CLIENT_STATES,
				      .has = SKSTAT_HAS(STATES) };

	expect(scene, &query, LOOPBACK_PAIRS + mapped);
	query.has |= SKSTAT_HAS(FAMILIES);
	query.families = SKSTAT_FAMILY_INET;
	expect(scene, &query, LOOPBACK_PAIRS);
	query.families = SKSTAT_FAMILY_MAPPED;
	expect(scene, &query, mapped);
	query.families = SKSTAT_FAMILY_INET6;
	expect(scene, &query, 0);
	query.has = SKSTAT_HAS(STATES);
	query.states = 1 << TCP_LISTEN;
	expect(scene, &query, 0);
	query.states = 1 << TCP_FIN_WAIT2 | 1 << TCP_LISTEN;
	expect(scene, &query, (LOOPBACK_PAIRS + mapped) / 3);
	query = (struct skstat_query){ .local_port = &port, .local_ports = 1, .has = SKSTAT_HAS(STATES),
				       .states = 1 << TCP_LISTEN };
	expect(scene, &query, 1);
}

static void only_the_groups_asked_for(void **state)
{
	static const struct skstat_traffic none;
	struct scene *scene = scene_of(state);
	struct skstat_range port = { scene->loopback.port_four, scene->loopback.port_four };
	struct skstat_query query = { .has = SKSTAT_HAS(GROUPS) | SKSTAT_HAS(STATES), .states = CLIENT_STATES,
				      .groups = 1 << SKSTAT_GROUP_MEMORY, .remote_port = &port, .remote_ports = 1 };
	struct skstat_totals totals;
	struct catch *caught = dump(scene, &query, &totals);

	assert_true(caught->count > LOOPBACK_PAIRS);
	for (size_t i = 0; i + 1 < caught->count; i++) {
		const struct skstat_sample *s = &caught->sample[i];

		assert_int_equal(s->groups, 1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_MEMORY);
		assert_int_equal(s->size[SKSTAT_GROUP_TRAFFIC], 0);
		assert_int_equal(s->size[SKSTAT_GROUP_MEMORY], sizeof(s->memory));
		assert_true(s->memory.rcvbuf > 0);
		assert_memory_equal(&s->traffic, &none, sizeof(none));
	}
	free(caught);
	query.groups = 0;
	caught = dump(scene, &query, &totals);
	assert_int_equal(caught->sample[0].groups, 1 << SKSTAT_GROUP_IDENTITY);
	free(caught);
}

static void budget(void **state)
{
	struct scene *scene = scene_of(state);
	struct skstat_query query = { .has = SKSTAT_HAS(MAX_SOCKETS), .max_sockets = 5 };
	uint64_t opened = skstat_source_cost(scene->source).opened;
	struct skstat_totals totals;

	free(dump(scene, &query, &totals));
	assert_true(totals.partial);
	assert_int_equal(totals.visited, 5);
	query.max_sockets = 1000000;
	free(dump(scene, &query, &totals));
	assert_false(totals.partial);
	/* The dump that was cut short took its socket with it. */
	assert_int_equal(skstat_source_cost(scene->source).opened, opened + 1);
}

static void stops(void **state)
{
	struct scene *scene = scene_of(state);
	struct catch *caught = calloc(1, sizeof(*caught));
	struct skstat_totals totals;
	struct skstat_error error;

	assert_non_null(caught);
	caught->stop_after = 3;
	assert_int_equal(skstat_source_sock(scene->source, NULL, catch_sample, caught, &totals, &error), 1);
	assert_int_equal(caught->count, 3);
	assert_false(totals.complete);
	free(caught);
	/* And goes on as if nothing had been. */
	finds_each_once(state);
}

static void times_out(void **state)
{
	struct scene *scene = scene_of(state);
	struct skstat_source_cost before = skstat_source_cost(scene->source), after;
	struct skstat_totals totals;
	struct skstat_error error;

	skstat_source_set_timeout(scene->source, 1);
	assert_int_equal(skstat_source_sock(scene->source, NULL, NULL, NULL, &totals, &error), -ETIMEDOUT);
	assert_non_null(strstr(error.text, "timeout"));
	assert_false(totals.complete);
	after = skstat_source_cost(scene->source);
	assert_int_equal(after.timeouts, before.timeouts + 1);
	assert_int_equal(after.errors, before.errors + 1);

	skstat_source_set_timeout(scene->source, 60000000000);
	finds_each_once(state);
	skstat_source_set_timeout(scene->source, 0);
	finds_each_once(state);
	assert_int_equal(skstat_source_cost(scene->source).timeouts, after.timeouts);
}

static void refusals(void **state)
{
	struct scene *scene = scene_of(state);
	static const uint64_t netns[] = { 1, 2 };
	const struct skstat_query cannot[] = {
		{ .has = SKSTAT_HAS(ACTIVE_SINCE), .active_since = 1 },
		{ .has = SKSTAT_HAS(MAX_NS), .max_ns = 1000000000 },
		{ .exact = true },
		{ .netns = netns, .namespaces = 2 },
	};
	const struct skstat_query wrong = { .has = SKSTAT_HAS(STATES), .states = 1 };
	uint64_t requests = skstat_source_cost(scene->source).requests;
	struct skstat_error error;

	for (size_t i = 0; i < sizeof(cannot) / sizeof(cannot[0]); i++) {
		assert_int_equal(skstat_source_sock(scene->source, &cannot[i], NULL, NULL, NULL, &error), -EOPNOTSUPP);
		assert_int_equal(error.err, -EOPNOTSUPP);
		assert_true(error.text[0]);
	}
	assert_int_equal(skstat_source_sock(scene->source, &wrong, NULL, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(skstat_source_cost(scene->source).requests, requests);
	expect(scene, &(struct skstat_query){ .netns = netns, .namespaces = 1, .has = SKSTAT_HAS(STATES) }, 0);
}

static void says_what_it_is(void **state)
{
	struct scene *scene = scene_of(state);
	const struct skstat_source_info *info = skstat_source_info(scene->source);
	struct skstat_source_cost before = skstat_source_cost(scene->source), after;
	const struct skstat_schema *schema = info->schema;
	struct skstat_totals totals;

	assert_string_equal(info->name, "inet_diag");
	assert_string_equal(info->version, "");
	assert_int_equal(info->hz, 1000);
	assert_int_not_equal(info->instance, 0);
	assert_false(info->all_namespaces || info->delta || info->exactly_once);
	assert_int_equal(schema->fields, SKSTAT_FIELDS_COUNT);
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		assert_string_equal(schema->field[i].name, skstat_fields[i].name);
		assert_int_equal(schema->field[i].available, schema->available[i]);
	}
	assert_true(schema->available[skstat_field_by_name("bytes_sent") - skstat_fields]);
	assert_true(schema->available[skstat_field_by_name("established") - skstat_fields]);
	assert_false(schema->available[skstat_field_by_name("syn_queue") - skstat_fields]);
	assert_false(schema->available[skstat_field_by_name("total_lost") - skstat_fields]);

	free(dump(scene, NULL, &totals));
	after = skstat_source_cost(scene->source);
	assert_int_equal(after.requests, before.requests + 2);
	assert_true(after.messages >= before.messages + totals.sockets);
	assert_true(after.datagrams > before.datagrams && after.bytes > before.bytes);
	assert_true(after.wait_ns > before.wait_ns);
	assert_int_equal(after.truncated, 0);
	assert_int_equal(totals.ns, after.wait_ns - before.wait_ns);
}

struct counter {
	const struct skstat_schema *schema;
	uint64_t active_opens, max_conn, in_octets;
	uint32_t tables;
	int calls;
};

static int take_mib(const struct skstat_mib *mib, void *arg)
{
	struct counter *c = arg;

	c->calls++;
	assert_int_equal(mib->netns, 1);
	for (uint32_t table = SKSTAT_MIB_TCP; table <= SKSTAT_MIB_IP6; table++) {
		c->tables += mib->count[table] > 0;
		for (size_t i = 0; i < mib->count[table]; i++) {
			const char *name = skstat_schema_counter_name(c->schema, table, (uint32_t)i);

			assert_non_null(name);
			if (table == SKSTAT_MIB_TCP && !strcmp(name, "ActiveOpens"))
				c->active_opens = skstat_mib_value(mib, table, i);
			if (table == SKSTAT_MIB_TCP && !strcmp(name, "MaxConn"))
				c->max_conn = skstat_mib_value(mib, table, i);
			if (table == SKSTAT_MIB_IP && !strcmp(name, "InOctets"))
				c->in_octets = skstat_mib_value(mib, table, i);
		}
		assert_null(skstat_schema_counter_name(c->schema, table, (uint32_t)mib->count[table]));
	}
	return 0;
}

static void counters(void **state)
{
	struct scene *scene = scene_of(state);
	struct counter before = { .schema = skstat_source_info(scene->source)->schema }, after = before;
	struct loopback_pair pair;
	struct skstat_error error;

	assert_int_equal(skstat_source_mib(scene->source, take_mib, &before, &error), 0);
	loopback_connect(&scene->loopback, &pair, AF_INET, false, 10000);
	assert_int_equal(skstat_source_mib(scene->source, take_mib, &after, &error), 0);
	close(pair.client);
	close(pair.server);
	assert_int_equal(after.calls, 1);
	assert_int_equal(after.tables, scene->loopback.six >= 0 ? 4 : 3);
	assert_true(after.active_opens > before.active_opens);
	assert_int_equal(after.max_conn, UINT64_MAX);
	assert_true(after.in_octets >= before.in_octets + pair.up + pair.down);
}

/* Without the module, one sentence says why; with it, none. */
static void chooses(void **state)
{
	struct skstat_error error = { .text = "x" };
	char why[SKSTAT_WHY_SIZE];
	struct skstat_source *source;
	bool module;

	(void)scene_of(state);
	source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, why, &error);
	module = source != NULL;
	assert_true(module ? error.text[0] == '\0' : error.text[0] != '\0' && error.err < 0);
	assert_string_equal(why, "");
	skstat_source_close(source);

	source = skstat_source_open(SKSTAT_SOURCE_AUTO, false, why, NULL);
	assert_non_null(source);
	assert_string_equal(skstat_source_info(source)->name, module ? "netlink" : "inet_diag");
	assert_string_equal(why, error.text);
	skstat_source_close(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_once), cmocka_unit_test(counts_the_states),
		cmocka_unit_test(finds_time_wait), cmocka_unit_test(filters),
		cmocka_unit_test(only_the_groups_asked_for), cmocka_unit_test(budget),
		cmocka_unit_test(stops),	   cmocka_unit_test(times_out),
		cmocka_unit_test(refusals),	   cmocka_unit_test(says_what_it_is),
		cmocka_unit_test(counters),	   cmocka_unit_test(chooses),
	};

	return cmocka_run_group_tests_name("inet_diag", tests, setup, teardown);
}
