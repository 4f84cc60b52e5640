#include "rules.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "answers.h"

enum {
  /* Of the loopback, in every network namespace. */
  LOOPBACK_INTERFACE = 1,
  /* The kernel's state of a socket that asks for a connection. */
  STATE_ASKING = 2,
  /* What has been passed to a program, until it puts something else there. */
  REGISTER_CONTEXT = 1,

  /* Of the headers of a packet: which bytes say what it carries and where it goes. */
  HEADER4_BYTES = 20,
  HEADER4_PROTOCOL = 9,
  HEADER4_TO = 16,
  HEADER6_BYTES = 40,
  HEADER6_PROTOCOL = 6,
  HEADER6_TO = 24,
  /* Where one is put, from the end of the stack. */
  HEADER_PLACE = -HEADER6_BYTES,
};

/* In the order in which they may be told: TCP as a stream, UDP as datagrams, nothing else. */
static void write_socket(struct code *code) {
  enum { TYPE = 2, PROTOCOL = 3 };
  struct label datagram = {.count = 0}, refused = {.count = 0};
  code_load32(code, TYPE, REGISTER_CONTEXT, offsetof(struct bpf_sock, type));
  code_load32(code, PROTOCOL, REGISTER_CONTEXT, offsetof(struct bpf_sock, protocol));
  code_go_unless(code, TYPE, SOCK_STREAM, &datagram);
  code_go_unless(code, PROTOCOL, IPPROTO_TCP, &refused);
  code_exit(code, 1);
  code_place(code, &datagram);
  code_go_unless(code, TYPE, SOCK_DGRAM, &refused);
  code_go_unless(code, PROTOCOL, IPPROTO_UDP, &refused);
  code_exit(code, 1);
  code_place(code, &refused);
  code_exit(code, 0);
}

static void write_address(const struct rules *rules, bool is_six, struct code *code) {
  code_load32(code, REGISTER_PORT, REGISTER_CONTEXT, offsetof(struct bpf_sock_addr, user_port));
  code_order16(code, REGISTER_PORT);
  size_t from = is_six ? offsetof(struct bpf_sock_addr, user_ip6)
                       : offsetof(struct bpf_sock_addr, user_ip4);
  for (int i = 0; i < (is_six ? 4 : 1); i++) {
    code_load32(code, REGISTER_ADDRESS + i, REGISTER_CONTEXT, (int)from + 4 * i);
    code_order32(code, REGISTER_ADDRESS + i);
  }
  if (is_six) {
    struct label inside = {.count = 0};
    answer_known(code, rules, true, true);
    answer_six(code, &inside);
    code_place(code, &inside);
  }
  answer_known(code, rules, false, true);
  answer_four(code);
}

/* Of a packet of one family, with its context in 6, its interface in 7 and its socket in 9. */
static void write_family(const struct rules *rules, bool is_six, struct code *code) {
  enum { INTERFACE = REGISTER_PORT };
  struct label judged = {.count = 0}, refused = {.count = 0}, away = {.count = 0};
  code_copy(code, 1, 6);
  code_set(code, 2, 0);
  code_copy(code, 3, REGISTER_STACK);
  code_add(code, 3, HEADER_PLACE);
  code_set(code, 4, is_six ? HEADER6_BYTES : HEADER4_BYTES);
  code_call(code, BPF_FUNC_skb_load_bytes);
  code_go_unless(code, REGISTER_ANSWER, 0, &refused);
  code_load8(code, REGISTER_WORK, REGISTER_STACK,
             HEADER_PLACE + (is_six ? HEADER6_PROTOCOL : HEADER4_PROTOCOL));
  code_go_unless(code, REGISTER_WORK, IPPROTO_TCP, &judged);
  code_go_if_nothing(code, 9, &judged);
  // What is said on a connection was looked at when somebody asked for it, or was asked from there.
  code_load32(code, REGISTER_WORK, 9, offsetof(struct bpf_sock, state));
  code_go_if(code, REGISTER_WORK, STATE_ASKING, &judged);
  code_exit(code, 1);
  code_place(code, &judged);
  code_copy(code, INTERFACE, 7);
  for (int i = 0; i < (is_six ? 4 : 1); i++) {
    code_load32(code, REGISTER_ADDRESS + i, REGISTER_STACK,
                HEADER_PLACE + (is_six ? HEADER6_TO : HEADER4_TO) + 4 * i);
    code_order32(code, REGISTER_ADDRESS + i);
  }
  // A name server may stand behind what rewrites its port.
  answer_known(code, rules, is_six, false);
  code_go_unless(code, INTERFACE, LOOPBACK_INTERFACE, &away);
  code_place(code, &refused);
  code_exit(code, 0);
  code_place(code, &away);
  if (is_six) {
    struct label inside = {.count = 0};
    answer_six(code, &inside);
    code_place(code, &inside);
  }
  answer_four(code);
}

static void write_packet(const struct rules *rules, struct code *code) {
  struct label other = {.count = 0}, refused = {.count = 0};
  code_copy(code, 6, REGISTER_CONTEXT);
  code_load32(code, 7, 6, offsetof(struct __sk_buff, ifindex));
  code_load32(code, 8, 6, offsetof(struct __sk_buff, protocol));
  code_load64(code, 9, 6, offsetof(struct __sk_buff, sk));
  code_order16(code, 8);
  code_go_unless(code, 8, ETH_P_IP, &other);
  write_family(rules, false, code);
  code_place(code, &other);
  code_go_unless(code, 8, ETH_P_IPV6, &refused);
  write_family(rules, true, code);
  code_place(code, &refused);
  code_exit(code, 0);
}

bool rules_write(const struct rules *rules, enum rules_moment moment, struct code *code) {
  code->count = 0;
  code->is_broken = false;
  switch (moment) {
  case RULES_SOCKET:
    write_socket(code);
    break;
  case RULES_ADDRESS4:
  case RULES_ADDRESS6:
    write_address(rules, moment == RULES_ADDRESS6, code);
    break;
  case RULES_PACKET:
    write_packet(rules, code);
    break;
  }
  return !code->is_broken;
}
