# SPDX-License-Identifier: MIT
# make test. Included after every file that adds to TEST_NEEDS, which it reads.

# ONLY=GLOB: the files of that name alone, and CASE within them as ONLY=GLOB:CASE. If all are unit
# tests or behaviour programs, only these are built.
ONLY_GLOB    := $(firstword $(subst :, ,$(ONLY)))
ONLY_FILES   := $(sort $(if $(ONLY_GLOB),$(wildcard $(foreach name,$(ONLY_GLOB) $(ONLY_GLOB).*, \
                  tests/*/$(name) tests/*/*/$(name)))))
ONLY_OTHERS  := $(filter-out tests/unit/%.c tests/behaviour/%.c tests/behaviour/%.cc,$(ONLY_FILES))
ifneq ($(if $(ONLY_OTHERS),,$(ONLY_FILES)),)
UNIT_WANTED  := $(filter $(UNIT_TESTS),$(ONLY_FILES:%.c=$(B)/%))
TEST_WANTED  := $(filter $(BEHAVIOUR_TESTS),$(addprefix $(B)/,$(basename $(ONLY_FILES)))) \
                $(NEEDS_OF_BEHAVIOUR)
MUSL_WANTED  := $(filter $(MUSL_TESTS),$(addprefix $(B)/musl/,$(basename $(ONLY_FILES))))
else
UNIT_WANTED  := $(UNIT_TESTS)
TEST_WANTED  := $(TEST_NEEDS)
MUSL_WANTED  := $(MUSL_TESTS)
endif
TEST_RUN := $(PYTHON) tests/run.py --build $(B) $(if $(ONLY),--only '$(ONLY)')

.PHONY: test musl-tests
ifeq ($(SANITIZED),)
test: all deps-test $(UNIT_WANTED) $(TEST_WANTED)
	@$(if $(UNITY),,echo \
		"skip examples/frameworks/unity: UNITY_ROOT=FOLDER does not say where" \
		"a src/unity.h lies, and no package has it")
	@if command -v musl-gcc >/dev/null; then $(MAKE) --no-print-directory musl-tests; \
		else echo "skip backend musl: musl-gcc is not on PATH"; fi
	$(TEST_RUN) --backend system $$(command -v musl-gcc >/dev/null && echo --backend musl) tests
else
test: deps-test $(UNIT_WANTED)
	$(TEST_RUN) --skip "tests/behaviour tests/command: a $(VARIANT) build of the interposer \
cannot run" tests/unit
endif

musl-tests: $(MUSL) $(MUSL_WANTED)
	@:

coverage-needs: all $(UNIT_TESTS) $(BEHAVIOUR_TESTS) $(NEEDS_OF_BEHAVIOUR)
