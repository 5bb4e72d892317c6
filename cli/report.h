/* SPDX-License-Identifier: MIT */
/*
 * What one record says, or several together: read, named, grouped and sorted, so that every form of
 * a report only writes it. Strings may hold anything that a program or a file name can; whoever
 * writes them quotes them for the form.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "common/layout.h"

#include <stdio.h>

#define REPORT_ID_SIZE 17 /* 16 hexadecimal digits and the end */

enum report_phase { REPORT_INIT, REPORT_LOCKED, REPORT_PHASES };

struct report_frame {
	char *function;	 /* demangled; NULL if it is not known */
	char *module;	 /* its file name without folders; NULL if the address is in none */
	char *path;	 /* of the module, as the process had it; NULL likewise */
	char *file;	 /* of the source; NULL if it is not known */
	unsigned line;	 /* 0 likewise */
	uint64_t offset; /* of the return address in the module, or the bare address */
	bool is_inlined; /* into the next frame */
};

/* Where violations came from: one entry point, cause and call stack. */
struct report_site {
	/*
	 * Stable: from the entry point, the cause, and the modules and functions of the first
	 * frames that are of no run-time library; no address, no line, no build-id.
	 */
	char id[REPORT_ID_SIZE];
	char *function;		    /* the entry point: "malloc", "operator new[]" */
	char *cause;		    /* "phase", "forbid", "seal", "hot" */
	uint64_t count;		    /* violations */
	uint64_t bytes;		    /* that they asked for, in sum */
	uint64_t size;		    /* that the first of them asked for */
	uint64_t first_ns, last_ns; /* since the run began */
	char *thread;		    /* the name of the first one's thread */
	size_t process;		    /* the first one's: an index */
	size_t frame_count;
	struct report_frame *frames; /* innermost first */
	/*
	 * The frame by which a person would name the site: the first of the program's own that is
	 * no wrapper; an index, frame_count if there is no frame.
	 */
	size_t origin;
};

/* Gives back what a site has, but not the site. */
void report_site_free(struct report_site *site);

/* One image: a program from its start, or from the fork() that made it, to its end or exec(). */
struct report_process {
	uint32_t id; /* as it knew it itself */
	uint32_t parent;
	char *program;	   /* the file's name without folders */
	const char *began; /* "program", "fork" */
	const char *ended; /* "exit", "violation", "exec", "not heard of", "runs" */
	bool is_armed;
	bool was_locked; /* or had a forbid scope */
	uint64_t violations;
	struct pl_layout_statistics *statistics; /* with stats=1, or NULL */
	struct report_counts {
		uint64_t requests, bytes, frees, permitted, suppressed;
	} counts[REPORT_PHASES];
};

/* What came of an assertion of a program about its own requests, at one place of its source. */
struct report_check {
	char *program, *test, *name, *file;
	unsigned line;
	uint64_t held, failed, skipped; /* failed: also if nothing could be seen */
	char *message;			/* of the first failure; "" if there is none */
};

/* A named stage of a program. */
struct report_stage {
	char *program, *name;
	uint64_t count, allocations, deallocations, leaks, leaked_blocks;
	int64_t bytes, leaked_bytes; /* by which live memory grew; at the ends that leaked */
};

struct report {
	char *version;	      /* of phaselock */
	char *command;	      /* the program and its arguments, quoted as for a shell */
	char *verdict;	      /* "PASS", "FAIL", "not checked"; "" in a record that was cut off */
	char *reason;	      /* what is said behind it; "" if there is nothing */
	char *forgiven;	      /* "VERDICT: REASON" if all violations were forgiven; may be "" */
	int status;	      /* that the command ended with */
	uint64_t start_s;     /* of the run, since the epoch */
	uint64_t duration_ns; /* of all runs, in sum; 0 if it is not known */
	uint64_t unplaced;    /* violations of which the record has no site at all */
	uint64_t sites_lost;  /* violations whose site found no room in the record */
	size_t process_count;
	struct report_process *processes;
	size_t site_count;
	struct report_site *sites; /* by falling counts */
	size_t check_count, stage_count;
	struct report_check *checks;	   /* by their programs, tests, names, files and lines */
	struct report_stage *stages;	   /* by their programs and names */
	uint64_t checks_lost, stages_lost; /* results that found no room in the record */
	struct profile_view *profile;	   /* profile_view.h; NULL: no record has one */
};

/* How names are found. */
struct report_names {
	const char *debug_path; /* or NULL */
	bool debuginfod;
	bool off; /* the record's own names alone */
};

/*
 * Adds the record in a file to a report: sites with equal call stacks become one. A report begins
 * as zeros. Returns false after it has said what is wrong with the file.
 */
bool report_add_file(struct report *report, const char *path, const struct report_names *names);

/*
 * Merges sites of equal ids into the largest, which gets the sums of all. This is for forms in
 * which an id may come only once; grouping by origins needs the stacks apart.
 */
void report_merge_ids(struct report *report);

void report_free(struct report *report);

/* How a form is written. */
struct report_options {
	const char *root; /* of the sources, absolute: files below it are named from it; or NULL */
	/* Of forms that can show one figure only: enum view_measure, of profile_view.h. */
	unsigned measure;
	const struct report *old; /* to compare the profile with; NULL */
};

/*
 * The forms. Each writes all of it. The caller checks the stream for errors; want of memory ends
 * the command.
 */
typedef void report_write(const struct report *report, const struct report_options *options,
			  FILE *out);
report_write report_write_json, report_write_junit, report_write_sarif, report_write_markdown,
	report_write_gitlab, report_write_html;

/* These are of the profile, which must be there. */
report_write report_write_folded, report_write_pprof, report_write_speedscope, report_write_dhat,
	report_write_massif, report_write_table;

#endif
