#include "clatelibrary.h"

#include <dlfcn.h>

const char *clatelibrary_load(
    const char *file, const struct clatelibrary_function *functions, unsigned count,
    const char *absent, const char *unlike) {
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) return absent;
  for (unsigned i = 0; i < count; i++) {
    *functions[i].place = dlsym(library, functions[i].name);
    if (!*functions[i].place) return unlike;
  }
  return 0;
}
