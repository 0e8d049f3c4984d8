// SPDX-License-Identifier: GPL-2.0
/* Prints METRICS.md: every metric, out of the tables that make them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skstat/histograms.h>
#include <skstat/tables.h>

#include "collect/poll_time.h"
#include "model/model.h"
#include "model/module_families.h"
#include "model/self_families.h"
#include "procfs/collectors.h"
#include "render/format.h"
#include "stream/outlets.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char intro[] =
	"# Metrics\n"
	"\n"
	"<!-- Made by docs/metrics.c out of the tables that make the metrics. To refresh it: make docs -->\n"
	"\n"
	"Everything that `/metrics` can have. A figure that this kernel or the source (`skstat_source_info`) does\n"
	"not have is absent, never zero.\n"
	"\n"
	"**Names.** `skstat_<noun>_<unit>`, and `_total` behind it of a counter. Units are base units, seconds and\n"
	"bytes: what the kernel has in jiffies or eighths of a microsecond is scaled. A histogram `NAME` has the\n"
	"series `NAME_bucket`, `NAME_sum` and `NAME_count`. To statsd a name goes without `skstat_` and `_total`,\n"
	"with the values of its labels appended.\n"
	"\n"
	"**Counters start at 0 with the exporter.** What a connection had counted before the first walk is not in\n"
	"them; one that is opened later counts from its first byte. So `rate()` and `increase()` tell what happened,\n"
	"across restarts of the exporter and of the module. Counters never go backwards.\n"
	"\n"
	"**Histograms are cumulative**, as Prometheus wants them: each poll adds one observation for each connection\n"
	"that sent, received or held a queue since the poll before. Those of the journal (connect, first byte,\n"
	"duration, connection bytes) have one observation for each connection that opened or closed. So that 20\n"
	"groups stay below 3,000 series, a view has congestion windows, lowest round-trip times and bytes by\n"
	"connection only if it is asked for all histograms.\n"
	"\n"
	"**Stale figures are withheld.** When the last poll that succeeded is three intervals and a second old,\n"
	"`" SKSTAT_UP "` is 0, and only counters, histograms and gauges that cannot grow old are left.\n"
	"\n"
	"| label | is |\n"
	"|---|---|\n"
	"| `view` | the view that grouped the sockets; rules and dashboards choose `view=\"default\"` |\n"
	"| `direction` | `in`: the peer connected to us; `out`: we did; `unknown`: it cannot be told |\n"
	"| `port` | the service's port: the local one of `in`, the remote one of `out`; "
	"`ephemeral`: one out of ip_local_port_range that never listened |\n"
	"| `family` | `ipv4` or `ipv6`; IPv4 over an IPv6 socket is `ipv4` |\n"
	"| `comm` | if asked for: the process that connected, listens, accepted or first read; else `unknown` |\n"
	"| `kind`, `result` | how connections opened, closed, or failed to open |\n"
	"| `netns` | the network namespace: its name in /run/netns at first sight, else its inode |\n"
	"| `state` | TCP state, as `ss` writes it; of a view by it, the one in which the connection counted |\n"
	"| `cgroup` | of a view by it: the path below the cgroup2 mount, or `cgroup:` and its id |\n"
	"| `container`, `unit`, `pod` | the container's id, the systemd unit, the Kubernetes pod's uid in that path |\n"
	"| `uid`, `mark`, `congestion` | the socket's owner, its SO_MARK, its congestion control |\n"
	"| `interface` | the device that the socket is bound to: its name in the exporter's own namespace, else its "
	"index |\n"
	"| `remote` | the peer's prefix, or the name that the configuration gives it |\n"
	"\n"
	"The groups of a view have the labels that it asks for; the default one groups by direction, port and family, and\n"
	"that is what the tables below say. What a record does not tell is `\"\"`, which Prometheus takes for no label.\n"
	"\n"
	"Of what probes count, labels are as [that part](#what-probes-count-and-measure) has them.\n"
	"\n"
	"A view has room for so many groups (`--view.limit`), and there are `--netns.limit` namespaces with a label of their\n"
	"own. What does not fit is counted under `other`, where it stays: nothing moves between groups. A group that\n"
	"was admitted stays until it has had neither sockets nor change for `--view.group-ttl`.\n";

/* The row's expression in the kernel, by the field's id. */
static const struct {
	uint32_t id;
	const char *text;
} sources[] = {
#define SOURCE(ID, NAME, TYPE, KIND, UNIT, NOUN, AGGREGATE, SHOWN, HAVE, EXPRESSION, HELP) { ID, #EXPRESSION },
#define GROUP(NAME, name, kinds) SKSTAT_FIELDS_##NAME(SOURCE)
	SKSTAT_GROUPS(GROUP)
#undef GROUP
#undef SOURCE
};

