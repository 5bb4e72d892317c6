/* SPDX-License-Identifier: MIT */
/*
 * A host without a server: it has recorded requests, makes header maps of them, and takes requests
 * through the filter one callback at a time. It knows the filter by filter.h alone, and asks the
 * heap for nothing but in host_load().
 */
#ifndef HOST_H
#define HOST_H

#include "filter.h"

#define HOST_RECORDINGS 32
#define HOST_REQUESTS 8 /* at once */

/* What clients and servers sent, as header maps. */
struct host_recordings {
	struct filter_bytes requests[HOST_RECORDINGS];
	struct filter_bytes responses[HOST_RECORDINGS];
	size_t request_count, response_count;
};

/* Reads files of recorded messages, one in each. Returns false, and says why, if one is not. */
bool host_load(struct host_recordings *recordings, char **files, int count);

/* A filter, its memory, and what it logged. */
struct host {
	struct filter *filter;
	struct filter_settings settings; /* of host_start() */
	char *log;			 /* lines, each after "I " or "W "; terminated */
	size_t log_size, log_length;
	unsigned warnings, lines;
	_Alignas(64) unsigned char memory[HOST_REQUESTS * 24576];
};

/* Starts a filter for so many requests at once. The log may be NULL; what does not fit is lost. */
void host_start(struct host *host, size_t requests, bool framed, char *log, size_t log_size);
void host_stop(struct host *host);

/* The callbacks of a request's life, in their order. */
enum host_step {
	HOST_BEGIN,
	HOST_REQUEST_HEADERS,
	HOST_CALL,
	HOST_MESSAGE,
	HOST_CALL_REPLY,
	HOST_MESSAGE_REPLY,
	HOST_RESPONSE_HEADERS,
	HOST_END,
	HOST_STEPS,
};

struct host_life {
	enum host_step next;
	struct filter_request *request;
	/* Set before HOST_BEGIN: what comes from outside. */
	struct filter_bytes request_headers, call_reply, message_reply, response_headers;
	/* Of the last step: whether there was a result, and the result. */
	bool made;
	struct filter_bytes out;
};

/* A life of the recorded messages, and replies as servers give them. */
struct host_life host_recorded_life(const struct host_recordings *recordings, size_t number,
				    bool framed);

/* Makes the next callback. Returns false if that was the last, or the pool was empty. */
bool host_step(struct host *host, struct host_life *life);

#endif
