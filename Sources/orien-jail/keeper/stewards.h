/* The steward as the keeper has it: started, and started again, where there can be images. */
#pragma once
#include "parts.h"

/* Finds the mounts that an earlier keeper has left, before anything else is opened. */
void stewards_prepare(void);

/* Once there are walls, which are no user's namespace then: moves to where images are mounted, or
 * tells the node why there is no such place. */
void stewards_begin(struct parts *parts, const struct images_options *options);

/* Whether another is to be started: when; 0: none is. */
uint64_t stewards_due(void);

/* Starts it where that is due. */
void stewards_tend(const struct parts *parts);

/* A child has ended. */
void stewards_ended(pid_t child, int status);

/* The node is gone, and with it everything that could be lent to. */
void stewards_end(void);

/* 0: there is none. */
pid_t stewards_pid(void);
