/* SPDX-License-Identifier: MIT */
/* What was read is within bounds, whatever it was. It must not know where it was read. */
#include "record.h"

static void end_string(char *string, size_t size)
{
	string[size - 1] = '\0';
}

void record_bound(struct record *record)
{
	struct record_run *run = &record->run;

	end_string(run->version, sizeof(run->version));
	end_string(run->command, sizeof(run->command));
	end_string(run->verdict, sizeof(run->verdict));
	end_string(run->reason, sizeof(run->reason));
	end_string(run->forgiven, sizeof(run->forgiven));
	for (size_t i = 0; i < record->module_count; i++)
		if (record->modules[i].build_id_size > sizeof(record->modules[i].build_id))
			record->modules[i].build_id_size = 0;
	for (size_t i = 0; i < record->site_count; i++) {
		struct pl_layout_site *site = &record->sites[i];

		end_string(site->thread_name, sizeof(site->thread_name));
		end_string(site->function, sizeof(site->function));
		if (site->frame_count > PHASELOCK_FRAMES_MAX)
			site->frame_count = PHASELOCK_FRAMES_MAX;
		if (site->image > record->image_count)
			site->image = 0;
	}
	profile_bound(&record->profile, record->image_count);
	for (size_t i = 0; i < record->stage_count; i++) {
		end_string(record->stages[i].name, sizeof(record->stages[i].name));
		if (record->stages[i].image > record->image_count)
			record->stages[i].image = 0;
	}
	for (size_t i = 0; i < record->check_count; i++) {
		struct pl_layout_check *check = &record->checks[i];

		end_string(check->test, sizeof(check->test));
		end_string(check->name, sizeof(check->name));
		end_string(check->file, sizeof(check->file));
		end_string(check->message, sizeof(check->message));
		if (check->told != PL_LAYOUT_READY)
			check->message[0] = '\0';
		if (check->image > record->image_count)
			check->image = 0;
	}
}
