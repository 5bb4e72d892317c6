/* SPDX-License-Identifier: MIT */
/*
 * A table of names. Functions that make an object of one kind, as EVP_MD_CTX_new(), are not in it:
 * their names tell more than those of their callers. It must not know the rest of a stack.
 */
#include "wrapper.h"

#include "common/glob.h"
#include "frame.h"

#include <string.h>

static const char *const patterns[] = {
	/* as many call theirs: xmalloc(), sqlite3Malloc(), CRYPTO_zalloc(), g_realloc() */
	"*[Mm]alloc",
	"*[Cc]alloc",
	"*[Rr]ealloc",
	"*[Zz]alloc",
	"*[Mm]alloc[0-9_nz]",
	"*allocarray",
	"*aligned_alloc",
	"*memalign",
	"*strdup",
	"*strndup",
	"*memdup",
	"*memdup[0-9z]",
	"*asprintf",
	"valloc",
	"pvalloc",
	"_IO_file_doallocate",
	"x*alloc",
	"safe_*alloc",
	/* gnulib, git, bash, libiberty, obstacks */
	"xmemdup*",
	"xstrfmt",
	"do_x*alloc*",
	"greedy_realloc*",
	"_obstack_*",
	"ggc_*alloc*",
	"rpl_obstack_*",
	/* sqlite */
	"sqlite3*[Mm]alloc*",
	"sqlite3*[Rr]ealloc*",
	"sqlite3Db*Dup",
	"sqlite3*[Mm][Pp]rintf",
	"mallocWithAlarm",
	"dbMallocRawFinish",
	"dbReallocFinish",
	"pcache1Alloc",
	/* openssl, libxml2, curl, nghttp2, jansson, zlib */
	"CRYPTO_*alloc*",
	"CRYPTO_mem*",
	"OPENSSL_*alloc*",
	"xmlMalloc*",
	"xmlMem*alloc*",
	"xmlReallocLoc",
	"jsonp_malloc*",
	"jsonp_str*dup",
	"png_malloc*",
	/* GLib, APR, nginx, FFmpeg, SDL, libuv, Mesa, talloc, freetype */
	"g_malloc*",
	"g_try_*alloc*",
	"g_realloc*",
	"g_slice_alloc*",
	"g_slice_copy",
	"g_strdup*",
	"g_memdup*",
	"apr_palloc*",
	"apr_pcalloc*",
	"apr_pmemdup",
	"apr_allocator_alloc",
	"allocator_alloc",
	"ngx_alloc",
	"ngx_palloc*",
	"ngx_pnalloc",
	"ngx_pmemalign",
	"av_malloc*",
	"av_realloc*",
	"av_fast_*alloc*",
	"ralloc*",
	"rzalloc*",
	"linear_*alloc*",
	"_talloc*",
	"talloc_*",
	"ft_*alloc",
	/* PostgreSQL, redis, the kernel's */
	"palloc*",
	"repalloc*",
	"MemoryContextAlloc*",
	"AllocSet*alloc*",
	"pg_malloc*",
	"pnstrdup",
	"ztry*alloc*",
	"zmalloc*",
	"zrealloc*",
	"kmalloc*",
	"kzalloc*",
	"kcalloc*",
	"krealloc*",
	"kv[mz]alloc*",
	"kmem_cache_*alloc*",
	"v[mz]alloc*",
	/* Python, Perl, Ruby, Lua, PHP */
	"PyMem_*",
	"_PyMem_*",
	"PyObject_[CMR]*alloc",
	"_PyObject_*[Aa]lloc*",
	"_PyObject_GC_*",
	"_PyObject_New*",
	"PyType_GenericAlloc",
	"_PyType_AllocNoTrack",
	"pymalloc_*",
	"gc_alloc",
	"Perl_safesys*alloc",
	"ruby_x*alloc*",
	"objspace_x*alloc*",
	"l_alloc",
	"luaM_*",
	"_emalloc*",
	"_ecalloc*",
	"_erealloc*",
	"_safe_*alloc*",
	/* C++ */
	"operator new*",
	"std::*",
	"__gnu_cxx::*",
	"__cxxabiv1::*",
	"__cxa_*",
	"QArrayData::*allocate*",
	/* Rust, by the old names and the new ones, and as the demangler of C++ leaves them */
	"alloc::*",
	"core::*",
	"hashbrown::*",
	"<alloc::*",
	"<core::*",
	"<std::*",
	"_$LT$alloc..*",
	"_$LT$core..*",
	"_$LT$std..*",
	"__rust_*alloc*",
	"__rdl_*alloc*",
	"__rg_*alloc*",
};

static bool matches(const char *function)
{
	struct slice name = frame_short_name(function);

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (pl_glob_matches_start(patterns[i], name.start, name.length))
			return true;
	return false;
}

/*
 * Answers of before: a profile asks about the same few thousand functions millions of times. A name
 * that is longer than these is looked up each time.
 */
#define ANSWERS 4096
#define NAME_MOST 119

static struct answer {
	bool is_there, is_known;
	char function[NAME_MOST + 1];
} answers[ANSWERS];

static struct answer *answer_for(const char *function, size_t length)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < length; i++)
		hash = hash * 31 + (unsigned char)function[i];
	return &answers[hash % ANSWERS];
}

bool wrapper_is_known(const char *function)
{
	size_t length = function != NULL ? strlen(function) : 0;
	struct answer *answer;

	if (function == NULL || length > NAME_MOST)
		return function != NULL && matches(function);
	answer = answer_for(function, length);
	if (!answer->is_there || strcmp(answer->function, function) != 0) {
		*answer = (struct answer){.is_there = true, .is_known = matches(function)};
		memcpy(answer->function, function, length);
	}
	return answer->is_known;
}
