/* SPDX-License-Identifier: MIT */
/* bpftrace as a child process, from its start to its end. It must not know what it traces. */
#define _GNU_SOURCE
#include "trace.h"

#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TURNS 3

/* What it says while all goes well. */
static bool is_noise(const char *line)
{
	return strstr(line, "RLIMIT_MEMLOCK") != NULL ||
	       strstr(line, "failed to detach probe") != NULL ||
	       strstr(line, "uprobe_events") != NULL || line[0] == '\n';
}

static void tell_errors(const struct tracer *tracer)
{
	char line[512];

	rewind(tracer->errors);
	while (fgets(line, sizeof(line), tracer->errors) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && !is_noise(line))
			say("bpftrace: %s", line);
	}
}

static void run_bpftrace(int script, int output, int errors)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", script);
	setpgid(0, 0); /* Ctrl-C is for us */
	prctl(PR_SET_PDEATHSIG, SIGINT);
	setenv("BPFTRACE_MAP_KEYS_MAX", "65536", 0);
	setenv("BPFTRACE_MAX_PROBES", "4096", 0);
	setenv("BPFTRACE_PERF_RB_PAGES", "1024", 0);
	setenv("BPFTRACE_STRLEN", "128", 0);
	dup2(output, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	execlp("bpftrace", "bpftrace", "-f", "json", path, NULL);
	_exit(127);
}

static bool start(struct tracer *tracer, const char *text)
{
	int script = memfd_create("script", 0), both[2];

	tracer->errors = tmpfile();
	if (script < 0 || tracer->errors == NULL || pipe2(both, O_CLOEXEC) != 0 ||
	    write(script, text, strlen(text)) != (ssize_t)strlen(text)) {
		say("cannot start bpftrace: %s", strerror(errno));
		return false;
	}
	fcntl(fileno(tracer->errors), F_SETFD, FD_CLOEXEC);
	tracer->pid = fork();
	if (tracer->pid == 0)
		run_bpftrace(script, both[1], fileno(tracer->errors));
	close(script);
	close(both[1]);
	tracer->printed = fdopen(both[0], "r");
	return tracer->pid > 0 && tracer->printed != NULL;
}

static uint64_t now(int clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

bool tracer_take(struct tracer *tracer)
{
	char *line = NULL;
	size_t size = 0;
	uint64_t tick = 0;

	while (tick == 0 && getline(&line, &size, tracer->printed) > 0)
		tick = trace_output_take(tracer->output, line);
	free(line);
	tracer->tick = tick;
	return tick != 0;
}

/* Which clock bpftrace has depends on its version. They differ by the time of sleep. */
static void find_clock(struct tracer *tracer)
{
	bool is_early = tracer->tick <
			now(CLOCK_MONOTONIC) + (now(CLOCK_BOOTTIME) - now(CLOCK_MONOTONIC)) / 2;

	tracer->clock = is_early ? CLOCK_MONOTONIC : CLOCK_BOOTTIME;
}

bool tracer_start(struct tracer *tracer, const char *script)
{
	if (!start(tracer, script))
		return false;
	if (tracer_take(tracer)) {
		find_clock(tracer);
		return true;
	}
	waitpid(tracer->pid, NULL, 0);
	tell_errors(tracer);
	say("bpftrace cannot trace here");
	return false;
}

/*
 * bpftrace reads the buffers of all processors in turn, and may be late. A tick that came after
 * this moment was read after all before it, but for the other buffers of the same turn: so this is
 * done again. Returns false if bpftrace ended.
 */
static bool take_all(struct tracer *tracer)
{
	for (int i = 0; i < TURNS; i++) {
		uint64_t moment = now(tracer->clock);

		do
			if (!tracer_take(tracer))
				return false;
		while (tracer->tick < moment);
	}
	return true;
}

bool tracer_end(struct tracer *tracer)
{
	bool is_whole = take_all(tracer);
	uint64_t lost;

	kill(tracer->pid, SIGINT);
	while (tracer_take(tracer))
		;
	waitpid(tracer->pid, NULL, 0);
	if (!is_whole)
		say("bpftrace ended too early");
	tell_errors(tracer);
	lost = trace_output_print(tracer->output, stdout);
	if (lost > 0)
		say("bpftrace lost %llu events", (unsigned long long)lost);
	return is_whole && lost == 0;
}
