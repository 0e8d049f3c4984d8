// SPDX-License-Identifier: GPL-2.0
/* From the command line to a running exporter, and back. What needs privileges comes first. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skstat/version.h>

#include "collect/collect.h"
#include "collect/notify.h"
#include "collect/predict.h"
#include "collect/print.h"
#include "collect/privilege.h"
#include "config/config.h"
#include "config/web_file.h"
#include "log/log.h"
#include "serve/http.h"
#include "serve/lifecycle.h"
#include "serve/statsd.h"
#include "serve/web.h"
#include "snapshot/feed.h"
#include "start/check.h"
#include "start/doors.h"
#include "stream/outlets.h"

/* What there is to stop, in the order in which it was started. */
struct exporter {
	struct skstat_self self;
	struct skstat_notify notify; /* the service manager */
	struct skstat_http_listener listener[SKSTAT_DOORS];
	size_t listeners;
	bool unix_socket; /* made by this process */
	char name[HOST_NAME_MAX + 1]; /* of this machine */
	const char *host[SKSTAT_CONFIG_HOSTS + 1];
	size_t hosts;
	char why[SKSTAT_WHY_SIZE];
	enum skstat_source_kind kind; /* for the API's own sources */
	struct skstat_source *source; /* until the collector has it */
	struct skstat_store *store;
	struct skstat_feed *feed;
	struct skstat_outlets *outlets; /* NULL: no streams */
	struct skstat_collector *collector;
	struct skstat_web_reader web; /* of --web.config.file */
	const char *scheme;	      /* of its TCP listeners */
	struct skstat_lifecycle *lifecycle; /* NULL: no --web.enable-lifecycle */
	struct skstat_http *http;
	struct skstat_statsd *statsd;
};

static int source_open(struct exporter *exporter, const struct skstat_config *config, struct skstat_error *error)
{
	const struct skstat_source_info *info;

	exporter->source = skstat_source_open(config->source, config->source_load, exporter->why, error);
	if (!exporter->source)
		return -1;
	info = skstat_source_info(exporter->source);
	if (strcmp(info->name, "netlink") == 0) {
		exporter->kind = SKSTAT_SOURCE_NETLINK;
		skstat_log(SKSTAT_LOG_INFO, "the source is the module, version %s: all network namespaces",
			   info->version);
	} else {
		exporter->kind = SKSTAT_SOURCE_INET_DIAG;
		skstat_log(exporter->why[0] ? SKSTAT_LOG_WARN : SKSTAT_LOG_INFO,
			   "the source is inet_diag: this network namespace alone%s%s",
			   exporter->why[0] ? ", for the module cannot be had: " : "", exporter->why);
	}
	return 0;
}

/* The API's dumps are their own: they hold up no poll, and no poll them. */
static struct skstat_source *api_source_open(void *arg, struct skstat_error *error)
{
	const struct exporter *exporter = arg;

	return skstat_source_open(exporter->kind, false, NULL, error);
}

/* What the server may be called. */
static void name_all(struct exporter *exporter, const struct skstat_config *config)
{
	for (size_t i = 0; i < config->hosts; i++)
		exporter->host[exporter->hosts++] = config->host[i];
	if (gethostname(exporter->name, sizeof(exporter->name) - 1) == 0)
		exporter->host[exporter->hosts++] = exporter->name;
}

/* Without a file there is nothing that could be wrong with it. What is wrong with one the server says. */
static void web_begin(struct exporter *exporter, const struct skstat_config *config)
{
	struct skstat_web_settings settings;
	struct skstat_error error;

	exporter->scheme = "http";
	if (!*config->web_file) {
		skstat_self_set(&exporter->self, web_config_ok, 1);
		return;
	}
	exporter->web = (struct skstat_web_reader){ config->web_file, skstat_web_file_read, skstat_web_file_free };
	if (skstat_web_file_read(config->web_file, &settings, &error))
		return;
	if (settings.tls)
		exporter->scheme = "https";
	skstat_web_file_free(&settings);
}

static int serve(struct exporter *exporter, const struct skstat_config *config, struct skstat_error *error)
{
	const struct skstat_http_config http = {
		.listener = exporter->listener,
		.listeners = exporter->listeners,
		.host = exporter->host,
		.hosts = exporter->hosts,
		.telemetry_path = config->telemetry_path,
		.version = SKSTAT_VERSION,
		.open_source = api_source_open,
		.open_arg = exporter,
		.feed = exporter->feed,
		.connections = config->web_connections,
		.timeout_s = (unsigned int)(config->web_timeout_ns / 1000000000),
		.requests = config->web_requests,
		.web = exporter->web.file ? &exporter->web : NULL,
		.lifecycle = exporter->lifecycle,
	};
	const struct skstat_statsd_config statsd = {
		.address = config->statsd_address,
		.prefix = config->statsd_prefix,
		.interval_ns = config->statsd_interval_ns,
		.datagram = config->statsd_mtu,
		.dialect = config->statsd_format,
		.names = config->statsd_template,
		.rate = config->statsd_rate,
		.view = config->statsd_view,
		.views = config->statsd_views,
	};

	skstat_doors_tell(config, exporter->listener, exporter->listeners, exporter->unix_socket, exporter->scheme);
	/* Their descriptors are the server's from then on. */
	exporter->http = skstat_http_start(&http, exporter->store, &exporter->self, error);
	if (!exporter->http)
		return -1;
	if (!*config->statsd_address)
		return 0;
	exporter->statsd = skstat_statsd_start(&statsd, exporter->store, &exporter->self, error);
	return exporter->statsd ? 0 : -1;
}

