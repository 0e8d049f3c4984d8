// SPDX-License-Identifier: GPL-2.0
/* The command line, by getopt_long and the table of option.c. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "option.h"

#define NAME_BYTES 32 /* for "no-source.load" */

/* What getopt_long returns for a row: above every letter. */
enum {
	SETTING = 256,
	SETTING_OFF = SETTING + SKSTAT_SETTINGS,
};

/* The table in getopt's form. */
struct longs {
	struct option option[2 * SKSTAT_SETTINGS + 1];
	char off[SKSTAT_SETTINGS][NAME_BYTES];
	char letters[SKSTAT_SETTINGS + 3];
};

static void longs_fill(struct longs *longs)
{
	const struct skstat_setting *row = skstat_setting_table;
	size_t count = 0, letters = 0;

	memset(longs, 0, sizeof(*longs));
	/* Stop at what is no option, and tell a missing value from an unknown option. */
	longs->letters[letters++] = '+';
	longs->letters[letters++] = ':';
	for (int i = 0; i < SKSTAT_SETTINGS && row[i].name; i++) {
		longs->option[count++] = (struct option){
			.name = row[i].name,
			.has_arg = row[i].argument ? required_argument : no_argument,
			.val = SETTING + i,
		};
		if (row[i].letter)
			longs->letters[letters++] = row[i].letter;
		if (!skstat_setting_negatable(&row[i]))
			continue;
		snprintf(longs->off[i], NAME_BYTES, "no-%s", row[i].name);
		longs->option[count++] = (struct option){ .name = longs->off[i], .val = SETTING_OFF + i };
	}
}

static int __attribute__((format(printf, 2, 3))) refuse(struct skstat_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	error->err = -EINVAL;
	return error->err;
}

/* An option that getopt_long did not find, or found more than once by its beginning. */
static int refuse_name(const struct longs *longs, const char *word, struct skstat_error *error)
{
	int length = (int)strcspn(word, "=");
	size_t room = sizeof(error->text);
	size_t used, found = 0;

	used = (size_t)snprintf(error->text, room, "%.*s: not the whole name: write ", length < 60 ? length : 60, word);
	for (const struct option *option = longs->option; option->name; option++) {
		if (strncmp(option->name, word + 2, (size_t)length - 2) != 0)
			continue;
		if (used < room)
			used += (size_t)snprintf(error->text + used, room - used, "%s--%s", found ? " or " : "",
						 option->name);
		found++;
	}
	error->err = -EINVAL;
	if (found)
		return error->err;
	return refuse(error, "%.*s: there is no such option: --help lists them all", length < 60 ? length : 60, word);
}

/* What getopt_long refused with '?' or ':'. */
static int refuse_word(const struct longs *longs, int returned, char **argv, struct skstat_error *error)
{
	const struct skstat_setting *setting = NULL;
	const char *no = "";

	if (optopt >= SETTING_OFF) {
		setting = &skstat_setting_table[optopt - SETTING_OFF];
		no = "no-";
	} else if (optopt >= SETTING) {
		setting = &skstat_setting_table[optopt - SETTING];
	}
	if (!setting && optopt)
		return refuse(error, "-%c: there is no such option: --help lists them all", optopt);
	if (!setting)
		return refuse_name(longs, argv[optind - 1], error);
	if (returned == ':')
		return refuse(error, "--%s: the value is missing: write --%s=%s", setting->name, setting->name,
			      setting->argument);
	if (skstat_setting_negatable(setting))
		return refuse(error, "--%s%s: \"%.40s\" is too much, it takes no value: write --%s or --no-%s", no,
			      setting->name, strchr(argv[optind - 1], '=') + 1, setting->name, setting->name);
	return refuse(error, "--%s: \"%.40s\" is too much, it takes no value: write --%s", setting->name,
		      strchr(argv[optind - 1], '=') + 1, setting->name);
}

static size_t row_by_letter(int letter)
{
	size_t row = 0;

	while (skstat_setting_table[row].letter != letter)
		row++;
	return row;
}

static int take(size_t row, const char *value, struct skstat_config *config, struct skstat_given *given,
		struct skstat_error *error)
{
	const struct skstat_setting *setting = &skstat_setting_table[row];

	/* The first one here goes in place of those of the file. */
	if (setting->many && !given->row[row])
		skstat_setting_clear(setting, config);
	given->row[row] = true;
	return setting->take(setting, value, config, error);
}

int skstat_line_take(struct skstat_config *config, int argc, char **argv, struct skstat_given *given,
		     struct skstat_error *error)
{
	struct longs longs;
	int which, err = 0;

	longs_fill(&longs);
	optind = 0; /* anew, whoever called getopt before */
	opterr = 0;
	while (!err && (which = getopt_long(argc, argv, longs.letters, longs.option, NULL)) != -1) {
		if (which == '?' || which == ':')
			return refuse_word(&longs, which, argv, error);
		if (which >= SETTING_OFF) {
			err = take((size_t)(which - SETTING_OFF), "false", config, given, error);
		} else if (which >= SETTING) {
			err = take((size_t)(which - SETTING), optarg ? optarg : "true", config, given, error);
		} else {
			err = take(row_by_letter(which), "true", config, given, error);
		}
	}
	if (!err && optind < argc)
		return refuse(error, "\"%.60s\": not an option: they start with --, and --help lists them all",
			      argv[optind]);
	return err;
}
