/* The types that every part is written in. The whole program is built with _GNU_SOURCE. */
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
