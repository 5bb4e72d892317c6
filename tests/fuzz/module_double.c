/* SPDX-License-Identifier: MIT */
/* The only module that there is. */
#include "module_double.h"

#include <elf.h>

static const struct module *current;

void module_begin(struct module *module, struct input *input)
{
	*module = (struct module){.size = 0};
	for (size_t i = 1; i < MODULE_HEADERS; i++) {
		ElfW(Phdr) *header = &module->headers[i];

		header->p_type = input_byte(input) % 2 != 0 ? PT_NOTE : PT_GNU_EH_FRAME;
		header->p_vaddr = (uint64_t)(int64_t)(int8_t)input_byte(input) * 8;
		header->p_memsz = (uint64_t)(int64_t)(int8_t)input_byte(input) * 8;
	}
	module->size = input->left;
	module->bytes = input_bytes(input);
	module->headers[0] = (ElfW(Phdr)){.p_type = PT_LOAD,
					  .p_flags = PF_R,
					  .p_filesz = module->size,
					  .p_memsz = module->size};
	module->object =
		(struct pl_object){.base = (uintptr_t)module->bytes,
				   .name = "/lib/double.so",
				   .dynamic = (const void *)module->bytes,
				   .headers = module->headers,
				   .header_count = MODULE_HEADERS,
				   .start = (uintptr_t)module->bytes,
				   .end = (uintptr_t)module->bytes + module->size + MODULE_CODE,
				   .table_index = module->bytes,
				   .is_whole = true};
	current = module;
}

void module_end(struct module *module)
{
	current = NULL;
	free(module->bytes);
}

bool pl_object_find(const void *address, struct pl_object *object)
{
	if (current == NULL || (uintptr_t)address < current->object.start ||
	    (uintptr_t)address >= current->object.end)
		return false;
	*object = current->object;
	return true;
}

bool pl_object_stays(const void *address)
{
	(void)address;
	return true;
}

struct pl_object pl_object_of(const struct pl_loaded *module)
{
	(void)module;
	return current->object;
}

void pl_object_start(void)
{
}
