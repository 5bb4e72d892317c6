/* SPDX-License-Identifier: MIT */
/* The file of a program that is to be guarded: an answer, and words for each refusal. */
#define _GNU_SOURCE
#include "elf.h"

#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char *fault = malloc(ELF_FAULT_SIZE);

	if (fd < 0)
		fd = memfd_create("program", MFD_CLOEXEC);
	CHECK(fault != NULL && fd >= 0 && ftruncate(fd, 0) == 0);
	CHECK(pwrite(fd, data, size, 0) == (ssize_t)size);
	fault[0] = '\0';
	CHECK(elf_can_be_guarded(fd, fault) == (fault[0] == '\0'));
	CHECK(memchr(fault, '\0', ELF_FAULT_SIZE) != NULL);
	free(fault);
	return 0;
}
