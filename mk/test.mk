# SPDX-License-Identifier: MIT
# Tests: what tests/ builds, and what runs it (tests/README.md).

# ---- unit tests ----------------------------------------------------------------------------------
# They link the library's own objects, with the malloc family under other names (pl_test_malloc,
# ...) and a fake backend, so that they run under any sanitizer. An archive: a test may bring its
# own double of any part.
UNIT_TESTS   := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
UNIT_RENAMED := $(patsubst %,entry/%,interpose interpose_cxx interpose_exit armed unseen) \
                $(patsubst %,common/os_%,memory lock signals)
UNIT_OBJECTS := $(patsubst %,$(B)/unit/%.o,$(UNIT_RENAMED)) \
                $(filter-out $(UNIT_RENAMED:%=$(B)/lib/%.o),$(CORE_OBJECTS) $(PHASE_LINKED))

$(B)/unit/rename.list: $(B)/exports.list
	@mkdir -p $(@D)
	$(Q)sed -n '/^phaselock_/!s/\(.*\)/\1 pl_test_\1/p' $< > $@
	$(Q)echo 'pl_own_malloc pl_test_own_malloc' >> $@

$(B)/unit/%.o: $(B)/lib/%.o $(B)/unit/rename.list
	@mkdir -p $(@D)
	$(Q)objcopy --redefine-syms=$(B)/unit/rename.list $(UNIT_WEAK) $< $@

# A test may bring its own mappings, pl_os_is_readable() or pl_os_wipe_on_fork(), or its own locks
# and barrier, and leave the rest as it is.
$(B)/unit/common/os_memory.o: UNIT_WEAK := $(patsubst %,--weaken-symbol=pl_os_%, \
                                              map unmap map_file is_readable wipe_on_fork)
$(B)/unit/common/os_lock.o: UNIT_WEAK := $(patsubst %,--weaken-symbol=pl_os_%,lock unlock barrier)
$(B)/unit/common/os_signals.o: UNIT_WEAK := $(patsubst %,--weaken-symbol=pl_os_%, \
                                              block_signals restore_signals)

