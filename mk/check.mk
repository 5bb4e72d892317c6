# SPDX-License-Identifier: MIT
# Checks of the project itself. CHECKS: each fragment may add to it.
C_ROOMS := lib/* cli include/phaselock testing tests/unit tests/behaviour tests/harness tests/soak \
           tests/fuzz tests/oracle tests/coverage tests/command/damage tests/command/preloads \
           tests/command/preloads/* tests/wasm bench wasm tools/atlas \
           examples examples/* examples/*/*
C_FILES := $(wildcard $(foreach room,$(C_ROOMS),$(room)/*.[ch] $(room)/*.hpp))
PY_FILES = $(shell find bench examples tests tools -name '*.py') \
           $(shell grep -ls '^.!.*python3' tools/*)
CHECKS  := $(patsubst %,check-%,format width layers machines quoting exports abi hardening \
             headers requirements documents page clangd static man model atlas instructions)

.PHONY: check $(CHECKS)
check: deps-check $(CHECKS)
	@echo "check: clean"

check-format:
	clang-format --dry-run -Werror $(C_FILES)
	black --quiet --check --line-length 100 $(PY_FILES)

check-width:
	tools/check-width

check-layers: all $(WASM_GUARD)
	tools/check-layers $(B)

check-machines:
	tools/check-machines

check-quoting:
	tools/check-quoting

check-exports: $(LIBRARY) $(SYSTEM) $(MUSL)
	tools/check-exports $(LIBRARY)
	tools/check-exports $(SYSTEM)
	tools/check-exports $(MUSL)

# What was promised to programs that are built, by library: `make abi` writes what is promised now.
ABI_OF := $(LIBRARY)=libphaselock $(SYSTEM)=libphaselock-system $(MUSL)=libphaselock-system-musl \
          $(TESTING)=libphaselock-test
.PHONY: abi
check-abi abi: $(LIBRARY) $(SYSTEM) $(MUSL) $(TESTING) | deps-check
	$(Q)for one in $(ABI_OF); do \
		tools/check-abi $(if $(filter abi,$@),--write) $${one%=*} \
			lib/abi/$${one##*=}.abi || exit 1; \
	done

check-headers: $(B)/headers.ok
$(B)/headers.ok: tools/check-headers $(B)/flags \
		$(wildcard include/phaselock/* lib/*/*.h testing/*.h)
	tools/check-headers
	@touch $@

check-requirements:
	tools/check-requirements

check-documents:
	tools/check-documents

check-clangd:
	tools/check-clangd

check-man:
	mandoc -T lint -W warning docs/man/*.[137]

# Lock and gate as a model, and the faults that it must find.
check-model:
	tests/model/run $(B)/model

# ---- static analysis: a stamp for each file ------------------------------------------------------
# Made again when the file, or a header that it includes, is younger: $(CC) writes which those are.
TIDY_B      := $(B)/tidy
# MACHINE: x86-64 alone, and Debian: the path.
TIDY_MUSL   := -nostdlibinc -isystem /usr/include/x86_64-linux-musl -include lib/common/musl.h
TIDY_FILTER := $(patsubst %,$(FILTER)/wasm/%.c,plugin copies configuration say mistake)
TIDY_FILES  := $(LIB_SOURCES) $(wildcard cli/*.c testing/*.c wasm/*.c) $(TIDY_FILTER)
TIDY_FLAGS  := -std=c11 $(CPPFLAGS)
$(TIDY_B)/lib/%_musl.c.ok: TIDY_FLAGS += -iquote lib $(TIDY_MUSL)
$(TIDY_B)/lib/%.ok: TIDY_FLAGS += -iquote lib
$(TIDY_B)/cli/%.ok: TIDY_FLAGS += $(CLI_CPPFLAGS)
$(TIDY_B)/testing/%.ok: TIDY_FLAGS += $(TESTING_CPPFLAGS)
$(TIDY_B)/wasm/%.ok: TIDY_FLAGS += $(WASM_TARGET) -iquote lib/common
$(TIDY_B)/$(FILTER)/%.ok: TIDY_FLAGS += $(WASM_TARGET) -iquote $(FILTER) -Iwasm

$(TIDY_B)/%.ok: % .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$<)
	$(Q)clang -MM -MP -MT $@ -MF $@.d $(TIDY_FLAGS) $<
	$(Q)clang-tidy --quiet --warnings-as-errors='*' $< -- $(TIDY_FLAGS)
	@touch $@

$(TIDY_B)/cppcheck.ok: $(C_FILES)
	$(call say,CPPCHECK,lib cli testing wasm)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr \
		--error-exitcode=1 \
		$(CPPFLAGS) -Ilib lib cli testing wasm
	@touch $@

check-static: $(patsubst %,$(TIDY_B)/%.ok,$(TIDY_FILES)) $(TIDY_B)/cppcheck.ok

# ---- the quick ones, for a hook of git: make quick -----------------------------------------------
.PHONY: quick
QUICK_WITHOUT := $(patsubst %,tests/unit/test_%.c,cfi fork gate namer scope site)
quick: check-format check-width check-layers check-headers check-requirements check-documents \
		$(UNIT_TESTS)
	$(PYTHON) tests/run.py --build $(B) \
		$(patsubst %,--skip "%: it takes seconds",$(QUICK_WITHOUT)) \
		$(filter-out $(QUICK_WITHOUT),$(wildcard tests/unit/test_*.c))
