// SPDX-License-Identifier: GPL-2.0
/* What views group by, and what they match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "model_kit.h"

#define LABEL(NAME) SKSTAT_LABEL_BIT(SKSTAT_LABEL_##NAME)
#define ID "8f14e45fceea167a5a36dedd4bea2543c2a1f9d0e7b8c6a5d4e3f2a1b0c9d8e7"
#define POD "1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"
#define PATH "/kubepods/burstable/pod" POD "/" ID
#define LOCAL "10.0.0.1:40000"
#define REMOTE "192.0.2.77:443"

static const char *cgroup_path(uint64_t id, void *arg)
{
	(void)arg;
	return id == 7 ? PATH : id == 8 ? "/system.slice/nginx.service" : NULL;
}

static const char *interface_name(uint32_t inode, uint32_t ifindex, void *arg)
{
	(void)arg;
	return inode == 4242 && ifindex == 3 ? "eth0" : NULL;
}

static const char *netns_name(uint32_t inode, void *arg)
{
	(void)arg;
	return inode == 4242 ? "blue" : NULL;
}

static const char *process_name(uint64_t inode, void *arg)
{
	(void)arg;
	return inode == 77 ? "curl" : NULL;
}

static const uint8_t ten[16] = { [10] = 0xff, 0xff, 10 };
static const uint8_t test_net[16] = { [10] = 0xff, 0xff, 192, 0, 2, 64 };
static const uint8_t doc[16] = { 0x20, 0x01, 0x0d, 0xb8 };

static struct kit *view_kit(const struct skstat_view_config *view, size_t views)
{
	const struct skstat_model_config config = {
		.view = view, .views = views, .netns_limit = 20, .netns_name = netns_name, .cgroup_path = cgroup_path,
		.interface_name = interface_name, .process_name = process_name,
	};

	return kit_new(&config);
}

static struct skstat_view_config view_by(uint32_t labels)
{
	struct skstat_view_config view = skstat_view_default;

	view.labels = labels;
	return view;
}

static struct skstat_sample full(void)
{
	struct skstat_sample s = kit_connection(1, LOCAL, REMOTE);

	s.identity.ifindex = 3;
	s.identity.mark = 0xbeef;
	s.owner.cgroup = 7;
	s.owner.uid = 1000;
	s.owner.inode = 77;
	strcpy(s.congestion.cong.text, "bbr");
	return s;
}

/* The one group that a poll of that socket makes, without the view's name. */
static void assert_labels(const struct skstat_view_config *view, const struct skstat_sample *sample,
			  const char *expected, const char *lacks)
{
	struct kit *kit = view_kit(view, 1);
	struct skstat_sample s[2] = { *sample, kit_netns(1, 4242, 1) };
	char values[1024];

	if (lacks)
		kit->schema.available[skstat_field_by_name(lacks) - skstat_fields] = false;
	kit_poll(kit, s, 2);
	snprintf(values, sizeof(values), "default/%s", expected);
	if (!kit_series(kit, "skstat_tcp_connections", values))
		fail_msg("no group %s, but %s", values,
			 kit_family(kit, "skstat_tcp_connections")->series->label[1].value);
	kit_free(kit);
}

static void each_label(void **state)
{
	static const struct {
		enum skstat_view_label label;
		const char *value, *lacks, *groups;
	} rows[] = {
		{ SKSTAT_LABEL_DIRECTION, "out", NULL, "" },
		{ SKSTAT_LABEL_PORT, "443", NULL, "" },
		{ SKSTAT_LABEL_FAMILY, "ipv4", NULL, "" },
		{ SKSTAT_LABEL_STATE, "established", NULL, "" },
		{ SKSTAT_LABEL_NETNS, "blue", NULL, "" },
		{ SKSTAT_LABEL_CGROUP, PATH, "cgroup", "owner" },
		{ SKSTAT_LABEL_CONTAINER, ID, "cgroup", "owner" },
		{ SKSTAT_LABEL_UNIT, "", "cgroup", "owner" },
		{ SKSTAT_LABEL_POD, POD, "cgroup", "owner" },
		{ SKSTAT_LABEL_UID, "1000", "uid", "owner" },
		{ SKSTAT_LABEL_COMM, "curl", NULL, "owner" },
		{ SKSTAT_LABEL_INTERFACE, "eth0", "ifindex", "" },
		{ SKSTAT_LABEL_CONGESTION, "bbr", "cong", "congestion" },
		{ SKSTAT_LABEL_MARK, "0xbeef", "mark", "" },
		{ SKSTAT_LABEL_REMOTE, "192.0.2.0/24", NULL, "" },
	};
	const uint32_t owner = 1u << SKSTAT_GROUP_OWNER, congestion = 1u << SKSTAT_GROUP_CONGESTION;
	struct skstat_sample s = full();

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), __SKSTAT_LABEL_MAX);
	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++) {
		struct skstat_view_config view = view_by(SKSTAT_LABEL_BIT(rows[i].label));
		struct kit *kit = view_kit(&view, 1);
		uint32_t groups = skstat_model_groups(kit->model);

		/* What is not needed is not asked for. */
		assert_int_equal(!!(groups & owner), strcmp(rows[i].groups, "owner") == 0);
		assert_int_equal(!!(groups & congestion), strcmp(rows[i].groups, "congestion") == 0);
		kit_free(kit);
		assert_int_equal(rows[i].label, i);
		assert_labels(&view, &s, rows[i].value[0] ? rows[i].value : "", NULL);
		if (rows[i].lacks)
			assert_labels(&view, &s, "", rows[i].lacks);
	}
}

