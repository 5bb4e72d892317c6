/* SPDX-License-Identifier: MIT */
/*
 * The part of the Proxy-Wasm ABI 0.2.1 that the plugin uses, by the names of its specification. It
 * must not know what the plugin does with it.
 */
#ifndef PROXY_WASM_H
#define PROXY_WASM_H

#include <stddef.h>
#include <stdint.h>

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern
#define EXPORT(name) __attribute__((export_name(#name))) extern

enum proxy_status { PROXY_OK = 0 };
enum proxy_level { PROXY_INFO = 2, PROXY_WARN = 3, PROXY_ERROR = 4 };
enum proxy_action { PROXY_CONTINUE = 0, PROXY_PAUSE = 1 };
enum proxy_stream { PROXY_HTTP_REQUEST = 0 };
enum proxy_buffer { PROXY_GRPC_CALL_MESSAGE = 5, PROXY_PLUGIN_CONFIGURATION = 7 };
enum proxy_map {
	PROXY_HTTP_REQUEST_HEADERS = 0,
	PROXY_HTTP_RESPONSE_HEADERS = 2,
	PROXY_HTTP_CALL_RESPONSE_HEADERS = 6,
};

/* ---- the host's functions -------------------------------------------------------------------- */

/* clang-format off: an attribute, then a function as the specification has it */
IMPORT(proxy_log)
enum proxy_status proxy_log(enum proxy_level level, const char *message, size_t size);

IMPORT(proxy_get_current_time_nanoseconds)
enum proxy_status proxy_get_current_time_nanoseconds(uint64_t *out);

/* What they return lies in memory that the host got from proxy_on_memory_allocate(). */
IMPORT(proxy_get_header_map_pairs)
enum proxy_status proxy_get_header_map_pairs(enum proxy_map map, const void **out, size_t *size);

IMPORT(proxy_get_buffer_bytes)
enum proxy_status proxy_get_buffer_bytes(enum proxy_buffer buffer, size_t start, size_t max_size,
					 const void **out, size_t *size);

IMPORT(proxy_set_header_map_pairs)
enum proxy_status proxy_set_header_map_pairs(enum proxy_map map, const void *data, size_t size);

IMPORT(proxy_http_call)
enum proxy_status proxy_http_call(const char *upstream, size_t upstream_size, const void *headers,
				  size_t headers_size, const void *body, size_t body_size,
				  const void *trailers, size_t trailers_size, uint32_t timeout_ms,
				  uint32_t *call_id);

IMPORT(proxy_grpc_call)
enum proxy_status proxy_grpc_call(const char *upstream, size_t upstream_size, const char *service,
				  size_t service_size, const char *method, size_t method_size,
				  const void *metadata, size_t metadata_size, const void *message,
				  size_t message_size, uint32_t timeout_ms, uint32_t *call_id);

IMPORT(proxy_set_effective_context)
enum proxy_status proxy_set_effective_context(uint32_t context_id);

IMPORT(proxy_continue_stream)
enum proxy_status proxy_continue_stream(enum proxy_stream stream);

/* ---- the plugin's ---------------------------------------------------------------------------- */

EXPORT(proxy_abi_version_0_2_1)
void proxy_abi_version_0_2_1(void);

EXPORT(proxy_on_memory_allocate)
void *proxy_on_memory_allocate(size_t size);

EXPORT(proxy_on_vm_start)
uint32_t proxy_on_vm_start(uint32_t context_id, size_t configuration_size);

EXPORT(proxy_on_configure)
uint32_t proxy_on_configure(uint32_t context_id, size_t configuration_size);

EXPORT(proxy_on_context_create)
void proxy_on_context_create(uint32_t context_id, uint32_t parent_context_id);

EXPORT(proxy_on_request_headers)
enum proxy_action proxy_on_request_headers(uint32_t context_id, size_t count,
					   uint32_t end_of_stream);

EXPORT(proxy_on_response_headers)
enum proxy_action proxy_on_response_headers(uint32_t context_id, size_t count,
					    uint32_t end_of_stream);

EXPORT(proxy_on_http_call_response)
void proxy_on_http_call_response(uint32_t context_id, uint32_t call_id, size_t count,
				 size_t body_size, size_t trailers);

EXPORT(proxy_on_grpc_receive)
void proxy_on_grpc_receive(uint32_t context_id, uint32_t call_id, size_t size);

EXPORT(proxy_on_grpc_close)
void proxy_on_grpc_close(uint32_t context_id, uint32_t call_id, uint32_t status);

EXPORT(proxy_on_done)
uint32_t proxy_on_done(uint32_t context_id);

EXPORT(proxy_on_log)
void proxy_on_log(uint32_t context_id);

EXPORT(proxy_on_delete)
void proxy_on_delete(uint32_t context_id);
/* clang-format on */

#endif
