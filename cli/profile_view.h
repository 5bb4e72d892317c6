/* SPDX-License-Identifier: MIT */
/*
 * What the profiles of records say, named, joined and filtered, so that every form of a profile
 * only writes it. One tree of named frames for all processes; rows that say how often, by which
 * thread and in which phase memory was asked for at a node of it. Names are shared, and may hold
 * anything that a program or a file name can; whoever writes them quotes them for the form.
 *
 * A view is made so: profile_view_new(); profile_view_add() for each record; perhaps
 * profile_view_filter(); profile_view_finish(). Want of memory ends the command.
 */
#ifndef CLI_PROFILE_VIEW_H
#define CLI_PROFILE_VIEW_H

#include "names.h"
#include "profile.h"
#include "report.h"

#define VIEW_NONE UINT32_MAX /* instead of an index */

/* Sums over blocks that were born in a row's thread and phase. A sum never overflows: it stays. */
struct view_figures {
	uint64_t requests, bytes;
	uint64_t frees, freed_bytes;
	uint64_t frees_locked, freed_bytes_locked; /* of these, while locked */
	uint64_t live_blocks, live_bytes;	   /* at the end: never freed */
	uint64_t peak_blocks, peak_bytes;	   /* live at the peak of the process's bytes */
	/* The most that were live at once. Those of several rows may not have been so together. */
	uint64_t own_peak_blocks, own_peak_bytes;
	uint64_t temporary, temporary_bytes;	 /* freed as the thread's next heap operation */
	uint64_t lifetime_ns, lifetime_requests; /* of the freed ones, in sum */
	uint64_t first_ns, last_ns;		 /* of requests, since the run began */
	uint64_t classes[PL_PROFILE_CLASSES];	 /* requests by size: class n is below 2^n */
};

struct view_module {
	const char *path;  /* as the process had it */
	const char *name;  /* without folders */
	char build_id[65]; /* hexadecimal digits; "" if there is none */
};

/* A function at a place. Equal ones are one. */
struct view_frame {
	struct report_frame frame;
	uint32_t module;   /* index; VIEW_NONE: in none */
	uint32_t function; /* index of the first frame of the same function and module */
	/*
	 * Stands for frames that are not there. Its function is "[truncated]", "[unreadable]" or
	 * "[no room for the stack]", and it is the outermost frame.
	 */
	bool is_mark;
};

/* A frame, and all that called it. Several can be of the same place: functions inlined there. */
struct view_node {
	uint32_t parent; /* the caller: an index, lower than its own; VIEW_NONE: it is outermost */
	uint32_t frame;
	uint32_t child, next; /* the first callee, the next callee of the same caller; VIEW_NONE */
};

struct view_row {
	uint32_t process, thread; /* indices */
	uint32_t node;		  /* of the innermost frame */
	uint32_t site;		  /* index; there after profile_view_finish() */
	uint8_t phase;		  /* of birth: enum report_phase */
	uint8_t entry;		  /* enum pl_profile_function */
	struct view_figures figures;
};

struct view_thread {
	uint32_t process;
	uint32_t id; /* as gettid(2) */
	const char *name;
};

struct view_process {
	uint32_t image; /* index of its process in the report */
	uint32_t id;
	const char *program;
	uint64_t rate; /* bytes between two samples on average; 0: all is recorded */
	uint64_t peak_bytes, peak_blocks, peak_ns;
	uint64_t foreign_frees, unplaced, blocks_unknown, own_bytes;
};

struct view_point {
	uint32_t process;
	uint64_t time_ns; /* since the run began */
	uint64_t live_bytes, live_blocks;
	uint64_t requests, frees;
	uint64_t resident; /* 0: not known */
	uint8_t phase;	   /* from then on */
	bool is_change;	   /* of the phase */
};

/* All rows whose stacks have the same id (site_id.h); the cause of violations there is in it. */
struct view_site {
	char id[REPORT_ID_SIZE];
	uint8_t entry;
	uint32_t node;	 /* the innermost of its largest stack; VIEW_NONE: it has none */
	uint32_t origin; /* the node of that stack by which a person would name the site */
	uint32_t called; /* node of the system's function that the origin called; VIEW_NONE */
	uint32_t stacks; /* how many */
	struct view_figures figures[REPORT_PHASES];
};