/* What has no name. */
static void values_without_names(void **state)
{
	struct skstat_view_config view = view_by(LABEL(CGROUP) | LABEL(COMM) | LABEL(INTERFACE) | LABEL(CONGESTION) |
						 LABEL(MARK));
	struct skstat_sample s = full();

	(void)state;
	s.owner.cgroup = 99;
	s.owner.inode = 1;
	s.identity.ifindex = 12;
	s.identity.mark = 0;
	memset(&s.congestion.cong, 0, sizeof(s.congestion.cong));
	assert_labels(&view, &s, "cgroup:99/unknown/12//0x0", NULL);
	s.owner.cgroup = 0;
	s.identity.ifindex = 0;
	assert_labels(&view, &s, "/unknown///0x0", NULL);
}

static void remotes_and_ports_have_names(void **state)
{
	static const struct skstat_view_prefix prefixes[] = {
		{ .bits = 104, .name = "ten" }, { .bits = 122, .name = "lab" }, { .bits = 120, .name = "net" },
		{ .bits = 32, .name = "doc" },
	};
	static const struct skstat_view_ports ports[] = {
		{ 8000, 8099, "apps" }, { 443, 443, "https" }, { 50000, 50000, "ftp" },
	};
	static const struct {
		const char *local, *remote, *group;
	} rows[] = {
		{ LOCAL, "10.200.3.4:443", "https/ten" },
		{ LOCAL, "192.0.2.65:8050", "apps/lab" }, /* in both: the longer one */
		{ LOCAL, "192.0.2.1:8099", "apps/net" },
		{ LOCAL, "198.51.100.200:8100", "8100/198.51.96.0/20" },
		{ "10.0.0.1:50000", "198.51.100.200:50001", "ftp/198.51.96.0/20" }, /* a name goes before `ephemeral` */
		{ LOCAL, "198.51.100.200:50001", "ephemeral/198.51.96.0/20" },
		{ "[fd00::1]:40000", "[2001:db8:5::1]:443", "https/doc" },
		{ "[fd00::1]:40000", "[2001:db9:5:6:7::1]:443", "https/2001:db9:5::/48" },
		{ "[::ffff:10.0.0.1]:40000", "[::ffff:10.1.1.1]:443", "https/ten" },
	};
	struct skstat_view_prefix named[4];
	struct skstat_view_config view = view_by(LABEL(PORT) | LABEL(REMOTE));
	struct skstat_sample s;
	struct kit *kit;

	(void)state;
	memcpy(named, prefixes, sizeof(named));
	memcpy(named[0].address, ten, 16);
	memcpy(named[1].address, test_net, 16);
	memcpy(named[2].address, test_net, 15);
	memcpy(named[3].address, doc, 16);
	view.remote = named;
	view.remotes = 4;
	view.remote_ipv4 = 20;
	view.port = ports;
	view.ports = 3;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s = kit_connection(1, rows[i].local, rows[i].remote);
		assert_labels(&view, &s, rows[i].group, NULL);
	}
	/* By names alone: what has none is `other`, of the same labels as what has no room. */
	view.labels = LABEL(REMOTE);
	view.remote_ipv4 = view.remote_ipv6 = 0;
	s = kit_connection(1, LOCAL, "198.51.100.1:443");
	assert_labels(&view, &s, "other", NULL);
	kit = view_kit(&view, 1);
	kit_poll(kit, &s, 1);
	s.identity.cookie = 2;
	memcpy(s.identity.daddr.byte, "\x0a\x01\x01", 3);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/ten") == 1);
	assert_true(kit_value(kit, "skstat_view_folded", "default") == 0);
	kit_free(kit);
}

