// SPDX-License-Identifier: GPL-2.0
/*
 * What a cache line costs that is not in the cache, on the CPU that this runs on: objects as large as a TCP socket lie
 * in memory in no order, and of each one some lines are read, as a walk does. Prints nanoseconds an object.
 *
 *	cold OBJECTS...
 *
 * `flushed`: every line was put out of all caches before. `as left`: the pass before has left what it could, as a
 * poll finds it that comes again. `ahead`: the lines of a later object are asked for before this one is read.
 * `chained`: where the next object is stands in this one, so that nothing of it can be asked for earlier.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <immintrin.h>

#define LINE 64
#define LINES 38 /* of an object: struct tcp_sock of 7.2 */
#define OBJECT (LINES * LINE)
#define HUGE_PAGE (2 << 20)
#define AHEAD 4 /* objects */
#define PASSES 15 /* of which the best counts: others use this machine, too */

static const unsigned int touched[] = { 1, 4, 8, 12, 16, 20, 24, 26, 30 };

enum way { APART, AHEAD_OF, CHAINED };

static unsigned char *objects;
static uint32_t *order;
static size_t count;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* xorshift64*: the same order each time */
static uint64_t draw(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static uint32_t *next_of(uint32_t object)
{
	return (uint32_t *)(objects + (size_t)object * OBJECT);
}

static bool make(void)
{
	size_t bytes = (count * OBJECT + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;

	order = malloc(count * sizeof(*order));
	objects = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!order || objects == MAP_FAILED)
		return false;
	/* the kernel reads its sockets through large pages, too */
	madvise(objects, bytes, MADV_HUGEPAGE);
	for (size_t i = 0; i < bytes; i += LINE)
		objects[i] = (unsigned char)i;
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	for (size_t i = count - 1; i > 0; i--) {
		size_t other = draw() % (i + 1);
		uint32_t kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
	for (size_t i = 0; i < count; i++)
		*next_of(order[i]) = order[(i + 1) % count];
	return true;
}

static void flush(void)
{
	for (size_t i = 0; i < count * OBJECT; i += LINE)
		_mm_clflush(objects + i);
	_mm_mfence();
}

/* Where the k-th of so many lines lies: they are spread over the object. */
static inline size_t place(unsigned int k, unsigned int lines)
{
	return (size_t)(k * LINES / lines) * LINE;
}

static uint64_t pass(unsigned int lines, enum way way)
{
	volatile uint64_t sink;
	uint64_t sum = 0, began = now();
	uint32_t next = order[0];

	for (size_t i = 0; i < count; i++) {
		const unsigned char *object = objects + (size_t)(way == CHAINED ? next : order[i]) * OBJECT;

		if (way == AHEAD_OF && i + AHEAD < count) {
			const unsigned char *later = objects + (size_t)order[i + AHEAD] * OBJECT;

			for (unsigned int k = 0; k < lines; k++)
				__builtin_prefetch(later + place(k, lines));
		}
		for (unsigned int k = 0; k < lines; k++)
			sum += *(const volatile uint64_t *)(object + place(k, lines));
		next = *(const volatile uint32_t *)object;
	}
	began = now() - began;
	sink = sum;
	(void)sink;
	return began;
}

static double best(unsigned int lines, bool flushed, enum way way)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < PASSES; i++) {
		uint64_t took;

		if (flushed)
			flush();
		took = pass(lines, way);
		least = took < least ? took : least;
	}
	return (double)least / (double)count;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		count = strtoul(argv[i], NULL, 10);
		if (!count || !make()) {
			fprintf(stderr, "cold: no room for %s objects\n", argv[i]);
			return 1;
		}
		printf("| lines of %zu objects | flushed | flushed, ahead | flushed, chained | as left | as left, chained |\n",
		       count);
		printf("|---|---|---|---|---|---|\n");
		for (size_t k = 0; k < sizeof(touched) / sizeof(*touched); k++) {
			unsigned int lines = touched[k];

			printf("| %u | %.0f | %.0f | %.0f | %.0f | %.0f |\n", lines, best(lines, true, APART),
			       best(lines, true, AHEAD_OF), best(lines, true, CHAINED), best(lines, false, APART),
			       best(lines, false, CHAINED));
			fflush(stdout);
		}
		munmap(objects, (count * OBJECT + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
		free(order);
	}
	return 0;
}
