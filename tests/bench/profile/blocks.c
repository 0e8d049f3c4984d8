// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of qemu's TCG: how often each translated block of a guest ran between the marks of tests/bench/mark.h. The
 * guest has one CPU (or several in one thread), so that counters need no lock.
 *
 *	-plugin blocks.so,out=FILE[,lines=on][,all=on]
 *
 * FILE has, when qemu ends:
 *
 *	regions COUNT
 *	block ADDRESS INSTRUCTIONS TIMES LINES BYTES      a block that ran between the marks
 *	section NUMBER INSTRUCTIONS TIMES                 so many sections took so many instructions
 *
 * With all=on there is one region: all that the guest does. LINES are cache lines of data that this block was the first
 * to touch since a mark: what it would miss, had the cache been cold and large. It takes lines=on, and time. BYTES are
 * the block's code, with a dot behind each instruction.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mark.h"
#include "qemu.h"

#define BUCKETS (1 << 16) /* of blocks */
#define SLOTS (1 << 23) /* of cache lines in a region */
#define BLOCK_BYTES 1024 /* of code that are kept */
#define MARK_BYTES 7 /* nopl disp32(%rax) */
#define SECTION_STEP 16 /* instructions: how fine lengths of sections are told */
#define SECTION_LENGTHS (1 << 18)

struct block {
	struct block *next;
	uint64_t address;
	uint64_t runs; /* since the guest began; added to by generated code */
	uint64_t before; /* runs at the last MARK_BEGIN */
	uint64_t counted; /* between marks */
	uint64_t lines;
	unsigned int instructions;
	unsigned int length;
	unsigned char *ends; /* whether an instruction ends with this byte */
	unsigned char bytes[];
};

struct section {
	uint64_t began;
	unsigned int depth;
	uint64_t *lengths; /* by SECTION_STEP */
};

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static struct block *blocks[BUCKETS];
static struct section sections[MARK_SECTIONS];
static uint64_t executed; /* instructions, all of them */
static uint64_t regions;
static bool counting;
static bool all; /* not only between marks */
static bool want_lines;
static uint64_t *slots;
static uint64_t used;
static FILE *out;

/* --- marks */

static void begin(unsigned int cpu, void *unused)
{
	(void)cpu;
	(void)unused;
	if (counting || all)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct block *block = blocks[i]; block; block = block->next)
			block->before = block->runs;
	}
	if (slots)
		memset(slots, 0, SLOTS * sizeof(*slots));
	used = 0;
	counting = true;
}

static void end(unsigned int cpu, void *unused)
{
	(void)cpu;
	(void)unused;
	if (!counting || all)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct block *block = blocks[i]; block; block = block->next)
			block->counted += block->runs - block->before;
	}
	counting = false;
	regions++;
}

/* A block that is translated between the marks has not run before them: `before` is 0, as it should be. */

static void section_begin(unsigned int cpu, void *which)
{
	struct section *section = which;

	(void)cpu;
	if (section->depth++ == 0)
		section->began = executed;
}

static void section_end(unsigned int cpu, void *which)
{
	struct section *section = which;
	uint64_t length = (executed - section->began) / SECTION_STEP;

	(void)cpu;
	if (!section->depth || --section->depth)
		return;
	if (!counting)
		return;
	if (!section->lengths)
		section->lengths = calloc(SECTION_LENGTHS, sizeof(*section->lengths));
	if (section->lengths)
		section->lengths[length < SECTION_LENGTHS ? length : SECTION_LENGTHS - 1]++;
}

