/* SPDX-License-Identifier: MIT */
/*
 * Knows the bounds of the thread's own stack without a system call. The first thread's stack ends
 * where the dynamic linker says, and the kernel leaves room for it to grow. Another thread's stack
 * is mapped by glibc as a whole and ends at the thread pointer. Its bounds are in words behind that
 * pointer; which words they are is learned from the first thread, where they hold NULL and
 * __libc_stack_end. Bounds that do not fit are not believed.
 *
 * About all other memory the kernel is asked, page by page. It must not know what is read.
 */
#include "stack/stack.h"

#include "stack/cfi_machine.h"
#include "common/os.h"

#define WORD sizeof(uintptr_t)

/* However small the first stack is, the kernel maps nothing else so near below its end. */
#define FIRST_STACK_MAX ((uintptr_t)64 << 20)

#define CHANGES_MAX 64			/* how often one walk may change stacks */
#define JOINED_MAX ((uintptr_t)1 << 20) /* bytes, on another stack */

extern void *__libc_stack_end __attribute__((weak)); /* musl does not have it */

/* Written by the constructor, read by any thread. */
static uintptr_t first_thread; /* its thread pointer */
static uintptr_t first_end;    /* of its stack; 0: not known */
static size_t bounds_at; /* offset from a thread pointer of start, size, guard; 0: not known */

void pl_stack_start(void)
{
	const uintptr_t *words = (const uintptr_t *)pl_thread_pointer();

	if (&__libc_stack_end == NULL || __libc_stack_end == NULL)
		return;
	first_thread = (uintptr_t)words;
	first_end = (uintptr_t)__libc_stack_end;
	for (size_t i = 1; i + 1 < PL_THREAD_BYTES / WORD && bounds_at == 0; i++)
		if (words[i] == first_end && words[i - 1] == 0)
			bounds_at = (i - 1) * WORD;
}

/*
 * MACHINE: a thread's stack ends at its pointer on x86-64. On arm64 it ends below, and bounds_at is
 * 0, so nothing is known of other threads' stacks without a system call.
 */
static void find_own(struct pl_stack *stack)
{
	uintptr_t thread = pl_thread_pointer();
	const uintptr_t *bounds = (const uintptr_t *)(thread + bounds_at);

	if (thread == first_thread) {
		stack->own_end = first_end;
		stack->own_low = first_end - FIRST_STACK_MAX;
	} else if (bounds_at != 0 && bounds[0] != 0 && bounds[0] < thread &&
		   thread - bounds[0] < bounds[1] && bounds[2] < thread - bounds[0]) {
		stack->own_end = thread;
		stack->own_low = bounds[0] + bounds[2];
	}
}

void pl_stack_begin(struct pl_stack *stack, uintptr_t pointer)
{
	*stack = (struct pl_stack){.own_end = 0};
	find_own(stack);
	stack->low = pl_stack_is_own(stack, pointer) ? pointer : stack->own_end;
}

bool pl_stack_has_page(struct pl_stack *stack, uintptr_t address)
{
	uintptr_t page = address & ~(uintptr_t)(PL_PAGE_SIZE - 1);

	for (size_t i = 0; i < sizeof(stack->pages) / sizeof(stack->pages[0]); i++)
		if (page != 0 && stack->pages[i] == page)
			return true;
	if (!pl_os_is_readable((const void *)page))
		return false;
	stack->pages[stack->turn++ % (sizeof(stack->pages) / sizeof(stack->pages[0]))] = page;
	return true;
}

bool pl_stack_may_go(struct pl_stack *stack, uintptr_t from, uintptr_t to, bool any_stack)
{
	bool was_own = pl_stack_is_own(stack, from), is_own = pl_stack_is_own(stack, to);
	/* MACHINE: arm64, where calls do not push, is not built. */
	bool goes_up = PL_CALL_PUSHES ? to > from : to >= from;

	if (to % WORD != 0)
		return false;
	/* The end of the thread's stack: the last frame may have left nothing on it. */
	if (was_own && to == stack->own_end)
		return true;
	if (was_own == is_own && goes_up)
		return true;
	if ((was_own || !is_own) && !any_stack)
		return false;
	if (++stack->changes > CHANGES_MAX || !pl_stack_has_page(stack, to))
		return false;
	if (is_own)
		stack->low = to;
	return true;
}

bool pl_stack_joins(struct pl_stack *stack, uintptr_t low, uintptr_t high)
{
	if (low > high || pl_stack_is_own(stack, low) != pl_stack_is_own(stack, high))
		return false;
	if (pl_stack_is_own(stack, low))
		return true;
	if (high - low > JOINED_MAX)
		return false;
	for (; low < high; low += PL_PAGE_SIZE)
		if (!pl_stack_has_page(stack, low))
			return false;
	return true;
}
