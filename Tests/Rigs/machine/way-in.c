/* The way into a machine that has nothing else: it takes what the seed says, and starts sshd for
 * whoever comes. One program, up when the machine is put by: each that were started afterwards
 * would cost a machine whose every instruction is emulated more than all that is done here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEED "/dev/vdb"
#define SEED_FOLDER "/run/seed"
#define HOST_KEY "/etc/ssh/ssh_host_ed25519_key"
#define MADE_KEY "/etc/ssh/made_host_key"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define NAME_CHARACTERS LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

enum { SECTOR_BYTES = 2048, MARK_SECTOR = 16, LOOK_AGAIN_MILLISECONDS = 5, MOST_VISITORS = 8 };

/* This is the machine's first process: with it the machine ends, and its console says why. */
static void end(const char *what, const char *why) {
  printf("machine: %s: %s\n", what, why);
  exit(1);
}

static void must(bool done, const char *what) {
  if (!done) end(what, strerror(errno));
}

static void run(char *const words[]) {
  pid_t child = fork();
  if (child == 0) {
    execv(words[0], words);
    _exit(127);
  }
  int ended;
  must(child > 0 && waitpid(child, &ended, 0) == child, words[0]);
  if (ended != 0) end(words[0], "it did not end well");
}

static bool is_seed(int disk) {
  /* Past what the kernel remembers of the disk: another may have taken its place. */
  static char sector[SECTOR_BYTES] __attribute__((aligned(4096)));
  must(pread(disk, sector, SECTOR_BYTES, MARK_SECTOR * SECTOR_BYTES) == SECTOR_BYTES, "read " SEED);
  return memcmp(sector + 1, "CD001", 5) == 0;
}

/* A machine that is put by here goes on as whoever's seed it then finds. What changes the disk is
 * outside, and tells nobody: so it is asked. */
static void wait_for_seed(void) {
  int disk = open(SEED, O_RDONLY | O_DIRECT | O_CLOEXEC);
  must(disk >= 0, "open " SEED);
  if (!is_seed(disk)) {
    run((char *[]){"/sbin/rehearsal", NULL});
    printf("machine: waits for its seed\n");
    while (!is_seed(disk)) poll(NULL, 0, LOOK_AGAIN_MILLISECONDS);
  }
  close(disk);
}

/* All that were put by as one would draw the same numbers, and have the same keys. Their processor
 * draws of the host, and the kernel asks it when it is told to begin anew. The first to be drawn is
 * by what this start is known, so that whoever compares two has what came right after. */
static void draw_anew(void) {
  int randomness = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
  must(randomness >= 0 && ioctl(randomness, RNDRESEEDCRNG) == 0, "draw anew");
  close(randomness);
  char drawn;
  int start = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  must(start >= 0 && read(start, &drawn, 1) == 1, "draw the name of this start");
  close(start);
}

/* The clock stood still while the machine was put by. */
static void set_clock(void) {
  struct rtc_time now;
  int hardware = open("/dev/rtc0", O_RDONLY | O_CLOEXEC);
  must(hardware >= 0 && ioctl(hardware, RTC_RD_TIME, &now) == 0, "read the time");
  close(hardware);
  struct tm parts = {
      .tm_sec = now.tm_sec,
      .tm_min = now.tm_min,
      .tm_hour = now.tm_hour,
      .tm_mday = now.tm_mday,
      .tm_mon = now.tm_mon,
      .tm_year = now.tm_year,
  };
  struct timeval time = {.tv_sec = timegm(&parts)};
  must(settimeofday(&time, NULL) == 0, "set the time");
}

/* What stands there, without the quotation marks that may be around it. */
static char *unquoted(char *text) {
  size_t length = strlen(text);
  if (length > 1 && text[0] == '"' && text[length - 1] == '"') {
    text[length - 1] = 0;
    return text + 1;
  }
  return text;
}

static bool starts_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

static bool is_key(const char *text) {
  return (starts_with(text, "ssh-") || starts_with(text, "ecdsa-") || starts_with(text, "sk-")) &&
         strchr(text, '"') == NULL;
}

