/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The suites: each takes the arguments behind its name, prints TAP, and returns how many tests failed.
 */
#ifndef SKSTAT_TEST_SUITE_H
#define SKSTAT_TEST_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define SKSTAT_TEST_SUITES(S) \
	S(population)         \
	S(fields)             \
	S(churn)              \
	S(delta)              \
	S(filters)            \
	S(refusals)           \
	S(growth)             \
	S(life_open)          \
	S(life_fail)          \
	S(life_close)         \
	S(life_abort)         \
	S(life_odd)           \
	S(life_again)         \
	S(life_loss)          \
	S(life_room)          \
	S(journal_many)       \
	S(modload)            \
	S(budget)             \
	S(truth)              \
	S(increase)           \
	S(directions)         \
	S(inventory)          \
	S(exporter)           \
	S(procfs)             \
	S(journal_source)     \
	S(journal_refusals)   \
	S(journal_bell)       \
	S(journal_readers)    \
	S(journal_hold)       \
	S(journal_unload)     \
	S(counter)            \
	S(counter_names)      \
	S(cost)               \
	S(ledger)             \
	S(unseen)             \
	S(streams)            \
	S(ends)               \
	S(drops)              \
	S(resets)             \
	S(limits)             \
	S(retransmits)        \
	S(transmits)          \
	S(qdiscs)             \
	S(reads)              \
	S(skbs)               \
	S(stacks)             \
	S(udp_connects)       \
	S(hist)               \
	S(sizes)              \
	S(states)             \
	S(calls)              \
	S(packets)            \
	S(exporter_counters)  \
	S(exporter_hist)      \
	S(parity)

#define SUITE_PROTOTYPE(name) int suite_##name(int argc, char **argv);
SKSTAT_TEST_SUITES(SUITE_PROTOTYPE)
#undef SUITE_PROTOTYPE

/* A line for people, in TAP's way. */
#define note(...)                    \
	do {                         \
		printf("# ");        \
		printf(__VA_ARGS__); \
		putchar('\n');       \
		fflush(stdout);      \
	} while (0)

/* Ends the test without a verdict, and says why. */
#define skip_because(...)          \
	do {                       \
		note(__VA_ARGS__); \
		skip();            \
	} while (0)

#endif
