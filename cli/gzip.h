/* SPDX-License-Identifier: MIT */
/* A stream of gzip into a FILE, by zlib. */
#ifndef CLI_GZIP_H
#define CLI_GZIP_H

#include "common/base.h"

#include <stdio.h>

struct gzip;

/* Want of memory ends the command; if the stream fails, so does all that follows. */
struct gzip *gzip_begin(FILE *out);
void gzip_write(struct gzip *gzip, const void *bytes, size_t size);
void gzip_end(struct gzip *gzip);

#endif
