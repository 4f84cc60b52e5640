#include "warden.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lasting/lasting.h"
#include "../plain/frame.h"
#include "../plain/process.h"
#include "../walls/defence.h"
#include "wards.h"

enum { OPTIONS_AT_MOST = 400, LEASH = 0, KEEPER_DESCRIPTORS = 5 };

static struct warden {
  const struct warden_options *options;
  int signals;
  struct frame_reader node;
  /* What the jail's keepers are started with: what the first was, and nothing else. */
  unsigned char said[ORIEN_JAIL_BODY_BYTES];
  uint32_t said_bytes;
  /* Of the jail's last keeper, and what it has sent by that to be held; -1: nothing. */
  int keepsakes, mounts, root;
  struct frame_reader keeper;
} warden = {.keepsakes = -1, .mounts = -1, .root = -1};

static void let_go(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

/* Cuts the options of a request into `argument`, from `count` on; how many there are then, 0 where
 * the request is none. */
static unsigned read_options(char **argument, unsigned count) {
  struct orien_jail_ward_keeper asked;
  memcpy(&asked, warden.node.body, sizeof asked);
  char *at = (char *)warden.node.body + sizeof asked;
  char *end = (char *)warden.node.body + warden.node.header.size;
  if (asked.options > OPTIONS_AT_MOST) return 0;
  for (uint32_t i = 0; i < asked.options; i++) {
    char *stop = memchr(at, 0, (size_t)(end - at));
    if (!stop) return 0;
    argument[count++] = at;
    at = stop + 1;
  }
  return at == end ? count : 0;
}

static bool is_as_said(void) {
  const struct frame_reader *asked = &warden.node;
  if (warden.said_bytes)
    return asked->header.size == warden.said_bytes &&
           memcmp(asked->body, warden.said, warden.said_bytes) == 0;
  memcpy(warden.said, asked->body, asked->header.size);
  warden.said_bytes = asked->header.size;
  return true;
}

/* A socket to the jail's next keeper, of which this end is kept; -1: none can be had. */
static int make_keepsakes(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return -1;
  let_go(&warden.keepsakes);
  frame_drop(&warden.keeper);
  warden.keeper.got = 0;
  warden.keepsakes = pair[0];
  return pair[1];
}

static bool start_keeper(void) {
  static char *argument[OPTIONS_AT_MOST + 16];
  struct orien_jail_ward_keeper asked;
  const struct warden_options *options = warden.options;
  if (warden.node.header.size < sizeof asked || warden.node.descriptors != KEEPER_DESCRIPTORS)
    return false;
  memcpy(&asked, warden.node.body, sizeof asked);
  bool is_jail = asked.kind == ORIEN_JAIL_KEEPER_JAIL;
  if (asked.kind > ORIEN_JAIL_KEEPER_OUTSIDE || (!is_jail && asked.options > 0)) return false;
  if (is_jail && !is_as_said()) return false;
  const char *own[] = {"orien-jail", "keeper", is_jail ? options->jail : options->outside,
                       "--walls", is_jail ? "auto" : "none", "--scopes",
                       is_jail ? "auto" : "none"};
  unsigned count = sizeof own / sizeof *own;
  memcpy(argument, own, sizeof own);
  count = read_options(argument, count);
  if (count == 0) return false;
  // Behind what the node has said, so that of two the last counts.
  argument[count++] = "--owner";
  argument[count++] = (char *)options->owner_word;
  argument[count] = NULL;
  const int *come = warden.node.descriptor;
  int keepsakes = is_jail ? make_keepsakes() : -1;
  int given[] = {come[1], come[2], come[3], come[4], is_jail ? warden.mounts : -1,
                 is_jail ? warden.root : -1, keepsakes};
  struct ward_start start = {argument, given, sizeof given / sizeof *given,
                             ORIEN_JAIL_COMPLAINTS};
  int leash = fcntl(come[LEASH], F_DUPFD_CLOEXEC, 3);
  // Where there is no room for it the leash hangs up, which says as much.
  if (leash >= 0 && (wards_are_full() || wards_start(&start, leash) != 0)) close(leash);
  let_go(&keepsakes);
  return true;
}

static bool start_lasting(void) {
  struct orien_jail_ward_lasting asked;
  const struct warden_options *options = warden.options;
  if (warden.node.header.size != sizeof asked || warden.node.descriptors != 1) return false;
  memcpy(&asked, warden.node.body, sizeof asked);
  if (asked.order >= LASTING_ORDERS || asked.reserved || asked.number > INT64_MAX ||
      strnlen(asked.name, sizeof asked.name) == sizeof asked.name || !lasting_is_name(asked.name))
    return false;
  char number[24];
  snprintf(number, sizeof number, "%llu", (unsigned long long)asked.number);
  char *const argument[] = {"orien-jail", "lasting", (char *)options->lasting, asked.name,
                            (char *)lasting_orders[asked.order], number, "--owner",
                            (char *)options->owner_word, NULL};
  int records = open(options->records, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  // One that somebody has put in its place is of nobody's doing.
  if (records < 0) return true;
  if (fstat(records, &status) != 0 || status.st_uid != geteuid() || status.st_mode & 0022) {
    close(records);
    return true;
  }
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int given[] = {null, warden.node.descriptor[0], records};
  struct ward_start start = {argument, given, 3, ORIEN_JAIL_ASKER - 1};
  // One that is not there to answer is missed by who asks.
  if (null >= 0 && !wards_are_full()) (void)!wards_start(&start, -1);
  let_go(&null);
  close(records);
  return true;
}

/* False: the node is gone, or asks for what it has no business with. */
static bool hear_node(void) {
  for (;;) {
    switch (frame_read(ORIEN_JAIL_WARD, &warden.node)) {
    case FRAME_PARTIAL:
      return true;
    case FRAME_GONE:
      return false;
    case FRAME_WHOLE:
      break;
    }
    bool is_sound = warden.node.header.kind == ORIEN_JAIL_WARD_KEEPER    ? start_keeper()
                    : warden.node.header.kind == ORIEN_JAIL_WARD_LASTING ? start_lasting()
                                                                         : false;
    frame_drop(&warden.node);
    if (!is_sound) return false;
  }
}

static void hear_keeper(void) {
  for (;;) {
    enum frame_state state = frame_read(warden.keepsakes, &warden.keeper);
    if (state == FRAME_PARTIAL) return;
    if (state == FRAME_GONE) break;
    uint32_t kind = warden.keeper.header.kind;
    int *place = kind == ORIEN_JAIL_MOUNTED        ? &warden.mounts
                 : kind == ORIEN_JAIL_MOUNTED_ROOT ? &warden.root
                                                   : NULL;
    if (place && warden.keeper.descriptors == 1) {
      let_go(place);
      *place = warden.keeper.descriptor[0];
      warden.keeper.descriptors = 0;
    }
    frame_drop(&warden.keeper);
  }
  let_go(&warden.keepsakes);
}

static void prepare(void) {
  process_name("orien-warden");
  process_default_signals();
  int keep[1] = {ORIEN_JAIL_WARD};
  process_keep(keep, 1);
  // The node's end reaches it also where somebody has stopped it.
  process_follow(getppid(), SIGCONT);
  umask(077);
  if (chdir("/") != 0 || fcntl(ORIEN_JAIL_WARD, F_SETFD, FD_CLOEXEC) != 0) _exit(1);
  if (defends(DEFENCE_UNDUMPABLE) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) _exit(1);
  warden.signals = process_signals();
  if (warden.signals < 0) _exit(1);
}

_Noreturn void warden_run(const struct warden_options *options) {
  static struct pollfd watched[3 + WARDS_AT_MOST];
  bool is_node_there = true;
  warden.options = options;
  prepare();
  while (is_node_there || !wards_are_over()) {
    watched[0] = (struct pollfd){.fd = warden.signals, .events = POLLIN};
    watched[1] = (struct pollfd){.fd = is_node_there ? ORIEN_JAIL_WARD : -1, .events = POLLIN};
    watched[2] = (struct pollfd){.fd = warden.keepsakes, .events = POLLIN};
    unsigned count = 3 + wards_watch(watched + 3);
    if (process_poll(watched, count, -1) < 0) _exit(1);
    process_signalled(warden.signals);
    wards_hear();
    if (watched[2].revents) hear_keeper();
    if (watched[1].revents && !hear_node()) {
      is_node_there = false;
      close(ORIEN_JAIL_WARD);
    }
    wards_reap();
    // What is mounted is so for as long as somebody has it who could be asked for it.
    if (!is_node_there) {
      let_go(&warden.mounts);
      let_go(&warden.root);
    }
  }
  _exit(0);
}
