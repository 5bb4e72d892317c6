/* SPDX-License-Identifier: MIT */
/*
 * For programs that check call stacks: makes a violation and compares its frames. They must be
 * those that libgcc's unwinder finds on the same stack, and have the names that the program
 * expects. libc looks up the names, so the functions must be dynamic symbols: not static (-rdynamic
 * does the rest).
 */
#ifndef STACK_H
#define STACK_H

#include "behaviour.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unwind.h>

#define GAP "..."
#define LIBRARIES "(libraries)"

struct stack_name {
	const char *function; /* "" if the module exports no function there */
	bool own;	      /* it is in the program itself, not in a library */
};

/* Looks one byte before the address: all frames are return addresses, or written like them. */
static inline struct stack_name stack_name(const void *frame)
{
	struct stack_name name = {"", false};
	Dl_info place, program;

	CHECK(dladdr((const void *)(uintptr_t)&stack_name, &program) != 0);
	if (dladdr((const char *)frame - 1, &place) == 0)
		return name;
	name.own = place.dli_fbase == program.dli_fbase;
	if (place.dli_sname != NULL)
		name.function = place.dli_sname;
	return name;
}

/* A word that begins with ~ must be contained in the name, which may be mangled. */
static inline bool stack_word_fits(const char *word, const char *function)
{
	return word[0] == '~' ? strstr(function, word + 1) != NULL : strcmp(word, function) == 0;
}

static inline void stack_differs(const struct phaselock_violation *violation, const char *word)
{
	say("not where it is expected: ");
	say(word);
	say("; the frames are:\n");
	for (unsigned i = 0; i < violation->frame_count; i++) {
		struct stack_name name = stack_name(violation->frames[i]);

		say(name.own ? "  " : "  (library) ");
		say(name.function);
		say("\n");
	}
	_exit(1);
}

/* The frames that libgcc finds from violate() on. One thread at a time makes violations. */
struct stack_reference {
	const char *frames[PHASELOCK_FRAMES_MAX];
	unsigned count;
};

static inline struct stack_reference *stack_reference(void)
{
	static struct stack_reference reference;

	return &reference;
}

static inline _Unwind_Reason_Code stack_step(struct _Unwind_Context *context, void *argument)
{
	struct stack_reference *reference = (struct stack_reference *)argument;
	int exact = 0;
	uintptr_t address = _Unwind_GetIPInfo(context, &exact);

	if (address == 0 || reference->count == PHASELOCK_FRAMES_MAX)
		return _URC_END_OF_STACK;
	if (exact != 0) { /* interrupted by a signal, or the place to which its handler returns */
		address++;
		reference->frames[reference->count - 1]++;
	}
	reference->frames[reference->count++] = (const char *)address;
	return _URC_NO_REASON;
}

/* Skips the first frame: violate() makes its requests in two places. */
static inline void check_reference(const struct phaselock_violation *violation)
{
	const struct stack_reference *reference = stack_reference();

	CHECK_EQUAL(violation->frame_count, reference->count);
	for (unsigned i = 1; i < reference->count; i++)
		CHECK(violation->frames[i] == reference->frames[i]);
}

static inline bool stack_is_left(const struct phaselock_violation *violation, unsigned from)
{
	for (unsigned i = from; i < violation->frame_count; i++)
		if (stack_name(violation->frames[i]).own)
			return false;
	return from < violation->frame_count;
}

/*
 * Ends the program unless the frames of the newest violation match all the words, innermost first.
 * GAP stands for any frames before the next word. As the last word it stands for one or more frames
 * of libraries, after the last of the program's own: there a thread begins. GAP, LIBRARIES is the
 * same where a compiler may leave frames of its templates before them. The outer end is always
 * checked: the last word is GAP, LIBRARIES or the last frame.
 */
static inline void check_stack(const char *const *words)
{
	static struct phaselock_violation sites[64];
	size_t count = phaselock_get_violations(sites, 64);
	const struct phaselock_violation *newest = &sites[0];
	unsigned at = 0;

	CHECK(count > 0 && count <= 64);
	for (size_t i = 1; i < count; i++)
		if (sites[i].sequence > newest->sequence)
			newest = &sites[i];
	CHECK(newest->frame_count < PHASELOCK_FRAMES_MAX); /* so it was not cut */
	check_reference(newest);
	for (; *words != NULL; words++) {
		bool gap = strcmp(*words, GAP) == 0;

		if (gap && words[1] == NULL) {
			if (!stack_is_left(newest, at))
				stack_differs(newest, "the end");
			return;
		}
		words += gap;
		if (gap && strcmp(*words, LIBRARIES) == 0) {
			while (at < newest->frame_count && stack_name(newest->frames[at]).own)
				at++;
			if (!stack_is_left(newest, at))
				stack_differs(newest, *words);
			return;
		}
		while (gap && at < newest->frame_count &&
		       !stack_word_fits(*words, stack_name(newest->frames[at]).function))
			at++;
		if (at == newest->frame_count ||
		    !stack_word_fits(*words, stack_name(newest->frames[at]).function))
			stack_differs(newest, *words);
		at++;
	}
	if (at != newest->frame_count)
		stack_differs(newest, "the end");
}

#ifdef __cplusplus
extern "C" {
#endif
void violate(void);
/* Makes a violation in any phase. Weak, since it is in a header. */
__attribute__((weak)) FRAME void violate(void)
{
	stack_reference()->count = 0;
	_Unwind_Backtrace(stack_step, stack_reference());
	phaselock_forbid_begin();
	CHECK(opaque(malloc(1)) == NULL);
	phaselock_forbid_end();
}
#ifdef __cplusplus
}
#endif

#endif
