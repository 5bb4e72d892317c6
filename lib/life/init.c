/* SPDX-License-Identifier: MIT */
/*
 * The start of the library: reads the environment, and hands the settings down to the parts that
 * use them. No request needs any of this to be judged: other constructors allocate before this one
 * runs, and every part works in its zeroed state.
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
#include "life/fork.h"
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
#include "stack/module.h"
#include "report/names.h"
#include "stack/object.h"
#include "common/options.h"
#include "thread/sanitizer_order.h"
#include "common/os.h"
#include "thread/locks.h"
#include "thread/phase.h"
#include "entry/proof.h"
#include "profile/file.h"
#include "profile/profile.h"
#include "record/image.h"
#include "common/reach.h"
#include "report/report.h"
#include "request/request.h"
#include "common/settings.h"
#include "report/sink.h"
#include "life/before_main.h"
#include "record/stage.h"
#include "common/suppress.h"
#include "report/symbolizer.h"
#include "stack/symtab.h"
#include "entry/unseen.h"
#include "stack/unwind.h"
#include "stack/vdso.h"
#include "reaction/violation.h"

#include <phaselock/phaselock.h>

static struct pl_options *const options = &pl_settings.options;

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

/* Under `phaselock record` the profile is in the record of the run. */
static void make_profile_file(void)
{
	const struct pl_value pattern = options->profile;
	const char *fault;
	char buffer[256];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	if (pattern.length == 0 || pl_channel_profile() != NULL)
		return;
	fault = pl_channel() != NULL ? "under the command, use `phaselock record`"
				     : pl_profile_file_make(pattern.start, pattern.length);
	if (fault == NULL) {
		pl_image_use(pl_profile_file_record());
		pl_image_begin(PL_LAYOUT_PROGRAM);
		return;
	}
	pl_text_append(&text, "%s", PL_OPTIONS_VARIABLE ": profile: nothing is recorded: ");
	pl_text_append(&text, "%s", fault);
	pl_report_message(buffer);
}

static void begin_profile(void)
{
	struct pl_os_signals before;

	make_profile_file();
	if (!pl_profile_is_wanted() || !pl_profile_begin(!pl_filter_is_near()))
		return;
	pl_lock(PL_LOCK_PHASE, &before);
	pl_phase_watch(PL_PHASE_WATCHED_PROFILE, true);
	pl_unlock(PL_LOCK_PHASE, &before);
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

/* A constructor of the program would be too late: the C library already has its main() then. */
void pl_init_linked(void)
{
	pl_fork_start();
	main_is_awaited = pl_all_options_need_main() && pl_before_main(before_main);
}

__attribute__((constructor)) static void start(void)
{
	const char *channel = pl_os_environment(PL_REACH_VARIABLE);
	bool have_page;

	pl_sanitizer_order_start();
	pl_os_note_stderr();
	if (pl_copy_is_in_front()) {
		pl_fork_start_beside();
		pl_interpose_give_way(pl_armed_elsewhere());
		if (channel != NULL)
			pl_channel_open_beside(channel);
		pl_loaded_started();
		return;
	}
	pl_fork_start(); /* first of all, which is why the library is linked with -z initfirst */
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
	begin_profile();
	if (pl_channel() != NULL)
		join_run(channel);
	pl_loaded_started();
	arm_triggers();
}
