/* Both ends of what a proxy carries, as cheap as they can be, so that the figures are the proxy's.
 *
 *   traffic serve            a target: says its port, and sends back or swallows as it is asked
 *   traffic stream PORT SECONDS STREAMS   bytes a second, one way
 *   traffic connect PORT SECONDS CLIENTS  connections a second, each with a byte there and back
 *
 * The first byte of a connection says which: 's' swallows, 'e' sends a byte back and ends. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char block[256 << 10];
static int poller;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void watch(int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static void serve(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (void *)&address, length) || listen(listener, 4096)) die("listen");
  getsockname(listener, (void *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  watch(listener, EPOLLIN);
  struct epoll_event events[256];
  for (;;) {
    int count = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd, peer;
      if (fd == listener) {
        while ((peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) watch(peer, EPOLLIN);
        continue;
      }
      ssize_t got = recv(fd, block, sizeof block, 0);
      if (got < 0 && errno == EAGAIN) continue;
      if (got > 0 && block[0] == 's') continue;
      if (got > 0) send(fd, "e", 1, MSG_NOSIGNAL);
      close(fd);
    }
  }
}

static int reach(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (void *)&address, sizeof address) && errno != EINPROGRESS) die("connect");
  return fd;
}

static void stream(int port, double seconds, int streams) {
  memset(block, 's', sizeof block);
  for (int i = 0; i < streams; i++) watch(reach(port), EPOLLOUT);
  double begin = now(), end = begin + seconds, bytes = 0;
  struct epoll_event events[64];
  while (now() < end) {
    int count = epoll_wait(poller, events, 64, 100);
    for (int i = 0; i < count; i++) {
      ssize_t sent = send(events[i].data.fd, block, sizeof block, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) die("send");
      if (sent > 0) bytes += sent;
    }
  }
  printf("{\"perSecond\": %.0f, \"total\": %.0f}\n", bytes / (now() - begin), bytes);
}

static void connections(int port, double seconds, int clients) {
  for (int i = 0; i < clients; i++) watch(reach(port), EPOLLOUT);
  double begin = now(), end = begin + seconds, done = 0;
  struct epoll_event events[256];
  while (now() < end) {
    int count = epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (events[i].events & (EPOLLERR | EPOLLHUP)) die("a connection broke");
      if (events[i].events & EPOLLOUT) {
        if (send(fd, "e", 1, MSG_NOSIGNAL) != 1) die("send");
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
        continue;
      }
      ssize_t got = recv(fd, block, 2, 0);
      if (got < 0) die("recv");
      /* Who ends second leaves no port behind that waits: ports would run out. */
      if (got > 0) continue;
      close(fd);
      done++;
      watch(reach(port), EPOLLOUT);
    }
  }
  printf("{\"perSecond\": %.0f, \"total\": %.0f}\n", done / (now() - begin), done);
}

int main(int count, char **words) {
  poller = epoll_create1(0);
  if (count == 2 && !strcmp(words[1], "serve")) serve();
  if (count != 5) return 2;
  int port = atoi(words[2]), many = atoi(words[4]);
  double seconds = atof(words[3]);
  if (!strcmp(words[1], "stream")) stream(port, seconds, many);
  else connections(port, seconds, many);
}
