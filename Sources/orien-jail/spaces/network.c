#include "network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../COrienJail/include/orien_jail.h"
#include "namespace.h"

/* Of connections that nobody has taken yet. */
enum { WAITING_AT_MOST = 128 };

static int raise_loopback(void) {
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) return errno;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  int error = ioctl(any, SIOCSIFFLAGS, &request) == 0 ? 0 : errno;
  close(any);
  return error;
}

static int listen_there(int *door) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(ORIEN_JAIL_DOOR_PORT),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  *door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (*door < 0) return errno;
  return bind(*door, (struct sockaddr *)&address, sizeof address) == 0 &&
                 listen(*door, WAITING_AT_MOST) == 0
             ? 0
             : errno;
}

static int furnish(const char **what, int *beside) {
  (void)beside;
  *what = "loopback";
  return raise_loopback();
}

static int furnish_with_door(const char **what, int *beside) {
  int error = furnish(what, beside);
  *what = "a door";
  return error ? error : listen_there(beside);
}

int network_make(int *door) {
  const char *what;
  return namespace_make(CLONE_NEWNET, "net", door ? furnish_with_door : furnish, &what, door);
}
