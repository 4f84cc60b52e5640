/* Says all that a program finds of itself and around it: a fact a line, the subject first. */
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <arpa/inet.h>

#include "attempt.h"

enum { LAST_CALL = 460, LAST_PRCTL = 80, LAST_FCNTL = 1040, PATIENCE_MICROSECONDS = 30000 };

extern char **environ;

/* Lines of a file that begin with one of the words. */
static void lines(const char *path, const char *subject, const char *const *words) {
  FILE *file = fopen(path, "re");
  char line[4096];
  while (file && fgets(line, sizeof line, file))
    for (const char *const *word = words; *word; word++)
      if (strncmp(line, *word, strlen(*word)) == 0) printf("%s %s", subject, line);
  if (file) fclose(file);
}

static void itself(void) {
  static const char *const facts[] = {"Uid",    "Gid",    "Groups", "NoNewPrivs", "Seccomp:",
                                      "Cap",    "SigBlk", "SigIgn", "SigCgt",     NULL};
  lines("/proc/self/status", "status", facts);
  static const char *const all[] = {"", NULL};
  lines("/proc/self/mountinfo", "mount", all);
  lines("/proc/self/cgroup", "group", all);
  lines("/proc/self/oom_score_adj", "oom_score_adj", all);
  static const char *const spaces[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
  for (unsigned i = 0; i < sizeof spaces / sizeof *spaces; i++) {
    char path[32];
    struct stat status;
    snprintf(path, sizeof path, "/proc/self/ns/%s", spaces[i]);
    if (stat(path, &status) == 0) printf("namespace %s %lu\n", spaces[i], status.st_ino);
  }
  for (int i = 0; i < 1024; i++)
    if (fcntl(i, F_GETFD) >= 0) printf("descriptor %d\n", i);
  for (char **variable = environ; *variable; variable++) printf("variable %s\n", *variable);
  printf("session %s\n", getsid(0) == getpid() ? "its own" : "another's");
  printf("priority %d\n", getpriority(PRIO_PROCESS, 0));
  mode_t mask = umask(0);
  printf("umask %03o\n", mask);
}

static void limits(void) {
  static const struct {
    const char *name;
    int which;
  } all[] = {{"core", RLIMIT_CORE},     {"files", RLIMIT_NOFILE}, {"file", RLIMIT_FSIZE},
             {"data", RLIMIT_DATA},     {"cpu", RLIMIT_CPU}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct rlimit limit;
    getrlimit(all[i].which, &limit);
    printf("limit %s %ld %ld\n", all[i].name, (long)limit.rlim_cur, (long)limit.rlim_max);
  }
}

/* What a filter says; who hears anything else has reached the kernel. */
static const struct {
  int error;
  const char *name;
} refusals[] = {{0, "reachable"},
                {EPERM, "EPERM"},
                {ENOSYS, "ENOSYS"},
                {EOPNOTSUPP, "EOPNOTSUPP"},
                {EAFNOSUPPORT, "EAFNOSUPPORT"}};
enum { REFUSALS = sizeof refusals / sizeof *refusals };

/* One call in a child, which may die of it or not come back. */
static const char *answer(long number, long first, long second, long rest) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    struct itimerval end = {{0, 0}, {0, PATIENCE_MICROSECONDS}};
    setitimer(ITIMER_REAL, &end, NULL);
    long result = syscall(number, first, second, rest, rest, rest, rest);
    int error = result == -1 ? errno : 0;
    unsigned said = 1;
    while (said < REFUSALS && refusals[said].error != error) said++;
    syscall(SYS_exit_group, said);
  }
  int status = 0;
  waitpid(child, &status, __WALL);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGSYS ? "killed" : "reachable";
  return refusals[WEXITSTATUS(status) < REFUSALS ? WEXITSTATUS(status) : 0].name;
}

static void calls(void) {
  // What changes the child alone is harmless, and -1 is no descriptor, address, size or user.
  for (long number = 0; number <= LAST_CALL; number++)
    printf("call %ld %s\n", number, answer(number, -1, -1, -1));
  for (long option = 1; option <= LAST_PRCTL; option++)
    printf("prctl %ld %s\n", option, answer(SYS_prctl, option, -1, -1));
  for (long command = 0; command <= LAST_FCNTL; command++) {
    const char *said = answer(SYS_fcntl, 0, command, -1);
    if (command < 40 || command >= 1024) printf("fcntl %ld %s\n", command, said);
    if (command == 40) command = 1023;
  }
  static const struct {
    const char *name;
    unsigned long number;
  } ioctls[] = {{"TCGETS", TCGETS},     {"TCSETS", TCSETS},     {"TIOCSTI", TIOCSTI},
                {"TIOCLINUX", TIOCLINUX}, {"TIOCSCTTY", TIOCSCTTY}, {"TIOCGPGRP", TIOCGPGRP},
                {"FIONREAD", FIONREAD}, {"FIONBIO", FIONBIO},   {"FS_IOC_GETFLAGS", 0x80086601},
                {"FS_IOC_SETFLAGS", 0x40086602}, {"FICLONE", 0x40049409},
                {"SIOCGIFCONF", 0x8912}, {"NS_GET_PARENT", 0xb702}, {"FIOQSIZE", 0x5460}};
  for (unsigned i = 0; i < sizeof ioctls / sizeof *ioctls; i++)
    printf("ioctl %s %s\n", ioctls[i].name, answer(SYS_ioctl, 0, (long)ioctls[i].number, -1));
  for (long family = 1; family <= 45; family++)
    printf("socket %ld %s\n", family, answer(SYS_socket, family, SOCK_DGRAM, 0));
}

static void addresses(void) {
  static const char *const all[] = {"127.0.0.1", "169.254.169.254", "10.20.30.40", "192.0.2.1"};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, all[i], &address.sin_addr);
    int end = socket(AF_INET, SOCK_DGRAM, 0);
    int error = connect(end, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    printf("address %s %s\n", all[i], error ? strerrorname_np(error) : "reachable");
    close(end);
  }
}

int main(void) {
  itself();
  limits();
  addresses();
  calls();
  return finished();
}
