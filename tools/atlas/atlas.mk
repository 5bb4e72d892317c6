# SPDX-License-Identifier: MIT
# The atlas: what the functions of the C and C++ libraries ask of the heap. The compiler must not
# know these functions, nor replace one by another. The atlas looks up names as the library does.
ATLAS_C      := $(filter-out harness,$(notdir $(basename $(wildcard tools/atlas/*.c))))
ATLAS_PARTS  := report/advice report/callee common/format common/quote \
                common/runtime $(OS_PARTS) \
                $(patsubst %,stack/%,build_id dynamic executable module readable segment exported \
                symbols symtab)
ATLAS_FLAGS  := -g -O1 -fno-builtin -pthread -Iinclude -iquote lib
ATLAS_LIB    := $(patsubst %,$(B)/lib/%.o,$(ATLAS_PARTS) report/advice_table \
                  $(patsubst %,stack/%,loaded chain object))
ATLAS_MUSL   := $(patsubst %,$(B)/musl/%.o,$(ATLAS_PARTS) report/advice_table_musl \
                  $(patsubst %,stack/%,loaded chain_musl object_musl))
ATLAS        := $(B)/atlas/c $(B)/atlas/cxx $(B)/musl/atlas/c

$(B)/atlas/%.o: tools/atlas/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=c11 $(ATLAS_FLAGS) -MMD -MP -c $< -o $@

$(B)/atlas/%.o: tools/atlas/%.cc $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CXX) -std=c++17 $(ATLAS_FLAGS) -MMD -MP -c $< -o $@

$(B)/musl/atlas/%.o: tools/atlas/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)musl-gcc -std=c11 $(ATLAS_FLAGS) $(MUSL_HEADERS) -MMD -MP -c $< -o $@

$(B)/atlas/c: $(patsubst %,$(B)/atlas/%.o,harness $(ATLAS_C)) $(ATLAS_LIB) | $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) -pthread -o $@ $(filter %.o,$^) $(TEST_LDFLAGS)

$(B)/atlas/cxx: $(patsubst %,$(B)/atlas/%.o,harness cxx) $(ATLAS_LIB) | $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CXX) -pthread -o $@ $(filter %.o,$^) $(TEST_LDFLAGS)

$(B)/musl/atlas/c: $(patsubst %,$(B)/musl/atlas/%.o,harness $(filter-out glibc,$(ATLAS_C))) \
		$(ATLAS_MUSL) | $(MUSL)
	$(call say,LD,$@)
	$(Q)musl-gcc -pthread -Wl,--eh-frame-hdr -o $@ $(filter %.o,$^) $(MUSL_LDFLAGS)

.PHONY: atlas check-atlas
atlas: deps-check $(ATLAS)
	$(PYTHON) -B tools/atlas/make.py $(B)

check-atlas: $(ATLAS)
	$(PYTHON) -B tools/atlas/make.py --check $(B)

