/* SPDX-License-Identifier: MIT */
/* How far loaded parts of modules can be read, as the kernel sees it. Any thread; no lock. */
#ifndef PL_READABLE_H
#define PL_READABLE_H

#include "common/base.h"

#include <link.h>

/*
 * Returns whether a part of a module is there to the end, all of it of one kind. It is not if the
 * file is shorter than its headers say: then the pages behind its end are mapped, and who reads
 * them gets SIGBUS. Nor if another part begins in it: that may be mapped over it.
 */
bool pl_readable_part(uintptr_t base, const ElfW(Phdr) *headers, size_t count, size_t which);

/*
 * Returns how many bytes can be read from an address on, up to end, or to the first page that
 * cannot be, or a MiB. Time: a system call for each page.
 */
size_t pl_readable_left(uintptr_t address, uintptr_t end);

#endif
