/* SPDX-License-Identifier: MIT */
/*
 * The C++ operators new and delete by their mangled names (Itanium C++ ABI), in C, so that C
 * programs do not need the C++ library. They keep the contract of the standard ([new.delete]): a
 * throwing form never returns NULL, and the new-handler is called when memory is short. A denied
 * request is not a shortage: the new-handler is not called.
 *
 * Limit: if a new-handler throws out of a nothrow form, the program ends by std::terminate(),
 * because C cannot catch.
 */
#include "entry/interpose_cxx.h"
#include "stack/module.h"
#include "common/os.h"
#include "report/report.h"
#include "request/request.h"

#include "backend/contract.h"
#include <phaselock/phaselock.h>

typedef void (*new_handler)(void);

/* Functions of the C++ library, if the program has one. */
extern new_handler std_get_new_handler(void) __asm__("_ZSt15get_new_handlerv")
	__attribute__((weak));
extern _Noreturn void std_throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv")
	__attribute__((weak));

static PL_COLD _Noreturn void *throw_bad_alloc(void)
{
	void (*thrower)(void) = std_throw_bad_alloc;

	/* A weak reference misses the C++ library if it was loaded after us, with the caller. */
	if (thrower == NULL)
		*(void **)&thrower = pl_module_function("libstdc++.so", "_ZSt17__throw_bad_allocv");
	if (thrower != NULL)
		thrower();
	pl_report_message("operator new has failed and there is no C++ library to throw "
			  "std::bad_alloc; aborting");
	pl_os_abort();
}

/* Keeps the contract of a throwing or a nothrow form after the first try has returned NULL. */
static PL_COLD void *insist(const char *function, size_t size, align_val alignment, bool throwing,
			    const void *caller)
{
	void *block = NULL;

	/* An invalid alignment fails for that reason, as in the C++ library. */
	bool short_of_memory = alignment == 0 || pl_contract_is_usual(PL_NEW, alignment);

	while (block == NULL && short_of_memory && !pl_request_was_denied()) {
		new_handler handler = std_get_new_handler != NULL ? std_get_new_handler() : NULL;

		if (handler == NULL)
			break;
		handler();
		block = alignment == 0
				? pl_request_allocate(function, size, caller)
				: pl_request_aligned(function, PL_NEW, alignment, size, caller);
	}
	if (block == NULL && throwing)
		throw_bad_alloc();
	return block;
}

PL_INLINE void *allocate(const char *function, size_t size, bool throwing)
{
	void *block = pl_request_malloc(function, size);

	return PL_LIKELY(block != NULL) ? block : insist(function, size, 0, throwing, PL_CALLER());
}

PL_INLINE void *allocate_aligned(const char *function, size_t size, align_val alignment,
				 bool throwing)
{
	void *block = pl_request_aligned(function, PL_NEW, alignment, size, PL_CALLER());

	return PL_LIKELY(block != NULL) ? block
					: insist(function, size, alignment, throwing, PL_CALLER());
}

static const char new_name[] = "operator new";
static const char new_array_name[] = "operator new[]";
static const char delete_name[] = "operator delete";
static const char delete_array_name[] = "operator delete[]";

/* ---- operators that the program replaces ----------------------------------------------------- */

/*
 * A program may define only the plain forms: by [new.delete] all others then go through them.
 * Written by the constructor, read by any thread.
 */
static struct {
	bool plain_new, plain_delete;
	bool aligned_new, aligned_delete;
	/* The C++ library's own forms, which catch what the program's throw; NULL without it. */
	void *(*nothrow_new)(size_t size, nothrow tag);
	void *(*nothrow_aligned_new)(size_t size, align_val alignment, nothrow tag);
} replaced;

static void *nothrow_by_plain(size_t size, nothrow tag)
{
	return replaced.nothrow_new != NULL ? replaced.nothrow_new(size, tag) : _Znwm(size);
}

static void *nothrow_by_aligned(size_t size, align_val alignment, nothrow tag)
{
	if (replaced.nothrow_aligned_new != NULL)
		return replaced.nothrow_aligned_new(size, alignment, tag);
	return _ZnwmSt11align_val_t(size, alignment);
}

/* ---- operator new, new[] --------------------------------------------------------------------- */

PL_EXPORT void *_Znwm(size_t size)
{
	return allocate(new_name, size, true);
}

PL_EXPORT void *_Znam(size_t size)
{
	if (PL_UNLIKELY(replaced.plain_new))
		return _Znwm(size);
	return allocate(new_array_name, size, true);
}

PL_EXPORT void *_ZnwmRKSt9nothrow_t(size_t size, nothrow tag)
{
	if (PL_UNLIKELY(replaced.plain_new))
		return nothrow_by_plain(size, tag);
	return allocate(new_name, size, false);
}

