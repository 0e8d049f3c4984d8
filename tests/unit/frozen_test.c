// SPDX-License-Identifier: GPL-2.0
/*
 * What a module of version 1 said, each kind of message and of record, is kept in tests/fixtures/protocol/1.bin, and what
 * a reader of that day understood is in 1.json beside it. Today's reader must understand the same. The version is frozen:
 * neither file is ever made anew; numbers and layouts are held by tests/lint/frozen.
 *
 * Where a line of 1.json is another now, old modules are misread: mend the reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/genetlink.h>

#include "golden.h"
#include "render/json.h"
#include "replay.h"
#include "source/counter_message.h"
#include "source/cursor.h"
#include "source/hist_message.h"

#define RECORDING  "tests/fixtures/protocol/1.bin"
#define UNDERSTOOD "tests/fixtures/protocol/1.json"

struct frozen {
	struct replay replay;
	struct skstat_buffer text;
	struct skstat_totals sock;
	struct skstat_cursor cursor;
	struct skstat_journal_totals journal;
	struct skstat_counter_totals counter, hist;
};

#define PRINT(frozen, ...) skstat_buffer_printf(&(frozen)->text, __VA_ARGS__)
#define U(value)	   ((unsigned long long)(value))

static void json_print(struct frozen *frozen, json_t *object)
{
	char *text;

	assert_non_null(object);
	text = json_dumps(object, JSON_COMPACT);
	assert_non_null(text);
	PRINT(frozen, "%s\n", text);
	free(text);
	json_decref(object);
}

static int sample_take(const struct skstat_sample *sample, void *arg)
{
	struct frozen *frozen = arg;

	json_print(frozen, skstat_sample_json(sample, &frozen->replay.schema, 0, true));
	return 0;
}

static void info_print(struct frozen *frozen)
{
	const struct skstat_info *info = &frozen->replay.info;

	PRINT(frozen, "{\"version\":\"%s\",\"abi\":%u,\"hz\":%u,\"cpus\":%u,\"namespaces\":%u,\"max_matches\":%u,",
	      info->version, info->abi, info->hz, info->cpus, info->namespaces, info->max_matches);
	PRINT(frozen, "\"instance\":%llu,\"memory\":%llu,\"walks\":%llu,\"walk_sockets\":%llu,\"walk_ns\":%llu,",
	      U(info->instance), U(info->memory), U(info->walks), U(info->walk_sockets), U(info->walk_ns));
	PRINT(frozen, "\"journal_events\":%u,\"journal_written\":%llu,\"journal_dropped\":%llu,\"doorbells\":%llu,",
	      info->journal_events, U(info->journal_written), U(info->journal_dropped), U(info->doorbells));
	PRINT(frozen, "\"conn_places\":%llu,\"conn_used\":%llu,\"conn_misses\":%llu}\n", U(info->conn_places),
	      U(info->conn_used), U(info->conn_misses));
	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++) {
		const struct skstat_info_probe *probe = &info->probe[id];

		if (probe->known)
			PRINT(frozen, "{\"probe\":%u,\"available\":%d,\"holders\":%u,\"hits\":%llu,\"drops\":%llu,"
			      "\"samples\":%llu,\"sample_ns\":%llu,\"missed\":%llu}\n", id, probe->available,
			      probe->holders, U(probe->hits), U(probe->drops), U(probe->samples),
			      U(probe->sample_ns), U(probe->missed));
	}
}

static void schema_print(struct frozen *frozen)
{
	const struct skstat_schema *schema = &frozen->replay.schema;

	for (size_t i = 0; i < schema->groups; i++)
		PRINT(frozen, "{\"group\":%u,\"name\":\"%s\",\"size\":%u,\"kinds\":%u}\n", schema->group[i].id,
		      schema->group[i].name, schema->group[i].size, schema->group[i].kinds);
	for (size_t i = 0; i < schema->fields; i++) {
		const struct skstat_schema_field *field = &schema->field[i];

		PRINT(frozen, "{\"field\":%u,\"name\":\"%s\",\"group\":%u,\"type\":%u,\"kind\":%u,\"unit\":%u,"
		      "\"offset\":%u,\"size\":%u,\"available\":%d}\n", field->id, field->name, field->group,
		      field->type, field->kind, field->unit, field->offset, field->size, field->available);
	}
	for (size_t i = 0; i < schema->counters; i++)
		PRINT(frozen, "{\"counter\":\"%s\",\"table\":%u,\"index\":%u}\n", schema->counter[i].name,
		      schema->counter[i].table, schema->counter[i].index);
	for (size_t i = 0; i < schema->probes; i++)
		PRINT(frozen, "{\"probe\":%u,\"name\":\"%s\",\"available\":%d}\n", schema->probe[i].id,
		      schema->probe[i].name, schema->probe[i].available);
}

static void mib_take(struct frozen *frozen, const struct nlmsghdr *message)
{
	struct skstat_mib mib;

	assert_int_equal(skstat_mib_parse(message, &mib), 0);
	PRINT(frozen, "{\"mib\":%llu,\"inode\":%u", U(mib.netns), mib.inode);
	for (uint32_t table = 0; table <= SKSTAT_MIB_MAX; table++) {
		for (size_t i = 0; i < mib.count[table]; i++)
			if (skstat_mib_value(&mib, table, i))
				PRINT(frozen, ",\"%u.%zu\":%llu", table, i, U(skstat_mib_value(&mib, table, i)));
	}
	PRINT(frozen, "}\n");
}

static void key_print(struct frozen *frozen, const char *what, uint32_t id, const uint32_t *key)
{
	PRINT(frozen, "{\"%s\":%u,\"key\":[%u,%u,%u,%u,%u]", what, id, key[0], key[1], key[2], key[3], key[4]);
}

static int cell_take(const struct skstat_cell *cell, void *arg)
{
	key_print(arg, "cell", cell->table, cell->key);
	PRINT((struct frozen *)arg, ",\"count\":%llu}\n", U(cell->count));
	return 0;
}

static int name_take(const struct skstat_counter_name *name, void *arg)
{
	struct frozen *frozen = arg;

	PRINT(frozen, "{\"column\":%u,\"id\":%u,\"netns\":%llu,\"name\":\"%s\"}\n", name->column, name->id,
	      U(name->netns), name->name);
	return 0;
}

static int hist_take(const struct skstat_hist *hist, void *arg)
{
	struct frozen *frozen = arg;

	key_print(frozen, "histogram", hist->cell.histogram, hist->cell.key);
	PRINT(frozen, ",\"low\":%llu,\"high\":%llu,\"sum\":%llu,\"squares\":[%llu,%llu]", U(hist->cell.low),
	      U(hist->cell.high), U(hist->cell.sum), U(hist->cell.squares[0]), U(hist->cell.squares[1]));
	for (int i = 0; i < SKSTAT_HISTOGRAM_BUCKETS; i++)
		if (hist->bucket[i])
			PRINT(frozen, ",\"%d\":%llu", i, U(hist->bucket[i]));
	PRINT(frozen, "}\n");
	return 0;
}

static int message_take(const struct nlmsghdr *message, void *arg)
{
	struct frozen *frozen = arg;
	const struct genlmsghdr *genl = NLMSG_DATA(message);
	const struct skstat_counter_reader counters = { cell_take, name_take, frozen };
	const struct skstat_hist_reader hists = { hist_take, name_take, frozen };
	uint64_t instance;

	switch (genl->cmd) {
	case SKSTAT_CMD_SOCK:
		return skstat_sock_parse(message, sample_take, frozen, &frozen->sock);
	case SKSTAT_CMD_JOURNAL:
		return skstat_journal_parse(message, &frozen->cursor, sample_take, frozen, &frozen->journal);
	case SKSTAT_CMD_MIB:
		mib_take(frozen, message);
		return 0;
	case SKSTAT_CMD_COUNTER:
		return skstat_counter_parse(message, &counters, &frozen->counter);
	case SKSTAT_CMD_HIST:
		return skstat_hist_parse(message, &hists, &frozen->hist);
	case SKSTAT_CMD_DOORBELL:
		assert_int_equal(skstat_doorbell_parse(message, &instance), 0);
		PRINT(frozen, "{\"doorbell\":%llu}\n", U(instance));
		return 0;
	}
	return 0; /* INFO and SCHEMA were read when the file was opened */
}

