# SPDX-License-Identifier: GPL-2.0
# The exporter's part of a poll, without a kernel: tests/bench/host/run.

build/bench/host/exporter: build/obj/tests/bench/host/exporter.o $(library)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
