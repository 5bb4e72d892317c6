/* SPDX-License-Identifier: MIT */
/*
 * `phaselock trace`: starts bpftrace with one of the scripts, waits until its probes are attached,
 * starts the program or looks on at a process, and ends bpftrace when all that came is printed. It
 * must not know what a script prints.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "common/glob.h"
#include "library.h"
#include "say.h"
#include "verb.h"
#include "words.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	const char *pattern; /* of functions, if none is given; NULL: it takes none */
	bool needs_library;
} scripts[] = {
	{"callbacks", "*proxy_on_*", false},
	{"chain", "hookpoint*", false},
	{"first-violation", NULL, true},
	{"phases", NULL, false},
	{"sizes", NULL, false},
	{"stages", NULL, true},
};

/* Each takes two probes, and bpftrace at most 4096. */
#define FUNCTIONS_MAX 1000

#define SCRIPTS (sizeof(scripts) / sizeof(scripts[0]))

static void print_usage(void)
{
	fputs("usage: phaselock trace NAME [OPTIONS] PROGRAM|PID [--] [ARGUMENTS...]\n"
	      "NAME:\n"
	      "  callbacks        how long functions take: a histogram for each (*proxy_on_*)\n"
	      "  chain            each request's way by the hook points, by its id (hookpoint*)\n"
	      "  first-violation  the first violation of each process, how long after the lock\n"
	      "  phases           requests by phase, and violations by site\n"
	      "  sizes            sizes that were asked for, before and after the lock\n"
	      "  stages           each stage of a request, with the thread's bytes\n"
	      "OPTIONS:\n"
	      "  --functions=PATTERN  other functions for callbacks and chain, mangled or not\n"
	      "  --in=FILE            look for functions in this library too; may be repeated\n"
	      "  --all                trace all processes, not only those of PROGRAM's name\n"
	      "  -h, --help           print this\n"
	      "Takes root and bpftrace. A PROGRAM is started when all is attached. A PID is\n"
	      "traced with its children until it or Ctrl-C ends. Status: the program's, or 125.\n",
	      stdout);
}

/* ---- what is traced -------------------------------------------------------------------------- */

static volatile sig_atomic_t asked_to_end;
static volatile pid_t started; /* the program; 0: not one of ours */

static void ask_to_end(int signal)
{
	asked_to_end = 1;
	if (signal == SIGTERM && started > 0) /* SIGINT comes to it without us */
		kill(started, signal);
}

/* Adds the program's file, as PATH has it. */
static bool add_program(struct trace_targets *targets, const char *name)
{
	char path[PATH_MAX];
	const char *folders = getenv("PATH");

	if (strchr(name, '/') != NULL || folders == NULL)
		return trace_add_file(targets, name, false);
	while (*folders != '\0') {
		size_t length = strcspn(folders, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)length, folders, name);
		if (access(path, X_OK) == 0)
			return trace_add_file(targets, path, false);
		folders += length + (folders[length] == ':');
	}
	say("%s: no such program", name);
	return false;
}

/* The libraries that the program may have: those of the command, and libc. */
static void add_libraries(struct trace_targets *targets)
{
	struct trace_targets own = {.files = NULL};
	char path[PATH_MAX];

	if (library_find(NULL, "system", path))
		trace_add_file(targets, path, true);
	if (library_find(NULL, "jemalloc", path))
		trace_add_file(targets, path, true);
	trace_add_process(&own, getpid());
	for (size_t i = 0; i < own.file_count; i++)
		if (strstr(own.files[i], "/libc.so") != NULL)
			trace_add_file(targets, own.files[i], true);
}

/* Takes what comes meanwhile: a full pipe would stop bpftrace. */
static int run_program(struct tracer *tracer, char **words)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		execvp(words[0], words);
		say("%s: %s", words[0], strerror(errno));
		_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_START);
	}
	if (pid < 0)
		return STATUS_NOT_CHECKED;
	started = pid;
	while (waitpid(pid, &status, WNOHANG) == 0 && tracer_take(tracer))
		;
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Takes what comes until the process ends, or somebody asks for an end. */
static void look_on(struct tracer *tracer, pid_t pid)
{
	while (!asked_to_end && kill(pid, 0) == 0 && tracer_take(tracer))
		;
}

/* ---- the command line ------------------------------------------------------------------------ */

struct request {
	size_t script;
	const char *pattern;
	bool all;
	char **program; /* with its arguments; NULL: the process */
	pid_t pid;
};

static bool find_script(const char *name, size_t *script)
{
	for (*script = 0; *script < SCRIPTS; ++*script)
		if (name != NULL && strcmp(scripts[*script].name, name) == 0)
			return true;
	say("no script \"%s\"; `phaselock trace --help` lists them", name != NULL ? name : "");
	return false;
}

