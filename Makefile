# SPDX-License-Identifier: MIT
# The libraries, the command, what installs them, and what the fragments share. `make help` lists
# the targets; CONTRIBUTING.md says which fragment has which. Everything that is made lies under
# build/.

ifneq ($(words $(CURDIR)),1)
$(error make cannot build in a folder with a blank in its path: $(CURDIR))
endif

# As the header has it.
empty     :=
comma     := ,
VERSION   := $(subst $(empty) ,.,$(shell sed -n 's/^.define PHASELOCK_VERSION_[A-Z]* //p' \
               include/phaselock/phaselock.h))
SOVERSION := 0

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
ifeq ($(origin CC),default)
CC  := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
PYTHON  ?= python3

# ---- variants: make VARIANT=asan test ------------------------------------------------------------
# The default has no folder of its own. A sanitizer has its own malloc, so its variant tests the
# parts of the library below their own names, never the library itself.
VARIANT ?=
FLAGS_          := -O2
FLAGS_debug     := -O0 -fno-omit-frame-pointer
FLAGS_asan      := -O1 -fno-omit-frame-pointer -fsanitize=address -fno-sanitize-recover=all
FLAGS_ubsan     := -O1 -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_tsan      := -O1 -fsanitize=thread
FLAGS_coverage  := -O0 -fno-omit-frame-pointer
ifndef FLAGS_$(VARIANT)
$(error VARIANT=$(VARIANT) is none of: debug asan ubsan tsan coverage)
endif
SANITIZED := $(filter asan ubsan tsan,$(VARIANT))
B := build$(if $(VARIANT),/$(VARIANT))

WERROR_FLAG := $(if $(WERROR),-Werror)
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wcast-qual -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla $(WERROR_FLAG)
CPPFLAGS += -Iinclude
CFLAGS   ?= -g
# no-builtin: calls of the malloc family are what they say, and are not turned into one another or
# dropped.
NO_BUILTIN := $(patsubst %,-fno-builtin-%,malloc calloc realloc free)
ALL_CFLAGS := -std=c11 $(FLAGS_$(VARIANT)) $(CFLAGS) $(WARNINGS) $(NO_BUILTIN) -pthread
CXX_FLAGS  := -std=c++17 $(FLAGS_$(VARIANT)) -g -Wall -Wextra $(WERROR_FLAG) -pthread
# MACHINE: what is chosen where this is empty, is not built.
# Without a compiler, which deps-build then installs, it is this machine's.
X86_64     := $(filter x86_64-%,$(or $(shell $(CC) -dumpmachine 2>/dev/null),$(shell uname -m)-))
include mk/hardening.mk mk/coverage.mk
# initial-exec: a general-dynamic access to TLS may call malloc.
LIB_OPTIONS := $(LIB_HARDENING) $(COVERED) -iquote lib -fPIC -fvisibility=hidden \
               -ftls-model=initial-exec

# What objects depend on, and what is linked: by other words, or in another folder, they are made
# again.
FLAGS_USED   := $(CURDIR) $(CC) $(CXX) $(CPPFLAGS) $(LIB_OPTIONS) $(ALL_CFLAGS) $(CXX_FLAGS)
LDFLAGS_USED := $(CURDIR) $(LDFLAGS)
$(shell mkdir -p $(B))
ifneq ($(file <$(B)/flags),$(FLAGS_USED))
$(file >$(B)/flags,$(FLAGS_USED))
endif
ifneq ($(file <$(B)/ldflags),$(LDFLAGS_USED))
$(file >$(B)/ldflags,$(LDFLAGS_USED))
endif
$(B)/flags $(B)/ldflags: | deps-build ;

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY: # keep objects, and do not print that they go
.PHONY: always
include mk/recipes.mk

