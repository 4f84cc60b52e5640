/* What the node has asked of images and is not done yet. What takes long a child does, so that
 * nobody waits for what another asked. */
#pragma once
#include "../images/image.h"

/* Whose the files in images are; once, before all else. */
void tasks_begin(const struct owner *of_files);

/* Reads an order; what it came by answers are sent to. False: nobody of ours sends that. */
bool tasks_add(int node, uint64_t id, const void *body, uint32_t size);

bool tasks_are_full(void);

/* Milliseconds until something is to be looked at again; -1: nothing is. */
int tasks_patience(void);

/* Goes on with all that can be gone on with; false: the node is gone. */
bool tasks_turn(void);

/* A child has ended. */
void tasks_reap(pid_t child, int status);
