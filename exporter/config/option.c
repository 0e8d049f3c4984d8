// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <skstat/probes.h>

#include "option.h"
#include "take.h"

static const char *const sources[] = {
	[SKSTAT_SOURCE_AUTO] = "auto",
	[SKSTAT_SOURCE_NETLINK] = "netlink",
	[SKSTAT_SOURCE_INET_DIAG] = "inet_diag",
	NULL,
};

static const char *const levels[] = {
	[SKSTAT_LOG_DEBUG] = "debug",
	[SKSTAT_LOG_INFO] = "info",
	[SKSTAT_LOG_WARN] = "warn",
	[SKSTAT_LOG_ERROR] = "error",
	NULL,
};

static const char *const formats[] = {
	[SKSTAT_LOG_LOGFMT] = "logfmt",
	[SKSTAT_LOG_JSON] = "json",
	NULL,
};

static const char *const dialects[] = {
	[SKSTAT_STATSD_ETSY] = "etsy",
	[SKSTAT_STATSD_DOGSTATSD] = "dogstatsd",
	[SKSTAT_STATSD_INFLUX] = "influx",
	NULL,
};

#define MANY(member) .many = offsetof(struct skstat_config, member)
#define LIVE .live = true
#define PLACE(member) .place = offsetof(struct skstat_config, member)
#define SWITCH(member) .take = skstat_take_switch, PLACE(member)
#define TEXT(member) .take = skstat_take_text, PLACE(member)
#define CHOICE(member, of) .take = skstat_take_choice, PLACE(member), .words = of
#define DURATION(member, from, to) .take = skstat_take_duration, PLACE(member), .least = from, .most = to
#define SIZE(member, from, to) .take = skstat_take_size, PLACE(member), .least = from, .most = to
#define NUMBER(member, from, to) .take = skstat_take_number, PLACE(member), .least = from, .most = to
#define RATIO(member, from, to) .take = skstat_take_ratio, PLACE(member), .least = from, .most = to
#define NUMBER32(member, from, to) .take = skstat_take_number32, PLACE(member), .least = from, .most = to

/*
 * The probes that count or measure: each has a switch of its name. Held are, unless it says otherwise, those that meet
 * few packets, or nothing but trouble.
 */
