// SPDX-License-Identifier: GPL-2.0
/* The command line: every option, every refusal, and what --help says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/option.h"

#define MS 1000000ull
#define SECOND (1000 * MS)
#define WORDS 24 /* of a command line */

/* Parses "a b c" as the command line "skstat_exporter a b c". The words live as long as the next call is not made. */
static int parse(const char *line, struct skstat_config *config, struct skstat_error *error)
{
	static char copy[1024];
	char *argv[WORDS + 2] = { (char *)"skstat_exporter" };
	char *state = NULL;
	int argc = 1;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	for (char *word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
		assert_true(argc <= WORDS);
		argv[argc++] = word;
	}
	memset(error, 0, sizeof(*error));
	skstat_config_init(config);
	return skstat_config_parse(config, argc, argv, error);
}

static struct skstat_config parsed(const char *line)
{
	struct skstat_config config;
	struct skstat_error error;

	if (parse(line, &config, &error))
		fail_msg("%s: %s", line, error.text);
	return config;
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{ "0", 0 },
		{ "0s", 0 },
		{ "10ms", 10 * MS },
		{ "1s", SECOND },
		{ "1m30s", 90 * SECOND },
		{ "1h", 3600 * SECOND },
		{ "1d", 86400 * SECOND },
		{ "1d2h3m4s5ms", (86400 + 7200 + 180 + 4) * SECOND + 5 * MS },
		{ "1000ms", SECOND },
		{ "213503d", 213503ull * 86400 * SECOND },
	};
	static const char *const wrong[] = { "",     "5",     "00",   "s",	"ms",	  "5 s",     " 5s",   "5s ",
					     "-5s",  "+5s",   "1.5s", "1e3s",	"5S",	  "5sec",    "1s1m",  "1s1s",
					     "5sms", "1msms", "1m30", "213504d", "0x10s", "10000000000000000000000ms",
					     "213503d23h34m34s" };
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ns = 1;
		assert_int_equal(skstat_duration_parse(good[i].text, &ns), 0);
		assert_true(ns == good[i].ns);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (skstat_duration_parse(wrong[i], &ns) != -EINVAL)
			fail_msg("\"%s\" is taken for a duration", wrong[i]);
}

static void defaults(void **state)
{
	struct skstat_config c = parsed("");

	(void)state;
	assert_int_equal(c.source, SKSTAT_SOURCE_AUTO);
	assert_true(c.source_load && c.ipv4 && c.ipv6);
	assert_true(c.poll_interval_ns == SECOND && c.poll_full_interval_ns == 10 * SECOND);
	assert_true(c.poll_timeout_ns == SECOND);
	assert_true(c.poll_max_loops == 0 && c.poll_max_sockets == 0);
	assert_true(c.cpu_budget == 0 && c.memory_budget == 0);
	assert_false(c.once || c.help || c.version);
	assert_string_equal(c.kill_switch, "");
	assert_true(c.view_limit == 20 && c.netns_limit == 20 && c.view_ttl_ns == 3600 * SECOND);
	assert_true(c.journal && c.journal_first_byte && c.journal_reader);
	assert_true(c.probe[SKSTAT_PROBE_DROP] && c.probe[SKSTAT_PROBE_RETRANSMIT] && c.probe[SKSTAT_PROBE_RESET]);
	assert_true(c.probe[SKSTAT_PROBE_LIMIT] && c.probe[SKSTAT_PROBE_UDP] && c.probe[SKSTAT_PROBE_CHECKSUM]);
	assert_true(c.probe[SKSTAT_PROBE_STATE] && c.probe[SKSTAT_PROBE_CONGESTION]);
	assert_false(c.probe[SKSTAT_PROBE_LIFE] || c.probe[SKSTAT_PROBE_ACCEPT] || c.probe[SKSTAT_PROBE_SIZE] ||
		     c.probe[SKSTAT_PROBE_CALL_RETURN] || c.probe[SKSTAT_PROBE_STACK] ||
		     c.probe[SKSTAT_PROBE_UDP_CONNECT]);
	assert_int_equal(c.probe_max_cells, 500);
	assert_false(c.journal_accept || c.view_comm || c.view_all_histograms);
	for (size_t i = 0; i < __SKSTAT_PROCFS_MAX; i++)
		assert_false(c.collector[i]);
	assert_string_equal(c.path_procfs, "/proc");
	assert_string_equal(c.path_sysfs, "/sys");
	assert_int_equal(c.listens, 1);
	assert_string_equal(c.listen[0], "127.0.0.1:19733");
	assert_int_equal(c.hosts, 1);
	assert_string_equal(c.host[0], "localhost");
	assert_string_equal(c.telemetry_path, "/metrics");
	assert_string_equal(c.unix_socket, "");
	assert_string_equal(c.unix_group, "skstat");
	assert_string_equal(c.statsd_address, "");
	assert_string_equal(c.statsd_prefix, "skstat");
	assert_true(c.statsd_interval_ns == 10 * SECOND && c.statsd_mtu == 0);
	assert_int_equal(c.statsd_format, SKSTAT_STATSD_ETSY);
	assert_string_equal(c.statsd_template, "{prefix}.{name}.{values}");
	assert_int_equal(c.statsd_rate, SKSTAT_STATSD_RATE);
	assert_int_equal(c.statsd_ratio + c.statsd_views, 0);
	assert_string_equal(c.user, "nobody");
	assert_int_equal(c.log_level, SKSTAT_LOG_INFO);
	assert_int_equal(c.log_format, SKSTAT_LOG_LOGFMT);
}

