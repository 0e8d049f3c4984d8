/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of skdump have in common: JSON lines on standard output, and an end with a sentence. */
#ifndef SKSTAT_TESTS_SKDUMP_H
#define SKSTAT_TESTS_SKDUMP_H

#include <jansson.h>
#include <stdint.h>

#include "source/error.h"
#include "source/message.h"

void __attribute__((noreturn, format(printf, 2, 3))) quit(int status, const char *format, ...);

/* Ends the program with the error's sentence, if there was one. */
void check(int err, const struct skstat_error *error);

/* What is above 2^63 is a real. */
json_t *number(uint64_t value);
json_t *decimal(uint64_t value);

/* Takes `value`, and ends the program when there is no memory: half a record is worse than none. */
void put(json_t *object, const char *key, json_t *value);

/* Takes the object. */
void print_line(json_t *object);

/* A skstat_sample_fn: `arg` is the schema. */
int sample_print(const struct skstat_sample *sample, void *arg);

struct skstat_netlink;

/* The commands `counter` and `hist`. */
void skdump_counter(struct skstat_netlink *netlink);
void skdump_hist(struct skstat_netlink *netlink);

/* The command `journal`, with its options. */
int skdump_journal(int argc, char **argv);

#endif
