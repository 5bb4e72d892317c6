/* SPDX-License-Identifier: MIT */
/* Modules whose requests go past the library, for the library itself. */
#ifndef PL_UNSEEN_H
#define PL_UNSEEN_H

/*
 * Notes which modules are there at the start. One of these that defines malloc is an allocator, in
 * front of ours or behind it, which is for phaselock_armed() to tell. A module that comes later and
 * calls its own malloc is a plug-in that goes past the library. From the constructor.
 */
void pl_unseen_start(void);

#endif
