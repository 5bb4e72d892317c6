/* SPDX-License-Identifier: MIT */
/*
 * Processes by program. It must not know of the forms.
 */
#include "report_programs.h"

#include "emit.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *first, const void *second)
{
	const struct report_process *const *a = first, *const *b = second;

	return strcmp((*a)->program, (*b)->program);
}

static int by_outcome(const void *first, const void *second)
{
	static const int order[] = {[REPORT_FAIL] = 0, [REPORT_NOT_CHECKED] = 1, [REPORT_PASS] = 2};
	const struct report_program *a = first, *b = second;

	if (a->outcome != b->outcome)
		return order[a->outcome] - order[b->outcome];
	return strcmp(a->name, b->name);
}

static void add(struct report_program *program, const struct report_process *process)
{
	program->name = process->program;
	program->with[report_process_outcome(process)]++;
	program->processes++;
	if (process->violations == 0 && !process->is_armed)
		program->not_armed++;
	else if (process->violations == 0 && !process->was_locked)
		program->never_locked++;
	program->violations += process->violations;
	program->init_requests += process->counts[REPORT_INIT].requests;
	program->locked_requests += process->counts[REPORT_LOCKED].requests;
	program->outcome = program->with[REPORT_FAIL] > 0	   ? REPORT_FAIL
			   : program->with[REPORT_NOT_CHECKED] > 0 ? REPORT_NOT_CHECKED
								   : REPORT_PASS;
}

size_t report_programs(const struct report *report, struct report_program **programs)
{
	size_t room = report->process_count + 1, count = 0;
	const struct report_process **sorted = calloc(room, sizeof(const struct report_process *));

	*programs = calloc(room, sizeof(**programs));
	if (sorted == NULL || *programs == NULL)
		emit_no_memory();
	for (size_t i = 0; i < report->process_count; i++)
		sorted[i] = &report->processes[i];
	qsort(sorted, report->process_count, sizeof(const struct report_process *), by_name);
	for (size_t i = 0; i < report->process_count; i++) {
		count += i == 0 || by_name(&sorted[i - 1], &sorted[i]) != 0;
		add(&(*programs)[count - 1], sorted[i]);
	}
	free(sorted);
	qsort(*programs, count, sizeof(**programs), by_outcome);
	return count;
}
