#include "request.h"

#include <string.h>
#include <sys/stat.h>

/* Cuts `count` strings off the front of [*at, end). */
static bool take_strings(char **to, uint32_t count, char **at, const char *end) {
  for (uint32_t i = 0; i < count; i++) {
    char *stop = memchr(*at, 0, (size_t)(end - *at));
    if (!stop || stop - *at >= ORIEN_JAIL_STRING_BYTES) return false;
    to[i] = *at;
    *at = stop + 1;
  }
  to[count] = NULL;
  return true;
}

static bool is_name(const char *text, const char *end) {
  if (text == end || (*text >= '0' && *text <= '9')) return false;
  for (; text < end; text++) {
    bool is_letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
    if (!is_letter && *text != '_' && !(*text >= '0' && *text <= '9')) return false;
  }
  return true;
}

bool request_read_inside(struct request *request, struct frame_reader *frame) {
  struct orien_jail_start start;
  if (frame->header.size < sizeof start || frame->descriptors < 3) return false;
  memcpy(&start, frame->body, sizeof start);
  if (start.profile != 0 || start.string_bytes != frame->header.size - sizeof start) return false;
  if (start.arguments < 1 || start.arguments > ORIEN_JAIL_STRINGS ||
      start.variables > ORIEN_JAIL_STRINGS)
    return false;
  // A number that a control group or an rlimit reads as something else is no limit.
  const uint64_t most = INT64_MAX;
  const struct orien_jail_limits *limits = &start.limits;
  if (limits->memory_bytes > most || limits->file_bytes > most || limits->cpu_percent > 1000000 ||
      limits->cpu_milliseconds > most / 1000 || limits->processes > INT32_MAX ||
      limits->open_files > INT32_MAX)
    return false;
  request->limits = *limits;

  char *at = (char *)frame->body + sizeof start;
  const char *end = at + start.string_bytes;
  if (!take_strings(request->argument, start.arguments, &at, end) ||
      !take_strings(request->variable, start.variables, &at, end) || at != end)
    return false;
  if (request->argument[0][0] == 0) return false;
  for (char **variable = request->variable; *variable; variable++) {
    const char *equals = strchr(*variable, '=');
    if (!equals || !is_name(*variable, equals)) return false;
  }

  request->input = frame->descriptor[0];
  request->output = frame->descriptor[1];
  request->errors = frame->descriptor[2];
  request->workspace = frame->descriptors > 3 ? frame->descriptor[3] : -1;
  return true;
}

bool request_read(struct request *request, struct frame_reader *frame) {
  if (!request_read_inside(request, frame) || request->workspace < 0) return false;
  struct stat status;
  return fstat(request->workspace, &status) == 0 && S_ISDIR(status.st_mode) && status.st_nlink > 0;
}
