# SPDX-License-Identifier: MIT
# jemalloc as the distribution built it, under names of ours, without its C++ operators.
# pl_backend_malloc and pl_backend_free become second names of its functions, so that the hot path
# can jump straight into them. The one file of it that sets errno for the requests that fail gets it
# from us, which is told where the function ends that does so for pl_backend_malloc. And its sizes
# are set up by us, and the file of it that asks for pages and new arenas asks us, who try again
# when memory is short. Its code begins at a cache line, as in its own library.
JEMALLOC  = $(shell $(CC) -print-file-name=libjemalloc_pic.a)
JEMALLOC_B := $(B)/jemalloc
$(B)/jemalloc.o: lib/backend/jemalloc.syms lib/backend/jemalloc.mk
	@rm -rf $(JEMALLOC_B) && mkdir -p $(JEMALLOC_B)
	$(Q)cd $(JEMALLOC_B) && ar x $(JEMALLOC) && rm jemalloc_cpp.pic.o
	$(Q)objcopy --redefine-sym __errno_location=pl_jemalloc_errno \
		--redefine-sym je_sz_boot=pl_jemalloc_sz_boot $(JEMALLOC_B)/jemalloc.pic.o
	$(Q)objcopy --redefine-sym je_pa_alloc=pl_jemalloc_pages \
		--redefine-sym je_base_new=pl_jemalloc_base $(JEMALLOC_B)/arena.pic.o
	$(Q)ld -r -o $(JEMALLOC_B)/all.o $(JEMALLOC_B)/*.pic.o
	$(Q)objcopy --redefine-syms=lib/backend/jemalloc.syms $(JEMALLOC_B)/all.o
	$(Q)objcopy --set-section-alignment .text=64 $(JEMALLOC_B)/all.o
	$(Q)set -- $$(nm -S $(JEMALLOC_B)/all.o | grep ' T je_malloc_default$$') && objcopy \
		--add-symbol pl_je_malloc_default_end=.text:$$((0x$$1 + 0x$$2)) $(JEMALLOC_B)/all.o
	$(Q)ld -r --defsym=pl_backend_malloc=je_malloc --defsym=pl_backend_free=je_free -o $@ \
		$(JEMALLOC_B)/all.o
