/* SPDX-License-Identifier: MIT */
/*
 * How often each branch of the library ran, written as the process ends. gcov's own runtime cannot
 * be part of an interposer: at exit and around fork() it uses stdio and the heap. So lib/ is
 * compiled with -fprofile-info-section, which registers nothing, and here libgcov is asked for the
 * bytes of each .gcda file, which takes no request. A process appends them all to one stream at
 * once: a mark, and each file behind a line with its size and name; merge.py makes files of it.
 *
 * The linker leads the ends that the library causes to this file (--wrap). A process that ends by
 * _exit() or by another signal writes nothing.
 */
#define _GNU_SOURCE
#include "common/os_call.h"

#include <fcntl.h>
#include <gcov.h>
#include <stdatomic.h>
#include <string.h>

#define STREAM_MAX ((size_t)4 << 20)
#define SIZE_DIGITS 8
#define MARK "one more process\n"

/* By the linker: a pointer for each source; none where no part of the library is linked. */
extern const struct gcov_info *const __start_pl_gcov[] __attribute__((weak));
extern const struct gcov_info *const __stop_pl_gcov[] __attribute__((weak));

/* Written by the thread that has is_dumping. */
static atomic_flag is_dumping = ATOMIC_FLAG_INIT;
static char stream[STREAM_MAX];
static size_t used;
static size_t body; /* where the present file begins */

static void append(const void *bytes, unsigned size, void *unused)
{
	(void)unused;
	if (size > STREAM_MAX - used)
		__builtin_trap();
	memcpy(stream + used, bytes, size);
	used += size;
}

/* libgcov calls it once, before the first bytes. */
static void begin_file(const char *name, void *unused)
{
	append("00000000 ", SIZE_DIGITS + 1, unused);
	append(name, (unsigned)strlen(name), unused);
	append("\n", 1, unused);
	body = used;
}

static void *no_memory(unsigned size, void *unused)
{
	(void)size;
	(void)unused;
	return NULL;
}

static void append_file(const struct gcov_info *info)
{
	size_t head = used;

	__gcov_info_to_gcda(info, begin_file, append, no_memory, NULL);
	for (size_t i = SIZE_DIGITS, size = used - body; i-- > 0; size /= 10)
		stream[head + i] = (char)('0' + size % 10);
}

/*
 * The last of the library's destructors, whose own lines count: gcc heeds the number at the first
 * declaration alone. Children of unit tests, which abort, call it too.
 */
__attribute__((destructor(101))) void pl_coverage_dump(void);
void pl_coverage_dump(void)
{
	long fd;

	if (atomic_flag_test_and_set(&is_dumping))
		return;
	used = 0;
	append(MARK, sizeof(MARK) - 1, NULL);
	for (const struct gcov_info *const *info = __start_pl_gcov; info != __stop_pl_gcov; info++)
		append_file(*info);
	fd = pl_os_call(SYS_openat, AT_FDCWD, PL_COVERAGE_STREAM,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0) {
		pl_os_call(SYS_write, fd, stream, used);
		pl_os_call(SYS_close, fd);
	}
	atomic_flag_clear(&is_dumping);
}

/* The ends that the library causes: weak, as programs of single parts have none. */
#define END(name)                                                                                  \
	_Noreturn void __real_##name(void) __attribute__((weak));                                  \
	_Noreturn void __wrap_##name(void);                                                        \
	_Noreturn void __wrap_##name(void)                                                         \
	{                                                                                          \
		pl_coverage_dump();                                                                \
		__real_##name();                                                                   \
	}
END(pl_os_abort)
END(pl_os_trap)
END(pl_os_end_at_once)
