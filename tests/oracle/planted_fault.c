/* SPDX-License-Identifier: MIT */
/*
 * Faults of the unwinder, which the oracle must find: PLANTED says which. In the place of functions
 * that step, put there by the linker.
 */
#include "common/os.h"
#include "stack/cfi.h"
#include "stack/quick.h"

#include <string.h>

enum pl_cfi_result __real_pl_cfi_step(struct pl_cfi *cfi);
enum pl_cfi_result __wrap_pl_cfi_step(struct pl_cfi *cfi);

enum pl_cfi_result __real_pl_quick_step(struct pl_quick *quick);
enum pl_cfi_result __wrap_pl_quick_step(struct pl_quick *quick);
unsigned __real_pl_quick_run(struct pl_quick *quick, uintptr_t until, void **frames, unsigned most);
unsigned __wrap_pl_quick_run(struct pl_quick *quick, uintptr_t until, void **frames, unsigned most);

static const char *planted = "";

static __attribute__((constructor)) void start(void)
{
	const char *wish = pl_os_environment("PLANTED");

	if (wish != NULL)
		planted = wish;
}

enum pl_cfi_result __wrap_pl_cfi_step(struct pl_cfi *cfi)
{
	enum pl_cfi_result result = __real_pl_cfi_step(cfi);

	if (strcmp(planted, "register") == 0)
		cfi->frame.registers[12] += 8;
	/* The second frame of a thread, and of the program: as if nobody had called it. */
	if (strcmp(planted, "end") == 0 && cfi->tables.object.name != NULL &&
	    cfi->tables.object.name[0] == '\0')
		cfi->frame.pc = 0;
	if (strcmp(planted, "address") == 0 && cfi->tables.object.name != NULL &&
	    cfi->tables.object.name[0] == '\0' && cfi->frame.pc != 0)
		cfi->frame.pc++;
	return result;
}

enum pl_cfi_result __wrap_pl_quick_step(struct pl_quick *quick)
{
	enum pl_cfi_result result = __real_pl_quick_step(quick);

	if (strcmp(planted, "rule") == 0)
		quick->cfi.frame.registers[PL_REGISTER_STACK] += sizeof(uintptr_t);
	return result;
}

unsigned __wrap_pl_quick_run(struct pl_quick *quick, uintptr_t until, void **frames, unsigned most)
{
	unsigned count = __real_pl_quick_run(quick, until, frames, most);

	if (strcmp(planted, "run") == 0 && count > 1)
		frames[0] = (char *)frames[0] + 1;
	return count;
}
