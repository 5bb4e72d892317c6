/* SPDX-License-Identifier: MIT */
/* Compresses what is written, a piece at a time. It must not know what that is. */
#define _GNU_SOURCE
#include "gzip.h"

#include "emit.h"

#include <stdlib.h>
#include <zlib.h>

#define GZIP_FORMAT 16 /* to be added to the bits of the window */

struct gzip {
	FILE *out;
	z_stream stream;
	unsigned char piece[65536];
};

struct gzip *gzip_begin(FILE *out)
{
	struct gzip *gzip = emit_checked(calloc(1, sizeof(*gzip)));

	gzip->out = out;
	if (deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_FORMAT,
			 MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK)
		emit_no_memory();
	return gzip;
}

static void compress_all(struct gzip *gzip, const void *bytes, size_t size, int flush)
{
	z_stream *stream = &gzip->stream;

	stream->next_in = (unsigned char *)(uintptr_t)bytes;
	stream->avail_in = (unsigned)size;
	do {
		stream->next_out = gzip->piece;
		stream->avail_out = sizeof(gzip->piece);
		deflate(stream, flush);
		fwrite(gzip->piece, 1, sizeof(gzip->piece) - stream->avail_out, gzip->out);
	} while (stream->avail_out == 0);
}

void gzip_write(struct gzip *gzip, const void *bytes, size_t size)
{
	compress_all(gzip, bytes, size, Z_NO_FLUSH);
}

void gzip_end(struct gzip *gzip)
{
	compress_all(gzip, NULL, 0, Z_FINISH);
	deflateEnd(&gzip->stream);
	free(gzip);
}
