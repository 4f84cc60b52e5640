/* A request as the launcher has checked it. */
#pragma once
#include "../plain/frame.h"

struct request {
  struct orien_jail_limits limits;
  /* NULL-ended; the strings lie in the frame's body. */
  char *argument[ORIEN_JAIL_STRINGS + 1];
  char *variable[ORIEN_JAIL_STRINGS + 1];
  int input, output, errors;
  /* -1 where the request brings none. */
  int workspace;
};

/* Reads the frame, whose descriptors stay the reader's; false where it breaks a bound. */
bool request_read(struct request *request, struct frame_reader *frame);

/* The same for somebody who stands in the workspace already: a frame without one is good too, and
 * nobody looks at one that is there. */
bool request_read_inside(struct request *request, struct frame_reader *frame);