PL_EXPORT void *_ZnamRKSt9nothrow_t(size_t size, nothrow tag)
{
	if (PL_UNLIKELY(replaced.plain_new))
		return nothrow_by_plain(size, tag);
	return allocate(new_array_name, size, false);
}

PL_EXPORT void *_ZnwmSt11align_val_t(size_t size, align_val alignment)
{
	return allocate_aligned(new_name, size, alignment, true);
}

PL_EXPORT void *_ZnamSt11align_val_t(size_t size, align_val alignment)
{
	if (PL_UNLIKELY(replaced.aligned_new))
		return _ZnwmSt11align_val_t(size, alignment);
	return allocate_aligned(new_array_name, size, alignment, true);
}

PL_EXPORT void *_ZnwmSt11align_val_tRKSt9nothrow_t(size_t size, align_val alignment, nothrow tag)
{
	if (PL_UNLIKELY(replaced.aligned_new))
		return nothrow_by_aligned(size, alignment, tag);
	return allocate_aligned(new_name, size, alignment, false);
}

PL_EXPORT void *_ZnamSt11align_val_tRKSt9nothrow_t(size_t size, align_val alignment, nothrow tag)
{
	if (PL_UNLIKELY(replaced.aligned_new))
		return nothrow_by_aligned(size, alignment, tag);
	return allocate_aligned(new_array_name, size, alignment, false);
}

/* ---- operator delete, delete[] --------------------------------------------------------------- */

PL_EXPORT void _ZdlPv(void *block)
{
	pl_request_free(delete_name, block);
}

PL_EXPORT void _ZdaPv(void *block)
{
	if (PL_UNLIKELY(replaced.plain_delete)) {
		_ZdlPv(block);
		return;
	}
	pl_request_free(delete_array_name, block);
}

PL_EXPORT void _ZdlPvm(void *block, size_t size)
{
	(void)size;
	if (PL_UNLIKELY(replaced.plain_delete)) {
		_ZdlPv(block);
		return;
	}
	pl_request_free(delete_name, block);
}

PL_EXPORT void _ZdaPvm(void *block, size_t size)
{
	(void)size;
	if (PL_UNLIKELY(replaced.plain_delete)) {
		_ZdlPv(block);
		return;
	}
	pl_request_free(delete_array_name, block);
}

PL_EXPORT void _ZdlPvRKSt9nothrow_t(void *block, nothrow tag)
{
	(void)tag;
	if (PL_UNLIKELY(replaced.plain_delete)) {
		_ZdlPv(block);
		return;
	}
	pl_request_free(delete_name, block);
}

PL_EXPORT void _ZdaPvRKSt9nothrow_t(void *block, nothrow tag)
{
	(void)tag;
	if (PL_UNLIKELY(replaced.plain_delete)) {
		_ZdlPv(block);
		return;
	}
	pl_request_free(delete_array_name, block);
}

PL_EXPORT void _ZdlPvSt11align_val_t(void *block, align_val alignment)
{
	(void)alignment;
	pl_request_free(delete_name, block);
}

PL_EXPORT void _ZdaPvSt11align_val_t(void *block, align_val alignment)
{
	if (PL_UNLIKELY(replaced.aligned_delete)) {
		_ZdlPvSt11align_val_t(block, alignment);
		return;
	}
	pl_request_free(delete_array_name, block);
}

PL_EXPORT void _ZdlPvmSt11align_val_t(void *block, size_t size, align_val alignment)
{
	(void)size;
	if (PL_UNLIKELY(replaced.aligned_delete)) {
		_ZdlPvSt11align_val_t(block, alignment);
		return;
	}
	pl_request_free(delete_name, block);
}

PL_EXPORT void _ZdaPvmSt11align_val_t(void *block, size_t size, align_val alignment)
{
	(void)size;
	if (PL_UNLIKELY(replaced.aligned_delete)) {
		_ZdlPvSt11align_val_t(block, alignment);
		return;
	}
	pl_request_free(delete_array_name, block);
}

PL_EXPORT void _ZdlPvSt11align_val_tRKSt9nothrow_t(void *block, align_val alignment, nothrow tag)
{
	(void)tag;
	if (PL_UNLIKELY(replaced.aligned_delete)) {
		_ZdlPvSt11align_val_t(block, alignment);
		return;
	}
	pl_request_free(delete_name, block);
}

PL_EXPORT void _ZdaPvSt11align_val_tRKSt9nothrow_t(void *block, align_val alignment, nothrow tag)
{
	(void)tag;
	if (PL_UNLIKELY(replaced.aligned_delete)) {
		_ZdlPvSt11align_val_t(block, alignment);
		return;
	}
	pl_request_free(delete_array_name, block);
}

