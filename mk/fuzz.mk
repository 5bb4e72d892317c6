# SPDX-License-Identifier: MIT
# Input that is damaged or hostile: docs/security.md.

# ---- copies of a library with damage in them: tests/command/damage -------------------------------
# One round is in `make test`.
DAMAGE_ROUNDS ?= 10

.PHONY: damage
damage: all deps-test
	@rm -rf $(B)/damage && mkdir -p $(B)/damage
	$(PYTHON) -B tests/command/damage/run.py $(B) $(B)/damage $(DAMAGE_ROUNDS)

# ---- targets of libFuzzer: tests/fuzz ------------------------------------------------------------
# Each is one reader of foreign text or bytes, with AddressSanitizer and UndefinedBehaviorSanitizer.
# Of the library and the command everything is there but the malloc family, _exit() and main(); a
# target may bring its own double of any part.
FUZZ_B       := $(B)/fuzz
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PARTS   := $(patsubst %.c,$(FUZZ_B)/%.o,$(filter-out lib/entry/interpose%,$(CORE_SOURCES)) \
                  $(filter-out cli/main.c,$(wildcard cli/*.c)))
FUZZ_CHECK_SECONDS ?= 3
FUZZ_ONLY    ?= $(FUZZ_TARGETS)
TEST_NEEDS   += $(FUZZ_TARGETS:%=$(FUZZ_B)/fuzz_%)

$(FUZZ_B)/%.o: CC := clang
$(FUZZ_B)/%.o: ALL_CFLAGS := -std=c11 $(FUZZ_FLAGS) $(WARNINGS) -pthread
# The macros of sys/sdt.h, of which clang warns where they are used.
$(FUZZ_B)/lib/common/usdt.o: ALL_CFLAGS += -Wno-gnu-zero-variadic-macro-arguments
$(FUZZ_B)/%.o: %.c $(B)/flags
	$(call cc,$(CLI_CPPFLAGS) -iquote cli)

$(FUZZ_B)/libparts.a: $(FUZZ_PARTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

# Doubles come before the archive.
FUZZ_DOUBLE := $(FUZZ_B)/tests/fuzz
$(patsubst %,$(FUZZ_B)/fuzz_%,annotate naming collect record profile told): \
		$(FUZZ_DOUBLE)/namer_double.o
$(patsubst %,$(FUZZ_B)/fuzz_%,unwind_tables modules): $(FUZZ_DOUBLE)/module_double.o
$(FUZZ_B)/fuzz_failure: $(patsubst %,$(FUZZ_B)/testing/%.o,first frames text)
$(FUZZ_B)/fuzz_program_file: $(FUZZ_B)/symtab_double.o
$(FUZZ_B)/symtab_double.o: $(FUZZ_B)/lib/stack/symtab.o
	$(Q)objcopy --redefine-sym pl_os_map_file=double_map_file \
		--redefine-sym pl_os_unmap=double_unmap --redefine-sym getauxval=double_auxval $< $@

$(FUZZ_B)/fuzz_%: $(FUZZ_B)/tests/fuzz/fuzz_%.o $(FUZZ_B)/libparts.a
	$(call say,LD,$@)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer -pthread -o $@ $(filter-out %.a,$^) \
		$(filter %.a,$^) -ldw -lelf -ljansson -lxml2 -lz -lstdc++

# fuzz_run OPTION: the kept inputs, and new ones; what is found lies in build/fuzz/found.
FUZZ_FOUND := $(FUZZ_B)/found
define fuzz_run
@mkdir -p $(FUZZ_FOUND) $(FUZZ_ONLY:%=$(FUZZ_B)/corpus/%)
@set -e; for target in $(FUZZ_ONLY); do \
	$(FUZZ_B)/fuzz_$$target $(1) -close_fd_mask=3 -artifact_prefix=$(FUZZ_FOUND)/$$target- \
		$(FUZZ_B)/corpus/$$target tests/fuzz/corpus/$$target 2>$(FUZZ_FOUND)/log || \
		{ tail -60 $(FUZZ_FOUND)/log; exit 1; }; \
	echo "  FUZZ $$target: $$(tail -1 $(FUZZ_FOUND)/log)"; \
done
endef

.PHONY: fuzz-parts fuzz-check
fuzz-check: deps-test $(FUZZ_ONLY:%=$(FUZZ_B)/fuzz_%)
	$(call fuzz_run,-max_total_time=$(FUZZ_CHECK_SECONDS))

fuzz: fuzz-parts
fuzz-parts: deps-test $(FUZZ_ONLY:%=$(FUZZ_B)/fuzz_%)
	$(call fuzz_run,-max_total_time=$(FUZZ_SECONDS))