/* Each default of the table is a value that its own row takes. */
static void defaults_are_valid(void **state)
{
	(void)state;
	for (const struct skstat_setting *s = skstat_setting_table; s->name; s++) {
		struct skstat_config config = { 0 };
		struct skstat_error error;

		if (s->take(s, s->value, &config, &error))
			fail_msg("the default of --%s: %s", s->name, error.text);
		assert_true(strlen(s->help) > 0 && s->help[strlen(s->help) - 1] != '.');
	}
}

static void every_option(void **state)
{
	struct skstat_config c;

	(void)state;
	assert_int_equal(parsed("--source=netlink").source, SKSTAT_SOURCE_NETLINK);
	assert_int_equal(parsed("--source inet_diag").source, SKSTAT_SOURCE_INET_DIAG);
	assert_int_equal(parsed("--source=netlink --source=auto").source, SKSTAT_SOURCE_AUTO);
	assert_false(parsed("--no-source.load").source_load);
	assert_true(parsed("--no-source.load --source.load").source_load);
	c = parsed("--no-ipv4");
	assert_true(!c.ipv4 && c.ipv6);
	c = parsed("--no-ipv6");
	assert_true(c.ipv4 && !c.ipv6);
	c = parsed("--no-ipv4 --no-ipv6 --ipv6");
	assert_true(!c.ipv4 && c.ipv6);
	assert_true(parsed("--poll.interval=10ms").poll_interval_ns == 10 * MS);
	assert_true(parsed("--poll.interval=1h").poll_interval_ns == 3600 * SECOND);
	assert_true(parsed("--poll.full-interval=1s").poll_full_interval_ns == SECOND);
	assert_true(parsed("--poll.max-loops=18446744073709551615").poll_max_loops == UINT64_MAX);
	assert_true(parsed("--poll.max-sockets=4294967295").poll_max_sockets == UINT32_MAX);
	assert_int_equal(parsed("--cpu-budget=2.5").cpu_budget, 2500000);
	assert_int_equal(parsed("--cpu-budget=100").cpu_budget, 100000000);
	assert_true(parsed("--memory-budget=1MiB").memory_budget == 1 << 20);
	assert_true(parsed("--memory-budget=500MB").memory_budget == 500000000);
	assert_true(parsed("--once").once);
	assert_string_equal(parsed("--kill-switch.file=/run/off").kill_switch, "/run/off");
	c = parsed("--no-journal");
	assert_true(!c.journal && c.journal_first_byte && c.journal_reader);
	c = parsed("--no-journal.first-byte");
	assert_true(c.journal && !c.journal_first_byte && c.journal_reader);
	c = parsed("--no-journal.reader");
	assert_true(c.journal && c.journal_first_byte && !c.journal_reader);
	c = parsed("--journal.accept-probe");
	assert_true(c.journal && c.journal_accept);
	assert_true(parsed("--no-journal --journal").journal);
	c = parsed("--no-probe.drop --no-probe.udp --probe.reset --probe.max-cells=7");
	assert_false(c.probe[SKSTAT_PROBE_DROP] || c.probe[SKSTAT_PROBE_UDP]);
	assert_true(c.probe[SKSTAT_PROBE_RETRANSMIT] && c.probe[SKSTAT_PROBE_RESET] && c.probe[SKSTAT_PROBE_LIMIT] &&
		    c.probe[SKSTAT_PROBE_CHECKSUM]);
	assert_int_equal(c.probe_max_cells, 7);
	assert_true(parsed("--view.comm").view_comm);
	assert_true(parsed("--view.all-histograms").view_all_histograms);
	assert_true(parsed("--view.limit=1").view_limit == 1);
	assert_true(parsed("--view.limit=100000").view_limit == 100000);
	assert_true(parsed("--view.group-ttl=7d").view_ttl_ns == 7 * 86400 * SECOND);
	assert_true(parsed("--netns.limit=5").netns_limit == 5);
	c = parsed("--collector.netdev --collector.loadavg");
	assert_true(c.collector[SKSTAT_PROCFS_NETDEV] && c.collector[SKSTAT_PROCFS_LOADAVG]);
	assert_false(c.collector[SKSTAT_PROCFS_NETSTAT] || c.collector[SKSTAT_PROCFS_PRESSURE]);
	assert_string_equal(parsed("--path.procfs=/host/proc").path_procfs, "/host/proc");
	assert_string_equal(parsed("--path.sysfs=/host/sys").path_sysfs, "/host/sys");
	assert_string_equal(parsed("--web.telemetry-path=/tcp/metrics").telemetry_path, "/tcp/metrics");
	assert_string_equal(parsed("--web.unix-socket=/run/skstat.sock").unix_socket, "/run/skstat.sock");
	assert_string_equal(parsed("--web.unix-group=adm").unix_group, "adm");
	assert_string_equal(parsed("--statsd.address=[::1]:8125").statsd_address, "[::1]:8125");
	assert_string_equal(parsed("--statsd.prefix=dc1.skstat").statsd_prefix, "dc1.skstat");
	assert_true(parsed("--statsd.interval=1s").statsd_interval_ns == SECOND);
	assert_int_equal(parsed("--statsd.format=influx").statsd_format, SKSTAT_STATSD_INFLUX);
	assert_int_equal(parsed("--statsd.format=dogstatsd").statsd_format, SKSTAT_STATSD_DOGSTATSD);
	assert_string_equal(parsed("--statsd.template=xtcp").statsd_template, "xtcp");
	assert_string_equal(parsed("--statsd.template={name}.{port}").statsd_template, "{name}.{port}");
	assert_int_equal(parsed("--statsd.sample-rate=0.05").statsd_rate, 50000);
	assert_int_equal(parsed("--statsd.sample-rate=0.000001").statsd_rate, 1);
	assert_int_equal(parsed("--statsd.view=").statsd_views, 0);
	c = parsed("--statsd.view=default --statsd.view=default");
	assert_int_equal(c.statsd_views, 2);
	assert_string_equal(c.statsd_view[1], "default");
	assert_int_equal(parsed("--stream=").streams, 0);
	c = parsed("--stream=events,jsonl,stdout --stream=both,protobuf,udp://127.0.0.1:9");
	assert_int_equal(c.streams, 2);
	assert_int_equal(c.stream[0].what, SKSTAT_STREAM_EVENTS);
	assert_int_equal(c.stream[1].format, SKSTAT_STREAM_PROTOBUF);
	assert_string_equal(c.stream[1].to, "udp://127.0.0.1:9");
	assert_true(c.stream[1].sample == 1 && c.stream[1].queue == 16 << 20);
	assert_true(parsed("--statsd.mtu=0").statsd_mtu == 0);
	assert_true(parsed("--statsd.mtu=512").statsd_mtu == 512);
	assert_true(parsed("--statsd.mtu=65507").statsd_mtu == 65507);
	assert_string_equal(parsed("--user=").user, "");
	assert_string_equal(parsed("--user=daemon").user, "daemon");
	assert_int_equal(parsed("--log.level=debug").log_level, SKSTAT_LOG_DEBUG);
	assert_int_equal(parsed("--log.level=error").log_level, SKSTAT_LOG_ERROR);
	assert_int_equal(parsed("--log.format=json").log_format, SKSTAT_LOG_JSON);
	assert_true(parsed("--help").help && parsed("-h").help);
	assert_true(parsed("--version").version);
}

