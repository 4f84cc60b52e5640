/* A request as the launcher has checked it, and as the stub and the leader read it again. */
#pragma once
#include "../plain/frame.h"

/* The places of its descriptors in the frame. */
enum { REQUEST_INPUT, REQUEST_OUTPUT, REQUEST_ERRORS, REQUEST_WORKSPACE, REQUEST_DESCRIPTORS };

struct request {
  struct orien_jail_limits limits;
  /* Bits of enum orien_jail_profile, enum orien_jail_network */
  uint32_t profile, network;
  /* By bits, and where they have been lent the descriptors of their mounts. */
  uint32_t devices;
  const int *device;
  /* NULL-ended; the strings lie in the frame's body. */
  char *argument[ORIEN_JAIL_STRINGS + 1];
  char *variable[ORIEN_JAIL_STRINGS + 1];
  char *place[ORIEN_JAIL_PLACES + 1];
  char *resolver[ORIEN_JAIL_RESOLVERS + 1];
  unsigned places;
  /* What is shown there; where it has been lent mounts of it. */
  const int *shown;
  int input, output, errors, workspace;
};

/* Puts other limits in the place of the frame's, which has been read. */
void request_relimit(struct frame_reader *frame, struct orien_jail_limits limits);

/* Reads the frame, whose descriptors stay the reader's; false where it breaks a bound. Once it has
 * passed the launcher, its devices have been `lent` and come with it. */
bool request_read(struct request *request, struct frame_reader *frame, bool lent);
