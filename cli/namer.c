/* SPDX-License-Identifier: MIT */
/*
 * The life of the helper. It is started at the first question, killed when it does not answer one,
 * and started again for the next. A module that it did not survive is left alone, and so is all
 * naming when it costs too much. Only one question is under way at a time.
 *
 * The helper is a copy of this process on a stack of its own, since the stack of this process may
 * be small. If no process can be had, nothing gets a name.
 */
#define _GNU_SOURCE
#include "namer.h"

#include "copy.h"
#include "helper.h"
#include "memory.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MS 4000	/* for one answer */
#define SERVER_TIMES 15 /* all of it may take so much longer where files come from servers */
#define LATE_MS 50	/* an answer that takes no longer is not counted */
#define LOST_MS 8000	/* for all answers that did not come, or came late */
#define STARTS_MAX 16	/* of the helper, the first one included */
#define CRASHES_MAX 3	/* of helpers that were asked about the same module */

/* A module that a helper was asked about when it ended. */
struct deadly {
	char *path;
	unsigned deaths;
};

struct namer {
	struct namer_options options;
	int fd; /* to the helper; -1 if there is none */
	pid_t helper;
	unsigned starts;
	bool cannot_start; /* and the user was told */
	int64_t lost_ms;
	bool given_up;
	struct deadly deadly[STARTS_MAX];
	struct memory memory;
	struct answer answer;
	char question[QUESTION_SIZE];
	char message[ANSWER_SIZE]; /* the answer lies in it */
};

struct namer *namer_new(const struct namer_options *options)
{
	struct namer *namer = calloc(1, sizeof(*namer));

	if (namer == NULL)
		return NULL;
	namer->options = *options;
	namer->fd = -1;
	return namer;
}

/* ---- the helper's life ----------------------------------------------------------------------- */

static void stop(struct namer *namer)
{
	if (namer->fd < 0)
		return;
	copy_kill(namer->helper);
	close(namer->fd);
	namer->fd = -1;
	copy_reap();
}

static bool start(struct namer *namer)
{
	struct helper_start start = {.debug_path = namer->options.debug_path,
				     .debuginfod = namer->options.debuginfod};
	int ends[2];

	copy_reap();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
		start.fd = ends[1];
		namer->helper = copy_start(helper_run, &start);
		close(ends[1]);
		if (namer->helper > 0) {
			namer->fd = ends[0];
			namer->starts++;
			return true;
		}
		close(ends[0]);
	}
	if (!namer->cannot_start)
		namer->options.complain("no process to read debug information: %s; reports keep "
					"their raw names",
					strerror(errno));
	namer->cannot_start = true;
	return false;
}

void namer_free(struct namer *namer)
{
	if (namer == NULL)
		return;
	stop(namer);
	for (size_t i = 0; i < STARTS_MAX; i++)
		free(namer->deadly[i].path);
	memory_forget(&namer->memory);
	free(namer);
}

/* ---- what is not asked any more -------------------------------------------------------------- */

/* Returns the record of a module, or a free one; NULL if all are taken by others. */
static struct deadly *find_deadly(struct namer *namer, const char *path)
{
	for (size_t i = 0; i < STARTS_MAX; i++)
		if (namer->deadly[i].path == NULL || strcmp(namer->deadly[i].path, path) == 0)
			return &namer->deadly[i];
	return NULL;
}

static void give_up(struct namer *namer, const char *why)
{
	namer->given_up = true;
	namer->options.complain("%s; the rest of the reports keeps its raw names", why);
	stop(namer);
}

/* A question was not answered. */
static void note_death(struct namer *namer, const char *path, bool in_time)
{
	struct deadly *deadly = find_deadly(namer, path);

	stop(namer);
	if (deadly == NULL)
		return;
	if (deadly->path == NULL)
		deadly->path = strdup(path);
	deadly->deaths = in_time ? deadly->deaths + 1 : CRASHES_MAX;
	if (deadly->deaths == CRASHES_MAX && *path != '\0')
		namer->options.complain(in_time ? "%s: reading its debug information fails; its "
						  "frames keep their offsets"
						: "%s: reading its debug information takes too "
						  "long; its frames keep their offsets",
					path);
}