static void listeners(void **state)
{
	struct skstat_config c = parsed("--web.listen-address=:1 --web.listen-address=[::1]:2");
	struct skstat_error error;
	char line[1024] = "";

	(void)state;
	assert_int_equal(c.hosts, 1);
	assert_int_equal(c.listens, 2);
	assert_string_equal(c.listen[0], ":1");
	assert_string_equal(c.listen[1], "[::1]:2");
	for (int i = 0; i < SKSTAT_CONFIG_LISTENERS; i++)
		strcat(line, "--web.listen-address=:1 ");
	assert_int_equal(parsed(line).listens, SKSTAT_CONFIG_LISTENERS);
	strcat(line, "--web.listen-address=:2");
	assert_int_equal(parse(line, &c, &error), -EINVAL);
	assert_string_equal(error.text, "--web.listen-address: \":2\" is one too many: write it 16 times at most");
	c = parsed("--web.host=a.example.org --web.host=b");
	assert_int_equal(c.hosts, 2);
	assert_string_equal(c.host[0], "a.example.org");
	assert_string_equal(c.host[1], "b");
	line[0] = '\0';
	for (int i = 0; i <= SKSTAT_CONFIG_HOSTS; i++)
		strcat(line, "--web.host=x ");
	assert_int_equal(parse(line, &c, &error), -EINVAL);
	assert_string_equal(error.text, "--web.host: \"x\" is one too many: write it 16 times at most");
}