/* Everything that is asked for has to hold; of a list any one. */
static void what_matches(void **state)
{
	static const char *const blue[] = { "re*", "bl?e" }, *const red[] = { "red" };
	static const char *const pods[] = { "/kubepods/*" }, *const curls[] = { "curl" }, *const ethers[] = { "eth*" };
	static const char *const bbr[] = { "bbr" };
	static const struct skstat_view_ports web[] = { { 80, 80, "" }, { 440, 450, "" } }, ssh[] = { { 22, 22, "" } };
	static const struct skstat_view_prefix tens[] = { { { [10] = 0xff, 0xff, 10 }, 104, "" } };
	static const struct skstat_view_prefix nets[] = { tens[0], { { [10] = 0xff, 0xff, 192, 0, 2 }, 120, "" } };
	static const uint32_t uids[] = { 5, 1000 }, root[] = { 0 };
	static const struct {
		struct skstat_view_match match;
		bool holds;
		const char *lacks;
	} rows[] = {
		{ { 0 }, true, NULL },
		{ { .directions = 1 << 2 }, true, NULL },
		{ { .directions = 1 << 1 | 1 << 0 }, false, NULL },
		{ { .families = 1 }, true, NULL },
		{ { .families = 2 }, false, NULL },
		{ { .states = 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT }, true, NULL },
		{ { .states = 1 << TCP_CLOSE_WAIT }, false, NULL },
		{ { .port = web, .ports = 2 }, true, NULL },
		{ { .port = ssh, .ports = 1 }, false, NULL },
		{ { .remote = nets, .remotes = 2 }, true, NULL },
		{ { .remote = tens, .remotes = 1 }, false, NULL },
		{ { .netns = { blue, 2 } }, true, NULL },
		{ { .netns = { red, 1 } }, false, NULL },
		{ { .cgroup = { pods, 1 } }, true, NULL },
		{ { .cgroup = { red, 1 } }, false, NULL },
		{ { .cgroup = { pods, 1 } }, false, "cgroup" },
		{ { .comm = { curls, 1 } }, true, NULL },
		{ { .comm = { red, 1 } }, false, NULL },
		{ { .interface = { ethers, 1 } }, true, NULL },
		{ { .interface = { red, 1 } }, false, NULL },
		{ { .congestion = { bbr, 1 } }, true, NULL },
		{ { .congestion = { red, 1 } }, false, NULL },
		{ { .uid = { uids, 2 } }, true, NULL },
		{ { .uid = { root, 1 } }, false, NULL },
		{ { .uid = { root, 1 } }, false, "uid" }, /* not known is not 0 */
		{ { .mark = 0xe0, .mark_mask = 0xf0 }, true, NULL },
		{ { .mark = 0xf0, .mark_mask = 0xf0 }, false, NULL },
		{ { .mark_mask = 0xf0 }, false, "mark" },
		{ { .families = 1, .directions = 1 << 2, .uid = { uids, 2 } }, true, NULL },
		{ { .families = 1, .directions = 1 << 2, .uid = { root, 1 } }, false, NULL },
	};
	struct skstat_sample s[2] = { full(), kit_netns(1, 4242, 1) };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct skstat_view_config view = skstat_view_default;
		struct kit *kit;

		view.match = rows[i].match;
		kit = view_kit(&view, 1);
		if (rows[i].lacks)
			kit->schema.available[skstat_field_by_name(rows[i].lacks) - skstat_fields] = false;
		kit_poll(kit, s, 2);
		kit_poll(kit, s, 2);
		if (rows[i].holds != (kit_series(kit, "skstat_tcp_connections", "default/out/443/ipv4") != NULL))
			fail_msg("row %zu", i);
		assert_int_equal(skstat_self_get(&kit->self, model_tracked), 1);
		kit_free(kit);
	}
}

/* Events know the same, whether or not a walk ever saw what they are about. */
static void events_have_the_same_labels(void **state)
{
	const char *group = "default/blue/" PATH "/1000/eth0/bbr/0xbeef/192.0.2.0/24";
	struct skstat_view_config view = view_by(LABEL(NETNS) | LABEL(CGROUP) | LABEL(UID) | LABEL(INTERFACE) |
						 LABEL(CONGESTION) | LABEL(MARK) | LABEL(REMOTE));
	struct kit *kit = view_kit(&view, 1);
	struct skstat_sample s = full(), event, ns = kit_netns(1, 4242, 1);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_poll(kit, &ns, 1);
	event = s;
	kit_event(&event, SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, kit->poll.now_ns + 5);
	event.event.event_direction = SKSTAT_EVENT_OUT;
	event.event.cong_name = s.congestion.cong;
	assert_int_equal(skstat_model_event(&event, kit->model), 0);
	event = s;
	event.traffic.bytes_sent = 55;
	kit_event(&event, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, kit->poll.now_ns + 9);
	event.event.event_direction = SKSTAT_EVENT_OUT;
	event.event.cong_name = s.congestion.cong;
	assert_int_equal(skstat_model_event(&event, kit->model), 0);
	/* and one whose OPENED was lost */
	event.identity.cookie = 2;
	event.event.duration = 1;
	event.event.event_flags = SKSTAT_EVENT_HAS_DURATION;
	assert_int_equal(skstat_model_event(&event, kit->model), 0);
	kit_poll(kit, &ns, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", group) == 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", group) == 110);
	assert_int_equal(kit_family(kit, "skstat_tcp_connections")->count, 1);
	kit_free(kit);
}

