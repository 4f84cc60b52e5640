/* Tries what a process that is held may not do. A filter that was taken and is not asked, as on
 * kernels that know sockets by groups of version 1 alone, is worse than none that says so. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reach.h"

/* The port that nobody answers at. */
enum { DISCARD = 9 };

/* Whether what was asked is refused as rules do it. */
static bool is_refused(int answer, struct reach_fault *fault) {
  fault->error = answer == 0 ? 0 : errno;
  return answer != 0 && errno == EPERM;
}

static bool try_socket(struct reach_fault *fault) {
  fault->step = "making sockets";
  // One that asks for no privilege, so that nothing else refuses it so; where there is no such kind
  // a raw one, which root may have.
  int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
  if (made < 0 && (errno == EPROTONOSUPPORT || errno == EINVAL || errno == ENOPROTOOPT)) {
    made = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
  }
  bool refused = is_refused(made < 0 ? -1 : 0, fault);
  if (made >= 0) close(made);
  return refused;
}

/* A connection of datagrams is but a note in the kernel; what would be sent is nothing. */
static bool try_address(int family, const struct sockaddr *to, socklen_t length,
                        struct reach_fault *fault, const char *connecting, const char *sending) {
  int made = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (made < 0 && errno == EAFNOSUPPORT) return true;
  fault->step = connecting;
  bool refused = made >= 0 && is_refused(connect(made, to, length), fault);
  if (refused) {
    fault->step = sending;
    refused = is_refused(sendto(made, NULL, 0, MSG_DONTWAIT, to, length) < 0 ? -1 : 0, fault);
  }
  if (made >= 0) close(made);
  return refused;
}

bool reach_try(struct reach_fault *fault) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(DISCARD),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(DISCARD),
                             .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  return try_socket(fault) &&
         try_address(AF_INET, (struct sockaddr *)&four, sizeof four, fault, "IPv4 connections",
                     "IPv4 datagrams") &&
         try_address(AF_INET6, (struct sockaddr *)&six, sizeof six, fault, "IPv6 connections",
                     "IPv6 datagrams");
}
