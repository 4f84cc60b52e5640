/* A file belongs to one target, and this one to the jail: here it is compiled once more, so that
 * both ends read frames in one way. */
#include "../orien-jail/plain/frame.c"
