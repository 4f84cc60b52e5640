/* Asks a server the same again and again by many connections, each as soon as it has its answer,
 * and costs next to nothing a connection: the figures are to be the server's, however many it has.
 *
 *   asking PORT PATH SECONDS CONNECTIONS   answers a second
 *
 * Each answer has to be a 200 of the first one's length. */
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

enum { MOST = 4096 };

static char request[1024], answer[256 << 10];
static int request_length, answer_length, left[MOST];

static void die(const char *what) {
  if (errno) perror(what);
  else fprintf(stderr, "%s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int reach(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || fd >= MOST) die("socket");
  if (connect(fd, (void *)&address, sizeof address)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void ask(int fd) {
  if (send(fd, request, request_length, MSG_NOSIGNAL) != request_length) die("send");
  left[fd] = answer_length;
}

/* What there is of an answer, and whether it is whole. */
static int hear(int fd) {
  ssize_t got = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) die("a connection ended");
  if (left[fd] == answer_length && (got < 12 || memcmp(answer, "HTTP/1.1 200", 12)))
    die("an answer is no 200");
  if ((left[fd] -= got) < 0) die("an answer is longer than the first");
  return !left[fd];
}

/* The length of the first answer, its head with it. */
static int learn(int fd) {
  if (send(fd, request, request_length, MSG_NOSIGNAL) != request_length) die("send");
  int have = 0, whole = 0;
  while (!whole || have < whole) {
    ssize_t got = recv(fd, answer + have, sizeof answer - 1 - have, 0);
    if (got <= 0) die("there is no answer, or too long a one");
    answer[have += got] = 0;
    char *end = strstr(answer, "\r\n\r\n"), *field = strcasestr(answer, "\r\ncontent-length:");
    if (end && (!field || field > end)) die("an answer does not say its length");
    if (end) whole = end + 4 - answer + atoi(field + 17);
  }
  return whole;
}

int main(int count, char **words) {
  if (count != 5) return 2;
  int port = atoi(words[1]), many = atoi(words[4]);
  double seconds = atof(words[3]);
  request_length = snprintf(request, sizeof request,
                            "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", words[2], port);
  if (many < 1 || many > MOST - 16 || request_length >= (int)sizeof request) return 2;
  int poller = epoll_create1(0), *all = calloc(many, sizeof *all);
  for (int i = 0; i < many; i++) {
    all[i] = reach(port);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = all[i]};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, all[i], &event)) die("epoll_ctl");
  }
  answer_length = learn(all[0]);
  for (int i = 0; i < many; i++) ask(all[i]);
  double begin = now(), end = begin + seconds, answers = 0;
  struct epoll_event events[256];
  while (now() < end) {
    int ready = epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < ready; i++)
      if (hear(events[i].data.fd)) {
        answers++;
        ask(events[i].data.fd);
      }
  }
  printf("{\"perSecond\": %.0f, \"answers\": %.0f}\n", answers / (now() - begin), answers);
}
