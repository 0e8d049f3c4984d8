/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8, for what comes from elsewhere and goes into formats that demand it. Pure. */
#ifndef SKSTAT_SOURCE_UTF8_H
#define SKSTAT_SOURCE_UTF8_H

#include <stddef.h>

#define SKSTAT_UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/*
 * Bytes of the character that `text`, which ends by 0, begins with: 1 to 4, or 0 if this is not UTF-8 (RFC 3629: no
 * surrogates, nothing above U+10FFFF, nothing longer than it need be).
 */
size_t skstat_utf8_length(const char *text);

/*
 * What is not UTF-8 and what cannot be printed becomes '?', byte for byte: so that names which are written alike are
 * alike, whoever thought of them.
 */
void skstat_utf8_clean(char *text);

#endif
