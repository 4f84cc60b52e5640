/* Whether a program that lasts runs, by its control group, and its end. */
#pragma once
#include "record.h"

/* Something is in its group. */
bool life_is_there(const struct record *record);

/* How many processes are in it, but the one that holds the program. */
uint32_t life_count(const struct record *record);

/* SIGTERM to its first process, where that is proven to be it. */
void life_ask_to_end(const struct record *record);

/* Kills what is in its group, and nothing that is not proven to be: a number may be another's by
 * the time it is used. */
void life_kill(const struct record *record);

/* Keeps what an empty group has used, and removes it. */
void life_settle(const struct record *record);
