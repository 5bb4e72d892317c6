/* SPDX-License-Identifier: MIT */
/* What every unit test begins with: CMocka, and a test as a sentence. */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST(name) static void name(void **state __attribute__((unused)))

/* ThreadSanitizer forbids a few things that are right: see where this is asked. */
#ifdef __SANITIZE_THREAD__
#define THREAD_SANITIZED true
#else
#define THREAD_SANITIZED false
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
