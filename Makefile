# SPDX-License-Identifier: GPL-2.0
# `make help` says what there is to make; everything made goes to build/.

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
KERNEL ?= 6.1
PREFIX ?= /usr/local
KRELEASE ?= $(shell uname -r)

headers := /lib/modules/$(KRELEASE)/build
library := build/lib/libskstat.a
exporter := build/skstat_exporter
module := build/module/kmod/skstat.ko

.PHONY: all
all: ## everything: the exporter, and the module for the running kernel
	@tests/needs build
	@$(MAKE) --no-print-directory $(exporter) build/vm/skdump build/skstat_exporter.8 build/skstat_exporter.bash module

include build.mk
include tests/tests.mk
include tests/bench/host/host.mk

$(library): $(call objects,build/obj,$(client))

$(exporter): build/obj/exporter/main.o $(library)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

build/metrics-doc: build/obj/docs/metrics.o $(library)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: docs
docs: build/metrics-doc build/manual build/stream-proto ## docs/METRICS.md, docs/OPTIONS.md and docs/stream.proto, out of the tables that make metrics, options and records
	build/metrics-doc > build/METRICS.md
	mv build/METRICS.md docs/METRICS.md
	build/manual md > build/OPTIONS.md
	mv build/OPTIONS.md docs/OPTIONS.md
	build/stream-proto > build/stream.proto
	mv build/stream.proto docs/stream.proto

build/stream-proto: build/obj/docs/stream_proto.o $(library)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

build/manual: build/obj/docs/manual.o $(library)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# out of the option table
build/skstat_exporter.8 build/skstat_exporter.bash: build/manual
	build/manual $(subst .,,$(suffix $@)) > $@.tmp
	mv $@.tmp $@

parity_kernels := 5.10 6.1 6.12 7.2

.PHONY: docs-parity
docs-parity: ## docs/PARITY.md, out of a run of `vmtest parity` on four kernels
	@tests/needs vm
	@$(MAKE) -s vm-programs
	echo vmtest parity > build/parity.list
	for kernel in $(parity_kernels); do \
		tests/vm/run --tests build/parity.list --out parity-$$kernel $$kernel || exit 1; done
	docs/parity $(parity_kernels:%=build/vm/parity-%/results.log) > build/PARITY.md
	mv build/PARITY.md docs/PARITY.md

.PHONY: run
run: ## this machine's own sockets on http://127.0.0.1:19733/metrics, from whichever source it allows
	@tests/needs build
	@$(MAKE) -s $(exporter)
	@echo "http://127.0.0.1:19733/metrics (Ctrl-C ends it)"
	@$(exporter) --source=auto --web.listen-address=127.0.0.1:19733

.PHONY: module
module: ## the module for the running kernel, if its headers are installed
ifneq ($(wildcard $(headers)/Makefile),)
	mkdir -p build/module
	cp -a kmod include build/module/
	$(MAKE) -C $(headers) M=$(CURDIR)/build/module/kmod modules
else
	@echo "No headers for $(KRELEASE): the module was not built. The lab builds it (make check-kernels), DKMS too (make dkms-install)."
endif

.PHONY: install
install: all ## exporter, manual page, completion for bash, configurations to begin with, headers, modprobe settings, and the module if it was built and DKMS has none, under DESTDIR and PREFIX
	install -D -m 755 $(exporter) $(DESTDIR)$(PREFIX)/bin/skstat_exporter
	install -D -m 644 build/skstat_exporter.8 $(DESTDIR)$(PREFIX)/share/man/man8/skstat_exporter.8
	install -D -m 644 build/skstat_exporter.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/skstat_exporter
	install -d $(DESTDIR)$(PREFIX)/share/doc/skstat/examples
	install -m 644 docs/examples/*.yaml $(DESTDIR)$(PREFIX)/share/doc/skstat/examples/
	install -d $(DESTDIR)$(PREFIX)/include/skstat
	install -m 644 include/skstat/*.h $(DESTDIR)$(PREFIX)/include/skstat/
	install -D -m 644 packaging/modprobe.d/skstat.conf $(DESTDIR)/etc/modprobe.d/skstat.conf
	if [ -e $(module) ] && { [ "$(DESTDIR)" ] || ! dkms status skstat 2>/dev/null | grep -q installed; }; then \
		install -D -m 644 $(module) $(DESTDIR)/lib/modules/$(KRELEASE)/updates/skstat.ko; \
		[ "$(DESTDIR)" ] || depmod $(KRELEASE); \
	fi

dkms := /usr/src/skstat-$(VERSION)

.PHONY: dkms-install
dkms-install: ## the module's source for DKMS; without DESTDIR it is also built and installed, for KRELEASE
	@[ "$(DESTDIR)" ] || tests/needs dkms
	@[ "$(DESTDIR)" ] || [ -e $(headers)/Makefile ] || { \
		echo "no headers for $(KRELEASE): install linux-headers-$(KRELEASE), or name another kernel by KRELEASE=" >&2; exit 1; }
	install -d $(DESTDIR)$(dkms)
	cp -a --no-preserve=ownership kmod include dkms.conf $(DESTDIR)$(dkms)/
	install -D -m 644 packaging/modprobe.d/skstat.conf $(DESTDIR)/etc/modprobe.d/skstat.conf
	if [ -z "$(DESTDIR)" ]; then \
		{ dkms status skstat/$(VERSION) | grep -q . || dkms add skstat/$(VERSION); } && \
		dkms build --force skstat/$(VERSION) -k $(KRELEASE) && \
		dkms install --force skstat/$(VERSION) -k $(KRELEASE); \
	fi

.PHONY: clean distclean
clean: ## what was made from our own source
	rm -rf build

distclean: clean ## that, and the kernels and compilers that were fetched
	rm -rf $(or $(SKSTAT_CACHE),.cache)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
