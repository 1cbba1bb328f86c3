# Builds v6hook, its tests, its demonstration and its benchmark. Each target says what it does.

# the one place where it stands
VERSION := $(shell sed -n 's/^\#\# \[*\([0-9][^] ]*\).*/\1/p' CHANGELOG.md | head -n 1)

CC ?= cc
# make V=1 shows the commands
Q := $(if $(V),,@)
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
HARDENING := -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
# line numbers are all that a report of theirs needs
SANITIZE := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
PKGS := libnl-3.0 jansson
# what pkg-config says is asked once, and only by who needs it
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

# where objects go, and the program: `make sanitized` sets both
BUILD := build/plain
PROGRAM := v6hook-full

# The program is linked twice, whole and small (helper/base/whole.h): small/ replaces some files of the whole one.
SMALL := $(patsubst helper/%.c,$(BUILD)/%.o,$(wildcard helper/small/*.c))
SMALL_REPLACES := $(addprefix $(BUILD)/,base/whole.o base/passwd.o base/library.o)
SOURCES := $(filter-out helper/small/% $(LEFT_OUT),$(wildcard helper/*.c helper/*/*.c))
OBJECTS := $(SOURCES:helper/%.c=$(BUILD)/%.o)
# everything but the program's own face, for the unit tests, which link what they need of it
ROOMS := $(BUILD)/rooms.a
UNITS := $(patsubst tests/unit/%.c,build/sanitized/unit/%,$(wildcard tests/unit/*_test.c))
# what records the writes of a run, what replays them cut short, and a clock that is ahead
POWER := build/power/record.so build/power/ahead.so build/sanitized/power/replay

# 64 bits for offsets and times where they are not so by themselves: elsewhere open(2) would be called open64
WIDE := $(shell $(CC) -dM -E -x c /dev/null | grep -q __LP64__ || echo -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WIDE) -Ihelper -MMD -MP \
	$(WARNINGS) $(HARDENING) $(if $(WERROR),-Werror) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
LIBS = $(PKG_LIBS) -lm -ldl
STATIC_LDFLAGS = -static-pie -Wl,-z,relro,-z,now -Wl,-z,pack-relative-relocs -Wl,--gc-sections $(LDFLAGS)
STATIC_LIBS = $(shell pkg-config --static --libs $(PKGS)) -lm

# those targets that build much before they begin do it on all processors, unless make was told otherwise
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# The program, and what asks for starting containers. V=1 shows the commands, WERROR=1 has warnings fail.
.PHONY: all
all: v6hook $(PROGRAM) v6hook-start v6hook-runtime layers

# Static, as most of a short run is loading shared libraries; where there are none to link it with, the whole one.
v6hook: $(filter-out $(SMALL_REPLACES),$(OBJECTS)) $(SMALL) $(PROGRAM)
	@echo "  LD      $@"
	$(Q)if echo 'int main(void) { return 0; }' | \
		$(CC) $(STATIC_LDFLAGS) -x c -o $(BUILD)/static - $(STATIC_LIBS) 2>/dev/null; then \
		$(CC) $(ALL_CFLAGS) $(STATIC_LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC_LIBS); \
	else \
		echo "  there is no static libnl or C library here: v6hook is v6hook-full"; \
		ln -f $(PROGRAM) $@; \
	fi

$(BUILD)/cli/version.o: CHANGELOG.md
%/cli/version.o: ALL_CFLAGS += -DV6HOOK_VERSION='"$(VERSION)"'
$(BUILD)/small/whole.o $(BUILD)/ops/setup_runtime.o: ALL_CFLAGS += -DV6HOOK_LIBEXECDIR='"$(LIBEXECDIR)"'
%/cli/plan.o: ALL_CFLAGS += -DV6HOOK_DATADIR='"$(DATADIR)"'

# What asks in the namespaces of starting containers: static, and small where musl is there to link it with.
SMALL_CC ?= $(shell command -v musl-gcc || echo $(CC))
v6hook-start: start/v6hook-start.c $(addprefix start/,asking.c asking.h placing.c placing.h) \
		$(addprefix helper/base/,ask.c ask.h member.c member.h) Makefile
	@echo "  LD      $@"
	$(Q)$(SMALL_CC) -std=gnu11 -static -s -Os -D_GNU_SOURCE -Ihelper $(WARNINGS) \
		$(if $(WERROR),-Werror) -o $@ $(filter %.c,$^)

# What Docker is given as a container's runtime, likewise.
v6hook-runtime: $(filter-out start/placing.%,$(wildcard start/[a-u]*.[ch])) start/v6hook-runtime.c $(addprefix helper/base/,ask.c ask.h member.c member.h) Makefile
	@echo "  LD      $@"
	$(Q)$(SMALL_CC) -std=gnu11 -static -s -Os -D_GNU_SOURCE -Ihelper -Istart $(WARNINGS) \
		$(if $(WERROR),-Werror) -o $@ $(filter %.c,$^)

$(PROGRAM): $(OBJECTS)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/%.o: helper/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(ROOMS): $(filter-out $(BUILD)/main.o,$(OBJECTS))
	@echo "  AR      $@"
	$(Q)rm -f $@ && ar rcs $@ $^

# Prints the targets: the first sentence of what stands above each.
.PHONY: help
help:
	@awk '/^#/ { text = text substr($$0, 2) } /^$$/ { text = "" } \
		/^\.PHONY: / { if (text) { sub(/\. .*|\.$$/, "", text); printf "  %-14s%s\n", $$2, text } text = "" }' \
		Makefile packaging/packages.mk
	@echo "Variables: V, WERROR (all); TEST (check); ARCH (cross); SECONDS (fuzz); BENCH (bench); SOAK (soak); PREFIX, DESTDIR (install)"

# An #include that points up or sideways fails the build.
.PHONY: layers
layers:
	@tests/layers

# The program and the unit tests under ASan and UBSan. They are in build/sanitized, with the lab's own tool.
.PHONY: sanitized
sanitized:
	@mkdir -p build/sanitized
	@$(MAKE) --no-print-directory BUILD=build/sanitized PROGRAM=build/sanitized/v6hook CFLAGS="$(SANITIZE)" \
		build/sanitized/v6hook $(UNITS) $(POWER)
	@$(MAKE) --no-print-directory build/lab/inject

# The unit tests as the program is built, for where sanitizers are not: another machine, a package's build.
.PHONY: units
units: $(patsubst build/sanitized/%,$(BUILD)/%,$(UNITS))

$(BUILD)/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(ROOMS)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(ROOMS) $(LIBS) -lcmocka

build/power/%.so: tests/power/%.c
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(if $(WERROR),-Werror) -O2 -g -fPIC -shared -o $@ $< -ldl

build/sanitized/power/replay: $(addprefix tests/power/,replay.c tree.c promises.c model.h) $(ROOMS)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) $(ROOMS) $(LIBS)

# Every test: units under sanitizers, then the lab on real containers. As root. Network managers to be
# tried inside containers are only downloaded, not installed on this machine. make check TEST=s1: what has that name.
TESTS := $(UNITS) $(addprefix tests/,unit/*.test fuzz/run fuzz/coverage lab/*.test)
TEST_FILES = $(if $(TEST),$(or $(strip $(foreach one,$(TEST),$(filter %/$(one) %/$(one).test %/$(one)_test $(one),\
	$(sort $(wildcard $(TESTS)) $(UNITS))))),$(error no test has the name '$(TEST)': they are in tests/unit and tests/lab)),$(TESTS))
.PHONY: check
check:
	@tests/packages build lab check bench cluster
	@tests/packages walls || echo "without all of these firewalls their tests are left out"
	@! apt-cache show incus-base >/dev/null 2>&1 || tests/packages incus || echo "without Incus its test is left out"
	@mkdir -p build/debs && cd build/debs && ls *.deb >/dev/null 2>&1 || \
		apt-get download -qq isc-dhcp-client dhcpcd-base ifupdown >/dev/null 2>&1 || true
	@$(MAKE) --no-print-directory $(PARALLEL) all sanitized $(if $(filter tests/fuzz/%,$(TEST_FILES)),fuzzers) build/lab/mute build/lab/attacker build/lab/frames build/lab/ear build/lab/called bench-tools
	@tests/run $(TEST_FILES)

# The parsers under a fuzzer: make fuzz SECONDS=600. As root or not.
SECONDS ?= 60
.PHONY: fuzz
fuzz:
	@tests/packages build check
	@$(MAKE) --no-print-directory fuzzers
	@tests/fuzz/run $(SECONDS)
	@tests/fuzz/coverage

# What make fuzz runs. By clang and libFuzzer; where they are missing, by a driver that changes the corpus at random. And once more
# by gcc, which counts the lines that the corpus reaches.
FUZZ_UNITS = $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
# What the targets need besides comes from the program's own build.
FUZZ_ROOMS = tests/fuzz/fake_curl.c $(FUZZ_DRIVER) $(ROOMS) $(FUZZ_REST)
# what takes nothing from others by itself
FUZZ_LEFT_OUT := helper/cli/% helper/ops/% helper/disk/% helper/world/% \
	$(filter-out %/lines.c,$(wildcard helper/doctor/*.c)) \
	helper/policy/% helper/keep/% helper/names/% $(filter-out %/way.c %/uplink.c,$(wildcard helper/known/*.c)) \
	$(filter-out %/ask_read.c %/record.c,$(wildcard helper/watch/*.c))
# the files whose reached lines are counted
COVERED := $(shell sed -n 's,^\([^ ]*\.c\) .*,helper/\1,p' tests/fuzz/floors)
.PHONY: fuzzers
fuzzers: $(ROOMS)
	@mkdir -p build/fuzz build/cover
	@if echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		clang -x c -fsanitize=fuzzer,address -o build/fuzz/probe - 2>/dev/null; then \
		$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang HARDENING=-fPIE LEFT_OUT="$(FUZZ_LEFT_OUT)" FUZZ_REST=$(ROOMS) fuzz-units \
			CFLAGS="$(SANITIZE) -fsanitize=fuzzer-no-link" LDFLAGS=-fsanitize=fuzzer; \
	else \
		$(MAKE) --no-print-directory BUILD=build/fuzz HARDENING=-fPIE LEFT_OUT="$(FUZZ_LEFT_OUT)" FUZZ_REST=$(ROOMS) fuzz-units \
			CFLAGS="$(SANITIZE)" FUZZ_DRIVER=tests/fuzz/driver.c; \
	fi
	@$(MAKE) --no-print-directory BUILD=build/cover CC=gcc HARDENING=-fPIE SOURCES="$(COVERED)" FUZZ_REST=$(ROOMS) fuzz-units \
		CFLAGS="-O0 --coverage" LDFLAGS=--coverage FUZZ_DRIVER=tests/fuzz/driver.c

.PHONY: fuzz-units
fuzz-units: $(FUZZ_UNITS)

$(BUILD)/%_fuzz: tests/fuzz/%_fuzz.c $(wildcard tests/fuzz/*.[ch]) $(ROOMS)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(FUZZ_ROOMS) $(LIBS)

# Shows the whole idea on a real LXC and a real Docker container. As root.
.PHONY: demo
demo:
	@tests/packages build lab
	@$(MAKE) --no-print-directory -s $(PARALLEL) all
	@tests/lab/world tests/lab/demo

# The picture of that in README.md, of what it prints.
.PHONY: demo-picture
demo-picture:
	@tests/packages build lab
	@$(MAKE) --no-print-directory -s $(PARALLEL) all
	@mkdir -p build
	@DEMO_COLOUR=1 tests/lab/world tests/lab/demo >build/demo.txt
	@tests/picture <build/demo.txt >docs/demo.svg

# Measures side by side with what else there is. Tables, JSON and a plot are left in build/bench. BENCH names the
# parts, which are the scripts of tests/bench: make bench BENCH=attach. As root.
BENCH ?= attach lxc docker answer ask guard cluster
BENCH_TOOLS := $(addprefix build/bench/,floor run echo solicit trip fill crowd hosts)
.PHONY: bench
bench:
	@tests/packages build lab check bench cluster
	@$(MAKE) --no-print-directory -s all bench-tools
	@tests/bench/bench $(BENCH)

# What grows, and with what.
.PHONY: bench-scale
bench-scale:
	@$(MAKE) --no-print-directory bench BENCH=scale

.PHONY: bench-tools
bench-tools: $(BENCH_TOOLS) build/lab/asker

# What takes too long for check. It is every script of tests/soak, each in a world of its own. SOAK are the numbers for
# tests/soak/soak. As root.
.PHONY: soak
soak:
	@tests/packages build lab check cluster
	@$(MAKE) --no-print-directory -s all sanitized
	@failed=; for script in tests/soak/*; do echo "# $$script"; \
		tests/lab/world $$script $$([ $$script != tests/soak/soak ] || echo $(SOAK)) || failed="$$failed $$script"; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

# What the tests attack with; static, as it also runs inside containers.
build/lab/%: tests/lab/%.c helper/base/ask.h
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -static -Ihelper $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) -o $@ $<

build/lab/frames: $(addprefix tests/lab/,frames.c frames_kinds.c frames_wire.c frames.h)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -static $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) -o $@ $(filter %.c,$^)

build/lab/ear: tests/lab/frames.h

# The service with an attacker where its parser is.
build/lab/attacker: tests/lab/attacker.c $(OBJECTS)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter-out $(BUILD)/runtime/watch.o,$(OBJECTS)) $(LIBS)

# Runs a program that is killed, or fails, at one system call; it knows their names.
build/lab/inject: tests/lab/inject.c
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)echo '#include <sys/syscall.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/\t[__NR_\1] = "\1",/p' >$(@D)/syscall_names.h
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) -I$(@D) -o $@ $<

# The floor is static, as the least that can be is.
build/bench/floor: CFLAGS += -static
build/bench/%: tests/bench/%.c tests/bench/bench.h
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) -o $@ $<

# Those that fill a lease store, and etcd, by the program's own rules.
build/bench/hosts: tests/bench/hosts_wire.c
build/bench/fill build/bench/hosts: build/bench/%: tests/bench/%.c $(ROOMS)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) $(ROOMS) $(LIBS)

# What lies where: the source, its place, its mode. @SBINDIR@ and its like are written in.
PREFIX ?= /usr/local
SBINDIR = $(PREFIX)/sbin
DATADIR = $(PREFIX)/share
LIBEXECDIR = $(PREFIX)/libexec
UNITDIR = $(PREFIX)/lib/systemd/system
# where zsh looks for completions: Debian has another place for those of packages
ZSHDIR = $(DATADIR)/zsh/site-functions
PLACES = \
	v6hook:$(SBINDIR)/v6hook:755 \
	hooks/v6hook-start-host:$(DATADIR)/lxc/hooks/v6hook-start-host:755 \
	hooks/v6hook-mount:$(DATADIR)/lxc/hooks/v6hook-mount:755 \
	hooks/v6hook-post-stop:$(DATADIR)/lxc/hooks/v6hook-post-stop:755 \
	v6hook-full:$(LIBEXECDIR)/v6hook-full:755 \
	v6hook-start:$(LIBEXECDIR)/v6hook-start:755 \
	v6hook-runtime:$(LIBEXECDIR)/v6hook-runtime:755 \
	docker/cdi.json:/etc/cdi/v6hook.json:644 \
	docker/oci-hook.json:/usr/share/containers/oci/hooks.d/v6hook.json:644 \
	hooks/systemd-nspawn.conf:$(DATADIR)/v6hook/systemd-nspawn.conf:644 \
	lxc-config/v6hook.conf:$(DATADIR)/lxc/config/v6hook.conf:644 \
	lxc-config/v6hook-start.conf:$(DATADIR)/lxc/config/v6hook-start.conf:644 \
	lxc-config/v6hook-mount.conf:$(DATADIR)/lxc/config/v6hook-mount.conf:644 \
	man/v6hook.8:$(DATADIR)/man/man8/v6hook.8:644 \
	man/v6hook.json.5:$(DATADIR)/man/man5/v6hook.json.5:644 \
	man/v6hook-docker.7:$(DATADIR)/man/man7/v6hook-docker.7:644 \
	man/v6hook-lxc.7:$(DATADIR)/man/man7/v6hook-lxc.7:644 \
	hooks/60-v6hook.rules:$(PREFIX)/lib/udev/rules.d/60-v6hook.rules:644 \
	docker/v6hook-watch.service:$(UNITDIR)/v6hook-watch.service:644 \
	completion/v6hook:$(DATADIR)/bash-completion/completions/v6hook:644 \
	completion/_v6hook:$(ZSHDIR)/_v6hook:644 \
	completion/v6hook.fish:$(DATADIR)/fish/vendor_completions.d/v6hook.fish:644 \
	lxc-config/rt_protos:/etc/iproute2/rt_protos.d/v6hook.conf:644
CONFIG = $(DESTDIR)/etc/v6hook/config.json

include packaging/packages.mk

# Installs program, hooks and manuals. A configuration comes only if there is none yet.
.PHONY: install
install: all
	@set -e; $(foreach place,$(PLACES),$(call put,$(subst :, ,$(place))))
	@[ -e "$(CONFIG)" ] || { echo "$(CONFIG)"; install -D -m 644 lxc-config/config.json "$(CONFIG)"; }

# put FROM TO MODE: a program as it is, also over one that runs; a text with the places written in
put = echo "$(DESTDIR)$(word 2,$1)"; install -d "$(DESTDIR)$(dir $(word 2,$1))"; \
	$(if $(filter v6hook v6hook-full v6hook-start v6hook-runtime,$(word 1,$1)),install $(word 1,$1) "$(DESTDIR)$(word 2,$1)";,\
	sed 's|@SBINDIR@|$(SBINDIR)|g; s|@DATADIR@|$(DATADIR)|g; s|@LIBEXECDIR@|$(LIBEXECDIR)|g' $(word 1,$1) \
		>"$(DESTDIR)$(word 2,$1)";) \
	chmod $(word 3,$1) "$(DESTDIR)$(word 2,$1)";

# Makes the program a CNI plugin: a link where container engines look for plugins, /opt/cni/bin for some.
CNIDIR ?= /usr/lib/cni
.PHONY: install-cni uninstall-cni
install-cni:
	@[ -n "$(DESTDIR)" ] || [ -x "$(SBINDIR)/v6hook" ] || \
		{ echo "there is no $(SBINDIR)/v6hook: make install comes first, or with the Debian package PREFIX=/usr"; exit 1; }
	install -d "$(DESTDIR)$(CNIDIR)"
	ln -sf "$(SBINDIR)/v6hook" "$(DESTDIR)$(CNIDIR)/v6hook-cni"

uninstall-cni:
	rm -f "$(DESTDIR)$(CNIDIR)/v6hook-cni"

# Removes what install put, and its empty directories. Configuration and leases stay. Without
# DESTDIR it refuses while containers need it, and stops the service: lxc-config/retire. FORCE=1 does it all the same.
INCLUDED = $(filter lxc-config/v6hook%,$(PLACES))
.PHONY: uninstall
uninstall:
	@$(if $(DESTDIR),,lxc-config/retire "$(FORCE)" "$(SBINDIR)/v6hook" $(foreach place,$(INCLUDED),$(word 2,$(subst :, ,$(place)))))
	@[ "$$(readlink "$(DESTDIR)$(CNIDIR)/v6hook-cni")" != "$(SBINDIR)/v6hook" ] || rm "$(DESTDIR)$(CNIDIR)/v6hook-cni"
	rm -f $(foreach place,$(if $(DESTDIR),$(PLACES),$(filter-out $(INCLUDED),$(PLACES))),\
		"$(DESTDIR)$(word 2,$(subst :, ,$(place)))")
	@$(if $(DESTDIR),,[ ! -d /run/systemd/system ] || systemctl daemon-reload)
	@for dir in $(if $(DESTDIR),$(foreach place,$(PLACES),"$(DESTDIR)$(dir $(word 2,$(subst :, ,$(place))))"),\
		$(DATADIR)/lxc/hooks $(DATADIR)/lxc/config $(DATADIR)/lxc $(DATADIR)/v6hook /etc/v6hook); do \
		rmdir $(if $(DESTDIR),-p) "$$dir" 2>/dev/null; done; true

# Removes what was built.
.PHONY: clean
clean:
	rm -rf build v6hook v6hook-full v6hook-start v6hook-runtime

-include $(OBJECTS:.o=.d) $(SMALL:.o=.d)