/* A namespace that the source has not named yet: as soon as it does, what is in it moves to the right group. */
static void a_namespace_gets_its_name_later(void **state)
{
	struct skstat_view_config view = view_by(LABEL(NETNS));
	struct kit *kit = view_kit(&view, 1);
	struct skstat_sample s = full(), event = s, ns = kit_netns(1, 4242, 1);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_poll(kit, NULL, 0);
	kit_event(&event, SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, kit->poll.now_ns + 5);
	event.event.event_direction = SKSTAT_EVENT_OUT;
	assert_int_equal(skstat_model_event(&event, kit->model), 0);
	s.traffic.bytes_sent = 10;
	kit_begin(kit, true);
	kit_put(kit, &s);
	kit_put(kit, &ns);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/") == 1);
	s.traffic.bytes_sent = 15;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/") == 0);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/blue") == 1);
	assert_true(kit_sum(kit, "skstat_tcp_sent_bytes") == 15);
	kit_free(kit);
}

/* Gauges follow the state; counters stay where they grew. */
static void a_state_moves(void **state)
{
	struct skstat_view_config view[2] = { view_by(LABEL(STATE) | LABEL(PORT)), view_by(LABEL(PORT)) };
	struct skstat_sample s = full();
	struct kit *kit;

	(void)state;
	view[1].name = "open";
	view[1].match.states = 1 << TCP_ESTABLISHED;
	kit = view_kit(view, 2);
	kit_poll(kit, NULL, 0);
	s.identity.state = TCP_SYN_SENT;
	s.traffic.segs_out = 1;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/443/syn_sent") == 1);
	assert_null(kit_series(kit, "skstat_tcp_connections", "open/443"));
	s.identity.state = TCP_ESTABLISHED;
	s.traffic.segs_out = 4;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/443/syn_sent") == 0);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/443/established") == 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "open/443") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", "default/443/syn_sent") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", "default/443/established") == 3);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", "open/443") == 3);
	s.identity.state = TCP_FIN_WAIT1;
	s.traffic.segs_out = 5;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "default/443/fin_wait1") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", "default/443/fin_wait1") == 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "open/443") == 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", "open/443") == 3);
	kit_poll(kit, NULL, 0);
	assert_true(kit_sum(kit, "skstat_tcp_connections") == 0);
	kit_free(kit);
}

static void a_listener_has_no_remote(void **state)
{
	struct skstat_view_config view = view_by(LABEL(STATE) | LABEL(REMOTE) | LABEL(DIRECTION));
	struct kit *kit = view_kit(&view, 1);
	struct skstat_sample s = kit_listener(1, "10.0.0.1:80");

	(void)state;
	kit_poll(kit, &s, 1);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_listeners", "default/in/listen/") == 1);
	kit_free(kit);
}

/* Labels may be called otherwise; from one set to the next, if need be. */
static void labels_are_renamed(void **state)
{
	const char *name[__SKSTAT_LABEL_MAX] = { [SKSTAT_LABEL_PORT] = "service_port" };
	struct skstat_model_config config = { .view = &skstat_view_default, .views = 1,
					      .label_name = { [SKSTAT_LABEL_FAMILY] = "ip" } };
	struct kit *kit = kit_new(&config);
	struct skstat_sample s = full();

	(void)state;
	kit_poll(kit, &s, 1);
	assert_string_equal(kit_family(kit, "skstat_tcp_connections")->series->label[2].name, "port");
	assert_string_equal(kit_family(kit, "skstat_tcp_connections")->series->label[3].name, "ip");
	assert_int_equal(skstat_model_labels(kit->model, name), 0);
	kit_poll(kit, &s, 1);
	assert_string_equal(kit_family(kit, "skstat_tcp_connections")->series->label[2].name, "service_port");
	assert_string_equal(kit_family(kit, "skstat_tcp_connections")->series->label[3].name, "family");
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_label),
		cmocka_unit_test(values_without_names),
		cmocka_unit_test(remotes_and_ports_have_names),
		cmocka_unit_test(what_matches),
		cmocka_unit_test(events_have_the_same_labels),
		cmocka_unit_test(a_namespace_gets_its_name_later),
		cmocka_unit_test(a_state_moves),
		cmocka_unit_test(a_listener_has_no_remote),
		cmocka_unit_test(labels_are_renamed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_label", tests, NULL, NULL);
}
