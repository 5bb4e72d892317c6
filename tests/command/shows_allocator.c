/* SPDX-License-Identifier: MIT */
/*
 * An unchanged program that prints all that it can see of its allocator: where blocks lie, how
 * large they are, glibc's statistics and settings. With an argument it writes a byte behind a
 * block, which MALLOC_CHECK_=3 finds when the block is freed.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_statistics(const char *when)
{
	struct mallinfo2 info = mallinfo2();

	printf("%s: arena %zu, ordblks %zu, smblks %zu, hblks %zu, hblkhd %zu, fsmblks %zu, "
	       "uordblks %zu, fordblks %zu, keepcost %zu\n",
	       when, info.arena, info.ordblks, info.smblks, info.hblks, info.hblkhd, info.fsmblks,
	       info.uordblks, info.fordblks, info.keepcost);
}

static void print_block(const char *function, void *block, uintptr_t alignment)
{
	printf("%s: %zu usable, %zu beyond a multiple of %zu\n", function,
	       malloc_usable_size(block), (size_t)((uintptr_t)block % alignment),
	       (size_t)alignment);
}

static void print_blocks(void)
{
	for (size_t size = 0; size < 70; size++)
		print_block("malloc", malloc(size), 16);
	for (size_t alignment = sizeof(void *); alignment <= 4096; alignment *= 2) {
		void *block = NULL;

		for (size_t size = 0; size < 3; size++) {
			if (posix_memalign(&block, alignment, size) == 0)
				print_block("posix_memalign", block, alignment);
			print_block("memalign", memalign(alignment, size), alignment);
			print_block("aligned_alloc", aligned_alloc(alignment, size), alignment);
		}
	}
	print_block("memalign", memalign(24, 10), 32);
	print_block("valloc", valloc(10), 4096);
	print_block("pvalloc", pvalloc(10), 4096);
	print_block("calloc", calloc(3, 7), 16);
	print_block("realloc", realloc(malloc(10), 10000), 16);
	printf("more than there is: %d\n", malloc(PTRDIFF_MAX) == NULL);
}

static void change_settings(void)
{
	unsigned char *block;

	printf("mallopt: %d\n", mallopt(M_MMAP_THRESHOLD, 4096));
	print_block("mapped", malloc(5000), 16);
	print_statistics("one mapped");
	printf("mallopt: %d\n", mallopt(M_PERTURB, 0x55));
	block = malloc(100);
	printf("perturbed: %x\n", block[50]);
	free(block);
}

static void trim(void)
{
	void *blocks[100];

	for (size_t i = 0; i < 100; i++)
		blocks[i] = malloc(3000);
	print_statistics("before the frees");
	for (size_t i = 0; i < 100; i++)
		free(blocks[i]);
	printf("trimmed: %d\n", malloc_trim(0));
	print_statistics("after the trim");
}

int main(int argc, char **argv)
{
	char *volatile block = malloc(50);

	(void)argv;
	if (argc > 1) {
		/*
		 * Ones, before the end of the block too: what is behind a block is a byte that
		 * depends on its address, and is never 1. With any other content a search that
		 * goes on into the block ends at the wrong byte in one address of 128.
		 */
		memset(block, 1, 51);
		free(block);
		return 0;
	}
	print_statistics("at the start");
	print_blocks();
	print_statistics("with blocks");
	change_settings();
	trim();
	fflush(stdout);
	malloc_stats();
	return malloc_info(0, stdout) != 0;
}
