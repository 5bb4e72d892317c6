# SPDX-License-Identifier: MIT
# The examples that are programs, and the demo. The header filter has a fragment of its own.
EXAMPLES := $(patsubst %,$(B)/examples/%, \
              ten_lines quickstart test_parser test_can test_can_with_bug)
EXAMPLE_CAN := $(patsubst %,$(B)/examples/unit_tests/%.o,test_can can_codec can_receiver) $(TESTING)
TEST_NEEDS += $(EXAMPLES)

$(B)/examples/%.o: examples/%.c $(B)/flags
	$(call cc)

$(B)/examples/%.o: examples/%.cc $(B)/flags
	$(call cxx)

$(B)/examples/ten_lines: $(B)/examples/ten_lines.o
$(B)/examples/quickstart: EXAMPLE_LIBS := -lhttp_parser
$(B)/examples/quickstart: $(B)/examples/quickstart.o $(B)/examples/request_counter.o
$(B)/examples/test_parser: EXAMPLE_LIBS := -lhttp_parser -lcmocka
$(B)/examples/test_parser: $(B)/examples/cmocka/test_parser.o $(B)/examples/request_counter.o \
		$(TESTING)
$(B)/examples/test_can $(B)/examples/test_can_with_bug: EXAMPLE_LIBS := -lm -lcmocka
$(B)/examples/test_can: $(EXAMPLE_CAN) $(B)/examples/unit_tests/can_note.o
$(B)/examples/test_can_with_bug: $(EXAMPLE_CAN) $(B)/examples/unit_tests/can_note_with_bug.o
$(EXAMPLES): $(B)/ldflags | $(LIBRARY)
	$(call ld,-rdynamic $(TEST_LDFLAGS) $(EXAMPLE_LIBS))

# The same assertions in other frameworks, one example for each. An example whose framework is not
# here is not built, and its cases are skipped. No package has Unity: UNITY_ROOT=FOLDER says where
# src/unity.h lies.
UNITY      := $(if $(UNITY_ROOT),$(patsubst %/,%,$(dir $(wildcard $(UNITY_ROOT)/src/unity.h))))
CATCH2     := $(wildcard /usr/include/catch2/catch.hpp)
CRITERION  := $(wildcard /usr/include/criterion/criterion.h)
FRAMEWORKS := $(patsubst %,$(B)/examples/frameworks/%,plain check googletest cpputest \
                $(if $(CATCH2),catch2) $(if $(CRITERION),criterion) $(if $(UNITY),unity))
TEST_NEEDS += $(FRAMEWORKS)
$(B)/examples/frameworks/check: FRAMEWORK_LIBS = $(shell pkg-config --libs check)
$(B)/examples/frameworks/googletest: FRAMEWORK_LIBS = $(shell pkg-config --libs gtest) -lstdc++ -lm
$(B)/examples/frameworks/cpputest: FRAMEWORK_LIBS = $(shell pkg-config --libs cpputest) -lstdc++ -lm
$(B)/examples/frameworks/catch2: FRAMEWORK_LIBS := -lCatch2WithMain -lstdc++ -lm
$(B)/examples/frameworks/criterion: FRAMEWORK_LIBS := -lcriterion
$(B)/examples/frameworks/unity: FRAMEWORK_LIBS := -w -I$(UNITY) $(UNITY)/unity.c
$(B)/examples/frameworks/unity.o: CPPFLAGS += -isystem $(UNITY)

$(FRAMEWORKS): %: %.o $(B)/examples/request_counter.o $(TESTING) $(B)/ldflags | $(LIBRARY)
	$(call ld,-rdynamic $(TEST_LDFLAGS) -lhttp_parser $(FRAMEWORK_LIBS))

.PHONY: demo
demo: all deps-test $(EXAMPLES)
	@examples/demo.sh $(B)
