#include "loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* How often others may be faster in taking the device that was free. */
enum { TRIES = 16, BLOCK_BYTES = 4096 };

static int attach(int device, int file) {
  struct loop_config config = {.fd = (uint32_t)file, .block_size = BLOCK_BYTES};
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  return ioctl(device, LOOP_CONFIGURE, &config);
}

static int attach_any(int control, int file, char path[LOOP_PATH_BYTES]) {
  for (unsigned i = 0; i < TRIES; i++) {
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) return -1;
    snprintf(path, LOOP_PATH_BYTES, "/dev/loop%d", number);
    int device = open(path, O_RDWR | O_CLOEXEC);
    if (device < 0) return -1;
    if (attach(device, file) == 0) return device;
    int error = errno;
    close(device);
    errno = error;
    if (error != EBUSY) return -1;
  }
  return -1;
}

int loop_attach(int file, char path[LOOP_PATH_BYTES]) {
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return -1;
  int device = attach_any(control, file, path);
  int error = errno;
  close(control);
  errno = error;
  return device;
}
