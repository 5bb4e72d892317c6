/* SPDX-License-Identifier: MIT */
/*
 * What a module says of itself: dynamic section, hash tables, symbols, names, references, notes,
 * and the code of a call. All that is found lies in the module, and names are terminated there.
 */
#include "report/callee.h"
#include "stack/dynamic.h"
#include "stack/module.h"
#include "module_double.h"

static void check_name(const struct module *module, const char *name)
{
	uintptr_t start = (uintptr_t)module->bytes, at = (uintptr_t)name;

	CHECK(name[0] == '\0' || (at >= start && at + strlen(name) < start + module->size));
}

static void check_references(const struct module *module, const struct pl_dynamic *dynamic,
			     const struct pl_references *references)
{
	for (size_t i = 0; i < references->count; i++) {
		void **slot = pl_dynamic_slot(dynamic, &references->entries[i]);

		check_name(module, pl_dynamic_name(dynamic, &references->entries[i]));
		CHECK(slot == NULL || *slot != module);
	}
}

static void check_dynamic(const struct module *module)
{
	struct pl_dynamic dynamic;
	size_t count;

	if (!pl_dynamic_read(&dynamic, &module->object))
		return;
	count = pl_dynamic_symbol_count(&dynamic);
	for (size_t i = 0; i < count; i++)
		check_name(module, pl_dynamic_symbol_name(&dynamic, &dynamic.symbols[i]));
	check_references(module, &dynamic, &dynamic.data);
	check_references(module, &dynamic, &dynamic.calls);
}

static void check_place(const struct module *module, size_t offset)
{
	const uint8_t *address = module->bytes + offset;
	struct pl_place place;

	pl_module_find(address, &place);
	CHECK(place.path == module->object.name && place.offset == offset);
	if (place.function != NULL)
		check_name(module, place.function);
	for (size_t i = 0; i < place.build_id_size; i++)
		CHECK(&place.build_id[i] >= module->bytes &&
		      &place.build_id[i] < module->bytes + module->size);
	pl_callee_name(address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	size_t offset = input_byte(&input) + 1u;
	struct module module;

	module_begin(&module, &input);
	check_dynamic(&module);
	check_place(&module, offset);
	check_place(&module, offset * 16);
	module_end(&module);
	return 0;
}
