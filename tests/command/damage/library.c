/* SPDX-License-Identifier: MIT */
/*
 * The library of which damaged copies are made. It is larger than what is called of it, so that
 * most damage leaves it a library that works: functions with frames, a request by a call of its
 * own, one by the program's function, data that is relocated, and a build-id of which no bit
 * matters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *library_request(void (*function)(void));
void *library_inner(size_t size);

static const char *const words[] = {"some", "words", "that", "are", "relocated"};

/* Functions that nobody calls, exported and not: entries in each table. */
#define UNUSED(number)                                                                             \
	int library_unused_##number(const char *text, char *out);                                  \
	int library_unused_##number(const char *text, char *out)                                   \
	{                                                                                          \
		char room[16 + (number)];                                                          \
                                                                                                   \
		snprintf(room, sizeof(room), "%s %s", words[(number) % 5], text);                  \
		memcpy(out, room, sizeof(room));                                                   \
		return (int)strlen(out) + (number);                                                \
	}
#define UNUSED_4(number)                                                                           \
	UNUSED(1##number)                                                                          \
	UNUSED(2##number)                                                                          \
	UNUSED(3##number)                                                                          \
	UNUSED(4##number)
UNUSED_4(0)
UNUSED_4(1)
UNUSED_4(2)
UNUSED_4(3)
UNUSED_4(4)
UNUSED_4(5)

__attribute__((noinline)) void *library_inner(size_t size)
{
	volatile char room[64];
	void *block;

	room[0] = 0;
	block = malloc(size);
	room[1] = 0;
	return block;
}

void *library_request(void (*function)(void))
{
	volatile char room[32];
	void *block;

	room[0] = 0;
	function();
	block = library_inner(48);
	room[1] = 0;
	return block;
}

#ifdef ODD_TABLES
/* A table that the linker does not understand, so that it makes no index. */
__asm__(".text\nodd: .cfi_startproc\n	ret\n	.cfi_escape 0x3f\n	nop\n	.cfi_endproc\n");
#endif
