// SPDX-License-Identifier: GPL-2.0
/* The configuration file: what becomes of each key, and what each mistake is told as. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "config/config.h"
#include "config/load.h"
#include "config/option.h"
#include "config/grammar.h"
#include "config/text.h"
#include "config/value.h"
#include "model/view.h"

#define SECOND UINT64_C(1000000000)

static struct skstat_config config;
static struct skstat_error error;

static int load(const char *text)
{
	skstat_config_free(&config);
	skstat_config_init(&config);
	memset(&error, 0, sizeof(error));
	return skstat_config_load_text(&config, "f", text, strlen(text), &error);
}

static void loaded(const char *text)
{
	if (load(text))
		fail_msg("%s", error.text);
}

static int tear_down(void **state)
{
	(void)state;
	skstat_config_free(&config);
	return 0;
}

static void refusals(void **state)
{
#define VIEW "views:\n  - name: x\n"
	static const struct {
		const char *text, *sentence;
	} wrong[] = {
		/* of YAML */
		{ "", "f:1: there is nothing in it" },
		{ "# so\n", "f:1: there is nothing in it" },
		{ "views: [\n", "f:2: this is no YAML: did not find expected node content" },
		{ "views:\n\t- x\n", "f:2: this is no YAML: found character that cannot start any token" },
		{ "views: []\nports: {}\nviews: []\n", "f:3: \"views\" was written in line 1 already" },
		{ VIEW "    by: []\n    by: []\n", "f:4: \"by\" was written in line 3 already" },
		{ "ports: &x {a: 1}\n", "f:1: &x: anchors are not taken" },
		{ "a: b\nports: *x\n", "f:2: *x: aliases are not taken" },
		{ "views: !!seq []\n", "f:1: tag:yaml.org,2002:seq: tags are not taken" },
		{ "? [a]\n: 1\n", "f:1: a key must be a word" },
		{ "views: []\n---\nviews: []\n", "f:2: a second document begins here" },
		{ "[[[[[[[[[[[[[\n", "f:1: this is nested more than 12 times" },
		{ VIEW "    comm: \"a\\0b\"\n", "f:3: \"a\" goes on behind a zero byte" },
		{ "ports: {\"a\\nb\": 1}\n", "f:1: ports.a?b: \"a?b\" is no name" },
		{ "views: \xff\n", "f:1: there is a byte that is not UTF-8, or zero: 0xff" },
		/* kinds and keys */
		{ "views\n", "f:1: a mapping is wanted: write {KEY: VALUE} of views, ports, prefixes," },
		{ "viws: []\n", "f:1: viws: there is no such key: write views, ports, prefixes, buckets, labels," },
		{ "views:\n", "f:1: views: a list is wanted" },
		{ "views: {}\n", "f:1: views: a list is wanted" },
		{ "views:\n  - nam: x\n", "f:2: views[0].nam: there is no such key: write name, match, by, limit," },
		{ VIEW "    match: {port: 80}\n", "f:3: views[0].match.port: a list is wanted: write [80]" },
		{ VIEW "    match:\n", "f:3: views[0].match: a mapping is wanted: write {KEY: VALUE} of direction," },
		{ VIEW "    limit: [1]\n", "f:3: views[0].limit: one word is wanted, this is a list" },
		{ VIEW "    ttl: {a: 1}\n", "f:3: views[0].ttl: one word is wanted, this is a mapping" },
		{ VIEW "    match: {port: [[80]]}\n",
		  "f:3: views[0].match.port[0]: one word is wanted, this is a list" },
		/* streams */
