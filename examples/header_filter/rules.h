/* SPDX-License-Identifier: MIT */
/* What HTTP says of single headers: which end at the next hop, and which no message may have. */
#ifndef RULES_H
#define RULES_H

#include "headers.h"

/*
 * Returns whether a message may have this header: RFC 9110 sections 5.1 and 5.5, and RFC 9113
 * section 8.3 for names that begin with a colon.
 */
bool rules_allow(const struct header *header);

/* The names that the Connection headers of a map give, in the map itself. */
struct hops {
	struct text names[FILTER_CONNECTION_NAMES];
	unsigned count;
	bool too_many;
};

/* Adds the names that header gives, if it is a Connection header. */
void hops_note(struct hops *hops, const struct header *header);

/*
 * Returns whether a header is for the next hop alone: RFC 9110 section 7.6.1. Headers without which
 * the message is another one stay, whatever Connection says; "te: trailers" too, which gRPC needs.
 */
bool hops_end(const struct hops *hops, const struct header *header);

/* Returns whether text may be a request id. */
bool rules_is_id(struct text text);

#endif
