/* SPDX-License-Identifier: MIT */
/*
 * Reads HTTP requests and counts them: the module that the examples run with a frozen heap. It
 * knows nothing of phaselock. Its memory is taken by request_counter_create();
 * request_counter_read() asks for none, unless the counter was made to keep copies, which is the
 * mistake that the examples find.
 */
#ifndef REQUEST_COUNTER_H
#define REQUEST_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest request that is read: one with more is refused, never truncated. */
#define REQUEST_HEADERS_MAX 32
#define REQUEST_NAME_SIZE 64 /* bytes, with the terminating zero, as the two below */
#define REQUEST_VALUE_SIZE 256
#define REQUEST_URL_SIZE 256

enum request_keep {
	REQUEST_KEEP_IN_TABLE, /* header values lie in the table made at initialisation */
	REQUEST_KEEP_COPIES,   /* naive: each header value is also copied to the heap */
};

struct request_counter;

/* What was read so far, by requests that were whole and well formed. */
struct request_totals {
	uint64_t requests;
	uint64_t headers;
	uint64_t body_bytes;
};

/* Returns a counter, to be given to request_counter_destroy(), or NULL if there is no memory. */
struct request_counter *request_counter_create(enum request_keep keep);
void request_counter_destroy(struct request_counter *counter);

/*
 * Reads one request, which has to be whole. Returns whether it was well formed and fitted the
 * table; request_counter_error() says what was wrong, in a string that is valid for ever.
 */
bool request_counter_read(struct request_counter *counter, const char *bytes, size_t length);
const char *request_counter_error(const struct request_counter *counter);

/*
 * Of the request read last, if it was well formed. The strings are valid until the next one is
 * read; a header that is not there is NULL.
 */
const char *request_counter_method(const struct request_counter *counter);
const char *request_counter_url(const struct request_counter *counter);
size_t request_counter_header_count(const struct request_counter *counter);
const char *request_counter_header(const struct request_counter *counter, const char *name);

struct request_totals request_counter_totals(const struct request_counter *counter);

#endif
