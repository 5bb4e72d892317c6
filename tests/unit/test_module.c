/* SPDX-License-Identifier: MIT */
/*
 * The place of an address, compared with dladdr(), which the library itself must not call.
 *
 * shows: PL-036 (module+offset, and the exported function where there is one)
 * shows: PL-173 (which modules are run-time libraries)
 */
#define _GNU_SOURCE
#include "stack/module.h"
#include "common/runtime.h"

#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/*
 * An address in a library has the module, the offset and, if not the name, the start of the
 * function of dladdr().
 */
static void assert_as_dladdr(const char *address)
{
	struct pl_place place;
	Dl_info wanted;
	ElfW(Sym) *symbol = NULL;

	assert_int_not_equal(dladdr1(address - 1, &wanted, (void **)&symbol, RTLD_DL_SYMENT), 0);
	pl_module_find(address, &place);
	assert_string_equal(place.module, base_name(wanted.dli_fname));
	assert_int_equal(place.offset, (uintptr_t)address - (uintptr_t)wanted.dli_fbase);
	assert_non_null(place.function);
	assert_int_equal(place.function_offset, (uintptr_t)address - (uintptr_t)wanted.dli_saddr);
	/* One function may have several names. */
	assert_ptr_equal(dlsym(RTLD_DEFAULT, place.function), wanted.dli_saddr);
}

static const char *const functions[] = {"qsort", "malloc_usable_size", "pthread_create", "fopen",
					"strtod"};

TEST(return_addresses_in_libc_have_its_name_offset_and_function)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);

	assert_non_null(libc);
	EACH_ROW(i, functions) {
		const char *function = dlsym(libc, functions[i]);

		assert_non_null(function);
		if (dlsym(RTLD_DEFAULT, functions[i]) != function)
			continue; /* a sanitizer's: dladdr() and the table differ */
		assert_as_dladdr(function + 1);
		assert_as_dladdr(function + 5);
	}
	dlclose(libc);
}

TEST(return_address_behind_the_last_instruction_belongs_to_the_caller)
{
	const char *function = dlsym(RTLD_NEXT, "secure_getenv");
	struct pl_place place;
	Dl_info info;
	ElfW(Sym) *symbol = NULL;

	assert_int_not_equal(dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT), 0);
	assert_true(symbol != NULL && symbol->st_size > 0);
	pl_module_find(function + symbol->st_size, &place);
	assert_string_equal(place.function, "secure_getenv");
	assert_int_equal(place.function_offset, symbol->st_size);
	pl_module_find(function + symbol->st_size + 1, &place);
	assert_true(place.function == NULL || strcmp(place.function, "secure_getenv") != 0);
}

static __attribute__((noinline)) uintptr_t own_function(uintptr_t n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

TEST(function_that_the_program_does_not_export_is_an_offset_in_the_program)
{
	const char *address = (const char *)(uintptr_t)own_function + 4;
	struct pl_place place;
	Dl_info info;

	pl_module_start();
	assert_int_not_equal(dladdr(address, &info), 0);
	pl_module_find(address, &place);
	assert_string_equal(place.module, program_invocation_short_name);
	assert_int_equal(place.offset, (uintptr_t)address - (uintptr_t)info.dli_fbase);
	assert_null(place.function);
}

TEST(address_of_no_module_is_itself)
{
	void *block = malloc(16);
	const void *const addresses[] = {NULL,	(void *)1, (void *)0x1000,
					 block, &block,	   (void *)UINTPTR_MAX};

	EACH_ROW(i, addresses) {
		struct pl_place place;

		memset(&place, 0xee, sizeof(place));
		pl_module_find(addresses[i], &place);
		assert_null(place.module);
		assert_null(place.function);
		assert_int_equal(place.offset, (uintptr_t)addresses[i]);
	}
	free(block);
}

/*
 * Its dynamic section is read-only, so its pointers are not relocated as those of other modules
 * are.
 */
TEST(functions_of_the_vdso_have_their_names)
{
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);
	const ElfW(Ehdr) *header = (const void *)vdso;
	unsigned named = 0;

	if (vdso == NULL)
		skip();
	assert_memory_equal(header->e_ident, ELFMAG, SELFMAG);
	for (const char *address = vdso + 1; address < vdso + 0x2000; address++) {
		struct pl_place place;

		pl_module_find(address, &place);
		if (place.module == NULL)
			break;
		assert_string_equal(place.module, "linux-vdso.so.1");
		assert_int_equal(place.offset, (uintptr_t)(address - vdso));
		/* Each has two names. */
		named += place.function != NULL && strstr(place.function, "clock_gettime") != NULL;
	}
	assert_true(named > 0);
}

TEST(run_time_libraries_are_told_by_the_beginnings_of_their_file_names)
{
	static const char *const runtime[] = {
		"libc.so.6",	 "libc-2.31.so",    "/lib/x86_64-linux-gnu/libc.so.6",
		"libm.so.6",	 "libpthread.so.0", "ld-linux-x86-64.so.2",
		"libgcc_s.so.1", "libstdc++.so.6",  "ld-musl-x86_64.so.1",
		"libc++.so.1",	 "libc++abi.so.1",  "libpthread-2.31.so"};
	static const char *const others[] = {
		"",	"libcrypto.so.3", "libcurl.so.4",      "libmagic.so.1",	 "program",
		"libc", "/libc.so/x",	  "libphaselock.so.0", "libpng16.so.16", "mylibc.so.6"};

	EACH_ROW(i, runtime)
		if (!pl_runtime_is_library(runtime[i]))
			fail_msg("%s is none", runtime[i]);
	EACH_ROW(i, others)
		if (pl_runtime_is_library(others[i]))
			fail_msg("%s is one", others[i]);
	assert_false(pl_runtime_is_library(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(return_addresses_in_libc_have_its_name_offset_and_function),
		cmocka_unit_test(return_address_behind_the_last_instruction_belongs_to_the_caller),
		cmocka_unit_test(
			function_that_the_program_does_not_export_is_an_offset_in_the_program),
		cmocka_unit_test(address_of_no_module_is_itself),
		cmocka_unit_test(functions_of_the_vdso_have_their_names),
		cmocka_unit_test(run_time_libraries_are_told_by_the_beginnings_of_their_file_names),
	};

	return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
