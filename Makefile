# SPDX-License-Identifier: MIT
# The only makefile. `make help` lists the targets. Everything that is made lies under build/.

VERSION  := 0.1.0
SOVERSION := 0

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
ifeq ($(origin CC),default)
CC  := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
PYTHON  ?= python3

# ---- variants: make VARIANT=asan test ---------------------------------------------------------------
# The default has no folder of its own. A sanitizer has its own malloc, so its variant tests the parts of the
# library below their own names, never the library itself.
VARIANT ?=
FLAGS_          := -O2
FLAGS_debug     := -O0 -fno-omit-frame-pointer
FLAGS_asan      := -O1 -fno-omit-frame-pointer -fsanitize=address -fno-sanitize-recover=all
FLAGS_ubsan     := -O1 -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_tsan      := -O1 -fsanitize=thread
FLAGS_coverage  := -O0 --coverage
ifndef FLAGS_$(VARIANT)
$(error VARIANT=$(VARIANT) is none of: debug asan ubsan tsan coverage)
endif
SANITIZED := $(filter asan ubsan tsan coverage,$(VARIANT))
B := build$(if $(VARIANT),/$(VARIANT))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wcast-qual -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla $(if $(WERROR),-Werror)
CPPFLAGS += -Iinclude
CFLAGS   ?= -g
# initial-exec: a general-dynamic access to TLS may call malloc. no-builtin: calls of the malloc family are what
# they say, and are not turned into one another or dropped.
ALL_CFLAGS := -std=c11 $(FLAGS_$(VARIANT)) $(CFLAGS) $(WARNINGS) -fno-builtin-malloc -fno-builtin-calloc \
              -fno-builtin-realloc -fno-builtin-free -pthread
LIB_CFLAGS := $(ALL_CFLAGS) -fPIC -fvisibility=hidden -ftls-model=initial-exec

