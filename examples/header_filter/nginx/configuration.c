/* SPDX-License-Identifier: MIT */
#include "configuration.h"

void *configuration_main(ngx_conf_t *cf)
{
	struct main_conf *conf = ngx_pcalloc(cf->pool, sizeof(*conf));

	if (conf == NULL)
		return NULL;
	ngx_str_set(&conf->authority, "localhost");
	ngx_str_set(&conf->path, "/");
	conf->chosen = ngx_array_create(cf->pool, 4, sizeof(char *));
	return conf->chosen != NULL ? conf : NULL;
}

char *configuration_main_end(ngx_conf_t *cf, void *data)
{
	struct main_conf *conf = data;
	char **end = ngx_array_push(conf->chosen);

	if (end == NULL)
		return NGX_CONF_ERROR;
	*end = NULL;
	return NGX_CONF_OK;
}

void *configuration_location(ngx_conf_t *cf)
{
	struct location_conf *conf = ngx_pcalloc(cf->pool, sizeof(*conf));

	if (conf == NULL)
		return NULL;
	conf->enabled = NGX_CONF_UNSET;
	conf->mistake = NGX_CONF_UNSET_UINT;
	return conf;
}

char *configuration_merge(ngx_conf_t *cf, void *parent, void *child)
{
	struct location_conf *from = parent, *conf = child;

	ngx_conf_merge_value(conf->enabled, from->enabled, 0);
	ngx_conf_merge_str_value(conf->call, from->call, "");
	ngx_conf_merge_str_value(conf->review, from->review, "");
	ngx_conf_merge_uint_value(conf->mistake, from->mistake, MISTAKE_NONE);
	return NGX_CONF_OK;
}

static char *set_target(ngx_conf_t *cf, ngx_command_t *command, void *data)
{
	struct main_conf *conf = data;
	ngx_str_t *words = cf->args->elts;

	conf->authority = words[1];
	conf->path = words[2];
	return NGX_CONF_OK;
}

static char *set_chosen(ngx_conf_t *cf, ngx_command_t *command, void *data)
{
	struct main_conf *conf = data;
	ngx_str_t *words = cf->args->elts;

	for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
		char **name = ngx_array_push(conf->chosen);

		if (name == NULL)
			return NGX_CONF_ERROR;
		ngx_strlow(words[i].data, words[i].data, words[i].len);
		*name = (char *)words[i].data;
	}
	return NGX_CONF_OK;
}

static char *set_status(ngx_conf_t *cf, ngx_command_t *command, void *data)
{
	ngx_http_core_loc_conf_t *core =
		ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

	core->handler = status_send;
	return NGX_CONF_OK;
}

static ngx_conf_enum_t mistakes[] = {
	{ngx_string("malloc"), MISTAKE_MALLOC},
	{ngx_string("palloc"), MISTAKE_PALLOC},
	{ngx_string("connection_palloc"), MISTAKE_CONNECTION_PALLOC},
	{ngx_string("leak"), MISTAKE_LEAK},
	{ngx_null_string, 0},
};

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)
#define LOCATION_OFFSET(field) NGX_HTTP_LOC_CONF_OFFSET, offsetof(struct location_conf, field)

ngx_command_t configuration_directives[] = {
	{ngx_string("header_filter"), ANYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
	 LOCATION_OFFSET(enabled), NULL},
	{ngx_string("header_filter_call"), ANYWHERE | NGX_CONF_TAKE1, ngx_conf_set_str_slot,
	 LOCATION_OFFSET(call), NULL},
	{ngx_string("header_filter_review"), ANYWHERE | NGX_CONF_TAKE1, ngx_conf_set_str_slot,
	 LOCATION_OFFSET(review), NULL},
	{ngx_string("header_filter_mistake"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1,
	 ngx_conf_set_enum_slot, LOCATION_OFFSET(mistake), mistakes},
	{ngx_string("header_filter_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_status,
	 NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	{ngx_string("header_filter_target"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, set_target,
	 NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
	{ngx_string("header_filter_chosen"), NGX_HTTP_MAIN_CONF | NGX_CONF_1MORE, set_chosen,
	 NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
	ngx_null_command,
};
