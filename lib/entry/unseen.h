/* SPDX-License-Identifier: MIT */
/* Modules whose requests go past the library, for the files of the library. */
#ifndef PL_UNSEEN_H
#define PL_UNSEEN_H

/*
 * Takes note of the modules that are there at the start. Among them a library that defines malloc
 * is an allocator, in front of ours or behind it, which phaselock_armed() tells; a module that
 * comes later and calls a malloc of its own is a plug-in that goes past the library. From the
 * constructor.
 */
void pl_unseen_start(void);

#endif