# ---- the library --------------------------------------------------------------------------------------
# All of lib/ but the backends, of which each library has one; the phase word, which starts in one way in a shared
# library, in another in a program, and as zero where it is no x86-64 or no glibc; and what a program alone has.
# initfirst: no constructor of another library comes before ours.
LIB_SOURCES  := $(wildcard lib/*.c)
# The operating system, for programs that have no other part of the library, or few.
OS_PARTS     := os_clock os_linux os_lock os_memory os_output os_stderr dynamic
CORE_OBJECTS := $(patsubst %.c,$(B)/%.o,$(filter-out lib/backend_%.c lib/jemalloc_%.c lib/phase_%.c lib/%_linked.c lib/%_musl.c,$(LIB_SOURCES)))
X86_64       := $(filter x86_64-%,$(shell $(CC) -dumpmachine))
PHASE_SHARED := $(B)/lib/phase_$(if $(X86_64),shared,zero).o
PHASE_LINKED := $(B)/lib/phase_$(if $(X86_64),linked,zero).o
JEMALLOC_OBJECTS := $(CORE_OBJECTS) $(patsubst %,$(B)/lib/%.o,backend_jemalloc jemalloc_calls jemalloc_fork) $(B)/jemalloc.o
LIB_OBJECTS    := $(JEMALLOC_OBJECTS) $(PHASE_SHARED)
STATIC_OBJECTS := $(JEMALLOC_OBJECTS) $(PHASE_LINKED) $(B)/lib/init_linked.o
SYSTEM_OBJECTS := $(CORE_OBJECTS) $(B)/lib/backend_system.o $(PHASE_SHARED)
LIBRARY      := $(B)/libphaselock.so
SYSTEM       := $(B)/libphaselock-system.so

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY: # keep objects, and do not print that they go

# V=1 shows the commands; without it, what they make.
ifndef V
Q := @
say = @echo "  $(1) $(2)"
endif
.PHONY: all deps-build
all: deps-build $(LIBRARY) $(SYSTEM) $(B)/libphaselock.a $(B)/libphaselock-test.a $(B)/phaselock

$(B)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(LIB_CFLAGS) -MMD -MP -c $< -o $@

# jemalloc as the distribution built it, under names of ours, without its C++ operators. pl_backend_malloc and
# pl_backend_free become second names of its functions, so that the hot path can jump straight into them. The one file
# of it that sets errno for the requests that fail gets it from us, which is told where the function ends that does so for
# pl_backend_malloc. Its code begins at a cache line, as in its own library.
JEMALLOC = $(shell $(CC) -print-file-name=libjemalloc_pic.a)
$(B)/jemalloc.o: lib/jemalloc.syms Makefile
	@rm -rf $(B)/jemalloc && mkdir -p $(B)/jemalloc
	$(Q)cd $(B)/jemalloc && ar x $(JEMALLOC) && rm jemalloc_cpp.pic.o
	$(Q)objcopy --redefine-sym __errno_location=pl_jemalloc_errno $(B)/jemalloc/jemalloc.pic.o
	$(Q)ld -r -o $(B)/jemalloc/all.o $(B)/jemalloc/*.pic.o
	$(Q)objcopy --redefine-syms=lib/jemalloc.syms $(B)/jemalloc/all.o
	$(Q)objcopy --set-section-alignment .text=64 $(B)/jemalloc/all.o
	$(Q)set -- $$(nm -S $(B)/jemalloc/all.o | grep ' T je_malloc_default$$') && \
		objcopy --add-symbol pl_je_malloc_default_end=.text:$$((0x$$1 + 0x$$2)) $(B)/jemalloc/all.o
	$(Q)ld -r --defsym=pl_backend_malloc=je_malloc --defsym=pl_backend_free=je_free -o $@ $(B)/jemalloc/all.o

# -shared-libgcc: jemalloc's profiler refers to its unwinder; and where it is loaded from the start, a backtrace(3) or a
# pthread_cancel(3) of the program that is locked asks for less.
$(B)/libphaselock.so.$(VERSION): $(LIB_OBJECTS)
$(B)/libphaselock-system.so.$(VERSION): $(SYSTEM_OBJECTS)
$(B)/libphaselock.so.$(VERSION) $(B)/libphaselock-system.so.$(VERSION): lib/exports.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_CFLAGS) -shared-libgcc -Wl,-soname,$(patsubst %.$(VERSION),%.$(SOVERSION),$(@F)) \
		-Wl,--version-script=lib/exports.map -Wl,-z,now -Wl,-z,relro -Wl,-z,defs -Wl,-z,initfirst $(LDFLAGS) \
		-o $@ $(filter %.o,$^) -lm
	$(if $(X86_64),$(Q)tools/check-phase $@)

$(LIBRARY) $(SYSTEM): %.so: %.so.$(VERSION)
	$(Q)ln -sf $(notdir $<) $*.so.$(SOVERSION)
	$(Q)ln -sf $(notdir $*).so.$(SOVERSION) $@

# The system library under the name by which programs ask for the other one: for LD_LIBRARY_PATH.
$(B)/system/libphaselock.so.$(SOVERSION): $(SYSTEM)
	@mkdir -p $(@D)
	ln -sf ../libphaselock-system.so.$(VERSION) $@

# For programs of musl, over their own allocator. The kernel's headers are the same for both C libraries.
MUSL_OBJECTS := $(patsubst $(B)/lib/%,$(B)/musl/%,$(filter-out %/object.o %/chain.o %/start.o %/advice_table.o,$(CORE_OBJECTS))) \
                $(patsubst %,$(B)/musl/%.o,object_musl chain_musl start_musl advice_table_musl backend_musl phase_zero)
MUSL_HEADERS = $(patsubst %,-idirafter %,$(shell $(CC) -print-file-name=include) /usr/include/x86_64-linux-gnu /usr/include)
MUSL         := $(B)/musl/libphaselock-system.so

.PHONY: musl
musl: deps-test $(MUSL)

$(B)/musl/%.o: lib/%.c lib/musl.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)musl-gcc $(CPPFLAGS) $(LIB_CFLAGS) $(MUSL_HEADERS) -include lib/musl.h -MMD -MP -c $< -o $@

$(MUSL): $(MUSL_OBJECTS) lib/exports.map
	$(call say,LD,$@)
	$(Q)musl-gcc -shared $(ALL_CFLAGS) -Wl,-soname,$(@F) -Wl,--eh-frame-hdr -Wl,--version-script=lib/exports.map \
		-Wl,-z,now -Wl,-z,relro -Wl,-z,defs $(LDFLAGS) -o $@ $(MUSL_OBJECTS)

# Behaviour programs that are built for musl too. It has no .preinit_array, no C++ here, and no unwind tables of its own.
MUSL_BEHAVIOURS := abort_handler advice alignment_rules armed counts_outlive_threads errno_is_kept every_result_is_aligned first_request_of_thread \
                   fork_among_threads fork_locked from_signal_handler handler_decides handler_is_replaced handler_jumps_out handler_sees \
                   handler_violates impossible_size large_blocks late_destructor lock_at_main lock_triggers lock_twice \
                   lock_while_threads_allocate locked_abort locked_allow locked_deny locked_free locked_free_forbidden many_short_threads \
                   max_reports more_sites_than_kept not_armed_is_found optional options_errors prewarm prewarm_is_not_seen \
                   realloc_contract report_file \
                   reports_during_dlopen reports_while_stdio_is_locked reset_and_delta same_site_on_many_threads scope_binds_one_thread \
                   scope_macros scope_misuse scopes_nest seal size_overflow size_zero stats_at_exit stats_of_other_sizes symbolize_abort \
                   thread_stats_are_its_own throwing_new_without_cxx two_paths_are_two_sites
MUSL_TESTS      := $(patsubst %,$(B)/musl/tests/behaviour/%,$(MUSL_BEHAVIOURS))

$(B)/musl/tests/behaviour/%: tests/behaviour/%.c lib/musl.h $(MUSL)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)musl-gcc $(CPPFLAGS) $(ALL_CFLAGS) -include lib/musl.h -rdynamic -Wl,--eh-frame-hdr -MMD -MP -MF $@.d \
		$< -o $@ -L$(B)/musl -Wl,-rpath,$(abspath $(B)/musl) -Wl,--no-as-needed -lphaselock-system

.PHONY: musl-tests
musl-tests: $(MUSL_TESTS)
	@:

# One object, in which only the exported names are left global: a program may have a jemalloc of its own.
$(B)/exports.list: lib/exports.map
	@mkdir -p $(@D)
	$(Q)sed -n '/global:/,/local:/s/^[[:space:]]*\([A-Za-z_0-9]*\);$$/\1/p' $< > $@

$(B)/libphaselock.a: $(STATIC_OBJECTS) $(B)/exports.list
	$(Q)ld -r -o $(B)/libphaselock.o $(STATIC_OBJECTS)
	$(Q)objcopy --keep-global-symbols=$(B)/exports.list $(B)/libphaselock.o
	@rm -f $@
	$(Q)ar rcs $@ $(B)/libphaselock.o

# ---- libphaselock-test: for test programs, over the public interface alone -----------------------------------
TESTING := $(B)/libphaselock-test.a

$(B)/testing/%.o: testing/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fPIC -fexceptions -MMD -MP -c $< -o $@

# One object, in which only the public names are global: a test program may have a text_append() of its own.
$(TESTING): $(patsubst %.c,$(B)/%.o,$(wildcard testing/*.c))
	$(Q)ld -r -o $(B)/libphaselock-test.o $^
	$(Q)objcopy --wildcard --keep-global-symbol='phaselock_*' $(B)/libphaselock-test.o
	@rm -f $@
	$(Q)ar rcs $@ $(B)/libphaselock-test.o

# ---- the command ----------------------------------------------------------------------------------------
CLI_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard cli/*.c)) $(patsubst %,$(B)/cli/%.o,options format dialect entries suppress glob $(OS_PARTS))

CLI_CPPFLAGS := $(CPPFLAGS) -iquote lib -DPHASELOCK_LIBDIR='"$(LIBDIR)"'

$(B)/cli/%.o: cli/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CLI_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The command knows where the library is installed: it is made again when that is another place.
$(B)/cli/library.o: $(B)/libdir
$(B)/libdir: always
	@mkdir -p $(@D)
	@echo '$(LIBDIR)' | cmp -s - $@ || echo '$(LIBDIR)' > $@
.PHONY: always

# The parts that the library and the command share.
$(B)/cli/%.o: lib/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# jansson is there for the JSON of results, libsupc++ for the one function that demangles names, which no shared library
# exports.
DEMANGLER := -Wl,-Bstatic -lsupc++ -Wl,-Bdynamic

$(B)/phaselock: $(CLI_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJECTS) -ldw -ljansson $(DEMANGLER)

# ---- tests ------------------------------------------------------------------------------------------------
# Unit tests link the library's own objects, with the malloc family under other names (pl_test_malloc, ...) and a
# fake backend, so that they run under any sanitizer. An archive: a test may bring its own double of any part.
UNIT_TESTS    := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
UNIT_RENAMED  := interpose interpose_cxx armed unseen os_memory os_lock
UNIT_OBJECTS  := $(patsubst %,$(B)/unit/%.o,$(UNIT_RENAMED)) \
                 $(filter-out $(patsubst %,$(B)/lib/%.o,$(UNIT_RENAMED)),$(CORE_OBJECTS) $(PHASE_LINKED))

$(B)/unit/rename.list: $(B)/exports.list
	@mkdir -p $(@D)
	$(Q)sed -n '/^phaselock_/!s/\(.*\)/\1 pl_test_\1/p' $< > $@
	$(Q)echo 'pl_own_malloc pl_test_own_malloc' >> $@

$(B)/unit/%.o: $(B)/lib/%.o $(B)/unit/rename.list
	$(Q)objcopy --redefine-syms=$(B)/unit/rename.list $(UNIT_WEAK) $< $@

# A test may bring its own pl_os_map() or pl_os_wipe_on_fork(), or its own locks and barrier, and leave the rest as it is.
$(B)/unit/os_memory.o: UNIT_WEAK := --weaken-symbol=pl_os_map --weaken-symbol=pl_os_wipe_on_fork
$(B)/unit/os_lock.o: UNIT_WEAK := $(patsubst %,--weaken-symbol=pl_os_%,lock unlock block_signals restore_signals barrier)

$(B)/unit/libcore.a: $(UNIT_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(B)/tests/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) -iquote lib -iquote cli $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(B)/tests/unit/fake_backend.o $(B)/unit/libcore.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka

# This one includes the backend itself, in the place of the fake one.
$(B)/tests/unit/test_backend_system: $(B)/tests/unit/test_backend_system.o $(patsubst %,$(B)/lib/%.o,$(OS_PARTS) object loaded chain)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka

$(B)/tests/unit/test_jemalloc_fork: $(patsubst %,$(B)/%.o,tests/unit/test_jemalloc_fork lib/jemalloc_fork lib/jemalloc_calls $(addprefix lib/,$(OS_PARTS)))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka

# Of the command: what needs no file.
$(B)/tests/unit/test_place: $(B)/tests/unit/test_place.o $(B)/cli/place.o
$(B)/tests/unit/test_escape: $(patsubst %,$(B)/%.o,tests/unit/test_escape cli/escape cli/format)
$(B)/tests/unit/test_annotate: $(patsubst %,$(B)/%.o,tests/unit/test_annotate cli/annotate cli/naming cli/known cli/place cli/demangle cli/escape cli/format)
$(B)/tests/unit/test_question: $(B)/tests/unit/test_question.o $(B)/cli/question.o
$(B)/tests/unit/test_memory: $(B)/tests/unit/test_memory.o $(B)/cli/memory.o
$(B)/tests/unit/test_namer: $(patsubst %,$(B)/%.o,tests/unit/test_namer cli/namer cli/memory cli/question)
$(patsubst %,$(B)/tests/unit/test_%,place escape annotate question memory namer):
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka $(DEMANGLER)

# Behaviour programs: one for each behaviour, linked with the library as a user's program is.
BEHAVIOUR_TESTS := $(patsubst tests/%,$(B)/tests/%,$(basename $(wildcard tests/behaviour/*.c tests/behaviour/*.cc)))
TEST_LDFLAGS := -L$(B) -Wl,-rpath,$(abspath $(B)) -Wl,--no-as-needed -lphaselock -Wl,--as-needed

$(B)/tests/behaviour/%: tests/behaviour/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -rdynamic -MMD -MP -MF $@.d $< -o $@ $(TEST_LDFLAGS)

$(B)/tests/behaviour/%: tests/behaviour/%.cc $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CXX) $(CPPFLAGS) -std=c++17 $(FLAGS_$(VARIANT)) -g -Wall -Wextra $(if $(WERROR),-Werror) -faligned-new -pthread \
		-fno-builtin-malloc -rdynamic -MMD -MP -MF $@.d $< -o $@ $(TEST_LDFLAGS)

# Programs that use libphaselock-test, most of them with CMocka.
HARNESS_TESTS := $(patsubst tests/%,$(B)/tests/%,$(basename $(wildcard tests/harness/*.c tests/harness/*.cc)))

$(B)/tests/harness/%: tests/harness/%.c $(LIBRARY) $(TESTING)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -rdynamic -MMD -MP -MF $@.d $< -o $@ $(TESTING) $(TEST_LDFLAGS) -lcmocka

$(B)/tests/harness/%: tests/harness/%.cc $(LIBRARY) $(TESTING)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CXX) $(CPPFLAGS) -std=c++17 $(FLAGS_$(VARIANT)) -g -Wall -Wextra $(if $(WERROR),-Werror) -pthread \
		-fno-builtin-malloc -rdynamic -MMD -MP -MF $@.d $< -o $@ $(TESTING) $(TEST_LDFLAGS) -lcmocka

# The same assertions in other frameworks, one example for each. No package has Unity, whose example is built only if
# UNITY_ROOT=FOLDER has src/unity.h.
UNITY      := $(if $(UNITY_ROOT),$(patsubst %/,%,$(dir $(wildcard $(UNITY_ROOT)/src/unity.h))))
FRAMEWORKS := $(patsubst %,$(B)/examples/frameworks/%,plain check googletest $(if $(UNITY),unity))
$(B)/examples/frameworks/check: FRAMEWORK_LIBS = $(shell pkg-config --libs check)
$(B)/examples/frameworks/googletest: FRAMEWORK_LIBS = $(shell pkg-config --libs gtest) -lstdc++ -lm
$(B)/examples/frameworks/unity: FRAMEWORK_LIBS := -w -I$(UNITY) $(UNITY)/unity.c
$(B)/examples/frameworks/unity.o: CPPFLAGS += -isystem $(UNITY)

$(FRAMEWORKS): %: %.o $(B)/examples/request_counter.o $(LIBRARY) $(TESTING)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -rdynamic $(LDFLAGS) -o $@ $(filter %.o,$^) $(TESTING) $(TEST_LDFLAGS) -lhttp_parser $(FRAMEWORK_LIBS)

# Preloads that stand beside the library, and a program with a library of its own: tests/command/preloads/beside.py.
PRELOADS_B := $(B)/tests/command/preloads
PRELOADS   := $(patsubst tests/command/preloads/hooks/%.c,$(PRELOADS_B)/%.so,$(wildcard tests/command/preloads/hooks/*.c))

$(PRELOADS_B)/%.so: tests/command/preloads/hooks/%.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LIB_CFLAGS) -fvisibility=default -shared -MMD -MP -MF $@.d $< -o $@

$(PRELOADS_B)/libhandlers.so: tests/command/preloads/handlers.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LIB_CFLAGS) -fvisibility=default -shared $< -o $@

$(PRELOADS_B)/program: tests/command/preloads/program.c $(PRELOADS_B)/libhandlers.so
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $< -o $@ -L$(PRELOADS_B) -Wl,-rpath,$(abspath $(PRELOADS_B)) -lhandlers

# Programs with a heap of their own: NAME, and the same linked with each library, NAME-phaselock and NAME-phaselock-system.
HEAPS := $(patsubst tests/command/preloads/heaps/%,$(PRELOADS_B)/%,$(basename $(wildcard tests/command/preloads/heaps/*.c*)))
$(PRELOADS_B)/cpputest: HEAP_LIBS := -lCppUTest
HEAP_LINK = $(Q)$(CXX) -pthread $@.o -o $@ $(HEAP_LIBS) && for library in phaselock phaselock-system; do \
	$(CXX) -pthread $@.o -o $@-$$library $(HEAP_LIBS) -L$(B) -Wl,-rpath,$(abspath $(B)) -Wl,--no-as-needed -l$$library || exit 1; done

$(PRELOADS_B)/%: tests/command/preloads/heaps/%.c $(LIBRARY) $(SYSTEM)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d -MT $@ -c $< -o $@.o
	$(HEAP_LINK)

$(PRELOADS_B)/%: tests/command/preloads/heaps/%.cc $(LIBRARY) $(SYSTEM)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CXX) -std=c++17 $(FLAGS_$(VARIANT)) -g -Wall -Wextra $(if $(WERROR),-Werror) -pthread -fno-builtin-malloc \
		-MMD -MP -MF $@.d -MT $@ -c $< -o $@.o
	$(HEAP_LINK)

ifeq ($(SANITIZED),)
test: $(PRELOADS) $(HEAPS) $(PRELOADS_B)/program
endif

# ---- soak: a short form of each is in `make test` -------------------------------------------------------------------
SOAK := $(B)/tests/soak/soak
SOAK_OPERATIONS ?= 1000000000

$(SOAK): tests/soak/soak.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< -o $@ $(TEST_LDFLAGS)

.PHONY: soak
soak: all deps-test $(SOAK) $(BEHAVIOUR_TESTS)
	PHASELOCK_OPTIONS=policy=allow:max_reports=0 timeout 600 $(B)/tests/behaviour/fork_storm 10000
	timeout 600 $(B)/tests/behaviour/fork_in_handler_of_fork 10000
	PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=1 timeout 600 $(B)/tests/behaviour/timer_storm 10000
	PHASELOCK_OPTIONS=max_reports=0:frames=2 $(SOAK) $(SOAK_OPERATIONS)

.PHONY: test
ifeq ($(SANITIZED),)
test: all deps-test $(UNIT_TESTS) $(BEHAVIOUR_TESTS) $(HARNESS_TESTS) $(FRAMEWORKS) $(SOAK) $(B)/system/libphaselock.so.$(SOVERSION)
	@command -v musl-gcc >/dev/null || echo "skip backend musl: musl-gcc is not on PATH"
	@$(if $(UNITY),,echo "skip examples/frameworks/unity: UNITY_ROOT=FOLDER does not say where a src/unity.h lies, and no package has it")
	@! command -v musl-gcc >/dev/null || $(MAKE) --no-print-directory musl-tests
	$(PYTHON) tests/run.py --build $(B) --backend system $$(! command -v musl-gcc >/dev/null || echo --backend musl) tests
else
test: deps-test $(UNIT_TESTS)
	$(PYTHON) tests/run.py --build $(B) --skip "tests/behaviour tests/command: a $(VARIANT) build of the interposer cannot run" tests/unit
endif

coverage: deps-coverage
	find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	$(MAKE) VARIANT=coverage test
	gcovr --root . --object-directory build/coverage --filter 'lib/.*\.[ch]' --print-summary

# ---- examples and demo ------------------------------------------------------------------------------------
EXAMPLES := $(B)/examples/quickstart $(B)/examples/test_parser $(B)/examples/test_can $(B)/examples/test_can_with_bug
$(B)/examples/quickstart: EXAMPLE_LIBS := -lhttp_parser
$(B)/examples/test_parser: EXAMPLE_LIBS := -lhttp_parser -lcmocka
$(B)/examples/test_can $(B)/examples/test_can_with_bug: EXAMPLE_LIBS := -lm -lcmocka

$(B)/examples/%.o: examples/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/examples/%.o: examples/%.cc
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CXX) $(CPPFLAGS) -std=c++17 $(FLAGS_$(VARIANT)) -g -Wall -Wextra $(if $(WERROR),-Werror) -pthread -MMD -MP -c $< -o $@

$(B)/examples/quickstart: $(B)/examples/quickstart.o $(B)/examples/request_counter.o
$(B)/examples/test_parser: $(B)/examples/cmocka/test_parser.o $(B)/examples/request_counter.o $(TESTING)
CAN := $(patsubst %,$(B)/examples/unit_tests/%.o,test_can can_codec can_receiver)
$(B)/examples/test_can: $(CAN) $(B)/examples/unit_tests/can_note.o $(TESTING)
$(B)/examples/test_can_with_bug: $(CAN) $(B)/examples/unit_tests/can_note_with_bug.o $(TESTING)
$(EXAMPLES): $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -rdynamic $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(TEST_LDFLAGS) $(EXAMPLE_LIBS)

# The command suite runs some of them.
ifeq ($(SANITIZED),)
test: $(EXAMPLES)
endif

.PHONY: demo
demo: all deps-test $(EXAMPLES)
	@examples/demo.sh $(B)

# ---- the guard inside WebAssembly modules: wasm/README.md ------------------------------------------------------------
# Compiled and linked in two steps: with -O at the link clang would run an optimizer that may not be there.
WASM_CC      ?= clang
WASM_TARGET  := --target=wasm32-wasi
WASM_CFLAGS  := -std=c11 -O2 -g0 $(WARNINGS) \
                $(patsubst %,-fno-builtin-%,malloc calloc realloc free aligned_alloc posix_memalign)
WASM_GUARD   := $(patsubst wasm/%.c,$(B)/wasm/%.o,$(wildcard wasm/*.c))
WASM_LDFLAGS := -mexec-model=reactor @wasm/wrap.flags -Wl,--stack-first -Wl,--strip-debug
# What wasm2c makes of a module, and its run-time: not ours to warn of. Without signals: bounds are checked one by one.
WASM2C_CFLAGS := -O1 -w -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0

$(B)/wasm/%.o: wasm/%.c wasm/guard.h wasm/text.h wasm/phaselock_wasm.h include/phaselock/phaselock.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(CPPFLAGS) $(WASM_CFLAGS) -c $< -o $@

$(B)/wasm/wasm-rt.o: /usr/share/wabt/wasm2c/wasm-rt-impl.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(WASM2C_CFLAGS) -c $< -o $@

# Its functions begin with w2c's form of the module's name.
$(B)/%.w2c.c: $(B)/%.wasm
	$(call say,WASM2C,$<)
	$(Q)wasm2c -n $(notdir $*) -o $@ $<

# Tests of the guard: a module of cases, the same with one thing wrong, and a program of CMocka that runs them.
WASM_TESTS_B := $(B)/tests/wasm
WASM_CASES   := $(WASM_TESTS_B)/cases.wasm $(WASM_TESTS_B)/unwrapped.wasm
$(WASM_TESTS_B)/%.o: tests/wasm/%.c tests/wasm/case.h include/phaselock/phaselock.h wasm/phaselock_wasm.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(CPPFLAGS) -Iwasm $(WASM_CFLAGS) -c $< -o $@

$(WASM_TESTS_B)/cases.wasm: $(WASM_TESTS_B)/cases.o $(WASM_TESTS_B)/traps.o $(WASM_GUARD) wasm/wrap.flags
	$(call say,LD,$@)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(WASM_LDFLAGS) -o $@ $(filter %.o,$^)

# Without the flags nothing is led to the guard; unwrapped.c silences the linker, which would say so.
$(WASM_TESTS_B)/unwrapped.wasm: $(WASM_TESTS_B)/cases.o $(WASM_TESTS_B)/traps.o $(WASM_TESTS_B)/unwrapped.o $(WASM_GUARD)
	$(call say,LD,$@)
	$(Q)$(WASM_CC) $(WASM_TARGET) -mexec-model=reactor -o $@ $(filter %.o,$^)

$(WASM_CASES:.wasm=.w2c.o): %.o: %.c
	$(call say,CC,$<)
	$(Q)$(CC) $(WASM2C_CFLAGS) -c $< -o $@

$(WASM_TESTS_B)/host.o: tests/wasm/host.c $(WASM_CASES:.wasm=.w2c.o)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) -I$(WASM_TESTS_B) -isystem /usr/share/wabt/wasm2c -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0 $(ALL_CFLAGS) \
		-MMD -MP -c $< -o $@

$(WASM_TESTS_B)/guard: $(WASM_TESTS_B)/host.o $(WASM_CASES:.wasm=.w2c.o) $(B)/wasm/wasm-rt.o
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka -lm

ifeq ($(SANITIZED),)
test: $(WASM_TESTS_B)/guard
endif

# ---- the header filter: examples/header_filter/README.md -------------------------------------------------------
# Messages: nanopb's code for the filter, protobuf-c's for the naive one, Python's for the gRPC server.
FILTER   := examples/header_filter
FILTER_B := $(B)/$(FILTER)
FILTER_CPPFLAGS := -I$(FILTER_B) -iquote $(FILTER)
FILTER_OBJECTS  := $(patsubst %,$(FILTER_B)/%.o,filter headers rules line report header_review.pb)

$(FILTER_B)/header_review.pb.c $(FILTER_B)/header_review.pb.h &: $(FILTER)/header_review.proto $(FILTER)/header_review.options
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)protoc -I$(FILTER) --nanopb_out=$(FILTER_B) --nanopb_opt=-f$(FILTER)/header_review.options $<

$(FILTER_B)/header_review.pb-c.c $(FILTER_B)/header_review.pb-c.h &: $(FILTER)/header_review.proto
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)protoc -I$(FILTER) --c_out=$(FILTER_B) $<

$(FILTER_B)/header_review_pb2.py: $(FILTER)/header_review.proto
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)protoc -I$(FILTER) --python_out=$(FILTER_B) $<

$(FILTER_B)/%.o: $(FILTER)/%.c $(FILTER_B)/header_review.pb.h $(FILTER_B)/header_review.pb-c.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(FILTER_CPPFLAGS) $(ALL_CFLAGS) -fPIC -MMD -MP -c $< -o $@

# What generators wrote has no warnings to heed.
$(FILTER_B)/%.o: $(FILTER_B)/%.c
	$(call say,CC,$<)
	$(Q)$(CC) $(FILTER_CPPFLAGS) $(ALL_CFLAGS) -w -fPIC -c $< -o $@

# The naive filter, and the tests, each with either filter. The frame of a call in tail position would be lost.
FILTER_NAIVE  := $(patsubst %,$(FILTER_B)/%.o,naive naive_list naive_report naive_table headers rules)
FILTER_HOST   := $(patsubst %,$(FILTER_B)/%.o,tests/host tests/maps tests/recordings header_review.pb-c)
FILTER_NAMES  := test_rules test_malformed test_limits test_replies test_heap lives
FILTER_TEST_PROGRAMS := $(foreach name,$(FILTER_NAMES),$(FILTER_B)/tests/$(name)_filter $(FILTER_B)/tests/$(name)_naive)
FILTER_LINK   = $(Q)$(CC) $(ALL_CFLAGS) -rdynamic $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(TEST_LDFLAGS) \
	-lcmocka -lhttp_parser -lprotobuf-c -lprotobuf-nanopb
$(FILTER_B)/naive%.o: ALL_CFLAGS += -fno-optimize-sibling-calls
$(FILTER_B)/tests/%.o: FILTER_CPPFLAGS += -iquote $(FILTER)/tests

$(FILTER_B)/tests/%_filter: $(FILTER_B)/tests/%.o $(FILTER_HOST) $(FILTER_OBJECTS) $(LIBRARY) $(TESTING)
	$(call say,LD,$@)
	$(FILTER_LINK)

$(FILTER_B)/tests/%_naive: $(FILTER_B)/tests/%.o $(FILTER_HOST) $(FILTER_NAIVE) $(LIBRARY) $(TESTING)
	$(call say,LD,$@)
	$(FILTER_LINK)

ifeq ($(SANITIZED),)
test: $(FILTER_TEST_PROGRAMS)
endif

# The fuzzer: both filters with sanitizers and without the library, naive.c's functions under names of their own.
FILTER_FUZZ   := $(FILTER_B)/fuzz/fuzz_filter
FUZZ_FLAGS    := -g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_SECONDS  ?= 60
FUZZ_OBJECTS  := $(patsubst $(FILTER_B)/%,$(FILTER_B)/fuzz/%,$(filter-out %.pb-c.o,$(FILTER_OBJECTS) $(filter $(FILTER_B)/naive%,$(FILTER_NAIVE))))

$(FILTER_B)/fuzz/%.o: $(FILTER)/%.c $(FILTER_B)/header_review.pb.h $(FILTER_B)/header_review.pb-c.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)clang -std=c11 $(FUZZ_FLAGS) $(CPPFLAGS) $(FILTER_CPPFLAGS) -MMD -MP -c $< -o $@

$(FILTER_B)/fuzz/%.o: $(FILTER_B)/%.c
	@mkdir -p $(@D)
	$(Q)clang -std=c11 $(FUZZ_FLAGS) $(FILTER_CPPFLAGS) -w -c $< -o $@

# What is not in the naive filter's own files keeps its name, and is there once.
$(FILTER_B)/fuzz/naive_all.o: $(filter $(FILTER_B)/fuzz/naive%,$(FUZZ_OBJECTS))
	$(Q)ld -r -o $@ $^
	$(Q)objcopy $(foreach name,start stop size begin end request_headers response_headers call message call_reply \
		message_reply request_id get_counts,--redefine-sym filter_$(name)=naive_$(name)) \
		$(foreach name,note read_verdict,--localize-symbol report_$(name)) $@

$(FILTER_FUZZ): $(FILTER)/fuzz/fuzz_filter.c $(FILTER_B)/fuzz/naive_all.o $(filter-out $(FILTER_B)/fuzz/naive%,$(FUZZ_OBJECTS)) \
		$(FILTER_B)/fuzz/header_review.pb-c.o
	$(call say,LD,$@)
	$(Q)clang -std=c11 $(FUZZ_FLAGS) -fsanitize=fuzzer $(CPPFLAGS) $(FILTER_CPPFLAGS) -Wall -Wextra $(if $(WERROR),-Werror) -MMD -MP -MF $@.d \
		-o $@ $(filter %.c %.o,$^) -lprotobuf-c -lprotobuf-nanopb

.PHONY: fuzz
fuzz: deps-test $(FILTER_FUZZ)
	@mkdir -p $(FILTER_B)/fuzz/found $(FILTER_B)/fuzz/corpus
	$(FILTER_FUZZ) -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -dict=$(FILTER)/fuzz/names.dict \
		-artifact_prefix=$(FILTER_B)/fuzz/found/ $(FILTER_B)/fuzz/corpus $(FILTER)/fuzz/corpus

ifeq ($(SANITIZED),)
test: $(FILTER_FUZZ)
endif

# In nginx: a dynamic module, by nginx's own configure and the flags of the distribution's nginx, in links to its source.
FILTER_NGINX  := $(FILTER_B)/nginx
FILTER_MODULE := $(FILTER_NGINX)/src/objs/ngx_http_header_review_module.so
FILTER_NGINX_SOURCE := /usr/share/nginx/src

# Made again when there are other files.
$(FILTER_NGINX)/files: always
	@mkdir -p $(@D)
	@echo '$(wildcard $(FILTER)/nginx/*.c)' | cmp -s - $@ || echo '$(wildcard $(FILTER)/nginx/*.c)' > $@

$(FILTER_NGINX)/src/objs/Makefile: $(FILTER)/nginx/config $(FILTER_NGINX)/files | $(FILTER_OBJECTS)
	@rm -rf $(@D) && mkdir -p $(@D)
	$(call say,CONF,$@)
	$(Q)ln -sfn $(addprefix $(FILTER_NGINX_SOURCE)/,auto src configure) $(FILTER_NGINX)/src
	$(Q)cd $(FILTER_NGINX)/src && export FILTER_OBJECTS="$(abspath $(FILTER_OBJECTS))" \
		FILTER_INCLUDES="$(abspath $(FILTER) include $(FILTER_B))" && . $(FILTER_NGINX_SOURCE)/conf_flags && \
		./configure "$${NGX_CONF_FLAGS[@]}" --with-cc=$(CC) --with-cc-opt="-g -O2 -fPIC -std=gnu11" \
			--add-dynamic-module=$(abspath $(FILTER)/nginx) >configure.log || { tail -5 configure.log; exit 1; }
$(FILTER_NGINX)/src/objs/Makefile: SHELL := /bin/bash

$(FILTER_MODULE): $(FILTER_NGINX)/src/objs/Makefile $(wildcard $(FILTER)/nginx/*.[ch]) $(FILTER_OBJECTS) include/phaselock/phaselock.h
	$(call say,LD,$@)
	$(Q)MAKEFLAGS= $(MAKE) -s -C $(FILTER_NGINX)/src -f objs/Makefile modules
	@touch $@

ifeq ($(SANITIZED),)
test: $(FILTER_MODULE) $(FILTER_B)/header_review_pb2.py
endif

# As a Proxy-Wasm plugin: header_filter.wasm, the same without the linker's options, and the CMocka program that hosts both.
FILTER_WASM_B       := $(FILTER_B)/wasm
FILTER_WASM         := $(FILTER_WASM_B)/header_filter.wasm
FILTER_WASM_OBJECTS := $(patsubst %,$(FILTER_WASM_B)/%.o,filter headers rules line report header_review.pb pb_common pb_encode pb_decode \
                         plugin configuration copies say mistake)
FILTER_WASM_CPPFLAGS := $(CPPFLAGS) $(FILTER_CPPFLAGS) -iquote $(FILTER) -Iwasm -isystem $(FILTER_WASM_B)/nanopb
FILTER_WASM_HEADERS := $(wildcard $(FILTER)/*.h $(FILTER)/wasm/*.h) include/phaselock/phaselock.h wasm/phaselock_wasm.h

# nanopb's own files are fetched once; `make clean` fetches them again.
$(FILTER_WASM_B)/nanopb/pb_decode.c:
	$(call say,APT,$(@D))
	$(Q)$(FILTER)/wasm/nanopb-source $(@D)
$(FILTER_WASM_B)/nanopb/pb_common.c $(FILTER_WASM_B)/nanopb/pb_encode.c: $(FILTER_WASM_B)/nanopb/pb_decode.c

$(FILTER_WASM_B)/pb_%.o: $(FILTER_WASM_B)/nanopb/pb_%.c
	$(call say,CC,$<)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(WASM_CFLAGS) -w -c $< -o $@

$(FILTER_WASM_B)/%.o: $(FILTER_B)/%.c $(FILTER_WASM_B)/nanopb/pb_decode.c
	$(call say,CC,$@)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(FILTER_WASM_CPPFLAGS) $(WASM_CFLAGS) -w -c $< -o $@

$(FILTER_WASM_B)/%.o: $(FILTER)/%.c $(FILTER_WASM_HEADERS) $(FILTER_B)/header_review.pb.h $(FILTER_WASM_B)/nanopb/pb_decode.c
	$(call say,CC,$@)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(FILTER_WASM_CPPFLAGS) $(WASM_CFLAGS) -c $< -o $@

$(FILTER_WASM_B)/%.o: $(FILTER)/wasm/%.c $(FILTER_WASM_HEADERS) $(FILTER_WASM_B)/nanopb/pb_decode.c
	$(call say,CC,$<)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(FILTER_WASM_CPPFLAGS) $(WASM_CFLAGS) -c $< -o $@

$(FILTER_WASM): $(FILTER_WASM_OBJECTS) $(WASM_GUARD) wasm/wrap.flags
	$(call say,LD,$@)
	$(Q)$(WASM_CC) $(WASM_TARGET) $(WASM_LDFLAGS) -o $@ $(filter %.o,$^)

$(FILTER_WASM_B)/unwrapped_filter.wasm: $(FILTER_WASM_OBJECTS) $(WASM_GUARD) $(WASM_TESTS_B)/unwrapped.o
	$(call say,LD,$@)
	$(Q)$(WASM_CC) $(WASM_TARGET) -mexec-model=reactor -o $@ $^

FILTER_WASM_HOST := $(patsubst %,$(FILTER_WASM_B)/%.o,test_plugin lives hosted fake_host)
FILTER_WASM_W2C  := $(FILTER_WASM:.wasm=.w2c.o) $(FILTER_WASM_B)/unwrapped_filter.w2c.o
$(FILTER_WASM_W2C): %.o: %.c
	$(call say,CC,$<)
	$(Q)$(CC) $(WASM2C_CFLAGS) -c $< -o $@

$(FILTER_WASM_HOST): $(FILTER_WASM_B)/%.o: $(FILTER)/wasm/%.c $(FILTER_WASM_W2C)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(FILTER_CPPFLAGS) -I$(FILTER_WASM_B) -isystem /usr/share/wabt/wasm2c -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0 \
		$(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(FILTER_WASM_B)/test_plugin: $(FILTER_WASM_HOST) $(FILTER_WASM_W2C) $(B)/wasm/wasm-rt.o $(FILTER_OBJECTS) $(LIBRARY) $(TESTING)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -rdynamic -o $@ $(filter %.o,$^) $(TESTING) $(TEST_LDFLAGS) -lcmocka -lprotobuf-nanopb -lm

ifeq ($(SANITIZED),)
test: $(FILTER_WASM) $(FILTER_WASM_B)/test_plugin $(FILTER_B)/header_review_pb2.py
endif

.PHONY: demo-filter
demo-filter: all deps-test $(FILTER_TEST_PROGRAMS) $(FILTER_MODULE) $(FILTER_WASM) $(FILTER_WASM_B)/test_plugin \
		$(FILTER_B)/header_review_pb2.py
	@$(FILTER)/demo.sh $(B)

# ---- benchmarks: docs/performance.md ------------------------------------------------------------------------
BENCH         := $(patsubst bench/%.c,$(B)/bench/%,$(filter-out bench/global_counters.c,$(wildcard bench/*.c)))
BENCH_LIBRARY := $(B)/bench/libglobal-counters.so
BENCH_RUN     := $(PYTHON) -B bench/run.py --build $(B)

# Most know nothing of the library: it is preloaded. These call it.
BENCH_CALLERS := $(patsubst %,$(B)/bench/%,violation latency promise)
$(BENCH_CALLERS): BENCH_LIBS = $(TEST_LDFLAGS)
$(BENCH_CALLERS): $(LIBRARY)

$(B)/bench/%: bench/%.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< -o $@ $(BENCH_LIBS)

$(B)/bench/mix-lsan: bench/mix.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=leak -MMD -MP -MF $@.d $< -o $@

$(BENCH_LIBRARY): bench/global_counters.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -fno-builtin -shared $< -o $@

# The command suite runs the tools that count and compare.
ifeq ($(SANITIZED),)
test: $(patsubst %,$(B)/bench/%,measure pair mix violate)
endif

.PHONY: bench bench-full bench-programs bench-report performance check-instructions
bench-programs: $(LIBRARY) $(BENCH) $(BENCH_LIBRARY) $(B)/bench/mix-lsan $(B)/phaselock
	@:

bench: deps-bench bench-programs
	$(BENCH_RUN) quick

bench-full: deps-bench bench-programs
	$(BENCH_RUN) full

# The tables of docs/performance.md from what the two above left under build/bench/.
bench-report:
	$(PYTHON) -B bench/report.py --build $(B) docs/performance.md

performance: deps-bench bench-programs
	$(BENCH_RUN) quick full
	$(MAKE) --no-print-directory bench-report

check-instructions: $(LIBRARY) $(B)/bench/pair $(B)/bench/mix $(B)/bench/violate
	$(PYTHON) -B bench/instructions.py --build $(B)

# ---- the atlas: what the functions of the C and C++ libraries ask of the heap --------------------------------------------
# Nothing may be turned into another function, or be known to the compiler. It looks up functions as the library does.
ATLAS_C      := $(patsubst tools/atlas/%.c,%,$(filter-out tools/atlas/harness.c,$(wildcard tools/atlas/*.c)))
ATLAS_PARTS  := advice callee segment module format symtab $(OS_PARTS)
ATLAS_FLAGS  := -g -O1 -fno-builtin -pthread -Iinclude
ATLAS        := $(B)/atlas/c $(B)/atlas/cxx $(B)/musl/atlas/c

$(B)/atlas/%.o: tools/atlas/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=c11 $(ATLAS_FLAGS) -MMD -MP -c $< -o $@

$(B)/atlas/%.o: tools/atlas/%.cc
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CXX) -std=c++17 $(ATLAS_FLAGS) -MMD -MP -c $< -o $@

$(B)/musl/atlas/%.o: tools/atlas/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)musl-gcc -std=c11 $(ATLAS_FLAGS) $(MUSL_HEADERS) -MMD -MP -c $< -o $@

$(B)/atlas/c: $(patsubst %,$(B)/atlas/%.o,harness $(ATLAS_C)) $(patsubst %,$(B)/lib/%.o,$(ATLAS_PARTS) advice_table loaded chain object) $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) -pthread -o $@ $(filter %.o,$^) $(TEST_LDFLAGS)

$(B)/atlas/cxx: $(patsubst %,$(B)/atlas/%.o,harness cxx) $(patsubst %,$(B)/lib/%.o,$(ATLAS_PARTS) advice_table loaded chain object) $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CXX) -pthread -o $@ $(filter %.o,$^) $(TEST_LDFLAGS)

$(B)/musl/atlas/c: $(patsubst %,$(B)/musl/atlas/%.o,harness $(filter-out glibc,$(ATLAS_C))) \
		$(patsubst %,$(B)/musl/%.o,$(ATLAS_PARTS) advice_table_musl loaded chain_musl object_musl) $(MUSL)
	$(call say,LD,$@)
	$(Q)musl-gcc -pthread -Wl,--eh-frame-hdr -o $@ $(filter %.o,$^) -L$(B)/musl -Wl,-rpath,$(abspath $(B)/musl) \
		-Wl,--no-as-needed -lphaselock-system

.PHONY: atlas check-atlas
atlas: deps-check $(ATLAS)
	$(PYTHON) -B tools/atlas/make.py $(B)

check-atlas: $(ATLAS)
	$(PYTHON) -B tools/atlas/make.py --check $(B)

# ---- checks of the project itself --------------------------------------------------------------------------
C_FILES := $(wildcard lib/*.[ch] cli/*.[ch] include/phaselock/*.h include/phaselock/*.hpp tests/unit/*.[ch] tests/behaviour/*.[ch] tests/harness/*.[ch] testing/*.[ch] tests/soak/*.[ch] bench/*.[ch] \
             tests/command/preloads/*/*.[ch] tests/command/preloads/*.c examples/*.[ch] examples/*/*.[ch] examples/*/*/*.[ch] tools/atlas/*.[ch] wasm/*.[ch] tests/wasm/*.[ch])

.PHONY: check check-format check-layers check-exports check-headers check-requirements check-static check-man check-model
check: deps-check check-format check-layers check-exports check-headers check-requirements check-static check-man check-model check-atlas check-instructions
	@echo "check: clean"

check-format:
	clang-format --dry-run -Werror $(C_FILES)

check-layers:
	tools/check-layers

check-exports: $(LIBRARY) $(SYSTEM) $(MUSL)
	tools/check-exports $(LIBRARY)
	tools/check-exports $(SYSTEM)
	tools/check-exports $(MUSL)

check-headers:
	tools/check-headers

check-requirements:
	tools/check-requirements

check-static:
	clang-tidy --quiet --warnings-as-errors='*' $(filter-out %_musl.c,$(LIB_SOURCES)) $(wildcard cli/*.c) -- -std=c11 $(CLI_CPPFLAGS)
	clang-tidy --quiet --warnings-as-errors='*' $(wildcard testing/*.c) -- -std=c11 $(CPPFLAGS)
	clang-tidy --quiet --warnings-as-errors='*' $(wildcard lib/*_musl.c) -- -std=c11 $(CPPFLAGS) -nostdlibinc \
		-isystem /usr/include/x86_64-linux-musl -include lib/musl.h
	clang-tidy --quiet --warnings-as-errors='*' $(wildcard wasm/*.c) -- -std=c11 $(WASM_TARGET) $(CPPFLAGS)
	clang-tidy --quiet --warnings-as-errors='*' $(patsubst %,$(FILTER)/wasm/%.c,plugin copies configuration say mistake) -- -std=c11 \
		$(WASM_TARGET) $(CPPFLAGS) -iquote $(FILTER) -Iwasm
	cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 $(CPPFLAGS) -Ilib lib cli testing wasm

check-man:
	mandoc -T lint -W warning docs/man/*.[137]

# Lock and gate as a model, and the faults that it must find.
check-model:
	tests/model/run $(B)/model

# ---- dependencies: each target that needs packages runs its group ---------------------------------------------
.PHONY: deps deps-test deps-check
deps: deps-check
deps-build deps-test deps-check deps-coverage deps-bench: deps-%:
	@tools/deps $*

# ---- install -----------------------------------------------------------------------------------------------------
.PHONY: install uninstall clean
INSTALL := install
install: all
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include/phaselock \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man3 $(DESTDIR)$(PREFIX)/share/phaselock/wasm
	$(INSTALL) -m 755 $(B)/phaselock $(DESTDIR)$(PREFIX)/bin/
	for name in libphaselock libphaselock-system; do \
		$(INSTALL) -m 755 $(B)/$$name.so.$(VERSION) $(DESTDIR)$(LIBDIR)/ && \
		ln -sf $$name.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$$name.so.$(SOVERSION) && \
		ln -sf $$name.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/$$name.so || exit 1; \
	done
	$(INSTALL) -m 644 $(B)/libphaselock.a $(B)/libphaselock-test.a $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 644 include/phaselock/*.h include/phaselock/*.hpp $(DESTDIR)$(PREFIX)/include/phaselock/
	$(INSTALL) -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	$(INSTALL) -m 644 docs/man/*.3 $(DESTDIR)$(PREFIX)/share/man/man3/
	$(INSTALL) -m 644 wasm/* $(DESTDIR)$(PREFIX)/share/phaselock/wasm/
	for file in lib/phaselock.pc testing/phaselock-test.pc; do \
		sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' $$file.in \
			> $(DESTDIR)$(LIBDIR)/pkgconfig/$${file##*/} || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/phaselock $(DESTDIR)$(LIBDIR)/libphaselock.* $(DESTDIR)$(LIBDIR)/libphaselock-system.* \
		$(DESTDIR)$(LIBDIR)/libphaselock-test.a \
		$(DESTDIR)$(LIBDIR)/pkgconfig/phaselock.pc $(DESTDIR)$(LIBDIR)/pkgconfig/phaselock-test.pc \
		$(patsubst docs/man/%.1,$(DESTDIR)$(PREFIX)/share/man/man1/%.1,$(wildcard docs/man/*.1)) \
		$(patsubst docs/man/%.3,$(DESTDIR)$(PREFIX)/share/man/man3/%.3,$(wildcard docs/man/*.3))
	rm -rf $(DESTDIR)$(PREFIX)/include/phaselock $(DESTDIR)$(PREFIX)/share/phaselock

clean:
	rm -rf build

.PHONY: help
help:
	@echo "make            the libraries and the command, under build/"
	@echo "make demo       the main job on real input"
	@echo "make demo-filter  a filter of HTTP headers that makes no heap request: in tests, in nginx, as a Proxy-Wasm plugin"
	@echo "make test       every test; VARIANT=asan|ubsan|tsan|debug|coverage for another build of the unit tests"
	@echo "make soak       10^9 operations on 8 threads, 10,000 forks, a 10 kHz signal; counts reconciled (about 13 minutes)"
	@echo "make fuzz       the header filter with random input for FUZZ_SECONDS=60; findings lie in $(FILTER_B)/fuzz/found"
	@echo "make check      format, layers, exports, headers, requirements, static analysis, man pages, atlas"
	@echo "make atlas      measures what libc allocates; writes docs/libc-allocations.md and lib/advice_table*.c"
	@echo "make bench      the main ratios against other allocators, in five minutes; make bench-full for the rest, in thirteen"
	@echo "make performance   both, and docs/performance.md anew from them"
	@echo "make coverage   line coverage of the unit tests"
	@echo "make deps       installs what the above need from the distribution"
	@echo "make install    DESTDIR= PREFIX=/usr/local; make uninstall"

-include $(shell find $(B) -name '*.d' 2>/dev/null)
