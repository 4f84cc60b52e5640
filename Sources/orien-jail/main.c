/* orien-jail: the program that runs other people's programs for the node, and the only one that
 * forks. Its parts: the keeper starts the launcher, the launcher starts a stub for each program,
 * the stub holds the program, the janitor makes and removes their control groups, the steward the
 * images that are workspaces. Beside them a holder holds each program that outlives the node. Where
 * that has given up root a warden, which has not, starts keepers and what lasts for it.
 *
 * The node starts it, with what orien_jail.h says; it is of no use to anybody else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keeper/keeper.h"
#include "lasting/lasting.h"
#include "warden/warden.h"
#include "walls/defence.h"

static int usage(void) {
  fputs("orien-jail is started by orien, as\n"
        "  orien-jail lasting orien-<16 hexadecimal digits> OWNER/NAME\n"
        "    start|stop|status|try NUMBER [--groups auto|v2|v1|none]\n"
        "    [--owner USER:GROUP[:GROUP,...]]\n"
        "as\n"
        "  orien-jail warden --jail orien-<16 hexadecimal digits> --outside orien-<the same>\n"
        "    --lasting orien-<the same> --records PATH --owner USER:GROUP[:GROUP,...]\n"
        "or as\n"
        "  orien-jail keeper orien-<16 hexadecimal digits> [--groups auto|v2|v1|none]\n"
        "    [--walls auto|user|none] [--scopes auto|none] [--first-user NUMBER]\n"
        "    [--device /dev/NAME]... [--shared PATH:AT]... [--hosts PATH]\n"
        "    [--workspaces PATH] [--owner USER:GROUP[:GROUP,...]] [--place PATH]...\n"
        "    [--images PATH --image-bytes NUMBER --image-files NUMBER]\n",
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

static bool read_walls(const char *word, enum walls_mode *mode) {
  static const char *const words[] = {
      [WALLS_AUTO] = "auto", [WALLS_USER] = "user", [WALLS_NONE] = "none"};
  for (int i = WALLS_AUTO; i <= WALLS_NONE; i++) {
    if (strcmp(word, words[i]) != 0) continue;
    *mode = (enum walls_mode)i;
    return true;
  }
  return false;
}

static bool read_user(const char *word, uint32_t *user) {
  char *end;
  errno = 0;
  unsigned long number = strtoul(word, &end, 10);
  if (errno || *end || word[0] < '1' || word[0] > '9' || number > INT32_MAX) return false;
  *user = (uint32_t)number;
  return true;
}

/* Absolute, and nothing in it that means another folder than it says. */
static bool is_path(const char *word) {
  return word[0] == '/' && word[1] && !strstr(word, "//") && !strstr(word, "/./") &&
         !strstr(word, "/../") && word[strlen(word) - 1] != '/' && word[strlen(word) - 1] != '.';
}

static bool read_device(const char *word, struct grants *grants) {
  if (grants->devices == ORIEN_JAIL_DEVICES || !is_path(word) || strncmp(word, "/dev/", 5) != 0)
    return false;
  grants->device[grants->devices++] = word;
  return true;
}

static bool read_place(const char *word, struct grants *grants) {
  if (grants->places == GRANTS_PLACES || !is_path(word)) return false;
  grants->place[grants->places++] = word;
  return true;
}

static bool share(const char *path, const char *at, struct grants *grants) {
  if (grants->shares == ORIEN_JAIL_SHARED || !is_path(path) || !is_path(at)) return false;
  grants->shared[grants->shares].path = path;
  grants->shared[grants->shares++].at = at;
  return true;
}

static bool read_shared(char *word, struct grants *grants) {
  char *at = strrchr(word, ':');
  if (!at) return false;
  *at++ = 0;
  return share(word, at, grants);
}

static bool read_count(const char *word, uint64_t *count) {
  char *end;
  errno = 0;
  *count = strtoull(word, &end, 10);
  return !errno && !*end && word[0] >= '0' && word[0] <= '9' && *count <= INT64_MAX;
}

static bool read_images(const char *name, const char *word, struct images_options *images) {
  if (strcmp(name, "--image-bytes") == 0) return read_count(word, &images->bytes);
  if (strcmp(name, "--image-files") == 0) return read_count(word, &images->files);
  images->folder = word;
  return is_path(word);
}

