# SPDX-License-Identifier: MIT
# Input that is damaged or hostile: docs/security.md.

# ---- copies of a library with damage in them: tests/command/damage -----------------------------------------------------------
# One round is in `make test`.
DAMAGE_ROUNDS ?= 10

.PHONY: damage
damage: all deps-test
	@rm -rf $(B)/damage && mkdir -p $(B)/damage
	$(PYTHON) -B tests/command/damage/run.py $(B) $(B)/damage $(DAMAGE_ROUNDS)

# ---- targets of libFuzzer: tests/fuzz -------------------------------------------------------------------------------------------
# Each is one reader of foreign text or bytes, with AddressSanitizer and UndefinedBehaviorSanitizer. Of the library and the
# command everything is there but the malloc family and main(); a target may bring its own double of any part.
FUZZ_B       := $(B)/fuzz
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PARTS   := $(patsubst %.c,$(FUZZ_B)/%.o,$(filter-out lib/interpose.c lib/interpose_cxx.c,$(patsubst $(B)/%.o,%.c,$(CORE_OBJECTS))) \
                $(filter-out cli/main.c,$(wildcard cli/*.c)))
FUZZ_CHECK_SECONDS ?= 3
FUZZ_ONLY    ?= $(FUZZ_TARGETS)
FUZZ_CPPFLAGS := $(CLI_CPPFLAGS) -iquote cli

$(FUZZ_B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)clang -std=c11 $(FUZZ_FLAGS) $(WARNINGS) $(FUZZ_CPPFLAGS) -pthread -MMD -MP -c $< -o $@

$(FUZZ_B)/libparts.a: $(FUZZ_PARTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

# Doubles come before the archive.
$(FUZZ_B)/fuzz_annotate $(FUZZ_B)/fuzz_naming $(FUZZ_B)/fuzz_collect: $(FUZZ_B)/tests/fuzz/symbols_double.o
$(FUZZ_B)/fuzz_unwind_tables $(FUZZ_B)/fuzz_modules: $(FUZZ_B)/tests/fuzz/module_double.o
$(FUZZ_B)/fuzz_program_file: $(FUZZ_B)/symtab_double.o
$(FUZZ_B)/symtab_double.o: $(FUZZ_B)/lib/symtab.o
	$(Q)objcopy --redefine-sym pl_os_map_file=double_map_file --redefine-sym pl_os_unmap=double_unmap \
		--redefine-sym getauxval=double_auxval $< $@

$(FUZZ_B)/fuzz_%: $(FUZZ_B)/tests/fuzz/fuzz_%.o $(FUZZ_B)/libparts.a
	$(call say,LD,$@)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer -pthread -o $@ $(filter-out %.a,$^) $(filter %.a,$^) -ldw -ljansson -lstdc++

# The kept inputs, and seconds of new ones; what is found lies in build/fuzz/found.
FUZZ_RUN = @mkdir -p $(FUZZ_B)/found $(patsubst %,$(FUZZ_B)/corpus/%,$(FUZZ_ONLY)); set -e; for target in $(FUZZ_ONLY); do \
	$(FUZZ_B)/fuzz_$$target $(1) -close_fd_mask=3 -artifact_prefix=$(FUZZ_B)/found/$$target- \
		$(FUZZ_B)/corpus/$$target tests/fuzz/corpus/$$target 2>$(FUZZ_B)/found/log || { tail -60 $(FUZZ_B)/found/log; exit 1; }; \
	echo "  FUZZ $$target: $$(tail -1 $(FUZZ_B)/found/log)"; done

.PHONY: fuzz-parts fuzz-check
fuzz-check: deps-test $(patsubst %,$(FUZZ_B)/fuzz_%,$(FUZZ_ONLY))
	$(call FUZZ_RUN,-max_total_time=$(FUZZ_CHECK_SECONDS))

fuzz: fuzz-parts
fuzz-parts: deps-test $(patsubst %,$(FUZZ_B)/fuzz_%,$(FUZZ_ONLY))
	$(call FUZZ_RUN,-max_total_time=$(FUZZ_SECONDS))

ifeq ($(SANITIZED),)
test: $(patsubst %,$(FUZZ_B)/fuzz_%,$(FUZZ_TARGETS))
endif
