/* SPDX-License-Identifier: MIT */
/* A line that is written by a signal handler. It must not know what takes so long. */
#define _GNU_SOURCE
#include "progress.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const char *volatile now; /* what is done */
static volatile unsigned seconds;
static volatile bool is_shown;

static void put(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* there is nobody to tell */
}

/* In a signal handler: nothing but write(2). */
static void step(int signal)
{
	char digits[16];
	size_t at = sizeof(digits) - 1;
	unsigned rest = ++seconds;

	(void)signal;
	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	is_shown = true;
	put("\r\033[Kphaselock report: ");
	put(now);
	put(", ");
	put(digits + at);
	put(" s\r"); /* what comes next stands over it */
}

void progress_say(const char *what)
{
	const struct itimerval second = {{1, 0}, {1, 0}};
	struct sigaction action = {.sa_handler = step, .sa_flags = SA_RESTART};
	bool begins = now == NULL;

	now = what;
	if (!begins || isatty(STDERR_FILENO) != 1)
		return;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &second, NULL);
}

void progress_end(void)
{
	const struct itimerval none = {{0, 0}, {0, 0}};

	setitimer(ITIMER_REAL, &none, NULL);
	if (is_shown)
		put("\r\033[K");
	is_shown = false;
	now = NULL;
}
