/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter says of itself. One row is one series; the rows of a family follow each other. A row makes the
 * member of struct skstat_self, the series on /metrics, and the line in METRICS.md. Any thread may count into it.
 *
 *   S(member, family, unit, type, label, value, constant, help)
 *
 *   member    of struct skstat_self
 *   family    of the metric, without its unit and without `_total`: these are appended
 *   unit      of the member: NONE, BYTES ("_bytes"), NANOSECONDS (shown as "_seconds"), MILLIONTHS ("_ratio")
 *   type      COUNTER or GAUGE
 *   label     name of the one label; "" for none
 *   value     its value
 *   constant  1: a gauge that stays on /metrics when the snapshot is stale
 *   help      one sentence; that of a family's first row is the family's, the others' are ""
 *
 * What goes in comes out (the first line: as long as no dump broke off):
 *
 *   walk_emitted = records_received - records_netns + records_unknown
 *   records_received = the sum of records_full_ipv4 to records_netns
 *   records_full_ipv4 + records_full_ipv6 = model_updated + model_new + model_baseline + model_duplicate + model_buried
 *   model_tracked = model_new + model_baseline + model_announced - model_removed
 *   events_closed = closes_known + closes_unseen + closes_older + closes_baseline + closes_late
 */
#ifndef SKSTAT_SELF_H
#define SKSTAT_SELF_H

#include <stdatomic.h>
#include <stdint.h>