static void see_mark(struct qemu_plugin_insn *instruction)
{
	static const unsigned char nop[] = { 0x0f, 0x1f, 0x80 };
	const unsigned char *bytes = qemu_plugin_insn_data(instruction);
	uint32_t mark;

	if (qemu_plugin_insn_size(instruction) != MARK_BYTES || memcmp(bytes, nop, sizeof(nop)))
		return;
	memcpy(&mark, bytes + sizeof(nop), sizeof(mark));
	if (mark == MARK_BEGIN)
		qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin, QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (mark == MARK_END)
		qemu_plugin_register_vcpu_insn_exec_cb(instruction, end, QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (mark - MARK_SECTION_BEGIN < MARK_SECTIONS)
		qemu_plugin_register_vcpu_insn_exec_cb(instruction, section_begin, QEMU_PLUGIN_CB_NO_REGS,
						       &sections[mark - MARK_SECTION_BEGIN]);
	else if (mark - MARK_SECTION_END < MARK_SECTIONS)
		qemu_plugin_register_vcpu_insn_exec_cb(instruction, section_end, QEMU_PLUGIN_CB_NO_REGS,
						       &sections[mark - MARK_SECTION_END]);
}

/* --- lines */

static void touch(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *by)
{
	struct block *block = by;
	uint64_t line = address >> 6 | 1ULL << 63; /* 0 is an empty place */
	uint64_t place = line * 0x9e3779b97f4a7c15ULL >> 41;

	(void)cpu;
	(void)info;
	if (!counting)
		return;
	while (slots[place % SLOTS] != line) {
		if (!slots[place % SLOTS]) {
			if (used++ > SLOTS / 4 * 3) {
				fputs("blocks: more lines than there is room for\n", stderr);
				exit(1);
			}
			slots[place % SLOTS] = line;
			block->lines++;
			return;
		}
		place++;
	}
}

/* --- blocks */

/* The block at this address with this code: one, however often it is translated. */
static struct block *block_of(uint64_t address, unsigned int instructions, const unsigned char *bytes,
			      unsigned int length)
{
	struct block **place = &blocks[(address * 0x9e3779b97f4a7c15ULL >> 48) % BUCKETS];

	for (struct block *block = *place; block; block = block->next) {
		if (block->address == address && block->instructions == instructions && block->length == length &&
		    !memcmp(block->bytes, bytes, length))
			return block;
	}

	struct block *block = calloc(1, sizeof(*block) + 2 * length);

	if (!block)
		abort();
	block->address = address;
	block->instructions = instructions;
	block->length = length;
	block->ends = block->bytes + length;
	memcpy(block->bytes, bytes, length);
	block->next = *place;
	*place = block;
	return block;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	unsigned int count = qemu_plugin_tb_n_insns(tb);
	unsigned char bytes[BLOCK_BYTES];
	unsigned char ends[BLOCK_BYTES] = { 0 };
	unsigned int length = 0;
	struct block *block;

	(void)id;
	for (unsigned int i = 0; i < count; i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, i);
		unsigned int size = qemu_plugin_insn_size(instruction);

		if (length + size <= sizeof(bytes)) {
			memcpy(bytes + length, qemu_plugin_insn_data(instruction), size);
			length += size;
			ends[length - 1] = 1;
		}
	}
	block = block_of(qemu_plugin_tb_vaddr(tb), count, bytes, length);
	memcpy(block->ends, ends, length);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &block->runs, 1);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &executed, count);
	for (unsigned int i = 0; i < count; i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, i);

		see_mark(instruction);
		if (want_lines)
			qemu_plugin_register_vcpu_mem_cb(instruction, touch, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, block);
	}
}

static void write_out(qemu_plugin_id_t id, void *unused)
{
	(void)id;
	(void)unused;
	if (all) {
		all = false;
		end(0, NULL);
	}
	fprintf(out, "regions %llu\n", (unsigned long long)regions);
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct block *block = blocks[i]; block; block = block->next) {
			if (!block->counted)
				continue;
			fprintf(out, "block %llx %u %llu %llu ", (unsigned long long)block->address, block->instructions,
				(unsigned long long)block->counted, (unsigned long long)block->lines);
			for (unsigned int b = 0; b < block->length; b++)
				fprintf(out, "%02x%s", block->bytes[b], block->ends[b] ? "." : "");
			fputc('\n', out);
		}
	}
	for (unsigned int s = 0; s < MARK_SECTIONS; s++) {
		for (unsigned int l = 0; sections[s].lengths && l < SECTION_LENGTHS; l++) {
			if (sections[s].lengths[l])
				fprintf(out, "section %u %u %llu\n", s, l * SECTION_STEP,
					(unsigned long long)sections[s].lengths[l]);
		}
	}
	if (fclose(out))
		perror("blocks");
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strcmp(argv[i], "lines=on"))
			want_lines = true;
		else if (!strcmp(argv[i], "all=on"))
			counting = all = true;
	}
	if (want_lines)
		slots = calloc(SLOTS, sizeof(*slots));
	if (!out || (want_lines && !slots)) {
		perror("blocks: out");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, write_out, NULL);
	return 0;
}
