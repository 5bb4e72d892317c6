/* SPDX-License-Identifier: MIT */
/*
 * Steps from frame to frame by the unwind tables. The measure is libgcc's unwinder, which is to
 * find the same; and what is not understood must be refused, not guessed.
 *
 * shows: PL-188 PL-192
 */
#define _GNU_SOURCE
#include "cfi.h"

#include "unit.h"

#include <alloca.h>
#include <signal.h>
#include <stdlib.h>
#include <unwind.h>

#define NOT_INLINED __attribute__((noinline, noclone))
#define STAYS_ON_THE_STACK()                                                                       \
	__asm__ volatile("" : : : "memory") /* after a call: it is no tail call */

#define CAPACITY 64

static uintptr_t libgcc[CAPACITY], ours[CAPACITY];
static unsigned libgcc_count, ours_count;
static bool refused;

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
	const uintptr_t *own = __builtin_frame_address(0);
	struct pl_frame frame = {own[1], (uintptr_t)(own + 2), own[0]};

	libgcc_count = 0;
	ours_count = 0;
	refused = false;
	while (frame.pc != 0 && ours_count < CAPACITY) {
		ours[ours_count++] = frame.pc;
		refused = !pl_cfi_step(&frame);
		if (refused)
			break;
	}
	_Unwind_Backtrace(note, NULL);
}

/* The first of libgcc's is in walk_both() itself. */
static void assert_same(void)
{
	assert_false(refused);
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

static void on_signal(int signal)
{
	(void)signal;
	walk_both();
	STAYS_ON_THE_STACK();
}

TEST(frame_of_a_signal_is_refused)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	assert_true(refused);
	/* The handler, and where it returns to; a sanitizer puts frames of its own between. */
	assert_in_range(ours_count, 2, 4);
	assert_true(libgcc_count > ours_count + 1);
	assert_memory_equal(ours, libgcc + 1, ours_count * sizeof(ours[0]));
}

TEST(address_without_a_table_is_refused_and_the_frame_left)
{
	static uintptr_t words[8];
	const struct pl_frame before = {(uintptr_t)&words[1], (uintptr_t)&words[2],
					(uintptr_t)&words[4]};
	struct pl_frame frame = before;

	assert_false(pl_cfi_step(&frame));
	assert_memory_equal(&frame, &before, sizeof(frame));
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
CRAFTED(uses_expression, "sub $8, %rsp\n.cfi_escape 0x0f, 2, 0x77, 0x10\n" /* rsp + 16 */
			 "call *%rdi\nadd $8, %rsp\n.cfi_def_cfa 7, 8\nret\n");
CRAFTED(keeps_base_in_register, "push %rbx\n.cfi_def_cfa_offset 16\n.cfi_offset 3, -16\n"
				"mov %rbp, %rbx\n.cfi_register 6, 3\n"
				"call *%rdi\nmov %rbx, %rbp\npop %rbx\n.cfi_def_cfa 7, 8\nret\n");

TEST(each_form_of_a_plain_table_is_understood)
{
	static void (*const functions[])(void (*)(void)) = {
		advances_by_1, advances_by_2, advances_by_4, remembers, saves_others,
	};

	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		functions[i](walk_both);
		assert_same();
	}
}

TEST(other_tables_are_refused)
{
	static void (*const functions[])(void (*)(void)) = {
		uses_rbx,
		uses_expression,
		keeps_base_in_register,
	};

	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		functions[i](walk_both);
		assert_true(refused);
		assert_int_equal(ours_count, 1);
		assert_true(libgcc_count > 3);
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_functions_are_those_of_libgcc),
		cmocka_unit_test(frames_of_a_size_known_at_run_time_are_those_of_libgcc),
		cmocka_unit_test(frames_of_libc_are_those_of_libgcc),
		cmocka_unit_test(frame_of_a_signal_is_refused),
		cmocka_unit_test(address_without_a_table_is_refused_and_the_frame_left),
#ifdef __x86_64__
		cmocka_unit_test(each_form_of_a_plain_table_is_understood),
		cmocka_unit_test(other_tables_are_refused),
#endif
	};

	return cmocka_run_group_tests_name("cfi", tests, NULL, NULL);
}
