/* SPDX-License-Identifier: MIT */
/*
 * What the behaviour programs share: the proof that the library is armed, checks that end the
 * program, and functions that keep a compiler from dropping a call. Nothing here makes a heap
 * request, so a check may stand anywhere.
 *
 * Exit status of a program: 0 all held, 1 a check failed, 70 the library is not armed.
 */
#ifndef BEHAVIOUR_H
#define BEHAVIOUR_H

#include <phaselock/phaselock.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOT_ARMED 70

/* For a function that must have its own frame, under its own name. */
#ifdef __clang__
#define FRAME __attribute__((noinline))
#else
#define FRAME __attribute__((noinline, noclone))
#endif

/* Returns what this thread did since it started. */
static inline struct phaselock_stats thread_stats(void)
{
	struct phaselock_stats stats;

	phaselock_get_thread_stats(&stats, sizeof(stats));
	return stats;
}

/* Returns what this thread did since an earlier thread_stats(). */
static inline struct phaselock_stats thread_stats_since(const struct phaselock_stats *begin)
{
	struct phaselock_stats now = thread_stats();

	return phaselock_stats_delta(begin, &now);
}

static inline void say(const char *text)
{
	size_t length = strlen(text);

	if (write(STDERR_FILENO, text, length) != (ssize_t)length)
		_exit(1);
}

static inline void check_failed(const char *file, int line, const char *text)
{
	char message[512];

	snprintf(message, sizeof(message), "%s:%d: does not hold: %s\n", file, line, text);
	say(message);
	_exit(1);
}

static inline void check_equal(const char *file, int line, const char *text, uint64_t real,
			       uint64_t expected)
{
	char message[512];

	if (real == expected)
		return;
	snprintf(message, sizeof(message), "%s:%d: %s is %llu, expected %llu\n", file, line, text,
		 (unsigned long long)real, (unsigned long long)expected);
	say(message);
	_exit(1);
}

/* Ends the program if the condition does not hold. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

/* Ends the program and prints both numbers if they differ. */
#define CHECK_EQUAL(real, expected)                                                                \
	check_equal(__FILE__, __LINE__, #real, (uint64_t)(real), (uint64_t)(expected))

/* Ends the program unless every entry point is armed: without that no result means anything. */
static inline void require_armed(void)
{
	if (phaselock_armed() == PHASELOCK_ENTRY_ALL)
		return;
	say("the library is not armed\n");
	_exit(NOT_ARMED);
}

/* Returns the pointer, and hides its value from the compiler. */
static inline void *opaque(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

/* Returns the size, and hides its value from the compiler, which then neither warns nor folds. */
static inline size_t opaque_size(size_t size)
{
	__asm__ volatile("" : "+r"(size));
	return size;
}

/* Returns whether all bytes of the block are this byte. */
static inline bool is_filled(const void *block, int byte, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)block;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != (unsigned char)byte)
			return false;
	return true;
}

#endif
