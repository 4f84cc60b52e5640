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

/* Absolute, and nothing in it that leads elsewhere. */
static bool is_place(const char *text) {
  if (*text != ORIEN_JAIL_PLACE_READ && *text != ORIEN_JAIL_PLACE_WRITE &&
      *text != ORIEN_JAIL_PLACE_SOCKET)
    return false;
  const char *path = text + 1;
  size_t length = strlen(path);
  if (length < 2 || length > 255 || path[0] != '/' || path[length - 1] == '/') return false;
  for (const char *at = path; at; at = strchr(at + 1, '/')) {
    size_t name = strcspn(at + 1, "/");
    if (name == 0 || (name == 1 && at[1] == '.') || (name == 2 && at[1] == '.' && at[2] == '.'))
      return false;
  }
  return true;
}

bool request_read(struct request *request, struct frame_reader *frame, bool lent) {
  struct orien_jail_start start;
  if (frame->header.size < sizeof start) return false;
  memcpy(&start, frame->body, sizeof start);
  unsigned devices = lent ? (unsigned)__builtin_popcount(start.devices) : 0;
  if (start.places > ORIEN_JAIL_PLACES ||
      frame->descriptors != REQUEST_DESCRIPTORS + start.places + devices)
    return false;
  if (start.profile & ~(uint32_t)ORIEN_JAIL_PROFILES || start.network > ORIEN_JAIL_PUBLIC ||
      start.resolvers > (start.network == ORIEN_JAIL_PUBLIC ? ORIEN_JAIL_RESOLVERS : 0) ||
      start.string_bytes != frame->header.size - sizeof start) return false;
  if (start.arguments < 1 || start.arguments > ORIEN_JAIL_STRINGS ||
      start.variables > ORIEN_JAIL_STRINGS)
    return false;
  // A number that a control group or an rlimit reads as something else is no limit.
  const uint64_t most = INT64_MAX;
  const struct orien_jail_limits *limits = &start.limits;
  if (limits->memory_bytes > most || limits->file_bytes > most || limits->cpu_percent > 1000000 ||
      limits->cpu_milliseconds > most / 1000 || limits->processes > INT32_MAX ||
      limits->open_files > INT32_MAX || limits->io_bytes_per_second > most)
    return false;
  request->limits = *limits;
  request->profile = start.profile;
  request->network = start.network;
  request->devices = start.devices;
  request->places = start.places;
  request->shown = frame->descriptor + REQUEST_DESCRIPTORS;
  request->device = request->shown + start.places;

  char *at = (char *)frame->body + sizeof start;
  const char *end = at + start.string_bytes;
  if (!take_strings(request->argument, start.arguments, &at, end) ||
      !take_strings(request->variable, start.variables, &at, end) ||
      !take_strings(request->place, start.places, &at, end) ||
      !take_strings(request->resolver, start.resolvers, &at, end) || at != end)
    return false;
  if (request->argument[0][0] == 0) return false;
  for (char **variable = request->variable; *variable; variable++) {
    const char *equals = strchr(*variable, '=');
    if (!equals || !is_name(*variable, equals)) return false;
  }

  for (char **place = request->place; *place; place++)
    if (!is_place(*place)) return false;

  request->input = frame->descriptor[REQUEST_INPUT];
  request->output = frame->descriptor[REQUEST_OUTPUT];
  request->errors = frame->descriptor[REQUEST_ERRORS];
  request->workspace = frame->descriptor[REQUEST_WORKSPACE];
  struct stat status;
  return fstat(request->workspace, &status) == 0 && S_ISDIR(status.st_mode) && status.st_nlink > 0;
}

void request_relimit(struct frame_reader *frame, struct orien_jail_limits limits) {
  memcpy(frame->body + offsetof(struct orien_jail_start, limits), &limits, sizeof limits);
}
