// SPDX-License-Identifier: GPL-2.0
/*
 * bpf_iter: reads every TCP socket by a BPF iterator, three times, and says what the cheapest took:
 * "records=N instructions=N". A program of its own, so that nothing else needs libbpf.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../vm/lib/must.h"
#include "record.h"

#define TIMES 3

/* The program, as clang made it. */
__asm__(".section .rodata\n"
	".balign 8\n"
	"bpf_object_data: .incbin \"" BPF_OBJECT "\"\n"
	"0: .balign 8\n"
	"bpf_object_length: .quad 0b - bpf_object_data\n"
	".previous\n");
extern const char bpf_object_data[];
extern const size_t bpf_object_length;

static char buffer[64 * 1024];

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static size_t read_all(int link)
{
	int fd = must(bpf_iter_create(link));
	size_t sum = 0;
	ssize_t length;

	while ((length = must(read(fd, buffer, sizeof(buffer)))) > 0)
		sum += (size_t)length;
	close(fd);
	return sum;
}

int main(void)
{
	uint64_t least = UINT64_MAX, value;
	struct bpf_program *program;
	struct bpf_object *object;
	struct bpf_link *link;
	size_t bytes = 0;

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	object = must_have(bpf_object__open_mem(bpf_object_data, bpf_object_length, NULL));
	must_be(!bpf_object__load(object));
	program = must_have(bpf_object__find_program_by_name(object, "dump_tcp"));
	link = must_have(bpf_program__attach_iter(program, NULL));
	for (int i = 0; i < TIMES; i++) {
		value = now();
		bytes = read_all(bpf_link__fd(link));
		value = now() - value;
		least = value < least ? value : least;
	}
	printf("records=%zu instructions=%lu\n", bytes / sizeof(struct bpf_record), least);
	bpf_link__destroy(link);
	bpf_object__close(object);
	return 0;
}
