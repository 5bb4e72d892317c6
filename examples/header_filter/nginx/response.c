/* SPDX-License-Identifier: MIT */
/*
 * The headers of a response, on their way to the client. A header that the filter took away is
 * marked in its place: nginx does not send one whose hash is 0. Those that it added are in its own
 * memory, which lies there until filter_end(), behind the last use of them.
 */
#include "module.h"

#include "guard.h"
#include "stages.h"

/* Makes elements at the end of the list that are not sent yet. Returns NULL if out of memory. */
static ngx_int_t reserve(ngx_http_request_t *r, ngx_table_elt_t *elements[ADDED_HEADERS])
{
	for (int i = 0; i < ADDED_HEADERS; i++) {
		elements[i] = ngx_list_push(&r->headers_out.headers);
		if (elements[i] == NULL)
			return NGX_ERROR;
		ngx_memzero(elements[i], sizeof(*elements[i]));
	}
	return NGX_OK;
}

/* Content-Type and Content-Length are nginx's to make: the filter sees the type, as HTTP needs it,
 * and never takes it away. */
static void collect(struct map *map, ngx_http_request_t *r, char status[4])
{
	ngx_uint_t code = r->headers_out.status;

	for (int i = 2; i >= 0; i--, code /= 10)
		status[i] = (char)('0' + code % 10);
	map_begin(map);
	map_add(map, text_of(":status"), (struct text){status, 3}, NULL);
	if (r->headers_out.content_type.len > 0)
		map_add(map, text_of("content-type"), map_text(&r->headers_out.content_type), NULL);
	/* nginx keeps an upstream's Connection to itself, but names in it are of headers here. */
	if (r->upstream != NULL && r->upstream->headers_in.connection != NULL)
		map_add(map, text_of("connection"),
			map_text(&r->upstream->headers_in.connection->value), NULL);
	map_add_list(map, &r->headers_out.headers);
}

/* Returns false if there are more new ones than elements: then nothing is changed. */
static bool apply(ngx_table_elt_t *elements[ADDED_HEADERS], struct filter_bytes result)
{
	struct header header, added[ADDED_HEADERS];
	ngx_uint_t count = 0;
	struct headers headers;
	uint32_t next = 0;

	if (!headers_open(&headers, result))
		return false;
	while (headers_next(&headers, &header)) {
		if (map_find(&worker->map, &next, &header) != NULL)
			continue;
		if (count == ADDED_HEADERS)
			return false;
		added[count++] = header;
	}
	for (uint32_t i = 0; i < worker->map.count; i++) {
		struct source *source = &worker->map.sources[i];

		if (source->element != NULL && !source->kept)
			source->element->hash = 0;
	}
	for (ngx_uint_t i = 0; i < count; i++) {
		elements[i]->hash = 1;
		elements[i]->key = (ngx_str_t){added[i].name.length, (u_char *)added[i].name.at};
		elements[i]->value =
			(ngx_str_t){added[i].value.length, (u_char *)added[i].value.at};
		elements[i]->lowcase_key = elements[i]->key.data;
	}
	return true;
}

ngx_int_t response_filter(struct context *context)
{
	ngx_table_elt_t *elements[ADDED_HEADERS];
	ngx_http_request_t *r = context->r;
	struct filter_bytes map, result;
	const char *id = filter_request_id(context->request);
	struct guard guard;
	size_t size = 0;
	char status[4];
	bool fits;

	if (reserve(r, elements) != NGX_OK)
		return NGX_ERROR;

	GUARD_BEGIN(&guard, r);
	collect(&worker->map, r, status);
	fits = map_end(&worker->map, &map);
	hookpointResponseHeadersStart(id, hooks_number(fits ? map.size : 0));
	if (fits && filter_response_headers(context->request, map, &result)) {
		size = result.size;
		fits = apply(elements, result);
	}
	hookpointResponseHeadersEnd(id, hooks_number(size));
	guard_end(&guard);

	if (!fits) {
		worker->skipped++;
		ngx_log_error(
			NGX_LOG_WARN, r->connection->log, 0,
			"header_filter: no room for the response headers: passed on as they are");
	}
	return NGX_OK;
}