/* Reads options up to the next word that is none. Returns its place, or -1 after a message. */
static int read_options(int count, char **words, struct request *request,
			struct trace_targets *targets, bool *help)
{
	static const struct option options[] = {{"functions", required_argument, NULL, 'F'},
						{"in", required_argument, NULL, 'I'},
						{"all", no_argument, NULL, 'A'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	int letter;

	optind = 0;
	while ((letter = words_next("trace", count, words, "+h", options, NULL)) != -1) {
		if (letter == 'h')
			*help = true;
		else if (letter == 'A')
			request->all = true;
		else if (letter == 'F')
			request->pattern = optarg;
		else if (letter != 'I' || !trace_add_file(targets, optarg, false))
			return -1;
	}
	return optind;
}

static bool read_target(char **words, struct request *request)
{
	char *end = NULL;

	if (words[0] == NULL) {
		say("no PROGRAM and no PID; see `phaselock trace --help`");
		return false;
	}
	request->pid = (pid_t)strtol(words[0], &end, 10);
	if (*end != '\0' || request->pid <= 0) {
		request->program = words;
		if (words[1] != NULL && strcmp(words[1], "--") == 0) {
			words[1] = words[0];
			request->program = words + 1;
		}
		return true;
	}
	if (kill(request->pid, 0) == 0 || errno == EPERM)
		return true;
	say("%d: %s", (int)request->pid, strerror(errno));
	return false;
}

/* Returns false after it has said what is wrong. */
static bool read_words(int count, char **words, struct request *request,
		       struct trace_targets *targets, bool *help)
{
	int at = read_options(count, words, request, targets, help);

	if (at < 0 || *help)
		return at >= 0;
	if (!find_script(words[at], &request->script))
		return false;
	count -= at;
	words += at;
	at = read_options(count, words, request, targets, help);
	if (at < 0 || *help)
		return at >= 0;
	if (request->pattern != NULL && scripts[request->script].pattern == NULL) {
		say("%s takes no --functions", scripts[request->script].name);
		return false;
	}
	if (request->pattern == NULL)
		request->pattern = scripts[request->script].pattern;
	if (request->pattern != NULL && !pl_glob_is_valid(request->pattern)) {
		say("--functions=%s: no pattern", request->pattern);
		return false;
	}
	return read_target(words + at, request);
}

/* ---- the order of it all --------------------------------------------------------------------- */

static bool is_on_path(const char *name)
{
	const char *folders = getenv("PATH");
	char path[PATH_MAX];

	while (folders != NULL && *folders != '\0') {
		size_t length = strcspn(folders, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)length, folders, name);
		if (access(path, X_OK) == 0)
			return true;
		folders += length + (folders[length] == ':');
	}
	return false;
}

static bool can_trace(void)
{
	if (!is_on_path("bpftrace")) {
		say("bpftrace is not on PATH; install the package bpftrace");
		return false;
	}
	if (geteuid() == 0)
		return true;
	say("tracing takes root; docs/tracing.md names ways without it");
	return false;
}

/* The name that the kernel will give to the program's processes. */
static bool take_name(struct trace_targets *targets, const char *program)
{
	const char *slash = strrchr(program, '/'), *name = slash != NULL ? slash + 1 : program;

	if (strpbrk(name, "\"\\\n") != NULL) {
		say("%s: bpftrace cannot ask for this name; trace all processes by --all", program);
		return false;
	}
	snprintf(targets->comm, sizeof(targets->comm), "%s", name);
	return true;
}

/* Returns false after it has said what is not there. */
static bool find_targets(const struct request *request, struct trace_targets *targets,
			 pid_t pids[TRACE_PROCESSES])
{
	const char *name = scripts[request->script].name;

	if (request->program != NULL) {
		if (!add_program(targets, request->program[0]) ||
		    (!request->all && !take_name(targets, request->program[0])))
			return false;
		if (request->pattern == NULL)
			add_libraries(targets);
	} else {
		trace_add_process(targets, request->pid);
		targets->pids = pids;
		if (!request->all)
			targets->pid_count = trace_processes(request->pid, pids);
	}
	trace_find(targets, request->pattern);
	if (request->pattern != NULL && targets->function_count == 0) {
		say("%s: no function matches \"%s\"; --in=FILE names another file", name,
		    request->pattern);
		return false;
	}
	if (targets->function_count > FUNCTIONS_MAX) {
		say("%s: %zu functions match \"%s\", more than %d", name, targets->function_count,
		    request->pattern, FUNCTIONS_MAX);
		return false;
	}
	if (!scripts[request->script].needs_library || targets->library_count > 0)
		return true;
	say("%s: no library with the probes of phaselock is there", name);
	return false;
}

int verb_trace(int count, char **words)
{
	struct request request = {.program = NULL};
	struct trace_targets targets = {.files = NULL};
	pid_t pids[TRACE_PROCESSES];
	struct tracer tracer = {0};
	bool help = false;
	int status = 0;
	char *script;

	say_for("trace");
	if (!read_words(count, words, &request, &targets, &help))
		return STATUS_NOT_CHECKED;
	if (help) {
		print_usage();
		return 0;
	}
	if (!can_trace() || !find_targets(&request, &targets, pids))
		return STATUS_NOT_CHECKED;
	script = trace_script(scripts[request.script].name, &targets);
	if (script == NULL)
		return STATUS_NOT_CHECKED;
	tracer.output = trace_output_new(scripts[request.script].name, &targets);
	signal(SIGINT, ask_to_end);
	signal(SIGTERM, ask_to_end);
	if (!tracer_start(&tracer, script))
		return STATUS_NOT_CHECKED;
	free(script);
	if (request.program == NULL)
		say("attached to %d; Ctrl-C ends it", (int)request.pid);
	if (request.program != NULL)
		status = run_program(&tracer, request.program);
	else
		look_on(&tracer, request.pid);
	return tracer_end(&tracer) ? status : STATUS_NOT_CHECKED;
}