#define PROBE_HELD(NAME, name, help) PROBE_ROW(NAME, name, help, "true")
#define PROBE_LEFT(NAME, name, help) PROBE_ROW(NAME, name, help, "false")
#define PROBE_ROW(NAME, name, help, held) \
	{ "Probes", "probe." #name, 0, NULL, held, help, SWITCH(PLACE_OF(NAME)), LIVE },
#define PROBE_NONE(NAME, name, help) /* the journal's: it has switches of its own */
#define PLACE_OF(NAME) probe[SKSTAT_PROBE_##NAME]

#define PROBE_LIFE(...) PROBE_NONE(__VA_ARGS__)
#define PROBE_FIRST_BYTE(...) PROBE_NONE(__VA_ARGS__)
#define PROBE_READER(...) PROBE_NONE(__VA_ARGS__)
#define PROBE_ACCEPT(...) PROBE_NONE(__VA_ARGS__)
#define PROBE_SYNACK(...) PROBE_NONE(__VA_ARGS__)
#define PROBE_DROP(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_RETRANSMIT(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_RESET(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_LIMIT(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_UDP(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_CHECKSUM(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_SIZE(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_TRANSMIT(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_QDISC(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_READ(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_SKB(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_CALL(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_CALL_RETURN(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_STATE(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_CONGESTION(...) PROBE_HELD(__VA_ARGS__)
#define PROBE_PACKET(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_STACK(...) PROBE_LEFT(__VA_ARGS__)
#define PROBE_UDP_CONNECT(...) PROBE_LEFT(__VA_ARGS__)

const struct skstat_setting skstat_setting_table[] = {
	{ "Configuration", "config.file", 0, "FILE", "",
	  "Views, names, probes and options in YAML (docs/CONFIGURATION.md); what is written here goes above it. Read "
	  "again at SIGHUP",
	  TEXT(config_file), .line_only = true },
	{ "Configuration", "config.check", 0, NULL, "false",
	  "Say whether the file and these options are well, and end: 0 if they are, 2 if not",
	  SWITCH(config_check), .line_only = true },
	{ "Configuration", "config.predict", 0, NULL, "false",
	  "Read the sockets once, say how many groups and series each view makes of them, and end",
	  SWITCH(config_predict), .line_only = true },

	{ "Source", "source", 0, "auto|netlink|inet_diag", "auto",
	  "Where sockets come from: the module, inet_diag of this network namespace, or the first of these that "
	  "can be had",
	  CHOICE(source, sources) },
	{ "Source", "source.load", 0, NULL, "true", "Load the module if it is not there and this process may",
	  SWITCH(source_load) },
	{ "Source", "ipv4", 0, NULL, "true", "Read IPv4 sockets, and IPv6 sockets that talk IPv4", SWITCH(ipv4) },
	{ "Source", "ipv6", 0, NULL, "true", "Read IPv6 sockets", SWITCH(ipv6) },

	{ "Polls", "poll.interval", 0, "DURATION", "1s", "Time from one poll to the next",
	  DURATION(poll_interval_ns, "10ms", "1h") },
	{ "Polls", "poll.full-interval", 0, "DURATION", "10s",
	  "Time between polls that bring every socket; those between bring what was active. "
	  "Not below --poll.interval, to which the default rises",
	  DURATION(poll_full_interval_ns, "10ms", "1d") },
	{ "Polls", "poll.timeout", 0, "DURATION", "0",
	  "Give a poll up after that long; 0 stands for the interval, and 1s at least",
	  DURATION(poll_timeout_ns, "10ms", "1h") },
	{ "Polls", "poll.max-loops", 0, "N", "0", "End after so many polls; 0: never",
	  NUMBER(poll_max_loops, "0", "18446744073709551615") },
	{ "Polls", "poll.max-sockets", 0, "N", "0",
	  "Let the kernel end a poll after so many sockets; 0: after the last one",
	  NUMBER32(poll_max_sockets, "0", "4294967295") },
	{ "Polls", "cpu-budget", 0, "PERCENT", "0",
	  "Poll less often, down to once a minute, if polls take more than that of one CPU (docs/OPERATIONS.md); 0: as "
	  "often as asked for",
	  RATIO(cpu_budget, "0.01", "100") },
	{ "Polls", "once", 0, NULL, "false", "Poll once, print the metrics, and end", SWITCH(once) },
	{ "Polls", "kill-switch.file", 0, "FILE", "",
	  "Looked at before each poll: the exporter ends if it is there, unless its first word is 0",
	  TEXT(kill_switch) },

	{ "Journal", "journal", 0, NULL, "true",
	  "Follow connections between polls too, by the kernel's events as they open, fail and close",
	  SWITCH(journal) },
	{ "Journal", "journal.first-byte", 0, NULL, "true",
	  "Note when the first payload of a connection came: costs a little at each segment received",
	  SWITCH(journal_first_byte) },
	{ "Journal", "journal.reader", 0, NULL, "true",
	  "Note the process that reads first from an accepted connection: costs a little at each read",
	  SWITCH(journal_reader) },
	{ "Journal", "journal.accept-probe", 0, NULL, "false",
	  "Note the process that accept() returns to, by a kretprobe: knows those that never read, costs more",
	  SWITCH(journal_accept) },

#define PROBE_SWITCH(id, NAME, name, help) PROBE_##NAME(NAME, name, help)
	SKSTAT_PROBES(PROBE_SWITCH)
#undef PROBE_SWITCH
	{ "Probes", "probe.max-cells", 0, "N", "500",
	  "Series that one family of these may have; the rest is counted as \"other\"",
	  NUMBER32(probe_max_cells, "1", "100000") },

	{ "Metrics", "view.limit", 0, "N", "20", "Groups of the view `default`; the rest is counted as \"other\"",
	  NUMBER32(view_limit, "1", "100000"), LIVE },
	{ "Metrics", "view.group-ttl", 0, "DURATION", "1h", "Forget a group after so long without sockets or change",
	  DURATION(view_ttl_ns, "1s", "365d"), LIVE },
	{ "Metrics", "view.comm", 0, NULL, "false",
	  "Group by the process's name as well. Needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, to find those of "
	  "other users in /proc",
	  SWITCH(view_comm), LIVE },
	{ "Metrics", "view.all-histograms", 0, NULL, "false",
	  "All histograms there are, and not only those with which 20 groups stay below 3,000 series",
	  SWITCH(view_all_histograms), LIVE },
	{ "Metrics", "memory-budget", 0, "SIZE", "0",
	  "Count new groups as \"other\" if the model and snapshots take more than that (docs/OPERATIONS.md); 0: no limit",
	  SIZE(memory_budget, "1MiB", "1024GiB") },
	{ "Metrics", "netns.limit", 0, "N", "20", "Network namespaces with a label of their own",
	  NUMBER32(netns_limit, "1", "100000") },

#define COLLECTOR(NAME, name, help) \
	{ "Collectors", "collector." #name, 0, NULL, "false", help, SWITCH(collector[SKSTAT_PROCFS_##NAME]), LIVE },
	SKSTAT_PROCFS_COLLECTORS(COLLECTOR)
#undef COLLECTOR
	{ "Collectors", "path.procfs", 0, "DIRECTORY", "/proc", "Where these find /proc", TEXT(path_procfs) },
	{ "Collectors", "path.sysfs", 0, "DIRECTORY", "/sys",
	  "Where they find /sys, which must have been mounted in this network namespace", TEXT(path_sysfs) },

	{ "Web", "web.listen-address", 0, "HOST:PORT", "127.0.0.1:19733", "Where to serve HTTP; may be repeated",
	  .take = skstat_take_listen, PLACE(listen), MANY(listens) },
	{ "Web", "web.host", 0, "NAME", "localhost",
	  "A name by which requests may call this server (Host header), beside addresses, localhost and this "
	  "machine's own name; may be repeated",
	  .take = skstat_take_host, PLACE(host), MANY(hosts) },
	{ "Web", "web.telemetry-path", 0, "PATH", "/metrics", "Where the metrics are", .take = skstat_take_path,
	  PLACE(telemetry_path) },
	{ "Web", "web.unix-socket", 0, "FILE", "",
	  "A unix socket on which single sockets are served too (/api/v1/..., docs/API.md)",
	  TEXT(unix_socket) },
	{ "Web", "web.unix-group", 0, "GROUP", "skstat", "The group that may use it, if there is one of that name",
	  TEXT(unix_group) },
	{ "Web", "web.enable-lifecycle", 0, NULL, "false", "POST /-/reload reads the configuration file again",
	  SWITCH(web_lifecycle) },
	{ "Web", "web.config.file", 0, "FILE", "",
	  "TLS, clients' certificates, passwords and headers of TCP listeners, in YAML as Prometheus has it (docs/HTTP.md). "
	  "Read again when it changes",
	  TEXT(web_file) },
	{ "Web", "web.max-connections", 0, "N", "1024",
	  "Connections of each listener; who comes then takes the place of who has waited for nothing for longest",
	  NUMBER32(web_connections, "2", "65536") },
	{ "Web", "web.timeout", 0, "DURATION", "30s", "Close a connection after so long without a byte either way",
	  DURATION(web_timeout_ns, "1s", "1h") },
	{ "Web", "web.max-requests", 0, "N", "0",
	  "Requests a second over TCP, of all clients together: 429 above; 0: as many as come",
	  NUMBER32(web_requests, "0", "1000000") },

	{ "statsd", "statsd.address", 0, "HOST:PORT", "",
	  "Send metrics there, by UDP; unix:/PATH, unix:@NAME: to a unix datagram socket", TEXT(statsd_address) },
	{ "statsd", "statsd.format", 0, "etsy|dogstatsd|influx", "etsy",
	  "Labels as part of names, as tags behind the type, or as tags behind the name",
	  CHOICE(statsd_format, dialects) },
	{ "statsd", "statsd.prefix", 0, "PREFIX", "skstat", "What their names start with", .take = skstat_take_prefix,
	  PLACE(statsd_prefix) },
	{ "statsd", "statsd.template", 0, "TEMPLATE", SKSTAT_STATSD_TEMPLATE,
	  "How names are put together, with {LABEL} for a label's value; xtcp: xtcp's own figures under its names, and "
	  "nothing else (docs/STATSD.md)",
	  .take = skstat_take_template, PLACE(statsd_template) },
	{ "statsd", "statsd.view", 0, "VIEW", "", "Send only the metrics of this view; may be repeated",
	  .take = skstat_take_statsd_view, PLACE(statsd_view), MANY(statsd_views) },
	{ "statsd", "statsd.interval", 0, "DURATION", "10s", "Time between two sendings",
	  DURATION(statsd_interval_ns, "10ms", "1h") },
	{ "statsd", "statsd.flush-ratio", 0, "RATIO", "0",
	  "The same as so many times --poll.interval, which goes before it; 0: as that says",
	  RATIO(statsd_ratio, "0.1", "1000") },
	{ "statsd", "statsd.sample-rate", 0, "RATE", "1",
	  "Part of the counters' lines to draw and send: each says so (|@RATE), and servers multiply it",
	  RATIO(statsd_rate, "0.000001", "1") },
	{ "statsd", "statsd.mtu", 0, "BYTES", "0",
	  "Size of a datagram, at most; 0: what gets to the receiver in one packet, up to 4095",
	  NUMBER32(statsd_mtu, "512", "65507") },

	{ "Streams", "stream", 0, "WHAT,FORMAT,TO", "",
	  "Write sockets, events or both as jsonl or protobuf to stdout, file:/PATH, udp://HOST:PORT, unix:/PATH or "
	  "unixgram:/PATH (docs/STREAMS.md); may be repeated",
	  .take = skstat_take_stream, PLACE(stream_text), MANY(stream_texts) },

	{ "Process", "user", 0, "USER", "nobody", "Whom to become when started as root; --user= stays root",
	  TEXT(user) },
	{ "Process", "log.level", 0, "debug|info|warn|error", "info", "Say nothing below that",
	  CHOICE(log_level, levels) },
	{ "Process", "log.format", 0, "logfmt|json", "logfmt", "How log lines are written",
	  CHOICE(log_format, formats) },
	{ "Process", "help", 'h', NULL, "false", "Print this", SWITCH(help), .line_only = true },
	{ "Process", "version", 0, NULL, "false", "Print the version", SWITCH(version), .line_only = true },
	{ .name = NULL },
};

size_t skstat_setting_count(void)
{
	return sizeof(skstat_setting_table) / sizeof(skstat_setting_table[0]) - 1;
}

static size_t *many(const struct skstat_setting *setting, struct skstat_config *config)
{
	return (size_t *)((char *)config + setting->many);
}

void skstat_setting_clear(const struct skstat_setting *setting, struct skstat_config *config)
{
	*many(setting, config) = 0;
}

static bool same_texts(const char *const *a, const char *const *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

bool skstat_setting_same(const struct skstat_setting *setting, const struct skstat_config *a,
			 const struct skstat_config *b)
{
	const void *first = (const char *)a + setting->place, *second = (const char *)b + setting->place;
	size_t count = 1;

	if (setting->many) {
		count = *(const size_t *)((const char *)a + setting->many);
		if (count != *(const size_t *)((const char *)b + setting->many))
			return false;
	}
	if (setting->take == skstat_take_switch)
		return memcmp(first, second, sizeof(bool)) == 0;
	if (setting->take == skstat_take_duration || setting->take == skstat_take_number ||
	    setting->take == skstat_take_size)
		return memcmp(first, second, sizeof(uint64_t)) == 0;
	if (setting->take == skstat_take_number32 || setting->take == skstat_take_choice ||
	    setting->take == skstat_take_ratio)
		return memcmp(first, second, sizeof(uint32_t)) == 0;
	return same_texts(first, second, count);
}

bool skstat_setting_negatable(const struct skstat_setting *setting)
{
	return !setting->argument && strcmp(setting->value, "true") == 0;
}
