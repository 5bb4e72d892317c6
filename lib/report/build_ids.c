/* SPDX-License-Identifier: MIT */
/* Lists the modules of a report by their build-ids. It must not know what the report is about. */
#include "report/build_ids.h"

#include "common/format.h"
#include "report/sink.h"
#include "common/wording.h"

#include <string.h>

#define LINE_SIZE 1024

/*
 * Whether a module is listed. Compares contents, because the kept copy of a build-id lies elsewhere
 * than the module's own.
 */
static bool is_told(const struct pl_build_ids *told, const struct pl_place *place)
{
	for (unsigned i = 0; i < told->count; i++)
		if (told->modules[i].size == place->build_id_size &&
		    memcmp(told->modules[i].id, place->build_id, place->build_id_size) == 0)
			return true;
	return false;
}

/* The kernel's module has a build-id too, but no file. */
static bool is_path(const char *name)
{
	return strchr(name, '/') != NULL;
}

PL_COLD void pl_build_ids_append(struct pl_text *text, struct pl_build_ids *told,
				 void *const *frames, unsigned count, pl_find_place *find)
{
	for (unsigned i = 0; i < count; i++) {
		char buffer[LINE_SIZE];
		struct pl_text line = pl_text_in(buffer, sizeof(buffer));
		struct pl_place place;

		find(frames[i], &place);
		if (place.build_id == NULL || !is_path(place.path) || is_told(told, &place))
			continue;
		told->modules[told->count].id = place.build_id;
		told->modules[told->count++].size = place.build_id_size;
		pl_wording_build_id(&line, place.build_id, place.build_id_size, place.path);
		pl_sink_line(text, buffer);
	}
}
