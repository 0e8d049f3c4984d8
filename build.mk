# SPDX-License-Identifier: GPL-2.0
# How C is compiled on the host: plain, with the sanitizers for
# the tests, and with gcc's analyzer for lint.

CFLAGS ?= -O2 -g
WARNINGS ?= -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wpointer-arith \
	-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Werror
SANITIZERS ?= -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

packages := libnl-3.0 libnl-genl-3.0 libmicrohttpd gnutls libcrypt libdeflate jansson libcap libcyaml yaml-0.1
compile = $(CC) -std=gnu11 -pthread -D_GNU_SOURCE -MMD -MP -Iinclude -Iexporter $(WARNINGS) $(LIB_CFLAGS) $(CPPFLAGS) $(CFLAGS)

# asked for once, and only by what needs it
LIB_CFLAGS = $(eval LIB_CFLAGS := $(shell pkg-config --cflags $(packages)))$(LIB_CFLAGS)
LIBS = $(eval LIBS := $(shell pkg-config --libs $(packages)) -lm -pthread)$(LIBS)

# everything but main.c, as a library: a program links what it uses
client := $(wildcard exporter/*/*.c)

# $(call objects,DIRECTORY,SOURCES)
objects = $(patsubst %.c,$1/%.o,$2)

build/obj/%.o: %.c
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

build/asan/%.o: %.c
	@mkdir -p $(@D)
	$(compile) $(SANITIZERS) -c -o $@ $<

build/analyzer/%.o: %.c
	@mkdir -p $(@D)
	$(compile) -fanalyzer -c -o $@ $<

%.a:
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

-include $(shell find build -name '*.d' 2>/dev/null)
