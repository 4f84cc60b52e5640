#include "output.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../../COrienJail/include/orien_jail.h"

static void open_file(struct output *output) {
  output->bytes = 0;
  // Where there is none to be had the program's words are lost, and it goes on.
  output->file = openat(output->folder, ORIEN_JAIL_OUTPUT,
                        O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
}

static void turn_over(struct output *output) {
  if (output->file >= 0) close(output->file);
  renameat(output->folder, ORIEN_JAIL_OUTPUT, output->folder, ORIEN_JAIL_OLD_OUTPUT);
  open_file(output);
}

void output_begin(struct output *output, int pipe, int folder) {
  *output = (struct output){.pipe = pipe, .folder = folder, .file = -1};
  fcntl(pipe, F_SETFL, O_NONBLOCK);
  open_file(output);
}

static void keep(struct output *output, const char *bytes, size_t count) {
  while (count > 0) {
    if (output->bytes == ORIEN_JAIL_OUTPUT_BYTES) turn_over(output);
    size_t room = ORIEN_JAIL_OUTPUT_BYTES - output->bytes;
    size_t part = count < room ? count : room;
    if (output->file >= 0 && write(output->file, bytes, part) < 0) {
      // A full disk; what comes later may have room.
      close(output->file);
      output->file = -1;
    }
    output->bytes += part;
    bytes += part;
    count -= part;
  }
}

/* Once; how much there was, 0 where that is nothing now. */
static size_t step(struct output *output) {
  char bytes[16 << 10];
  ssize_t got = read(output->pipe, bytes, sizeof bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got <= 0) {
    close(output->pipe);
    output->pipe = -1;
    return 0;
  }
  keep(output, bytes, (size_t)got);
  return (size_t)got;
}

void output_move(struct output *output) { step(output); }

void output_finish(struct output *output) {
  // No more than a pipe can be made to hold, where somebody who has been given it writes on.
  size_t left = 1 << 20;
  while (output->pipe >= 0 && left > 0) {
    size_t got = step(output);
    if (got == 0) break;
    left = got < left ? left - got : 0;
  }
}
