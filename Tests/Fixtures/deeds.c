/* A handler that does what its argument names: to its process, to the way to the node. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "orien_plugin.h"

static orien_status say(orien_call *call, const char *text) {
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, strlen(text)});
}

__attribute__((noinline)) static int deeper(uint64_t levels) {
  volatile char frame[4096];
  frame[0] = (char)levels;
  return levels ? deeper(levels - 1) + frame[0] : 0;
}

/* The node's socket, and what it could be told that is not so. */
static void send_frame(uint32_t size, uint32_t kind, uint64_t id, const void *body, size_t count) {
  struct {
    uint32_t size, kind;
    uint64_t id;
    char body[16];
  } frame = {size, kind, id, {0}};
  // In one go: the worker says something of its own meanwhile.
  memcpy(frame.body, body, count);
  if (write(0, &frame, offsetof(__typeof__(frame), body) + count) < 0) _exit(9);
}

static void *idle(void *argument) {
  for (;;) pause();
  return argument;
}

static void twice(void) {
  char *volatile block = malloc(64);
  free(block);
  free(block);
  // What a sanitizer has in its place may go on, as the library's own does not.
  abort();
}

static orien_status deed(void *self, orien_call *call, const char *name) {
  (void)self;
  if (!strcmp(name, "return")) return ORIEN_OK;
  if (!strcmp(name, "nothing")) return say(call, "done");
  if (!strcmp(name, "segfault")) *(volatile int *)8 = 1;
  if (!strcmp(name, "abort")) abort();
  if (!strcmp(name, "exit")) exit(3);
  if (!strcmp(name, "illegal")) __builtin_trap();
  if (!strcmp(name, "overflow")) return (orien_status)deeper(UINT64_MAX);
  if (!strcmp(name, "free-twice")) twice();
  if (!strcmp(name, "write-table")) ((orien_host *)call->host)->service = NULL;
  if (!strcmp(name, "close-all")) for (int i = 0; i < 1024; i++) close(i);
  if (!strcmp(name, "emit-and-die")) {
    say(call, "last words");
    raise(SIGKILL);
  }
  if (!strcmp(name, "fork")) return say(call, fork() == -1 ? "refused" : "forked");
  if (!strcmp(name, "kill-parent")) return say(call, kill(getppid(), 0) == -1 ? "refused" : "told");
  if (!strcmp(name, "spin")) {
    say(call, "begun");
    for (volatile int i = 0;; i++) {}
  }
  if (!strcmp(name, "wait")) {
    say(call, "begun");
    while (!call->cancelled(call)) usleep(1000);
  }
  if (!strcmp(name, "cancel-fd")) {
    say(call, "begun");
    fd_set set;
    FD_ZERO(&set);
    FD_SET(call->cancel_fd(call), &set);
    select(call->cancel_fd(call) + 1, &set, NULL, NULL, NULL);
    if (!call->cancelled(call)) return say(call, "not heard");
  }
  if (!strcmp(name, "speak")) {
    puts("a line\non standard output");
    fflush(stdout);
    fputs("and one without end", stderr);
  }
  if (!strcmp(name, "hoard"))
    for (;;) {
      char *block = malloc(1 << 20);
      if (!block) return say(call, "no more memory");
      memset(block, 1, 1 << 20);
    }
  if (!strcmp(name, "open-one"))
    return say(call, open("/dev/null", O_RDONLY) >= 0 ? "done" : "no more files");
  if (!strcmp(name, "open-all")) {
    while (open("/dev/null", O_RDONLY) >= 0) {}
    return say(call, errno == EMFILE ? "no more files" : "something else");
  }
  if (!strcmp(name, "many-lines")) {
    char line[16];
    for (int i = 0; i < 1000; i++) {
      snprintf(line, sizeof line, "%d\n", i);
      say(call, line);
      if (i % 100 == 99) usleep(1000);
    }
    return ORIEN_OK;
  }
  if (!strcmp(name, "one-long-line")) {
    char *line = calloc(1, (1 << 20) + 1);
    orien_status status = say(call, memset(line, 'x', 1 << 20));
    free(line);
    return status;
  }
  if (!strcmp(name, "threads")) {
    pthread_t thread;
    for (int i = 0; i < 20; i++) pthread_create(&thread, NULL, idle, NULL);
    return say(call, "started");
  }
  if (!strcmp(name, "frame-too-long")) send_frame(UINT32_MAX, 2, 1, "", 0);
  if (!strcmp(name, "frame-unknown")) send_frame(0, 77, 1, "", 0);
  if (!strcmp(name, "frame-cut")) send_frame(4, 2, 1, "\1\0\0\0", 4);
  if (!strcmp(name, "frame-unfit")) {
    // In one go, of a call that returns with it: output that is none.
    static const char frames[] = "\4\0\0\0\2\0\0\0\1\1\0\0\0\0\0\0\1\0\0\0"
                                 "\12\0\0\0\7\0\0\0\1\1\0\0\0\0\0\0"
                                 "\0\0\0\0\0\0\0\0\1";
    if (write(0, frames, sizeof frames) < 0) _exit(9);
  }
  if (!strcmp(name, "frame-of-nobody")) {
    // Output of a call that there is not, an answer of one, and one more load: nobody minds.
    send_frame(9, 2, 4711, "\1\0\0\0\1\0\0\0x", 9);
    send_frame(10, 7, 4711, "\0\0\0\0\0\0\0\0\1\0", 10);
  }
  if (!strcmp(name, "frame-with-descriptor")) {
    char byte = 0, room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room,
        .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &(int){0}, sizeof(int));
    // The first byte of a header; the rest follows. What its process says of itself may come
    // between, and makes another header of it: there is enough for the largest that can come.
    static const char rest[15 + (8 << 10)] = {0, 0, 0, 77};
    if (sendmsg(0, &message, 0) < 0 || write(0, rest, sizeof rest) < 0) _exit(9);
  }
  if (!strncmp(name, "frame", 5)) usleep(200000);
  return say(call, "done");
}

static const orien_arg arg = {.size = sizeof arg, .type = ORIEN_TEXT, .flags = ORIEN_REQUIRED,
    .name = "name"};
static const orien_arg *const args[] = {&arg, NULL};
static const orien_handler handler = {.size = sizeof handler, .name = "deed", .args = args,
    .run = (orien_function)deed};
static const orien_handler *const handlers[] = {&handler, NULL};

#ifdef OPEN_FAILS
static orien_status open_plugin(void **self, orien_call *call) {
  (void)self;
  return call->fail(call, ORIEN_UNAVAILABLE, "engine-away", "there is no engine");
}
#endif

static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.deeds", .version = "1.0.0",
    .handlers = handlers,
#ifdef OPEN_FAILS
    .open = (orien_function)open_plugin,
#endif
};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
