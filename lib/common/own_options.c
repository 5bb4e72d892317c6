/* SPDX-License-Identifier: MIT */
/*
 * The options of the program itself. It must not know what an option does.
 */
#include "common/own_options.h"

#include "common/options.h"
#include "common/os.h"

#include <stdatomic.h>

/* Weak: only a program may define it. */
#pragma weak phaselock_default_options

const char *pl_own_options(void)
{
	/*
	 * Any thread writes, always the same. release, acquire: who sees asked set also sees
	 * answer.
	 */
	static _Atomic bool asked;
	static _Atomic(const char *) answer;
	const char *text = NULL;

	if (atomic_load_explicit(&asked, memory_order_acquire))
		return atomic_load_explicit(&answer, memory_order_relaxed);
	if (phaselock_default_options != NULL)
		text = phaselock_default_options();
	if (text == NULL)
		text = "";
	atomic_store_explicit(&answer, text, memory_order_relaxed);
	atomic_store_explicit(&asked, true, memory_order_release);
	return text;
}

bool pl_own_options_shut_out(void)
{
	struct pl_options options = {.environment_shut_out = false};
	char unsaid[1]; /* who reads the options to obey them reports the faults */
	struct pl_text errors = pl_text_in(unsaid, sizeof(unsaid));

	pl_options_parse_program(pl_own_options(), &options, &errors);
	return options.environment_shut_out;
}

/*
 * The last variable that was refused, or NULL. Written by the first thread, when the allocator
 * starts.
 */
static const char *refused;

const char *pl_own_options_let_in(const char *variable)
{
	const char *value = pl_os_environment(variable);

	if (value == NULL || !pl_own_options_shut_out())
		return value;
	refused = variable;
	return NULL;
}

unsigned pl_own_options_tell_refused(struct pl_text *errors)
{
	if (refused == NULL)
		return 0;
	pl_text_append(errors,
		       "phaselock: %s: not obeyed: " PL_OPTIONS_FUNCTION " has environment=0\n",
		       refused);
	return 1;
}