#define STREAM "streams:\n  - {name: s, what: both, "
		{ "streams: [{what: both}]\n", "f:1: streams[0]: it has no name: write name: ..." },
		{ "streams: [{name: 1, what: both}]\n", "f:1: streams[0].name: \"1\" is no name" },
		{ "streams: [{name: s}]\n", "f:1: streams[0]: it has no what: write what: sockets, events or both" },
		{ "streams: [{name: s, what: x}]\n", "f:1: streams[0].what: \"x\" is none of sockets, events, both" },
		{ STREAM "format: x}\n", "f:2: streams[0].format: \"x\" is none of jsonl, protobuf" },
		{ STREAM "format: jsonl}\n", "f:2: streams[0]: it has no to: write to: file:/PATH" },
		{ STREAM "to: nowhere}\n", "f:2: streams[0].to: \"nowhere\" is no place for a stream" },
		{ STREAM "to: stdout, sample: 0}\n", "f:2: streams[0].sample: \"0\" is no number of that kind" },
		{ STREAM "to: stdout, queue: 1KiB}\n",
		  "f:2: streams[0].queue: \"1KiB\" is no size of that kind: write 256KiB" },
		{ STREAM "to: stdout, queue: 1s}\n",
		  "f:2: streams[0].queue: \"1s\" is no size of that kind: write 256KiB" },
		{ STREAM "to: stdout, match: {state: [listen]}}\n",
		  "f:2: streams[0].match.state: streams go by family, port, remote and uid alone: write these" },
		{ STREAM "to: stdout, match: {port: [0]}}\n", "f:2: streams[0].match.port[0]: \"0\" is no port" },
		{ STREAM "to: stdout, rotate: {size: 1MiB}}\n", "f:2: streams[0].rotate: only files are" },
		{ STREAM "to: \"file:/a\", rotate: {keep: 1}}\n", "f:2: streams[0].rotate: it has no size" },
		{ STREAM "to: \"file:/a\", rotate: {size: 1KiB}}\n",
		  "f:2: streams[0].rotate.size: \"1KiB\" is no size of that kind: write 128KiB or more" },
		{ STREAM "to: stdout}\n  - {name: s, what: both, to: \"file:/a\"}\n",
		  "f:3: streams[1].name: \"s\" is streams[0]: write another name" },
