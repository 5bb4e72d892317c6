/* SPDX-License-Identifier: MIT */
/*
 * The calls that the filter makes, as subrequests to internal locations: the HTTP call-out to one
 * with proxy_pass, of which the reply's headers alone are wanted; the gRPC call to one with
 * grpc_pass, whose reply nginx keeps in memory, as it does for a subrequest of that kind since
 * 1.13.10: sr->out. One after the other: nginx calls the handler of a subrequest again for each
 * that had to wait for another one.
 *
 * What is sent lies in the filter's memory until the reply is there, which is before the filter's
 * next call. A call that fails is one without a reply, and the request goes on.
 */
#include "module.h"

#include "guard.h"
#include "stages.h"

#define CALL_HEADERS 8

/* What a subrequest sends instead of what the client sent. */
struct outgoing {
	ngx_http_headers_in_t headers_in;
	/* nginx has one for all subrequests: then the client's request would find $http_host and
	 * the like with the values that the call gave them. */
	ngx_http_variable_value_t *variables;
	ngx_str_t method;
	ngx_str_t path;
};

static ngx_str_t string_of(struct text text)
{
	return (ngx_str_t){text.length, (u_char *)text.at};
}

static struct outgoing *reserve(ngx_http_request_t *r)
{
	ngx_http_core_main_conf_t *core = ngx_http_get_module_main_conf(r, ngx_http_core_module);
	struct outgoing *outgoing = ngx_pcalloc(r->pool, sizeof(*outgoing));

	if (outgoing == NULL)
		return NULL;
	outgoing->variables =
		ngx_pcalloc(r->pool, core->variables.nelts * sizeof(*outgoing->variables));
	if (outgoing->variables == NULL ||
	    ngx_list_init(&outgoing->headers_in.headers, r->pool, CALL_HEADERS,
			  sizeof(ngx_table_elt_t)) != NGX_OK)
		return NULL;
	outgoing->headers_in.content_length_n = -1;
	outgoing->headers_in.keep_alive_n = -1;
	return outgoing;
}

/* Returns NULL if there is no room. The name is in lower case. */
static ngx_table_elt_t *add(struct outgoing *outgoing, struct text name, struct text value)
{
	ngx_list_t *list = &outgoing->headers_in.headers;
	ngx_table_elt_t *element = (ngx_table_elt_t *)list->part.elts + list->part.nelts;

	if (list->part.nelts == list->nalloc)
		return NULL;
	list->part.nelts++;
	element->key = string_of(name);
	element->value = string_of(value);
	element->lowcase_key = element->key.data;
	element->hash = ngx_hash_key(element->key.data, element->key.len);
	return element;
}

/* Takes over the headers that the filter wants to send: what :scheme says the location knows. */
static bool take(struct outgoing *outgoing, struct filter_bytes map)
{
	struct headers headers;
	struct header header;

	if (!headers_open(&headers, map))
		return false;
	while (headers_next(&headers, &header)) {
		if (text_is(header.name, ":method"))
			outgoing->method = string_of(header.value);
		else if (text_is(header.name, ":path"))
			outgoing->path = string_of(header.value);
		else if (text_is(header.name, ":authority"))
			outgoing->headers_in.host = add(outgoing, text_of("host"), header.value);
		else if (header.name.at[0] != ':' &&
			 add(outgoing, header.name, header.value) == NULL)
			return false;
	}
	return outgoing->headers_in.host != NULL && outgoing->path.len > 0;
}

/*
 * Of a call that failed nginx would show the client an error page, or end the request: not so,
 * unless the client itself has gone.
 */
static ngx_int_t result_of(ngx_http_request_t *sr, ngx_int_t rc)
{
	if (rc == NGX_HTTP_CLIENT_CLOSED_REQUEST || rc == NGX_HTTP_REQUEST_TIME_OUT ||
	    sr->connection->error)
		return rc;
	return NGX_OK;
}

/* ---- the HTTP call-out ----------------------------------------------------------------------- */

static bool collect_reply(struct map *map, ngx_http_request_t *sr, char status[4],
			  struct filter_bytes *out)
{
	ngx_uint_t code = sr->headers_out.status;

	for (int i = 2; i >= 0; i--, code /= 10)
		status[i] = (char)('0' + code % 10);
	map_begin(map);
	map_add(map, text_of(":status"), (struct text){status, 3}, NULL);
	map_add_list(map, &sr->headers_out.headers);
	return map_end(map, out);
}

static ngx_int_t call_done(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
	/* Headers that came: an error page of nginx's own has no upstream status. */
	bool replied = sr->upstream != NULL && sr->upstream->headers_in.status_n != 0 &&
		       sr->headers_out.status == sr->upstream->headers_in.status_n;
	struct context *context = data;
	struct filter_bytes map;
	struct guard guard;
	char status[4];

	if (context->progress != CALLING)
		return result_of(sr, rc);
	context->progress = CALLED;
	hookpointCalloutEnd(filter_request_id(context->request),
			    hooks_number(replied ? sr->headers_out.status : 0));
	GUARD_BEGIN(&guard, sr);
	if (!replied || !collect_reply(&worker->map, sr, status, &map))
		map = (struct filter_bytes){NULL, 0};
	filter_call_reply(context->request, map);
	guard_end(&guard);
	return result_of(sr, rc);
}

