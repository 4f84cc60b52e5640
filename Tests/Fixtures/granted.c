/* Does one thing to one path, or starts a program outside of the jail, and says how that went. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "orien_plugin.h"

static orien_status say(orien_call *call, const char *text, size_t size) {
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, size});
}

static orien_status look(orien_call *call, const char *path) {
  char text[4096] = "";
  DIR *folder = opendir(path);
  if (!folder) return say(call, strerror(errno), strlen(strerror(errno)));
  for (struct dirent *entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') strcat(strcat(text, entry->d_name), " ");
  closedir(folder);
  return say(call, text, strlen(text));
}

static orien_status start(orien_call *call, const char *const *words) {
  const orien_process *process = call->host->service(call->host, ORIEN_SERVICE_PROCESS);
  orien_command command = {.size = sizeof command, .flags = ORIEN_OUTSIDE, .argv = words};
  orien_exit exit = {.size = sizeof exit};
  orien_bytes out = {0}, err = {0};
  orien_status status = process->run(call, &command, &exit, 4096, &out, &err);
  if (status == ORIEN_OK) say(call, (const char *)out.data, out.size);
  call->host->release(call->host, out);
  call->host->release(call->host, err);
  return status;
}

static orien_status run(void *self, orien_call *call, const char *const *words) {
  (void)self;
  const char *what = words[0], *path = words[1];
  if (!strcmp(what, "list")) return look(call, path);
  if (!strcmp(what, "start")) return start(call, words + 1);
  char text[4096];
  ssize_t got = -1;
  if (!strcmp(what, "connect")) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strcpy(to.sun_path, path);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&to, sizeof to) == 0) got = read(client, text, 100);
    int error = errno;
    close(client);
    errno = error;
  } else {
    int file = open(path, !strcmp(what, "read") ? O_RDONLY : O_WRONLY | O_CREAT, 0600);
    if (file >= 0) got = !strcmp(what, "read") ? read(file, text, 100) : write(file, "new", 3);
    int error = errno;
    if (file >= 0) close(file);
    errno = error;
    if (got > 0 && strcmp(what, "read")) strcpy(text, "new");
  }
  if (got < 0) got = snprintf(text, sizeof text, "%s", strerror(errno));
  return say(call, text, (size_t)got);
}

static const orien_arg words = {.size = sizeof words, .type = ORIEN_TEXTS, .flags = ORIEN_REQUIRED,
    .name = "words"};
static const orien_arg engine = {.size = sizeof engine, .type = ORIEN_TEXT, .name = "engine"};
static const orien_arg *const args[] = {&words, NULL}, *const settings[] = {&engine, NULL};
static const orien_handler handler = {.size = sizeof handler, .name = NAME, .args = args,
    .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const char *const needs[] = {NEEDS, NULL};
static orien_status begin(void **self, orien_call *call, const char *engine) {
  (void)self, (void)call, (void)engine;
  return ORIEN_OK;
}
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test." NAME, .needs = needs,
    .version = "1.0.0", .settings = settings, .handlers = handlers,
    .open = (orien_function)begin};
const orien_plugin *orien_plugin_v1(void) { return &plugin; }
