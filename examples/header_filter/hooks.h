/* SPDX-License-Identifier: MIT */
/*
 * The hook points of a request on its way through the filter, for tracers: what both hosts, the one
 * of nginx and that of the tests, call. The first argument is always the request's id, terminated:
 * the one that came in x-request-id, or a new one, which then goes to the upstream and to both
 * calls in that header. So all hosts in a chain share it. A request comes by in this order; calls
 * that are not made are left out:
 *
 *	Read			the host has the request's headers: so many bytes came
 *	FiltersStart		the filter gets the request
 *	RequestHeadersStart	so many bytes of headers
 *	RequestHeadersEnd	so many are sent on; 0: all, as they came
 *	CalloutStart		the HTTP call-out: so many bytes of headers
 *	CalloutEnd		its status; 0: no reply
 *	GrpcStart		the gRPC call: so many bytes
 *	GrpcEnd			so many bytes of its reply; 0: none
 *	Router			the filter is through: the upstream is next
 *	ResponseHeadersStart	as above, for the response
 *	ResponseHeadersEnd	likewise
 *	Write			the host is through: so many bytes went to the client
 *	FiltersEnd		the filter lets go of the request
 *
 * The host of the tests makes both calls before the first reply.
 */
#ifndef HOOKS_H
#define HOOKS_H

#include "filter.h"
#include "headers.h"
#include "rules.h"

#include <phaselock/hookpoint.h>

PHASELOCK_HOOKPOINT(Read, request_id, bytes);
PHASELOCK_HOOKPOINT(FiltersStart, request_id, filter);
PHASELOCK_HOOKPOINT(RequestHeadersStart, request_id, bytes);
PHASELOCK_HOOKPOINT(RequestHeadersEnd, request_id, bytes);
PHASELOCK_HOOKPOINT(CalloutStart, request_id, bytes);
PHASELOCK_HOOKPOINT(CalloutEnd, request_id, status);
PHASELOCK_HOOKPOINT(GrpcStart, request_id, bytes);
PHASELOCK_HOOKPOINT(GrpcEnd, request_id, bytes);
PHASELOCK_HOOKPOINT(Router, request_id);
PHASELOCK_HOOKPOINT(ResponseHeadersStart, request_id, bytes);
PHASELOCK_HOOKPOINT(ResponseHeadersEnd, request_id, bytes);
PHASELOCK_HOOKPOINT(Write, request_id, bytes);
PHASELOCK_HOOKPOINT(FiltersEnd, request_id, filter);

#define HOOKS_FILTER "header_filter"

static inline const void *hooks_number(size_t number)
{
	return (const void *)(uintptr_t)number;
}

/*
 * Returns the id that a request with these headers will have: filter_request_headers() takes it
 * over, but the hook points before that need it too. It lives as long as map and request.
 */
static inline const char *hooks_id(const struct filter_request *request, struct filter_bytes map)
{
	struct headers headers;
	struct header header;

	if (!headers_open(&headers, map))
		return filter_request_id(request);
	while (headers_next(&headers, &header)) {
		if (text_is(header.name, "x-request-id") && rules_is_id(header.value))
			return header.value.at; /* a zero byte is behind each value */
	}
	return filter_request_id(request);
}

#endif
