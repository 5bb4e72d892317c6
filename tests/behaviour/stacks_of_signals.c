/* SPDX-License-Identifier: MIT */
/*
 * The call stack of a violation in a signal handler goes on beyond the handler: to the interrupted
 * function, under its own name even if it was at its very first instruction, and from there to the
 * start of the program or thread. The same holds on an alternate stack, in a handler that
 * interrupted a handler, and at any moment of a computation.
 *
 * shows: PL-188 PL-189
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: {self} {kind}
 * each: kind raise thread fault nested async alternate
 * exit: 0
 * stderr:
 * | phaselock: {number} violation{any} at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 * run: {self} report
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=5
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(1) inside a forbid scope
 * |   thread {number} "stacks_of_signa", 1st time at this site
 * |     #0 {any}violate+{hex}{any}
 * |     #1 {any}handle_fault+{hex}{any}
 * |     #2 {any}
 * |     #3 {any}faults_at_once+0x1{any}
 * |     #4 {any}fault+{hex}{any}
 * | {lines}
 */
#define _GNU_SOURCE
#include "stack.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <ucontext.h>

#define EXPECT(...) check_stack((const char *const[]){__VA_ARGS__, NULL})
#define STACK_SIZE ((size_t)64 << 10)
#define TICKS 50

static void install(int signal, void (*function)(int), int flags)
{
	struct sigaction action = {.sa_handler = function, .sa_flags = flags};

	CHECK_EQUAL(sigaction(signal, &action, NULL), 0);
}

void handle(int signal);
FRAME void handle(int signal)
{
	(void)signal;
	violate();
	opaque(NULL);
}

void by_raise(void);
FRAME void by_raise(void)
{
	install(SIGUSR1, handle, 0);
	raise(SIGUSR1);
	EXPECT("violate", "handle", GAP, "by_raise", "main", GAP, "_start");
}

void *start(void *unused);
FRAME void *start(void *unused)
{
	pthread_kill(pthread_self(), SIGUSR1);
	return opaque(unused);
}

void by_thread(void);
FRAME void by_thread(void)
{
	pthread_t thread;

	install(SIGUSR1, handle, 0);
	CHECK_EQUAL(pthread_create(&thread, NULL, start, NULL), 0);
	pthread_join(thread, NULL);
	EXPECT("violate", "handle", GAP, "start", GAP);
}

/* ---- at the first instruction ---------------------------------------------------------------- */

/*
 * Its first instruction is an invalid one, so it is interrupted before it has done anything. What
 * lies right before it is another function, which must not be taken for it.
 */
void faults_at_once(void);
__asm__(".globl lies_before, faults_at_once\n"
	".type lies_before, @function\n"
	".type faults_at_once, @function\n"
	"lies_before: .cfi_startproc\n"
	"	nop\n"
	"	.cfi_endproc\n"
	"	.size lies_before, . - lies_before\n"
	"faults_at_once: .cfi_startproc\n"
	"	ud2\n"
	"	ret\n"
	"	.cfi_endproc\n"
	"	.size faults_at_once, . - faults_at_once\n");

void handle_fault(int signal, siginfo_t *information, void *context);
FRAME void handle_fault(int signal, siginfo_t *information, void *context)
{
	(void)signal;
	(void)information;
	violate();
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2; /* behind the ud2 */
}

void fault(void);
FRAME void fault(void)
{
	struct sigaction action = {.sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO};

	CHECK_EQUAL(sigaction(SIGILL, &action, NULL), 0);
	faults_at_once();
	opaque(NULL);
}

void by_fault(void);
FRAME void by_fault(void)
{
	fault();
	EXPECT("violate", "handle_fault", GAP, "faults_at_once", "fault", "by_fault", "main", GAP,
	       "_start");
}

/* ---- a handler that interrupts a handler ----------------------------------------------------- */

void handle_outer(int signal);
FRAME void handle_outer(int signal)
{
	(void)signal;
	faults_at_once();
	opaque(NULL);
}

void by_nested(void);
FRAME void by_nested(void)
{
	struct sigaction action = {.sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO};

	CHECK_EQUAL(sigaction(SIGILL, &action, NULL), 0);
	install(SIGUSR1, handle_outer, 0);
	raise(SIGUSR1);
	EXPECT("violate", "handle_fault", GAP, "faults_at_once", "handle_outer", GAP, "by_nested",
	       "main", GAP, "_start");
}

/* ---- at any moment --------------------------------------------------------------------------- */

static volatile sig_atomic_t ticks;
static volatile unsigned sink;

void tick(int signal);
FRAME void tick(int signal)
{
	(void)signal;
	violate();
	ticks++;
}

unsigned compute_more(unsigned value);
FRAME unsigned compute_more(unsigned value)
{
	return value * 2654435761u + 1;
}

/* Makes calls, so that some signals come while a frame is half made. */
void compute(void);
FRAME void compute(void)
{
	unsigned value = 1;

	while (ticks < TICKS)
		value = compute_more(value);
	sink = value;
}

static void be_interrupted(int flags)
{
	static struct phaselock_violation sites[PHASELOCK_SITES_MAX];
	struct itimerval each = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	size_t count;

	install(SIGALRM, tick, SA_RESTART | flags);
	CHECK_EQUAL(setitimer(ITIMER_REAL, &each, NULL), 0);
	compute();
	CHECK_EQUAL(setitimer(ITIMER_REAL, &never, NULL), 0);
	count = phaselock_get_violations(sites, PHASELOCK_SITES_MAX);
	CHECK(count > 0 && count <= PHASELOCK_SITES_MAX);
	for (size_t i = 0; i < count; i++) {
		unsigned outer = sites[i].frame_count - 1;

		if (strcmp(stack_name(sites[i].frames[1]).function, "tick") != 0)
			continue;
		/* violate, tick, its return address, then whatever was interrupted */
		CHECK(outer >= 5);
		CHECK(strncmp(stack_name(sites[i].frames[3]).function, "compute", 7) == 0);
		CHECK(strcmp(stack_name(sites[i].frames[outer]).function, "_start") == 0);
	}
}

void by_async(void);
FRAME void by_async(void)
{
	be_interrupted(0);
	opaque(NULL);
}

void by_alternate(void);
FRAME void by_alternate(void)
{
	static char memory[STACK_SIZE];
	stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};

	CHECK_EQUAL(sigaltstack(&stack, NULL), 0);
	install(SIGUSR1, handle, SA_ONSTACK);
	raise(SIGUSR1);
	EXPECT("violate", "handle", GAP, "by_alternate", "main", GAP, "_start");
	be_interrupted(SA_ONSTACK);
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"raise", by_raise},   {"thread", by_thread}, {"fault", by_fault},
	{"nested", by_nested}, {"async", by_async},   {"alternate", by_alternate},
	{"report", fault},
};

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		kinds[i].run();
		return 0;
	}
	return 1;
}
