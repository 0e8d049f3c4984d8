// SPDX-License-Identifier: GPL-2.0
/*
 * A number is a place in a table of stacks, which handlers take by cmpxchg, with the stack's hash. As with single
 * functions (symbol.c), a stack that leads through a module is written down before that goes, and nobody finds it any
 * more.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "stack.h"
#include "symbol.h"

#define STACK_PLACES  256
#define STACK_STEPS   64
#define STACK_RETIRED 1ULL /* instead of a hash: of no stack */

struct stack_place {
	u64 hash; /* 0: free */
	u32 count;
	bool written;
	unsigned long entry[SKSTAT_STACK_DEPTH];
	char *retired; /* NULL: `unknown`, for want of memory */
};

static struct stack_place *stacks; /* written once, whole */

/* Guards the change of a stack into a name, and what follows. */
static DEFINE_MUTEX(stack_mutex);
static atomic64_t stack_memory;

static struct stack_place *stacks_get(void)
{
	return smp_load_acquire(&stacks); /* pairs with skstat_stack_start() */
}

static u64 stack_hash(const unsigned long *entry, u32 count)
{
	u64 hash = count;
	u32 i;

	for (i = 0; i < count; i++) {
		hash = (hash ^ entry[i]) * GOLDEN_RATIO_64;
		hash ^= hash >> 32;
	}
	return hash > STACK_RETIRED ? hash : STACK_RETIRED + 1;
}

/* As place_is() of the counters' keys: one that is being written is not waited for. */
static bool stack_is(const struct stack_place *place, const unsigned long *entry, u32 count)
{
	return !smp_load_acquire(&place->written) || /* pairs with stack_write() */
	       (place->count == count && !memcmp(place->entry, entry, count * sizeof(*entry)));
}

static void stack_write(struct stack_place *place, const unsigned long *entry, u32 count)
{
	memcpy(place->entry, entry, count * sizeof(*entry));
	place->count = count;
	smp_store_release(&place->written, true); /* pairs with stack_is() and stack_is_written() */
}

static bool stack_is_written(const struct stack_place *place)
{
	return smp_load_acquire(&place->written); /* pairs with stack_write() */
}

u32 skstat_stack_id(const unsigned long *entry, u32 count)
{
	struct stack_place *table = stacks_get();
	u32 step, place;
	u64 hash, seen;

	count = min_t(u32, count, SKSTAT_STACK_DEPTH);
	hash = stack_hash(entry, count);
	for (step = 0; count && step < STACK_STEPS; step++) {
		place = ((hash >> 32) + step) % STACK_PLACES;
		seen = READ_ONCE(table[place].hash);
		if (!seen) {
			seen = cmpxchg(&table[place].hash, 0, hash);
			if (!seen) {
				stack_write(&table[place], entry, count);
				return place + 1;
			}
		}
		if (seen == hash && stack_is(&table[place], entry, count))
			return place + 1;
	}
	return 0;
}

/* A return address may be the first one of the function behind: what called is before it. */
static void stack_look_up(const struct stack_place *place, char *name)
{
	char function[SKSTAT_SYMBOL_LENGTH];
	size_t length = 0, more;
	u32 i;

	lockdep_assert_held(&stack_mutex);
	name[0] = '\0';
	for (i = 0; i < place->count; i++) {
		skstat_symbol_find(place->entry[i] - 1, function);
		more = strlen(function) + !!i;
		if (length + more >= SKSTAT_STACK_LENGTH)
			return;
		length += scnprintf(name + length, SKSTAT_STACK_LENGTH - length, "%s%s", i ? ";" : "", function);
	}
}

bool skstat_stack_name(u32 id, char *name)
{
	struct stack_place *table = stacks_get(), *place;

	if (!id || id > STACK_PLACES || !table || !stack_is_written(&table[id - 1]))
		return false;
	place = &table[id - 1];
	mutex_lock(&stack_mutex);
	if (READ_ONCE(place->hash) == STACK_RETIRED)
		strscpy(name, place->retired ?: "unknown", SKSTAT_STACK_LENGTH);
	else
		stack_look_up(place, name);
	mutex_unlock(&stack_mutex);
	return true;
}

static void stack_retire(struct stack_place *place)
{
	char *name = kmalloc(SKSTAT_STACK_LENGTH, GFP_KERNEL);

	if (name) {
		stack_look_up(place, name);
		atomic64_add(SKSTAT_STACK_LENGTH, &stack_memory);
	}
	place->retired = name;
	WRITE_ONCE(place->hash, STACK_RETIRED);
}

static bool stack_is_of(const struct stack_place *place, const struct module *module, unsigned long state)
{
	u32 i;

	if (!stack_is_written(place) || READ_ONCE(place->hash) == STACK_RETIRED)
		return false;
	for (i = 0; i < place->count; i++)
		if (state == MODULE_STATE_GOING ? within_module(place->entry[i] - 1, module) :
						  within_module_init(place->entry[i] - 1, module))
			return true;
	return false;
}

/* Of a module that goes, all that leads through it; of one that has begun, what was there to begin with. */
static int stack_notify(struct notifier_block *block, unsigned long state, void *data)
{
	struct stack_place *place;

	if (state != MODULE_STATE_GOING && state != MODULE_STATE_LIVE)
		return NOTIFY_DONE;
	mutex_lock(&stack_mutex);
	for (place = stacks; place < stacks + STACK_PLACES; place++)
		if (stack_is_of(place, data, state))
			stack_retire(place);
	mutex_unlock(&stack_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block stack_notifier = { .notifier_call = stack_notify };

int skstat_stack_start(void)
{
	struct stack_place *table;
	int err;

	if (stacks)
		return 0;
	table = kvcalloc(STACK_PLACES, sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	smp_store_release(&stacks, table); /* pairs with stacks_get() */
	err = register_module_notifier(&stack_notifier);
	if (!err) {
		atomic64_add(STACK_PLACES * sizeof(*table), &stack_memory);
		return 0;
	}
	WRITE_ONCE(stacks, NULL); /* nobody has a number of it yet */
	kvfree(table);
	return err;
}

void skstat_stack_exit(void)
{
	struct stack_place *place;

	if (!stacks)
		return;
	unregister_module_notifier(&stack_notifier);
	for (place = stacks; place < stacks + STACK_PLACES; place++)
		kfree(place->retired);
	kvfree(stacks);
}

u64 skstat_stack_memory(void)
{
	return atomic64_read(&stack_memory);
}
