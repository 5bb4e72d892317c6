# SPDX-License-Identifier: MIT
# Benchmarks: docs/performance.md.
BENCH         := $(patsubst %.c,$(B)/%,$(filter-out bench/global_counters.c, \
                   $(wildcard bench/*.c))) $(B)/bench/symbols-exported
BENCH_LIBRARY := $(B)/bench/libglobal-counters.so
BENCH_RUN     := $(PYTHON) -B bench/run.py --build $(B)

# Most benchmarks do not know the library, which is preloaded. These call it.
BENCH_CALLERS := $(patsubst %,$(B)/bench/%,violation latency promise symbols symbols-exported)
$(BENCH_CALLERS): BENCH_LIBS = $(TEST_LDFLAGS)
$(BENCH_CALLERS): | $(LIBRARY)

$(B)/bench/%: bench/%.c $(B)/flags $(B)/ldflags
	$(call program,$(BENCH_LIBS))

$(B)/bench/symbols-exported: bench/symbols.c $(B)/flags $(B)/ldflags
	$(call program,-rdynamic $(BENCH_LIBS))

# Parts of the library below their own names.
BENCH_UNWIND := $(patsubst lib/%.c,$(B)/lib/%.o,$(filter-out %_musl.c,$(wildcard lib/stack/*.c))) \
                $(patsubst %,$(B)/lib/%.o,$(OS_PARTS) $(patsubst %,common/%,format quote runtime))
$(B)/bench/unwind: private CPPFLAGS += -iquote lib
$(B)/bench/unwind: $(BENCH_UNWIND)
$(B)/bench/unwind: BENCH_LIBS = $(BENCH_UNWIND)

$(B)/bench/mix-lsan: bench/mix.c $(B)/flags $(B)/ldflags
	$(call program,-fsanitize=leak)

$(BENCH_LIBRARY): bench/global_counters.c $(B)/flags
	$(call program,-fPIC -fno-builtin -shared)

# The command suite runs the tools that count and compare.
TEST_NEEDS += $(patsubst %,$(B)/bench/%,measure pair mix violate)

.PHONY: bench bench-full bench-programs bench-report performance check-instructions
bench-programs: $(LIBRARY) $(BENCH) $(BENCH_LIBRARY) $(B)/bench/mix-lsan \
		$(B)/phaselock
	@:

bench: deps-bench bench-programs
	$(BENCH_RUN) quick

bench-full: deps-bench bench-programs
	$(BENCH_RUN) full

# Writes the tables of docs/performance.md from the results of the two targets above.
bench-report:
	$(PYTHON) -B bench/report.py --build $(B) docs/performance.md

performance: deps-bench bench-programs
	$(BENCH_RUN) quick full
	$(MAKE) --no-print-directory bench-report

check-instructions: $(LIBRARY) $(B)/bench/pair $(B)/bench/mix $(B)/bench/violate
	$(PYTHON) -B bench/instructions.py --build $(B)

