/* SPDX-License-Identifier: MIT */
/* The page of html/report.html, as the build has made it an array; see mk/html.mk. */
#ifndef CLI_HTML_PAGE_TEXT_H
#define CLI_HTML_PAGE_TEXT_H

#include <stddef.h>

extern const unsigned char html_page_text[];
extern const size_t html_page_size;

#endif
