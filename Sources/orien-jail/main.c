/* orien-jail: the program that runs other people's programs for the node, and the only one that
 * forks. Its parts: the keeper starts the launcher, the launcher starts a stub for each program,
 * the stub holds the program, the janitor makes and removes their control groups.
 *
 * The node starts it, with what orien_jail.h says; it is of no use to anybody else. */
#include <stdio.h>
#include <string.h>

#include "keeper/keeper.h"

static int usage(void) {
  fputs("orien-jail is started by orien, as\n"
        "  orien-jail keeper orien-<16 hexadecimal digits> [--groups auto|v2|v1|none]\n",
        stderr);
  return 64;
}

static bool is_group_name(const char *name) {
  return strlen(name) == 22 && strncmp(name, "orien-", 6) == 0 &&
         strspn(name + 6, "0123456789abcdef") == 16;
}

static bool read_mode(const char *word, enum group_mode *mode) {
  static const char *const words[] = {
      [GROUP_AUTO] = "auto", [GROUP_V2] = "v2", [GROUP_V1] = "v1", [GROUP_NONE] = "none"};
  for (int i = GROUP_AUTO; i <= GROUP_NONE; i++) {
    if (strcmp(word, words[i]) != 0) continue;
    *mode = (enum group_mode)i;
    return true;
  }
  return false;
}

int main(int count, char **argument) {
  enum group_mode mode = GROUP_AUTO;
  if (count != 3 && count != 5) return usage();
  if (strcmp(argument[1], "keeper") != 0 || !is_group_name(argument[2])) return usage();
  if (count == 5 && (strcmp(argument[3], "--groups") != 0 || !read_mode(argument[4], &mode)))
    return usage();
  keeper_run(mode, argument[2]);
}