#undef STREAM
		/* views */
		{ "views:\n  - name: x\n  - limit: 5\n", "f:3: views[1]: it has no name" },
		{ "views:\n  - name:\n", "f:2: views[0].name: \"\" is no name" },
		{ "views: [{name: 1x}]\n", "f:1: views[0].name: \"1x\" is no name" },
		{ "views: [{name: x}, {name: x}]\n", "f:1: views[1].name: \"x\" is views[0]" },
		{ VIEW "    by: [foo]\n", "f:3: views[0].by[0]: \"foo\" is none of direction, port, family, state," },
		{ VIEW "    by: [port, port]\n", "f:3: views[0].by[1]: \"port\" was written before" },
		{ VIEW "    limit: 0\n", "f:3: views[0].limit: \"0\" is no number of that kind: write 1 to 100000" },
		{ VIEW "    limit: 100001\n", "f:3: views[0].limit: \"100001\" is no number of that kind" },
		{ VIEW "    ttl: 5\n", "f:3: views[0].ttl: \"5\" is no duration" },
		{ VIEW "    ttl: 5ms\n", "f:3: views[0].ttl: \"5ms\" is out of bounds: write 1s to 365d" },
		{ VIEW "    ttl: 366d\n", "f:3: views[0].ttl: \"366d\" is out of bounds" },
		{ VIEW "    port: {names: true}\n", "f:3: views[0].port.names: there are none: write ports:" },
		{ VIEW "    by: [family]\n    port: {names: true}\n",
		  "f:4: views[0].port: the view does not group by it" },
		{ VIEW "    remote: {ipv4: 8}\n",
		  "f:3: views[0].remote: the view does not group by it: write by: [remote," },
		{ VIEW "    by: [remote]\n    remote: {ipv4: 33}\n", "f:4: views[0].remote.ipv4: \"33\" is no number" },
		{ VIEW "    by: [remote]\n    remote: {ipv6: 129}\n",
		  "f:4: views[0].remote.ipv6: \"129\" is no number" },
		{ VIEW "    by: [remote]\n    remote: {names: true}\n", "f:4: views[0].remote.names: there are none" },
		{ VIEW "    by: [remote]\n    remote: {names: ja}\n",
		  "f:4: views[0].remote.names: \"ja\" is neither true" },
		{ VIEW "    all_histograms: 2\n", "f:3: views[0].all_histograms: \"2\" is neither true nor false" },
		{ VIEW "    buckets: {rtt: web}\n", "f:3: views[0].buckets.rtt: \"web\" is no name of buckets:" },
		{ VIEW "    buckets: {rttt: web}\n", "f:3: views[0].buckets.rttt: there is no such key" },
		{ VIEW "    buckets: {rtt: b}\nbuckets: {b: [1KiB]}\n",
		  "f:3: views[0].buckets.rtt: \"b\" has bytes, and this is in seconds" },
		{ VIEW "    families: [foo]\n", "f:3: views[0].families[0]: \"foo\" is of no metric that views have" },
		{ VIEW "    families: [skstat_mib_*]\n",
		  "f:3: views[0].families[0]: \"skstat_mib_*\" is of no metric" },
		{ VIEW "    top: {bytes: -1}\n", "f:3: views[0].top.bytes: \"-1\" is no number of that kind" },
		{ VIEW "    top: {foo: 1}\n",
		  "f:3: views[0].top.foo: there is no such key: write bytes, retrans, rtt, queue" },
		/* matches */
		{ VIEW "    match: {port: []}\n", "f:3: views[0].match.port: the list is empty" },
		{ VIEW "    match: {port: [99999]}\n",
		  "f:3: views[0].match.port[0]: \"99999\" is no port: write 1 to 65535, a range 8000-8099, or a "
		  "name of ports:" },
		{ VIEW "    match:\n      port:\n        - 80\n        - 0\n",
		  "f:6: views[0].match.port[1]: \"0\" is no port" },
		{ VIEW "    match: {port: [9-8]}\n", "f:3: views[0].match.port[0]: \"9-8\" is no port" },
		{ VIEW "    match: {remote: [10.1.2.3/8]}\n",
		  "f:3: views[0].match.remote[0]: \"10.1.2.3/8\" has bits behind its length: write 10.0.0.0/8" },
		{ VIEW "    match: {remote: ['2001:db8::1/32']}\n",
		  "f:3: views[0].match.remote[0]: \"2001:db8::1/32\" has bits behind its length: write 2001:db8::/32" },
		{ VIEW "    match: {remote: [office]}\n",
		  "f:3: views[0].match.remote[0]: \"office\" is no name of prefixes:" },
		{ VIEW "    match: {remote: [10.0.0.0/33]}\n",
		  "f:3: views[0].match.remote[0]: \"10.0.0.0/33\" is no prefix" },
		{ VIEW "    match: {mark: 0x100/0xff}\n", "f:3: views[0].match.mark: \"0x100/0xff\" fits no mark" },
		{ VIEW "    match: {mark: 0/0}\n", "f:3: views[0].match.mark: \"0/0\" fits every mark" },
		{ VIEW "    match: {mark: x}\n", "f:3: views[0].match.mark: \"x\" is no mark" },
		{ VIEW "    match: {uid: [root]}\n", "f:3: views[0].match.uid[0]: \"root\" is no user id" },
		{ VIEW "    match: {state: [ESTAB]}\n",
		  "f:3: views[0].match.state[0]: \"ESTAB\" is none of established, syn_sent" },
		{ VIEW "    match: {direction: [up]}\n",
		  "f:3: views[0].match.direction[0]: \"up\" is none of in, out, unknown" },
		{ VIEW "    match: {family: [inet]}\n",
		  "f:3: views[0].match.family[0]: \"inet\" is none of ipv4, ipv6" },
		{ VIEW "    match: {comm: ['']}\n", "f:3: views[0].match.comm[0]: \"\" is no pattern" },
		/* names */
		{ "ports: {80: 80}\n", "f:1: ports.80: \"80\" is no name" },
		{ "ports: {other: 80}\n", "f:1: ports.other: \"other\" is what all without a name are called" },
		{ "ports: {a: 80b}\n", "f:1: ports.a: \"80b\" is no port" },
		{ "ports: {a: '80,'}\n", "f:1: ports.a: \"\" is no port" },
		{ "ports: {a: 8080808080808080808080}\n", "f:1: ports.a: \"808080808080808\" is no port" },
		{ "prefixes: {a: []}\n", "f:1: prefixes.a: there is no prefix in it" },
		{ "prefixes: {a: 10.0.0.0/8}\n", "f:1: prefixes.a: a list is wanted: write [10.0.0.0/8]" },
		{ "prefixes:\n  a:\n    - 10.0.0.0/8\n    - 1.2.3\n", "f:4: prefixes.a[1]: \"1.2.3\" is no prefix" },
		{ "buckets: {a: []}\n", "f:1: buckets.a: 0 edges: write 1 to 30" },
		{ "buckets: {a: [2, 1]}\n", "f:1: buckets.a[1]: \"1\" is not above the edge before it" },
		{ "buckets: {a: [1s, 1KiB]}\n", "f:1: buckets.a[1]: \"1KiB\" is of another unit" },
		{ "buckets: {a: [1e3]}\n", "f:1: buckets.a[0]: \"1e3\" is no edge" },
		/* labels */
		{ "labels: {prt: x}\n", "f:1: labels.prt: there is no such key: write direction, port," },
		{ "labels: {port: a-b}\n", "f:1: labels.port: \"a-b\" is no label" },
		{ "labels: {port: __x}\n", "f:1: labels.port: \"__x\" is no label" },
		{ "labels: {port: le}\n", "f:1: labels.port: \"le\" is a label of other things" },
		{ "labels: {port: family}\n", "f:1: labels.port: \"family\" is what family is called" },
		{ "labels: {port: x, uid: x}\n", "f:1: labels.port: \"x\" is what uid is called" },
		/* switches and options */
		{ "probes: {drop: 5}\n", "f:1: probes.drop: \"5\" is neither true nor false" },
		{ "probes: {max-cells: 5}\n", "f:1: probes.max-cells: there is no such key" },
		{ "collectors: {foo: true}\n", "f:1: collectors.foo: there is no such key: write netstat, snmp," },
		{ "probes: {drop: true}\noptions:\n  probe.drop: true\n",
		  "f:1: probes.drop: options.probe.drop in line 3 says it too" },
		{ "options: {poll.interval: 5}\n", "f:1: options.poll.interval: \"5\" has no unit: write 5s, 500ms," },
		{ "options:\n  view.limit: 0\n", "f:2: options.view.limit: \"0\" is below 1: write 1 to 100000" },
		{ "options: {source: foo}\n", "f:1: options.source: \"foo\" is none of auto|netlink|inet_diag" },
		{ "options: {once: maybe}\n", "f:1: options.once: \"maybe\" is neither true nor false" },
		{ "options: {web.listen-address: x}\n",
		  "f:1: options.web.listen-address: a list is wanted: write [x]" },
		{ "options: {web.listen-address: ['']}\n", "f:1: options.web.listen-address[0]: \"\" is no address" },
		{ "options: {config.file: x}\n", "f:1: options.config.file: this is for the command line alone" },
		{ "options: {foo: 5}\n", "f:1: options.foo: there is no such key: write source, source.load," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (load(wrong[i].text) != -EINVAL)
			fail_msg("this is taken:\n%s", wrong[i].text);
		if (strncmp(error.text, wrong[i].sentence, strlen(wrong[i].sentence)) != 0)
			fail_msg("of\n%s\nit says\n%s\nand not\n%s", wrong[i].text, error.text, wrong[i].sentence);
	}
}

