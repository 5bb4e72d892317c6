/* SPDX-License-Identifier: MIT */
#include "fake_host.h"

#include "headers.h"

#include <stdlib.h>
#include <string.h>

enum { OK = 0, BAD_ARGUMENT = 2, INVALID_MEMORY_ACCESS = 6, INTERNAL_FAILURE = 10 };

typedef struct Z_env_instance_t *env;

struct Z_env_instance_t host;

void host_forget(void)
{
	size_t begin = offsetof(struct Z_env_instance_t, request_out);

	memset((char *)&host + begin, 0, offsetof(struct Z_env_instance_t, last_call) - begin);
}

uint64_t host_hash(uint64_t hash, const void *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ ((const unsigned char *)line)[i]) * 0x100000001b3;
	return hash * 31 + length;
}

/* ---- the plugin's memory --------------------------------------------------------------------- */

/* A plugin that names what is not its own is a fault that no test expects. */
static unsigned char *at(env host_, u32 address, u32 size)
{
	if ((uint64_t)address + size > host_->memory->size)
		abort();
	return host_->memory->data + address;
}

static void write_u32(env host_, u32 address, u32 number)
{
	memcpy(at(host_, address, sizeof(number)), &number, sizeof(number));
}

static void copy_out(env host_, struct host_copy *copy, u32 address, u32 size)
{
	if (size > sizeof(copy->bytes))
		abort();
	copy->size = size;
	memcpy(copy->bytes, at(host_, address, size), size);
}

static void copy_name(env host_, char name[64], u32 address, u32 size)
{
	size_t length = strlen(name);

	if (length + size >= 64)
		abort();
	memcpy(name + length, at(host_, address, size), size);
	name[length + size] = '\0';
}

/* As hosts do: nothing is an empty answer, anything else a copy in memory that the plugin gave. */
static u32 hand_over(env host_, struct filter_bytes bytes, u32 out, u32 out_size)
{
	u32 place = 0;

	if (bytes.size > 0) {
		place = host_->allocate((u32)bytes.size);
		if (place == 0)
			return INVALID_MEMORY_ACCESS;
		memcpy(at(host_, place, (u32)bytes.size), bytes.data, bytes.size);
	}
	write_u32(host_, out, place);
	write_u32(host_, out_size, (u32)bytes.size);
	return OK;
}

/* ---- the imports ----------------------------------------------------------------------------- */

u32 Z_envZ_proxy_log(env host_, u32 level, u32 text, u32 length)
{
	const char *line = (const char *)at(host_, text, length);

	(void)level;
	/* Lines of the filter begin with an id, those of plugin and guard with their name. */
	if (length == 0 || (line[0] != '[' && memcmp(line, "phaselock:", 10) != 0 &&
			    memcmp(line, "header_filter:", 14) != 0))
		host_->lines_of_filter = host_hash(host_->lines_of_filter, line, length);
	if (host_->lines_length + length + 2 > sizeof(host_->lines))
		return OK;
	memcpy(host_->lines + host_->lines_length, line, length);
	host_->lines_length += length;
	host_->lines[host_->lines_length++] = '\n';
	return OK;
}

u32 Z_envZ_proxy_get_current_time_nanoseconds(env host_, u32 out)
{
	memcpy(at(host_, out, sizeof(host_->time_ns)), &host_->time_ns, sizeof(host_->time_ns));
	return OK;
}

u32 Z_envZ_proxy_get_header_map_pairs(env host_, u32 map, u32 out, u32 out_size)
{
	switch (map) {
	case 0:
		return hand_over(host_, host_->request, out, out_size);
	case 2:
		return hand_over(host_, host_->response, out, out_size);
	case 6:
		return hand_over(host_, host_->reply, out, out_size);
	default:
		return BAD_ARGUMENT;
	}
}

u32 Z_envZ_proxy_get_buffer_bytes(env host_, u32 buffer, u32 start, u32 max_size, u32 out,
				  u32 out_size)
{
	struct filter_bytes bytes = buffer == 5 ? host_->message : host_->configuration;

	if ((buffer != 5 && buffer != 7) || start != 0)
		return BAD_ARGUMENT;
	if (bytes.size > max_size)
		bytes.size = max_size;
	return hand_over(host_, bytes, out, out_size);
}