enum part { PART_VIEW, PART_NAMESPACE, PART_PROBES, PART_KERNEL, PART_PROCFS, PART_EXPORTER, PART_PROCESS, __PART_MAX };

enum column { NO_COLUMN, FIELD, PROBE };

static const struct {
	const char *title, *text;
	enum column column; /* the last one: where in the kernel a figure is from */
} parts[__PART_MAX] = {
	[PART_VIEW] = {
		"Connections and listeners",
		"Sums and distributions over the sockets of a group. The last column has the field's name in the\n"
		"records and the JSON, and what the module reads for it (kmod/record.c): `tp` is the socket's struct\n"
		"tcp_sock, `icsk` its struct inet_connection_sock, `sk` its struct sock.",
		FIELD,
	},
	[PART_NAMESPACE] = {
		"Network namespaces",
		"Of each namespace as a whole, whatever the views group.",
		FIELD,
	},
	[PART_PROBES] = {
		"What probes count and measure",
		"Counted and measured in the kernel at its tracepoints, in all network namespaces, while `--probe.NAME` holds\n"
		"the probe that the last column names; a family whose tracepoint this kernel lacks is absent. A label whose\n"
		"value there is none of is not written: 5.10 gives no `reason`, a packet without device no `device` and no\n"
		"`netns`. In a name for statsd it has no place either.\n"
		"\n"
		"| label | is |\n"
		"|---|---|\n"
		"| `reason` | as the running kernel calls it: of drops by `enum skb_drop_reason`, of resets that were sent by "
		"`enum sk_rst_reason` |\n"
		"| `function` | the kernel's function that dropped the packet; `unknown`: it has no name |\n"
		"| `stack` | the functions that led there, the innermost first, with semicolons between them |\n"
		"| `device` | the network device that the packet was at, if it still is: a socket that takes a packet makes it "
		"forget. What a device had counted before it was renamed stays under its old name |\n"
		"| `qdisc` | the kind of queueing discipline, as `tc` calls it |\n"
		"| `netns` | the network namespace of the device, or of the socket; one that was gone before any poll saw it is "
		"`unknown` |\n"
		"| `protocol` | the EtherType (`ipv4`, `ipv6`, `arp`, or its number) |\n"
		"| `transport` | the IP protocol (`tcp`, `udp`, `icmp`, or its number) |\n"
		"| `port`, `remote_port` | the local port of the socket, where it is no port of ip_local_port_range, or "
		"listens; the peer's |\n"
		"| `error` | what the kernel refused with. Of datagrams: `ENOMEM`, the socket's queue was full; `ENOBUFS`, all "
		"of UDP's memory is in use. Of connect(): none, if it went well |\n"
		"| `limit` | `receive_queue`: SO_RCVBUF; `receive`, `send`: the memory of the protocol or of the cgroup |\n"
		"| `cause` | what made TCP send a segment again: see below |\n"
		"| `point` | the tracepoint where a packet was measured: from the driver, into the stack, out of it, to the "
		"driver |\n"
		"| `way`, `end` | where a packet came into the stack, and how it ended |\n"
		"| `state` | of a connection, as `ss` writes it; of its congestion control, `open` to `loss` |\n"
		"\n"
		"A family has room for `--probe.max-cells` series. What comes later is counted under `other` in every label,\n"
		"as is what found no place in the module's own table; so the sum over a family is always whole.\n"
		"\n"
		"**Buckets of these histograms** are made in the kernel, eight to each power of two, where each edge is exact;\n"
		"on this page they are put together at powers of four.\n"
		"\n"
		"**Causes of retransmits** are what the socket was at when it sent: `syn`, it had no answer to its SYN; `rto`,\n"
		"the retransmission timer, the first segment of each timeout; `slow_start`, what was marked as lost by that, as\n"
		"ACKs come; `fast`, what SACK, RACK or duplicate ACKs have shown as lost; `tlp`, a tail loss probe (RFC 8985).\n"
		"\n"
		"[PROBES.md](PROBES.md) says what each probe counts or measures on which kernel, and which of the kernel's own\n"
		"counters that can be held against; [PARITY.md](PARITY.md) which kernel has what.",
		PROBE,
	},
	[PART_KERNEL] = {
		"The kernel's own counters",
		"Those of /proc/net/snmp, netstat and snmp6 for each namespace, as they are: they count since the\n"
		"namespace was made. The sums over connections can be held against them.",
		NO_COLUMN,
	},
	[PART_PROCFS] = {
		"Collectors of /proc and /sys",
		"Off unless they are asked for, by `--collector.NAME`: node_exporter has the same. What only these have,\n"
		"the limits of TCP's memory and orphans, comes with sockstat. They are read once a poll, and count since the\n"
		"machine, the namespace or the device was there, not since the exporter. netstat, snmp, sockstat, netdev and\n"
		"conntrack are about the network namespace that the exporter is in; the others about the machine. In a\n"
		"container, `--path.procfs` and `--path.sysfs` say where the host's are mounted.\n"
		"\n"
		"Names are those of node_exporter but for what goes before: the collector. Counters end with `_total`, times\n"
		"are in seconds, and what the kernel has in pages is in bytes:\n"
		"\n"
		"| node_exporter | here |\n"
		"|---|---|\n"
		"| `node_netstat_TcpExt_TCPTimeouts` | `skstat_netstat_TcpExt_TCPTimeouts_total` |\n"
		"| `node_netstat_Tcp_InSegs`, `node_netstat_Ip6_InReceives` | `skstat_snmp_Tcp_InSegs_total`, "
		"`skstat_snmp_Ip6_InReceives_total` |\n"
		"| `node_netstat_Tcp_CurrEstab` | `skstat_snmp_Tcp_CurrEstab` |\n"
		"| `node_netstat_Icmp6_InType135` | `skstat_snmp_Icmp6_InType_total{icmp_type=\"135\"}` |\n"
		"| `node_sockstat_TCP_alloc`, `node_sockstat_TCP_mem_bytes` | `skstat_sockstat_TCP_alloc`, "
		"`skstat_sockstat_TCP_mem_bytes` |\n"
		"| `node_softnet_times_squeezed_total` | `skstat_softnet_times_squeezed_total` |\n"
		"| `node_network_receive_bytes_total`, `node_network_speed_bytes` | `skstat_netdev_receive_bytes_total`, "
		"`skstat_netdev_speed_bytes` |\n"
		"| `node_nf_conntrack_entries`, `node_nf_conntrack_stat_drop` | `skstat_conntrack_entries`, "
		"`skstat_conntrack_drop_total` |\n"
		"| `node_pressure_io_stalled_seconds_total` | `skstat_pressure_stalled_seconds_total{resource=\"io\"}` |\n"
		"| `node_load1` | `skstat_loadavg_load1` |\n"
		"| `node_scrape_collector_success` | `skstat_collector_success` |",
		NO_COLUMN,
	},
	[PART_EXPORTER] = {
		"The exporter",
		"What it did, and what that cost. The stages add up: exporter/self/self.h has the sums. `skstat_module_*`,\n"
		"`skstat_probe_*`, `skstat_conn_table_*`, `skstat_counts_table_*`, `skstat_histograms_table_*` and, of the journal, what was written,\n"
		"dropped and rung are the module's own: they count since it was loaded, go on where it is loaded anew, and\n"
		"are about all its readers.",
		NO_COLUMN,
	},
	[PART_PROCESS] = {
		"Its process",
		"As Prometheus' client libraries have them.",
		NO_COLUMN,
	},
};

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* The probes' families; of a histogram, what its unit comes behind. */
static const struct {
	const char *family, *probe;
	bool measured;
} probed[] = {
#define TABLE(ID, NAME, NAME_TEXT, PROBE, METRIC, HELP, A, B, C, D, E) { METRIC, #PROBE, false },
	SKSTAT_TABLES(TABLE)
#undef TABLE
#define HISTOGRAM(ID, NAME, NAME_TEXT, PROBE, UNIT, FIRST, METRIC, HELP, A, B, C) { METRIC "_", #PROBE, true },
	SKSTAT_HISTOGRAMS(HISTOGRAM)
#undef HISTOGRAM
};