/* A text of many members `  kN: V`. */
static char *many(const char *head, const char *value, size_t count)
{
	char *text = malloc(count * 40 + 100), *at;

	assert_non_null(text);
	at = text + sprintf(text, "%s:\n", head);
	for (size_t i = 0; i < count; i++)
		at += sprintf(at, "  k%zu: %s\n", i, value);
	return text;
}

static void bounds(void **state)
{
	char *text = many("ports", "80", 1000);

	(void)state;
	loaded(text);
	free(text);
	text = many("ports", "80", 1001);
	assert_int_equal(load(text), -EINVAL);
	assert_string_equal(error.text, "f:1: ports: 1001 names are too many: write 1000 at most");
	free(text);

	text = many("views", "- name: x", 0);
	for (size_t i = 0; i < 64; i++) {
		char *longer;

		assert_true(asprintf(&longer, "%s  - name: v%zu\n", text, i) > 0);
		free(text);
		text = longer;
	}
	assert_int_equal(load(text), -EINVAL);
	assert_string_equal(error.text, "f:1: views: 64 are too many: write 63 at most");
	*strstr(text, "  - name: v63") = '\0';
	loaded(text);
	assert_int_equal(config.views, 63);
	free(text);
}

static const struct skstat_view_config *view(const char *text)
{
	loaded(text);
	assert_int_equal(config.views, 1);
	return &config.view[0];
}

/* What a view has of which nothing is written. */
static void least(void **state)
{
	const struct skstat_view_config *v = view("views: [{name: x}]\n");

	(void)state;
	assert_string_equal(v->name, "x");
	assert_int_equal(v->labels, SKSTAT_LABEL_BIT(SKSTAT_LABEL_DIRECTION) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_PORT) |
					    SKSTAT_LABEL_BIT(SKSTAT_LABEL_FAMILY));
	assert_true(v->limit == 20 && v->ttl_ns == 3600 * SECOND);
	assert_true(!v->match.directions && !v->match.families && !v->match.states && !v->match.ports &&
		    !v->match.remotes && !v->match.uid.count && !v->match.mark_mask && !v->match.comm.count);
	assert_true(!v->ports && !v->remotes && !v->families.count && !v->all_histograms && !v->bucketed && !v->top[0]);
	assert_int_equal(view("views: [{name: x, by: []}]\n")->labels, 0);
	loaded("{}");
	assert_int_equal(config.views, 0);
}