/* What is not given follows from what is. */
static void worked_out(void **state)
{
	(void)state;
	assert_true(parsed("--poll.interval=30s").poll_full_interval_ns == 30 * SECOND);
	assert_true(parsed("--poll.interval=10s").poll_full_interval_ns == 10 * SECOND);
	assert_true(parsed("--poll.full-interval=2s --poll.interval=2s").poll_full_interval_ns == 2 * SECOND);
	assert_true(parsed("--poll.interval=30s").poll_timeout_ns == 30 * SECOND);
	assert_true(parsed("--poll.interval=10ms").poll_timeout_ns == SECOND);
	assert_true(parsed("--poll.interval=10ms --poll.timeout=0").poll_timeout_ns == SECOND);
	assert_true(parsed("--poll.interval=1m --poll.timeout=5s").poll_timeout_ns == 5 * SECOND);
	assert_true(parsed("--statsd.flush-ratio=0.9").statsd_interval_ns == SECOND / 10 * 9);
	assert_true(parsed("--statsd.flush-ratio=1000 --poll.interval=1h").statsd_interval_ns == 3600000 * SECOND);
	assert_true(parsed("--statsd.flush-ratio=3 --statsd.interval=7s --poll.interval=2s").statsd_interval_ns ==
		    6 * SECOND);
	assert_true(parsed("--statsd.flush-ratio=0.1 --poll.interval=10ms").statsd_interval_ns == SECOND / 100);
	assert_true(parsed("--statsd.flush-ratio=0 --statsd.interval=7s").statsd_interval_ns == 7 * SECOND);
}

