/* SPDX-License-Identifier: MIT */
/*
 * AddressSanitizer, MemorySanitizer, ThreadSanitizer and LeakSanitizer check the blocks that they
 * hand out themselves. If this library comes before one of them, preloaded or linked statically,
 * the program runs without its checks, or crashes in a runtime that is called before it is set up.
 * Our malloc is called before any constructor could complain, so this file complains at the first
 * request. It must not know what a request is.
 */
#include "thread/sanitizer_order.h"

#include "common/format.h"
#include "common/os.h"
#include "report/report.h"

#include <stdlib.h>

/*
 * The function of each runtime that instrumented code calls first. It may be called any number of
 * times.
 */
extern void __asan_init(void);
extern void __msan_init(void);
extern void __tsan_init(void);
extern void __lsan_init(void);
#pragma weak __asan_init
#pragma weak __msan_init
#pragma weak __tsan_init
#pragma weak __lsan_init

/*
 * Our malloc, whichever malloc the process calls (interpose.c). NULL in unit tests: they are built
 * with sanitizers and have no malloc of ours.
 */
extern PL_HIDDEN void *pl_own_malloc(size_t size);
#pragma weak pl_own_malloc

struct sanitizer {
	const char *name;
	void (*start)(void);
};

/* The sanitizer in this process; start is NULL if there is none. */
static struct sanitizer sanitizer_present(void)
{
	if (__asan_init != NULL)
		return (struct sanitizer){"AddressSanitizer", __asan_init};
	if (__msan_init != NULL)
		return (struct sanitizer){"MemorySanitizer", __msan_init};
	if (__tsan_init != NULL)
		return (struct sanitizer){"ThreadSanitizer", __tsan_init};
	return (struct sanitizer){"LeakSanitizer", __lsan_init};
}

bool pl_sanitizer_order_is_second(void)
{
	return PL_UNLIKELY(sanitizer_present().start != NULL) && pl_own_malloc != NULL &&
	       malloc != pl_own_malloc;
}

void pl_sanitizer_order_start(void)
{
	if (pl_sanitizer_order_is_second())
		sanitizer_present().start();
}

void pl_sanitizer_order_require(void)
{
	struct sanitizer sanitizer = sanitizer_present();
	char buffer[256];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	if (PL_LIKELY(sanitizer.start == NULL) || pl_own_malloc == NULL || malloc != pl_own_malloc)
		return;
	pl_text_append(&text,
		       "%s is in this program, but the malloc of this library stands in front of "
		       "it: link libphaselock.so, or preload the sanitizer's runtime first "
		       "(docs/sanitizers.md)",
		       sanitizer.name);
	pl_report_message(buffer);
	pl_os_end_at_once();
}