static void matches(void **state)
{
	const struct skstat_view_match *m = &view("views:\n"
						  "  - name: x\n"
						  "    match:\n"
						  "      direction: [in, unknown]\n"
						  "      family: [ipv6]\n"
						  "      state: [established, listen]\n"
						  "      port: [80, 8000-8099, web, 65535]\n"
						  "      remote: [10.0.0.0/8, office, '::/0', 192.0.2.1]\n"
						  "      netns: ['web*', a]\n"
						  "      cgroup: ['/system.slice/*']\n"
						  "      comm: [nginx]\n"
						  "      interface: [eth0]\n"
						  "      congestion: [bbr]\n"
						  "      uid: [0, 1000]\n"
						  "      mark: 0x10/0xff\n"
						  "ports: {web: '443, 8443-8444', db: 5432}\n"
						  "prefixes: {office: [10.1.0.0/16, '2001:db8::/32'], x: [1.2.3.4]}\n")
							   ->match;
	static const uint8_t ten[16] = { [10] = 0xff, [11] = 0xff, [12] = 10 };
	static const uint16_t ports[][2] = {
		{ 80, 80 }, { 8000, 8099 }, { 443, 443 }, { 8443, 8444 }, { 65535, 65535 },
	};
	static const uint8_t bits[] = { 104, 112, 32, 0, 128 };

	(void)state;
	assert_int_equal(m->directions, 1 << SKSTAT_DIRECTION_IN | 1 << SKSTAT_DIRECTION_UNKNOWN);
	assert_int_equal(m->families, 2);
	assert_int_equal(m->states, 1 << TCP_ESTABLISHED | 1 << TCP_LISTEN);
	assert_int_equal(m->ports, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_true(m->port[i].first == ports[i][0] && m->port[i].last == ports[i][1]);
		assert_string_equal(m->port[i].name, "");
		assert_int_equal(m->remote[i].bits, bits[i]);
		assert_string_equal(m->remote[i].name, "");
	}
	assert_int_equal(m->remotes, 5);
	assert_memory_equal(m->remote[0].address, ten, 16);
	assert_int_equal(m->netns.count, 2);
	assert_string_equal(m->netns.pattern[0], "web*");
	assert_string_equal(m->netns.pattern[1], "a");
	assert_string_equal(m->cgroup.pattern[0], "/system.slice/*");
	assert_string_equal(m->comm.pattern[0], "nginx");
	assert_string_equal(m->interface.pattern[0], "eth0");
	assert_string_equal(m->congestion.pattern[0], "bbr");
	assert_true(m->uid.count == 2 && m->uid.number[0] == 0 && m->uid.number[1] == 1000);
	assert_true(m->mark == 0x10 && m->mark_mask == 0xff);
}

static void shows(void **state)
{
	const struct skstat_view_config *v =
		view("views:\n"
		     "  - name: x\n"
		     "    by: [remote, port, comm]\n"
		     "    limit: 100000\n"
		     "    ttl: 1m30s\n"
		     "    port: {names: true}\n"
		     "    remote: {ipv4: 0, ipv6: 128, names: true}\n"
		     "    buckets: {rtt: fast, cwnd: few, receive_queue: sizes}\n"
		     "    families: ['*_rtt_*', skstat_tcp_sent_bytes_total, skstat_tcp_sent_bytes]\n"
		     "    all_histograms: yes\n"
		     "    top: {bytes: 10, retrans: 1, rtt: 2, queue: 3}\n"
		     "ports: {web: 80, apps: 8000-8099}\n"
		     "prefixes: {office: [10.1.0.0/16]}\n"
		     "buckets: {fast: [100us, 0.5ms, 0.01, 1.5s, 1m], few: [1, 2, 3],\n"
		     "          sizes: [1, 1KiB, 64KiB, 1MiB]}\n");
	static const double fast[] = { 0.0001, 0.0005, 0.01, 1.5, 60 };

	(void)state;
	assert_int_equal(v->labels, SKSTAT_LABEL_BIT(SKSTAT_LABEL_REMOTE) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_PORT) |
					    SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM));
	assert_true(v->limit == 100000 && v->ttl_ns == 90 * SECOND);
	assert_true(v->remote_ipv4 == 0 && v->remote_ipv6 == 128);
	assert_int_equal(v->remotes, 1);
	assert_string_equal(v->remote[0].name, "office");
	assert_int_equal(v->ports, 2);
	assert_string_equal(v->port[1].name, "apps");
	assert_true(v->port[1].first == 8000 && v->port[1].last == 8099);
	assert_int_equal(v->bucketed, 3);
	for (size_t i = 0; i < v->bucketed; i++) {
		const struct skstat_view_buckets *b = &v->buckets[i];

		if (strcmp(b->histogram, "rtt") == 0) {
			assert_int_equal(b->edges, 5);
			/* To the bit: these are what `le` says. */
			assert_memory_equal(b->edge, fast, sizeof(fast));
		} else if (strcmp(b->histogram, "cwnd") == 0) {
			assert_true(b->edges == 3 && b->edge[2] >= 3 && b->edge[2] <= 3);
		} else {
			assert_string_equal(b->histogram, "receive_queue");
			assert_true(b->edges == 4 && b->edge[3] >= 1048576 && b->edge[3] <= 1048576);
		}
	}
	assert_int_equal(v->families.count, 3);
	assert_string_equal(v->families.pattern[1], "skstat_tcp_sent_bytes_total");
	assert_true(v->all_histograms);
	assert_true(v->top[SKSTAT_TOP_BYTES] == 10 && v->top[SKSTAT_TOP_RETRANS] == 1 && v->top[SKSTAT_TOP_RTT] == 2 &&
		    v->top[SKSTAT_TOP_QUEUE] == 3);
}

