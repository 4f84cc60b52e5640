/* As frame.c: the jail's own reader of requests. */
#include "../orien-jail/launcher/request.c"
