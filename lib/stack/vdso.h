/* SPDX-License-Identifier: MIT */
/* What the kernel maps into each process. */
#ifndef PL_VDSO_H
#define PL_VDSO_H

/*
 * Has pl_os_clock() make no system call from now on, if the kernel has such a clock. Once, at the
 * start.
 */
void pl_vdso_start(void);

#endif
