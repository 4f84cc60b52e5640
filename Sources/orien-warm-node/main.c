/* orien-warm-node: becomes a Node that is up and waits for its one script, which then runs as `node
 * <script> ...` does. See orien_warm.h for how it is asked, for which requests are warm, and for
 * what may differ.
 *
 * Cold are also `node inspect` and what finds another bound of memory than the heap was sized by.
 *
 * May differ, too: `performance.timeOrigin`, `process.uptime()`, how long a `process.title` may be,
 * which modules of Node's own are loaded already (with Node 18), one more file among those that the
 * inspector and the report know, and the flags of a standard descriptor that Node has made
 * non-blocking when SIGINT or SIGTERM ends it.
 *
 * The preloaded module that waits and its addon stand beside this program. The module is named by
 * a variable: a worker may inherit what stands in the command line. The addon stands before the C
 * library too, so that the end of the script is told. The two sockets are moved out
 * of the way: the numbers of Node's descriptors, and of the script's, are those of a cold start. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "orien_warm.h"

enum { HIGHEST_MOVED = 512 };

/* The same socket under a number that no descriptor of Node's gets; -1 with errno. */
static int move_away(int descriptor) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  int least = limit.rlim_cur < 2 * HIGHEST_MOVED ? (int)limit.rlim_cur / 2 : HIGHEST_MOVED;
  int moved = fcntl(descriptor, F_DUPFD, least);
  if (moved >= 0) close(descriptor);
  return moved;
}

int main(void) {
  char path[PATH_MAX], module[PATH_MAX + 32], library[PATH_MAX + 16], order[16], words[16];
  int moved[2] = {move_away(WARM_ORDER), move_away(WARM_WORDS)};
  if (moved[0] < 0 || moved[1] < 0) return WARM_FAILED;
  if (!warm_beside(path, sizeof path, "orien-warm-node.cjs")) return WARM_FAILED;
  snprintf(module, sizeof module, "NODE_OPTIONS=--require=\"%s\"", path);
  if (!warm_beside(path, sizeof path, "liborien_warm_node.so")) return WARM_FAILED;
  snprintf(library, sizeof library, "LD_PRELOAD=%s", path);
  snprintf(order, sizeof order, "%d", moved[0]);
  snprintf(words, sizeof words, "%d", moved[1]);
  char *const argument[] = {"node", "script", order, words, NULL};
  char *const loader[] = {module, library, NULL};
  return warm_become(argument, loader);
}
