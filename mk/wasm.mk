# SPDX-License-Identifier: MIT
# The guard inside WebAssembly modules (wasm/README.md), and its tests. Compiled and linked in two
# steps: with -O at the link clang would run an optimizer that may not be there.
WASM_CC      ?= clang
WASM_TARGET  := --target=wasm32-wasi
WASM_CFLAGS  := -std=c11 -O2 -g0 $(WARNINGS) $(NO_BUILTIN) \
                $(patsubst %,-fno-builtin-%,aligned_alloc posix_memalign)
WASM_GUARD   := $(patsubst wasm/%.c,$(B)/wasm/%.o,$(wildcard wasm/*.c)) $(B)/wasm/lib/common/quote.o
WASM_LDFLAGS := -mexec-model=reactor @wasm/wrap.flags -Wl,--stack-first -Wl,--strip-debug
WASM_HEADERS := $(wildcard wasm/*.h) include/phaselock/phaselock.h lib/common/sized.h
# What wasm2c makes of a module, and its run-time: not ours to warn of. Without signals: bounds are
# checked one by one.
WASM2C_CFLAGS   := -O1 -w -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0
WASM2C_CPPFLAGS := -isystem /usr/share/wabt/wasm2c -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0

# wasm_cc OPTIONS: an object of a module. wasm_ld OPTIONS: a module. wasm2c_cc: an object of what
# wasm2c made.
define wasm_cc
@mkdir -p $(@D)
$(call say,CC,$@)
$(Q)$(WASM_CC) $(WASM_TARGET) $(CPPFLAGS) $(1) $(WASM_CFLAGS) -c $< -o $@
endef
define wasm_ld
$(call say,LD,$@)
$(Q)$(WASM_CC) $(WASM_TARGET) $(1) -o $@ $(filter %.o,$^)
endef
define wasm2c_cc
@mkdir -p $(@D)
$(call say,CC,$<)
$(Q)$(CC) $(WASM2C_CFLAGS) -c $< -o $@
endef

$(B)/wasm/%.o: wasm/%.c $(WASM_HEADERS) $(B)/flags
	$(call wasm_cc,-iquote lib/common)

# What it shares with the library, which is installed beside it.
$(B)/wasm/lib/%.o: lib/%.c lib/%.h $(B)/flags
	$(call wasm_cc)

$(B)/wasm/wasm-rt.o: /usr/share/wabt/wasm2c/wasm-rt-impl.c
	$(call wasm2c_cc)

# Its functions begin with w2c's form of the module's name.
$(B)/%.w2c.c: $(B)/%.wasm
	$(call say,WASM2C,$<)
	$(Q)wasm2c -n $(notdir $*) -o $@ $<

$(B)/%.w2c.o: $(B)/%.w2c.c
	$(call wasm2c_cc)

# Tests of the guard: a module of cases, the same with one thing wrong, and a program of CMocka that
# runs them.
WASM_TESTS_B := $(B)/tests/wasm
WASM_CASES   := $(WASM_TESTS_B)/cases.wasm $(WASM_TESTS_B)/unwrapped.wasm
WASM_CASES_O := $(WASM_TESTS_B)/cases.o $(WASM_TESTS_B)/traps.o
TEST_NEEDS   += $(WASM_TESTS_B)/guard

$(WASM_TESTS_B)/%.o: tests/wasm/%.c tests/wasm/case.h $(WASM_HEADERS) $(B)/flags
	$(call wasm_cc,-Iwasm)

$(WASM_TESTS_B)/cases.wasm: $(WASM_CASES_O) $(WASM_GUARD) wasm/wrap.flags
	$(call wasm_ld,$(WASM_LDFLAGS))

# Without the flags nothing is led to the guard; unwrapped.c silences the linker, which would say
# so.
$(WASM_TESTS_B)/unwrapped.wasm: $(WASM_CASES_O) $(WASM_TESTS_B)/unwrapped.o $(WASM_GUARD)
	$(call wasm_ld,-mexec-model=reactor)

$(WASM_TESTS_B)/host.o: tests/wasm/host.c $(WASM_CASES:.wasm=.w2c.o) $(B)/flags
	$(call cc,-I$(WASM_TESTS_B) $(WASM2C_CPPFLAGS))

$(WASM_TESTS_B)/guard: $(WASM_TESTS_B)/host.o $(WASM_CASES:.wasm=.w2c.o) $(B)/wasm/wasm-rt.o
	$(call ld,-lcmocka -lm)
