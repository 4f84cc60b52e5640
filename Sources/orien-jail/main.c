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
        "  orien-jail keeper orien-<16 hexadecimal digits> [--groups auto|v2|v1|none]\n"
        "    [--scopes auto|none]\n",
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

static bool read_option(const char *name, const char *word, struct keeper_options *options) {
  if (strcmp(name, "--groups") == 0) return read_mode(word, &options->groups);
  options->scopes = strcmp(word, "auto") == 0;
  return strcmp(name, "--scopes") == 0 && (options->scopes || strcmp(word, "none") == 0);
}

int main(int count, char **argument) {
  struct keeper_options options = {.groups = GROUP_AUTO, .scopes = true};
  if (count < 3 || count % 2 == 0) return usage();
  if (strcmp(argument[1], "keeper") != 0 || !is_group_name(argument[2])) return usage();
  options.group_name = argument[2];
  for (int i = 3; i < count; i += 2)
    if (!read_option(argument[i], argument[i + 1], &options)) return usage();
  keeper_run(&options);
}
