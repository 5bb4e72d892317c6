/* SPDX-License-Identifier: MIT */
/*
 * Whoever sends a signal to the command means the program: a service manager, a container engine
 * and kill(1) know only the process that they have started. It must not know what the program makes
 * of one.
 *
 * Signals are blocked in this process and read one by one from a descriptor, so no handler can meet
 * a child that is not there yet or not there any more. A blocked signal also reaches the first
 * process of a container, whose signals the kernel drops otherwise.
 */
#define _GNU_SOURCE
#include "signals.h"

#include "copy.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* What the program is to find as this process found it. */
static struct inherited {
	sigset_t mask;
	struct sigaction
		of_child; /* SIGCHLD: ignored, it would make the kernel forget how a child ended */
} inherited;

/* Where the signals come from. Written once by signals_take(). */
static int source = -1;

/* The signal that tells of a copy's end. Likewise. */
static int copy_signal;

static int end_asked;

static struct signals_moments moments; /* say is NULL: none is awaited yet */

bool signals_take(int lock_signal, int unlock_signal)
{
	/* They stop this process as any other, as the user of a terminal expects. */
	static const int of_jobs[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t taken;

	copy_signal = copy_choose_signal(lock_signal, unlock_signal);
	sigfillset(&taken);
	for (size_t i = 0; i < sizeof(of_jobs) / sizeof(of_jobs[0]); i++)
		sigdelset(&taken, of_jobs[i]);
	source = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (source < 0)
		return false;
	sigprocmask(SIG_BLOCK, &taken, &inherited.mask);
	sigaction(SIGCHLD, &plain, &inherited.of_child);
	return true;
}

void signals_give_back(void)
{
	sigaction(SIGCHLD, &inherited.of_child, NULL);
	sigprocmask(SIG_SETMASK, &inherited.mask, NULL);
}

int signals_fd(void)
{
	return source;
}

/* If somebody else sends the same signal, it is the program's. */
static bool tells_of_copy(const struct signalfd_siginfo *signal)
{
	return (int)signal->ssi_signo == copy_signal && signal->ssi_code > 0;
}

/*
 * The terminal sends some signals to the program, too, as to all of its foreground group. Others
 * are this process's own: a reader of its stderr that is gone, a file or a processor time at its
 * limit. None of these is a reason to leave the program alone.
 */
static bool is_for_program(const struct signalfd_siginfo *signal)
{
	switch (signal->ssi_signo) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGXFSZ:
		return false;
	case SIGINT:
	case SIGQUIT:
	case SIGWINCH:
	case SIGXCPU:
		return signal->ssi_code != SI_KERNEL;
	default:
		return true;
	}
}

static bool asks_for_end(int signal)
{
	return signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGQUIT;
}

static void pass_on(pid_t program, const struct signalfd_siginfo *signal)
{
	const union sigval value = {.sival_ptr = (void *)(uintptr_t)signal->ssi_ptr};
	int number = (int)signal->ssi_signo;

	if (signal->ssi_code == SI_QUEUE)
		sigqueue(program, number, value);
	else
		kill(program, number);
	if (asks_for_end(number))
		end_asked = number;
}

void signals_keep_moments(const struct signals_moments *kept)
{
	moments = *kept;
}

/* The clock sends a signal, so that it is heard wherever signals are. */
bool signals_start_clock(uint64_t milliseconds)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec end = {
		.it_value = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000}};
	timer_t timer;

	if (milliseconds == 0)
		end.it_value.tv_nsec = 1; /* 0 would stop the clock */
	return timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
	       timer_settime(timer, 0, &end, NULL) == 0;
}

/* Returns whether the signal is the moment of something; if so, has said that moment. */
static bool is_moment(const struct signalfd_siginfo *signal)
{
	enum pl_channel_want want;
	int number = (int)signal->ssi_signo;

	if (number == SIGALRM && signal->ssi_code == SI_TIMER)
		want = PL_CHANNEL_LOCK_AFTER;
	else if (number == moments.unlock)
		want = PL_CHANNEL_UNLOCK_SIGNAL;
	else if (number == moments.lock)
		want = PL_CHANNEL_LOCK_SIGNAL;
	else
		return false;
	moments.say(moments.context, want);
	return true;
}

void signals_pass_on(pid_t program)
{
	struct signalfd_siginfo signal;

	while (read(source, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
		/* The kernel makes one of two that come at once, whoever sends them. */
		if ((int)signal.ssi_signo == copy_signal)
			copy_reap();
		if (!tells_of_copy(&signal) && !is_moment(&signal) && is_for_program(&signal))
			pass_on(program, &signal);
	}
}

int signals_end_asked(void)
{
	return end_asked;
}
