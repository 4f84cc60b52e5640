/* Who it runs as; installed set-user-id root, it is what nobody should be able to gain by. */
#include "attempt.h"

int main(void) {
  errno = EPERM;
  attempt("to be another user", geteuid() == getuid() ? -1 : 0);
  return finished();
}
