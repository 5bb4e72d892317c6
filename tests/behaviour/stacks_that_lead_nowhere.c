/* SPDX-License-Identifier: MIT */
/*
 * A call stack whose words are no return addresses, or whose tables lead nowhere, ends in the
 * report with a line that says so, and nothing faults. The stacks are those of coroutines that
 * return to a number, of assembly that uses rbp for something else, of a JIT's code, and one that
 * ends with its page; each on the thread's own stack, on another thread's, and on one that the
 * program made.
 *
 * shows: PL-521 PL-522
 * environment: PHASELOCK_OPTIONS=policy=allow:frames=32
 * run: timeout -s KILL 10 {self} {where} {kind} {value}
 * each: where main thread small_thread own_memory
 * each: kind return
 * each: value 0xdeaddeaddeaddead 1 0x7f0000000000 0xffffffffffffffff 0x8000000000000000
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "stacks_that_lea", 1st time at this site
 * |     #0 coroutine+{hex} {any}
 * |     (the stack cannot be read further: no unwind table)
 * |   locked {any}
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  coroutine+{hex} {any}
 * run: timeout -s KILL 10 {self} {where} base {value}
 * each: where main thread small_thread own_memory
 * each: value guard 1 0 0xdeaddeaddeadde00 0x7f0000000000 0xfffffffffffffff8 below itself
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "stacks_that_lea", 1st time at this site
 * |     #0 scratch+{hex} {any}
 * |     #1 framed+{hex} {any}
 * |     (the stack cannot be read further: it leads to no stack)
 * |   locked {any}
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  scratch+{hex} {any}
 * run: timeout -s KILL 10 {self} {where} edge -
 * each: where main thread small_thread own_memory
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "stacks_that_lea", 1st time at this site
 * |     #0 at_the_edge+{hex} {any}
 * |     (the stack cannot be read further: it leads to no stack)
 * |   locked {any}
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  at_the_edge+{hex} {any}
 * run: timeout -s KILL 10 {self} {where} made -
 * each: where main thread small_thread own_memory
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "stacks_that_lea", 1st time at this site
 * |     #0 {hex}
 * |     (the stack cannot be read further: no unwind table)
 * |   locked {any}
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  {hex}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <alloca.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define STACK_SIZE ((size_t)64 << 10)
#define PAGE 4096

/* Saves the callee-saved registers, and goes on with another stack. */
void switch_to(void **save, void *pointer);
/* Its table says nothing about rbp, although the function has changed it. */
void *scratch(size_t size, void *base);
/* It never returns: its caller would lie behind the end of the stack. */
void at_the_edge(void);
__asm__(".text\n.globl switch_to\n.type switch_to, @function\nswitch_to: .cfi_startproc\n"
	"	push %rbp\n	push %rbx\n	push %r12\n	push %r13\n	push %r14\n	"
	"push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbx\n	"
	"pop %rbp\n"
	"	ret\n"
	".cfi_endproc\n.size switch_to, . - switch_to\n"
	".globl scratch\n.type scratch, @function\nscratch: .cfi_startproc\n"
	"	push %rbp\n	.cfi_adjust_cfa_offset 8\n"
	"	mov %rsi, %rbp\n"
	"	call malloc@plt\n"
	"	pop %rbp\n	.cfi_adjust_cfa_offset -8\n"
	"	ret\n"
	".cfi_endproc\n.size scratch, . - scratch\n"
	".globl at_the_edge\n.type at_the_edge, @function\nat_the_edge: .cfi_startproc\n"
	"	.cfi_def_cfa_offset 16\n" /* its caller is not found */
	"	mov $10, %edi\n"
	"	call malloc@plt\n"
	"	mov %rax, %rdi\n"
	"	call leave_the_edge\n"
	".cfi_endproc\n.size at_the_edge, . - at_the_edge\n");

static void *back, *gone;
static uintptr_t value;
static char *kind;

