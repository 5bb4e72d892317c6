/* SPDX-License-Identifier: MIT */
/*
 * A program whose header has fewer or more fields than the library's in the structure that its
 * argument names. Each structure ends where a page ends that nothing may be read or written behind,
 * and is filled with a pattern before the library gets it. ADDED is how many words it has that the
 * library does not know: those are zero afterwards. Status 0 if all is well.
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>
#include <phaselock/watch.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #condition);      \
			_Exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static void *at_end_of_page(size_t size)
{
	char *page = mmap(NULL, (size_t)(2 * PAGE), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED && size <= PAGE && mprotect(page + PAGE, PAGE, PROT_NONE) == 0);
	memset(page, 0xa5, PAGE);
	return page + PAGE - size;
}

/* Whether what the library does not know is zero in a structure that it has written. */
static bool added_is_zero(const void *structure, size_t size)
{
	static const char zeros[8 * ADDED + 1];

	return memcmp((const char *)structure + size - 8 * ADDED, zeros, 8 * ADDED) == 0;
}

/* ---- statistics ------------------------------------------------------------------------------ */

/* As the psABI hands on a structure that is returned: its place is the first argument. */
static void *(*volatile delta)(void *out, const void *begin,
			       const void *end) = (void *(*)(void *, const void *,
							     const void *))phaselock_stats_delta;

static void check_stats(void)
{
	const size_t size = sizeof(struct phaselock_stats);
	struct phaselock_stats *begin = at_end_of_page(size), *end = at_end_of_page(size),
			       *out = at_end_of_page(size);

	*begin = get_stats();
	free(malloc(100));
	phaselock_get_stats(end, size);
	delta(out, begin, end);
	CHECK(out->allocations == 1 && out->bytes_requested == 100);
	CHECK(added_is_zero(begin, size) && added_is_zero(end, size) && added_is_zero(out, size));
	phaselock_get_thread_stats(out, size);
	CHECK(out->allocations > 0 && added_is_zero(out, size));
}

/* ---- violations ------------------------------------------------------------------------------ */

static struct phaselock_violation *copy;
static struct phaselock_advice *advice;
static char description[2000];

static enum phaselock_verdict ask(const struct phaselock_violation *violation, void *context)
{
	(void)context;
	memcpy(copy, violation, sizeof(*copy) - 8 * ADDED);
	memset((char *)copy + sizeof(*copy) - 8 * ADDED, 0, 8 * ADDED);
	phaselock_describe(copy, description, sizeof(description));
	phaselock_has_function(copy, "no_such_function");
	memset(advice, 0xa5, sizeof(*advice));
	phaselock_advise(copy, advice);
	return PHASELOCK_DENY;
}

static void check_violation(void)
{
	const size_t size = sizeof(struct phaselock_violation);
	struct phaselock_violation *list = at_end_of_page(2 * size);

	copy = at_end_of_page(size);
	advice = at_end_of_page(sizeof(*advice));
	phaselock_set_handler(ask, NULL);
	lock_allocations();
	CHECK(malloc(11) == NULL);
	CHECK(calloc(1, 22) == NULL);
	CHECK(strdup("three") == NULL);
	unlock_allocations();
	CHECK(strncmp(description, "malloc(6)\n", 10) == 0);
	CHECK(phaselock_get_violations(list, 2) == 3);
	CHECK(list[0].size == 11 && list[1].size == 22 && strcmp(list[1].function, "calloc") == 0);
	CHECK(list[0].frame_count > 0 ? size > 88 : size == 88);
	CHECK(added_is_zero(&list[0], size) && added_is_zero(&list[1], size));
}

static void check_advice(void)
{
	copy = at_end_of_page(sizeof(*copy));
	advice = at_end_of_page(sizeof(*advice));
	phaselock_set_handler(ask, NULL);
	lock_allocations();
	CHECK(strdup("three") == NULL);
	unlock_allocations();
	CHECK(strstr(advice->function, "strdup") != NULL);
	CHECK(added_is_zero(advice, sizeof(*advice)));
}

/* ---- modules --------------------------------------------------------------------------------- */