struct profile_view {
	struct view_process *processes;
	struct view_thread *threads;
	struct view_module *modules;
	struct view_frame *frames;
	struct view_node *nodes;
	struct view_row *rows;
	struct view_point *points; /* by process, then by time */
	struct view_site *sites;
	size_t process_count, thread_count, module_count, frame_count, node_count, row_count,
		point_count, site_count;
	uint32_t root; /* the first of the outermost nodes, which are each other's next */
	struct view_figures totals[REPORT_PHASES];
	bool was_locked;	  /* some process, at some time */
	size_t straddling;	  /* rows that had requests before the time asked for, too */
	struct view_maker *maker; /* what only profile_view.c knows */
};

struct profile_view *profile_view_new(void);

/*
 * Adds the profile of a record, whose first process is the report's with that index. The record and
 * its names may go afterwards.
 */
void profile_view_add(struct profile_view *view, const struct record *record,
		      const struct profile *profile, const struct names *names,
		      size_t first_process);

/* Which rows are wanted. All that is given must hold; zeroed memory wants all. */
struct view_filter {
	const char *thread;  /* pattern of names (glob.h), or a number */
	const char *process; /* pattern of programs, or a number */
	bool has_phase;
	enum report_phase phase;
	bool has_since;
	uint64_t since_ns; /* since the run began; UINT64_MAX: since the first lock */
};

void profile_view_filter(struct profile_view *view, const struct view_filter *filter);

/* Links the nodes, finds the sites, and adds up the totals. */
void profile_view_finish(struct profile_view *view);

void profile_view_free(struct profile_view *view);

/* ---- figures --------------------------------------------------------------------------------- */

void view_add(struct view_figures *sum, const struct view_figures *other);

/* Of both phases together. */
struct view_figures view_both(const struct view_figures figures[REPORT_PHASES]);

/* What is asked about. Zero is what a person would want first. */
enum view_measure {
	VIEW_LATE,	/* requests while locked */
	VIEW_BYTES,	/* asked for */
	VIEW_COUNT,	/* requests */
	VIEW_PEAK,	/* bytes live at the peak */
	VIEW_TEMPORARY, /* requests */
	VIEW_LEAKED,	/* bytes live at the end */
	VIEW_MEASURES
};

/* The name of a measure, as an option has it: "late". */
const char *view_measure_name(enum view_measure measure);

/* Whether it counts bytes; others count requests. */
bool view_measure_is_bytes(enum view_measure measure);

uint64_t view_measure(const struct view_figures figures[REPORT_PHASES], enum view_measure measure);
uint64_t view_measure_row(const struct view_row *row, enum view_measure measure);

/*
 * Returns for each node what was asked for there and by all that it called; to be freed. With
 * self, for its own requests alone.
 */
uint64_t *view_sums(const struct profile_view *view, enum view_measure measure, bool self);

/* Likewise, for its own requests in one phase. */
uint64_t *view_phase_sums(const struct profile_view *view, enum view_measure measure,
			  enum report_phase phase);

/* ---- groups ---------------------------------------------------------------------------------- */

enum view_key {
	VIEW_BY_FUNCTION, /* of the origin, with its module, and the family of entry points */
	VIEW_BY_SITE,
	VIEW_BY_MODULE,
	VIEW_BY_THREAD,	 /* by name */
	VIEW_BY_PROCESS, /* by program */
	VIEW_BY_PHASE,
	VIEW_BY_STACK, /* node, entry point */
};

struct view_group {
	uint32_t row;		 /* the largest one */
	uint32_t site;		 /* of that row */
	size_t sites;		 /* with anything of the measure */
	const char *entry;	 /* "malloc"; NULL if there are several */
	bool one_file, one_line; /* all origins are in the same file, on the same line */
	struct view_figures figures[REPORT_PHASES];
};

struct view_groups {
	struct view_group *groups; /* by falling measure; then by requests, then as in the view */
	size_t count;
};

struct view_groups view_group_rows(const struct profile_view *view, enum view_key key,
				   enum view_measure measure);
void view_groups_free(struct view_groups *groups);

/* ---- names ----------------------------------------------------------------------------------- */

const struct report_frame *view_frame_of(const struct profile_view *view, uint32_t node);

/* "malloc", "operator new", ...: of enum pl_profile_function. */
const char *view_entry_name(uint8_t entry);

/* "init", "locked". */
const char *view_phase_name(unsigned phase);

/*
 * Whether a process is an interpreter that has an allocator of its own before malloc, which hides
 * most of its requests: python without PYTHONMALLOC=malloc.
 */
bool view_hides_requests(const struct profile_view *view, uint32_t process);

#endif
