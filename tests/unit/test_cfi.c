/* SPDX-License-Identifier: MIT */
/*
 * Steps from frame to frame by the unwind tables. libgcc's unwinder must find the same: on plain
 * stacks; behind signals at every single instruction of a stretch of code, including prologues and
 * stubs; and for tables written by hand. What no compiler writes must be refused, not guessed.
 *
 * shows: PL-188 PL-192 PL-521
 */
#define _GNU_SOURCE
#include "stack/cfi.h"

#include "stepping.h"
#include "unit.h"

#include <alloca.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unwind.h>

#define NOT_INLINED __attribute__((noinline, noclone))
#define STAYS_ON_THE_STACK() __asm__ volatile("" : : : "memory") /* not last: no tail call */

#define CAPACITY 64

static uintptr_t libgcc[CAPACITY], ours[CAPACITY];
static unsigned libgcc_count, ours_count;
static enum pl_cfi_result result;
static struct pl_cfi cfi;

static _Unwind_Reason_Code note(struct _Unwind_Context *context, void *unused)
{
	uintptr_t address = _Unwind_GetIP(context);

	(void)unused;
	if (address == 0 || libgcc_count == CAPACITY)
		return _URC_END_OF_STACK;
	libgcc[libgcc_count++] = address;
	return _URC_NO_REASON;
}

/* Both walk from its caller on. */
static NOT_INLINED void walk_both(void)
{
	libgcc_count = 0;
	ours_count = 0;
	cfi = (struct pl_cfi){.frame = {0}};
	pl_frame_capture(&cfi.frame);
	pl_stack_begin(&cfi.stack, cfi.frame.registers[PL_REGISTER_STACK]);
	for (;;) {
		result = pl_cfi_step(&cfi);
		if (result != PL_CFI_DONE || cfi.frame.pc == 0 || ours_count == CAPACITY)
			break;
		ours[ours_count++] = cfi.frame.pc;
	}
	_Unwind_Backtrace(note, NULL);
	STAYS_ON_THE_STACK();
}

/* The first of libgcc's is in walk_both() itself. */
static void assert_same(void)
{
	assert_int_equal(result, PL_CFI_DONE);
	assert_true(ours_count > 2);
	assert_int_equal(ours_count, libgcc_count - 1);
	assert_memory_equal(ours, libgcc + 1, ours_count * sizeof(ours[0]));
}

TEST(frames_of_functions_are_those_of_libgcc)
{
	walk_both();
	assert_same();
}

static NOT_INLINED void walk_below_room(size_t size)
{
	char *volatile room = alloca(size);

	room[0] = 'x';
	walk_both();
	room[0] = 'y';
}

TEST(frames_of_a_size_known_at_run_time_are_those_of_libgcc)
{
	volatile size_t size = 1000;

	walk_below_room(size);
	assert_same();
}

/* With an alignment that the stack does not have, an expression finds the frame. */
static NOT_INLINED void walk_realigned(size_t size)
{
	_Alignas(128) volatile char aligned[128];
	char *volatile room = alloca(size);

	aligned[0] = room[0] = 'x';
	walk_both();
	room[0] = aligned[0];
	STAYS_ON_THE_STACK();
}

TEST(realigned_frames_are_those_of_libgcc)
{
	for (volatile size_t size = 0; size < 128; size += 8) {
		walk_realigned(size + 1);
		assert_same();
	}
}

static int compare(const void *a, const void *b)
{
	(void)a;
	(void)b;
	walk_both();
	return 0;
}

TEST(frames_of_libc_are_those_of_libgcc)
{
	int numbers[] = {2, 1};

	qsort(numbers, 2, sizeof(numbers[0]), compare);
	assert_same();
}

/* ---- signals --------------------------------------------------------------------------------- */

static void on_signal(int signal)
{
	(void)signal;
	walk_both();
	STAYS_ON_THE_STACK();
}

TEST(frames_behind_a_signal_are_those_of_libgcc)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	assert_same();
}

static void on_outer_signal(int signal)
{
	(void)signal;
	raise(SIGUSR2);
	STAYS_ON_THE_STACK();
}

TEST(frames_behind_a_signal_on_another_stack_are_those_of_libgcc)
{
	static char memory[1 << 16];
	const stack_t other = {.ss_sp = memory, .ss_size = sizeof(memory)};
	const stack_t none = {.ss_flags = SS_DISABLE};
	const struct sigaction action = {.sa_handler = on_outer_signal, .sa_flags = SA_ONSTACK};

	assert_int_equal(sigaltstack(&other, NULL), 0);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	assert_same();
	assert_int_equal(sigaltstack(&none, NULL), 0);
}

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
static unsigned long steps, differ;
static uintptr_t differs_at;