/* ---- whose names they are -------------------------------------------------------------------- */

/* An operator as the dynamic linker bound it, and ours under a name that nobody else can take. */
struct name {
	enum phaselock_entry entry;
	void (*called)(void);
	void (*own)(void);
};

#define OWN(function) static __typeof__(function) own_##function PL_ALIAS(function)
#define NAME(entry, function)                                                                      \
	{                                                                                          \
		PHASELOCK_ENTRY_##entry, (void (*)(void))(function),                               \
			(void (*)(void))own_##function                                             \
	}

OWN(_Znwm);
OWN(_Znam);
OWN(_ZnwmRKSt9nothrow_t);
OWN(_ZnamRKSt9nothrow_t);
OWN(_ZnwmSt11align_val_t);
OWN(_ZnamSt11align_val_t);
OWN(_ZnwmSt11align_val_tRKSt9nothrow_t);
OWN(_ZnamSt11align_val_tRKSt9nothrow_t);
OWN(_ZdlPv);
OWN(_ZdaPv);
OWN(_ZdlPvm);
OWN(_ZdaPvm);
OWN(_ZdlPvRKSt9nothrow_t);
OWN(_ZdaPvRKSt9nothrow_t);
OWN(_ZdlPvSt11align_val_t);
OWN(_ZdaPvSt11align_val_t);
OWN(_ZdlPvmSt11align_val_t);
OWN(_ZdaPvmSt11align_val_t);
OWN(_ZdlPvSt11align_val_tRKSt9nothrow_t);
OWN(_ZdaPvSt11align_val_tRKSt9nothrow_t);

/* The plain forms come first: our other forms go through them if the program has replaced them. */
enum { PLAIN_NEW, PLAIN_DELETE, PLAIN_NEW_ALIGNED, PLAIN_DELETE_ALIGNED };
static const struct name names[] = {
	NAME(NEW, _Znwm),
	NAME(DELETE, _ZdlPv),
	NAME(NEW_ALIGNED, _ZnwmSt11align_val_t),
	NAME(DELETE_ALIGNED, _ZdlPvSt11align_val_t),
	NAME(NEW, _Znam),
	NAME(NEW, _ZnwmRKSt9nothrow_t),
	NAME(NEW, _ZnamRKSt9nothrow_t),
	NAME(NEW_ALIGNED, _ZnamSt11align_val_t),
	NAME(NEW_ALIGNED, _ZnwmSt11align_val_tRKSt9nothrow_t),
	NAME(NEW_ALIGNED, _ZnamSt11align_val_tRKSt9nothrow_t),
	NAME(DELETE, _ZdaPv),
	NAME(DELETE, _ZdlPvm),
	NAME(DELETE, _ZdaPvm),
	NAME(DELETE, _ZdlPvRKSt9nothrow_t),
	NAME(DELETE, _ZdaPvRKSt9nothrow_t),
	NAME(DELETE_ALIGNED, _ZdaPvSt11align_val_t),
	NAME(DELETE_ALIGNED, _ZdlPvmSt11align_val_t),
	NAME(DELETE_ALIGNED, _ZdaPvmSt11align_val_t),
	NAME(DELETE_ALIGNED, _ZdlPvSt11align_val_tRKSt9nothrow_t),
	NAME(DELETE_ALIGNED, _ZdaPvSt11align_val_tRKSt9nothrow_t),
};

static bool is_elsewhere(const struct name *name)
{
	/* Volatile: a compiler may think that a name and its alias cannot differ. */
	void (*volatile called)(void) = name->called;

	return called != name->own;
}

unsigned pl_interpose_cxx_elsewhere(void)
{
	unsigned elsewhere = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_elsewhere(&names[i]))
			elsewhere |= (unsigned)names[i].entry;
	return elsewhere;
}

void pl_interpose_cxx_give_way(void)
{
	replaced.plain_new = is_elsewhere(&names[PLAIN_NEW]);
	replaced.plain_delete = is_elsewhere(&names[PLAIN_DELETE]);
	replaced.aligned_new = is_elsewhere(&names[PLAIN_NEW_ALIGNED]);
	replaced.aligned_delete = is_elsewhere(&names[PLAIN_DELETE_ALIGNED]);
	*(void **)&replaced.nothrow_new = pl_module_function("libstdc++.so", "_ZnwmRKSt9nothrow_t");
	*(void **)&replaced.nothrow_aligned_new =
		pl_module_function("libstdc++.so", "_ZnwmSt11align_val_tRKSt9nothrow_t");
}
