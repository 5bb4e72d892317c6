/* SPDX-License-Identifier: MIT */
/*
 * The start and the end of the library: reads the environment, hands the settings down to the parts
 * that use them, and prints at exit. No request needs any of this to be judged: other constructors
 * allocate before this one runs, and every part works in its zeroed state.
 */
#define _GNU_SOURCE
#include "life/init.h"

#include "life/all_options.h"
#include "entry/armed.h"
#include "common/channel.h"
#include "life/closing.h"
#include "entry/copy.h"
#include "life/environment.h"
#include "stack/exported.h"
#include "life/filter.h"
#include "common/format.h"
#include "request/control.h"
#include "report/history.h"
#include "reaction/hot_functions.h"
#include "reaction/hot_handed.h"
#include "entry/interpose.h"
#include "entry/interpose_cxx.h"
#include "request/moment.h"
#include "entry/sanitizer_listen.h"
#include "stack/loaded.h"
#include "thread/locks.h"
#include "stack/module.h"
#include "report/names.h"
#include "stack/object.h"
#include "common/options.h"
#include "thread/sanitizer_order.h"
#include "common/os.h"
#include "thread/phase.h"
#include "entry/proof.h"
#include "record/image.h"
#include "common/reach.h"
#include "report/report.h"
#include "request/request.h"
#include "common/settings.h"
#include "report/sink.h"
#include "life/before_main.h"
#include "report/stage.h"
#include "thread/stats.h"
#include "common/suppress.h"
#include "report/symbolizer.h"
#include "stack/symtab.h"
#include "thread/thread.h"
#include "entry/unseen.h"
#include "stack/unwind.h"
#include "stack/vdso.h"
#include "reaction/violation.h"

#include <pthread.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>
#include <phaselock/watch.h>

static struct pl_options *const options = &pl_settings.options;

const char *phaselock_version(void)
{
	return PL_TEXT_OF(PHASELOCK_VERSION_MAJOR) "." PL_TEXT_OF(
		PHASELOCK_VERSION_MINOR) "." PL_TEXT_OF(PHASELOCK_VERSION_PATCH);
}

/* The same function under a name that no other copy of the library can take. */
PL_HIDDEN const char *pl_own_version(void) __attribute__((alias("phaselock_version")));

/*
 * A process may load two copies: one over jemalloc and one over its own allocator, one linked and
 * one preloaded. The dynamic linker puts one in front, and all calls of the program go there; the
 * other one serves at most as its allocator. If a statically linked copy is in front, only the
 * malloc family shows it: its other names are not exported.
 */
static bool another_copy_is_in_front(void)
{
	const char *(*volatile called)(void) = phaselock_version;
	const char *(*volatile own)(void) = pl_own_version;
	void *(*volatile served)(size_t) = malloc;

	return called != own || pl_copy_serves((uintptr_t)served);
}

/* ---- proof ----------------------------------------------------------------------------------- */

/*
 * Entry points that are proved only just before main(), when all constructors have run: a program's
 * own operators over our malloc, because they are the program's code, and what a sanitizer serves,
 * because it sets itself up in a constructor.
 */
static unsigned to_prove;

/* An allocator's entry points can be used at once, because anybody may call them at any time. */
static void prove_armed(void)
{
	const unsigned operators = PHASELOCK_ENTRY_NEW | PHASELOCK_ENTRY_NEW_ALIGNED |
				   PHASELOCK_ENTRY_DELETE | PHASELOCK_ENTRY_DELETE_ALIGNED;
	unsigned elsewhere = pl_armed_elsewhere();

	pl_interpose_give_way(elsewhere);
	if ((elsewhere & operators) != 0)
		pl_interpose_cxx_give_way();
	if (pl_sanitizer_listen_active())
		to_prove = elsewhere;
	else if ((elsewhere & PHASELOCK_ENTRY_MALLOC) == 0)
		to_prove = elsewhere & operators;
	pl_interpose_give_way(elsewhere | pl_proof(PHASELOCK_ENTRY_ALL & ~to_prove));
}

static void join_run(const char *reach)
{
	pl_os_mark_image(PL_CHANNEL_MARK_SIGNAL);
	PL_CHANNEL_COUNT(processes_started);
	if (!options->follow_children) {
		pl_reach_close_inherited(reach, PL_CHANNEL_MAGIC);
		pl_environment_restore_preload();
		pl_environment_remove(PL_REACH_VARIABLE);
		pl_environment_remove(PL_OPTIONS_VARIABLE);
		pl_environment_remove(PL_HOT_HANDED_VARIABLE);
	}
}

/* ---- start ----------------------------------------------------------------------------------- */

