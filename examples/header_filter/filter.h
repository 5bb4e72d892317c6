/* SPDX-License-Identifier: MIT */
/*
 * A filter of HTTP headers that knows no server: it gets header maps as bytes and gives bytes back,
 * and whoever calls it, the host, reads, sends and writes them. filter.c does all of it without the
 * heap and without stdio, in memory that the host hands over at the start; naive.c does the same
 * the usual way.
 *
 * A request's life, in this order:
 *
 *	filter_begin
 *	filter_request_headers	what to send on instead: without hop-by-hop headers, with an id
 *	filter_call		the headers of an HTTP call-out
 *	filter_message		a protobuf message for a gRPC call: a report of the headers
 *	filter_call_reply, filter_message_reply, in the order they come, if they come
 *	filter_response_headers	what to send back instead: without hop-by-hop headers, with the id,
 *				x-callout-status, x-header-verdict and x-header-label
 *	filter_end
 *
 * A header map is in the form of Proxy-Wasm: the number of headers, then the size of each name and
 * value, all 32 bits and little endian, then each name and value with a zero byte behind it. No
 * bytes at all are the empty map. Names are in lower case, as HTTP/2 has them, pseudo headers such
 * as ":path" among them; others are compared as if they were.
 *
 * What the filter cannot do it leaves: it never blocks a request. Each case is counted:
 *
 *	malformed	a map, or a message, whose sizes do not add up or whose zero bytes are
 *			missing. Headers are to be sent on as they came; a reply counts as none.
 *	too_large	the result does not fit FILTER_ARENA_SIZE, in which the headers that are
 *			left out, and a label that is not there, take eight bytes each; or the
 *			Connection headers name more than FILTER_CONNECTION_NAMES. Headers are to
 *			be sent on as they came.
 *	dropped		a header that no HTTP message may have: an empty name, another character
 *			than RFC 9110 section 5.6.2 allows in a name, a zero byte, CR or LF in a
 *			value. It is left out.
 *	no_context	the pool was empty: the host gets no request, and sends all on as it came.
 *	failed_calls	replies that say that there was none.
 *
 * Headers that occur more than once stay as often and in their order; of several x-request-id the
 * first is kept.
 *
 * Threads: a filter and its requests belong to one thread. Signals: no function may be called in a
 * handler. Time: each is linear in its input, times FILTER_CONNECTION_NAMES at worst.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes for what one call makes for one request. */
#define FILTER_ARENA_SIZE 16384

/* Names of further hop-by-hop headers in the Connection headers of one map. */
#define FILTER_CONNECTION_NAMES 32

/* Characters of a request id that comes with the request; longer ones are replaced. */
#define FILTER_ID_MAX 64

struct filter;
struct filter_request;

struct filter_bytes {
	const void *data;
	size_t size;
};

enum filter_level { FILTER_INFO, FILTER_WARNING };

/* Gets each line as it is made, without a line feed and not terminated, valid during the call. */
typedef void (*filter_log)(void *context, enum filter_level level, const char *line, size_t length);

/* All of it must live as long as the filter. */
struct filter_settings {
	/* The HTTP call-out: GET of this path at this authority. */
	const char *call_authority;
	const char *call_path;
	/* The headers to log and to report, in lower case; ends with NULL. */
	const char *const *chosen;
	/* Where request ids begin. They are unlike each other, not secret. */
	uint64_t seed;
	/* Messages have the five bytes in front that gRPC wants: not where the host adds them. */
	bool framed;
	filter_log log;
	void *log_context;
};

struct filter_counts {
	uint64_t requests; /* begun, those without a context not among them */
	uint64_t malformed;
	uint64_t too_large;
	uint64_t dropped;
	uint64_t no_context;
	uint64_t failed_calls;
};

/** Returns how many bytes of memory a filter takes for so many requests at once. */
size_t filter_size(size_t requests);

/**
 * Make a filter in memory that is aligned for any type and stays the host's. Returns NULL if size
 * is less than filter_size(1).
 */
struct filter *filter_start(void *memory, size_t size, const struct filter_settings *settings);

/** Undo filter_start(). No request may be open. The memory can go afterwards. */
void filter_stop(struct filter *filter);

/** Returns a request of the pool, or NULL if it is empty. filter_end() gives it back. */
struct filter_request *filter_begin(struct filter *filter);
void filter_end(struct filter_request *request);

/**
 * Each returns whether there is a result, which is in *out, in the filter's own memory, until the
 * next call for the same request. Without one, *out is left alone.
 */
bool filter_request_headers(struct filter_request *request, struct filter_bytes map,
			    struct filter_bytes *out);
bool filter_response_headers(struct filter_request *request, struct filter_bytes map,
			     struct filter_bytes *out);
bool filter_call(struct filter_request *request, struct filter_bytes *out);
bool filter_message(struct filter_request *request, struct filter_bytes *out);

/** Take the headers of the call-out's reply; the empty map says that there was none. */
void filter_call_reply(struct filter_request *request, struct filter_bytes map);

/** Take the reply of the gRPC call; a NULL pointer says that there was none. */
void filter_message_reply(struct filter_request *request, struct filter_bytes message);

/** Returns the request's id, terminated, until filter_end(). */
const char *filter_request_id(const struct filter_request *request);

void filter_get_counts(const struct filter *filter, struct filter_counts *out);

#endif
