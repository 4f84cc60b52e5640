/* Code that runs while the library is loaded or listed, and does what -DDEED=name says. */
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orien_plugin.h"

enum deed {
  nothing, aborts, exits, exits_5, loops, waits, segfaults, chdirs, sets_umask, sets_variable,
  handles_signal, ignores_pipe, sets_locale, closes_standard, closes_all, forks, daemonises,
  speaks, starts_thread, exits_in_entry, loops_in_entry, floods
};

static void *idle(void *argument) {
  for (;;) pause();
  return argument;
}

/* ThreadSanitizer looks away while a library is loaded, on two accounts, and complains of who ends
 * meanwhile. */
__attribute__((weak)) void __tsan_ignore_thread_end(void);
static void look_again(void) {
  for (int i = 0; i < 2 && __tsan_ignore_thread_end; i++) __tsan_ignore_thread_end();
}

static void deed(enum deed deed) {
  pthread_t thread;
  switch (deed) {
  case nothing: break;
  case aborts: abort();
  case exits: look_again(); exit(0);
  case exits_5: look_again(); _exit(5);
  case loops: for (volatile int i = 0;; i++) {}
  case waits: for (;;) pause();
  case segfaults: *(volatile int *)8 = 1; break;
  case chdirs: if (chdir("/")) {} break;
  case sets_umask: umask(0); break;
  case sets_variable: setenv("ORIEN_TEST", "1", 1); break;
  case handles_signal: signal(SIGTERM, SIG_IGN); break;
  case ignores_pipe: signal(SIGPIPE, SIG_IGN); break;
  case sets_locale: setlocale(LC_ALL, "C.UTF-8"); break;
  case closes_standard: close(2); break;
  case closes_all: for (int i = 0; i < 1024; i++) close(i); break;
  case forks: if (fork() != -1) abort(); break;
  case daemonises: if (daemon(0, 0) == 0) abort(); break;
  case speaks: puts("{\"listed\":{}}"); fflush(stdout); break;
  case starts_thread: pthread_create(&thread, NULL, idle, NULL); break;
  case exits_in_entry: case loops_in_entry: break;
  case floods: for (;;) if (write(1, "noise\n", 6) < 0) break;
  }
}

__attribute__((constructor)) static void load(void) { deed(DEED); }

static orien_status run(void *self, orien_call *call) {
  (void)self, (void)call;
  return ORIEN_OK;
}
static const orien_handler handler = {.size = sizeof handler, .name = "crash",
    .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.crasher",
    .version = "1.0.0", .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) {
  if (DEED == exits_in_entry) exit(0);
  if (DEED == loops_in_entry) deed(loops);
  return &plugin;
}
