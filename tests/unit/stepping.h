/* SPDX-License-Identifier: MIT */
/*
 * Runs a signal handler before each instruction of a stretch of code, by the processor's trap flag.
 * Whatever a handler can disturb, it disturbs here, at every place and in every run. It does not
 * work under ThreadSanitizer, which delivers signals when it likes.
 */
#ifndef TEST_STEPPING_H
#define TEST_STEPPING_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#define STEPPING_TRAP_FLAG 0x100

/* Called before each instruction, with its address. */
static void (*stepping_function)(uintptr_t instruction);

static inline void stepping_step(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	stepping_function((uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP]);
}

static inline void stepping_set_flag(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= STEPPING_TRAP_FLAG;
}

static inline void stepping_clear_flag(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~STEPPING_TRAP_FLAG;
}

/* Takes the signals SIGTRAP, SIGUSR1 and SIGUSR2. Returns whether it could. */
static inline bool stepping_prepare(void (*function)(uintptr_t instruction))
{
	const struct sigaction step = {.sa_sigaction = stepping_step, .sa_flags = SA_SIGINFO};
	const struct sigaction begin = {.sa_sigaction = stepping_set_flag, .sa_flags = SA_SIGINFO};
	const struct sigaction end = {.sa_sigaction = stepping_clear_flag, .sa_flags = SA_SIGINFO};

	stepping_function = function;
	return sigaction(SIGTRAP, &step, NULL) == 0 && sigaction(SIGUSR1, &begin, NULL) == 0 &&
	       sigaction(SIGUSR2, &end, NULL) == 0;
}

static inline void stepping_begin(void)
{
	raise(SIGUSR1);
}

static inline void stepping_end(void)
{
	raise(SIGUSR2);
}

#endif