$(B)/unit/libcore.a: $(UNIT_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(B)/tests/unit/%.o: tests/unit/%.c $(B)/flags
	$(call cc,-iquote lib -iquote cli)

$(UNIT_TESTS): $(COVERAGE)
$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(B)/tests/unit/fake_backend.o $(B)/unit/libcore.a
	$(call ld,-lcmocka)
# These start and end the library as a program does; nothing refers to what does that.
$(B)/tests/unit/test_init $(B)/tests/unit/test_locks: \
		$(patsubst %,$(B)/lib/life/%.o,init finish)

# What the library writes and the command reads, together.
$(B)/tests/unit/test_told: $(patsubst %,$(B)/cli/%.o,told named escape place)

# Each includes the backend itself, in the place of the fake one.
UNIT_OS := $(patsubst %,$(B)/lib/%.o,$(OS_PARTS))
$(B)/tests/unit/test_backend_system: $(B)/tests/unit/test_backend_system.o $(UNIT_OS) \
		$(patsubst %,$(B)/lib/%.o,backend/contract \
		$(patsubst %,stack/%,object readable loaded chain))
	$(call ld,-lcmocka)

$(B)/tests/unit/test_jemalloc_fork: $(B)/tests/unit/test_jemalloc_fork.o $(UNIT_OS) \
		$(patsubst %,$(B)/lib/%.o,backend/jemalloc_fork backend/jemalloc_calls \
		$(patsubst %,common/%,own_options options option_keys near glob format quote))
	$(call ld,-lcmocka)

# Of the command: what needs no file.
UNIT_CLI = $(patsubst %,$(B)/cli/%.o,$(1)) $(B)/cli/lib/common/format.o $(B)/cli/lib/common/quote.o
$(B)/tests/unit/test_place: $(B)/tests/unit/test_place.o $(B)/cli/place.o
$(B)/tests/unit/test_escape: $(B)/tests/unit/test_escape.o $(call UNIT_CLI,escape place)
$(B)/tests/unit/test_annotate: $(B)/tests/unit/test_annotate.o \
	$(call UNIT_CLI,annotate naming named known place demangle escape)
$(B)/tests/unit/test_question: $(B)/tests/unit/test_question.o $(B)/cli/question.o
$(B)/tests/unit/test_source: $(B)/tests/unit/test_source.o $(B)/cli/source.o
$(B)/tests/unit/test_memory: $(B)/tests/unit/test_memory.o $(B)/cli/memory.o
$(B)/tests/unit/test_namer: $(B)/tests/unit/test_namer.o \
	$(patsubst %,$(B)/cli/%.o,namer copy memory question)
$(patsubst %,$(B)/tests/unit/test_%,place escape annotate question source memory namer):
	$(call ld,-lcmocka $(DEMANGLER))

# What is made of a report.
UNIT_REPORT = $(patsubst %,$(B)/cli/%.o,frame report_site escape place say $(1)) \
	$(patsubst %,$(B)/cli/lib/common/%.o,clone runtime glob format quote)
UNIT_GROUP := group group_origin wrapper
$(B)/tests/unit/test_report_id: $(B)/tests/unit/test_report_id.o $(call UNIT_REPORT,site_id)
$(B)/tests/unit/test_report_group: $(B)/tests/unit/test_report_group.o \
	$(call UNIT_REPORT,$(UNIT_GROUP))
$(B)/tests/unit/test_report_baseline: $(B)/tests/unit/test_report_baseline.o \
	$(call UNIT_REPORT,baseline baseline_write $(UNIT_GROUP))
$(B)/tests/unit/test_report_suggest: $(B)/tests/unit/test_report_suggest.o \
	$(call UNIT_REPORT,suggest mangled demangle $(UNIT_GROUP)) \
	$(patsubst %,$(B)/cli/lib/common/%.o,suppress $(notdir $(OS_PARTS)))
$(B)/tests/unit/test_report_screen: $(B)/tests/unit/test_report_screen.o \
	$(call UNIT_REPORT,$(patsubst %,screen%,_full _line _table _tree) screen $(UNIT_GROUP))
UNIT_PROFILE := $(patsubst %,profile_%,figures filter group hidden keep sites view) intern names \
	profile record record_bound record_raw emit site_id $(UNIT_GROUP)
$(B)/tests/unit/test_profile_view: $(B)/tests/unit/test_profile_view.o \
		$(call UNIT_REPORT,$(UNIT_PROFILE))
	$(call ld,-lcmocka -ljansson $(DEMANGLER))
$(patsubst %,$(B)/tests/unit/test_report_%,id group baseline suggest screen):
	$(call ld,-lcmocka $(DEMANGLER))

# ---- programs ------------------------------------------------------------------------------------
# One for each behaviour; those of tests/harness use libphaselock-test, most of them with CMocka.
programs_of = $(patsubst tests/%,$(B)/tests/%,$(basename $(wildcard $(1)/*.c $(1)/*.cc)))
BEHAVIOUR_TESTS := $(call programs_of,tests/behaviour)
HARNESS_TESTS   := $(call programs_of,tests/harness)

$(B)/tests/behaviour/%: tests/behaviour/%.c $(B)/flags $(B)/ldflags | $(LIBRARY)
	$(call program,-rdynamic $(TEST_LDFLAGS))

$(B)/tests/behaviour/%: tests/behaviour/%.cc $(B)/flags $(B)/ldflags | $(LIBRARY)
	$(call program_cxx,-faligned-new -rdynamic $(TEST_LDFLAGS))

$(B)/tests/harness/%: tests/harness/%.c $(TESTING) $(B)/flags $(B)/ldflags | $(LIBRARY)
	$(call program,-rdynamic $(TESTING) $(TEST_LDFLAGS) -lcmocka)

$(B)/tests/harness/%: tests/harness/%.cc $(TESTING) $(B)/flags $(B)/ldflags | $(LIBRARY)
	$(call program_cxx,-rdynamic $(TESTING) $(TEST_LDFLAGS) -lcmocka)

# The system library under the name by which programs ask for the other one: for LD_LIBRARY_PATH.
SYSTEM_BY_NAME := $(B)/system/libphaselock.so.$(SOVERSION)
$(SYSTEM_BY_NAME): $(SYSTEM)
	@mkdir -p $(@D)
	$(Q)ln -sf ../libphaselock-system.so.$(VERSION) $@

TEST_NEEDS += $(BEHAVIOUR_TESTS) $(HARNESS_TESTS) $(SYSTEM_BY_NAME)

# ---- preloads that stand beside the library, and a program with a library of its own -------------
PRELOADS   := $(patsubst %.c,$(B)/%.so,$(wildcard tests/command/preloads/hooks/*.c))
PRELOADS_B := $(B)/tests/command/preloads
PRELOADS_SONAME  = -Wl,-soname,$(@F)
PRELOADS_LDFLAGS := $(PRELOADS_B)/handlers.so -Wl,-rpath,$(abspath $(PRELOADS_B))
TEST_NEEDS += $(PRELOADS) $(PRELOADS_B)/program
# What cases of behaviour programs start beside these.
NEEDS_OF_BEHAVIOUR := $(SYSTEM_BY_NAME) $(PRELOADS) $(PRELOADS_B)/program

$(PRELOADS_B)/%.so: tests/command/preloads/%.c $(B)/flags
	$(call program,-fPIC -ftls-model=initial-exec -shared $(PRELOADS_SONAME))

$(PRELOADS_B)/program: tests/command/preloads/program.c $(PRELOADS_B)/handlers.so $(B)/flags
	$(call program,$(PRELOADS_LDFLAGS))

# Programs with a heap of their own: NAME, and the same linked with each library, NAME-phaselock and
# NAME-phaselock-system.
HEAPS := $(patsubst %,$(B)/%,$(basename $(wildcard tests/command/preloads/heaps/*.c*)))
TEST_NEEDS += $(HEAPS)
$(PRELOADS_B)/heaps/cpputest: HEAP_LIBS := -lCppUTest

$(HEAPS:%=%.o): CXX_FLAGS += -fno-builtin-malloc
$(PRELOADS_B)/heaps/%.o: tests/command/preloads/heaps/%.c $(B)/flags
	$(call cc)

$(PRELOADS_B)/heaps/%.o: tests/command/preloads/heaps/%.cc $(B)/flags
	$(call cxx)

$(HEAPS): %: %.o | $(LIBRARY) $(SYSTEM)
	$(call say,LD,$@)
	$(Q)$(CXX) -pthread $< -o $@ $(HEAP_LIBS)
	$(Q)for library in phaselock phaselock-system; do \
		$(CXX) -pthread $< -o $@-$$library $(HEAP_LIBS) -L$(B) -Wl,-rpath,$(abspath $(B)) \
			-Wl,--no-as-needed -l$$library || exit 1; \
	done

# ---- the helper of the command's cases, which keeps what it compiles -----------------------------
TEST_NEEDS += $(B)/tests/command/compile
$(B)/tests/command/compile: tests/command/compile
	@mkdir -p $(@D)
	$(Q)ln -sf $(abspath $<) $@

# ---- the forms of a report, and what reads them that others wrote --------------------------------
# Those of npm are as tests/readers/package-lock.json has them. Cases whose readers are missing are
# skipped.
READERS      := $(B)/readers
REPORT_FORMS := $(B)/tests/command/report_forms
TEST_NEEDS   += $(REPORT_FORMS) $(READERS)/npm $(READERS)/junitparser

$(REPORT_FORMS).o: tests/command/report_forms.c $(B)/flags
	$(call cc,-iquote lib -iquote cli)
$(REPORT_FORMS): $(REPORT_FORMS).o $(call UNIT_CLI,report_json report_json_profile profile_figures \
		report_junit junit report_sarif report_sarif_result report_gitlab \
		report_markdown report_programs report_spot report_words source emit escape place)
	$(call ld,-ljansson -lxml2)

PROFILE_FORMS := $(B)/tests/command/profile_forms
TEST_NEEDS    += $(PROFILE_FORMS)

$(PROFILE_FORMS).o: tests/command/profile_forms.c $(B)/flags
	$(call cc,-iquote lib -iquote cli -iquote tests/unit)
$(PROFILE_FORMS): $(PROFILE_FORMS).o $(call UNIT_REPORT,$(UNIT_PROFILE) gzip protobuf \
		profile_budget profile_screen profile_screen_diff profile_screen_table \
		profile_screen_tree profile_tree profile_words report_json report_json_profile \
		report_words screen_line \
		$(patsubst %,report_%,folded pprof speedscope dhat massif table))
	$(call ld,-ljansson -lz $(DEMANGLER))

$(READERS)/npm: $(wildcard tests/readers/*)
	@mkdir -p $(@D) && cp $^ $(@D)
	$(call say,NPM,$(@D))
	$(Q)(cd $(@D) && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund && \
		chmod u+x node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool) \
		>$@.log 2>&1 && ln -sf /bin/true $@ || echo "skip readers of npm: $@.log says why"

# Of the distribution's Python.
$(READERS)/junitparser: | $(READERS)/npm
	$(Q)/usr/bin/python3 -c 'import junitparser' 2>/dev/null && ln -sf /bin/true $@ || \
		echo "skip junitparser: it is not installed"

# A mark of the build that is installed: cases about its very code need it, and are skipped in a
# variant.
ifneq ($(HARDENING),)
TEST_NEEDS += $(B)/as-released
endif
$(B)/as-released:
	$(Q)ln -sf /bin/true $@

# A mark that bpftrace can set a probe here: it takes root, and a kernel that lets root do it.
TEST_NEEDS += $(B)/traceable
$(B)/traceable: $(B)/phaselock
	$(Q)timeout 20 bpftrace -e 'BEGIN { exit(); } uprobe:$<:main { exit(); }' >$@.log 2>&1 && \
		ln -sf /bin/true $@ || echo "skip tracing by bpftrace: $@.log says why"

# ---- soak: a short form of each is in `make test` ------------------------------------------------
SOAK := $(B)/tests/soak/soak
SOAK_OPERATIONS ?= 1000000000
TEST_NEEDS += $(SOAK)

$(SOAK): tests/soak/soak.c $(B)/flags $(B)/ldflags | $(LIBRARY)
	$(call program,$(TEST_LDFLAGS))

.PHONY: soak
soak: all deps-test $(SOAK) $(BEHAVIOUR_TESTS)
	cd $(B)/tests/behaviour && timeout 600 ./fork_in_handler_of_fork 10000
	cd $(B)/tests/behaviour && PHASELOCK_OPTIONS=policy=allow:max_reports=0 \
		timeout 600 ./fork_storm 10000
	cd $(B)/tests/behaviour && PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=1 \
		timeout 600 ./timer_storm 10000
	PHASELOCK_OPTIONS=max_reports=0:frames=2 $(SOAK) $(SOAK_OPERATIONS)