static int privileges_drop(const struct skstat_config *config, struct skstat_error *error)
{
	uint64_t needed = skstat_privilege_needed(config), kept;

	if (skstat_privilege_drop(config->user, config->unix_group, needed, &kept, error))
		return -1;
	skstat_privilege_tell(needed, kept);
	return 0;
}

static int lifecycle_start(struct exporter *exporter, struct skstat_error *error)
{
	exporter->lifecycle = skstat_lifecycle_new();
	if (!exporter->lifecycle)
		return skstat_error_set(error, -ENOMEM, "no memory for --web.enable-lifecycle");
	return skstat_collector_watch(exporter->collector, exporter->lifecycle, error);
}

/* Without it, all is as well but for what is told to the manager. */
static void notify_open(struct exporter *exporter)
{
	struct skstat_error error;

	if (skstat_notify_open(&exporter->notify, &error))
		skstat_log(SKSTAT_LOG_WARN, "%s", error.text);
}

#define STREAM_GRACE_NS UINT64_C(3000000000) /* so long streams may take to end */

/* As the user that it has become, who will have to open them again. */
static int streams_start(struct exporter *exporter, const struct skstat_config *config, struct skstat_error *error)
{
	if (!config->streams || config->config_predict)
		return 0;
	exporter->outlets = skstat_outlets_start(config->stream, config->streams, error);
	if (!exporter->outlets)
		return -1;
	skstat_collector_stream(exporter->collector, exporter->outlets);
	return 0;
}

static int start(struct exporter *exporter, const struct skstat_config *config, struct skstat_error *error)
{
	if (!config->once) {
		notify_open(exporter);
		if (skstat_doors_open(config, exporter->listener, &exporter->listeners, &exporter->unix_socket, error))
			return -1;
	}
	if (source_open(exporter, config, error))
		return -1;
	if (privileges_drop(config, error))
		return -1;
	exporter->store = skstat_store_new();
	exporter->feed = skstat_feed_new();
	if (!exporter->store || !exporter->feed)
		return skstat_error_set(error, -ENOMEM, "no memory for snapshots");
	/* Before the servers: it blocks the signals for their threads too. */
	exporter->collector = skstat_collector_new(config, exporter->source, exporter->why, exporter->store,
						   &exporter->self, error);
	exporter->source = NULL;
	if (!exporter->collector || streams_start(exporter, config, error))
		return -1;
	if (config->once)
		return 0;
	skstat_collector_feed(exporter->collector, exporter->feed);
	skstat_collector_tell(exporter->collector, &exporter->notify);
	if (config->web_lifecycle && lifecycle_start(exporter, error))
		return -1;
	name_all(exporter, config);
	web_begin(exporter, config);
	return serve(exporter, config, error);
}

static void stop(struct exporter *exporter, const struct skstat_config *config)
{
	skstat_statsd_stop(exporter->statsd);
	/* While it is listened on, and so not another's. Where that is not permitted, the next start replaces it. */
	if (exporter->unix_socket)
		(void)unlink(config->unix_socket);
	skstat_http_stop(exporter->http);
	for (size_t i = 0; !exporter->http && i < exporter->listeners; i++)
		close(exporter->listener[i].fd);
	/* What they have not written yet they may, for a moment. */
	skstat_outlets_stop(exporter->outlets, STREAM_GRACE_NS);
	skstat_collector_free(exporter->collector);
	skstat_lifecycle_free(exporter->lifecycle);
	skstat_feed_free(exporter->feed);
	if (exporter->store)
		skstat_store_free(exporter->store);
	skstat_source_close(exporter->source);
	skstat_notify_close(&exporter->notify);
}

static int run(const struct skstat_config *config)
{
	struct exporter exporter = { 0 };
	struct skstat_error error = { 0 };
	int err;

	skstat_notify_init(&exporter.notify);
	skstat_log_init(config->log_level, config->log_format, &exporter.self);
	/* A reader of the log or of a page that hangs up is no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	err = start(&exporter, config, &error);
	if (!err)
		err = skstat_collector_run(exporter.collector, &error);
	if (!err && config->config_predict)
		err = skstat_predict_print(config, exporter.store, stdout, &error);
	else if (!err && config->once)
		err = skstat_snapshot_print(exporter.store, stdout, &error);
	if (err)
		skstat_log(SKSTAT_LOG_ERROR, "%s", error.text);
	stop(&exporter, config);
	skstat_log_settle();
	return err ? 1 : 0;
}

static int act(struct skstat_config *config)
{
	if (config->help) {
		skstat_config_help(stdout);
		return 0;
	}
	if (config->version) {
		printf("skstat_exporter, version " SKSTAT_VERSION "\n");
		return 0;
	}
	if (config->config_check)
		return skstat_check(config);
	config->once |= config->config_predict;
	return run(config);
}

int main(int argc, char **argv)
{
	struct skstat_config config;
	struct skstat_error error;
	int status;

	skstat_config_init(&config);
	if (skstat_config_parse(&config, argc, argv, &error)) {
		fprintf(stderr, "skstat_exporter: %s\n", error.text);
		status = 2;
	} else {
		status = act(&config);
		if (!status && (fflush(stdout) || ferror(stdout)))
			status = 1;
	}
	skstat_config_free(&config);
	return status;
}
