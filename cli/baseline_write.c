/* SPDX-License-Identifier: MIT */
/*
 * Writes a baseline into a new file beside the old one, which it then replaces. It must not know
 * how one is read.
 */
#define _GNU_SOURCE
#include "baseline.h"

#include "escape.h"
#include "frame.h"
#include "group.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void PL_PRINTF(1, 2) complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as("report", format, arguments);
	va_end(arguments);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Sorts by module and function, so that a change in one place is one change in the file. */
static int compare_sites(const void *a, const void *b)
{
	static const struct report_frame none = {0};
	const struct report_site *left = *(const struct report_site *const *)a;
	const struct report_site *right = *(const struct report_site *const *)b;
	const struct report_frame *one = group_origin(left), *other = group_origin(right);
	int order;

	one = one != NULL ? one : &none;
	other = other != NULL ? other : &none;
	order = frame_compare_names(one->module, other->module);
	if (order == 0)
		order = frame_compare_names(one->function, other->function);
	if (order == 0)
		order = strcmp(left->function, right->function);
	return order != 0 ? order : strcmp(left->id, right->id);
}

static void write_site(const struct report_site *site, FILE *out)
{
	const struct report_frame *origin = group_origin(site);

	escape_write(site->id, out);
	fputs("  ", out);
	escape_write(site->function, out);
	if (origin != NULL) {
		fputs("  ", out);
		frame_write(origin, out);
	}
	fputc('\n', out);
}

bool baseline_write_stream(const struct report *report, FILE *out)
{
	const struct report_site **sites =
		calloc(report->site_count + 1, sizeof(struct report_site *));

	if (sites == NULL)
		return false;
	for (size_t i = 0; i < report->site_count; i++)
		sites[i] = &report->sites[i];
	qsort(sites, report->site_count, sizeof(struct report_site *), compare_sites);
	fputs("# Sites that are known and accepted: phaselock report --baseline=THIS-FILE RECORD\n",
	      out);
	for (size_t i = 0; i < report->site_count; i++)
		write_site(sites[i], out);
	free(sites);
	return true;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Returns the mode of the file that exists, or the mode that a new one would get. */
static mode_t find_mode(const struct stat *old)
{
	mode_t mask;

	if (old != NULL)
		return old->st_mode & 0777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Returns false with errno. */
static bool fill(const struct report *report, int file, mode_t mode)
{
	FILE *out = fdopen(file, "w");
	int reason;

	if (out == NULL) {
		close(file);
		return false;
	}
	if (baseline_write_stream(report, out) && fflush(out) == 0 && fchmod(file, mode) == 0 &&
	    fsync(file) == 0)
		return fclose(out) == 0;
	reason = errno;
	fclose(out);
	errno = reason;
	return false;
}

/* Returns NULL, or what is wrong. */
static const char *replace(const struct report *report, const char *path, char *beside)
{
	struct stat old;
	bool exists = stat(path, &old) == 0;
	const char *reason;
	int file;

	/* A rename would put a file in the place of /dev/null. */
	if (exists && !S_ISREG(old.st_mode))
		return "it is no regular file";
	file = mkostemp(beside, O_CLOEXEC);
	if (file < 0)
		return strerror(errno);
	if (fill(report, file, find_mode(exists ? &old : NULL)) && rename(beside, path) == 0)
		return NULL;
	reason = strerror(errno);
	unlink(beside);
	return reason;
}

bool baseline_write(const struct report *report, const char *path)
{
	char *target = realpath(path, NULL); /* a link stays a link */
	const char *name = target != NULL ? target : path;
	const char *reason = "no memory";
	char *beside = malloc(strlen(name) + sizeof(".XXXXXX"));

	if (beside != NULL) {
		sprintf(beside, "%s.XXXXXX", name);
		reason = replace(report, name, beside);
	}
	if (reason != NULL)
		complain("cannot write %s: %s", path, reason);
	else if (report->sites_lost > 0)
		complain("%s lacks the sites of %" PRIu64
			 " violations, for which the record had no room",
			 path, report->sites_lost);
	free(beside);
	free(target);
	return reason == NULL;
}
