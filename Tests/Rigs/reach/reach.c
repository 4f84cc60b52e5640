/* Tries to reach addresses by every way there is to name one, and says of each what came of it:
 *   reach PORT ADDRESS...
 * prints `WAY ADDRESS heard`, `refused` where the kernel did not let it (EPERM), or what else. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATIENCE_MILLISECONDS = 1500 };

struct target {
  const char *text;
  int family;
  struct sockaddr_storage address;
  socklen_t length;
};

/* A public one, where whoever is held may go first. */
static struct target allowed;
static int port;

static bool read_target(struct target *target, const char *text, int number) {
  *target = (struct target){.text = text};
  struct sockaddr_in *four = (struct sockaddr_in *)&target->address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&target->address;
  target->family = strchr(text, ':') ? AF_INET6 : AF_INET;
  if (target->family == AF_INET6) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)number);
    target->length = sizeof *six;
    return inet_pton(AF_INET6, text, &six->sin6_addr) == 1;
  }
  four->sin_family = AF_INET;
  four->sin_port = htons((uint16_t)number);
  target->length = sizeof *four;
  return inet_pton(AF_INET, text, &four->sin_addr) == 1;
}

static const struct sockaddr *of(const struct target *target) {
  return (const struct sockaddr *)&target->address;
}

/* 0 where an answer comes, else an errno. */
static int hear(int made) {
  struct pollfd ready = {.fd = made, .events = POLLIN};
  if (poll(&ready, 1, PATIENCE_MILLISECONDS) == 0) return ETIMEDOUT;
  char text[16];
  ssize_t got = recv(made, text, sizeof text, MSG_DONTWAIT);
  return got > 0 ? 0 : got < 0 ? errno : ECONNRESET;
}

/* Waits for a connection that is asked for. */
static int finish(int made, int answer) {
  if (answer != 0 && errno != EINPROGRESS) return errno;
  struct pollfd ready = {.fd = made, .events = POLLOUT};
  if (poll(&ready, 1, PATIENCE_MILLISECONDS) == 0) return ETIMEDOUT;
  int error;
  socklen_t length = sizeof error;
  getsockopt(made, SOL_SOCKET, SO_ERROR, &error, &length);
  return error ? error : hear(made);
}

