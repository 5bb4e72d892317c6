# SPDX-License-Identifier: MIT
# make coverage: which lines of lib/ the unit tests and the behaviour programs reach, over both
# backends, held to tests/coverage/floor. The floor of a file only rises: `make coverage-raise`.
ifeq ($(VARIANT),coverage)
# tests/coverage/dump.c says why so. Of libgcov it needs two members, which it carries with it.
COVERED       := -fprofile-arcs -ftest-coverage -fprofile-info-section=pl_gcov
COVERAGE      := $(B)/coverage.o
COVERAGE_ENDS := $(patsubst %,-Wl$(comma)--wrap=pl_os_%,abort trap end_at_once)
endif
COVERAGE_STREAM := $(CURDIR)/build/coverage/stream

$(B)/coverage.o: $(B)/tests/coverage/dump.o
	$(Q)ld -r -u __gcov_merge_add -o $@ $< $(shell $(CC) -print-file-name=libgcov.a)

$(B)/tests/coverage/dump.o: tests/coverage/dump.c $(B)/flags
	$(call cc,-iquote lib -fPIC -fvisibility=hidden -DPL_COVERAGE_STREAM='"$(COVERAGE_STREAM)"')

# A case may fail here, where a filter of system calls kills a process as it writes: `make test` is
# for those. One is left out: it stores into all of the library's memory, where the counts are.
# Patience: what is killed for its slowness has no counts.
COVERAGE_TESTS := $(wildcard tests/unit/test_*.c) \
                  $(filter-out %/sealed_against_stray_stores.c,$(wildcard tests/behaviour/*.c*))

.PHONY: coverage coverage-raise coverage-needs
coverage coverage-raise: deps-coverage deps-test
	$(MAKE) VARIANT=coverage coverage-needs
	rm -f $(COVERAGE_STREAM)
	-$(PYTHON) tests/run.py --build build/coverage --backend system --patience 4 \
		$(COVERAGE_TESTS)
	$(PYTHON) tests/coverage/merge.py $(COVERAGE_STREAM)
	rm -f $(COVERAGE_STREAM)
	gcovr --root . --object-directory build/coverage --filter 'lib/.*\.[ch]' \
		--json-summary build/coverage/summary.json --print-summary
	$(PYTHON) tests/coverage/floor.py $(if $(filter coverage-raise,$@),--raise) \
		build/coverage/summary.json tests/coverage/floor
