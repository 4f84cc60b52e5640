/* A table that is wrong in one way, chosen by -DLIE=name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orien_plugin.h"

enum lie {
  honest, plugin_size_0, plugin_size_small, plugin_size_huge, plugin_size_odd, handler_size_0,
  handler_size_huge, arg_size_small, limits_size_0, null_table, null_id, null_version,
  null_handlers, no_handlers, null_name, null_run, null_arg_name, null_everything_optional,
  endless_id, mebibyte_doc, doc_not_utf8, id_with_slash, id_with_dots, id_with_escape,
  version_two_parts, name_with_space, name_65, name_unicode, name_dots, title_with_escape,
  title_with_bidi, doc_with_bell, same_name_twice, same_arg_twice, arg_name_upper, unknown_type,
  unknown_arg_flag, unknown_handler_flag, unknown_plugin_flag, args_15, settings_65,
  handlers_65, needs_33, fallback_no_json, fallback_wrong_type, rules_no_json, rules_unknown,
  rules_backreference, example_no_json, example_invalid, role_no_number, unit_upper, unit_twice,
  media_type_bad, network_4, handlers_misaligned, wild_pointer, needs_unknown,
  docs_of_megabytes
};

static orien_status run(void *self, orien_call *call) {
  (void)self, (void)call;
  return ORIEN_OK;
}

static char text[1 << 20];
static orien_arg args_list[80];
static const orien_arg *args[81];
static orien_handler handlers_list[80];
static const orien_handler *handlers[81];
static const char *needs[81], *units[3] = {"token", NULL, NULL};
static orien_limits limits = {.size = sizeof limits, .wall_ms = 1000};
static orien_plugin plugin = {.size = sizeof plugin, .id = "test.liar", .version = "1.0.0",
    .doc = "Says one thing that is not so."};

static const char *filled(size_t count, char with) {
  memset(text, with, count);
  text[count] = 0;
  return text;
}

const orien_plugin *orien_plugin_v1(void) {
  enum lie lie = LIE;
  size_t arg_count = 1, handler_count = 1, need_count = 0;
  for (size_t i = 0; i < 80; i++) {
    char *name = malloc(8), *handler_name = malloc(8);
    snprintf(name, 8, "a%zu", i), snprintf(handler_name, 8, "h%zu", i);
    args_list[i] = (orien_arg){.size = sizeof(orien_arg), .type = ORIEN_TEXT, .name = name};
    handlers_list[i] = (orien_handler){.size = sizeof(orien_handler), .name = handler_name,
        .run = (orien_function)run, .units = units, .limits = &limits};
  }
  orien_arg *arg = &args_list[0];
  orien_handler *handler = &handlers_list[0];
  handler->args = args;
  plugin.handlers = handlers;
  switch (lie) {
  case honest: break;
  case plugin_size_0: plugin.size = 0; break;
  case plugin_size_small: plugin.size = ORIEN_LEAST_PLUGIN - 8; break;
  case plugin_size_huge: plugin.size = 0xFFFFFFFF; break;
  case plugin_size_odd: plugin.size = sizeof plugin - 4; break;
  case handler_size_0: handler->size = 0; break;
  case handler_size_huge: handler->size = 4104; break;
  case arg_size_small: arg->size = ORIEN_LEAST_ARG - 8; break;
  case limits_size_0: limits.size = 0; break;
  case null_table: return NULL;
  case null_id: plugin.id = NULL; break;
  case null_version: plugin.version = NULL; break;
  case null_handlers: plugin.handlers = NULL; break;
  case no_handlers: handler_count = 0; break;
  case null_name: handler->name = NULL; break;
  case null_run: handler->run = NULL; break;
  case null_arg_name: arg->name = NULL; break;
  case null_everything_optional:
    plugin.doc = NULL, handler->title = NULL, handler->doc = NULL, handler->units = NULL;
    handler->limits = NULL, arg->doc = NULL, arg->rules = NULL;
    break;
  case endless_id: plugin.id = filled(100000, 'a'); break;
  case mebibyte_doc: plugin.doc = filled(sizeof text - 1, 'a'); break;
  case doc_not_utf8: plugin.doc = "\xC3\x28"; break;
  case id_with_slash: plugin.id = "com/example"; break;
  case id_with_dots: plugin.id = "com..example"; break;
  case id_with_escape: plugin.id = "com.\x1B[31mexample"; break;
  case version_two_parts: plugin.version = "1.0"; break;
  case name_with_space: handler->name = "a b"; break;
  case name_65: handler->name = filled(65, 'a'); break;
  case name_unicode: handler->name = "\xC3\xA9" "cho"; break;
  case name_dots: handler->name = ".."; break;
  case title_with_escape: handler->title = "\x1B[2J"; break;
  case title_with_bidi: handler->title = "\xE2\x80\xAE" "txt.exe"; break;
  case doc_with_bell: handler->doc = "Rings.\x07"; break;
  case same_name_twice: handlers_list[1].name = handler->name; handler_count = 2; break;
  case same_arg_twice: args_list[1].name = arg->name; arg_count = 2; break;
  case arg_name_upper: arg->name = "Name"; break;
  case unknown_type: arg->type = 9; break;
  case unknown_arg_flag: arg->flags = 1u << 7; break;
  case unknown_handler_flag: handler->flags = 1u << 31; break;
  case unknown_plugin_flag: plugin.flags = 2; break;
  case args_15: arg_count = 15; break;
  case settings_65: plugin.settings = args; arg_count = 65; handler->args = NULL; break;
  case handlers_65: handler_count = 65; break;
  case needs_33: need_count = 33; break;
  case fallback_no_json: arg->fallback = "{"; break;
  case fallback_wrong_type: arg->fallback = "7"; break;
  case rules_no_json: arg->rules = "pattern"; break;
  case rules_unknown: arg->rules = "{\"minLenght\":1}"; break;
  case rules_backreference: arg->rules = "{\"pattern\":\"(a)\\\\1\"}"; break;
  case example_no_json: handler->example = "a0=1"; break;
  case example_invalid: handler->example = "{\"a0\":7}"; break;
  case role_no_number: handler->role = "vm"; break;
  case unit_upper: units[0] = "Token"; break;
  case unit_twice: units[1] = "token"; break;
  case media_type_bad: handler->result_type = "text"; break;
  case network_4: limits.network = 4; break;
  case handlers_misaligned:
    plugin.handlers = (const orien_handler *const *)((const char *)handlers + 1);
    break;
  case wild_pointer: plugin.version = (const char *)0x10; break;
  case docs_of_megabytes:
    handler_count = 64;
    for (size_t i = 0; i < 64; i++) handlers_list[i].args = args, handlers_list[i].doc = "d";
    memset(text, ' ', 48 << 10), memcpy(text, "\"a\"", 3);
    arg->fallback = text;
    break;
  case needs_unknown: plugin.needs = needs, needs[0] = "orien.teleport/1"; break;
  }
  for (size_t i = 0; i < arg_count; i++) args[i] = &args_list[i];
  for (size_t i = 0; i < handler_count; i++) handlers[i] = &handlers_list[i];
  for (size_t i = 0; i < need_count; i++) needs[i] = ORIEN_SERVICE_LOG;
  if (need_count) plugin.needs = needs;
  return &plugin;
}
