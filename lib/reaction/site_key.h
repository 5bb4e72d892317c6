/* SPDX-License-Identifier: MIT */
/* A number for the site of a violation that is the same in every process of the same files. */
#ifndef PL_SITE_KEY_H
#define PL_SITE_KEY_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/*
 * Returns a hash of the function, the cause, and module and offset of the first five frames that
 * are of no run-time library; of all frames if those are all there are. A module counts by its
 * build-id, or by its file name if it has none. So the number does not depend on where modules are
 * loaded, but another build of one of these modules has another. The command's ids (cli/site_id.c)
 * are made of names, which are not known here.
 *
 * For a violation of this thread, while its frames are on the stack. Any thread, signal handlers
 * too; no heap request, no lock.
 */
uint64_t pl_site_key(const struct phaselock_violation *violation);

#endif