#define SKSTAT_SELF(S)                                                                                                 \
	/* polls */                                                                                                    \
	S(polls_full, "skstat_polls", NONE, COUNTER, "kind", "full", 0, "Polls begun")                                 \
	S(polls_delta, "skstat_polls", NONE, COUNTER, "kind", "delta", 0, "")                                          \
	S(polls_failed, "skstat_poll_failures", NONE, COUNTER, "reason", "error", 0, "Polls that did not end well")    \
	S(polls_timeout, "skstat_poll_failures", NONE, COUNTER, "reason", "timeout", 0, "")                            \
	S(polls_partial, "skstat_poll_failures", NONE, COUNTER, "reason", "partial", 0, "")                            \
	S(polls_unread, "skstat_poll_failures", NONE, COUNTER, "reason", "journal", 0, "")                             \
	S(polls_uncounted, "skstat_poll_failures", NONE, COUNTER, "reason", "counters", 0, "")                         \
	S(polls_unmeasured, "skstat_poll_failures", NONE, COUNTER, "reason", "histograms", 0, "")                      \
	S(polls_late, "skstat_polls_late", NONE, COUNTER, "", "", 0,                                                   \
	  "Polls left out because the one before took longer than the interval")                                       \
	S(poll_cpu_ns, "skstat_poll_cpu", NANOSECONDS, COUNTER, "", "", 0,                                             \
	  "CPU time of the thread that polls, from the end of the first poll on: with the kernel's walks, which are "  \
	  "done in it, and without the probes")                                                                        \
	S(interval_ns, "skstat_poll_interval", NANOSECONDS, GAUGE, "", "", 1,                                          \
	  "Time from one poll to the next as it is now: --poll.interval, unless --cpu-budget stretches it")            \
	S(interval_stretched, "skstat_poll_interval_stretched", NONE, GAUGE, "", "", 1,                                \
	  "1 while polls come less often than --poll.interval wants them, for they take more than --cpu-budget")       \
	S(gaps, "skstat_gaps", NONE, COUNTER, "", "", 0, "Times that the module was loaded anew under the exporter")   \
	/* the kernel's walk */                                                                                        \
	S(walk_ns, "skstat_walk", NANOSECONDS, COUNTER, "", "", 0, "Time that the walks took in the kernel")           \
	S(walk_restarts, "skstat_walk_restarts", NONE, COUNTER, "", "", 0,                                             \
	  "Hash chains walked again because they changed underfoot")                                                   \
	S(walk_emitted, "skstat_walk_sockets", NONE, COUNTER, "result", "emitted", 0,                                  \
	  "Sockets that the walks visited, by what became of them")                                                    \
	S(walk_filtered, "skstat_walk_sockets", NONE, COUNTER, "result", "filtered", 0, "")                            \
	S(walk_idle, "skstat_walk_sockets", NONE, COUNTER, "result", "idle", 0, "")                                    \
	S(walk_gone, "skstat_walk_sockets", NONE, COUNTER, "result", "gone", 0, "")                                    \
	/* the journal */                                                                                              \
	S(journal_held, "skstat_journal_held", NONE, GAUGE, "", "", 0,                                                 \
	  "1 while the journal is held: without it, what happens between two polls is not seen")                       \
	S(journal_events, "skstat_journal_events", NONE, COUNTER, "", "", 0, "Events of the journal that were read")   \
	S(journal_lost, "skstat_journal_lost_events", NONE, COUNTER, "", "", 0,                                        \
	  "Events of the journal that were missed: overwritten before they were read, or without memory for them")     \
	S(journal_unknown, "skstat_journal_unknown_events", NONE, COUNTER, "", "", 0,                                  \
	  "Events of a kind that this build does not know")                                                            \
	S(journal_reads, "skstat_journal_reads", NONE, COUNTER, "result", "complete", 0, "Readings of the journal")    \
	S(journal_failures, "skstat_journal_reads", NONE, COUNTER, "result", "failed", 0, "")                          \
	S(journal_bells, "skstat_journal_doorbells", NONE, COUNTER, "", "", 0,                                         \
	  "Times that the journal had to be read before the next poll, for a ring was filling up")                     \
	S(journal_ns, "skstat_journal_read", NANOSECONDS, COUNTER, "", "", 0,                                          \
	  "Time that reading the journal took in the kernel")                                                          \
	/* what the probes count */                                                                                    \
	S(counter_reads, "skstat_counts_reads", NONE, COUNTER, "result", "complete", 0,                               \
	  "Readings of what the probes have counted")                                                                  \
	S(counter_failures, "skstat_counts_reads", NONE, COUNTER, "result", "failed", 0, "")                          \
	S(counter_ns, "skstat_counts_read", NANOSECONDS, COUNTER, "", "", 0,                                          \
	  "Time that these readings took in the kernel")                                                               \
	S(histogram_reads, "skstat_histograms_reads", NONE, COUNTER, "result", "complete", 0,                           \
	  "Readings of what the probes have measured")                                                                 \
	S(histogram_failures, "skstat_histograms_reads", NONE, COUNTER, "result", "failed", 0, "")                      \
	S(histogram_ns, "skstat_histograms_read", NANOSECONDS, COUNTER, "", "", 0,                                      \
	  "Time that these readings took in the kernel")                                                               \
	/* netlink */                                                                                                  \
	S(netlink_requests, "skstat_netlink_requests", NONE, COUNTER, "", "", 0, "Netlink requests sent")              \
	S(netlink_datagrams, "skstat_netlink_datagrams", NONE, COUNTER, "", "", 0, "Netlink datagrams received")       \
	S(netlink_messages, "skstat_netlink_messages", NONE, COUNTER, "", "", 0, "Netlink messages in them")           \
	S(netlink_bytes, "skstat_netlink_received", BYTES, COUNTER, "", "", 0, "Bytes of these datagrams")             \
	S(netlink_errors, "skstat_netlink_errors", NONE, COUNTER, "reason", "failed", 0,                               \
	  "Netlink requests that went wrong, by how; a truncated or timed out one also counts as failed")              \
	S(netlink_timeouts, "skstat_netlink_errors", NONE, COUNTER, "reason", "timeout", 0, "")                        \
	S(netlink_truncated, "skstat_netlink_errors", NONE, COUNTER, "reason", "truncated", 0, "")                     \
	S(netlink_interrupted, "skstat_netlink_errors", NONE, COUNTER, "reason", "interrupted", 0, "")                 \
	S(netlink_opened, "skstat_netlink_sockets_opened", NONE, COUNTER, "", "", 0, "Netlink sockets opened")         \
	/* records, as they came */                                                                                    \
	S(records_received, "skstat_records_received", NONE, COUNTER, "", "", 0, "Records decoded, of any kind")       \
	S(records_unknown, "skstat_records_unknown", NONE, COUNTER, "", "", 0,                                         \
	  "Records of a kind that this build does not know; these are not among the received ones")                    \
	S(records_full_ipv4, "skstat_records", NONE, COUNTER, "kind", "full_ipv4", 0, "Records by kind")               \
	S(records_full_ipv6, "skstat_records", NONE, COUNTER, "kind", "full_ipv6", 0, "")                              \
	S(records_listen, "skstat_records", NONE, COUNTER, "kind", "listen", 0, "")                                    \
	S(records_timewait, "skstat_records", NONE, COUNTER, "kind", "timewait", 0, "")                                \
	S(records_request, "skstat_records", NONE, COUNTER, "kind", "request", 0, "")                                  \
	S(records_netns, "skstat_records", NONE, COUNTER, "kind", "netns", 0, "")                                      \
	/* what the model made of full sockets */                                                                      \
	S(model_updated, "skstat_model_records", NONE, COUNTER, "result", "updated", 0,                                \
	  "Records of connections, by what the model made of them")                                                    \
	S(model_new, "skstat_model_records", NONE, COUNTER, "result", "new", 0, "")                                    \
	S(model_baseline, "skstat_model_records", NONE, COUNTER, "result", "baseline", 0, "")                          \
	S(model_duplicate, "skstat_model_records", NONE, COUNTER, "result", "duplicate", 0, "")                        \
	S(model_buried, "skstat_model_records", NONE, COUNTER, "result", "closed", 0, "")                              \
	S(model_generations, "skstat_model_generations", NONE, COUNTER, "", "", 0,                                     \
	  "Sockets found to carry another connection than before (connect after disconnect)")                          \
	S(model_removed, "skstat_model_removed_connections", NONE, COUNTER, "", "", 0, "Connections no longer there")  \
	S(model_announced, "skstat_model_announced_connections", NONE, COUNTER, "", "", 0,                             \
	  "Connections that an event told of before any walk did")                                                     \
	S(model_unannounced, "skstat_model_unannounced_connections", NONE, COUNTER, "", "", 0,                         \
	  "Connections that a walk found new and open, of which the journal had not told")                             \
	S(model_tracked, "skstat_model_connections", NONE, GAUGE, "", "", 0, "Connections that the model knows")       \
	S(model_bytes, "skstat_model_memory", BYTES, GAUGE, "", "", 0, "Memory of the model")                          \
	S(memory_held, "skstat_memory_held", BYTES, GAUGE, "", "", 0,                                                  \
	  "What --memory-budget is held against: memory of the model, and of two snapshots")                           \
	S(memory_folding, "skstat_memory_folding", NONE, GAUGE, "", "", 0,                                             \
	  "1 while new groups and series are counted under `other`, for there is more than --memory-budget")           \
	S(memory_refusals, "skstat_memory_refusals", NONE, COUNTER, "", "", 0,                                         \
	  "Times that a group or a series was not made for want of memory: its figures are under `other`")             \
	S(model_tombstones, "skstat_model_tombstones", NONE, GAUGE, "", "", 0,                                         \
	  "Closed connections that the model remembers, for what comes late")                                          \
	/* events of the journal */                                                                                    \
	S(events_opened, "skstat_model_events", NONE, COUNTER, "kind", "opened", 0, "Events of the journal, by kind")  \
	S(events_failed, "skstat_model_events", NONE, COUNTER, "kind", "failed", 0, "")                                \
	S(events_closed, "skstat_model_events", NONE, COUNTER, "kind", "closed", 0, "")                                \
	S(events_listen_started, "skstat_model_events", NONE, COUNTER, "kind", "listen_started", 0, "")                \
	S(events_listen_stopped, "skstat_model_events", NONE, COUNTER, "kind", "listen_stopped", 0, "")                \
	S(closes_known, "skstat_model_closes", NONE, COUNTER, "result", "known", 0,                                    \
	  "Closed connections, by what the model knew of them")                                                        \
	S(closes_unseen, "skstat_model_closes", NONE, COUNTER, "result", "unseen", 0, "")                              \
	S(closes_older, "skstat_model_closes", NONE, COUNTER, "result", "older", 0, "")                                \
	S(closes_baseline, "skstat_model_closes", NONE, COUNTER, "result", "baseline", 0, "")                          \
	S(closes_late, "skstat_model_closes", NONE, COUNTER, "result", "late", 0, "")                                  \
	/* time, stage by stage */                                                                                     \
	S(stage_receive_ns, "skstat_stage", NANOSECONDS, COUNTER, "stage", "receive", 0,                               \
	  "Time of the collector, by what it spent it on: receive is waiting for the kernel, procfs reads /proc")                          \
	S(stage_model_ns, "skstat_stage", NANOSECONDS, COUNTER, "stage", "model", 0, "")                               \
	S(stage_procfs_ns, "skstat_stage", NANOSECONDS, COUNTER, "stage", "procfs", 0, "")                             \
	S(stage_families_ns, "skstat_stage", NANOSECONDS, COUNTER, "stage", "families", 0, "")                         \
	S(stage_publish_ns, "skstat_stage", NANOSECONDS, COUNTER, "stage", "publish", 0, "")                           \
	S(snapshots, "skstat_snapshots", NONE, COUNTER, "", "", 0, "Snapshots published")                              \
	/* names of processes */                                                                                       \
	S(comm_readings, "skstat_comm_readings", NONE, COUNTER, "", "", 0,                                             \
	  "Times that /proc was read for the processes of sockets (--view.comm)")                                      \
	S(comm_denied, "skstat_comm_denied_processes", NONE, GAUGE, "", "", 0,                                         \
	  "Processes that could not be looked into for that, the last time")                                           \
	/* http */                                                                                                     \
	S(http_2xx, "skstat_http_requests", NONE, COUNTER, "code", "2xx", 1, "HTTP requests answered")                 \
	S(http_4xx, "skstat_http_requests", NONE, COUNTER, "code", "4xx", 1, "")                                       \
	S(http_5xx, "skstat_http_requests", NONE, COUNTER, "code", "5xx", 1, "")                                       \
	S(scrapes_text, "skstat_scrapes", NONE, COUNTER, "format", "text", 1,                                          \
	  "Requests for metrics answered with metrics")                                                                \
	S(scrapes_openmetrics, "skstat_scrapes", NONE, COUNTER, "format", "openmetrics", 1, "")                        \
	S(scrapes_protobuf, "skstat_scrapes", NONE, COUNTER, "format", "protobuf", 1, "")                              \
	S(scrape_bytes, "skstat_scrape", BYTES, COUNTER, "", "", 1, "Bytes of these answers, compressed as they went") \
	S(render_text_ns, "skstat_render", NANOSECONDS, COUNTER, "step", "text", 1,                                    \
	  "Time spent on making answers out of snapshots")                                                             \
	S(render_openmetrics_ns, "skstat_render", NANOSECONDS, COUNTER, "step", "openmetrics", 1, "")                  \
	S(render_protobuf_ns, "skstat_render", NANOSECONDS, COUNTER, "step", "protobuf", 1, "")                        \
	S(gzip_ns, "skstat_render", NANOSECONDS, COUNTER, "step", "gzip", 1, "")                                       \
	S(api_requests, "skstat_api_requests", NONE, COUNTER, "", "", 1, "Requests of the API")                        \
	S(api_sockets, "skstat_api_sockets", NONE, COUNTER, "", "", 1, "Sockets sent through the API")                 \
	S(api_events, "skstat_api_events", NONE, COUNTER, "result", "sent", 1,                                         \
	  "Events for clients of the API, by what became of them")                                                     \
	S(api_events_dropped, "skstat_api_events", NONE, COUNTER, "result", "dropped", 1, "")                          \
	/* statsd */                                                                                                   \
	S(statsd_flushes, "skstat_statsd_flushes", NONE, COUNTER, "", "", 1, "Snapshots sent to statsd")               \
	S(statsd_deferred, "skstat_statsd_flushes_deferred", NONE, COUNTER, "", "", 1,                                 \
	  "Times that nothing was sent, for the receiver was away: counters go when it is back")                      \
	S(statsd_lines, "skstat_statsd_lines", NONE, COUNTER, "", "", 1, "Lines sent to statsd")                       \
	S(statsd_too_long, "skstat_statsd_lines_too_long", NONE, COUNTER, "", "", 1,                                   \
	  "Lines left out because a datagram cannot hold them")                                                        \
	S(statsd_sent, "skstat_statsd_datagrams", NONE, COUNTER, "result", "sent", 1, "Datagrams for statsd")          \
	S(statsd_error, "skstat_statsd_datagrams", NONE, COUNTER, "result", "error", 1, "")                            \
	S(statsd_dropped, "skstat_statsd_datagrams", NONE, COUNTER, "result", "dropped", 1, "")                        \
	S(statsd_bytes, "skstat_statsd_sent", BYTES, COUNTER, "", "", 1, "Bytes sent to statsd")                       \
	/* log */                                                                                                      \
	S(log_errors, "skstat_log_messages", NONE, COUNTER, "level", "error", 1, "Lines logged")                       \
	S(log_warnings, "skstat_log_messages", NONE, COUNTER, "level", "warn", 1, "")                                  \
	S(log_infos, "skstat_log_messages", NONE, COUNTER, "level", "info", 1, "")                                     \
	S(log_debugs, "skstat_log_messages", NONE, COUNTER, "level", "debug", 1, "")                                   \
	S(log_left_out, "skstat_log_lost_messages", NONE, COUNTER, "reason", "rate", 1,                                \
	  "Lines not logged: there were too many of their kind, or nobody took them")                                  \
	S(log_unwritten, "skstat_log_lost_messages", NONE, COUNTER, "reason", "unwritten", 1, "")                      \
	/* the configuration file */                                                                                   \
	S(config_reload_ok, "skstat_config_last_reload_successful", NONE, GAUGE, "", "", 1,                            \
	  "1 if the configuration was taken the last time that it was read")                                           \
	S(config_reload_wall_ns, "skstat_config_last_reload_success_timestamp", NANOSECONDS, GAUGE, "", "", 1,         \
	  "When the configuration was taken last, in Unix time")                                                       \
	/* --web.config.file */                                                                                        \
	S(web_config_ok, "skstat_web_config_last_reload_successful", NONE, GAUGE, "", "", 1,                           \
	  "1 if --web.config.file and its certificates were taken the last time that they were read")                  \
	S(web_config_wall_ns, "skstat_web_config_last_reload_success_timestamp", NANOSECONDS, GAUGE, "", "", 1,        \
	  "When these were taken last, in Unix time; 0 without such a file")                                           \
	S(web_certificate_end_ns, "skstat_web_certificate_not_after", NANOSECONDS, GAUGE, "", "", 1,                   \
	  "When the server's certificate ends, in Unix time; 0 without TLS")                                           \
	S(http_dropped, "skstat_http_connections_dropped", NONE, COUNTER, "", "", 1,                                   \
	  "Connections over TCP that were closed to make room for others")                                             \
	S(web_passwords_refused, "skstat_web_passwords_refused", NONE, COUNTER, "", "", 1,                             \
	  "Requests answered 401 because of a wrong name or password")                                                 \
	/* what is configured */                                                                                       \
	S(config_interval_ns, "skstat_config_poll_interval", NANOSECONDS, GAUGE, "", "", 1,                            \
	  "Setting of --poll.interval")                                                                                \
	S(config_full_interval_ns, "skstat_config_poll_full_interval", NANOSECONDS, GAUGE, "", "", 1,                  \
	  "Setting of --poll.full-interval")                                                                           \
	S(config_timeout_ns, "skstat_config_poll_timeout", NANOSECONDS, GAUGE, "", "", 1,                              \
	  "Setting of --poll.timeout")                                                                                 \
	S(config_cpu_budget, "skstat_config_cpu_budget", MILLIONTHS, GAUGE, "", "", 1,                                 \
	  "Setting of --cpu-budget, as a part of one CPU; 0: there is none")                                           \
	S(config_memory_budget, "skstat_config_memory_budget", BYTES, GAUGE, "", "", 1,                                \
	  "Setting of --memory-budget; 0: there is none")                                                              \
	S(config_view_limit, "skstat_config_view_limit", NONE, GAUGE, "", "", 1, "Setting of --view.limit")

struct skstat_self {
#define SKSTAT_SELF_MEMBER(member, ...) _Atomic uint64_t member;
	SKSTAT_SELF(SKSTAT_SELF_MEMBER)
#undef SKSTAT_SELF_MEMBER
};

/* Adds to a counter, from any thread. */
#define skstat_self_add(self, member, n) \
	((void)atomic_fetch_add_explicit(&(self)->member, (uint64_t)(n), memory_order_relaxed))

/* Sets a gauge, or a counter that somebody else keeps. */
#define skstat_self_set(self, member, n) \
	atomic_store_explicit(&(self)->member, (uint64_t)(n), memory_order_relaxed)

#define skstat_self_get(self, member) atomic_load_explicit(&(self)->member, memory_order_relaxed)

#endif
