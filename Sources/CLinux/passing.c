#define _GNU_SOURCE
#include "clinux.h"

union control {
  struct cmsghdr header;
  char room[CMSG_SPACE(LINUX_PASSED * sizeof(int))];
};

ssize_t linux_send(int socket, const void *bytes, size_t count, const int *descriptors,
                   size_t passed) {
  if (passed > LINUX_PASSED) {
    errno = EINVAL;
    return -1;
  }
  union control control = {.room = {0}};
  struct iovec piece = {(void *)bytes, count};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (passed > 0) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(passed * sizeof(int));
    control.header.cmsg_len = CMSG_LEN(passed * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(&control.header), descriptors, passed * sizeof(int));
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t linux_receive(int socket, void *bytes, size_t room, int descriptors[LINUX_PASSED],
                      size_t *passed) {
  union control control;
  struct iovec piece = {bytes, room};
  struct msghdr message = {.msg_iov = &piece,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control};
  *passed = 0;
  ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0) return got;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    *passed = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(part), *passed * sizeof(int));
  }
  return got;
}