/* In capitals, or NULL: it is no probe's. */
static const char *probe_of(const struct skstat_family_doc *doc)
{
	for (size_t i = 0; i < LENGTH(probed); i++) {
		bool is = probed[i].measured ? starts_with(doc->name, probed[i].family) :
					       strcmp(doc->name, probed[i].family) == 0;

		if (is && probed[i].measured == (doc->type == SKSTAT_METRIC_HISTOGRAM))
			return probed[i].probe;
	}
	return NULL;
}

static void print_probe(const struct skstat_family_doc *doc)
{
	const char *probe = probe_of(doc);

	if (!probe)
		return;
	putchar('`');
	for (; *probe; probe++)
		putchar(tolower((unsigned char)*probe));
	putchar('`');
}

static bool is_counted(const struct skstat_family_doc *doc)
{
	return probe_of(doc) || starts_with(doc->name, "skstat_counter_") ||
	       starts_with(doc->name, "skstat_histogram_");
}

static enum part part_of_model(const struct skstat_family_doc *doc)
{
	if (starts_with(doc->name, "skstat_view_"))
		return PART_EXPORTER;
	if (starts_with(doc->labels, "view"))
		return PART_VIEW;
	if (is_counted(doc))
		return PART_PROBES;
	return starts_with(doc->name, "skstat_mib_") ? PART_KERNEL : PART_NAMESPACE;
}