static ngx_int_t begin(struct context *context, ngx_str_t *location, struct outgoing *outgoing,
		       ngx_uint_t flags, ngx_http_request_t **sr)
{
	if (ngx_http_subrequest(context->r, location, NULL, sr, &context->done,
				flags | NGX_HTTP_SUBREQUEST_WAITED) != NGX_OK)
		return NGX_ERROR;
	(*sr)->headers_in = outgoing->headers_in;
	(*sr)->headers_in.headers.last = &(*sr)->headers_in.headers.part;
	(*sr)->variables = outgoing->variables;
	(*sr)->method_name = outgoing->method;
	return NGX_OK;
}

ngx_int_t call_begin(struct context *context)
{
	struct outgoing *outgoing;
	struct filter_bytes map;
	ngx_http_request_t *sr;
	struct guard guard;
	bool taken;

	if (context->conf->call.len == 0)
		return NGX_DECLINED;
	outgoing = reserve(context->r);
	if (outgoing == NULL)
		return NGX_ERROR;

	GUARD_BEGIN(&guard, context->r);
	taken = filter_call(context->request, &map) && take(outgoing, map);
	guard_end(&guard);

	if (!taken)
		return NGX_DECLINED;
	hookpointCalloutStart(filter_request_id(context->request), hooks_number(map.size));
	context->done = (ngx_http_post_subrequest_t){call_done, context};
	if (begin(context, &context->conf->call, outgoing, 0, &sr) != NGX_OK)
		return NGX_ERROR;
	sr->request_body = NULL;
	sr->header_only = 1;
	sr->unparsed_uri = outgoing->path;
	sr->valid_unparsed_uri = 1;
	worker->calls++;
	return NGX_OK;
}

/* ---- the gRPC call --------------------------------------------------------------------------- */

static bool says_ok(ngx_list_t *list)
{
	for (ngx_list_part_t *part = &list->part; part != NULL; part = part->next) {
		ngx_table_elt_t *elements = part->elts;

		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			if (text_is(map_text(&elements[i].key), "grpc-status"))
				return text_is(map_text(&elements[i].value), "0");
		}
	}
	return false;
}

static ngx_int_t review_done(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
	struct context *context = data;
	struct filter_bytes message = {NULL, 0};
	struct guard guard;

	if (context->progress != REVIEWING)
		return result_of(sr, rc);
	context->progress = COMPLETE;
	stages_mark(context, "gRPC Response Start");
	GUARD_BEGIN(&guard, sr);
	/*
	 * What a call came to is in the trailer, which nginx has read when it comes here with OK.
	 */
	if (rc == NGX_OK && sr->out != NULL && sr->upstream != NULL &&
	    says_ok(&sr->upstream->headers_in.trailers))
		message = (struct filter_bytes){sr->out->buf->pos,
						(size_t)(sr->out->buf->last - sr->out->buf->pos)};
	hookpointGrpcEnd(filter_request_id(context->request), hooks_number(message.size));
	filter_message_reply(context->request, message);
	guard_end(&guard);
	return result_of(sr, rc);
}

/* Room for a body of one buffer. */
static ngx_http_request_body_t *reserve_body(ngx_http_request_t *r)
{
	ngx_http_request_body_t *body = ngx_pcalloc(r->pool, sizeof(*body));

	if (body == NULL)
		return NULL;
	body->bufs = ngx_alloc_chain_link(r->pool);
	if (body->bufs == NULL)
		return NULL;
	body->bufs->next = NULL;
	body->bufs->buf = ngx_calloc_buf(r->pool);
	return body->bufs->buf != NULL ? body : NULL;
}

static bool take_message(struct outgoing *outgoing, ngx_buf_t *buf, struct filter_bytes message)
{
	buf->start = buf->pos = (u_char *)message.data;
	buf->end = buf->last = buf->pos + message.size;
	buf->memory = 1;
	buf->last_buf = 1;
	outgoing->method = (ngx_str_t)ngx_string("POST");
	outgoing->headers_in.te = add(outgoing, text_of("te"), text_of("trailers"));
	outgoing->headers_in.content_type =
		add(outgoing, text_of("content-type"), text_of("application/grpc"));
	return outgoing->headers_in.content_type != NULL;
}

ngx_int_t review_begin(struct context *context)
{
	ngx_http_request_body_t *body;
	struct outgoing *outgoing;
	struct filter_bytes message;
	ngx_http_request_t *sr;
	struct guard guard;
	bool taken;

	if (context->conf->review.len == 0)
		return NGX_DECLINED;
	outgoing = reserve(context->r);
	body = reserve_body(context->r);
	if (outgoing == NULL || body == NULL)
		return NGX_ERROR;

	GUARD_BEGIN(&guard, context->r);
	taken = filter_message(context->request, &message) &&
		take_message(outgoing, body->bufs->buf, message);
	guard_end(&guard);
	stages_mark(context, "After Protobuf Creation");

	if (!taken)
		return NGX_DECLINED;
	hookpointGrpcStart(filter_request_id(context->request), hooks_number(message.size));
	context->done = (ngx_http_post_subrequest_t){review_done, context};
	if (begin(context, &context->conf->review, outgoing, NGX_HTTP_SUBREQUEST_IN_MEMORY, &sr) !=
	    NGX_OK)
		return NGX_ERROR;
	sr->method = NGX_HTTP_POST;
	sr->request_body = body;
	worker->reviews++;
	return NGX_OK;
}