static void refusals(void **state)
{
	static const struct {
		const char *line, *sentence;
	} wrong[] = {
		{ "--poll.interval=5", "--poll.interval: \"5\" has no unit: write 5s, 500ms, 1m30s, ..." },
		{ "--poll.interval=fast", "--poll.interval: \"fast\" is no duration: write 500ms, 5s, 1m30s, 1h, ..." },
		{ "--poll.interval=", "--poll.interval: \"\" is no duration: write 500ms, 5s, 1m30s, 1h, ..." },
		{ "--poll.interval=9ms", "--poll.interval: \"9ms\" is below 10ms: write 10ms to 1h" },
		{ "--poll.interval=0", "--poll.interval: \"0\" is below 10ms: write 10ms to 1h" },
		{ "--poll.interval=61m", "--poll.interval: \"61m\" is above 1h: write 10ms to 1h" },
		{ "--cpu-budget=0.001", "--cpu-budget: \"0.001\" is below 0.01: write 0.01 to 100" },
		{ "--cpu-budget=101", "--cpu-budget: \"101\" is above 100: write 0.01 to 100" },
		{ "--cpu-budget=5%", "--cpu-budget: \"5%\" is no number: write 0.01 to 100, with six decimals at most" },
		{ "--memory-budget=64", "--memory-budget: \"64\" is no size: write 64MiB, 500kB, 1GiB, ..." },
		{ "--memory-budget=1MiB5", "--memory-budget: \"1MiB5\" is no size: write 64MiB, 500kB, 1GiB, ..." },
		{ "--memory-budget=64kB", "--memory-budget: \"64kB\" is below 1MiB: write 1MiB to 1024GiB" },
		{ "--poll.full-interval=0", "--poll.full-interval: \"0\" is below 10ms: write 10ms to 1d" },
		{ "--poll.full-interval=25h", "--poll.full-interval: \"25h\" is above 1d: write 10ms to 1d" },
		{ "--poll.full-interval=1s --poll.interval=5s",
		  "--poll.full-interval: 1s is below --poll.interval, 5s: write that or more" },
		{ "--poll.timeout=1ms", "--poll.timeout: \"1ms\" is below 10ms: write 10ms to 1h" },
		{ "--poll.max-loops=-1",
		  "--poll.max-loops: \"-1\" is no whole number: write 0 to 18446744073709551615" },
		{ "--poll.max-loops=18446744073709551616",
		  "--poll.max-loops: \"18446744073709551616\" is no whole number: write 0 to 18446744073709551615" },
		{ "--poll.max-sockets=4294967296",
		  "--poll.max-sockets: \"4294967296\" is above 4294967295: write 0 to 4294967295" },
		{ "--probe.max-cells=0", "--probe.max-cells: \"0\" is below 1: write 1 to 100000" },
		{ "--probe.life", "--probe.life: there is no such option: --help lists them all" },
		{ "--view.limit=0", "--view.limit: \"0\" is below 1: write 1 to 100000" },
		{ "--view.limit=100001", "--view.limit: \"100001\" is above 100000: write 1 to 100000" },
		{ "--view.limit=ten", "--view.limit: \"ten\" is no whole number: write 1 to 100000" },
		{ "--view.group-ttl=999ms", "--view.group-ttl: \"999ms\" is below 1s: write 1s to 365d" },
		{ "--netns.limit=1e3", "--netns.limit: \"1e3\" is no whole number: write 1 to 100000" },
		{ "--stream=sockets", "--stream: \"sockets\" is no stream: write WHAT,FORMAT,TO, as "
		  "sockets,jsonl,file:/var/log/sockets.jsonl" },
		{ "--stream=x,jsonl,stdout", "--stream: \"x\" is none of sockets, events, both" },
		{ "--stream=both,xml,stdout", "--stream: \"xml\" is none of jsonl, protobuf" },
		{ "--stream=both,jsonl,x", "--stream: \"x\" is no place for a stream: write stdout, file:/PATH, "
		  "udp://HOST:PORT, unix:/PATH or unixgram:/PATH" },
		{ "--stream=both,jsonl,file:x", "--stream: \"x\" is no path of a file: write file:/PATH" },
		{ "--no-journal --stream=events,jsonl,stdout",
		  "stream stream1: there are no events without the journal: leave --no-journal out" },
		{ "--once --stream=sockets,jsonl,stdout",
		  "stream stream1: standard output has the metrics, by --once: write it to a file" },
		{ "--stream=events,jsonl,stdout --stream=sockets,jsonl,stdout",
		  "stream stream2: standard output has a stream already: write it to a file" },
		{ "--stream=events,jsonl,file:/a --stream=sockets,jsonl,file:/a",
		  "stream stream2: file:/a is stream stream1's: write it to another file" },
		{ "--statsd.mtu=511", "--statsd.mtu: \"511\" is below 512: write 512 to 65507" },
		{ "--statsd.mtu=65508", "--statsd.mtu: \"65508\" is above 65507: write 512 to 65507" },
		{ "--statsd.format=graphite", "--statsd.format: \"graphite\" is none of etsy|dogstatsd|influx" },
		{ "--statsd.template={prefix}",
		  "--statsd.template: \"{prefix}\" has no {name}, without which all metrics were one" },
		{ "--statsd.view=edge",
		  "--statsd.view: there is no view \"edge\": write default, or the name of one in the "
		  "configuration file" },
		{ "--statsd.flush-ratio=0.09", "--statsd.flush-ratio: \"0.09\" is below 0.1: write 0.1 to 1000" },
		{ "--statsd.flush-ratio=1001", "--statsd.flush-ratio: \"1001\" is above 1000: write 0.1 to 1000" },
		{ "--statsd.sample-rate=0", "--statsd.sample-rate: \"0\" is below 0.000001: write 0.000001 to 1" },
		{ "--statsd.sample-rate=1.000001",
		  "--statsd.sample-rate: \"1.000001\" is above 1: write 0.000001 to 1" },
		{ "--statsd.sample-rate=0.1234567",
		  "--statsd.sample-rate: \"0.1234567\" is no number: write 0.000001 to 1, with six decimals at most" },
		{ "--statsd.sample-rate=-1",
		  "--statsd.sample-rate: \"-1\" is no number: write 0.000001 to 1, with six decimals at most" },
		{ "--statsd.prefix=a:b",
		  "--statsd.prefix: \"a:b\" is no prefix: write letters, digits, \"_\", \"-\" and \".\"" },
		{ "--statsd.prefix=",
		  "--statsd.prefix: \"\" is no prefix: write letters, digits, \"_\", \"-\" and \".\"" },
		{ "--source=ebpf", "--source: \"ebpf\" is none of auto|netlink|inet_diag" },
		{ "--log.level=loud", "--log.level: \"loud\" is none of debug|info|warn|error" },
		{ "--log.format=", "--log.format: \"\" is none of logfmt|json" },
		{ "--web.listen-address=",
		  "--web.listen-address: \"\" is no address: write 127.0.0.1:19733, :19733, ..." },
		{ "--web.host=a:80",
		  "--web.host: \"a:80\" is no name of a host: write it without port: www.example.org, ..." },
		{ "--web.host=", "--web.host: \"\" is no name of a host: write it without port: www.example.org, ..." },
		{ "--web.telemetry-path=metrics",
		  "--web.telemetry-path: \"metrics\" does not start with \"/\": write /metrics, ..." },
		{ "--web.telemetry-path=",
		  "--web.telemetry-path: \"\" does not start with \"/\": write /metrics, ..." },
		{ "--web.telemetry-path=/", "--web.telemetry-path: \"/\" is the landing page: write /metrics, ..." },
		{ "--web.telemetry-path=/-/metrics",
		  "--web.telemetry-path: \"/-/metrics\" is below /-/, which is taken: write /metrics, ..." },
		{ "--web.telemetry-path=/api/metrics",
		  "--web.telemetry-path: \"/api/metrics\" is below /api/, which is taken: write /metrics, ..." },
		{ "--web.telemetry-path=/m?x",
		  "--web.telemetry-path: \"/m?x\" has a character that would have to be escaped: write /metrics, ..." },
		{ "--web.telemetry-path=/%20",
		  "--web.telemetry-path: \"/%20\" has a character that would have to be escaped: write /metrics, ..." },
		{ "--no-ipv4 --no-ipv6",
		  "--no-ipv4 and --no-ipv6: together they leave nothing to read: write one at most" },
		{ "--speed=3", "--speed: there is no such option: --help lists them all" },
		{ "--no-once", "--no-once: there is no such option: --help lists them all" },
		{ "-x", "-x: there is no such option: --help lists them all" },
		{ "-hx", "-x: there is no such option: --help lists them all" },
		{ "--poll.m=3", "--poll.m: not the whole name: write --poll.max-loops or --poll.max-sockets" },
		{ "--statsd.mtu", "--statsd.mtu: the value is missing: write --statsd.mtu=BYTES" },
		{ "--journal=off", "--journal: \"off\" is too much, it takes no value: write --journal or --no-journal" },
		{ "--once=yes", "--once: \"yes\" is too much, it takes no value: write --once" },
		{ "--ipv4=no", "--ipv4: \"no\" is too much, it takes no value: write --ipv4 or --no-ipv4" },
		{ "--no-ipv6=1", "--no-ipv6: \"1\" is too much, it takes no value: write --ipv6 or --no-ipv6" },
		{ "start", "\"start\": not an option: they start with --, and --help lists them all" },
		{ "--once start --help", "\"start\": not an option: they start with --, and --help lists them all" },
		{ "-- --once", "\"--once\": not an option: they start with --, and --help lists them all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct skstat_config config;
		struct skstat_error error;

		if (parse(wrong[i].line, &config, &error) != -EINVAL)
			fail_msg("\"%s\" was taken", wrong[i].line);
		assert_int_equal(error.err, -EINVAL);
		assert_string_equal(error.text, wrong[i].sentence);
	}
}

/* A sentence ends in the room that it has, however long the word is. */
static void long_words(void **state)
{
	static const char *const options[] = { "--poll.interval=", "--view.limit=", "--source=",
					       "--web.telemetry-path=",
					       "--once=",	   "--no-ipv4=",      "--",	   "--no-",
					       "",		   "--statsd.prefix=:" };
	char word[900];

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct skstat_config config;
		struct skstat_error error;

		memset(word, '7', sizeof(word));
		word[sizeof(word) - 1] = '\0';
		memcpy(word, options[i], strlen(options[i]));
		assert_int_equal(parse(word, &config, &error), -EINVAL);
		assert_true(strlen(error.text) < sizeof(error.text) - 1);
	}
}