static bool read_option(const char *name, char *word, struct keeper_options *options) {
  if (defence_option(name, word)) return true;
  if (strcmp(name, "--groups") == 0) return read_mode(word, &options->groups);
  if (strcmp(name, "--walls") == 0) return read_walls(word, &options->walls.mode);
  if (strcmp(name, "--first-user") == 0) return read_user(word, &options->walls.first_user);
  if (strcmp(name, "--device") == 0) return read_device(word, &options->walls.grants);
  if (strcmp(name, "--shared") == 0) return read_shared(word, &options->walls.grants);
  if (strcmp(name, "--place") == 0) return read_place(word, &options->walls.grants);
  if (strcmp(name, "--owner") == 0) return owner_read(word, &options->walls.owner);
  if (strcmp(name, "--workspaces") == 0) return *(options->walls.workspaces = word) == '/';
  if (strncmp(name, "--image", 7) == 0) return read_images(name, word, &options->images);
  if (strcmp(name, "--hosts") == 0)
    return options->walls.grants.has_hosts = share(word, WALLS_HOSTS, &options->walls.grants);
  options->walls.scopes = strcmp(word, "auto") == 0;
  return strcmp(name, "--scopes") == 0 && (options->walls.scopes || strcmp(word, "none") == 0);
}

static bool read_order(const char *word, enum lasting_order *order) {
  for (int i = 0; i < LASTING_ORDERS; i++) {
    if (strcmp(word, lasting_orders[i]) != 0) continue;
    *order = (enum lasting_order)i;
    return true;
  }
  return false;
}

static int run_lasting(int count, char **argument) {
  struct lasting_options options = {.groups = GROUP_AUTO, .owner = owner_self()};
  if (count < 6 || count % 2) return usage();
  options.group_name = argument[2];
  options.name = argument[3];
  if (!is_group_name(options.group_name) || !lasting_is_name(options.name) ||
      !read_order(argument[4], &options.order) || !read_count(argument[5], &options.number))
    return usage();
  for (int i = 6; i < count; i += 2) {
    bool is_read = strcmp(argument[i], "--groups") == 0
                       ? read_mode(argument[i + 1], &options.groups)
                       : strcmp(argument[i], "--owner") == 0 &&
                             owner_read(argument[i + 1], &options.owner);
    if (!is_read) return usage();
  }
  lasting_run(&options);
}

static int run_warden(int count, char **argument) {
  struct warden_options options = {0};
  if (count != 12) return usage();
  for (int i = 2; i < count; i += 2) {
    const char *name = argument[i], *word = argument[i + 1];
    const char **group = strcmp(name, "--jail") == 0      ? &options.jail
                         : strcmp(name, "--outside") == 0 ? &options.outside
                         : strcmp(name, "--lasting") == 0 ? &options.lasting
                                                          : NULL;
    if (group && is_group_name(word))
      *group = word;
    else if (strcmp(name, "--records") == 0 && is_path(word))
      options.records = word;
    else if (strcmp(name, "--owner") == 0 && owner_read(word, &options.owner))
      options.owner_word = word;
    else
      return usage();
  }
  if (!options.jail || !options.outside || !options.lasting || !options.records ||
      !options.owner_word)
    return usage();
  warden_run(&options);
}

int main(int count, char **argument) {
  if (count > 1 && strcmp(argument[1], "lasting") == 0) return run_lasting(count, argument);
  if (count > 1 && strcmp(argument[1], "warden") == 0) return run_warden(count, argument);
  struct keeper_options options = {
      .groups = GROUP_AUTO,
      .walls = {.mode = WALLS_AUTO,
                .scopes = true,
                .first_user = ORIEN_JAIL_FIRST_USER,
                .owner = owner_self()}};
  if (count < 3 || count % 2 == 0) return usage();
  if (strcmp(argument[1], "keeper") != 0 || !is_group_name(argument[2])) return usage();
  options.group_name = argument[2];
  for (int i = 3; i < count; i += 2)
    if (!read_option(argument[i], argument[i + 1], &options)) return usage();
  options.walls.images = options.images.folder != NULL;
  options.images.owner = &options.walls.owner;
  options.argument = argument;
  options.arguments = (unsigned)count;
  keeper_run(&options);
}
