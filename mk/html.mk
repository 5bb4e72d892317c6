# SPDX-License-Identifier: MIT
# The page of `phaselock report --format=html`. Its script and style are bundled into one file,
# which the tree has, so that building the command needs neither Node nor a network: `make page`
# writes it anew from tools/html, and `make check-page` compares. The libraries in it, and what
# tests it, are as tools/html/package-lock.json has them.
PAGE   := cli/html/report.html
PAGE_B := $(B)/html

# As an array, which the command contains.
$(B)/cli/html_page_text.o: $(B)/cli/html_page_text.c $(B)/flags
	$(call cc,$(CLI_HARDENING) -iquote cli)

$(B)/cli/html_page_text.c: $(PAGE) mk/html.mk
	@mkdir -p $(@D)
	$(Q)echo '#include "html_page_text.h"' >$@
	$(Q)echo 'const unsigned char html_page_text[] = {' >>$@
	$(Q)od -An -v -tu1 $< | sed 's/[0-9]\{1,\}/&,/g' >>$@
	$(Q)echo '}; const size_t html_page_size = sizeof(html_page_text);' >>$@

$(PAGE_B)/npm: tools/html/package.json tools/html/package-lock.json
	@mkdir -p $(@D) && cp $^ $(@D)
	$(call say,NPM,$(@D))
	$(Q)(cd $(@D) && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund) \
		>$@.log 2>&1 && ln -sf /bin/true $@ || echo "skip the page: $@.log says why"

PAGE_SOURCES := tools/html/bundle.mjs $(wildcard tools/html/src/*)
$(PAGE_B)/report.html: $(PAGE_B)/npm $(PAGE_SOURCES)
	$(Q)rm -rf $(@D)/src && cp -r tools/html/bundle.mjs tools/html/src $(@D)
	$(Q)test ! -e $< || (cd $(@D) && node bundle.mjs $(@F))

.PHONY: page
page: $(PAGE_B)/report.html
	cp $< $(PAGE)

check-page: $(PAGE_B)/report.html
	$(Q)if test ! -e $<; then echo "check-page: skipped, as npm gave no libraries"; \
	else cmp $< $(PAGE) || { echo "$(PAGE) is not of tools/html: make page"; false; }; fi

# ---- the test, in a browser ----------------------------------------------------------------------
REPORT_HTML := $(B)/tests/command/report_html
TEST_NEEDS  += $(REPORT_HTML) $(PAGE_B)/npm $(PAGE_B)/tests

$(REPORT_HTML).o: tests/command/report_html.c $(B)/flags
	$(call cc,-iquote lib -iquote cli)
$(REPORT_HTML): $(REPORT_HTML).o $(B)/cli/html_page_text.o \
		$(call UNIT_CLI,report_html html_calls html_points html_report html_sites \
		html_text html_tree intern profile_figures report_words emit escape place)
	$(call ld,-ljansson)

# Beside the libraries, where Node looks for them.
$(PAGE_B)/tests: $(wildcard tests/html/*) $(PAGE_B)/npm
	$(Q)mkdir -p $@ && cp $(wildcard tests/html/*) $@ && touch $@