/* --help names every option with its default, fits a terminal, and starts all explanations in one column. */
static void help(void **state)
{
	FILE *file = tmpfile();
	char text[16384], wanted[128], *line, *next = text;
	size_t length, column = 0;

	(void)state;
	assert_non_null(file);
	skstat_config_help(file);
	rewind(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	assert_true(length > 0 && length < sizeof(text) - 1);

	for (const struct skstat_setting *s = skstat_setting_table; s->name; s++) {
		snprintf(wanted, sizeof(wanted), "--%s%s", skstat_setting_negatable(s) ? "[no-]" : "", s->name);
		line = strstr(text, wanted);
		if (!line)
			fail_msg("--help has no %s", wanted);
		if (!s->argument || !*s->value)
			continue;
		/* Lines are wrapped: the last word of the remark is looked for. */
		snprintf(wanted, sizeof(wanted), "%s", s->value);
		assert_non_null(strstr(line, wanted));
	}
	assert_non_null(strstr(text, "(default 1s; 10ms to 1h)"));
	assert_non_null(strstr(text, "\nPolls\n"));
	while ((line = strsep(&next, "\n"))) {
		size_t words = strspn(line, " ");

		assert_true(strlen(line) <= 100);
		if (words == 2) {
			words += strcspn(line + words, " ");
			while (line[words] == ' ' && line[words + 1] != ' ')
				words += 1 + strcspn(line + words + 1, " "); /* "-h, --help" */
			words += strspn(line + words, " ");
		}
		if (!words)
			continue;
		if (!column)
			column = words;
		assert_int_equal(words, column);
	}
	assert_true(column > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),	cmocka_unit_test(defaults),   cmocka_unit_test(defaults_are_valid),
		cmocka_unit_test(every_option), cmocka_unit_test(listeners),  cmocka_unit_test(worked_out),
		cmocka_unit_test(refusals),	cmocka_unit_test(long_words), cmocka_unit_test(help),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