static bool are_same(void)
{
	return result == PL_CFI_DONE && ours_count > 2 && ours_count == libgcc_count - 1 &&
	       memcmp(ours, libgcc + 1, ours_count * sizeof(ours[0])) == 0;
}

static void walk_both_at(uintptr_t instruction)
{
	walk_both();
	steps++;
	if (are_same())
		return;
	if (differ++ == 0)
		differs_at = instruction;
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Through stubs, of functions that the linker has yet to bind too, and much of libc and libm. */
static NOT_INLINED void call_much(void)
{
	int numbers[] = {3, 1, 2};
	char text[64];
	struct tm parts = {.tm_year = 126, .tm_mday = 1};
	void *root = NULL;

	qsort(numbers, 3, sizeof(numbers[0]), by_value);
	tsearch(numbers, &root, by_value);
	tdelete(numbers, &root, by_value);
	snprintf(text, sizeof(text), "%.3f %ld", strtod("1.5e10", NULL), (long)random());
	strftime(text, sizeof(text), "%Y", &parts);
	walk_realigned(40);
	STAYS_ON_THE_STACK();
}

TEST(frames_at_every_instruction_are_those_of_libgcc)
{
	assert_true(stepping_prepare(walk_both_at));
	stepping_begin();
	call_much();
	stepping_end();
	if (differ > 0)
		print_error("%lu of %lu differ, the first at %p\n", differ, steps,
			    (void *)differs_at);
	assert_true(steps > 3000);
	assert_int_equal(differ, 0);
}
#endif

/* ---- tables by hand -------------------------------------------------------------------------- */

TEST(address_without_a_table_is_refused)
{
	static uintptr_t words[8];
	struct pl_cfi none = {.frame = {.pc = (uintptr_t)&words[1]}};

	pl_stack_begin(&none.stack, (uintptr_t)&none);
	assert_int_equal(pl_cfi_step(&none), PL_CFI_NO_TABLE);
	none.frame.pc = 1;
	assert_int_equal(pl_cfi_step(&none), PL_CFI_NO_TABLE);
	none.frame.pc = 0xdeaddeaddeaddead;
	assert_int_equal(pl_cfi_step(&none), PL_CFI_NO_TABLE);
}

#ifdef __x86_64__
/*
 * Functions that call the one in rdi, with tables written by hand. FAR makes the next instruction
 * of the table say that it is for an address so far on.
 */
#define CRAFTED(name, body)                                                                        \
	void name(void (*function)(void));                                                         \
	__asm__(".text\n.type " #name ", @function\n" #name ":\n.cfi_startproc\n" body             \
		".cfi_endproc\n.size " #name ", . - " #name "\n.previous\n")
#define FAR(distance) "jmp 1f\n.skip " #distance ", 0x90\n1:\n.cfi_escape 0x2e, 0x10\n"
#define ENTER                                                                                      \
	"push %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset 6, -16\n"                                  \
	"mov %rsp, %rbp\n.cfi_def_cfa_register 6\n"
#define LEAVE "pop %rbp\n.cfi_def_cfa 7, 8\n.cfi_restore 6\nret\n"
#define ROOM(rules) "sub $8, %rsp\n" rules "call *%rdi\nadd $8, %rsp\n.cfi_def_cfa 7, 8\nret\n"

CRAFTED(advances_by_1, ENTER FAR(100) "call *%rdi\n" LEAVE);
CRAFTED(advances_by_2, ENTER FAR(1000) "call *%rdi\n" LEAVE);
CRAFTED(advances_by_4, ENTER FAR(100000) "call *%rdi\n" LEAVE);
/* Left in the middle, and once more behind that: the state is that of before. */
CRAFTED(remembers, ENTER "test %rdi, %rdi\njne 2f\n.cfi_remember_state\n" LEAVE
			 "2:\n.cfi_restore_state\ncall *%rdi\n" LEAVE);
CRAFTED(saves_others, "push %rbx\n.cfi_def_cfa_offset 16\n.cfi_offset 3, -16\n"
		      "call *%rdi\npop %rbx\n.cfi_def_cfa_offset 8\n.cfi_restore 3\nret\n");
/* The same frame, described by rbx, by an expression, and rbp saved in a register. */
CRAFTED(uses_rbx, "push %rbx\n.cfi_def_cfa_offset 16\n.cfi_offset 3, -16\n"
		  "mov %rsp, %rbx\n.cfi_def_cfa_register 3\n"
		  "call *%rdi\npop %rbx\n.cfi_def_cfa 7, 8\nret\n");
CRAFTED(uses_expression, ROOM(".cfi_escape 0x0f, 2, 0x77, 0x10\n")); /* rsp + 16 */
CRAFTED(keeps_base_in_register, "push %rbx\n.cfi_def_cfa_offset 16\n.cfi_offset 3, -16\n"
				"mov %rbp, %rbx\n.cfi_register 6, 3\n"
				"call *%rdi\nmov %rbx, %rbp\npop %rbx\n.cfi_def_cfa 7, 8\nret\n");
/* Like a stub's: rsp + 8, and 8 more from byte 11 of 16 on, where this address is not. */
CRAFTED(is_like_a_stub,
	".p2align 4\nsub $8, %rsp\n"
	".cfi_escape 0x0f, 12, 0x77, 16, 0x80, 0, 0x3f, 0x1a, 0x3f, 0x2a, 0x33, 0x24, "
	"0x22, 0x96\n"
	"call *%rdi\nadd $8, %rsp\n.cfi_def_cfa 7, 8\nret\n");
/* rsp + 16 in many ways: by jumps, constants of each size, and what is on the stack. */
CRAFTED(jumps_about, ROOM(".cfi_escape 0x0f, 14, 0x77, 0, 0x31, 0x28, 2, 0, 0x13, 0x30, 0x08, 15, "
			  "0x23, 1, 0x22, 0x96\n"));
CRAFTED(has_constants, ROOM(".cfi_escape 0x0f, 22, 0x77, 0, 0x09, 0xff, 0x0a, 8, 0, 0x22, 0x0b, 9, "
			    "0, 0x22, 0x0c, 0, 0, 0, 0, 0x22, 0x11, 0, 0x22, 0x22\n"));
CRAFTED(moves_entries, ROOM(".cfi_escape 0x0f, 10, 0x40, 0x77, 0, 0x16, 0x14, 0x17, 0x22, 0x12, "
			    "0x13, 0x96\n"));
CRAFTED(has_forms_with_signs, ROOM(".cfi_escape 0x12, 7, 0x7e\n" /* def_cfa_sf 7, 16 */
				   ".cfi_escape 0x13, 0x7e\n"	 /* def_cfa_offset_sf 16 */
				   ".cfi_escape 0x2f, 16, 0\n"	 /* GNU_negative_offset_extended */
				   ".cfi_escape 0x11, 16, 1\n"	 /* offset_extended_sf */
				   ".cfi_escape 0x05, 16, 1\n"	 /* offset_extended */
				   ".cfi_escape 0x06, 6\n"	 /* restore_extended */
				   ".cfi_escape 0x08, 6\n"));	 /* same_value */
/* rbx is the CFA and -16, in both forms and by an expression: what it is before, below. */
CRAFTED(has_values, "push %rbx\n.cfi_def_cfa_offset 16\nmov %rsp, %rbx\n.cfi_def_cfa 3, 16\n"
		    ".cfi_escape 0x14, 12, 2\n.cfi_escape 0x15, 13, 2\n"
		    ".cfi_escape 0x16, 14, 2, 0x23, 0\n.cfi_escape 0x10, 16, 2, 0x38, 0x1c\n"
		    "call *%rdi\npop %rbx\n.cfi_def_cfa 7, 8\nret\n");

TEST(each_form_of_a_table_is_understood)
{
	static void (*const functions[])(void (*)(void)) = {
		advances_by_1,	      advances_by_2, advances_by_4,   remembers,
		saves_others,	      uses_rbx,	     uses_expression, keeps_base_in_register,
		is_like_a_stub,	      jumps_about,   has_constants,   moves_entries,
		has_forms_with_signs,
	};

	EACH_ROW(i, functions) {
		functions[i](walk_both);
		assert_same();
	}
}

static uintptr_t values[3], pointer;

static NOT_INLINED void take_values(void)
{
	struct pl_cfi walk = {.frame = {0}};

	pl_frame_capture(&walk.frame);
	pl_stack_begin(&walk.stack, walk.frame.registers[PL_REGISTER_STACK]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pl_cfi_step(&walk), PL_CFI_DONE);
	pointer = walk.frame.registers[PL_REGISTER_STACK];
	memcpy(values, &walk.frame.registers[12], sizeof(values));
	assert_int_equal(walk.frame.known >> 12 & 7, 7);
}

TEST(values_of_registers_are_found_without_a_place_in_memory)
{
	has_values(take_values);
	assert_int_equal(values[0], pointer - 16);
	assert_int_equal(values[1], pointer - 16);
	assert_int_equal(values[2], pointer);
}

/* Expressions with an unknown register, unmapped memory, no end, and other faults. */
CRAFTED(asks_rax, ROOM(".cfi_escape 0x0f, 2, 0x70, 0x10\n"));
CRAFTED(asks_nothing_there, ROOM(".cfi_escape 0x0f, 3, 0x08, 0x08, 0x06\n"));
CRAFTED(never_ends, ROOM(".cfi_escape 0x0f, 3, 0x2f, 0xfd, 0xff\n"));
CRAFTED(leaves_its_end, ROOM(".cfi_escape 0x0f, 3, 0x2f, 0x7f, 0\n"));
CRAFTED(takes_too_much, ROOM(".cfi_escape 0x0f, 1, 0x22\n"));
CRAFTED(divides_by_nothing, ROOM(".cfi_escape 0x0f, 4, 0x77, 0, 0x30, 0x1b\n"));
CRAFTED(knows_no_operation, ROOM(".cfi_escape 0x0f, 3, 0x77, 16, 0xf3\n"));
CRAFTED(goes_down, ROOM(".cfi_escape 0x0f, 3, 0x77, 0x80, 0x7f\n"));
CRAFTED(goes_far_up, ROOM(".cfi_escape 0x0f, 6, 0x77, 0x80, 0x80, 0x80, 0x80, 0x40\n"));
CRAFTED(is_not_aligned, ROOM(".cfi_escape 0x0f, 2, 0x77, 0x11\n"));
CRAFTED(has_no_such_instruction, ROOM(".cfi_escape 0x2d\n")); /* of SPARC */
CRAFTED(recalls_nothing, ROOM(".cfi_escape 0x0b\n"));

TEST(other_tables_are_refused)
{
	static const struct {
		void (*function)(void (*)(void));
		enum pl_cfi_result result;
	} cases[] = {
		{asks_rax, PL_CFI_UNREADABLE},
		{asks_nothing_there, PL_CFI_UNREADABLE},
		{never_ends, PL_CFI_UNREADABLE},
		{leaves_its_end, PL_CFI_UNREADABLE},
		{takes_too_much, PL_CFI_UNREADABLE},
		{divides_by_nothing, PL_CFI_UNREADABLE},
		{knows_no_operation, PL_CFI_UNREADABLE},
		{goes_down, PL_CFI_UNREADABLE},
		{goes_far_up, PL_CFI_UNREADABLE},
		{is_not_aligned, PL_CFI_UNREADABLE},
		{has_no_such_instruction, PL_CFI_NO_TABLE},
		{recalls_nothing, PL_CFI_NO_TABLE},
	};

	EACH_ROW(i, cases) {
		struct pl_cfi walk = {.frame = {.known = PL_REGISTERS_KEPT}};
		uintptr_t words[8] = {0};

		/* Not called, because libgcc would fault in some of them. */
		walk.frame.pc = (uintptr_t)cases[i].function + 6; /* behind the call */
		walk.frame.registers[PL_REGISTER_STACK] = (uintptr_t)words;
		pl_stack_begin(&walk.stack, (uintptr_t)words);
		result = pl_cfi_step(&walk);
		assert_int_equal(result, cases[i].result);
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_functions_are_those_of_libgcc),
		cmocka_unit_test(frames_of_a_size_known_at_run_time_are_those_of_libgcc),
		cmocka_unit_test(realigned_frames_are_those_of_libgcc),
		cmocka_unit_test(frames_of_libc_are_those_of_libgcc),
		cmocka_unit_test(frames_behind_a_signal_are_those_of_libgcc),
		cmocka_unit_test(frames_behind_a_signal_on_another_stack_are_those_of_libgcc),
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(frames_at_every_instruction_are_those_of_libgcc),
#endif
		cmocka_unit_test(address_without_a_table_is_refused),
#ifdef __x86_64__
		cmocka_unit_test(each_form_of_a_table_is_understood),
		cmocka_unit_test(values_of_registers_are_found_without_a_place_in_memory),
		cmocka_unit_test(other_tables_are_refused),
#endif
	};

	pl_stack_start();
	return cmocka_run_group_tests_name("cfi", tests, NULL, NULL);
}
