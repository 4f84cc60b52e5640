/* What ThreadSanitizer cannot know of Swift's Mutex: who waits for one gets it in a library that is
 * not instrumented. Linked into each program, and so found ahead of that library, these stand in
 * for the three ways through it, tell the sanitizer, and go on to the real ones. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define IN_SWIFT __attribute__((swiftcall))
#define SELF void *self __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"

__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

IN_SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
IN_SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
IN_SWIFT bool try_slow(SELF) __asm__(TRY);

static IN_SWIFT void (*real_lock)(uint32_t thread, SELF);
static IN_SWIFT void (*real_unlock)(SELF);
static IN_SWIFT bool (*real_try)(SELF);

__attribute__((constructor)) static void find(void) {
  *(void **)&real_lock = dlsym(RTLD_NEXT, LOCK);
  *(void **)&real_unlock = dlsym(RTLD_NEXT, UNLOCK);
  *(void **)&real_try = dlsym(RTLD_NEXT, TRY);
}

IN_SWIFT void lock_slow(uint32_t thread, SELF) {
  real_lock(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

IN_SWIFT void unlock_slow(SELF) {
  if (__tsan_release) __tsan_release(self);
  real_unlock(self);
}

IN_SWIFT bool try_slow(SELF) {
  bool has = real_try(self);
  if (has && __tsan_acquire) __tsan_acquire(self);
  return has;
}