static enum part part_of_procfs(const struct skstat_family_doc *doc)
{
	return starts_with(doc->name, "skstat_collector_") ? PART_EXPORTER : PART_PROCFS;
}

static enum part part_of_self(const struct skstat_family_doc *doc)
{
	return starts_with(doc->name, "process_") ? PART_PROCESS : PART_EXPORTER;
}

/* Text in a cell, where a bar would end it. */
static void print_cell(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf(text[i] == '|' ? "\\|" : "%c", text[i]);
}

/* "a,b=x|y" as "`a`, `b` (`x`, `y`)". */
static void print_labels(const char *labels)
{
	while (*labels) {
		size_t name = strcspn(labels, ",=|");
		char end = labels[name];

		printf("`%.*s`", (int)name, labels);
		labels += name;
		if (end == '=') {
			const char *before = " (";

			do {
				size_t value = strcspn(++labels, ",|");

				printf("%s`%.*s`", before, (int)value, labels);
				before = ", ";
				labels += value;
			} while (*labels == '|');
			putchar(')');
			end = *labels;
		}
		if (end) {
			printf(", ");
			labels++;
		}
	}
}

/* The kernel's expression without our macros: "TP(x)" as "tp->x", "READ_ONCE(x)" as "x". */
static void print_expression(const char *text)
{
	static const struct {
		const char *macro, *becomes;
	} macros[] = { { "TP(", "tp->" }, { "READ_ONCE(", "" } };
	uint64_t dropped = 0; /* a bit for each open bracket, the innermost lowest: it was a macro's */

	while (*text) {
		size_t macro = 0;

		while (macro < LENGTH(macros) && !starts_with(text, macros[macro].macro))
			macro++;
		if (macro < LENGTH(macros)) {
			printf("%s", macros[macro].becomes);
			dropped = dropped << 1 | 1;
			text += strlen(macros[macro].macro);
			continue;
		}
		if (*text != ')' || !(dropped & 1))
			print_cell(text, 1);
		if (*text == '(')
			dropped <<= 1;
		if (*text == ')')
			dropped >>= 1;
		text++;
	}
}

