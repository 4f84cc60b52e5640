#include "files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_write(int folder, const char *path, const char *text) {
  int file = openat(folder, path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  ssize_t written = write(file, text, strlen(text));
  int error = written < 0 ? errno : written == (ssize_t)strlen(text) ? 0 : EIO;
  close(file);
  return error;
}

ssize_t file_read(int folder, const char *path, char *text, size_t size) {
  int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  size_t length = 0;
  ssize_t got = 0;
  while (length < size - 1 && (got = read(file, text + length, size - 1 - length)) > 0)
    length += (size_t)got;
  int error = errno;
  close(file);
  errno = error;
  text[length] = 0;
  return got < 0 ? -1 : (ssize_t)length;
}

uint64_t text_number(const char *text, const char *key) {
  size_t length = strlen(key);
  for (const char *line = text; line; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, key, length) == 0 && line[length] == ' ')
      return strtoull(line + length + 1, NULL, 10);
  }
  return 0;
}

int folder_make_way(int folder, const char *path, bool is_folder) {
  char way[PATH_MAX];
  snprintf(way, sizeof way, "%s%s", path, is_folder ? "/" : "");
  for (char *at = way; (at = strchr(at, '/')); *at++ = '/') {
    *at = 0;
    if (mkdirat(folder, way, 0755) != 0 && errno != EEXIST) return errno;
  }
  return 0;
}
