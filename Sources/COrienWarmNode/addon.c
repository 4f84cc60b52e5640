/* What preload.cjs cannot do in its own language: take descriptors off a socket, and replace the
 * process. */
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "node_interface.h"
#include "orien_warm.h"

static struct warm_order asked;
/* The flags of the script's descriptors 0 to 2 as they came. */
static int flags_before[3];

/* A Node that ends leaves its standard descriptors as it found them: others read the same pipe.
 * It found them when it started, and these came later. */
static void put_flags_back(void) {
  for (int i = 0; i < 3; i++) {
    int flags = fcntl(i, F_GETFL);
    if (flags < 0 || flags_before[i] < 0 || !((flags ^ flags_before[i]) & O_NONBLOCK)) continue;
    fcntl(i, F_SETFL, (flags & ~O_NONBLOCK) | (flags_before[i] & O_NONBLOCK));
  }
}

/* What a Node that starts does to its process, by what it finds: no child of it inherits a
 * descriptor by mistake, and it may open as many as it is allowed to allow itself. */
static int start_again(void) {
  for (int i = 0; i < 3; i++) {
    flags_before[i] = fcntl(i, F_GETFL);
    if (fcntl(i, F_SETFD, FD_CLOEXEC) != 0) return -1;
  }
  if (atexit(put_flags_back) != 0) return -1;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit);
}

/* A start reads half of the program's constants, few of which are read again: the file has them. A
 * process lets go of each page that it has mapped when it ends, and somebody waits for that. Code
 * stays: to find again what runs takes longer than to let go of it. */
static int unmap_constants(struct dl_phdr_info *program, size_t size, void *error) {
  (void)size;
  const ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
  for (int i = 0; i < program->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &program->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || part->p_flags != PF_R) continue;
    ElfW(Addr) start = program->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
    start &= ~(page - 1);
    if (madvise((void *)start, end - start, MADV_DONTNEED) != 0) *(int *)error = 1;
  }
  // The first is the program itself, and libraries are small.
  return 1;
}

/* `node inspect` is no script. */
static int is_warm(void) {
  return warm_fits(&asked, "node") && strcmp(asked.argument[1], "inspect") != 0;
}

static napi_value strings(napi_env env) {
  napi_value list, text;
  if (napi_create_array_with_length(env, (size_t)asked.arguments, &list) != 0) return NULL;
  for (int i = 0; i < asked.arguments; i++) {
    const char *word = asked.argument[i];
    if (napi_create_string_utf8(env, word, strlen(word), &text) != 0) return NULL;
    if (napi_set_element(env, list, (uint32_t)i, text) != 0) return NULL;
  }
  return list;
}

/* wait(order, words): the command line that is to be run. */
static napi_value wait_for_script(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  size_t count = 2;
  int32_t order, words;
  if (napi_get_cb_info(env, info, &count, argument, NULL, NULL) != 0 || count != 2 ||
      napi_get_value_int32(env, argument[0], &order) != 0 ||
      napi_get_value_int32(env, argument[1], &words) != 0)
    _Exit(WARM_FAILED);
  int error = 0;
  dl_iterate_phdr(unmap_constants, &error);
  if (error) _Exit(WARM_FAILED);
  // Nothing of a script has run: there is nobody to tell that the process ends.
  if (!warm_wait(order, words, &asked)) _Exit(0);
  if (!is_warm()) warm_start_cold(&asked);
  napi_value list = start_again() == 0 ? strings(env) : NULL;
  if (!list) warm_fail();
  return list;
}

static napi_value start_cold(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  warm_start_cold(&asked);
}

static napi_value begin(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  warm_begin();
  return NULL;
}

static napi_value fail(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  warm_fail();
}

/* What Node calls first. */
__attribute__((visibility("default"))) int
__libc_start_main(warm_main *main, int count, char **argument, void (*at_start)(void),
                  void (*at_end)(void), void (*at_unload)(void), void *stack) {
  return warm_start(main, count, argument, at_start, at_end, at_unload, stack);
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  warm_forget("NODE_OPTIONS");
  warm_forget("LD_PRELOAD");
  static const struct {
    const char *name;
    napi_callback callback;
  } functions[] = {
      {"wait", wait_for_script}, {"startCold", start_cold}, {"begin", begin}, {"fail", fail}};
  for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++) {
    const char *name = functions[i].name;
    napi_callback callback = functions[i].callback;
    napi_value function;
    if (napi_create_function(env, name, strlen(name), callback, NULL, &function) != 0 ||
        napi_set_named_property(env, exports, name, function) != 0)
      _Exit(WARM_FAILED);
  }
  return exports;
}
