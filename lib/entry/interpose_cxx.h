/* SPDX-License-Identifier: MIT */
/* The 20 replaceable operators new and delete by their mangled names, as C sees them. */
#ifndef PL_INTERPOSE_CXX_H
#define PL_INTERPOSE_CXX_H

#include "common/base.h"

/* std::align_val_t and std::nothrow_t const &, as the ABI passes them. */
typedef size_t align_val;
typedef const void *nothrow;

/* Returns the set of PHASELOCK_ENTRY_* whose operators are not all ours in this process. */
unsigned pl_interpose_cxx_elsewhere(void);

/*
 * Finds out which plain forms the program has replaced. Our other forms then go through the
 * program's own, as the standard wants it. From the constructor.
 */
void pl_interpose_cxx_give_way(void);

PL_EXPORT void *_Znwm(size_t size);
PL_EXPORT void *_Znam(size_t size);
PL_EXPORT void *_ZnwmRKSt9nothrow_t(size_t size, nothrow tag);
PL_EXPORT void *_ZnamRKSt9nothrow_t(size_t size, nothrow tag);
PL_EXPORT void *_ZnwmSt11align_val_t(size_t size, align_val alignment);
PL_EXPORT void *_ZnamSt11align_val_t(size_t size, align_val alignment);
PL_EXPORT void *_ZnwmSt11align_val_tRKSt9nothrow_t(size_t size, align_val alignment, nothrow tag);
PL_EXPORT void *_ZnamSt11align_val_tRKSt9nothrow_t(size_t size, align_val alignment, nothrow tag);
PL_EXPORT void _ZdlPv(void *block);
PL_EXPORT void _ZdaPv(void *block);
PL_EXPORT void _ZdlPvm(void *block, size_t size);
PL_EXPORT void _ZdaPvm(void *block, size_t size);
PL_EXPORT void _ZdlPvRKSt9nothrow_t(void *block, nothrow tag);
PL_EXPORT void _ZdaPvRKSt9nothrow_t(void *block, nothrow tag);
PL_EXPORT void _ZdlPvSt11align_val_t(void *block, align_val alignment);
PL_EXPORT void _ZdaPvSt11align_val_t(void *block, align_val alignment);
PL_EXPORT void _ZdlPvmSt11align_val_t(void *block, size_t size, align_val alignment);
PL_EXPORT void _ZdaPvmSt11align_val_t(void *block, size_t size, align_val alignment);
PL_EXPORT void _ZdlPvSt11align_val_tRKSt9nothrow_t(void *block, align_val alignment, nothrow tag);
PL_EXPORT void _ZdaPvSt11align_val_tRKSt9nothrow_t(void *block, align_val alignment, nothrow tag);

#endif
