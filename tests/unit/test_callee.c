/* SPDX-License-Identifier: MIT */
/*
 * The function that a call instruction calls. The code jumps over the calls below, since only their
 * return addresses are wanted.
 *
 * shows: PL-181
 */
#define _GNU_SOURCE
#include "report/callee.h"

#include "unit.h"

#include <link.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS_BEHIND(call)                                                                       \
	__extension__({                                                                            \
		const char *behind_;                                                               \
		__asm__ volatile("lea 1f(%%rip), %0\n\tjmp 1f\n\t" call "\n1:" : "=r"(behind_));   \
		behind_;                                                                           \
	})

/* At the first call the dynamic linker fills the table's entry, then enters the function. */
static const char *behind_call(void)
{
	__asm__ volatile("sub $256, %%rsp\n\tcall getppid@PLT\n\tadd $256, %%rsp"
			 :
			 :
			 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc",
			   "memory");
	return ADDRESS_BEHIND("call getppid@PLT");
}

TEST(call_by_way_of_a_stub_has_the_name_of_the_function)
{
	const char *name = pl_callee_name(behind_call());

	assert_non_null(name);
	assert_string_equal(name, "getppid");
}

TEST(call_by_way_of_the_table_has_the_name_of_the_function)
{
	const char *name = pl_callee_name(ADDRESS_BEHIND("call *getppid@GOTPCREL(%%rip)"));

	assert_non_null(name);
	assert_string_equal(name, "getppid");
}

static __attribute__((noinline, used)) void own_function(void)
{
	__asm__ volatile("");
}

TEST(call_within_the_module_or_by_a_register_has_none)
{
	own_function();
	assert_null(pl_callee_name(ADDRESS_BEHIND("call own_function")));
	assert_null(pl_callee_name(ADDRESS_BEHIND("call *%%rax")));
	assert_null(pl_callee_name(ADDRESS_BEHIND("call *8(%%rax)")));
}

TEST(address_of_no_module_has_none)
{
	char on_stack[16] = {(char)0xe8};

	assert_null(pl_callee_name(NULL));
	assert_null(pl_callee_name((void *)1));
	assert_null(pl_callee_name((void *)UINTPTR_MAX));
	assert_null(pl_callee_name(on_stack + 5));
}

/* Every segment of every module, byte by byte, as if a call ended there. */
static int look_everywhere(struct dl_phdr_info *info, size_t size, void *names)
{
	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		const char *start = (const char *)(info->dlpi_addr + segment->p_vaddr);

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		for (size_t byte = 0; byte <= segment->p_memsz && byte < 40000; byte++)
			*(unsigned *)names += pl_callee_name(start + byte) != NULL;
	}
	return 0;
}

TEST(no_byte_of_any_code_makes_it_read_where_nothing_is)
{
	unsigned names = 0;

	dl_iterate_phdr(look_everywhere, &names);
	assert_true(names > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_by_way_of_a_stub_has_the_name_of_the_function),
		cmocka_unit_test(call_by_way_of_the_table_has_the_name_of_the_function),
		cmocka_unit_test(call_within_the_module_or_by_a_register_has_none),
		cmocka_unit_test(address_of_no_module_has_none),
		cmocka_unit_test(no_byte_of_any_code_makes_it_read_where_nothing_is),
	};

	return cmocka_run_group_tests_name("callee", tests, NULL, NULL);
}
