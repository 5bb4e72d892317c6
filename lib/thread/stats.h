/* SPDX-License-Identifier: MIT */
/* Statistics for the library itself; programs use the public header. */
#ifndef PL_STATS_H
#define PL_STATS_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/*
 * Adds what the process did since the last call to the sums that `phaselock run` keeps for a phase:
 * the locked one, or INIT.
 */
void pl_stats_publish(bool locked);

/* In the child of a fork: leaves what was done so far for the parent to publish. */
void pl_stats_publish_nothing(void);

#endif
