/* SPDX-License-Identifier: MIT */
/*
 * glibc runs a thread in one function of its own (start_thread): it calls the start routine by a
 * pointer, and then, by their names, what runs destructors and frees what is left. So how the last
 * call but one of the stack was made tells where the thread is. Nothing else does: glibc keeps its
 * own marks to itself. A handler that interrupts that function between two of its calls is taken
 * for one at the end: at the start it is a matter of a few instructions too, and then the thread is
 * only slower. It must not know why somebody asks.
 */
#include "thread/ending.h"

#include "stack/object.h"
#include "stack/segment.h"
#include "stack/unwind.h"

#include <string.h>

/* A deeper stack is one that is not read to its end. */
#define FRAMES_MAX 256

/* MACHINE: the other branch is arm64, and is not built. */
#if defined(__x86_64__)
#define CALL_SIZE 5 /* e8 and a distance */

static bool is_direct_call(const unsigned char *call)
{
	return call[0] == 0xe8;
}

/* What a handler returns to: mov $15, %rax; syscall. */
static const unsigned char sigreturn[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
#else
#define CALL_SIZE 4 /* BL and a distance (arm64) */

static bool is_direct_call(const unsigned char *call)
{
	return (call[3] & 0xfc) == 0x94;
}

/* What a handler returns to, in the vdso: mov x8, #139; svc #0. */
static const unsigned char sigreturn[] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
#endif

/* Whether the frame above was interrupted by a signal, and made no call. */
static bool is_handlers_return(const void *frame)
{
	const unsigned char *code = (const unsigned char *)frame - 1;
	struct pl_object object;

	return pl_object_find(code, &object) &&
	       pl_segment_left(&object, code) >= sizeof(sigreturn) &&
	       memcmp(code, sigreturn, sizeof(sigreturn)) == 0;
}

bool pl_ending(void)
{
	void *frames[FRAMES_MAX];
	enum pl_unwind_end end;
	unsigned count = pl_unwind(frames, FRAMES_MAX, NULL, &end);
	struct pl_object outermost, runner;

	if (count < 2 || end != PL_UNWIND_WHOLE)
		return false;
	/* The outermost is libc's, too: where a thread begins, which calls start_thread. */
	if (!pl_object_find((const char *)frames[count - 1] - 1, &outermost) ||
	    !pl_object_find((const char *)frames[count - 2] - CALL_SIZE, &runner) ||
	    outermost.base != runner.base ||
	    pl_segment_left(&runner, (const char *)frames[count - 2] - CALL_SIZE) < CALL_SIZE)
		return false;
	if (count > 2 && is_handlers_return(frames[count - 3]))
		return true;
	return is_direct_call((const unsigned char *)frames[count - 2] - CALL_SIZE);
}