static void totals_print(struct frozen *frozen)
{
	const struct skstat_journal_totals *journal = &frozen->journal;
	const struct skstat_counter_totals *counter[] = { &frozen->counter, &frozen->hist };

	json_print(frozen, skstat_totals_json(&frozen->sock));
	PRINT(frozen, "{\"events\":%llu,\"lost\":%llu,\"sent\":%llu,\"sent_lost\":%llu,\"ns\":%llu}\n",
	      U(journal->events), U(journal->lost), U(journal->sent), U(journal->sent_lost), U(journal->ns));
	for (size_t i = 0; i < 2; i++)
		PRINT(frozen, "{\"places\":%llu,\"used\":%llu,\"memory\":%llu,\"ns\":%llu,\"cells\":%llu}\n",
		      U(counter[i]->places), U(counter[i]->used), U(counter[i]->memory), U(counter[i]->ns),
		      U(counter[i]->cells));
}

static void old_messages_mean_what_they_meant(void **state)
{
	struct frozen frozen = { 0 };

	(void)state;
	replay_open_file(&frozen.replay, RECORDING);
	info_print(&frozen);
	schema_print(&frozen);
	assert_int_equal(replay_messages(&frozen.replay, 0, message_take, &frozen), 0);
	totals_print(&frozen);
	assert_false(frozen.text.failed);
	assert_true(frozen.sock.complete && frozen.journal.complete && frozen.counter.complete && frozen.hist.complete);
	assert_int_equal(frozen.sock.skipped + frozen.journal.skipped + frozen.counter.skipped + frozen.hist.skipped, 0);
	golden_check(UNDERSTOOD, &frozen.text);

	skstat_cursor_free(&frozen.cursor);
	skstat_buffer_free(&frozen.text);
	replay_close(&frozen.replay);
}

