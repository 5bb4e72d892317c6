/* SPDX-License-Identifier: MIT */
/* How far loaded parts of modules can be read, as the kernel sees it. Any thread; no lock. */
#ifndef PL_READABLE_H
#define PL_READABLE_H

#include "common/base.h"

#include <link.h>

/*
 * Returns whether a part of a module can be read to its end, and is all of one kind. If the file is
 * shorter than its headers say, it is not: the pages past the end of the file are mapped, but
 * whoever reads them gets SIGBUS. Nor is it if another part begins in it, which may be mapped over
 * it.
 */
bool pl_readable_part(uintptr_t base, const ElfW(Phdr) *headers, size_t count, size_t which);

/*
 * Returns how many bytes can be read from an address on, up to end, the first page that cannot be
 * read, or a MiB. Time: a system call for each page.
 */
size_t pl_readable_left(uintptr_t address, uintptr_t end);

#endif
