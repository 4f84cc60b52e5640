#include "lend.h"

#include "device.h"
#include "place.h"
#include "slot.h"

/* Adds each of the request's devices to the frame; 0 or an errno. */
static int lend_devices(const struct walls *walls, struct frame_reader *frame,
                        uint32_t devices) {
  const struct grants *grants = walls->grants;
  for (unsigned i = 0; i < ORIEN_JAIL_DEVICES; i++) {
    if (!(devices & 1U << i)) continue;
    int mount = i < grants->devices ? device_lend(walls, grants->device[i]) : -1;
    if (mount < 0) return i < grants->devices ? errno : EINVAL;
    frame->descriptor[frame->descriptors++] = mount;
  }
  return 0;
}

/* 0 or an errno, and then the descriptor is as it was. */
static int exchange(int *descriptor, int mount) {
  if (mount < 0) return errno;
  *descriptor = mount;
  return 0;
}

int lend_all(const struct walls *walls, unsigned slot, struct frame_reader *frame,
             const struct request *request) {
  int *folder = &frame->descriptor[REQUEST_WORKSPACE];
  bool reads_only = request->profile & ORIEN_JAIL_READS_ONLY;
  int error = exchange(folder, slot_lend(walls, slot, *folder, reads_only));
  for (unsigned i = 0; !error && i < request->places; i++) {
    int *shown = &frame->descriptor[REQUEST_DESCRIPTORS + i];
    error = exchange(shown, place_lend(walls, slot, *shown, request->place[i][0]));
  }
  return error ? error : lend_devices(walls, frame, request->devices);
}
