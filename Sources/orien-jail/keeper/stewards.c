#include "stewards.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../images/lent.h"
#include "../steward/steward.h"
#include "../plain/frame.h"
#include "../plain/process.h"

/* One that dies at once does not do so all the time. */
enum { PAUSE_MILLISECONDS = 200 };

static struct {
  struct images_space space;
  /* The socket to who holds mounts for the next keeper. */
  int holder;
  pid_t steward;
  /* 0: none is to be started. */
  uint64_t start_at;
} stewards;

void stewards_prepare(void) {
  bool has_warden = fcntl(ORIEN_JAIL_KEEPSAKES, F_SETFD, FD_CLOEXEC) == 0;
  stewards.holder = has_warden ? ORIEN_JAIL_KEEPSAKES : ORIEN_JAIL_CONTROL;
  bool is_there = fcntl(ORIEN_JAIL_MOUNTS_ROOT, F_GETFD) >= 0;
  stewards.space = is_there
                       ? (struct images_space){ORIEN_JAIL_MOUNTS, ORIEN_JAIL_MOUNTS_ROOT}
                       : (struct images_space){-1, -1};
}

static void give_up(const char *what, const char *why) {
  struct orien_jail_images images = {.usable = 0};
  snprintf(images.why, sizeof images.why, "%s: %s", what, why);
  frame_send(ORIEN_JAIL_CONTROL, ORIEN_JAIL_IMAGES, 0, &images, sizeof images, -1);
}

void stewards_begin(struct parts *parts, const struct images_options *options) {
  struct images_space *space = &stewards.space;
  const char *what;
  parts->images = options;
  if (!options->folder) return;
  if (geteuid() != 0 || parts->walls.kind == ORIEN_JAIL_WALLS_USER)
    return give_up("mounting images", "the node does not run as root");
  lent_prepare(options->folder);
  if (!images_enter(options, space, &what)) return give_up(what, strerror(errno));
  bool is_told = frame_send(stewards.holder, ORIEN_JAIL_MOUNTED, 0, NULL, 0, space->mounts) &&
                 frame_send(stewards.holder, ORIEN_JAIL_MOUNTED_ROOT, 0, NULL, 0, space->root);
  images_leave(space);
  if (is_told) stewards.start_at = now_nanoseconds();
}

uint64_t stewards_due(void) { return stewards.start_at; }

static void start(const struct parts *parts) {
  int pair[2];
  stewards.start_at = now_nanoseconds() + PAUSE_MILLISECONDS * 1000000ULL;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    steward_run(parts, pair[1]);
  }
  if (child > 0) {
    stewards.steward = child;
    stewards.start_at = 0;
    // One that the node does not hear of ends, for nobody has the other end.
    frame_send(ORIEN_JAIL_CONTROL, ORIEN_JAIL_STEWARD, (uint64_t)child, NULL, 0, pair[0]);
  }
  close(pair[0]);
  close(pair[1]);
}

void stewards_tend(const struct parts *parts) {
  if (stewards.start_at && now_nanoseconds() >= stewards.start_at) start(parts);
}

void stewards_ended(pid_t child, int status) {
  if (child != stewards.steward) return;
  stewards.steward = 0;
  // It has told the node why there can be none.
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  stewards.start_at = now_nanoseconds() + PAUSE_MILLISECONDS * 1000000ULL;
}

pid_t stewards_pid(void) { return stewards.steward; }

void stewards_end(void) { lent_clear(); }
