/* SPDX-License-Identifier: MIT */
/*
 * Counts in a file that all processes of a run have mapped, a line of 64 bytes for each: its name
 * and a number. So they are there however a process ends. UNWINDING_COUNTS names the file.
 */
#define _GNU_SOURCE
#include "counts.h"

#include "common/os.h"
#include "common/os_call.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

struct line {
	char name[56];
	_Atomic uint64_t number;
};

/* Until the file is mapped, and where there is none. */
static struct line early[ORACLE_COUNTS] = {
	[ORACLE_WALKS] = {"walks", 0},	   [ORACLE_FRAMES] = {"frames", 0},
	[ORACLE_RULES] = {"rules", 0},	   [ORACLE_DIFFER] = {"differ", 0},
	[ORACLE_LIBGCC] = {"libgcc", 0},   [ORACLE_HIDDEN] = {"hidden", 0},
	[ORACLE_NOTHING] = {"nothing", 0}, [ORACLE_DEEP] = {"deep", 0},
	[ORACLE_CUT] = {"cut", 0},
};
static struct line *_Atomic lines = early;

void oracle_count(enum oracle_count which, unsigned long number)
{
	atomic_fetch_add(&lines[which].number, number);
}

static __attribute__((constructor)) void map_lines(void)
{
	const char *path = pl_os_environment("UNWINDING_COUNTS");
	long fd = path == NULL ? -1 : pl_os_call(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	long address;
	struct line *shared;

	if (fd < 0)
		return;
	address = pl_os_call(SYS_mmap, NULL, sizeof(early), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			     0);
	pl_os_call(SYS_close, fd);
	if (address < 0 && address > -4096)
		return;
	shared = (struct line *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr)
	for (size_t i = 0; i < ORACLE_COUNTS; i++) {
		memcpy(shared[i].name, early[i].name, sizeof(shared[i].name));
		atomic_fetch_add(&shared[i].number, early[i].number);
	}
	lines = shared;
}