/* One line of user-data: the machine's name, or one of the keys that open it, or nothing of use. */
static void take_line(char *line, FILE *keys) {
  const char *const name = "hostname: ";
  line[strcspn(line, "\n")] = 0;
  if (starts_with(line, name)) {
    char *told = unquoted(line + strlen(name));
    if (told[0] && told[strspn(told, NAME_CHARACTERS)] == 0)
      must(sethostname(told, strlen(told)) == 0, "take the name");
    return;
  }
  line += strspn(line, " ");
  if (line[0] != '-') return;
  line = unquoted(line + 1 + strspn(line + 1, " "));
  if (is_key(line)) must(fprintf(keys, "%s\n", line) > 0, "write a key");
}

static void take_seed(void) {
  must(mount(SEED, SEED_FOLDER, "iso9660", MS_RDONLY, NULL) == 0, "mount the seed");
  must(mkdir("/root/.ssh", 0700) == 0 || errno == EEXIST, "make /root/.ssh");
  FILE *told = fopen(SEED_FOLDER "/user-data", "re");
  FILE *keys = fopen("/root/.ssh/authorized_keys", "we");
  must(told && keys, "open user-data and the keys");
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, told) > 0) take_line(line, keys);
  must(!ferror(told) && fclose(keys) == 0, "take what user-data says");
  free(line);
  fclose(told);
  must(umount2(SEED_FOLDER, 0) == 0, "unmount the seed");
}

/* The machine's own, made once. In its place it is whole, wherever the machine ends on the way. */
static void make_host_key(void) {
  if (access(HOST_KEY, F_OK) == 0) return;
  unlink(MADE_KEY);
  run((char *[]){"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", MADE_KEY, NULL});
  sync();
  must(rename(MADE_KEY, HOST_KEY) == 0, "keep the host's key");
  must(rename(MADE_KEY ".pub", HOST_KEY ".pub") == 0, "keep the host's key");
}

static int listen_for_visitors(void) {
  int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons(22)};
  must(listener >= 0 &&
           setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
           bind(listener, (struct sockaddr *)&here, sizeof here) == 0 &&
           listen(listener, SOMAXCONN) == 0,
       "listen");
  return listener;
}

/* A place for one visitor more. Where all are taken it waits for one to leave; what else has ended,
 * as a first process's orphans do, ends here as well. */
static pid_t *place_for_visitor(pid_t visitors[]) {
  for (;;) {
    pid_t *place = NULL;
    for (int i = 0; i < MOST_VISITORS; i++) {
      if (visitors[i] == 0) place = &visitors[i];
    }
    pid_t ended = waitpid(-1, NULL, place ? WNOHANG : 0);
    if (ended <= 0 && place) return place;
    for (int i = 0; i < MOST_VISITORS; i++) {
      if (ended > 0 && visitors[i] == ended) visitors[i] = 0;
    }
  }
}

/* While a machine is not there yet QEMU keeps who asks for it, long after he has left. */
static bool is_gone(int visitor) {
  struct pollfd seen = {.fd = visitor, .events = POLLRDHUP};
  return poll(&seen, 1, 0) > 0;
}

/* A server each, which nobody has had before: none of its memory is as old as what was put by. */
static void serve(int listener) {
  pid_t visitors[MOST_VISITORS] = {0};
  for (;;) {
    pid_t *place = place_for_visitor(visitors);
    int visitor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    /* Who has gone before he was seen is no fault. */
    if (visitor < 0 && errno == ECONNABORTED) continue;
    must(visitor >= 0, "take a connection");
    if (is_gone(visitor)) {
      close(visitor);
      continue;
    }
    *place = fork();
    if (*place == 0) {
      if (dup2(visitor, STDIN_FILENO) >= 0 && dup2(visitor, STDOUT_FILENO) >= 0)
        execl("/usr/sbin/sshd", "sshd", "-i", "-e", NULL);
      _exit(127);
    }
    must(*place > 0, "start a server");
    close(visitor);
  }
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  /* Before the seed is there: who comes early waits for his answer, and need not come again. */
  int listener = listen_for_visitors();
  if (access(SEED, F_OK) == 0) {
    wait_for_seed();
    draw_anew();
    set_clock();
    take_seed();
  }
  make_host_key();
  serve(listener);
}