static void labels(void **state)
{
	(void)state;
	loaded("labels: {port: service_port, uid: comm, comm: uid}\n");
	assert_string_equal(config.label_name[SKSTAT_LABEL_PORT], "service_port");
	assert_string_equal(config.label_name[SKSTAT_LABEL_UID], "comm");
	assert_string_equal(config.label_name[SKSTAT_LABEL_COMM], "uid");
	assert_null(config.label_name[SKSTAT_LABEL_FAMILY]);
}

static void streams(void **state)
{
	const struct skstat_stream_config *stream = config.stream;
	struct skstat_config changed;
	char names[80];

	(void)state;
	loaded("streams:\n"
	       "  - {name: a, what: both, format: protobuf, to: \"file:/a\", sample: 10, queue: 1MiB,\n"
	       "     rotate: {size: 100MiB, keep: 0}}\n"
	       "  - {name: b, what: events, to: stdout, match: {port: [http, 443], uid: [0]}}\n"
	       "ports: {http: 80-89}\n");
	assert_int_equal(config.streams, 2);
	assert_string_equal(stream[0].name, "a");
	assert_string_equal(stream[0].to, "file:/a");
	assert_int_equal(stream[0].what, SKSTAT_STREAM_SOCKETS | SKSTAT_STREAM_EVENTS);
	assert_int_equal(stream[0].format, SKSTAT_STREAM_PROTOBUF);
	assert_int_equal(stream[0].sample, 10);
	assert_true(stream[0].queue == 1 << 20 && stream[0].rotate_size == 100 << 20 && !stream[0].rotate_keep);
	assert_int_equal(stream[1].what, SKSTAT_STREAM_EVENTS);
	assert_int_equal(stream[1].format, SKSTAT_STREAM_JSONL);
	assert_true(stream[1].sample == 1 && stream[1].queue == 16 << 20 && !stream[1].rotate_size &&
		    stream[1].rotate_keep == 5);
	assert_false(stream[0].matching);
	assert_true(stream[1].matching && stream[1].match.ports == 2 && stream[1].match.port[0].last == 89);
	/* A reload says that others take a restart. */
	changed = config;
	assert_int_equal(skstat_config_restarts(&config, &changed, names, sizeof(names)), 0);
	changed.stream[1].sample = 2;
	assert_int_equal(skstat_config_restarts(&config, &changed, names, sizeof(names)), 1);
	assert_string_equal(names, "streams");
	changed = config;
	changed.stream[1].match.families = 1;
	assert_int_equal(skstat_config_restarts(&config, &changed, names, sizeof(names)), 1);
}

static void switches(void **state)
{
	(void)state;
	loaded("probes: {drop: no, size: true}\ncollectors: {netstat: on, loadavg: false}\n");
	assert_false(config.probe[SKSTAT_PROBE_DROP]);
	assert_true(config.probe[SKSTAT_PROBE_SIZE] && config.probe[SKSTAT_PROBE_RESET]);
	assert_true(config.collector[SKSTAT_PROCFS_NETSTAT]);
	assert_false(config.collector[SKSTAT_PROCFS_LOADAVG]);
}

/* Each row can be written there, by its name, with its own default. */
static void every_option(void **state)
{
	(void)state;
	for (const struct skstat_setting *row = skstat_setting_table; row->name; row++) {
		char text[256];

		snprintf(text, sizeof(text), "options: {%s: %s\"%s\"%s}\n", row->name, row->many ? "[" : "",
			 row->value, row->many ? "]" : "");
		if ((load(text) != 0) != row->line_only)
			fail_msg("%s%s", text, error.text);
	}
	loaded("options:\n  poll.interval: 5s\n  web.host: [a.example, b.example]\n  statsd.address: 127.0.0.1:8125\n");
	assert_true(config.poll_interval_ns == 5 * SECOND);
	assert_int_equal(config.hosts, 2);
	assert_string_equal(config.host[1], "b.example");
	assert_string_equal(config.statsd_address, "127.0.0.1:8125");
}

