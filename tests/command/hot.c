/* SPDX-License-Identifier: MIT */
/*
 * A program without the library, for hot.test: its argument says which function asks for memory.
 */
#include <stdlib.h>
#include <string.h>

#define FRAME __attribute__((noinline))

void part_call(void (*function)(void), int depth); /* of code without unwind tables */

static void *volatile block;

static FRAME void ask(size_t size)
{
	block = malloc(size);
	free(block);
}

/* Always called with the same size: gcc makes copy_of_size.constprop.0 of it. */
static FRAME void copy_of_size(size_t size)
{
	block = malloc(size);
	block = strcpy(block, "a word");
	free(block);
}

static FRAME void parse_header(void)
{
	ask(24);
	block = NULL;
}

static void ask_for_one(void)
{
	ask(1);
	block = NULL;
}

static FRAME void parse_blindly(void)
{
	part_call(ask_for_one, 3);
	block = NULL;
}

/* What the compiler puts into the function that calls it. */
static inline __attribute__((always_inline)) void parse_inline(void)
{
	ask(7);
	block = NULL;
}

static FRAME void read_all(void)
{
	ask(8);
	parse_inline();
	ask(9);
	block = NULL;
}

int main(int argc, char **argv)
{
	ask(3);
	if (argc < 2)
		return 0;
	if (strcmp(argv[1], "header") == 0)
		parse_header();
	else if (strcmp(argv[1], "copy") == 0)
		copy_of_size(16);
	else if (strcmp(argv[1], "blindly") == 0)
		parse_blindly();
	else if (strcmp(argv[1], "inline") == 0)
		read_all();
	else if (strcmp(argv[1], "environment") == 0 && getenv("PHASELOCK_HOT_FUNCTIONS") != NULL)
		return 7;
	return 0;
}
