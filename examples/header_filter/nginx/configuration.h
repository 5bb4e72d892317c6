/* SPDX-License-Identifier: MIT */
/*
 * The directives of the module, and what they fill:
 *
 *	header_filter on | off			in a location, server, http: filter requests
 *	header_filter_target AUTHORITY PATH	in http: what the HTTP call-out asks for
 *	header_filter_chosen NAME ...		in http: headers to log and to report
 *	header_filter_call LOCATION		internal, with proxy_pass: make the call-out by it
 *	header_filter_review LOCATION		internal, with grpc_pass: make the gRPC call by it
 *	header_filter_status			in a location: what the worker has counted
 *	header_filter_mistake malloc | palloc | connection_palloc | leak
 *						for the test alone: mistake.c
 */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include "module.h"

extern ngx_command_t configuration_directives[];

/* As nginx calls them for struct main_conf and struct location_conf. */
void *configuration_main(ngx_conf_t *cf);
char *configuration_main_end(ngx_conf_t *cf, void *data);
void *configuration_location(ngx_conf_t *cf);
char *configuration_merge(ngx_conf_t *cf, void *parent, void *child);

#endif
