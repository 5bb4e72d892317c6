# SPDX-License-Identifier: MIT
# The header filter: in tests, under a fuzzer, in nginx, as a Proxy-Wasm plugin (README.md beside
# this file).
FILTER   := examples/header_filter
FILTER_B := $(B)/$(FILTER)
FILTER_CPPFLAGS := -I$(FILTER_B) -iquote $(FILTER)
FILTER_OBJECTS  := $(patsubst %,$(FILTER_B)/%.o,filter headers rules line report header_review.pb)
FILTER_MESSAGES := $(FILTER_B)/header_review.pb.h $(FILTER_B)/header_review.pb-c.h

# ---- messages: nanopb for the filter, protobuf-c for the naive one, Python for the gRPC server ---
# protoc OPTIONS
define protoc
@mkdir -p $(@D)
$(call say,GEN,$@)
$(Q)protoc -I$(FILTER) $(1) $<
endef

$(FILTER_B)/header_review.pb.c $(FILTER_B)/header_review.pb.h &: \
		$(FILTER)/header_review.proto $(FILTER)/header_review.options
	$(call protoc,--nanopb_out=$(FILTER_B) --nanopb_opt=-f$(FILTER)/header_review.options)

$(FILTER_B)/header_review.pb-c.c $(FILTER_B)/header_review.pb-c.h &: $(FILTER)/header_review.proto
	$(call protoc,--c_out=$(FILTER_B))

$(FILTER_B)/header_review_pb2.py: $(FILTER)/header_review.proto
	$(call protoc,--python_out=$(FILTER_B))

$(FILTER_B)/%.o: $(FILTER)/%.c $(FILTER_MESSAGES) $(B)/flags
	$(call cc,$(FILTER_CPPFLAGS) -fPIC)

# What generators wrote has no warnings to heed.
$(FILTER_B)/%.o: $(FILTER_B)/%.c $(B)/flags
	$(call cc,$(FILTER_CPPFLAGS) -w -fPIC)

# ---- tests, each with the filter and with the naive one ------------------------------------------
# The frame of a call in tail position would be lost.
FILTER_NAIVE  := $(addprefix $(FILTER_B)/,naive.o naive_list.o naive_report.o naive_table.o \
                   headers.o rules.o)
FILTER_HOST   := $(addprefix $(FILTER_B)/,tests/host.o tests/maps.o tests/recordings.o \
                   header_review.pb-c.o)
FILTER_NAMES  := $(addprefix $(FILTER_B)/tests/,test_rules test_malformed test_limits test_replies \
                   test_heap lives)
FILTER_TEST_PROGRAMS := $(FILTER_NAMES:=_filter) $(FILTER_NAMES:=_naive)
FILTER_LIBS   := -rdynamic $(TEST_LDFLAGS) -lcmocka -lhttp_parser -lprotobuf-c -lprotobuf-nanopb
TEST_NEEDS    += $(FILTER_TEST_PROGRAMS)
$(FILTER_B)/naive%.o: ALL_CFLAGS += -fno-optimize-sibling-calls
$(FILTER_B)/tests/%.o: FILTER_CPPFLAGS += -iquote $(FILTER)/tests

FILTER_EACH    := $(FILTER_HOST) $(TESTING)
$(FILTER_B)/tests/%_filter: $(FILTER_B)/tests/%.o $(FILTER_OBJECTS) $(FILTER_EACH) | $(LIBRARY)
	$(call ld,$(FILTER_LIBS))

$(FILTER_B)/tests/%_naive: $(FILTER_B)/tests/%.o $(FILTER_NAIVE) $(FILTER_EACH) | $(LIBRARY)
	$(call ld,$(FILTER_LIBS))

# ---- the fuzzer: both filters with sanitizers, without the library, naive.c under other names ----
FILTER_FUZZ_B := $(FILTER_B)/fuzz
FILTER_FUZZ   := $(FILTER_FUZZ_B)/fuzz_filter
FUZZ_FLAGS    := -g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_SECONDS  ?= 60
FUZZ_OBJECTS  := $(patsubst $(FILTER_B)/%,$(FILTER_FUZZ_B)/%,$(filter-out %.pb-c.o, \
                   $(FILTER_OBJECTS) $(filter $(FILTER_B)/naive%,$(FILTER_NAIVE))))
FUZZ_NAIVE    := $(filter $(FILTER_FUZZ_B)/naive%,$(FUZZ_OBJECTS))
TEST_NEEDS    += $(FILTER_FUZZ)

