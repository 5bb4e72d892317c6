/* SPDX-License-Identifier: MIT */
/* The name of a site that stays from build to build and from machine to machine. */
#ifndef CLI_SITE_ID_H
#define CLI_SITE_ID_H

#include "report.h"

#define SITE_ID_FRAMES 5

/*
 * Writes the id of a site: from its entry point, its cause, and module and function of the first
 * SITE_ID_FRAMES frames that are of no run-time library; of all frames if those are all there are.
 * A function that calls itself counts once. Addresses, lines, folders, build-ids, the version
 * behind ".so", suffixes of clones, versions of symbols, hashes of Rust, and the numbers of lambdas
 * and closures are left out. A frame whose function is not known counts as its module alone.
 *
 * Inlined frames are left out, since only debug information knows them: two calls that were inlined
 * into one function are one site, and a site changes its id when a compiler begins or ceases to
 * inline one of its functions. For the same reason call this with names of symbol tables; where
 * those of separate debug files count too, the static functions of a library have names on one
 * machine and none on another.
 *
 * The ids of different sites differ unless 64-bit hashes meet by chance (1 in 10^9 for 10^5 sites).
 * Whoever chooses names can make them meet, but harms only the report of his own program.
 */
void site_id(const struct report_site *site, char id[REPORT_ID_SIZE]);

#endif