static void print_field(const struct skstat_field *field)
{
	for (size_t i = 0; field && i < LENGTH(sources); i++) {
		if (sources[i].id != field->id)
			continue;
		printf("`%s`: `", field->name);
		print_expression(sources[i].text);
		putchar('`');
	}
}

static void print_row(const struct skstat_family_doc *doc, enum column column)
{
	static const char *const types[] = {
		[SKSTAT_METRIC_COUNTER] = "counter",
		[SKSTAT_METRIC_GAUGE] = "gauge",
		[SKSTAT_METRIC_HISTOGRAM] = "histogram",
	};

	printf("| `%s%s` | %s | ", doc->name, doc->type == SKSTAT_METRIC_COUNTER ? "_total" : "", types[doc->type]);
	print_labels(doc->labels);
	printf(" | ");
	print_cell(doc->help, strlen(doc->help));
	if (column != NO_COLUMN)
		printf(" | ");
	if (column == FIELD)
		print_field(doc->field);
	if (column == PROBE)
		print_probe(doc);
	printf(" |\n");
}

/* The part that is being printed, for the callbacks. */
struct progress {
	enum part part;
	bool begun;
};

static void print_family(struct progress *progress, const struct skstat_family_doc *doc)
{
	static const char *const titles[] = { [NO_COLUMN] = "", [FIELD] = " field |", [PROBE] = " probe |" };
	enum part part = progress->part;
	enum column column = parts[part].column;

	if (!progress->begun)
		printf("\n## %s\n\n%s\n\n| name | type | labels | meaning |%s\n|---|---|---|---|%s\n",
		       parts[part].title, parts[part].text, titles[column], column == NO_COLUMN ? "" : "---|");
	progress->begun = true;
	print_row(doc, column);
}

static void model_family(const struct skstat_family_doc *doc, void *arg)
{
	struct progress *progress = arg;

	if (part_of_model(doc) == progress->part)
		print_family(progress, doc);
}

static void self_family(const struct skstat_family_doc *doc, void *arg)
{
	struct progress *progress = arg;

	if (part_of_self(doc) == progress->part)
		print_family(progress, doc);
}

static void procfs_family(const struct skstat_family_doc *doc, void *arg)
{
	struct progress *progress = arg;

	if (part_of_procfs(doc) == progress->part)
		print_family(progress, doc);
}

int main(void)
{
	static const struct skstat_family_doc up = {
		.name = SKSTAT_UP, .unit = "", .help = SKSTAT_UP_HELP, .labels = "", .type = SKSTAT_METRIC_GAUGE,
	};

	fputs(intro, stdout);
	for (enum part part = 0; part < __PART_MAX; part++) {
		struct progress progress = { .part = part };

		skstat_model_document(model_family, &progress);
		if (part == PART_EXPORTER)
			print_family(&progress, &up);
		skstat_self_document(self_family, &progress);
		skstat_module_document(self_family, &progress);
		skstat_poll_time_document(self_family, &progress);
		skstat_outlets_document(self_family, &progress);
		skstat_procfs_document(procfs_family, &progress);
	}
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