$(FILTER_FUZZ_B)/%.o: CC := clang
$(FILTER_FUZZ_B)/%.o: ALL_CFLAGS := -std=c11 $(FUZZ_FLAGS)
$(FILTER_FUZZ_B)/%.o: $(FILTER)/%.c $(FILTER_MESSAGES) $(B)/flags
	$(call cc,$(FILTER_CPPFLAGS))

$(FILTER_FUZZ_B)/%.o: $(FILTER_B)/%.c $(B)/flags
	$(call cc,$(FILTER_CPPFLAGS) -w)

# What is not in the naive filter's own files keeps its name, and is there once.
FUZZ_RENAMED := start stop size begin end request_headers response_headers call message call_reply \
                message_reply request_id get_counts
$(FILTER_FUZZ_B)/naive_all.o: $(FUZZ_NAIVE)
	$(Q)ld -r -o $@ $^
	$(Q)objcopy $(foreach name,$(FUZZ_RENAMED),--redefine-sym filter_$(name)=naive_$(name)) \
		$(patsubst %,--localize-symbol=report_%,note read_verdict) $@

$(FILTER_FUZZ): $(FILTER)/fuzz/fuzz_filter.c $(FILTER_FUZZ_B)/naive_all.o \
		$(filter-out $(FUZZ_NAIVE),$(FUZZ_OBJECTS)) $(FILTER_FUZZ_B)/header_review.pb-c.o
	$(call say,LD,$@)
	$(Q)clang -std=c11 $(FUZZ_FLAGS) -fsanitize=fuzzer $(CPPFLAGS) $(FILTER_CPPFLAGS) -Wall \
		-Wextra $(WERROR_FLAG) -MMD -MP -MF $@.d -o $@ $(filter %.c %.o,$^) \
		-lprotobuf-c -lprotobuf-nanopb

.PHONY: fuzz
fuzz: deps-test $(FILTER_FUZZ)
	@mkdir -p $(FILTER_FUZZ_B)/found $(FILTER_FUZZ_B)/corpus
	$(FILTER_FUZZ) -max_total_time=$(FUZZ_SECONDS) -max_len=8192 \
		-dict=$(FILTER)/fuzz/names.dict -artifact_prefix=$(FILTER_FUZZ_B)/found/ \
		$(FILTER_FUZZ_B)/corpus $(FILTER)/fuzz/corpus

