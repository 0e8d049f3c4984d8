# SPDX-License-Identifier: GPL-2.0
# The tests. Each check-* target can be run alone; `check` and `check-all` run
# several, time them and add up. tests/needs says (as root: installs) what is
# missing on this machine.

.PHONY: check check-all check-host check-unit check-lint check-vm check-kernels check-debug check-cost check-lab check-fuzz \
	check-demo check-peers check-bench
check: ## all tests that take no foreign kernel: those that a change should pass
	@tests/check unit lint fuzz host vm:6.1 demo peers

check-all: ## all that CI runs
	@tests/check unit lint fuzz host vm:5.10,vm:6.1,vm:6.12,vm:7.2,cost+debug,bench demo peers lab

vmtest := $(wildcard tests/vm/suite/*.c tests/vm/lib/*.c)

# --- on the host: each *_test.c is a program, under ASan and UBSan

units := $(patsubst tests/unit/%.c,build/unit/%,$(wildcard tests/unit/*_test.c))
unit_helpers := $(filter-out %_test.c,$(wildcard tests/unit/*.c))

# what the tests in a guest read an exporter with
build/unit/scrape_test: $(call objects,build/asan,$(addprefix tests/vm/lib/,scrape.c scrape_select.c scrape_increase.c exporter_http.c))

# the collector alone, with fakes around it
$(filter build/unit/collect_%,$(units)): $(call objects,build/asan,$(wildcard tests/unit/collect/*.c))

# the protobuf format read by others' code, made of what docs/ says of it
build/unit/proto/%.pb-c.c build/unit/proto/%.pb-c.h: docs/%.proto
	@mkdir -p $(@D)
	protoc-c --c_out=$(@D) --proto_path=docs $<
build/unit/proto/%.pb-c.o: build/unit/proto/%.pb-c.c
	$(CC) $(SANITIZERS) $(CFLAGS) -c -o $@ $<
.PRECIOUS: build/unit/proto/%.pb-c.c build/unit/proto/%.pb-c.h

# $(call protobuf_reader,TEST,PROTO)
define protobuf_reader
build/asan/tests/unit/$1_test.o: build/unit/proto/$2.pb-c.h
build/asan/tests/unit/$1_test.o: CPPFLAGS += -Ibuild/unit/proto
build/unit/$1_test: build/unit/proto/$2.pb-c.o
build/unit/$1_test: MORE_LIBS = -lprotobuf-c
endef
$(eval $(call protobuf_reader,protobuf_format,metrics))
$(eval $(call protobuf_reader,stream_encode,stream))

build/unit/%_test: build/asan/tests/unit/%_test.o $(call objects,build/asan,$(unit_helpers)) build/asan/libskstat.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZERS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -lcmocka $(MORE_LIBS)

# the kernel's arithmetic, here with types of its own; and where a word has 32 bits, if the compiler can
build/asan/tests/unit/bucket_test.o: CPPFLAGS += -Itests/unit/kernel -Ikmod

units += build/unit/bucket32_test
build/unit/bucket32_test: tests/unit/bucket_test.c kmod/bucket.h $(wildcard tests/unit/kernel/linux/*.h)
	@mkdir -p $(@D)
	@if echo 'int main(void) { return 0; }' | $(CC) -m32 -x c -o $@ - 2> $@.log; then \
		$(CC) -m32 -std=gnu11 $(WARNINGS) $(CPPFLAGS) -Itests/unit/kernel -Ikmod $(CFLAGS) -o $@ $<; \
	else \
		printf '#!/bin/sh\necho "ok 1 - buckets # SKIP %s"\n' "no compiler for 32 bits: gcc-multilib" > $@; \
		chmod +x $@; \
	fi

build/asan/libskstat.a: $(call objects,build/asan,$(client))

check-unit: ## what needs no kernel
	@tests/needs unit
	@$(MAKE) -s $(units)
	@tests/tap.py unit $(units)

# --- the parsers of the kernel's messages and texts, under libFuzzer: one build
# to fuzz, one that says which lines were reached

parsers := $(patsubst %,exporter/source/%.c,attr counter_message cursor decode field hist_message inet_diag_decode inet_diag_event \
	journal_message error message schema utf8 word) exporter/model/family.c exporter/model/mib.c \
	$(wildcard exporter/procfs/*.c)
fuzzers := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
fuzz_programs := $(fuzzers:%=build/fuzz/%) $(fuzzers:%=build/fuzz/lines/%)

$(fuzz_programs) build/fuzz/obj/%: override CC = clang-14
build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(compile) -fsanitize=fuzzer-no-link $(SANITIZERS) -c -o $@ $<

build/fuzz/lines/obj/%.o: override CC = clang-14
build/fuzz/lines/obj/%.o: %.c
	@mkdir -p $(@D)
	$(compile) -fprofile-instr-generate -fcoverage-mapping -c -o $@ $<

# what people write: the configuration file, a request's headers, its parameters
text_parsers := $(patsubst %,exporter/source/%.c,error field option text utf8)
stream_parsers := $(wildcard exporter/stream/sink*.c) exporter/stream/control.c \
	$(patsubst %,exporter/%.c,serve/peer serve/udp serve/address render/buffer render/statsd_name snapshot/snapshot model/family)
config_parsers := $(filter-out exporter/config/config.c exporter/config/help.c exporter/config/line.c exporter/config/stream_check.c,$(wildcard exporter/config/*.c)) \
	$(text_parsers) exporter/model/view_config.c $(stream_parsers)
web_parsers := $(patsubst %,exporter/config/%.c,duration outline pool reading text value web_file web_keys web_keys_http \
	web_keys_rate web_keys_tls web_keys_users) $(text_parsers)
accept_parsers := $(patsubst %,exporter/serve/%.c,accept guard header)
url_parsers := exporter/serve/parameter.c exporter/serve/select.c $(sort $(text_parsers) $(parsers))

# $(call fuzzer,NAME,SOURCES,LIBRARIES)
define fuzzer
build/fuzz/$1_fuzz: $(call objects,build/fuzz/obj,tests/fuzz/$1_fuzz.c $2)
	$$(CC) -fsanitize=fuzzer $$(SANITIZERS) -o $$@ $$^ $3

build/fuzz/lines/$1_fuzz: $(call objects,build/fuzz/lines/obj,tests/fuzz/$1_fuzz.c $2)
	$$(CC) -fsanitize=fuzzer -fprofile-instr-generate -o $$@ $$^ $3

endef
text_fuzzers := config_fuzz web_fuzz accept_fuzz url_fuzz
$(foreach name,$(filter-out $(text_fuzzers),$(fuzzers)),$(eval $(call fuzzer,$(name:_fuzz=),$(parsers))))
$(eval $(call fuzzer,config,$(config_parsers),-lcyaml -lyaml))
$(eval $(call fuzzer,web,$(web_parsers),-lyaml))
$(eval $(call fuzzer,accept,$(accept_parsers),-lmicrohttpd))
$(eval $(call fuzzer,url,$(url_parsers)))

.PHONY: fuzz-programs
fuzz-programs: $(fuzz_programs)

check-fuzz: ## a minute of fuzzing (FUZZ_SECONDS=60), and is a seeded bug found?
	@tests/needs fuzz
	@$(MAKE) -s fuzz-programs
	@tests/tap.py fuzz tests/fuzz/run; status=$$?; cat build/fuzz/report; exit $$status

check-host: ## the exporter on this machine's own kernel, against ss
	@tests/needs host
	@$(MAKE) -s $(exporter)
	@tests/tap.py host tests/host/fallback tests/host/config tests/host/operations tests/host/streams tests/host/http \
		tests/host/crowd tests/host/service tests/host/statsd

check-lint: ## C, shell, the netlink spec
	@tests/needs lint
	@tests/tap.py lint tests/lint/run

analyzed := exporter/main.c docs/metrics.c $(wildcard tests/vm/*.c tests/demo/*.c tests/bench/*.c)

.PHONY: analyzer
analyzer: $(call objects,build/analyzer,$(client) $(vmtest) $(analyzed))

# --- on real kernels

vm_programs := build/vm/vmtest build/vm/vmtest-tail build/vm/skdump build/vm/record build/vm/record_protocol \
	build/vm/diag_journal build/vm/skbench

# a reader that is one version ahead of the module: fields.h
build/tail/%.o: CPPFLAGS += -DSKSTAT_TEST_TAIL
build/tail/%.o: %.c
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

build/vm/vmtest-tail: $(call objects,build/tail,$(vmtest) $(client))

build/vm/vmtest: $(call objects,build/obj,$(vmtest)) $(library)
build/vm/skdump: $(call objects,build/obj,$(wildcard tests/vm/skdump*.c)) $(library)
build/vm/skbench: $(call objects,build/obj,$(wildcard tests/bench/*.c tests/vm/lib/*.c)) $(library)

# a program of its own, for clang and libbpf
build/bench/tcp.bpf.o: tests/bench/bpf/tcp.bpf.c tests/bench/bpf/record.h
	@mkdir -p $(@D)
	clang-14 -target bpf -g -O2 -Wall -Werror -c -o $@ $<

build/obj/tests/bench/bpf/%.o: CPPFLAGS += -DBPF_OBJECT='"build/bench/tcp.bpf.o"'
build/obj/tests/bench/bpf/bpf_iter.o: build/bench/tcp.bpf.o
build/bench/bpf_iter: build/obj/tests/bench/bpf/bpf_iter.o
	$(CC) $(LDFLAGS) -o $@ $^ -lbpf

.PHONY: bench-programs
bench-programs: vm-programs build/bench/bpf_iter

build/vm/record: $(call objects,build/obj,tests/vm/record.c $(wildcard tests/vm/lib/*.c)) $(library)
build/vm/record_protocol: $(call objects,build/obj,tests/vm/record_protocol.c $(wildcard tests/vm/lib/*.c)) $(library)
# a unit test on the host's kernel; and on others, too
build/vm/diag_journal: build/obj/tests/unit/inet_diag_journal_test.o $(library)
$(vm_programs):
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

.PHONY: vm-programs
vm-programs: $(vm_programs) $(exporter)

check-vm: ## the module and its tests on KERNEL=5.10|6.1|6.12|7.2|debug (6.1)
	@tests/needs vm $(KERNEL)
	@$(MAKE) -s vm-programs
	@tests/vm/run $(KERNEL)

.PHONY: show
show: ## a listener and a connection in a VM, as the module tells of them
	@tests/needs vm
	@$(MAKE) -s vm-programs
	@tests/vm/run --out show --tests tests/vm/show.list 6.1 > build/vm/show.out || { cat build/vm/show.out; exit 1; }
	@sed -n 's/^# \({.*\)/\1/p' build/vm/show/results.log

build/vm/traffic: build/obj/tests/demo/traffic.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^

.PHONY: demo
demo: ## a VM with the module, traffic and the exporter; figures at http://127.0.0.1:$DEMO_PORT/metrics (19733)
	@tests/needs vm
	@tests/demo/demo $(KERNEL)

check-demo: ## does the demo end well, however it ends?
	@tests/needs vm
	@tests/tap.py demo tests/demo/check

check-peers: ## programs of others with the exporter: Prometheus, VictoriaMetrics, statsd, collectd, wrk
	@tests/needs peers
	@$(MAKE) -s $(exporter)
	@tests/tap.py peers tests/peers/prometheus tests/peers/statsd tests/peers/collectd tests/peers/web

.PHONY: bench
bench: ## what reading sockets costs, beside its peers (a quarter of an hour): build/bench.json, docs/PERFORMANCE.md
	@tests/needs bench
	@$(MAKE) -s bench-programs
	@tests/bench/run --docs

check-bench: ## the part of it that tells most: is it as cheap as it must be, and no dearer than it was?
	@tests/needs bench
	@$(MAKE) -s bench-programs
	@tests/tap.py bench tests/bench/verdicts tests/bench/check

check-kernels: ## the same on all four
	@tests/check vm:5.10+vm:6.1 vm:6.12+vm:7.2

check-debug: ## the same on a kernel with every detector on
	@$(MAKE) check-vm KERNEL=debug

check-cost: ## what the module costs a connection, in instructions: nothing while nobody listens
	@tests/needs vm
	@$(MAKE) -s vm-programs
	@tests/vm/run --icount --out cost --tests tests/vm/cost.list 6.1
	@sed -n 's/^# //p' build/vm/cost/results.log

check-lab: ## are failures seen? every verdict, and every detector of the debug kernel
	@tests/needs debug
	@tests/tap.py verdicts tests/vm/verdicts
	@tests/vm/detector/run

.PHONY: debug-kernel
debug-kernel: ## build that kernel (ten minutes; can run in the background)
	@tests/needs debug
	@tests/vm/debug/build
