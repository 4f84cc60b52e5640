/* orien-warm-python: becomes a `python3` that waits for its script, by the library that stands
 * beside this program: see COrienWarmPython. */
#include <limits.h>
#include <stdio.h>

#include "orien_warm.h"

int main(void) {
  char library[PATH_MAX], loader[PATH_MAX + 16];
  if (!warm_beside(library, sizeof library, "liborien_warm_python.so")) return WARM_FAILED;
  snprintf(loader, sizeof loader, "LD_PRELOAD=%s", library);
  char *const argument[] = {"python3", "script", NULL};
  char *const variable[] = {loader, NULL};
  return warm_become(argument, variable);
}
