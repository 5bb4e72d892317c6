/* SPDX-License-Identifier: MIT */
/*
 * Finds entries of .eh_frame, by the index that linkers make (.eh_frame_hdr), or without one by a
 * search through all of them (LSB, 10.6; DWARF 5, 6.4). It reads nothing outside the loaded parts
 * of the module, and believes no length that leads out of them. It must not know what the
 * instructions mean.
 */
#include "stack/cfi_table.h"

#include "stack/segment.h"

#define LETTERS_MAX 16 /* there are five */

/* The program's, made at the start; written by the constructor, read by any thread. */
static struct {
	const uint8_t *base;
	const struct pl_cfi_pair *pairs;
	size_t count;
} own_index;

void pl_cfi_table_set_index(const uint8_t *base, const struct pl_cfi_pair *index, size_t count)
{
	own_index.base = base;
	own_index.pairs = index;
	own_index.count = count;
}

PL_INLINE struct pl_bytes bytes_at(const struct pl_cfi_tables *tables, const uint8_t *at)
{
	const uint8_t *end = at >= tables->base && at < tables->part_end
				     ? tables->part_end
				     : at + pl_segment_left(&tables->object, at);

	return (struct pl_bytes){at, end, false};
}

/* ---- entries --------------------------------------------------------------------------------- */

/*
 * Opens an entry after its length. Returns false at the end of the table, or if the entry is cut
 * off.
 */
PL_INLINE bool open_entry(const struct pl_cfi_tables *tables, const uint8_t *entry,
			  struct pl_bytes *bytes)
{
	uint64_t length;

	*bytes = bytes_at(tables, entry);
	length = pl_bytes_word(bytes, 4);
	if (length == UINT32_MAX)
		length = pl_bytes_word(bytes, 8);
	if (bytes->short_of || length == 0 || length > pl_bytes_left(bytes))
		return false;
	bytes->end = bytes->at + length;
	return true;
}

/*
 * Reads the data that the letters announce. R: an encoding; P: a function and its encoding; L: an
 * encoding; S: the frame of a signal. Other letters are new: the data has a length, so what they
 * announce is skipped.
 */
static void read_augmentation(const char *letters, struct pl_bytes *bytes,
			      struct pl_cfi_common *common)
{
	uint64_t length = pl_bytes_number(bytes);
	struct pl_bytes data = *bytes;

	pl_bytes_skip(bytes, length);
	if (bytes->short_of)
		return;
	data.end = bytes->at;
	for (letters++;; letters++) {
		if (*letters == 'R')
			common->encoding = pl_bytes_byte(&data);
		else if (*letters == 'P')
			pl_bytes_pointer(&data, pl_bytes_byte(&data), 0);
		else if (*letters == 'L')
			pl_bytes_byte(&data);
		else if (*letters == 'S')
			common->is_signal = true;
		else
			break;
	}
	bytes->short_of = data.short_of;
}

static bool read_common(struct pl_cfi_tables *tables, const uint8_t *entry)
{
	struct pl_cfi_common common = {.entry = entry};
	struct pl_bytes bytes;
	const char *letters;
	uint64_t version;

	tables->common.entry = NULL;
	if (!open_entry(tables, entry, &bytes) || pl_bytes_word(&bytes, 4) != 0)
		return false;
	version = pl_bytes_byte(&bytes);
	letters = (const char *)bytes.at;
	for (unsigned i = 0; pl_bytes_byte(&bytes) != 0; i++)
		if (i == LETTERS_MAX) /* or a table could make each entry a long search */
			return false;
	if (version == 4 && pl_bytes_word(&bytes, 2) != sizeof(uintptr_t)) /* and no segments */
		return false;
	common.code_unit = pl_bytes_number(&bytes);
	common.data_unit = pl_bytes_signed(&bytes);
	common.return_address =
		(uint8_t)(version == 1 ? pl_bytes_byte(&bytes) : pl_bytes_number(&bytes));
	common.is_augmented = letters[0] == 'z';
	if (common.is_augmented)
		read_augmentation(letters, &bytes, &common);
	if (bytes.short_of || (version != 1 && version != 3 && version != 4) ||
	    (letters[0] != 'z' && letters[0] != '\0'))
		return false;
	common.instructions = bytes;
	tables->common = common;
	return true;
}

