/* Shared libraries that are looked up when they are first wanted: a node that never wants one
 * starts sooner, and in less memory, without it. */
#pragma once

struct clatelibrary_function {
  const char *name;
  void **place;
};

/* Loads a library for as long as the process lasts and puts its functions into their places. NULL,
 * or why it is not to be used: `absent` where there is no such file, `unlike` where it lacks a
 * function. Who calls takes care that it happens once. */
const char *clatelibrary_load(
    const char *file, const struct clatelibrary_function *functions, unsigned count,
    const char *absent, const char *unlike);

/* The same, with what people are told, who get the library from a package; of an array. */
#define CLATELIBRARY_LOAD(file, package, functions)                     \
  clatelibrary_load(                                                    \
      file, functions, sizeof(functions) / sizeof *(functions),         \
      "there is no " file ": install " package,                         \
      file " lacks a function that every version has")
