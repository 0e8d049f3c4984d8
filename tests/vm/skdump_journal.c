// SPDX-License-Identifier: GPL-2.0
/*
 * skdump journal: the journal's events, one JSON object each.
 *
 *   skdump journal [--from oldest|tail] [--hold PROBE,...] [--follow] [--interval MS]
 *
 * --from says where to begin: with the oldest event that the module still has (the default), or with what is to come.
 * --hold holds these probes ("life,first_byte") until the end; without it the journal is only written while another
 * holds them. --follow goes on until SIGINT or SIGTERM: it reads whenever the module rings, and every --interval (200)
 * milliseconds; {"holding": [...]} is then the first line, and says that the cursor is set.
 *
 * Of events that were overwritten before they were read, {"lost": N} tells, when it happens. The last line is
 * {"totals": {...}}: what was handed out and lost by our count, and `sent` and `sent_lost` by the module's.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skdump.h"
#include "source/netlink.h"

static volatile sig_atomic_t ended;

struct journal {
	struct skstat_netlink *netlink, *holder; /* no holder: nothing is held */
	struct skstat_schema schema;
	struct skstat_cursor cursor;
	struct skstat_journal_totals sum; /* of all readings */
	uint64_t readings, bells;
	/* The command line's. */
	const char *hold;
	bool follow, tail;
	int interval_ms;
};

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/* "life,first_byte" as bits. */
static uint64_t probes_parse(const struct skstat_schema *schema, const char *list)
{
	char *words = strdup(list), *rest = words;
	uint64_t probes = 0;

	if (!words)
		quit(1, "no memory for the probes' names");
	for (const char *word; (word = strsep(&rest, ","));) {
		size_t i = 0;

		while (i < schema->probes && strcmp(schema->probe[i].name, word))
			i++;
		if (i == schema->probes)
			quit(2, "the module has no probe \"%s\"", word);
		probes |= 1ull << schema->probe[i].id;
	}
	free(words);
	return probes;
}

static struct skstat_netlink *connection(void)
{
	struct skstat_error error;
	struct skstat_netlink *netlink = skstat_netlink_open(&error);

	if (!netlink)
		quit(1, "%s", error.text);
	return netlink;
}

static void hold(struct journal *journal)
{
	uint64_t probes = probes_parse(&journal->schema, journal->hold);
	struct skstat_error error;

	journal->holder = connection();
	check(skstat_netlink_probe_set(journal->holder, probes, 0, &error), &error);
}

static void holding_print(const struct journal *journal)
{
	json_t *line = json_object();

	put(line, "holding", json_string(journal->hold ? journal->hold : ""));
	print_line(line);
	fflush(stdout);
}

static void lost_print(uint64_t lost)
{
	json_t *line = json_object();

	put(line, "lost", number(lost));
	print_line(line);
}

static void journal_read(struct journal *journal)
{
	struct skstat_journal_totals totals, *sum = &journal->sum;
	struct skstat_error error;

	check(skstat_netlink_journal(journal->netlink, &journal->cursor, sample_print, &journal->schema, &totals,
				     &error), &error);
	if (totals.lost)
		lost_print(totals.lost);
	sum->events += totals.events;
	sum->lost += totals.lost;
	sum->skipped += totals.skipped;
	sum->sent += totals.sent;
	sum->sent_lost += totals.sent_lost;
	sum->ns += totals.ns;
	sum->instance = totals.instance;
	journal->readings++;
	fflush(stdout);
}

static void totals_print(const struct journal *journal)
{
	const struct skstat_journal_totals *sum = &journal->sum;
	json_t *line = json_object(), *totals = json_object();

	put(totals, "events", number(sum->events));
	put(totals, "lost", number(sum->lost));
	put(totals, "skipped", number(sum->skipped));
	put(totals, "sent", number(sum->sent));
	put(totals, "sent_lost", number(sum->sent_lost));
	put(totals, "ns", number(sum->ns));
	put(totals, "instance", decimal(sum->instance));
	put(totals, "readings", number(journal->readings));
	put(totals, "bells", number(journal->bells));
	put(line, "totals", totals);
	print_line(line);
}

/* Until the next reading is due, or the end. Signals come nowhere but here. */
static void wait_for_more(struct journal *journal, const sigset_t *open)
{
	const struct timespec interval = { .tv_sec = journal->interval_ms / 1000,
					   .tv_nsec = journal->interval_ms % 1000 * 1000000l };
	struct pollfd fd = { .fd = journal->holder ? skstat_netlink_fd(journal->holder) : -1, .events = POLLIN };

	if (ppoll(&fd, 1, &interval, open) > 0)
		journal->bells += skstat_netlink_bells(journal->holder);
}

static void follow(struct journal *journal)
{
	struct sigaction action = { .sa_handler = end };
	sigset_t closed, open;

	sigemptyset(&closed);
	sigaddset(&closed, SIGINT);
	sigaddset(&closed, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &closed, &open) || sigaction(SIGINT, &action, NULL) ||
	    sigaction(SIGTERM, &action, NULL))
		quit(1, "signals: %m");
	sigdelset(&open, SIGINT);
	sigdelset(&open, SIGTERM);
	holding_print(journal);
	while (!ended) {
		journal_read(journal);
		wait_for_more(journal, &open);
	}
}

static void help(void)
{
	puts("skdump journal [options]\n"
	     "  --from oldest|tail   where to begin (oldest)\n"
	     "  --hold PROBE,...     hold these probes until the end: see skdump probes\n"
	     "  --follow             go on until SIGINT or SIGTERM\n"
	     "  --interval MS        while following, read at least so often (200)");
	exit(0);
}

static void parse(struct journal *journal, int argc, char **argv)
{
	static const struct option table[] = {
		{ "from", required_argument, NULL, 'f' }, { "hold", required_argument, NULL, 'p' },
		{ "follow", no_argument, NULL, 'F' },	  { "interval", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },	  { 0 },
	};
	int choice;

	while ((choice = getopt_long(argc, argv, "h", table, NULL)) != -1)
		switch (choice) {
		case 'f':
			journal->tail = strcmp(optarg, "tail") == 0;
			if (!journal->tail && strcmp(optarg, "oldest"))
				quit(2, "--from is oldest or tail, not \"%s\"", optarg);
			break;
		case 'p':
			journal->hold = optarg;
			break;
		case 'F':
			journal->follow = true;
			break;
		case 'i':
			journal->interval_ms = atoi(optarg);
			if (journal->interval_ms < 1)
				quit(2, "--interval is a number of milliseconds, not \"%s\"", optarg);
			break;
		case 'h':
			help();
			break;
		default:
			exit(2);
		}
	if (optind < argc)
		quit(2, "journal takes options only, not \"%s\"", argv[optind]);
}

int skdump_journal(int argc, char **argv)
{
	struct journal journal = { .interval_ms = 200 };
	struct skstat_error error;

	parse(&journal, argc, argv);
	journal.netlink = connection();
	check(skstat_netlink_schema(journal.netlink, &journal.schema, &error), &error);
	if (journal.hold)
		hold(&journal);
	if (journal.tail)
		check(skstat_netlink_journal_tail(journal.netlink, &journal.cursor, &error), &error);
	if (journal.follow)
		follow(&journal);
	journal_read(&journal);
	totals_print(&journal);
	skstat_cursor_free(&journal.cursor);
	skstat_schema_free(&journal.schema);
	skstat_netlink_close(journal.holder);
	skstat_netlink_close(journal.netlink);
	if (fflush(stdout))
		quit(1, "standard output: %m");
	return 0;
}
