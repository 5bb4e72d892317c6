/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include <string.h>

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Not for the zero byte, which strchr() would find. */
static bool is_one_of(char c, const char *characters)
{
	return c != '\0' && strchr(characters, c) != NULL;
}

bool rules_allow(const struct header *header)
{
	struct text name = header->name, value = header->value;

	if (name.length > 0 && name.at[0] == ':') {
		name.at++;
		name.length--;
	}
	if (name.length == 0)
		return false;
	for (size_t i = 0; i < name.length; i++) {
		if (!is_alphanumeric(name.at[i]) && !is_one_of(name.at[i], "!#$%&'*+-.^_`|~"))
			return false;
	}
	for (size_t i = 0; i < value.length; i++) {
		if (value.at[i] == '\0' || value.at[i] == '\r' || value.at[i] == '\n')
			return false;
	}
	return true;
}

void hops_note(struct hops *hops, const struct header *header)
{
	const char *at = header->value.at, *end = at + header->value.length;

	if (!text_is(header->name, "connection"))
		return;
	while (at < end) {
		const char *name;

		while (at < end && is_one_of(*at, ", \t"))
			at++;
		name = at;
		while (at < end && !is_one_of(*at, ", \t"))
			at++;
		if (at == name)
			continue;
		if (hops->count == FILTER_CONNECTION_NAMES) {
			hops->too_many = true;
			return;
		}
		hops->names[hops->count++] = (struct text){name, (size_t)(at - name)};
	}
}

bool hops_end(const struct hops *hops, const struct header *header)
{
	static const char *const always[] = {"connection", "keep-alive", "proxy-connection",
					     "transfer-encoding", "upgrade"};
	static const char *const never[] = {"host",	     "content-length",
					    "content-type",  "content-encoding",
					    "content-range", "x-request-id"};
	struct text name = header->name;

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++) {
		if (text_is(name, always[i]))
			return true;
	}
	if (text_is(name, "te"))
		return !text_is(header->value, "trailers");
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		if (text_is(name, never[i]))
			return false;
	}
	for (unsigned i = 0; i < hops->count; i++) {
		if (text_equals(name, hops->names[i]))
			return name.at[0] != ':';
	}
	return false;
}

bool rules_is_id(struct text text)
{
	if (text.length == 0 || text.length > FILTER_ID_MAX)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (!is_alphanumeric(text.at[i]) && !is_one_of(text.at[i], "-._"))
			return false;
	}
	return true;
}
