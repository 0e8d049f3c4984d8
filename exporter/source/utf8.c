// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdint.h>

#include "utf8.h"

size_t skstat_utf8_length(const char *text)
{
	/* By length: the lowest code point that needs it. */
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *byte = (const unsigned char *)text;
	uint32_t code;
	size_t length;

	if (byte[0] < 0x80)
		return 1;
	if (byte[0] >= 0xc0 && byte[0] < 0xe0)
		length = 2;
	else if (byte[0] >= 0xe0 && byte[0] < 0xf0)
		length = 3;
	else if (byte[0] >= 0xf0 && byte[0] < 0xf8)
		length = 4;
	else
		return 0;

	code = byte[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		/* The 0 at the end is none of these, and stops the loop. */
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3f);
	}
	if (code < lowest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return length;
}

static bool is_control(const char *byte)
{
	return (unsigned char)*byte < ' ' || *byte == 0x7f;
}

void skstat_utf8_clean(char *text)
{
	size_t length;

	for (; *text; text += length) {
		length = skstat_utf8_length(text);
		if (length && !(length == 1 && is_control(text)))
			continue;
		*text = '?';
		length = 1;
	}
}
