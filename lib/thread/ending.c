/* SPDX-License-Identifier: MIT */
/*
 * glibc runs a thread in its function start_thread, which calls the start routine through a pointer
 * and then, by name, the functions that run destructors and free what is left. So the kind of call
 * that start_thread made, the last but one of the stack, tells where the thread is. Nothing else
 * does: glibc's own marks are private.
 *
 * A signal that interrupts start_thread itself, between two calls, counts as the end. It may also
 * be the start, but only for a few instructions, and then the thread is merely slower.
 *
 * It must not know why somebody asks.
 */
#include "thread/ending.h"

#include "stack/object.h"
#include "stack/segment.h"
#include "stack/unwind.h"

#include <string.h>

/* A deeper stack is not read to its end. */
#define FRAMES_MAX 256

/* MACHINE: the other branch is arm64, and is not built. */
#if defined(__x86_64__)
#define CALL_SIZE 5 /* e8 and a displacement */

static bool is_direct_call(const unsigned char *call)
{
	return call[0] == 0xe8;
}

/* The code that a signal handler returns to: mov $15, %rax; syscall. */
static const unsigned char sigreturn[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
#else
#define CALL_SIZE 4 /* BL and a displacement (arm64) */

static bool is_direct_call(const unsigned char *call)
{
	return (call[3] & 0xfc) == 0x94;
}

/* The code that a signal handler returns to, in the vdso: mov x8, #139; svc #0. */
static const unsigned char sigreturn[] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
#endif

/* Whether the frame above did not make a call but was interrupted by a signal. */
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
	/* The outermost frame is in libc, too: a thread starts there, and calls start_thread. */
	if (!pl_object_find((const char *)frames[count - 1] - 1, &outermost) ||
	    !pl_object_find((const char *)frames[count - 2] - CALL_SIZE, &runner) ||
	    outermost.base != runner.base ||
	    pl_segment_left(&runner, (const char *)frames[count - 2] - CALL_SIZE) < CALL_SIZE)
		return false;
	if (count > 2 && is_handlers_return(frames[count - 3]))
		return true;
	return is_direct_call((const unsigned char *)frames[count - 2] - CALL_SIZE);
}
