#include "frame.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* How long a frame is tried again for which the kernel has no room: whoever waits is blocked. */
enum { SHORTAGE_MILLISECONDS = 200 };

/* Room for the descriptors of one message. */
union control {
  struct cmsghdr header;
  char room[CMSG_SPACE(FRAME_DESCRIPTORS * sizeof(int))];
};

static bool take_descriptors(struct frame_reader *reader, struct msghdr *message) {
  bool fits = !(message->msg_flags & MSG_CTRUNC);
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof descriptor);
      if (reader->descriptors < FRAME_DESCRIPTORS) {
        reader->descriptor[reader->descriptors++] = descriptor;
      } else {
        close(descriptor);
        fits = false;
      }
    }
  }
  return fits;
}

enum frame_state frame_read(int socket, struct frame_reader *reader) {
  size_t whole = sizeof reader->header;
  if (reader->got >= whole) whole += reader->header.size;
  if (reader->got == whole) {
    frame_drop(reader);
    reader->got = 0;
    whole = sizeof reader->header;
  }
  for (;;) {
    // Never past the end of a frame: the descriptors that then come are this frame's.
    struct iovec piece = {(char *)&reader->header + reader->got, whole - reader->got};
    if (reader->got >= sizeof reader->header)
      piece.iov_base = reader->body + (reader->got - sizeof reader->header);
    union control control;
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return FRAME_PARTIAL;
    if (got <= 0) return FRAME_GONE;
    if (!take_descriptors(reader, &message)) return FRAME_GONE;
    reader->got += (size_t)got;
    if (reader->got < whole) continue;
    if (reader->header.size > ORIEN_JAIL_BODY_BYTES) return FRAME_GONE;
    whole = sizeof reader->header + reader->header.size;
    if (reader->got == whole) return FRAME_WHOLE;
  }
}

void frame_drop(struct frame_reader *reader) {
  while (reader->descriptors > 0) close(reader->descriptor[--reader->descriptors]);
}

static void attach(struct msghdr *message, union control *control, const int *descriptor,
                   unsigned count) {
  if (count == 0) return;
  *control = (union control){.room = {0}};
  message->msg_control = control;
  message->msg_controllen = CMSG_SPACE(count * sizeof *descriptor);
  control->header.cmsg_len = CMSG_LEN(count * sizeof *descriptor);
  control->header.cmsg_level = SOL_SOCKET;
  control->header.cmsg_type = SCM_RIGHTS;
  memcpy(CMSG_DATA(&control->header), descriptor, count * sizeof *descriptor);
}

void frame_make_room(int socket) {
  int bytes = ORIEN_JAIL_BODY_BYTES;
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int frame_forward(int socket, const struct frame_reader *reader) {
  struct iovec pieces[2] = {{(void *)&reader->header, sizeof reader->header},
                            {(void *)reader->body, reader->header.size}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
  union control control;
  attach(&message, &control, reader->descriptor, reader->descriptors);
  ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno;
  return (size_t)sent == sizeof reader->header + reader->header.size ? 0 : EMSGSIZE;
}

/* Of memory, or of descriptors on their way. */
static bool is_shortage(int error) {
  return error == ENOMEM || error == ENOBUFS || error == ETOOMANYREFS;
}

bool frame_send_with(int socket, const struct orien_jail_header *header, const void *body,
                     const int *descriptor, unsigned descriptors) {
  struct iovec pieces[2] = {{(void *)header, sizeof *header}, {(void *)body, header->size}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
  union control control;
  attach(&message, &control, descriptor, descriptors);
  unsigned tries = SHORTAGE_MILLISECONDS;
  while (pieces[0].iov_len + pieces[1].iov_len > 0) {
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && is_shortage(errno) && tries-- > 0) {
      poll(NULL, 0, 1);
      continue;
    }
    if (sent < 0) return false;
    for (unsigned i = 0; i < 2; i++) {
      size_t part = (size_t)sent < pieces[i].iov_len ? (size_t)sent : pieces[i].iov_len;
      pieces[i].iov_base = (char *)pieces[i].iov_base + part;
      pieces[i].iov_len -= part;
      sent -= (ssize_t)part;
    }
    message.msg_control = NULL;
    message.msg_controllen = 0;
  }
  return true;
}

bool frame_send(int socket, uint32_t kind, uint64_t id, const void *body, uint32_t size,
                int descriptor) {
  struct orien_jail_header header = {.size = size, .kind = kind, .id = id};
  return frame_send_with(socket, &header, body, &descriptor, descriptor >= 0 ? 1 : 0);
}
