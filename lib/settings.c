/* SPDX-License-Identifier: MIT */
/*
 * What the program itself and PHASELOCK_OPTIONS ask for, as options. It must not know what they do.
 */
#include "settings.h"

#include "os.h"

#include <phaselock/phaselock.h>

/* The program's own, if it has one. Weak: nothing else defines it. */
#pragma weak phaselock_default_options

/* Asks it once, as its declaration says, however often the settings are read. */
static const char *program_text(void)
{
	static const char *text;
	static bool asked;

	if (!asked && phaselock_default_options != NULL)
		text = phaselock_default_options();
	asked = true;
	return text;
}

unsigned pl_settings_read(struct pl_options *options, struct pl_text *errors)
{
	const char *own = program_text();
	const char *environment = pl_os_environment(PL_OPTIONS_VARIABLE);
	unsigned faults = 0;

	*options = pl_options_default();
	if (own != NULL)
		faults = pl_options_parse_program(own, options, errors);
	if (environment != NULL)
		faults += pl_options_parse(environment, options, errors);
	return faults;
}

bool pl_settings_lock_at_main(void)
{
	char buffer[64]; /* for what is said when all is read */
	struct pl_text unsaid = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options;

	pl_settings_read(&options, &unsaid);
	return options.lock_at_main;
}
