/* Leaves things of the System V kind and a queue of messages behind (`leave`), or looks for them
 * (`find`). */
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "attempt.h"

enum { KEY = 0x0a77ac4 };

int main(int count, char **argument) {
  int make = count > 1 && strcmp(argument[1], "leave") == 0 ? IPC_CREAT | 0666 : 0;
  int of_all[3] = {shmget(KEY, 4096, make), semget(KEY, 1, make), msgget(KEY, make)};
  mqd_t queue = mq_open("/attack", make ? O_CREAT | O_RDWR : O_RDWR, 0666, NULL);
  if (make) return finished();
  static const char *const names[] = {"shared memory", "a semaphore", "a queue"};
  for (int i = 0; i < 3; i++) attempt(names[i], of_all[i]);
  attempt("a queue with a name", queue);
  shmctl(of_all[0], IPC_RMID, NULL);
  semctl(of_all[1], 0, IPC_RMID);
  msgctl(of_all[2], IPC_RMID, NULL);
  mq_unlink("/attack");
  return finished();
}