/* Between pages that cannot be read. */
static char *map_stack(size_t size)
{
	char *memory = mmap(NULL, size + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	CHECK_EQUAL(mprotect(memory + PAGE, size, PROT_READ | PROT_WRITE), 0);
	return memory + PAGE;
}

/*
 * Begins function at the very end of a stack, with words of the stack behind the place to return
 * to.
 */
static void begin(void (*function)(void), size_t words, uintptr_t returns_to)
{
	uintptr_t *pointer = (uintptr_t *)(map_stack(STACK_SIZE) + STACK_SIZE) - 7 - words;

	memset(pointer, 0, 6 * sizeof(*pointer));
	pointer[6] = (uintptr_t)function;
	if (words > 0)
		pointer[7] = returns_to;
	switch_to(&back, pointer);
}

void coroutine(void);
FRAME void coroutine(void)
{
	CHECK(opaque(malloc(10)) != NULL);
	switch_to(&gone, back);
}

void leave_the_edge(void *block);
void leave_the_edge(void *block)
{
	CHECK(opaque(block) != NULL);
	switch_to(&gone, back);
}

/* The size of its frame is known only at run time: rbp leads to it. */
void *framed(size_t size, void *base);
FRAME void *framed(size_t size, void *base)
{
	char *volatile room = alloca(opaque_size(size));
	void *block;

	room[0] = 1;
	block = scratch(size, base);
	room[0] = 2;
	return block;
}

static void with_base(void)
{
	void *base = (void *)value;

	if (strcmp(kind, "guard") == 0)
		base = map_stack(PAGE) + PAGE;
	else if (strcmp(kind, "below") == 0)
		base = (char *)__builtin_frame_address(0) - 4096;
	else if (strcmp(kind, "itself") == 0)
		base = (void *)(uintptr_t)with_base;
	CHECK(opaque(framed(10, base)) != NULL);
}

static void in_made_code(void)
{
	/* push rbp; mov edi, 10; mov rax, malloc; call rax; pop rbp; ret */
	static const unsigned char made[] = {0x55, 0xbf, 10, 0, 0, 0, 0x48, 0xb8, 0,	0,
					     0,	   0,	 0,  0, 0, 0, 0xff, 0xd0, 0x5d, 0xc3};
	unsigned char *code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *(*function)(void);
	void *(*request)(size_t) = malloc;

	CHECK(code != MAP_FAILED);
	memcpy(code, made, sizeof(made));
	memcpy(code + 8, &request, sizeof(request));
	memcpy(&function, &code, sizeof(function));
	CHECK(opaque(function()) != NULL);
}

static void *run(void *what)
{
	lock_allocations();
	if (strcmp(what, "return") == 0)
		begin(coroutine, 1, value);
	else if (strcmp(what, "base") == 0)
		with_base();
	else if (strcmp(what, "edge") == 0)
		begin(at_the_edge, 0, 0);
	else
		in_made_code();
	unlock_allocations();
	return what;
}

static void run_in_thread(void *what, size_t size, bool own_memory)
{
	pthread_attr_t attributes;
	pthread_t thread;

	CHECK_EQUAL(pthread_attr_init(&attributes), 0);
	if (own_memory)
		CHECK_EQUAL(pthread_attr_setstack(&attributes, map_stack(size), size), 0);
	else if (size > 0)
		CHECK_EQUAL(pthread_attr_setstacksize(&attributes, size), 0);
	CHECK_EQUAL(pthread_create(&thread, &attributes, run, what), 0);
	CHECK_EQUAL(pthread_join(thread, NULL), 0);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 3);
	kind = argv[3];
	value = strtoul(argv[3], NULL, 0);
	if (strcmp(argv[1], "main") == 0)
		run(argv[2]);
	else if (strcmp(argv[1], "thread") == 0)
		run_in_thread(argv[2], 0, false);
	else
		run_in_thread(argv[2], STACK_SIZE, strcmp(argv[1], "own_memory") == 0);
	return 0;
}
