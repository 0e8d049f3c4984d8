// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "word.h"

const char *skstat_line_next(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : NULL;
}

struct skstat_word skstat_word_next(const char **line)
{
	struct skstat_word word = { 0 };

	*line += strspn(*line, " \t");
	word.length = strcspn(*line, " \t\n");
	if (!word.length)
		return word;
	word.at = *line;
	*line += word.length;
	return word;
}

bool skstat_word_is(const struct skstat_word *word, const char *text)
{
	return word->at && word->length == strlen(text) && memcmp(word->at, text, word->length) == 0;
}

int skstat_word_copy(const struct skstat_word *word, char *text, size_t size)
{
	if (!word->at || !word->length || word->length >= size)
		return -EBADMSG;
	for (size_t i = 0; i < word->length; i++)
		if (!isalnum((unsigned char)word->at[i]) && word->at[i] != '_')
			return -EBADMSG;
	memcpy(text, word->at, word->length);
	text[word->length] = '\0';
	return 0;
}

int skstat_word_number(const struct skstat_word *word, int base, uint64_t *number)
{
	/* strtoull() would take blanks, signs and "0x", and go on behind the word. */
	if (!word->at || !word->length)
		return -EBADMSG;
	for (size_t i = 0; i < word->length; i++)
		if (!(base == 16 ? isxdigit((unsigned char)word->at[i]) : isdigit((unsigned char)word->at[i])))
			return -EBADMSG;
	errno = 0;
	*number = strtoull(word->at, NULL, base);
	return errno ? -EBADMSG : 0;
}

int skstat_numbers_parse(const char *text, uint64_t *number, size_t count)
{
	struct skstat_word word;

	for (; count; count--) {
		word = skstat_word_next(&text);
		if (skstat_word_number(&word, 10, number++))
			return -EBADMSG;
	}
	return *text == '\0' || (*text == '\n' && !text[1]) ? 0 : -EBADMSG;
}