# ---- in nginx: a dynamic module ------------------------------------------------------------------
# By nginx's own configure and the flags of the distribution's nginx, in links to its source.
FILTER_NGINX_B := $(FILTER_B)/nginx/src
FILTER_NGINX   := $(wildcard $(FILTER)/nginx/*.c)
FILTER_MODULE  := $(FILTER_NGINX_B)/objs/ngx_http_header_review_module.so
NGINX_SOURCE   := /usr/share/nginx/src
TEST_NEEDS     += $(FILTER_MODULE) $(FILTER_B)/header_review_pb2.py

# Made again when there are other files.
$(FILTER_B)/nginx/files: always
	@mkdir -p $(@D)
	@echo '$(FILTER_NGINX)' | cmp -s - $@ || echo '$(FILTER_NGINX)' > $@

$(FILTER_NGINX_B)/objs/Makefile: SHELL := /bin/bash
$(FILTER_NGINX_B)/objs/Makefile: $(FILTER)/nginx/config $(FILTER_B)/nginx/files | $(FILTER_OBJECTS)
	@rm -rf $(@D) && mkdir -p $(@D)
	$(call say,CONF,$@)
	$(Q)ln -sfn $(addprefix $(NGINX_SOURCE)/,auto src configure) $(FILTER_NGINX_B)
	$(Q)cd $(FILTER_NGINX_B) && export FILTER_OBJECTS="$(abspath $(FILTER_OBJECTS))" \
		FILTER_INCLUDES="$(abspath $(FILTER) include $(FILTER_B))" && \
		. $(NGINX_SOURCE)/conf_flags && ./configure "$${NGX_CONF_FLAGS[@]}" \
			--with-cc=$(CC) --with-cc-opt="-g -O2 -fPIC -std=gnu11" \
			--add-dynamic-module=$(abspath $(FILTER)/nginx) >configure.log || \
		{ tail -5 configure.log; exit 1; }

$(FILTER_MODULE): $(FILTER_NGINX_B)/objs/Makefile $(wildcard $(FILTER)/nginx/*.[ch]) \
		$(FILTER_OBJECTS) $(FILTER)/hooks.h \
		include/phaselock/phaselock.h include/phaselock/hookpoint.h
	$(call say,LD,$@)
	$(Q)MAKEFLAGS= $(MAKE) -s -C $(FILTER_NGINX_B) -f objs/Makefile modules
	@touch $@

# ---- as a Proxy-Wasm plugin ----------------------------------------------------------------------
# header_filter.wasm, the same without the linker's options, and the CMocka program that hosts both.
FILTER_WASM_B  := $(FILTER_B)/wasm
FILTER_WASM    := $(FILTER_WASM_B)/header_filter.wasm
FILTER_PLUGIN  := $(FILTER_WASM_B)/test_plugin
FILTER_NANOPB  := $(FILTER_WASM_B)/nanopb
FILTER_WASM_OBJECTS  := $(patsubst %,$(FILTER_WASM_B)/%.o,filter headers rules line report \
                          header_review.pb pb_common pb_encode pb_decode plugin configuration \
                          copies say mistake)
FILTER_WASM_CPPFLAGS := $(FILTER_CPPFLAGS) -Iwasm -isystem $(FILTER_NANOPB)
FILTER_WASM_HEADERS  := $(wildcard $(FILTER)/*.h $(FILTER)/wasm/*.h) $(WASM_HEADERS) \
                        $(FILTER_NANOPB)/pb_decode.c $(B)/flags
TEST_NEEDS     += $(FILTER_WASM) $(FILTER_PLUGIN)

# nanopb's own files are fetched once; `make clean` fetches them again.
$(FILTER_NANOPB)/pb_decode.c:
	$(call say,APT,$(@D))
	$(Q)$(FILTER)/wasm/nanopb-source $(@D)
$(patsubst %,$(FILTER_NANOPB)/pb_%.c,common encode): $(FILTER_NANOPB)/pb_decode.c

$(FILTER_WASM_B)/pb_%.o: $(FILTER_NANOPB)/pb_%.c $(B)/flags
	$(call wasm_cc,-w)

$(FILTER_WASM_B)/%.o: $(FILTER_B)/%.c $(FILTER_NANOPB)/pb_decode.c $(B)/flags
	$(call wasm_cc,$(FILTER_WASM_CPPFLAGS) -w)

$(FILTER_WASM_B)/%.o: $(FILTER)/%.c $(FILTER_WASM_HEADERS) $(FILTER_B)/header_review.pb.h
	$(call wasm_cc,$(FILTER_WASM_CPPFLAGS))

$(FILTER_WASM_B)/%.o: $(FILTER)/wasm/%.c $(FILTER_WASM_HEADERS)
	$(call wasm_cc,$(FILTER_WASM_CPPFLAGS))

$(FILTER_WASM): $(FILTER_WASM_OBJECTS) $(WASM_GUARD) wasm/wrap.flags
	$(call wasm_ld,$(WASM_LDFLAGS))

$(FILTER_WASM_B)/unwrapped_filter.wasm: $(FILTER_WASM_OBJECTS) $(WASM_GUARD) \
		$(WASM_TESTS_B)/unwrapped.o
	$(call wasm_ld,-mexec-model=reactor)

FILTER_WASM_HOST := $(patsubst %,$(FILTER_WASM_B)/%.o,test_plugin lives hosted fake_host)
FILTER_WASM_W2C  := $(patsubst %,$(FILTER_WASM_B)/%.w2c.o,header_filter unwrapped_filter)
$(FILTER_WASM_HOST): $(FILTER_WASM_B)/%.o: $(FILTER)/wasm/%.c $(FILTER_WASM_W2C) $(B)/flags
	$(call cc,$(FILTER_CPPFLAGS) -I$(FILTER_WASM_B) $(WASM2C_CPPFLAGS))

$(FILTER_PLUGIN): $(FILTER_WASM_HOST) $(FILTER_WASM_W2C) $(B)/wasm/wasm-rt.o $(FILTER_OBJECTS) \
		$(TESTING) | $(LIBRARY)
	$(call ld,-rdynamic $(TEST_LDFLAGS) -lcmocka -lprotobuf-nanopb -lm)

.PHONY: demo-filter
demo-filter: all deps-test $(FILTER_TEST_PROGRAMS) $(FILTER_MODULE) $(FILTER_WASM) \
		$(FILTER_PLUGIN) \
		$(FILTER_B)/header_review_pb2.py
	@$(FILTER)/demo.sh $(B)
