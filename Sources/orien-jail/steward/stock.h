/* Images that are made and mounted before anybody asks for one. */
#pragma once
#include "../images/image.h"

/* Begins with none, and with nothing left of an earlier steward's; 0 or an errno. */
int stock_begin(const char *template);

/* Whether there could be more. */
bool stock_wants(void);

/* Not before when that one is to be made, by now_nanoseconds(). */
uint64_t stock_due(void);

/* Makes one more; 0 or an errno. */
int stock_add(void);

/* Makes one of them the session's `name`, or a new one where there is none; 0 or an errno. */
int stock_give(const char *name);
