// SPDX-License-Identifier: GPL-2.0
/*
 * The manual page, the completion for bash and docs/OPTIONS.md, out of the option table: `manual 8`, `manual bash` and
 * `manual md` print them.
 */
#include <stdio.h>
#include <string.h>

#include <skstat/version.h>

#include "config/option.h"
#include "render/format.h"

/* Text for troff: no line may begin with its control characters, a hyphen that is typed is none that is set. */
static void put_roff(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '-')
			printf("\\-");
		else if (*c == '\\')
			printf("\\e");
		else if (c == text && (*c == '.' || *c == '\''))
			printf("\\&%c", *c);
		else
			putchar(*c);
	}
	putchar('\n');
}

static const char before[] =
	".TH SKSTAT_EXPORTER 8 \"\" \"skstat " SKSTAT_VERSION "\" \"System administration\"\n"
	".SH NAME\n"
	"skstat_exporter \\- serve the TCP statistics of every socket to Prometheus and statsd\n"
	".SH SYNOPSIS\n"
	".B skstat_exporter\n"
	".RI [ OPTION ]...\n"
	".SH DESCRIPTION\n"
	"Reads the TCP sockets of all network namespaces through the kernel module\n"
	".BR skstat ,\n"
	"or those of its own namespace through inet_diag where the module is not to be had, and serves what it makes of\n"
	"them: counters, gauges and histograms by direction, port and address family, for Prometheus over HTTP and for\n"
	"statsd over UDP or a unix socket. Which views there are, and what they are of, is said in a file of YAML\n"
	".RB ( \\-\\-config.file ).\n"
	".PP\n"
	"Started as root it loads the module, becomes another user, and keeps CAP_NET_ADMIN and what else its options need.\n"
	".SH OPTIONS\n";

static const char after[] =
	".SH EXIT STATUS\n"
	".TP\n"
	"0\n"
	"It was asked to end (SIGINT, SIGTERM, or an option), and did.\n"
	".TP\n"
	"1\n"
	"It failed; the last line on standard error says at what.\n"
	".TP\n"
	"2\n"
	"An option or the configuration file is wrong.\n"
	".SH SIGNALS\n"
	"SIGHUP makes it read the configuration file again: views, labels, probes and collectors become those of the\n"
	"file, unless there is a mistake in it, which the log tells; then nothing changes.\n"
	".SH FORMATS\n"
	"What a client accepts decides how the metrics are written, and gzip how they are sent:\n";

static void put_manual(void)
{
	const char *section = "";
	char text[512];

	fputs(before, stdout);
	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++) {
		if (strcmp(section, setting->section) != 0)
			printf(".SS %s\n", setting->section);
		section = setting->section;
		printf(".TP\n.B ");
		skstat_setting_heading(setting, text, sizeof(text));
		put_roff(text);
		skstat_setting_sentence(setting, text, sizeof(text));
		put_roff(text);
	}
	fputs(after, stdout);
	for (int format = 0; format < __SKSTAT_FORMAT_MAX; format++) {
		printf(".IP \\(bu 2\n");
		put_roff(skstat_format_type((enum skstat_format)format));
	}
	printf(".SH SEE ALSO\n.BR ss (8)\n");
}

static const char function[] =
	"_skstat_exporter()\n"
	"{\n"
	"\tlocal cur prev words cword split\n"
	"\t_init_completion -s || return\n"
	"\tcase $prev in\n";

static const char rest[] =
	"\t$split && return\n"
	"\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	"\t[[ ${COMPREPLY-} != *= ]] || compopt -o nospace\n"
	"}\n"
	"complete -F _skstat_exporter skstat_exporter\n";

/* What an option's value is made of, if that is known: words, files, users. */
static void put_values(const struct skstat_setting *setting)
{
	static const struct {
		const char *argument, *makes;
	} known[] = {
		{ "FILE", "_filedir" },
		{ "DIRECTORY", "_filedir -d" },
		{ "USER", "COMPREPLY=($(compgen -u -- \"$cur\"))" },
		{ "GROUP", "COMPREPLY=($(compgen -g -- \"$cur\"))" },
	};

	if (!setting->argument)
		return;
	if (setting->words) {
		printf("\t--%s)\n\t\tCOMPREPLY=($(compgen -W \"", setting->name);
		for (const char *const *word = setting->words; *word; word++)
			printf("%s%s", word == setting->words ? "" : " ", *word);
		printf("\" -- \"$cur\"))\n\t\treturn ;;\n");
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(setting->argument, known[i].argument) == 0)
			printf("\t--%s)\n\t\t%s\n\t\treturn ;;\n", setting->name, known[i].makes);
}

static void put_completion(void)
{
	printf("# bash completion for skstat_exporter\n");
	fputs(function, stdout);
	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++)
		put_values(setting);
	printf("\tesac\n\tlocal options='");
	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++) {
		printf("%s--%s%s", setting == skstat_setting_table ? "" : " ", setting->name, setting->argument ? "=" : "");
		if (skstat_setting_negatable(setting))
			printf(" --no-%s", setting->name);
	}
	printf("'\n");
	fputs(rest, stdout);
}

static const char head[] =
	"# Options\n\n"
	"<!-- Made by docs/manual.c out of the option table. To refresh it: make docs -->\n\n"
	"Each can be given on the command line, as `--NAME=VALUE`, `--NAME` or `--no-NAME`, and in `options:` of the\n"
	"[configuration file](CONFIGURATION.md), as `NAME: VALUE`, but for those that are marked **line**. What the\n"
	"command line says goes above the file. Those marked **live** are changed by a reload, the others by a restart; a\n"
	"**list** may be given more than once, and is a list in the file.\n";

/* Text in a cell of a table. */
static void put_cell(const char *text)
{
	for (const char *c = text; *c; c++)
		printf(*c == '|' ? "\\%c" : "%c", *c);
}

static void put_row(const struct skstat_setting *setting)
{
	printf("| `%s%s`", setting->argument ? "" : skstat_setting_negatable(setting) ? "[no-]" : "", setting->name);
	printf(" | ");
	if (setting->argument)
		put_cell(setting->argument);
	printf(" | ");
	if (!setting->argument)
		printf("%s", strcmp(setting->value, "true") == 0 ? "on" : "off");
	else if (setting->value[0])
		printf("`%s`", setting->value);
	printf(" | %s | ", setting->line_only ? "line" : setting->live ? "live" : setting->many ? "list" : "");
	put_cell(setting->help);
	if (setting->least && strcmp(setting->least, "0") != 0)
		printf("; %s to %s", setting->least, setting->most);
	printf(" |\n");
}

static void put_table(void)
{
	const char *section = "";

	fputs(head, stdout);
	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++) {
		if (strcmp(section, setting->section) != 0)
			printf("\n## %s\n\n| name | value | default | | |\n|---|---|---|---|---|\n", setting->section);
		section = setting->section;
		put_row(setting);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "8") == 0) {
		put_manual();
	} else if (argc == 2 && strcmp(argv[1], "bash") == 0) {
		put_completion();
	} else if (argc == 2 && strcmp(argv[1], "md") == 0) {
		put_table();
	} else {
		fprintf(stderr, "usage: manual 8|bash|md\n");
		return 2;
	}
	return fflush(stdout) ? 1 : 0;
}
