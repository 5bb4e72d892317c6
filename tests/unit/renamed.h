/* SPDX-License-Identifier: MIT */
/*
 * The library's malloc family under the names that the unit tests give it; the plain names are
 * libc's.
 */
#ifndef TEST_RENAMED_H
#define TEST_RENAMED_H

#include <stddef.h>

void *pl_test_malloc(size_t size);
void *pl_test_calloc(size_t count, size_t size);
void *pl_test_realloc(void *block, size_t size);
void *pl_test_reallocarray(void *block, size_t count, size_t size);
void pl_test_free(void *block);
void pl_test_cfree(void *block);
int pl_test_posix_memalign(void **out, size_t alignment, size_t size);
void *pl_test_aligned_alloc(size_t alignment, size_t size);
void *pl_test_memalign(size_t alignment, size_t size);
void *pl_test_valloc(size_t size);
void *pl_test_pvalloc(size_t size);
size_t pl_test_malloc_usable_size(void *block);
void pl_test_free_sized(void *block, size_t size);
void pl_test_free_aligned_sized(void *block, size_t alignment, size_t size);

void *pl_test__Znwm(size_t size);
void *pl_test__Znam(size_t size);
void *pl_test__ZnwmRKSt9nothrow_t(size_t size, const void *tag);
void *pl_test__ZnamRKSt9nothrow_t(size_t size, const void *tag);
void *pl_test__ZnwmSt11align_val_t(size_t size, size_t alignment);
void *pl_test__ZnamSt11align_val_t(size_t size, size_t alignment);
void *pl_test__ZnwmSt11align_val_tRKSt9nothrow_t(size_t size, size_t alignment, const void *tag);
void *pl_test__ZnamSt11align_val_tRKSt9nothrow_t(size_t size, size_t alignment, const void *tag);
void pl_test__ZdlPv(void *block);
void pl_test__ZdaPv(void *block);
void pl_test__ZdlPvm(void *block, size_t size);
void pl_test__ZdaPvm(void *block, size_t size);
void pl_test__ZdlPvRKSt9nothrow_t(void *block, const void *tag);
void pl_test__ZdaPvRKSt9nothrow_t(void *block, const void *tag);
void pl_test__ZdlPvSt11align_val_t(void *block, size_t alignment);
void pl_test__ZdaPvSt11align_val_t(void *block, size_t alignment);
void pl_test__ZdlPvmSt11align_val_t(void *block, size_t size, size_t alignment);
void pl_test__ZdaPvmSt11align_val_t(void *block, size_t size, size_t alignment);
void pl_test__ZdlPvSt11align_val_tRKSt9nothrow_t(void *block, size_t alignment, const void *tag);
void pl_test__ZdaPvSt11align_val_tRKSt9nothrow_t(void *block, size_t alignment, const void *tag);

#endif
