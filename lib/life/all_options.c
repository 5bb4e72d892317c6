/* SPDX-License-Identifier: MIT */
/*
 * Joins the options of the program itself and those of PHASELOCK_OPTIONS. It must not know what
 * they do.
 */
#include "life/all_options.h"

#include "common/os.h"
#include "common/own_options.h"

unsigned pl_all_options_read(struct pl_options *options, struct pl_text *errors)
{
	const char *environment = pl_os_environment(PL_OPTIONS_VARIABLE);
	unsigned faults;

	*options = pl_options_default();
	faults = pl_options_parse_program(pl_own_options(), options, errors);
	if (environment != NULL)
		faults += pl_options_parse(environment, options, errors);
	return faults + pl_own_options_tell_refused(errors);
}

bool pl_all_options_need_main(void)
{
	char buffer[64]; /* for errors, which are reported when all options are read */
	struct pl_text unsaid = pl_text_in(buffer, sizeof(buffer));
	struct pl_options options;

	pl_all_options_read(&options, &unsaid);
	/* Under `phaselock run` the moment of the others may have come before this began. */
	return options.lock_at_main || options.have_lock_after || options.lock_signal != 0;
}
