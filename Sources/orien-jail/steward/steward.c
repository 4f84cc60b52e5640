#include "steward.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../images/lent.h"
#include "../plain/frame.h"
#include "../plain/process.h"
#include "stock.h"
#include "tasks.h"
#include "template.h"

/* What the host has no room for is tried again after so long. */
enum { RETRY_SECONDS = 5 };

static struct {
  int node, signals;
  /* Before when no stock is made. */
  uint64_t stock_at;
  struct frame_reader frame;
} steward;

static bool begin(const char *folder, const struct images_options *options, const char **what) {
  static char template[IMAGE_PATH_BYTES];
  *what = folder;
  if (!images_stand_in(folder)) return false;
  tasks_begin(options->owner);
  if (!template_make(options, template, what)) return false;
  *what = "images that are made ahead";
  errno = stock_begin(template);
  if (!errno) errno = stock_add();
  // What has been made before is of use on a full disk too.
  return errno == 0 || errno == ENOSPC;
}

static void tell(const struct images_options *options) {
  const char *what;
  struct orien_jail_images images = {.usable = begin(options->folder, options, &what)};
  if (!images.usable) snprintf(images.why, sizeof images.why, "%s: %s", what, strerror(errno));
  if (!frame_send(steward.node, ORIEN_JAIL_IMAGES, 0, &images, sizeof images, -1)) _exit(0);
  if (!images.usable) _exit(0);
}

static void hear_node(void) {
  while (!tasks_are_full()) {
    enum frame_state state = frame_read(steward.node, &steward.frame);
    if (state == FRAME_PARTIAL) return;
    const struct orien_jail_header *header = &steward.frame.header;
    if (state == FRAME_GONE) _exit(1);
    if (header->kind == ORIEN_JAIL_IMAGE &&
        tasks_add(steward.node, header->id, steward.frame.body, header->size))
      continue;
    complain("the node sent the steward a frame of kind %u", header->kind);
    _exit(1);
  }
}

static void reap(void) {
  int status;
  for (pid_t child; (child = process_reap(&status)) > 0;) tasks_reap(child, status);
}

/* Not before when one is made ahead. */
static uint64_t stock_from(void) {
  uint64_t due = stock_due();
  return due > steward.stock_at ? due : steward.stock_at;
}

static int patience(void) {
  int tasks = tasks_patience();
  if (!stock_wants() || tasks == 0) return tasks;
  uint64_t now = now_nanoseconds(), from = stock_from();
  int stock = from <= now ? 0 : (int)((from - now) / 1000000 + 1);
  return tasks >= 0 && tasks < stock ? tasks : stock;
}

static void add_stock(void) {
  uint64_t now = now_nanoseconds();
  if (!stock_wants() || now < stock_from()) return;
  int error = stock_add();
  steward.stock_at = error ? now + RETRY_SECONDS * 1000000000ULL : 0;
  if (error) complain("an image made ahead: %s", strerror(error));
}

_Noreturn void steward_run(const struct parts *parts, int socket) {
  process_name("orien-steward");
  if (!process_follow(parts->keeper, SIGKILL)) _exit(1);
  int keep[4 + LENT_DESCRIPTORS] = {parts->lifeline, parts->lock, parts->keeper_reader, socket};
  lent_descriptors(keep + 4);
  process_keep(keep, 4 + LENT_DESCRIPTORS);
  steward.node = socket;
  steward.signals = process_signals();
  if (steward.signals < 0) _exit(1);
  tell(parts->images);
  struct pollfd watched[4] = {{.fd = steward.node, .events = POLLIN},
                              {.fd = steward.signals, .events = POLLIN},
                              {.fd = parts->lifeline},
                              {.fd = parts->keeper_reader}};
  for (;;) {
    // Who has more to ask than there is room for waits.
    watched[0].events = tasks_are_full() ? 0 : POLLIN;
    int ready = process_poll(watched, 4, patience());
    if (ready < 0) _exit(1);
    if (watched[2].revents || watched[3].revents) _exit(0);
    process_signalled(steward.signals);
    reap();
    if (watched[0].revents) hear_node();
    if (!tasks_turn()) _exit(1);
    if (ready == 0) add_stock();
  }
}