static void check_unseen(void)
{
	const size_t size = sizeof(struct phaselock_unseen);
	struct phaselock_unseen *list = at_end_of_page(2 * size);
	const char *const names[] = {"./one.so", "./two.so"};

	for (int i = 0; i < 2; i++) {
		void *plugin = dlopen(names[i], RTLD_NOW | RTLD_DEEPBIND);
		void *(*take)(size_t);

		CHECK(plugin != NULL);
		*(void **)&take = dlsym(plugin, "plugin_take");
		take(1);
	}
	CHECK(phaselock_unseen_modules(list, 2) == 2);
	CHECK(strcmp(list[0].module, "one.so") == 0 && strcmp(list[1].module, "two.so") == 0);
	CHECK(strcmp(list[1].allocator, "libc.so.6") == 0);
	CHECK(added_is_zero(&list[0], size) && added_is_zero(&list[1], size));
}

/* ---- what the caller keeps for the library --------------------------------------------------- */

static void check_stage(void)
{
	struct phaselock_stage *stage = at_end_of_page(sizeof(*stage));
	void *kept;

	phaselock_stage_begin(stage, "begin");
	kept = malloc(100);
	phaselock_stage_mark(stage, "mark");
	phaselock_stage_end(stage, "end");
	free(kept);
	CHECK(added_is_zero(stage, sizeof(*stage)));
}

static enum phaselock_answer count(const struct phaselock_event *event, void *context)
{
	*(int *)context += event->kind == PHASELOCK_EVENT_REQUEST;
	return PHASELOCK_GO_ON;
}

static void check_watch(void)
{
	struct phaselock_watch *outer = at_end_of_page(sizeof(*outer)),
			       *inner = at_end_of_page(sizeof(*inner));
	int told = 0;

	*outer = *inner = (struct phaselock_watch){.watcher = count, .context = &told};
	CHECK(phaselock_watch_process_begin(outer));
	CHECK(phaselock_watch_begin(inner));
	free(malloc(1));
	CHECK(told == 2);
	CHECK(phaselock_watch_end(inner));
	CHECK(phaselock_watch_process_end(outer));
}

/* Too small for the library: nothing is begun, nothing is written, and nobody is told. */
static void check_watch_of_nothing(void)
{
	struct phaselock_watch *watch = at_end_of_page(8);

	CHECK(!phaselock_watch_begin_sized(watch, 8) &&
	      !phaselock_watch_process_begin_sized(watch, 8));
	CHECK(!phaselock_watch_end(watch) && !phaselock_watch_process_end(watch));
}

/* ---- libphaselock-test ----------------------------------------------------------------------- */

static void note(const struct phaselock_check_report *report, void *context)
{
	*(enum phaselock_check_result *)context = report->result;
}

static void check_check_spec(void)
{
	struct phaselock_check_spec *spec = at_end_of_page(sizeof(*spec));
	enum phaselock_check_result result = PHASELOCK_CHECK_SKIPPED;
	struct phaselock_check *check;

	memset(spec, 0, sizeof(*spec));
	spec->name = "a name";
	spec->file = "a file";
	phaselock_on_check(note, &result);
	phaselock_on_failure(note, &result);
	check = phaselock_check_begin(spec);
	CHECK(phaselock_check_runs(check));
	free(malloc(1));
	CHECK(!phaselock_check_end(&check) && result == PHASELOCK_CHECK_FAILED);
}

static int refuse(void *context)
{
	void *block = malloc(8);

	(void)context;
	free(block);
	return 0;
}

static void check_faults(void)
{
	struct phaselock_faults *faults = at_end_of_page(sizeof(*faults));

	faults->runs_max = 9;
	CHECK(phaselock_for_each_failure(refuse, NULL, faults) == 0);
	CHECK(faults->runs == 2 && faults->crashes == 0 && added_is_zero(faults, sizeof(*faults)));
	CHECK(phaselock_for_each_failure(refuse, NULL, NULL) == 0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *structure;
		void (*check)(void);
	} cases[] = {
		{"stats", check_stats},
		{"violation", check_violation},
		{"advice", check_advice},
		{"unseen", check_unseen},
		{"stage", check_stage},
		{"watch", check_watch},
		{"faults", check_faults},
		{"check_spec", check_check_spec},
		{"nothing", check_watch_of_nothing},
	};

	CHECK(phaselock_armed() == PHASELOCK_ENTRY_ALL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (argc == 2 && strcmp(cases[i].structure, argv[1]) == 0) {
			cases[i].check();
			return 0;
		}
	return 2;
}
