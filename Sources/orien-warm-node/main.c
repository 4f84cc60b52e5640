/* orien-warm-node: a Node that is up and waits for its one script, which then runs as `node <script>
 * ...` does. See orien_warm.h for how it is asked, for which requests are warm, and for what may
 * differ; of Node, `node inspect` is cold too, and what finds another bound of memory than Node
 * has sized its heap by. May differ, beside what differs for every host: which of Node's own
 * modules are loaded (`process.moduleLoadList`), `performance.timeOrigin`, `process.uptime()`, how
 * long a `process.title` may be, one more file among the scripts that the inspector and the report
 * know, and the flags of a standard descriptor that Node has made non-blocking when SIGINT or
 * SIGTERM ends it.
 *
 * This program only starts Node, in its own place: with a preloaded module and its addon, which
 * stand beside it, and with the two sockets out of the way, for the numbers of Node's own
 * descriptors, and of the script's, are those of a cold start. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "orien_warm.h"

static const char preload[] = "orien-warm-node.cjs";
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

/* The module's path: it stands beside this program, by whatever path that was started. */
static bool find_preload(char *path, size_t size) {
  const char *self = (const char *)getauxval(AT_EXECFN);
  const char *slash = self ? strrchr(self, '/') : NULL;
  int folder = slash ? (int)(slash - self) : 0;
  int length = snprintf(path, size, "%.*s%s%s", folder, self, slash ? "/" : "./", preload);
  return length > 0 && (size_t)length < size;
}

int main(void) {
  warm_default_signals();
  char path[PATH_MAX], order[16], words[16];
  int moved[2] = {move_away(WARM_ORDER), move_away(WARM_WORDS)};
  if (moved[0] < 0 || moved[1] < 0 || !find_preload(path, sizeof path)) return WARM_FAILED;
  snprintf(order, sizeof order, "%d", moved[0]);
  snprintf(words, sizeof words, "%d", moved[1]);
  char *const argument[] = {"node", "--require", path, "script", order, words, NULL};
  execv("/usr/bin/node", argument);
  execv("/bin/node", argument);
  perror("orien-warm-node: node");
  return WARM_FAILED;
}
