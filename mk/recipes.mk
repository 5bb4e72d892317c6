# SPDX-License-Identifier: MIT
# How things are compiled and linked: what the rules of all fragments call.

# V=1 shows the commands; without it, what they make.
ifndef V
Q := @
say = @echo "  $(1) $(2)"
endif

# cc OPTIONS, cxx OPTIONS: an object of one source.
define cc
@mkdir -p $(@D)
$(call say,CC,$<)
$(Q)$(CC) $(CPPFLAGS) $(1) $(ALL_CFLAGS) -MMD -MP -c $< -o $@
endef
define cxx
@mkdir -p $(@D)
$(call say,CXX,$<)
$(Q)$(CXX) $(CPPFLAGS) $(CXX_FLAGS) $(1) -MMD -MP -c $< -o $@
endef

# ld LIBRARIES: a program of objects, and of what they need of archives.
define ld
@mkdir -p $(@D)
$(call say,LD,$@)
$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(1)
endef

# program LIBRARIES, program_cxx LIBRARIES: a program of one source.
define program
@mkdir -p $(@D)
$(call say,LD,$@)
$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(1)
endef
define program_cxx
@mkdir -p $(@D)
$(call say,LD,$@)
$(Q)$(CXX) $(CPPFLAGS) $(CXX_FLAGS) -fno-builtin-malloc $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(1)
endef

# one_object NAME OPTIONS: an archive of one object, in which objcopy leaves only some names global:
# a program may have functions and a jemalloc of its own.
define one_object
$(Q)ld -r -o $(B)/$(1).o $(filter %.o,$^)
$(Q)objcopy $(2) $(B)/$(1).o
@rm -f $@
$(Q)ar rcs $@ $(B)/$(1).o
endef