u32 Z_envZ_proxy_set_header_map_pairs(env host_, u32 map, u32 data, u32 size)
{
	if (host_->refuses_calls)
		return INTERNAL_FAILURE;
	host_->maps_set++;
	copy_out(host_, map == 0 ? &host_->request_out : &host_->response_out, data, size);
	return OK;
}

u32 Z_envZ_proxy_http_call(env host_, u32 upstream, u32 upstream_size, u32 headers,
			   u32 headers_size, u32 body, u32 body_size, u32 trailers,
			   u32 trailers_size, u32 timeout_ms, u32 call)
{
	(void)body;
	(void)trailers;
	if (host_->refuses_calls || body_size != 0 || trailers_size != 0)
		return INTERNAL_FAILURE;
	host_->http_cluster[0] = '\0';
	copy_name(host_, host_->http_cluster, upstream, upstream_size);
	copy_out(host_, &host_->call_out, headers, headers_size);
	host_->timeout_ms = timeout_ms;
	host_->http_calls++;
	write_u32(host_, call, ++host_->last_call);
	return OK;
}

u32 Z_envZ_proxy_grpc_call(env host_, u32 upstream, u32 upstream_size, u32 service,
			   u32 service_size, u32 method, u32 method_size, u32 metadata,
			   u32 metadata_size, u32 message, u32 message_size, u32 timeout_ms,
			   u32 call)
{
	(void)metadata;
	if (host_->refuses_calls || metadata_size != 0)
		return INTERNAL_FAILURE;
	host_->grpc_cluster[0] = host_->method[0] = '\0';
	copy_name(host_, host_->grpc_cluster, upstream, upstream_size);
	copy_name(host_, host_->method, service, service_size);
	strcat(host_->method, "/");
	copy_name(host_, host_->method, method, method_size);
	copy_out(host_, &host_->message_out, message, message_size);
	host_->timeout_ms = timeout_ms;
	host_->grpc_calls++;
	write_u32(host_, call, ++host_->last_call);
	return OK;
}

u32 Z_envZ_proxy_set_effective_context(env host_, u32 context)
{
	host_->continued_context = context;
	return OK;
}

u32 Z_envZ_proxy_continue_stream(env host_, u32 stream)
{
	if (stream != 0)
		return BAD_ARGUMENT;
	host_->continued++;
	return OK;
}

/* ---- recorded requests ----------------------------------------------------------------------- */

/* Returns the text up to a character, and goes behind it. */
static struct text take_until(struct text *rest, char end)
{
	const char *found = memchr(rest->at, end, rest->length);
	size_t length = found != NULL ? (size_t)(found - rest->at) : rest->length;
	struct text taken = {rest->at, length};

	rest->at += found != NULL ? length + 1 : length;
	rest->length -= found != NULL ? length + 1 : length;
	return taken;
}

struct filter_bytes host_map_of_request(const char *recorded, size_t length, void *place,
					size_t size)
{
	struct text rest = {recorded, length}, line = take_until(&rest, '\r');
	struct headers_writer writer;

	headers_write(&writer, place, size, 64);
	headers_add(&writer, text_of(":method"), take_until(&line, ' '));
	headers_add(&writer, text_of(":path"), take_until(&line, ' '));
	headers_add(&writer, text_of(":scheme"), text_of("http"));
	for (;;) {
		char lower[128];
		struct text name, value;

		take_until(&rest, '\n');
		line = take_until(&rest, '\r');
		if (line.length == 0)
			break;
		name = take_until(&line, ':');
		value = line;
		if (value.length > 0 && value.at[0] == ' ') {
			value.at++;
			value.length--;
		}
		for (size_t i = 0; i < name.length && i < sizeof(lower); i++)
			lower[i] = (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32
										 : name.at[i]);
		name.at = lower;
		headers_add(&writer, text_is(name, "host") ? text_of(":authority") : name, value);
	}
	return (struct filter_bytes){place, headers_end(&writer)};
}
