/* dl_iterate_phdr is a GNU extension, and its callback is easier here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "clinux.h"

/* The loader has written where an object's code is to be fitted to its place. */
static bool is_as_in_file(const struct dl_phdr_info *object) {
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[index];
    if (part->p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + part->p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == DT_TEXTREL) return false;
      if (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL) return false;
    }
  }
  return true;
}

/* The program and its libraries stand first, in the order in which they were loaded. */
static int own;

static int count(struct dl_phdr_info *object, size_t size, void *counted) {
  (void)object, (void)size;
  ++*(int *)counted;
  return 0;
}

static int give_back(struct dl_phdr_info *object, size_t size, void *rest) {
  (void)size;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  if (--*(int *)rest < 0) return 1;
  if (!is_as_in_file(object)) return 0;
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[index];
    if (part->p_type != PT_LOAD || part->p_flags & PF_W) continue;
    uintptr_t start = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
    uintptr_t end = object->dlpi_addr + part->p_vaddr + part->p_filesz;
    /* What cannot be given back stays. */
    (void)madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void linux_note_libraries(void) {
  own = 0;
  dl_iterate_phdr(count, &own);
}

void linux_give_back_pages(void) {
  int rest = own;
  dl_iterate_phdr(give_back, &rest);
  malloc_trim(0);
}

struct holder {
  uintptr_t address;
  const char *name;
};

static int find_holder(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  struct holder *holder = context;
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[index];
    if (part->p_type != PT_LOAD) continue;
    if (holder->address - (object->dlpi_addr + part->p_vaddr) >= part->p_memsz) continue;
    // The program itself has no name here.
    if (object->dlpi_name[0]) holder->name = object->dlpi_name;
    return 1;
  }
  return 0;
}

/* dladdr also looks for the nearest symbol, through all that the library has. */
const char *linux_library_of(const char *symbol) {
  struct holder holder = {.address = (uintptr_t)dlsym(RTLD_DEFAULT, symbol)};
  if (holder.address) dl_iterate_phdr(find_holder, &holder);
  return holder.name;
}
