/* SPDX-License-Identifier: MIT */
/*
 * What a screen is like, and which form is asked for. It must not know how one looks.
 */
#define _GNU_SOURCE
#include "screen.h"

#include "screen_line.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A narrower screen can show nothing. */
#define WIDTH_LEAST 40
#define HEIGHT_LEAST 2

static bool wants_colours(void)
{
	const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */
	const char *terminal = getenv("TERM");

	return (no_color == NULL || *no_color == '\0') &&
	       (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

void screen_fit(FILE *out, struct screen_options *options)
{
	struct winsize size = {0};

	options->width = 80;
	options->height = 24;
	options->colours = isatty(fileno(out)) == 1 && wants_colours();
	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_col > 0)
		options->width = size.ws_col;
	if (size.ws_row > 0)
		options->height = size.ws_row;
}

bool screen_print(FILE *out, const struct report *report, const struct screen_options *options)
{
	struct screen_options within = *options;

	within.width = options->width < WIDTH_LEAST ? WIDTH_LEAST : options->width;
	within.height = options->height < HEIGHT_LEAST ? HEIGHT_LEAST : options->height;
	if (report->site_count == 0 && report->sites_lost == 0)
		return true;
	switch (options->form) {
	case SCREEN_TREE:
		return screen_print_tree(out, report, &within);
	case SCREEN_FULL:
		return screen_print_full(out, report, &within);
	default:
		return screen_print_table(out, report, &within);
	}
}
