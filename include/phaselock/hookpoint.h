/* SPDX-License-Identifier: MIT */
/*
 * Hook points: named places in a program, for tracers. C11 or C++17; gcc or clang; ELF. This header
 * is complete in itself: neither phaselock.h nor the library is needed.
 *
 *	PHASELOCK_HOOKPOINT(FiltersStart, request_id, filter);
 *	...
 *	hookpointFiltersStart(id, "auth");
 *
 * The first line, at file scope, in a header or in as many sources as you like, makes the function
 *
 *	void hookpointFiltersStart(const void *request_id, const void *filter);
 *
 * which does nothing. `nm PROGRAM | grep hookpoint` lists them, and
 *
 *	bpftrace -e 'uprobe:PROGRAM:hookpointFiltersStart { printf("%s\n", str(arg0)); }'
 *
 * sees each call, with its arguments. Without a tracer a call costs as much as one of an empty
 * function. See docs/tracing.md.
 *
 * Of each hook point holds, whatever the optimization, with LTO and with --icf=all too:
 *
 * - It is one function, with C linkage, in each program or shared library that has it. It is never
 *   inlined, cloned, merged with others, renamed or left out while something calls it.
 * - Its up to six arguments are in the registers of the first six arguments.
 * - Its first instruction is a nop, without an endbr64 before it: a breakpoint on a nop costs the
 *   kernel a tenth of one on most other instructions. So do not call it by a pointer where indirect
 *   branches are checked.
 * - It is exported: in a shared library, and in a program linked with -rdynamic, strip leaves its
 *   name. In any other program strip removes it.
 *
 * A number is passed as (const void *)(uintptr_t)number. A tracer reads memory without faulting
 * pages in, so pass texts that the program has just used.
 */
#ifndef PHASELOCK_HOOKPOINT_H
#define PHASELOCK_HOOKPOINT_H

/* PHASELOCK_HOOKPOINT(NAME), or (NAME, PARAMETER, ...) with up to six names of parameters. */
#define PHASELOCK_HOOKPOINT(...)                                                                   \
	PHASELOCK_HOOK_PICK(__VA_ARGS__, PHASELOCK_HOOK_6, PHASELOCK_HOOK_5, PHASELOCK_HOOK_4,     \
			    PHASELOCK_HOOK_3, PHASELOCK_HOOK_2, PHASELOCK_HOOK_1,                  \
			    PHASELOCK_HOOK_0, unused)                                              \
	(__VA_ARGS__)

/* ---- what follows is not for users ----------------------------------------------------------- */

#define PHASELOCK_HOOK_PICK(n, a, b, c, d, e, f, pick, ...) pick

#ifdef __cplusplus
#define PHASELOCK_HOOK_LINKAGE extern "C"
#else
#define PHASELOCK_HOOK_LINKAGE extern
#endif

/* noipa: nobody concludes from the empty body what a call does, or which arguments it needs. */
#if defined(__clang__)
#define PHASELOCK_HOOK_ALONE __attribute__((noinline))
#else
#define PHASELOCK_HOOK_ALONE __attribute__((noinline, noipa))
#endif

/* Where indirect branches are not checked, compilers warn of nocf_check. */
#if defined(__CET__) && (__CET__ & 1)
#define PHASELOCK_HOOK_FIRST __attribute__((nocf_check, patchable_function_entry(1, 0)))
#else
#define PHASELOCK_HOOK_FIRST __attribute__((patchable_function_entry(1, 0)))
#endif

/*
 * weak: several sources may have it. protected: exported, and yet called directly, not by a stub of
 * the procedure linkage table, which a tracer of that name could take for the function.
 */
#define PHASELOCK_HOOK_EXPORTED                                                                    \
	__attribute__((weak, used, visibility("protected"), no_instrument_function))

#define PHASELOCK_HOOK_KIND                                                                        \
	PHASELOCK_HOOK_LINKAGE PHASELOCK_HOOK_ALONE PHASELOCK_HOOK_FIRST PHASELOCK_HOOK_EXPORTED

/*
 * The body uses all arguments, so that they are there. It also uses the hook point's name: a linker
 * that merges equal functions finds no two equal.
 */
#define PHASELOCK_HOOK_MAKE(name, parameters, ...)                                                 \
	PHASELOCK_HOOK_KIND void hookpoint##name parameters;                                       \
	PHASELOCK_HOOK_KIND void hookpoint##name parameters                                        \
	{                                                                                          \
		__asm__ volatile("" : : __VA_ARGS__ : "memory");                                   \
	}                                                                                          \
	PHASELOCK_HOOK_KIND void hookpoint##name parameters

#define PHASELOCK_HOOK_0(name) PHASELOCK_HOOK_MAKE(name, (void), "r"(&#name[0]))
#define PHASELOCK_HOOK_1(name, a) PHASELOCK_HOOK_MAKE(name, (const void *a), "r"(&#name[0]), "r"(a))
#define PHASELOCK_HOOK_2(name, a, b)                                                               \
	PHASELOCK_HOOK_MAKE(name, (const void *a, const void *b), "r"(&#name[0]), "r"(a), "r"(b))
#define PHASELOCK_HOOK_3(name, a, b, c)                                                            \
	PHASELOCK_HOOK_MAKE(name, (const void *a, const void *b, const void *c), "r"(&#name[0]),   \
			    "r"(a), "r"(b), "r"(c))
#define PHASELOCK_HOOK_4(name, a, b, c, d)                                                         \
	PHASELOCK_HOOK_MAKE(name, (const void *a, const void *b, const void *c, const void *d),    \
			    "r"(&#name[0]), "r"(a), "r"(b), "r"(c), "r"(d))
#define PHASELOCK_HOOK_5(name, a, b, c, d, e)                                                      \
	PHASELOCK_HOOK_MAKE(                                                                       \
		name, (const void *a, const void *b, const void *c, const void *d, const void *e), \
		"r"(&#name[0]), "r"(a), "r"(b), "r"(c), "r"(d), "r"(e))
#define PHASELOCK_HOOK_6(name, a, b, c, d, e, f)                                                   \
	PHASELOCK_HOOK_MAKE(name,                                                                  \
			    (const void *a, const void *b, const void *c, const void *d,           \
			     const void *e, const void *f),                                        \
			    "r"(&#name[0]), "r"(a), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f))

#endif
