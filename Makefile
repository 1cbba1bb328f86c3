# Builds v6hook, its tests, its demonstration and its benchmark. Each target says what it does.

VERSION := 0.1

CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
HARDENING := -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
PKGS := libnl-3.0 libcjson

# where objects go, and the program: `make sanitized` sets both
BUILD := build/plain
PROGRAM := v6hook

SOURCES := $(wildcard helper/*.c helper/*/*.c)
OBJECTS := $(SOURCES:helper/%.c=$(BUILD)/%.o)
# everything but the program's own face, for the unit tests
ROOMS := $(filter-out $(BUILD)/main.o,$(OBJECTS))
UNITS := $(patsubst tests/unit/%.c,build/sanitized/unit/%,$(wildcard tests/unit/*_test.c))

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DV6HOOK_VERSION='"$(VERSION)"' -Ihelper -MMD -MP \
	$(WARNINGS) $(HARDENING) $(if $(WERROR),-Werror) $(shell pkg-config --cflags $(PKGS)) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS)) -lm -ldl

.PHONY: all
all: $(PROGRAM) layers

$(PROGRAM): $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/%.o: helper/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# An #include that points up or sideways fails the build.
.PHONY: layers
layers:
	@tests/layers

# The program and the unit tests under ASan and UBSan, in build/sanitized.
.PHONY: sanitized
sanitized:
	@mkdir -p build/sanitized
	$(MAKE) BUILD=build/sanitized PROGRAM=build/sanitized/v6hook CFLAGS="$(SANITIZE)" \
		build/sanitized/v6hook $(UNITS)

build/sanitized/unit/%: tests/unit/%.c $(ROOMS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(ROOMS) $(LIBS) -lcmocka

# Every test: units under sanitizers, then the lab on real containers. As root.
.PHONY: check
check:
	@tests/packages build lab check
	$(MAKE) --no-print-directory all sanitized
	@tests/run $(UNITS) tests/unit/*.test tests/lab/*.test

# Shows the whole idea on a real LXC and a real Docker container. As root.
.PHONY: demo
demo:
	@tests/packages build lab
	@$(MAKE) --no-print-directory -s all
	@tests/lab/world tests/lab/demo

# Attach, measured side by side with a floor and with shell recipes. As root.
.PHONY: bench
bench:
	@tests/packages build lab
	@$(MAKE) --no-print-directory -s all build/bench/floor
	@tests/lab/world tests/bench/attach

build/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -o $@ $<

.PHONY: clean
clean:
	rm -rf build v6hook

-include $(OBJECTS:.o=.d)