static void place_reports(const char *reach)
{
	char pipe[PL_REACH_PATH_SIZE] = "";

	pl_report_configure(options->max_reports);
	pl_closing_configure(options->max_reports);
	pl_sink_use_file(options->report);
	pl_stage_configure(options->stages);
	if (reach != NULL)
		pl_channel_report(reach, pipe);
	if (pipe[0] != '\0')
		pl_sink_use_pipe(pipe);
	else if (!pl_symbolizer_start(options->symbolize))
		pl_report_message(PL_OPTIONS_VARIABLE
				  ": symbolize: no such program to run; names stay as they are");
	if (!pl_sink_usable())
		pl_report_message(PL_OPTIONS_VARIABLE
				  ": cannot write to the file of report=; using stderr");
}

static void say_faults(struct pl_text *errors)
{
	static const char more[] = "...\n";

	if (errors->length == errors->capacity - 1) { /* cut: say so, and end the line */
		errors->length -= sizeof(more) - 1;
		pl_text_append(errors, "%s", more);
	}
	pl_report_lines(errors->start);
}

static void read_options(const char *reach)
{
	char buffer[1024];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	if (pl_all_options_read(options, &errors) > 0)
		say_faults(&errors);
	place_reports(reach);
	if (options->help) {
		char help[4096];
		struct pl_text list = pl_text_in(help, sizeof(help));

		pl_options_help(&list);
		pl_report_lines(help);
	}
}

/* Errors in the file are reported; the rest of the file counts. */
static void read_suppressions(void)
{
	char buffer[2048];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	if (options->suppressions[0] != '\0' &&
	    pl_suppress_read(options->suppressions, &errors) > 0)
		say_faults(&errors);
}

/* Under `phaselock run` these are for all processes of the run; each of them gets there itself. */
static void lock_on_signal(void)
{
	if (!pl_moment_say(PL_CHANNEL_LOCK_SIGNAL))
		pl_control_lock("lock_signal", PL_CALLER());
}

static void unlock_on_signal(void)
{
	if (!pl_moment_say(PL_CHANNEL_UNLOCK_SIGNAL))
		phaselock_unlock_allocations();
}

static void lock_after(void)
{
	if (!pl_moment_say(PL_CHANNEL_LOCK_AFTER))
		pl_control_lock("lock_after", PL_CALLER());
}

static bool has_moment(void)
{
	return options->have_lock_after || options->lock_signal != 0 || options->unlock_signal != 0;
}

static void before_main(const void *caller)
{
	if (to_prove != 0)
		pl_proof(to_prove);
	if (has_moment())
		pl_moment_follow();
	if (options->lock_at_main)
		pl_control_lock("lock=main", caller);
}

static bool main_is_awaited; /* before_main() will be called */
/*
 * Without a moment before main(), the proof comes early, lock=main does not lock, and a lock that
 * the run wants already comes early, too.
 */
static void await_main(bool is_late)
{
	if ((to_prove == 0 && !options->lock_at_main && !is_late) || main_is_awaited ||
	    pl_before_main(before_main))
		return;
	if (to_prove != 0)
		pl_proof(to_prove);
	if (is_late)
		pl_moment_follow();
	if (!options->lock_at_main)
		return;
	pl_report_message(PL_OPTIONS_VARIABLE
			  ": lock=main: cannot find how this program starts; not locked");
	PL_CHANNEL_COUNT(lock_at_main_failed);
}

/* The run has a clock for it, unless the option is one of the program itself. */
static bool run_keeps_clock(void)
{
	return pl_channel() != NULL && pl_channel()->clock == options->lock_after_ms + 1;
}

static void arm_triggers(void)
{
	bool is_late = has_moment() && pl_moment_has_come();

	if (options->lock_signal != 0 && !pl_os_on_signal(options->lock_signal, lock_on_signal))
		pl_report_message(PL_OPTIONS_VARIABLE
				  ": lock_signal: this signal cannot be handled");
	if (options->unlock_signal != 0 &&
	    !pl_os_on_signal(options->unlock_signal, unlock_on_signal))
		pl_report_message(PL_OPTIONS_VARIABLE
				  ": unlock_signal: this signal cannot be handled");
	if (options->have_lock_after && !run_keeps_clock() &&
	    !pl_os_after(options->lock_after_ms, lock_after))
		pl_report_message(PL_OPTIONS_VARIABLE
				  ": lock_after: cannot start the thread that waits");
	await_main(is_late);
	if (has_moment() && !is_late)
		pl_moment_follow();
}

/* Written in the child of a fork, before it has other threads. */
static bool is_forked;

/* The process in which the constructor ran. A process with another number is its child. */
static uint64_t first_process;

void phaselock_detach_child(void)
{
	if (first_process == 0 || pl_os_process_id() == first_process)
		return;
	if (pl_channel_may_leave()) {
		pl_image_leave();
		pl_channel_leave();
		pl_moment_leave();
	}
	pl_sink_use_stderr();
	pl_symbolizer_stop();
}