static int open_for(const struct target *target, int type) {
  int made = socket(target->family, type | SOCK_CLOEXEC, 0);
  // Who waits for a connection by a ring is told as late as by the kernel itself.
  int patience = PATIENCE_MILLISECONDS, once = 1;
  if (made >= 0 && !(type & SOCK_DGRAM)) {
    setsockopt(made, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
    setsockopt(made, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof once);
  }
  return made;
}

static int by_stream(int made, const struct target *to) {
  return finish(made, connect(made, of(to), to->length));
}

/* Data with the request for a connection. */
static int by_fast_open(int made, const struct target *to) {
  ssize_t sent = sendto(made, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, of(to), to->length);
  return finish(made, sent < 0 ? -1 : 0);
}

static int by_datagram(int made, const struct target *to) {
  return sendto(made, "x", 1, 0, of(to), to->length) < 0 ? errno : hear(made);
}

static int by_connected_datagram(int made, const struct target *to) {
  if (connect(made, of(to), to->length) != 0) return errno;
  return send(made, "x", 1, 0) < 0 ? errno : hear(made);
}

/* Where it was connected elsewhere before, and hears nobody else: that it was sent is all. */
static int by_datagram_aside(int made, const struct target *to) {
  if (to->family == allowed.family && connect(made, of(&allowed), allowed.length) != 0)
    return errno;
  return sendto(made, "x", 1, 0, of(to), to->length) < 0 ? errno : 0;
}

static int by_connecting_again(int made, const struct target *to) {
  if (to->family == allowed.family && connect(made, of(&allowed), allowed.length) != 0)
    return errno;
  return by_connected_datagram(made, to);
}

static int by_many_datagrams(int made, const struct target *to) {
  struct iovec text = {.iov_base = "x", .iov_len = 1};
  struct mmsghdr many[2];
  for (int i = 0; i < 2; i++)
    many[i] = (struct mmsghdr){.msg_hdr = {.msg_name = (void *)of(to), .msg_namelen = to->length,
                                           .msg_iov = &text, .msg_iovlen = 1}};
  return sendmmsg(made, many, 2, 0) < 1 ? errno : hear(made);
}

/* The same address, said to be of no family. */
static int by_no_family(int made, const struct target *to) {
  struct target other = *to;
  other.address.ss_family = AF_UNSPEC;
  return by_datagram(made, &other);
}

/* One operation of io_uring, whose answer is as the system call's. */
static int ring_do(struct io_uring_sqe operation) {
  struct io_uring_params params = {0};
  int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
  if (ring < 0) return -errno;
  size_t sent = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  size_t done = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  const int protection = PROT_READ | PROT_WRITE, kind = MAP_SHARED | MAP_POPULATE;
  char *out = mmap(NULL, sent, protection, kind, ring, IORING_OFF_SQ_RING);
  char *in = mmap(NULL, done, protection, kind, ring, IORING_OFF_CQ_RING);
  struct io_uring_sqe *entry = mmap(NULL, sizeof *entry, protection, kind, ring, IORING_OFF_SQES);
  if (out == MAP_FAILED || in == MAP_FAILED || entry == MAP_FAILED) return -ENOMEM;
  *entry = operation;
  ((unsigned *)(out + params.sq_off.array))[0] = 0;
  __atomic_store_n((unsigned *)(out + params.sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -errno;
  int answer = ((struct io_uring_cqe *)(in + params.cq_off.cqes))[0].res;
  close(ring);
  return answer;
}

static int by_ring_stream(int made, const struct target *to) {
  int answer = ring_do((struct io_uring_sqe){.opcode = IORING_OP_CONNECT, .fd = made,
                                             .addr = (uint64_t)of(to), .off = to->length});
  return answer < 0 && answer != -EINPROGRESS ? -answer : finish(made, 0);
}

static int by_ring_datagram(int made, const struct target *to) {
  struct iovec text = {.iov_base = "x", .iov_len = 1};
  struct msghdr message = {.msg_name = (void *)of(to), .msg_namelen = to->length,
                           .msg_iov = &text, .msg_iovlen = 1};
  int answer = ring_do((struct io_uring_sqe){.opcode = IORING_OP_SENDMSG, .fd = made,
                                             .addr = (uint64_t)&message, .len = 1});
  return answer < 0 ? -answer : hear(made);
}

static const struct way {
  const char *name;
  int type;
  int (*reach)(int made, const struct target *to);
} ways[] = {
    {"stream", SOCK_STREAM | SOCK_NONBLOCK, by_stream},
    {"fast-open", SOCK_STREAM | SOCK_NONBLOCK, by_fast_open},
    {"datagram", SOCK_DGRAM, by_datagram},
    {"connected-datagram", SOCK_DGRAM, by_connected_datagram},
    {"datagram-aside", SOCK_DGRAM, by_datagram_aside},
    {"connected-again", SOCK_DGRAM, by_connecting_again},
    {"many-datagrams", SOCK_DGRAM, by_many_datagrams},
    {"no-family", SOCK_DGRAM, by_no_family},
    {"ring-stream", SOCK_STREAM | SOCK_NONBLOCK, by_ring_stream},
    {"ring-datagram", SOCK_DGRAM, by_ring_datagram},
};

static void say(const char *way, const char *text, int error) {
  const char *what = error == 0 ? "heard" : error == EPERM ? "refused" : strerrorname_np(error);
  printf("%s %s %s\n", way, text, what);
}

/* An IPv4 address by a socket of IPv6, as such and as IPv4. */
static void try_mixed(const struct target *target) {
  char text[64];
  struct target mapped;
  snprintf(text, sizeof text, "::ffff:%s", target->text);
  if (!read_target(&mapped, text, port)) return;
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (ways[i].reach == by_no_family) continue;
    int made = open_for(&mapped, ways[i].type);
    char name[48];
    snprintf(name, sizeof name, "mapped-%s", ways[i].name);
    say(name, target->text, ways[i].reach(made, &mapped));
    close(made);
  }
  int made = open_for(&mapped, SOCK_DGRAM);
  say("as-four", target->text, by_connected_datagram(made, target));
  close(made);
}

static void try_sockets(void) {
  static const struct { const char *name; int family, type, protocol; } kinds[] = {
      {"raw", AF_INET, SOCK_RAW, IPPROTO_UDP}, {"raw-six", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6},
      {"ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP}, {"lite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE},
      {"multipath", AF_INET, SOCK_STREAM, IPPROTO_MPTCP}};
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    int made = socket(kinds[i].family, kinds[i].type | SOCK_CLOEXEC, kinds[i].protocol);
    say("socket", kinds[i].name, made < 0 ? errno : 0);
    if (made >= 0) close(made);
  }
}

int main(int count, char **argument) {
  if (count < 3) return 64;
  port = atoi(argument[1]);
  if (!read_target(&allowed, argument[2], port)) return 64;
  try_sockets();
  for (int i = 2; i < count; i++) {
    struct target target;
    if (!read_target(&target, argument[i], port)) return 64;
    for (unsigned w = 0; w < sizeof ways / sizeof *ways; w++) {
      // The kernel takes an IPv6 address without a family for none.
      if (target.family == AF_INET6 && ways[w].reach == by_no_family) continue;
      int made = open_for(&target, ways[w].type);
      say(ways[w].name, target.text, made < 0 ? errno : ways[w].reach(made, &target));
      if (made >= 0) close(made);
    }
    if (target.family == AF_INET) try_mixed(&target);
  }
  puts("done");
  return 0;
}
