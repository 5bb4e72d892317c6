/* SPDX-License-Identifier: MIT */
/*
 * The guard around a step of the filter. Inside it lie: making a map of nginx's headers, the
 * filter, and applying what it says. What a step will need of nginx's memory is reserved in front
 * of it. nginx itself, before and behind, allocates as it likes.
 *
 * Inside, a heap request of this thread is a violation of phaselock's, and what is taken of the
 * request's pools a finding: logged at level crit with the place of the guard, and counted.
 */
#ifndef GUARD_H
#define GUARD_H

#include "module.h"

struct guard {
	ngx_http_request_t *r;
	struct pools pools;
	const char *file;
	int line;
};

#define GUARD_BEGIN(guard, r) guard_begin(guard, r, __FILE__, __LINE__)

void guard_begin(struct guard *guard, ngx_http_request_t *r, const char *file, int line);
void guard_end(struct guard *guard);

#endif
