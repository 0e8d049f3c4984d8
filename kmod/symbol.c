// SPDX-License-Identifier: GPL-2.0
/*
 * A number is a place in a table of addresses, which handlers take by cmpxchg; names are looked up when they are read.
 * A module takes its names with it: before it goes they are written down, and its addresses stand for nothing any more,
 * since another module may be loaded at them.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "symbol.h"

#define SYMBOL_PLACES  512
#define SYMBOL_STEPS   64
#define SYMBOL_RETIRED 1UL /* instead of an address: no function is there */

static unsigned long symbol_address[SYMBOL_PLACES]; /* 0: free */

/* Guards what follows, and the change of an address into a name. */
static DEFINE_MUTEX(symbol_mutex);
static char *symbol_retired[SYMBOL_PLACES]; /* NULL: `unknown`, for want of memory */
static char symbol_text[KSYM_SYMBOL_LEN];
static u64 symbol_memory;
static bool symbol_started;

u32 skstat_symbol_id(const void *location)
{
	unsigned long address = (unsigned long)location, seen;
	u32 first = hash_long(address, ilog2(SYMBOL_PLACES)), step, place;

	if (address <= SYMBOL_RETIRED)
		return 0;
	for (step = 0; step < SYMBOL_STEPS; step++) {
		place = (first + step) % SYMBOL_PLACES;
		seen = READ_ONCE(symbol_address[place]);
		if (!seen)
			seen = cmpxchg(&symbol_address[place], 0, address) ?: address;
		if (seen == address)
			return place + 1;
	}
	return 0;
}

/* Good until the mutex is dropped. */
static const char *symbol_look_up(unsigned long address)
{
	lockdep_assert_held(&symbol_mutex);
	sprint_symbol_no_offset(symbol_text, address);
	*strchrnul(symbol_text, ' ') = '\0'; /* what follows is the module */
	return symbol_text[0] && !str_has_prefix(symbol_text, "0x") ? symbol_text : "unknown";
}

bool skstat_symbol_name(u32 id, char *name)
{
	const char *text;

	if (!id || id > SYMBOL_PLACES || !READ_ONCE(symbol_address[id - 1]))
		return false;
	mutex_lock(&symbol_mutex);
	if (READ_ONCE(symbol_address[id - 1]) == SYMBOL_RETIRED)
		text = symbol_retired[id - 1] ?: "unknown";
	else
		text = symbol_look_up(symbol_address[id - 1]);
	strscpy(name, text, SKSTAT_SYMBOL_LENGTH);
	mutex_unlock(&symbol_mutex);
	return true;
}

void skstat_symbol_find(unsigned long address, char *name)
{
	mutex_lock(&symbol_mutex);
	strscpy(name, symbol_look_up(address), SKSTAT_SYMBOL_LENGTH);
	mutex_unlock(&symbol_mutex);
}

static void symbol_retire(u32 place)
{
	char *name = kstrdup(symbol_look_up(symbol_address[place]), GFP_KERNEL);

	symbol_retired[place] = name;
	symbol_memory += name ? strlen(name) + 1 : 0;
	WRITE_ONCE(symbol_address[place], SYMBOL_RETIRED);
}

/*
 * Of a module that goes, all that is in it: it has no code running, and still its names. Of one that has begun, what
 * was there to begin with.
 */
static int symbol_notify(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;
	unsigned long address;
	u32 place;

	if (state != MODULE_STATE_GOING && state != MODULE_STATE_LIVE)
		return NOTIFY_DONE;
	mutex_lock(&symbol_mutex);
	for (place = 0; place < SYMBOL_PLACES; place++) {
		address = READ_ONCE(symbol_address[place]);
		if (address <= SYMBOL_RETIRED)
			continue;
		if (state == MODULE_STATE_GOING ? within_module(address, module) : within_module_init(address, module))
			symbol_retire(place);
	}
	mutex_unlock(&symbol_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block symbol_notifier = { .notifier_call = symbol_notify };

int skstat_symbol_start(void)
{
	int err;

	if (symbol_started)
		return 0;
	err = register_module_notifier(&symbol_notifier);
	symbol_started = !err;
	return err;
}

void skstat_symbol_exit(void)
{
	u32 place;

	if (symbol_started)
		unregister_module_notifier(&symbol_notifier);
	for (place = 0; place < SYMBOL_PLACES; place++)
		kfree(symbol_retired[place]);
}

u64 skstat_symbol_memory(void)
{
	u64 memory;

	mutex_lock(&symbol_mutex);
	memory = symbol_memory;
	mutex_unlock(&symbol_mutex);
	return memory;
}
