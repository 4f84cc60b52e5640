/* Doors to the kernel that no script has business with: `keys`, `engines`, `pages` or `sockets`. */
#include <linux/bpf.h>
#include <linux/if_alg.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "attempt.h"

static void keys(void) {
  const int session = -3, get_id = 0, join = 1;
  attempt("add_key", syscall(SYS_add_key, "user", "attack", "x", 1, session));
  attempt("request_key", syscall(SYS_request_key, "user", "attack", NULL, session));
  attempt("keyctl, its session", syscall(SYS_keyctl, get_id, session, 1));
  attempt("keyctl, a session", syscall(SYS_keyctl, join, "attack"));
}

static void engines(void) {
  union bpf_attr map = {
      .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  attempt("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map));
  struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event,
                                  .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1};
  attempt("perf_event_open", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
  attempt("userfaultfd", syscall(SYS_userfaultfd, 1));
  // Also what polls in a thread of the kernel's, which nobody would be billed for.
  unsigned ring[30] = {0};
  attempt("io_uring", syscall(SYS_io_uring_setup, 1, ring));
  memset(ring, 0, sizeof ring);
  ring[2] = 2;
  attempt("io_uring that polls", syscall(SYS_io_uring_setup, 1, ring));
  attempt("ptrace", syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0));
  char byte = 0;
  struct iovec here = {&byte, 1}, there = {&byte, 1};
  attempt("process_vm_readv", syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0));
  attempt("fanotify", syscall(SYS_fanotify_init, 0x200, 0));
  attempt("personality", syscall(SYS_personality, 0x0040000));
}

static void pages(void) {
  // Whether there are any depends on the machine; that of none there is a file does not.
  attempt("a file of huge pages", syscall(SYS_memfd_create, "huge", 4));
  const long anonymous = 0x20, private = 2, huge = 0x40000, both = 3;
  attempt("huge pages", syscall(SYS_mmap, 0, 2 << 20, both, anonymous | private | huge, -1, 0));
}

static void sockets(void) {
  static const struct {
    const char *name;
    int family, type, protocol;
  } kinds[] = {
      {"raw IP", AF_INET, SOCK_RAW, 1},        {"raw IPv6", AF_INET6, SOCK_RAW, 58},
      {"packets", AF_PACKET, SOCK_RAW, 0x300}, {"netlink", AF_NETLINK, SOCK_RAW, 0},
      {"netfilter", AF_NETLINK, SOCK_RAW, 12}, {"ALG", AF_ALG, SOCK_SEQPACKET, 0},
      {"VSOCK", AF_VSOCK, SOCK_STREAM, 0},     {"XDP", AF_XDP, SOCK_RAW, 0},
      {"Bluetooth", AF_BLUETOOTH, SOCK_RAW, 0}, {"TIPC", AF_TIPC, SOCK_RDM, 0},
      {"CAN", AF_CAN, SOCK_RAW, 1},            {"RDS", AF_RDS, SOCK_SEQPACKET, 0},
      {"ping", AF_INET, SOCK_DGRAM, 1},        {"SCTP", AF_INET, SOCK_STREAM, 132},
      {"MPTCP", AF_INET, SOCK_STREAM, 262},    {"UDP-Lite", AF_INET, SOCK_DGRAM, 136},
      {"L2TP", AF_INET, SOCK_DGRAM, 115},      {"SMC", AF_INET, SOCK_STREAM, 256},
  };
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char what[64];
    snprintf(what, sizeof what, "a socket of %s", kinds[i].name);
    attempt(what, syscall(SYS_socket, kinds[i].family, kinds[i].type, kinds[i].protocol));
  }
  int pair[2];
  attempt("a pair of TIPC", syscall(SYS_socketpair, AF_TIPC, SOCK_STREAM, 0, pair));
  // The upper half of an argument counts for a filter, and not for the kernel.
  attempt("netlink in disguise", syscall(SYS_socket, AF_NETLINK | (1UL << 40), SOCK_RAW, 0));
}

int main(int count, char **argument) {
  const char *group = count > 1 ? argument[1] : "";
  if (strcmp(group, "keys") == 0) keys();
  if (strcmp(group, "engines") == 0) engines();
  if (strcmp(group, "pages") == 0) pages();
  if (strcmp(group, "sockets") == 0) sockets();
  return finished();
}
