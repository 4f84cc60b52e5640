/* Takes MEGABYTES of one KIND of memory, and tells where it got them all. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "attempt.h"

enum { MEGABYTE = 1 << 20, PAGE = 4096 };

/* The compiler knows that nobody reads it. */
static void touch(volatile char *memory) {
  for (unsigned i = 0; i < MEGABYTE; i += PAGE) memory[i] = 1;
}

static int by_map(int flags, int file, off_t at) {
  if (file >= 0 && ftruncate(file, at + MEGABYTE) != 0) return -1;
  char *memory = mmap(NULL, MEGABYTE, PROT_READ | PROT_WRITE, flags, file, at);
  if (memory == MAP_FAILED) return -1;
  touch(memory);
  return 0;
}

static int by_heap(unsigned turn) {
  (void)turn;
  char *memory = malloc(MEGABYTE);
  if (!memory) return -1;
  touch(memory);
  return 0;
}

static int by_shared(unsigned turn) {
  (void)turn;
  return by_map(MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static int by_memfd(unsigned turn) {
  static int file;
  if (!file) file = memfd_create("eaten", MFD_CLOEXEC);
  return by_map(MAP_SHARED, file, (off_t)turn * MEGABYTE);
}

static int by_file(const char *path, unsigned turn) {
  static int file;
  if (!file) file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  return by_map(MAP_SHARED, file, (off_t)turn * MEGABYTE);
}

static int by_tmp(unsigned turn) { return by_file("/tmp/eaten", turn); }
static int by_shm(unsigned turn) { return by_file("/dev/shm/eaten", turn); }

/* As much as goes in; the ends are never closed. */
static int fill(int end, unsigned bytes) {
  static char block[64 << 10];
  for (unsigned done = 0; done < bytes;) {
    ssize_t written = write(end, block, bytes - done < sizeof block ? bytes - done : sizeof block);
    if (written <= 0) return -1;
    done += (unsigned)written;
  }
  return 0;
}

static int by_pipe(unsigned turn) {
  int ends[2];
  (void)turn;
  if (pipe2(ends, O_NONBLOCK) != 0 || fcntl(ends[1], F_SETPIPE_SZ, MEGABYTE) < 0) return -1;
  return fill(ends[1], MEGABYTE);
}

static int by_socket(unsigned turn) {
  (void)turn;
  for (unsigned i = 0; i < 8; i++) {
    int ends[2], size = 256 << 10;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) return -1;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (fill(ends[0], 128 << 10) != 0) return -1;
  }
  return 0;
}

static const struct {
  const char *name;
  int (*take)(unsigned turn);
} kinds[] = {{"heap", by_heap},   {"shared", by_shared}, {"memfd", by_memfd}, {"tmp", by_tmp},
             {"shm", by_shm},     {"pipes", by_pipe},    {"sockets", by_socket}};

int main(int count, char **argument) {
  if (count < 3) return 64;
  unsigned megabytes = (unsigned)atoi(argument[2]);
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(kinds[i].name, argument[1]) != 0) continue;
    for (unsigned turn = 0; turn < megabytes; turn++) {
      if (kinds[i].take(turn) == 0) continue;
      attempt(argument[1], -1);
      return finished();
    }
    attempt(argument[1], 0);
  }
  return finished();
}
