/* SPDX-License-Identifier: MIT */
/*
 * The C++ operators new and delete for programs in C: readable names for the mangled ones of the
 * Itanium C++ ABI. A nothrow tag is passed as a reference to an empty object, so any address will
 * do.
 */
#ifndef CXX_NAMES_H
#define CXX_NAMES_H

#include <stddef.h>

extern void *new_plain(size_t size) __asm__("_Znwm");
extern void *new_array(size_t size) __asm__("_Znam");
extern void *new_nothrow(size_t size, const void *tag) __asm__("_ZnwmRKSt9nothrow_t");
extern void *new_array_nothrow(size_t size, const void *tag) __asm__("_ZnamRKSt9nothrow_t");
extern void *new_aligned(size_t size, size_t alignment) __asm__("_ZnwmSt11align_val_t");
extern void *new_array_aligned(size_t size, size_t alignment) __asm__("_ZnamSt11align_val_t");
extern void *new_aligned_nothrow(size_t size, size_t alignment,
				 const void *tag) __asm__("_ZnwmSt11align_val_tRKSt9nothrow_t");
extern void *new_array_aligned_nothrow(size_t size, size_t alignment, const void *tag) __asm__(
	"_ZnamSt11align_val_tRKSt9nothrow_t");

extern void delete_plain(void *block) __asm__("_ZdlPv");
extern void delete_array(void *block) __asm__("_ZdaPv");
extern void delete_sized(void *block, size_t size) __asm__("_ZdlPvm");
extern void delete_array_sized(void *block, size_t size) __asm__("_ZdaPvm");
extern void delete_nothrow(void *block, const void *tag) __asm__("_ZdlPvRKSt9nothrow_t");
extern void delete_array_nothrow(void *block, const void *tag) __asm__("_ZdaPvRKSt9nothrow_t");
extern void delete_aligned(void *block, size_t alignment) __asm__("_ZdlPvSt11align_val_t");
extern void delete_array_aligned(void *block, size_t alignment) __asm__("_ZdaPvSt11align_val_t");
extern void delete_sized_aligned(void *block, size_t size,
				 size_t alignment) __asm__("_ZdlPvmSt11align_val_t");
extern void delete_array_sized_aligned(void *block, size_t size,
				       size_t alignment) __asm__("_ZdaPvmSt11align_val_t");
extern void delete_aligned_nothrow(void *block, size_t alignment,
				   const void *tag) __asm__("_ZdlPvSt11align_val_tRKSt9nothrow_t");
extern void delete_array_aligned_nothrow(void *block, size_t alignment, const void *tag) __asm__(
	"_ZdaPvSt11align_val_tRKSt9nothrow_t");

#endif