# ---- the library ---------------------------------------------------------------------------------
# All of lib/ but the backends, of which each library has one; the phase word, which starts in one
# way in a shared library, in another in a program, and as zero where it is no x86-64 or no glibc;
# and what a program alone has. initfirst: no constructor of another library comes before ours.
LIB_SOURCES  := $(wildcard lib/*/*.c)
# The operating system, for programs that have no other part of the library, or few.
OS_PARTS     := $(patsubst %,common/os_%,clock linux lock memory output signals stderr)
CORE_SOURCES := $(filter-out lib/backend/backend_%.c lib/backend/jemalloc_%.c \
                  lib/thread/phase_%.c lib/%_linked.c lib/%_musl.c lib/%_none.c \
                  $(if $(X86_64),,lib/entry/interpose_vfork.c),$(LIB_SOURCES))
CORE_OBJECTS := $(CORE_SOURCES:%.c=$(B)/%.o)
PHASE_SHARED := $(B)/lib/thread/phase_$(if $(X86_64),shared,zero).o
PHASE_LINKED := $(B)/lib/thread/phase_$(if $(X86_64),linked,zero).o
JEMALLOC_OBJECTS := $(CORE_OBJECTS) $(B)/jemalloc.o \
                    $(patsubst %,$(B)/lib/backend/%.o,backend_jemalloc jemalloc_calls \
                      jemalloc_fork jemalloc_info jemalloc_pages) $(COVERAGE)
LIB_OBJECTS    := $(JEMALLOC_OBJECTS) $(PHASE_SHARED)
STATIC_OBJECTS := $(filter-out %/interpose_spawn.o,$(JEMALLOC_OBJECTS)) $(PHASE_LINKED) \
                  $(B)/lib/life/init_linked.o
SYSTEM_OBJECTS := $(CORE_OBJECTS) $(B)/lib/backend/backend_system.o $(PHASE_SHARED) $(COVERAGE)
LIBRARY      := $(B)/libphaselock.so
SYSTEM       := $(B)/libphaselock-system.so

.PHONY: all deps-build
all: deps-build $(LIBRARY) $(SYSTEM) $(B)/libphaselock.a $(B)/libphaselock-test.a $(B)/phaselock

$(B)/lib/%.o: lib/%.c $(B)/flags
	$(call cc,$(LIB_OPTIONS))

# The probes need sys/sdt.h; this asks when the object is made, after deps-build.
NO_USDT := without sys/sdt.h (package systemtap-sdt-dev): the library has no probes
$(B)/lib/common/usdt.o: lib/common/usdt.c lib/common/usdt_none.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)source=usdt; \
	echo '#include <sys/sdt.h>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 || { \
		source=usdt_none; echo "  $(NO_USDT)"; }; \
	$(CC) $(CPPFLAGS) $(LIB_OPTIONS) $(ALL_CFLAGS) -MMD -MP -c lib/common/$$source.c -o $@

include lib/backend/jemalloc.mk

# -shared-libgcc: jemalloc's profiler refers to its unwinder; and where it is loaded from the start,
# a backtrace(3) or a pthread_cancel(3) of the program that is locked asks for less.
SHARED_LDFLAGS := -Wl,--version-script=lib/entry/exports.map -Wl,-z,now -Wl,-z,relro \
                  -Wl,-z,noexecstack -Wl,-z,defs $(COVERAGE_ENDS)
$(LIBRARY).$(VERSION): $(LIB_OBJECTS)
$(SYSTEM).$(VERSION): $(SYSTEM_OBJECTS)
$(LIBRARY).$(VERSION) $(SYSTEM).$(VERSION): lib/entry/exports.map $(B)/ldflags
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_CFLAGS) -shared-libgcc $(SHARED_LDFLAGS) -Wl,-z,initfirst \
		-Wl,-soname,$(patsubst %.$(VERSION),%.$(SOVERSION),$(@F)) $(LDFLAGS) \
		-o $@ $(filter %.o,$^) -lm
	$(if $(X86_64),$(Q)tools/check-phase $@)

$(LIBRARY) $(SYSTEM): %.so: %.so.$(VERSION)
	$(Q)ln -sf $(notdir $<) $*.so.$(SOVERSION)
	$(Q)ln -sf $(notdir $*).so.$(SOVERSION) $@

# The names that programs see; an archive has no versions.
$(B)/exports.list: lib/entry/exports.map lib/entry/family.list
	@mkdir -p $(@D)
	$(Q)sed -n 's/^[[:space:]]*\(phaselock_[a-z_]*\);$$/\1/p' $< | \
		cat lib/entry/family.list - > $@

# Where a program has probes of its own, the linker keeps one of these for both.
USDT_BASE := --keep-global-symbol=_.stapsdt.base
$(B)/libphaselock.a: $(STATIC_OBJECTS) $(B)/exports.list
	$(call one_object,libphaselock,--keep-global-symbols=$(B)/exports.list $(USDT_BASE))

# ---- libphaselock-test: for test programs, over the public interface alone -----------------------
TESTING := $(B)/libphaselock-test.a

$(B)/testing/%.o: testing/%.c $(B)/flags
	$(call cc,-fPIC -fexceptions)

# It knows where the command is installed, for a test that is run with any PATH.
TESTING_CPPFLAGS := -DPHASELOCK_BINDIR='"$(BINDIR)"'
$(B)/testing/names.o: CPPFLAGS += $(TESTING_CPPFLAGS)
$(B)/testing/names.o: $(B)/bindir

# What it shares with the library.
$(B)/testing/lib/%.o: lib/%.c $(B)/flags
	$(call cc,$(HARDENING) -fPIC -fexceptions -iquote lib)

TESTING_PARTS := $(patsubst %,$(B)/testing/lib/common/%.o,format quote runtime)
$(TESTING): $(patsubst %.c,$(B)/%.o,$(wildcard testing/*.c)) $(TESTING_PARTS)
	$(call one_object,libphaselock-test,--wildcard --keep-global-symbol='phaselock_*')

# ---- the command ---------------------------------------------------------------------------------
# The parts that it shares with the library are compiled for it, without what only a shared library
# has.
CLI_PARTS    := entry/dialect $(OS_PARTS) \
                $(patsubst %,common/%,options option_keys near format quote entries suppress glob \
                  clone runtime wording)
CLI_OBJECTS  := $(patsubst %.c,$(B)/%.o,$(wildcard cli/*.c)) \
                $(CLI_PARTS:%=$(B)/cli/lib/%.o) $(B)/cli/html_page_text.o
CLI_CPPFLAGS := -iquote lib -isystem /usr/include/libxml2 -DPHASELOCK_LIBDIR='"$(LIBDIR)"'

$(B)/cli/%.o: cli/%.c $(B)/flags
	$(call cc,$(CLI_HARDENING) $(CLI_CPPFLAGS))

$(B)/cli/lib/%.o: lib/%.c $(B)/flags
	$(call cc,$(CLI_HARDENING) -iquote lib)

# The command knows where the library is installed: it is made again when that is another place.
$(B)/cli/library.o $(B)/cli/trace_script.o: $(B)/libdir
$(B)/libdir: INSTALLED_AT = $(LIBDIR)
$(B)/bindir: INSTALLED_AT = $(BINDIR)
$(B)/libdir $(B)/bindir: always
	@mkdir -p $(@D)
	@echo '$(INSTALLED_AT)' | cmp -s - $@ || echo '$(INSTALLED_AT)' > $@

# jansson is there for JSON, libxml2 for JUnit's XML, libsupc++ for the one function that demangles
# names, which no shared library exports.
DEMANGLER := -Wl,-Bstatic -lsupc++ -Wl,-Bdynamic
$(B)/phaselock: $(CLI_OBJECTS) $(B)/ldflags
	$(call ld,$(CLI_HARDENING) $(CLI_LINKED) -ldw -lelf -ljansson -lxml2 -lz $(DEMANGLER))

# ---- what the other rooms build ------------------------------------------------------------------
# A program linked with the library as a user's is. `| $(LIBRARY)`: it is not linked again when that
# changes.
TEST_LDFLAGS := -L$(B) -Wl,-rpath,$(abspath $(B)) -Wl,--no-as-needed -lphaselock -Wl,--as-needed
# What `make test` needs beside the variant's unit tests: each fragment adds to it.
TEST_NEEDS   :=

include mk/musl.mk mk/wasm.mk
include examples/examples.mk examples/header_filter/header_filter.mk
include bench/bench.mk tools/atlas/atlas.mk
include mk/fuzz.mk mk/test.mk mk/html.mk mk/oracle.mk mk/run.mk mk/check.mk

# ---- dependencies: each target that needs packages runs its group --------------------------------
.PHONY: deps deps-test deps-check deps-coverage deps-bench
deps: deps-check
deps-build deps-test deps-check deps-coverage deps-bench: deps-%:
	@tools/deps $*

# ---- install -------------------------------------------------------------------------------------
.PHONY: install uninstall clean
INSTALL  := install
MAN      := $(DESTDIR)$(PREFIX)/share/man
HEADERS  := $(DESTDIR)$(PREFIX)/include/phaselock
SHARE    := $(DESTDIR)$(PREFIX)/share/phaselock
BASH     := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
DOC      := $(DESTDIR)$(PREFIX)/share/doc/phaselock
# What is read, and the examples without what only this makefile uses.
DOCUMENTS = README.md CHANGELOG.md LICENSE NOTICE $(sort $(shell find docs examples -type f \
              ! -path 'docs/man/*' ! -path '*/fuzz/*' ! -path '*/__pycache__/*' ! -name '.*' \
              ! -name '*.mk' ! -name demo.sh ! -name compile_flags.txt))
BIN      := $(DESTDIR)$(BINDIR)
LIB      := $(DESTDIR)$(LIBDIR)
install: all
	$(INSTALL) -d $(BIN) $(LIB)/pkgconfig $(HEADERS) $(MAN)/man1 $(MAN)/man3 $(SHARE)/wasm \
		$(BASH)
	$(INSTALL) -m 755 $(B)/phaselock $(BIN)/
	for name in libphaselock libphaselock-system; do \
		$(INSTALL) -m 755 $(B)/$$name.so.$(VERSION) $(LIB)/ && \
		ln -sf $$name.so.$(VERSION) $(LIB)/$$name.so.$(SOVERSION) && \
		ln -sf $$name.so.$(SOVERSION) $(LIB)/$$name.so || exit 1; \
	done
	$(INSTALL) -m 644 $(B)/libphaselock.a $(B)/libphaselock-test.a $(LIB)/
	$(INSTALL) -m 644 include/phaselock/*.h include/phaselock/*.hpp $(HEADERS)/
	$(INSTALL) -m 644 docs/man/*.1 $(MAN)/man1/
	$(INSTALL) -m 644 docs/man/*.3 $(MAN)/man3/
	$(INSTALL) -m 644 completions/phaselock $(BASH)/
	$(INSTALL) -d $(SHARE)/bpftrace
	$(INSTALL) -m 644 tools/bpftrace/*.bt $(SHARE)/bpftrace/
	$(INSTALL) -m 644 $(filter-out %.txt,$(wildcard wasm/*)) \
		lib/common/quote.[ch] lib/common/sized.h $(SHARE)/wasm/
	for file in $(DOCUMENTS); do \
		mode=644; test ! -x $$file || mode=755; \
		$(INSTALL) -D -m $$mode $$file $(DOC)/$$file || exit 1; \
	done
	for file in lib/phaselock.pc testing/phaselock-test.pc; do \
		sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
			-e 's|@VERSION@|$(VERSION)|' $$file.in \
			> $(LIB)/pkgconfig/$${file##*/} || exit 1; \
	done

uninstall:
	rm -f $(BIN)/phaselock $(BASH)/phaselock \
		$(addprefix $(LIB)/,libphaselock.* libphaselock-system.* \
			libphaselock-test.a pkgconfig/phaselock.pc pkgconfig/phaselock-test.pc) \
		$(patsubst docs/man/%.1,$(MAN)/man1/%.1,$(wildcard docs/man/*.1)) \
		$(patsubst docs/man/%.3,$(MAN)/man3/%.3,$(wildcard docs/man/*.3))
	rm -rf $(HEADERS) $(SHARE) $(DOC)

clean:
	rm -rf build

.PHONY: help
help:
	@cat mk/help.txt

-include $(shell find $(B) -name '*.d' 2>/dev/null)