/* --- what is told of it */

static char *page;

/* Every key down from there is on the page, as `key`. Of sections that are of the exporter's own names, only theirs. */
static void fields_told(const cyaml_schema_field_t *field)
{
	static const char *const skipped[] = { "probes", "collectors", "options", "buckets", "top" };

	for (; field->key; field++) {
		const cyaml_schema_value_t *value = &field->value;
		bool skip = false;
		char word[80];

		snprintf(word, sizeof(word), "`%s`", field->key);
		if (!strstr(page, word))
			fail_msg("docs/CONFIGURATION.md does not tell of %s", word);
		for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
			skip |= strcmp(skipped[i], field->key) == 0;
		/* `port` and `remote` tell of theirs in the same line. */
		if (skip || strcmp(field->key, "port") == 0 || strcmp(field->key, "remote") == 0)
			continue;
		if (value->type == CYAML_MAPPING)
			fields_told(value->mapping.fields);
		if (value->type == CYAML_SEQUENCE && value->sequence.entry->type == CYAML_MAPPING)
			fields_told(value->sequence.entry->mapping.fields);
	}
}

static void told(void **state)
{
	struct skstat_pool pool = { NULL };
	struct skstat_reading reading = { .file = "f", .pool = &pool, .error = &error };
	struct skstat_known known;
	size_t length;

	(void)state;
	page = skstat_config_text_read("docs/CONFIGURATION.md", &length, &error);
	if (!page)
		fail_msg("%s", error.text);
	reading.root = skstat_outline_make(&pool, "f", "{}", 2, &error);
	assert_int_equal(skstat_known_make(&known, &pool), 0);
	fields_told(skstat_grammar_make(&reading, &known)->mapping.fields);
	skstat_pool_free(&pool);
	free(page);
}

/* --- with a command line */

static char path[] = "/tmp/skstat-config-XXXXXX";

static int file_set_up(void **state)
{
	int fd = mkstemp(strcpy(path, "/tmp/skstat-config-XXXXXX"));

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int file_tear_down(void **state)
{
	tear_down(state);
	return unlink(path);
}

static void file_write(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What the config says is the words', of which the first five live as long as the next call is not made. */
static int parse(const char *text, const char *a, const char *b)
{
	static char word[3][64], *argv[] = { (char *)"skstat_exporter", word[0], word[1], word[2], NULL };

	file_write(text);
	snprintf(word[0], sizeof(word[0]), "--config.file=%s", path);
	snprintf(word[1], sizeof(word[1]), "%s", a);
	snprintf(word[2], sizeof(word[2]), "%s", b);
	skstat_config_free(&config);
	skstat_config_init(&config);
	memset(&error, 0, sizeof(error));
	return skstat_config_parse(&config, 2 + !!*a + !!*b, argv, &error);
}

static void parsed(const char *text, const char *a, const char *b)
{
	if (parse(text, a, b))
		fail_msg("%s", error.text);
}

static void line_goes_above_file(void **state)
{
	(void)state;
	parsed("options: {poll.interval: 20s, view.limit: 7, web.listen-address: [':1', ':2'], ipv6: false}\n"
	       "probes: {drop: false}\n", "", "");
	assert_true(config.poll_interval_ns == 20 * SECOND && config.poll_full_interval_ns == 20 * SECOND);
	assert_true(config.poll_timeout_ns == 20 * SECOND);
	assert_true(config.view_limit == 7 && !config.ipv6 && !config.probe[SKSTAT_PROBE_DROP]);
	assert_int_equal(config.listens, 2);
	assert_int_equal(config.hosts, 1);
	assert_string_equal(config.listen[1], ":2");

	parsed("options: {poll.interval: 20s, web.listen-address: [':1', ':2']}\nprobes: {drop: false}\n",
	       "--web.listen-address=:3", "--probe.drop");
	assert_int_equal(config.listens, 1);
	assert_string_equal(config.listen[0], ":3");
	assert_true(config.probe[SKSTAT_PROBE_DROP]);

	assert_int_equal(parse("options: {poll.interval: 20s}\n", "--poll.full-interval=5s", ""), -EINVAL);
	assert_string_equal(error.text, "--poll.full-interval: 5s is below --poll.interval, 20s: write that or more");
	/* The line's own faults are told even if the file has some. */
	assert_int_equal(parse("views: 5\n", "--poll.interval=5", ""), -EINVAL);
	assert_memory_equal(error.text, "--poll.interval: ", 17);
	assert_int_equal(parse("views: 5\n", "--help", ""), 0);
}

static void default_view(void **state)
{
	struct skstat_view_config room;
	const struct skstat_view_config *v;
	size_t count;

	(void)state;
	/* No view of that name: it is there as the options have it. */
	parsed("views: [{name: x}]\noptions: {view.limit: 7}\n", "--view.comm", "");
	v = skstat_config_views(&config, &room, &count);
	assert_int_equal(count, 2);
	assert_string_equal(v[0].name, "default");
	assert_true(v[0].limit == 7 && v[0].labels & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM));
	assert_string_equal(v[1].name, "x");
	assert_true(v[1].limit == 20 && !(v[1].labels & SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM)));

	/* The file's own, of which the line changes what it names. */
	parsed("views: [{name: default, limit: 50, ttl: 5s, by: [family]}]\noptions: {view.limit: 7}\n",
	       "--view.all-histograms", "--view.group-ttl=9s");
	v = skstat_config_views(&config, &room, &count);
	assert_int_equal(count, 1);
	assert_true(v[0].limit == 50 && v[0].all_histograms && v[0].ttl_ns == 9 * SECOND);
	assert_int_equal(v[0].labels, SKSTAT_LABEL_BIT(SKSTAT_LABEL_FAMILY));

	parsed("views: [{name: default, limit: 50, by: [family, comm]}]\n", "--view.limit=9", "--view.comm");
	v = skstat_config_views(&config, &room, &count);
	assert_true(v[0].limit == 9 && v[0].ttl_ns == 3600 * SECOND && !v[0].all_histograms);
	assert_int_equal(v[0].labels, SKSTAT_LABEL_BIT(SKSTAT_LABEL_FAMILY) | SKSTAT_LABEL_BIT(SKSTAT_LABEL_COMM));
	assert_true(skstat_config_wants_comm(&config));

	/* No views at all, no file at all. */
	parsed("{}", "--view.limit=5", "");
	v = skstat_config_views(&config, &room, &count);
	assert_true(v == &room && count == 1 && v->limit == 5);
}

