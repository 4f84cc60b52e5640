/* Removes used groups and makes new ones ahead. Without groups there is no janitor. */
#pragma once
#include "parts.h"

/* The janitor's process: runs until the node or the keeper is gone. */
_Noreturn void janitor_run(const struct parts *parts);