static int count_take(const struct nlmsghdr *message, void *arg)
{
	const struct genlmsghdr *genl = NLMSG_DATA(message);
	size_t *messages = arg;

	messages[genl->cmd]++;
	return 0;
}

static int kind_take(const struct skstat_sample *sample, void *arg)
{
	size_t *records = arg;

	records[sample->kind]++;
	return 0;
}

static int journal_kinds_take(const struct nlmsghdr *message, void *arg)
{
	struct skstat_journal_totals totals = { 0 };
	struct skstat_cursor cursor = { 0 };
	int err = skstat_journal_parse(message, &cursor, kind_take, arg, &totals);

	skstat_cursor_free(&cursor);
	return err;
}

/* PROBE_SET has no reply but the verdict. */
static void the_recording_is_whole(void **state)
{
	size_t messages[UINT8_MAX + 1] = { 0 }, records[__SKSTAT_KIND_MAX] = { 0 };
	struct replay replay;

	(void)state;
	replay_open_file(&replay, RECORDING);
	assert_int_equal(replay_messages(&replay, 0, count_take, messages), 0);
	for (uint8_t cmd = SKSTAT_CMD_INFO; cmd <= SKSTAT_CMD_HIST; cmd++)
		assert_true(messages[cmd] > 0 || cmd == SKSTAT_CMD_PROBE_SET);
	assert_int_equal(replay_sock(&replay, kind_take, records, NULL), 0);
	assert_int_equal(replay_messages(&replay, SKSTAT_CMD_JOURNAL, journal_kinds_take, records), 0);
	for (int kind = SKSTAT_KIND_FULL; kind <= SKSTAT_KIND_LISTEN_STOPPED; kind++)
		assert_true(records[kind] > 0);
	replay_close(&replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_recording_is_whole),
		cmocka_unit_test(old_messages_mean_what_they_meant),
	};

	return cmocka_run_group_tests_name("frozen", tests, NULL, NULL);
}