static void files(void **state)
{
	static char big[SKSTAT_CONFIG_BYTES + 2];
	char dir[100];

	(void)state;
	memset(big, '#', sizeof(big) - 1);
	assert_int_equal(parse(big, "", ""), -EINVAL);
	snprintf(dir, sizeof(dir), "%s: it has more than 1 MiB: that is no configuration", path);
	assert_string_equal(error.text, dir);
	big[SKSTAT_CONFIG_BYTES] = '\0';
	memcpy(big, "{} ", 3);
	parsed(big, "", "");
	assert_int_equal(skstat_config_load(&config, "/nonexistent/x.yaml", &error), -ENOENT);
	assert_string_equal(error.text, "/nonexistent/x.yaml: it cannot be read: No such file or directory");
	assert_int_equal(skstat_config_load(&config, "/tmp", &error), -EISDIR);
}

static void again(void **state)
{
	struct skstat_config fresh;
	char restarts[128];

	(void)state;
	parsed("options: {poll.interval: 20s}\n", "--user=nobody", "");
	file_write("options: {poll.interval: 10s, user: x, web.listen-address: [':1'], probe.drop: false}\n"
		   "collectors: {netstat: true}\n");
	assert_int_equal(skstat_config_again(&config, &fresh, &error), 0);
	assert_true(fresh.poll_interval_ns == 10 * SECOND && fresh.collector[SKSTAT_PROCFS_NETSTAT]);
	/* The user is the command line's; what is live needs no restart, and what hangs on another option says so. */
	assert_int_equal(skstat_config_restarts(&config, &fresh, restarts, sizeof(restarts)), 4);
	assert_string_equal(restarts, "poll.interval, poll.full-interval, poll.timeout, web.listen-address");
	skstat_config_free(&fresh);
	file_write("views: {}\n");
	assert_int_equal(skstat_config_again(&config, &fresh, &error), -EINVAL);
	skstat_config_free(&fresh);
	assert_true(config.poll_interval_ns == 20 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),
		cmocka_unit_test(bounds),
		cmocka_unit_test(least),
		cmocka_unit_test(matches),
		cmocka_unit_test(shows),
		cmocka_unit_test(labels),
		cmocka_unit_test(switches),
		cmocka_unit_test(streams),
		cmocka_unit_test(every_option),
		cmocka_unit_test(told),
		cmocka_unit_test_setup_teardown(line_goes_above_file, file_set_up, file_tear_down),
		cmocka_unit_test_setup_teardown(default_view, file_set_up, file_tear_down),
		cmocka_unit_test_setup_teardown(files, file_set_up, file_tear_down),
		cmocka_unit_test_setup_teardown(again, file_set_up, file_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
