/* What the process that a handler runs in can still do: it reads the file that it is told, makes
 * the other, and asks to be root again. Each is an errno, 0 where it could. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "orien_plugin.h"

static int tried(int descriptor) {
  if (descriptor < 0) return errno;
  close(descriptor);
  return 0;
}

static orien_status run(void *self, orien_call *call, const char *read, const char *make) {
  (void)self;
  int reads = tried(open(read, O_RDONLY | O_CLOEXEC));
  int makes = tried(open(make, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  // Of the thread alone, and so of nobody else where it works.
  int rises = syscall(SYS_setresuid, -1, 0, -1) == 0 ? 0 : errno;
  char text[64];
  int size = snprintf(text, sizeof text, "%d %d %d", reads, makes, rises);
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, (size_t)size});
}

static const orien_arg read_arg = {.size = sizeof read_arg, .type = ORIEN_TEXT,
                                   .flags = ORIEN_REQUIRED, .name = "read"};
static const orien_arg make_arg = {.size = sizeof make_arg, .type = ORIEN_TEXT,
                                   .flags = ORIEN_REQUIRED, .name = "make"};
static const orien_arg *const args[] = {&read_arg, &make_arg, NULL};
static const orien_handler handler = {.size = sizeof handler, .name = NAME, .args = args,
                                      .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test." NAME,
                                    .version = "1.0.0", .handlers = handlers};
const orien_plugin *orien_plugin_v1(void) { return &plugin; }
