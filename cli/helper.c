/* SPDX-License-Identifier: MIT */
/*
 * Answers questions, one by one. It must not know who asks, nor what an answer is good for.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "demangle.h"
#include "question.h"
#include "regular.h"
#include "symbols.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Files are mapped privately, so they count: this bounds the debug information that can be read. */
#define MEMORY_MAX ((rlim_t)2 << 30)
#define FILES_MAX ((rlim_t)256)

#define ASKER (STDERR_FILENO + 1) /* the one descriptor that stays */

/* ---- what it may do -------------------------------------------------------------------------- */

static void limit(int resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
		return;
	now.rlim_max = now.rlim_max < most ? now.rlim_max : most;
	now.rlim_cur = now.rlim_cur < now.rlim_max ? now.rlim_cur : now.rlim_max;
	setrlimit((__rlimit_resource_t)resource, &now);
}

/* If the whole machine runs out of memory, this process is the one to go. */
static void offer_to_be_killed(void)
{
	int fd = openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "1000", strlen("1000")); /* it may be forbidden */
	close(fd);
}

/*
 * Gives up what belongs to the process that started this one: descriptors, which would keep its
 * pipes open, and its terminal, whose signals are not meant for this one. The standard streams
 * become a folder, which can neither be read nor written.
 */
static bool leave_all_but(int fd)
{
	int nothing = openat(AT_FDCWD, "/", O_PATH | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
	    dup2(nothing, STDERR_FILENO) < 0 || dup2(fd, ASKER) < 0)
		return false;
	if (syscall(SYS_close_range, ASKER + 1, ~0U, 0) != 0)
		for (int other = ASKER + 1; other < (int)FILES_MAX; other++)
			close(other);
	setsid();
	return true;
}

static bool asker_lives(void)
{
	struct pollfd asker = {ASKER, 0, 0};

	return poll(&asker, 1, 0) == 0;
}

static bool confine(const struct helper_start *start)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || !leave_all_but(start->fd) || !asker_lives())
		return false;
	offer_to_be_killed();
	prctl(PR_SET_DUMPABLE, 0); /* no core dumps, and no guarded process can look into it */
	limit(RLIMIT_DATA, MEMORY_MAX);
	limit(RLIMIT_NOFILE, FILES_MAX);
	regular_only();
	if (start->debuginfod)
		return true;
	unsetenv("DEBUGINFOD_URLS");
	limit(RLIMIT_FSIZE, 0);
	return true;
}

/* ---- what it does ---------------------------------------------------------------------------- */

/* The strings stay those of the place. */
static void describe(const struct symbols_place *place, struct answer *answer)
{
	answer->symbol = place->symbol;
	answer->symbol_offset = place->symbol_offset;
	answer->count = place->count;
	for (size_t i = 0; i < place->count; i++)
		answer->functions[i] =
			(struct answer_function){place->functions[i].name, place->functions[i].file,
						 place->functions[i].line};
}

/* Returns whether the answer was taken. */
static bool answer(struct symbols *symbols, const struct question *question)
{
	struct answer known = {.state = MODULE_ABSENT};
	struct symbols_place place = {0};
	struct symbols_module *module;
	static char message[ANSWER_SIZE], list[ANSWER_SIZE / 2];
	struct pl_text text = pl_text_in(list, sizeof(list));
	char *demangled = NULL;
	size_t length;

	if (question->path[0] != '\0')
		known.state = symbols_open(symbols, question->path, question->build_id, &module);
	if (known.state == MODULE_HERE)
		symbols_find(module, question->offset, &place);
	if (known.state == MODULE_HERE && question->patterns[0] != '\0') {
		known.is_list_cut = !symbols_list(module, question->patterns, &text);
		known.listed = list;
	}
	if (question->function[0] != '\0')
		demangled = demangle(question->function);
	describe(&place, &known);
	known.demangled = demangled;
	length = answer_write(&known, message);
	symbols_forget(&place);
	free(demangled);
	return send(ASKER, message, length, MSG_NOSIGNAL) == (ssize_t)length;
}

int helper_run(void *context)
{
	const struct helper_start *start = context;
	static char message[QUESTION_SIZE];
	struct question question;
	struct symbols *symbols;
	ssize_t length;

	if (!confine(start))
		return EXIT_FAILURE;
	symbols = symbols_new(start->debug_path);
	if (symbols == NULL)
		return EXIT_FAILURE;
	while ((length = recv(ASKER, message, sizeof(message), 0)) > 0)
		if (!question_read(message, (size_t)length, &question) ||
		    !answer(symbols, &question))
			return EXIT_FAILURE;
	symbols_free(symbols);
	return EXIT_SUCCESS;
}