/* Like pl_bytes_pointer(), but reads the forms that most linkers write right here. */
PL_INLINE uintptr_t read_pointer(struct pl_bytes *bytes, unsigned encoding)
{
	struct pl_bytes rest = {bytes->at, bytes->end, bytes->short_of};
	uintptr_t at = (uintptr_t)bytes->at, value;

	if (PL_LIKELY(encoding == (PL_POINTER_TO_SELF | PL_POINTER_SIGNED_4)))
		return at + (uintptr_t)(intptr_t)(int32_t)pl_bytes_word(bytes, 4);
	if (PL_LIKELY(encoding == PL_POINTER_SIGNED_4))
		return (uintptr_t)(intptr_t)(int32_t)pl_bytes_word(bytes, 4);
	value = pl_bytes_pointer(&rest, encoding, 0);
	bytes->at = rest.at;
	bytes->short_of = rest.short_of;
	return value;
}

/* bytes: the entry after its length. */
PL_INLINE bool read_function(struct pl_cfi_tables *tables, struct pl_bytes bytes,
			     struct pl_cfi_function *function)
{
	const uint8_t *start = bytes.at;
	uint64_t back = pl_bytes_word(&bytes, 4);
	unsigned encoding;

	if (back == 0 ||
	    (tables->common.entry != start - back && !read_common(tables, start - back)))
		return false;
	encoding = tables->common.encoding;
	function->start = read_pointer(&bytes, encoding);
	function->size = read_pointer(&bytes, encoding & PL_POINTER_FORM);
	if (tables->common.is_augmented)
		pl_bytes_skip(&bytes, pl_bytes_number(&bytes));
	function->instructions = bytes;
	return !bytes.short_of;
}

bool pl_cfi_table_next(struct pl_cfi_tables *tables, const uint8_t **entry,
		       struct pl_cfi_function *function)
{
	struct pl_bytes bytes;

	if (!open_entry(tables, *entry, &bytes))
		return false;
	*entry = bytes.end;
	if (!read_function(tables, bytes, function))
		function->size = 0;
	return true;
}

/* ---- finding --------------------------------------------------------------------------------- */

static void read_index(struct pl_cfi_tables *tables)
{
	const uint8_t *base = tables->object.table_index;
	struct pl_bytes bytes = bytes_at(tables, base);
	uint64_t version = pl_bytes_byte(&bytes);
	unsigned of_entries = pl_bytes_byte(&bytes), of_count = pl_bytes_byte(&bytes),
		 of_pairs = pl_bytes_byte(&bytes);
	const uint8_t *entries =
		(const uint8_t *)pl_bytes_pointer(&bytes, of_entries, (uintptr_t)base);
	size_t count = pl_bytes_pointer(&bytes, of_count, (uintptr_t)base);

	if (bytes.short_of || version != 1)
		return;
	tables->base = base;
	tables->part_end = bytes.end;
	if (of_count != PL_POINTER_OMITTED &&
	    of_pairs == (PL_POINTER_TO_BASE | PL_POINTER_SIGNED_4) &&
	    (uintptr_t)bytes.at % sizeof(int32_t) == 0 &&
	    count <= pl_bytes_left(&bytes) / sizeof(struct pl_cfi_pair)) {
		tables->index = (const void *)bytes.at;
		tables->count = count;
	} else if (of_entries != PL_POINTER_OMITTED) {
		tables->entries = entries;
	}
}

bool pl_cfi_table_change(struct pl_cfi_tables *tables, uintptr_t address)
{
	struct pl_object *object = &tables->object;

	*tables = (struct pl_cfi_tables){.base = NULL};
	if (!pl_object_find((const void *)address, object)) {
		*object = (struct pl_object){.base = 0};
		return false;
	}
	if (object->table_index != NULL) {
		read_index(tables);
	} else if (object->name[0] == '\0' && own_index.count > 0) {
		tables->base = own_index.base;
		tables->part_end = own_index.base + pl_segment_left(object, own_index.base);
		tables->index = own_index.pairs;
		tables->count = own_index.count;
	}
	return true;
}

/* Returns the only entry that can be the address's; it may be that of another function. */
static const uint8_t *look_up(const struct pl_cfi_tables *tables, uintptr_t address)
{
	intptr_t offset = (intptr_t)(address - (uintptr_t)tables->base);
	const struct pl_cfi_pair *low = tables->index;
	size_t count = tables->count;

	while (count > 1) {
		size_t half = count / 2;

		low = low[half].function <= offset ? low + half : low;
		count -= half;
	}
	return tables->base + low->entry;
}

bool pl_cfi_table_find(struct pl_cfi_tables *tables, uintptr_t address,
		       struct pl_cfi_function *function)
{
	const uint8_t *entry = tables->entries;

	if (tables->count > 0) {
		entry = look_up(tables, address);
		return pl_cfi_table_next(tables, &entry, function) &&
		       address - function->start < function->size;
	}
	while (entry != NULL && pl_cfi_table_next(tables, &entry, function))
		if (address - function->start < function->size)
			return true;
	return false;
}