/* ---- questions and answers ------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int watched(const struct namer *namer)
{
	return namer->options.watched != NULL ? namer->options.watched() : -1;
}

/* Waits until an answer comes or the helper ends. Returns false if the time is over. */
static bool await(struct namer *namer, int64_t until)
{
	for (;;) {
		struct pollfd awaited[] = {{namer->fd, POLLIN, 0}, {watched(namer), POLLIN, 0}};
		int64_t left = until - now_ms();
		int ready = poll(awaited, 2, left > 0 ? (int)left : 0);

		if (ready > 0 && awaited[1].revents != 0)
			namer->options.meanwhile();
		if (ready > 0 && awaited[0].revents != 0)
			return true;
		if (ready == 0 || left <= 0)
			return false;
	}
}

/* Whether the helper has ended since the last answer, or has sent something unasked. */
static bool is_lost(const struct namer *namer)
{
	struct pollfd helper = {namer->fd, POLLIN, 0};

	return poll(&helper, 1, 0) != 0;
}

/*
 * Does not keep that a file is absent: it may come. Any other answer stays right for its build-id.
 */
static bool take_answer(struct namer *namer, size_t question_length)
{
	ssize_t got =
		recv(namer->fd, namer->message, sizeof(namer->message), MSG_DONTWAIT | MSG_TRUNC);
	size_t length = got > 0 ? (size_t)got : 0;

	if (length == 0 || length > sizeof(namer->message) ||
	    !answer_read(namer->message, length, &namer->answer))
		return false;
	if (namer->answer.state != MODULE_ABSENT || namer->answer.demangled != NULL)
		memory_keep(&namer->memory, namer->question, question_length, namer->message,
			    length);
	return true;
}

/* Returns whether the answer to the question is already known. */
static bool recall(struct namer *namer, size_t question_length)
{
	size_t length =
		memory_find(&namer->memory, namer->question, question_length, namer->message);

	return length > 0 && answer_read(namer->message, length, &namer->answer);
}

static bool ask(struct namer *namer, size_t length, const char *path)
{
	int64_t times = namer->options.debuginfod ? SERVER_TIMES : 1, begin = now_ms(), took;
	int64_t most = LOST_MS * times - namer->lost_ms;
	bool in_time = true, answered = false;

	if (send(namer->fd, namer->question, length, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    (ssize_t)length) {
		in_time =
			await(namer, begin + (most < ANSWER_MS * times ? most : ANSWER_MS * times));
		answered = in_time && take_answer(namer, length);
	}
	took = now_ms() - begin;
	if (!answered || (took > LATE_MS && !namer->options.patient))
		namer->lost_ms += took;
	if (!answered)
		note_death(namer, path, in_time);
	if (namer->lost_ms >= LOST_MS * times)
		give_up(namer, "names take too long");
	return answered;
}

const struct answer *namer_ask(struct namer *namer, const struct question *question)
{
	static const struct answer nothing = {.state = MODULE_ABSENT};
	const struct deadly *deadly = find_deadly(namer, question->path);
	size_t length;

	length = question_write(question, namer->question);
	if (length > 0 && recall(namer, length))
		return &namer->answer;
	if (length == 0 || namer->given_up || deadly == NULL || deadly->deaths >= CRASHES_MAX)
		return &nothing;
	if (namer->fd >= 0 && is_lost(namer))
		stop(namer);
	if (namer->fd < 0 && namer->starts == STARTS_MAX) {
		give_up(namer, "the process that reads debug information has crashed too often");
		return &nothing;
	}
	if (namer->fd < 0 && !start(namer))
		return &nothing;
	return ask(namer, length, question->path) ? &namer->answer : &nothing;
}
