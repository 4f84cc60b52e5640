#include "reach.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../plain/files.h"

/* What the kernel asks and when, in its words and in people's. */
static const struct hook {
  enum bpf_prog_type program;
  enum bpf_attach_type at;
  enum rules_moment moment;
  const char *step;
} hooks[] = {
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, RULES_SOCKET, "making sockets"},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, RULES_ADDRESS4, "IPv4 connections"},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT, RULES_ADDRESS6, "IPv6 connections"},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG, RULES_ADDRESS4, "IPv4 datagrams"},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG, RULES_ADDRESS6, "IPv6 datagrams"},
    {BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, RULES_PACKET, "packets"},
};

bool reach_read(const char *text, struct rules_address *address) {
  *address = (struct rules_address){.is_six = strchr(text, ':') != NULL};
  return inet_pton(address->is_six ? AF_INET6 : AF_INET, text, address->byte) == 1;
}

int reach_find_own(struct rules *rules) {
  struct ifaddrs *all;
  if (getifaddrs(&all) != 0) return errno;
  int error = 0;
  for (struct ifaddrs *one = all; one; one = one->ifa_next) {
    int family = one->ifa_addr ? one->ifa_addr->sa_family : AF_UNSPEC;
    if (family != AF_INET && family != AF_INET6) continue;
    if (rules->owned == RULES_OWN) {
      error = E2BIG;
      break;
    }
    struct rules_address *own = &rules->own[rules->owned++];
    *own = (struct rules_address){.is_six = family == AF_INET6};
    if (own->is_six) memcpy(own->byte, &((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr, 16);
    else memcpy(own->byte, &((struct sockaddr_in *)one->ifa_addr)->sin_addr, 4);
  }
  freeifaddrs(all);
  return error;
}

static int ask_kernel(enum bpf_cmd command, union bpf_attr *attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static int load(const struct hook *hook, const struct code *code) {
  union bpf_attr attributes = {0};
  attributes.prog_type = hook->program;
  attributes.expected_attach_type = hook->at;
  attributes.insns = (uint64_t)(uintptr_t)code->instruction;
  attributes.insn_cnt = code->count;
  // It calls nothing that asks for another one.
  attributes.license = (uint64_t)(uintptr_t)"Apache-2.0";
  return ask_kernel(BPF_PROG_LOAD, &attributes);
}

/* 0 or an errno. */
static int hold(int group, const struct hook *hook, const struct rules *rules) {
  static struct code code;
  if (!rules_write(rules, hook->moment, &code)) return E2BIG;
  int program = load(hook, &code);
  if (program < 0) return errno;
  union bpf_attr attributes = {0};
  attributes.target_fd = (uint32_t)group;
  attributes.attach_bpf_fd = (uint32_t)program;
  attributes.attach_type = hook->at;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  int error = ask_kernel(BPF_PROG_ATTACH, &attributes) == 0 ? 0 : errno;
  close(program);
  return error;
}

bool reach_hold(int group, const struct rules *rules, struct reach_fault *fault) {
  // Older kernels count programs among the memory that is locked.
  struct rlimit before, none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  bool is_lifted = getrlimit(RLIMIT_MEMLOCK, &before) == 0 && setrlimit(RLIMIT_MEMLOCK, &none) == 0;
  fault->error = 0;
  for (size_t i = 0; !fault->error && i < sizeof hooks / sizeof *hooks; i++) {
    fault->step = hooks[i].step;
    fault->error = hold(group, &hooks[i], rules);
  }
  if (is_lifted && setrlimit(RLIMIT_MEMLOCK, &before) != 0 && !fault->error) fault->error = errno;
  return fault->error == 0;
}
