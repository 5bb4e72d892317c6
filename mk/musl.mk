# SPDX-License-Identifier: MIT
# The library for programs of musl, over their own allocator, and the tests that are built for musl
# too. The kernel's headers are the same for both C libraries. It has no .preinit_array, no C++
# here, no unwind tables, and no probes.
MUSL_REPLACED := stack/object stack/chain life/before_main report/advice_table
MUSL_OBJECTS  := $(patsubst $(B)/lib/%,$(B)/musl/%,$(filter-out $(MUSL_REPLACED:%=$(B)/lib/%.o) \
                   $(B)/lib/common/usdt.o,$(CORE_OBJECTS))) \
                 $(patsubst %,$(B)/musl/%.o,$(MUSL_REPLACED:=_musl) backend/backend_musl \
                   thread/phase_zero common/usdt_none)
# MACHINE: x86-64 alone, and Debian: the path.
MUSL_HEADERS  = $(patsubst %,-idirafter %,$(shell $(CC) -print-file-name=include) \
                  /usr/include/x86_64-linux-gnu /usr/include)
MUSL         := $(B)/musl/libphaselock-system.so
MUSL_LDFLAGS := -L$(B)/musl -Wl,-rpath,$(abspath $(B)/musl) -Wl,--no-as-needed -lphaselock-system

.PHONY: musl
musl: deps-test $(MUSL)

$(B)/musl/%.o: lib/%.c lib/common/musl.h $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)musl-gcc $(CPPFLAGS) $(ALL_CFLAGS) $(LIB_OPTIONS) $(MUSL_HEADERS) \
		-include lib/common/musl.h -MMD -MP -c $< -o $@

$(MUSL): $(MUSL_OBJECTS) lib/entry/exports.map $(B)/ldflags
	$(call say,LD,$@)
	$(Q)musl-gcc -shared $(ALL_CFLAGS) $(SHARED_LDFLAGS) -Wl,-soname,$(@F) -Wl,--eh-frame-hdr \
		$(LDFLAGS) -o $@ $(MUSL_OBJECTS)

# Behaviour programs that say `libc: musl`.
MUSL_TESTS := $(patsubst %.c,$(B)/musl/%,$(shell grep -l '^ \* libc: .*musl' tests/behaviour/*.c))

$(B)/musl/tests/behaviour/%: tests/behaviour/%.c lib/common/musl.h $(B)/flags $(B)/ldflags | $(MUSL)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)musl-gcc $(CPPFLAGS) $(ALL_CFLAGS) -include lib/common/musl.h -rdynamic \
		-Wl,--eh-frame-hdr -MMD -MP -MF $@.d $< -o $@ $(MUSL_LDFLAGS)