static void fork_child(void)
{
	is_forked = true;
	pl_loaded_fork_child();
	pl_locks_fork_child();
	pl_thread_fork_child();
	pl_phase_fork_child();
	pl_violation_fork_child();
	if (pl_channel() != NULL) {
		pl_stats_publish_nothing();
		pl_channel_adopt();
		pl_image_begin(PL_LAYOUT_FORK);
		pl_control_fork_child();
	}
}

/*
 * Makes the allocator set itself up and register its fork() handlers before any other library
 * registers some. Then the others' handlers run while the allocator's locks are open.
 */
void pl_init_first(void)
{
	if (first_process != 0)
		return;
	first_process = pl_os_process_id();
	pl_thread_self();
	pthread_atfork(NULL, NULL, fork_child);
}

/* A constructor of the program would be too late: the C library already has its main() then. */
void pl_init_linked(void)
{
	pl_init_first();
	main_is_awaited = pl_all_options_need_main() && pl_before_main(before_main);
}

/* In the child of a process where another copy of the library does everything else. */
static void fork_child_of_other(void)
{
	pl_locks_fork_child();
	pl_thread_fork_child();
}

__attribute__((constructor)) static void start(void)
{
	const char *channel = pl_os_environment(PL_REACH_VARIABLE);
	bool have_page;

	pl_sanitizer_order_start();
	pl_os_note_stderr();
	if (another_copy_is_in_front()) {
		pthread_atfork(NULL, NULL, fork_child_of_other);
		pl_interpose_give_way(pl_armed_elsewhere());
		if (channel != NULL)
			pl_channel_open_beside(channel);
		pl_loaded_started();
		return;
	}
	pl_init_first(); /* first of all, which is why the library is linked with -z initfirst */
	pl_os_barrier(); /* registers with the kernel while that is cheap: there is one thread */
	pl_vdso_start();
	pl_module_start();
	pl_symtab_start();
	pl_object_start();
	pl_exported_start();
	pl_unwind_start();
	pl_unseen_start();
	have_page = channel != NULL && pl_channel_open(channel);
	pl_image_begin(PL_LAYOUT_PROGRAM);
	read_options(channel);
	pl_names_start(pl_sink_opens() || !pl_filter_is_possible());
	read_suppressions();
	pl_suppress_freeze();
	pl_violation_set_policy(options->policy);
	pl_violation_configure(options->frames, options->abort_by_trap);
	pl_history_set_frames(options->frames);
	pl_request_forbid_free(options->forbid_free);
	if (!options->environment_shut_out)
		pl_hot_handed_take(pl_os_environment(PL_HOT_HANDED_VARIABLE));
	pl_hot_functions_start();
	pl_phase_settings_complete();
	pl_sanitizer_listen_start();
	if (channel != NULL && !have_page)
		pl_report_message(
			"cannot open the page of `phaselock run` (over, or of another version?)");
	prove_armed();
	if (pl_channel() != NULL)
		join_run(channel);
	pl_loaded_started();
	arm_triggers();
}

/* ---- end ------------------------------------------------------------------------------------- */

/* How many modules are named at exit. phaselock_unseen_modules() has all of them. */
#define UNSEEN_NAMED 16

/* What the library does not see must be said, and is no pass under `phaselock run`. */
static void report_unseen(void)
{
	struct phaselock_unseen unseen[UNSEEN_NAMED];
	size_t count = phaselock_unseen_modules(unseen, UNSEEN_NAMED);

	for (size_t i = 0; i < count && i < UNSEEN_NAMED; i++) {
		pl_closing_unseen(&unseen[i]);
		pl_channel_name(&unseen[i]);
	}
}

static void tell_suppressed(bool unmatched)
{
	for (unsigned i = 0; pl_suppress_pattern(i) != NULL; i++) {
		char buffer[2048];
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		pl_suppress_tell(i, unmatched, &text);
		if (text.length > 0)
			pl_report_lines(buffer);
	}
}

__attribute__((destructor)) static void finish(void)
{
	if (another_copy_is_in_front())
		return;
	pl_moment_end();
	pl_violation_await_reports();
	if (options->stats) {
		struct phaselock_stats stats;

		phaselock_get_stats(&stats, sizeof(stats));
		pl_closing_stats(&stats);
	}
	/* Or the command tells of them, unless it has ended. */
	if (pl_channel_record() == NULL || !pl_sink_reaches_command())
		pl_closing_sites();
	tell_suppressed(false);
	/* A forked child has its parent's patterns, but did only a part of the work itself. */
	if (!is_forked)
		tell_suppressed(true);
	pl_hot_functions_complete();
	if (pl_channel() == NULL) /* else the command tells, of all processes */
		pl_closing_hot(!is_forked);
	report_unseen();
	if (pl_channel() != NULL) {
		pl_stats_publish(pl_phase_is_locked());
		pl_channel_end();
		pl_image_end(PL_LAYOUT_EXIT);
	}
}
