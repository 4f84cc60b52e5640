/* Frames of orien_jail.h over a stream socket, with the descriptors that come beside them. */
#pragma once
#include "../../COrienJail/include/orien_jail.h"
#include "linux.h"

enum { FRAME_DESCRIPTORS = 4 + ORIEN_JAIL_PLACES + ORIEN_JAIL_DEVICES };

/* A frame that is being read: it may come in pieces. One reader for each socket, zero at first. */
struct frame_reader {
  struct orien_jail_header header;
  /* Bytes of header and body that are here. */
  size_t got;
  /* The reader's until somebody takes them and sets `descriptors` to 0. */
  int descriptor[FRAME_DESCRIPTORS];
  unsigned descriptors;
  unsigned char body[ORIEN_JAIL_BODY_BYTES];
};

enum frame_state { FRAME_PARTIAL, FRAME_WHOLE, FRAME_GONE };

/* Reads on without blocking. FRAME_WHOLE: a frame is there, until the next call. FRAME_GONE: the
 * peer is gone, or sent what no peer of ours sends. */
enum frame_state frame_read(int socket, struct frame_reader *reader);

/* Closes the descriptors that nobody took. */
void frame_drop(struct frame_reader *reader);

/* Lets the longest frame fit whole into a socket, whether or not somebody is there to read it. */
void frame_make_room(int socket);

/* Sends the frame that is here on, with its descriptors, which stay the reader's. Does not block:
 * 0 or an errno, EMSGSIZE where the socket did not take all of it. */
int frame_forward(int socket, const struct frame_reader *reader);

/* Sends a frame and descriptors with it; blocks. False: the peer is gone, or the kernel has long
 * had no room for it. */
bool frame_send_with(int socket, const struct orien_jail_header *header, const void *body,
                     const int *descriptor, unsigned descriptors);

/* The same with one descriptor, or with -1 none. */
bool frame_send(int socket, uint32_t kind, uint64_t id, const void *body, uint32_t size,
                int descriptor);
