/* The one interpreter of this process: brought up before its script is known. */
#pragma once
#include <stdbool.h>

#include "orien_warm.h"

enum { INTERPRETER_FOLDER_BYTES = 4096 };

/* What a starting interpreter would look for in the workspace. */
struct interpreter {
  /* The user's own packages, "" where they are not asked for. */
  char packages[INTERPRETER_FOLDER_BYTES];
};

/* Brings up what `python3 <script>` brings up before it opens its script; false, having said why
 * on standard error, where it cannot. */
bool interpreter_start(struct interpreter *interpreter);

/* Whether the workspace holds nothing that would have been read at the start, and the descriptors
 * are such as an interpreter starts with. */
bool interpreter_is_current(const struct interpreter *interpreter);

/* Makes the waiting interpreter the one that was started for this script; false where it cannot. */
bool interpreter_rename(const struct warm_order *asked);
