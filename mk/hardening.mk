# SPDX-License-Identifier: MIT
# What the installed files are hardened by, as a distribution's are: tools/check-hardening reads it
# off them. In front of CFLAGS, so that who builds a package has the last word. Variants have none:
# theirs is another purpose.

ifeq ($(VARIANT),)
HARDENING     := -fstack-protector-strong -fstack-clash-protection
FORTIFIED     := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
# An endbr64 would be one instruction more in malloc and free, and jemalloc as the distribution
# built it has none either: the libraries are without, and say no more than that returns are as a
# shadow stack wants them. Nor are they fortified: of all that libc checks they call memcpy(),
# twice, and what prewarms libc must call the functions that programs call.
# MACHINE: elsewhere there is no such option; nothing else is built.
LIB_HARDENING := $(HARDENING) $(if $(X86_64),-fcf-protection=return)
CLI_HARDENING := $(HARDENING) $(FORTIFIED) $(if $(X86_64),-fcf-protection=full) -fPIE
CLI_LINKED    := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
endif

.PHONY: check-hardening
check-hardening: all
	tools/check-hardening command $(B)/phaselock
	tools/check-hardening library $(B)/libphaselock.so $(B)/libphaselock-system.so
