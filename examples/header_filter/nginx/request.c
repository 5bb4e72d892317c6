/* SPDX-License-Identifier: MIT */
/*
 * The headers of a request. What the upstream gets of them is the list headers_in.headers, so that
 * is replaced by another one with those that the filter kept, and the ones that it added. The
 * fields of headers_in that point at a header which it took away are cleared: variables such as
 * $http_referer read those.
 */
#include "module.h"

#include "guard.h"
#include "stages.h"

static struct text method_of(const ngx_http_request_t *r)
{
	return map_text(&r->method_name);
}

static void collect(struct map *map, ngx_http_request_t *r)
{
	map_begin(map);
	map_add(map, text_of(":method"), method_of(r), NULL);
	map_add(map, text_of(":path"), map_text(&r->unparsed_uri), NULL);
	map_add_list(map, &r->headers_in.headers);
}

/* Returns text in memory of the context; not at if there is no more. */
static u_char *copy(struct context *context, struct text text)
{
	char *to = context->added + context->added_used;

	if (text.length > sizeof(context->added) - context->added_used)
		return NULL;
	context->added_used += text.length;
	return memcpy(to, text.at, text.length);
}

/* Returns false if there is no room: then the list is worth nothing. */
static bool add(struct context *context, ngx_list_t *list, const struct header *header)
{
	ngx_table_elt_t *element = (ngx_table_elt_t *)list->part.elts + list->part.nelts;
	u_char *name = copy(context, header->name), *value = copy(context, header->value);

	if (name == NULL || value == NULL)
		return false;
	*element = (ngx_table_elt_t){.hash = ngx_hash_key(name, header->name.length),
				     .key = {header->name.length, name},
				     .value = {header->value.length, value},
				     .lowcase_key = name};
	list->part.nelts++;
	return true;
}

/* Fills the list, which has room for all that came and ADDED_HEADERS more. */
static bool fill(struct context *context, ngx_list_t *list, struct filter_bytes result)
{
	struct headers headers;
	struct header header;
	uint32_t next = 0;

	if (!headers_open(&headers, result))
		return false;
	while (headers_next(&headers, &header)) {
		struct source *source = map_find(&worker->map, &next, &header);
		ngx_table_elt_t *elements = list->part.elts;

		if (list->part.nelts == list->nalloc)
			return false;
		if (source == NULL) {
			if (!add(context, list, &header))
				return false;
		} else if (source->element != NULL) {
			elements[list->part.nelts++] = *source->element;
		}
	}
	return true;
}

static void forget_among(ngx_array_t *array, const ngx_table_elt_t *element)
{
	ngx_table_elt_t **elements = array->elts;
	ngx_uint_t left = 0;

	for (ngx_uint_t i = 0; i < array->nelts; i++) {
		if (elements[i] != element)
			elements[left++] = elements[i];
	}
	array->nelts = left;
}

/* Clears each field of headers_in that points at this element. */
static void forget(ngx_http_headers_in_t *headers_in, const ngx_table_elt_t *element)
{
	forget_among(&headers_in->cookies, element);
#if (NGX_HTTP_X_FORWARDED_FOR)
	forget_among(&headers_in->x_forwarded_for, element);
#endif
	for (const ngx_http_header_t *known = ngx_http_headers_in; known->name.len > 0; known++) {
		ngx_table_elt_t **field = (void *)((u_char *)headers_in + known->offset);

		if (known->offset == offsetof(ngx_http_headers_in_t, cookies))
			continue;
#if (NGX_HTTP_X_FORWARDED_FOR)
		if (known->offset == offsetof(ngx_http_headers_in_t, x_forwarded_for))
			continue;
#endif
		if (*field == element)
			*field = NULL;
	}
}

static void apply(ngx_http_headers_in_t *headers_in, const ngx_list_t *list)
{
	for (uint32_t i = 0; i < worker->map.count; i++) {
		const struct source *source = &worker->map.sources[i];

		if (source->element != NULL && !source->kept)
			forget(headers_in, source->element);
	}
	headers_in->headers = *list;
	headers_in->headers.last = &headers_in->headers.part;
}

/* Without a map, which had no room, the filter gives the request an id of its own. */
static void start(const struct context *context, struct filter_bytes map)
{
	const char *id = hooks_id(context->request, map);

	hookpointRead(id, hooks_number((size_t)context->r->request_length));
	hookpointFiltersStart(id, HOOKS_FILTER);
	hookpointRequestHeadersStart(id, hooks_number(map.size));
}

ngx_int_t request_filter(struct context *context)
{
	ngx_http_request_t *r = context->r;
	struct filter_bytes map, result;
	struct guard guard;
	size_t size = 0;
	bool fits;
	ngx_list_t list;

	/* Reserved for what the filter will keep and add. */
	if (ngx_list_init(&list, r->pool, map_length(&r->headers_in.headers) + ADDED_HEADERS,
			  sizeof(ngx_table_elt_t)) != NGX_OK)
		return NGX_ERROR;

	GUARD_BEGIN(&guard, r);
	collect(&worker->map, r);
	fits = map_end(&worker->map, &map);
	if (!fits)
		map = (struct filter_bytes){NULL, 0};
	start(context, map);
	if (fits && filter_request_headers(context->request, map, &result)) {
		size = result.size;
		fits = fill(context, &list, result);
		if (fits)
			apply(&r->headers_in, &list);
	}
	hookpointRequestHeadersEnd(filter_request_id(context->request), hooks_number(size));
	mistake_inside(context);
	guard_end(&guard);

	if (!fits) {
		worker->skipped++;
		ngx_log_error(
			NGX_LOG_WARN, r->connection->log, 0,
			"header_filter: no room for the request headers: passed on as they are");
	}
	stages_mark(context, "After Header Processing");
	return NGX_OK;
}
