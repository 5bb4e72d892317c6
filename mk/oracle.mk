# SPDX-License-Identifier: MIT
# The oracle of the unwinder (tests/oracle): the library, of the same objects, with functions in
# front of those that walk call stacks, which have libgcc walk them too. `planted`: with faults.
ORACLE         := $(B)/oracle/libphaselock.so.$(SOVERSION)
ORACLE_PLANTED := $(B)/oracle/planted/libphaselock.so.$(SOVERSION)
ORACLE_OBJECTS := $(patsubst %,$(B)/tests/oracle/%.o,unwind_oracle counts)
ORACLE_WRAP    := -Wl,--wrap=pl_unwind -Wl,--wrap=pl_unwind_passes -Wl,--wrap=pl_unwind_find
TEST_NEEDS     += $(ORACLE) $(ORACLE_PLANTED)

$(B)/tests/oracle/%.o: tests/oracle/%.c $(B)/flags
	$(call cc,$(LIB_OPTIONS))

$(ORACLE_PLANTED): ORACLE_WRAP += -Wl,--wrap=pl_cfi_step -Wl,--wrap=pl_quick_step \
	-Wl,--wrap=pl_quick_run
$(ORACLE_PLANTED): $(B)/tests/oracle/planted_fault.o
$(ORACLE) $(ORACLE_PLANTED): $(LIB_OBJECTS) $(ORACLE_OBJECTS) lib/entry/exports.map $(B)/ldflags
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_CFLAGS) -shared-libgcc $(SHARED_LDFLAGS) -Wl,-z,initfirst \
		-Wl,-soname,$(@F) $(ORACLE_WRAP) $(LDFLAGS) -o $@ $(filter %.o,$^) -lm

# The behaviour programs over it, but for the slow ones; UNWINDING_ONLY=GLOB: all of that name.
.PHONY: check-unwinding
check-unwinding: all deps-test $(ORACLE) $(BEHAVIOUR_TESTS) $(SYSTEM_BY_NAME) $(PRELOADS_B)/program
	tools/check-unwinding $(B) $(if $(UNWINDING_ONLY),'$(UNWINDING_ONLY)')
