/* SPDX-License-Identifier: MIT */
/* What the kernel maps into each process. */
#ifndef PL_VDSO_H
#define PL_VDSO_H

/*
 * From now on pl_os_clock() makes no system call, where the kernel has such a clock. Once, at the
 * start.
 */
void pl_vdso_start(void);

#endif
