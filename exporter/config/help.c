// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "option.h"

#define WIDTH 100 /* of a line */

int skstat_setting_heading(const struct skstat_setting *setting, char *text, size_t size)
{
	int length = 0;

	if (setting->letter)
		length = snprintf(text, size, "-%c, ", setting->letter);
	return length + snprintf(text + length, size - (size_t)length, "--%s%s%s%s",
				 skstat_setting_negatable(setting) ? "[no-]" : "", setting->name,
				 setting->argument ? "=" : "", setting->argument ? setting->argument : "");
}

void skstat_setting_sentence(const struct skstat_setting *setting, char *text, size_t size)
{
	bool off = !setting->value[0] || (!setting->argument && !skstat_setting_negatable(setting));
	int length = snprintf(text, size, "%s", setting->help);

	if (!off)
		length += snprintf(text + length, size - (size_t)length, " (default %s",
				   setting->argument ? setting->value : "on");
	/* A limit that is merely what fits the number's type says nothing. */
	if (setting->least && strcmp(setting->least, "0") != 0)
		length += snprintf(text + length, size - (size_t)length, "; %s to %s", setting->least, setting->most);
	if (!off)
		snprintf(text + length, size - (size_t)length, ")");
}

/* Words of `text` in lines from column `column` on; the cursor is at `at`. */
static void wrap(FILE *out, const char *text, int at, int column)
{
	while (*text) {
		int length = (int)strcspn(text, " ");

		if (at > column && at + 1 + length > WIDTH) {
			fputc('\n', out);
			at = 0;
		}
		if (at < column)
			at += fprintf(out, "%*s", column - at, "");
		else if (at > column)
			at += fprintf(out, " ");
		at += fprintf(out, "%.*s", length, text);
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void skstat_config_help(FILE *out)
{
	const char *section = "";
	int column = 0;
	char text[512];

	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++) {
		int length = skstat_setting_heading(setting, text, sizeof(text));

		if (length > column)
			column = length;
	}
	column += 4;

	fprintf(out, "Usage: skstat_exporter [OPTION]...\n\n"
		     "Serves the TCP statistics of every socket to Prometheus and statsd.\n");
	for (const struct skstat_setting *setting = skstat_setting_table; setting->name; setting++) {
		int at;

		if (strcmp(section, setting->section) != 0)
			fprintf(out, "\n%s\n", setting->section);
		section = setting->section;
		skstat_setting_heading(setting, text, sizeof(text));
		at = fprintf(out, "  %s", text);
		skstat_setting_sentence(setting, text, sizeof(text));
		wrap(out, text, at, column);
	}
}
