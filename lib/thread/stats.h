/* SPDX-License-Identifier: MIT */
/* Statistics for the files of the library; programs use the public header. */
#ifndef PL_STATS_H
#define PL_STATS_H

#include "common/base.h"

#include <phaselock/phaselock.h>

/*
 * Adds what the process did since the last call to the sums that `phaselock run` keeps of a phase.
 */
void pl_stats_publish(bool locked);

/* In the child of a fork: what was done so far is its parent's to publish. */
void pl_stats_publish_nothing(void);

#endif
