#include "tasks.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/frame.h"
#include "../images/lent.h"
#include "../plain/process.h"
#include "../spaces/namespace.h"
#include "stock.h"
#include "tool.h"

enum {
  TASKS = 512,
  CHILDREN = 4,
  /* How long what was let go of may take to be gone, and the repair of one image. */
  BUSY_SECONDS = 10,
  REPAIR_SECONDS = 60,
  /* After so long somebody is looked for again that had an image open. */
  LOOK_MILLISECONDS = 10,
  LINGER_MILLISECONDS = 500,
  GENTLE_TRIES = 20,
};

static struct task {
  uint64_t id;
  uint32_t order;
  char name[ORIEN_JAIL_IMAGE_NAME + 1];
  /* Of what is lent. */
  uint32_t user, how;
  char lent[ORIEN_JAIL_LENT_BYTES];
  /* Who works for it; 0: nobody. */
  pid_t child;
  /* What the last one ended with; -1: none has, or it was killed. */
  int code;
  bool was_repaired, was_given;
  /* When it is given up, and before when it is not looked at. */
  uint64_t late_at, look_at;
} task[TASKS];
static unsigned count, children;
static int node;
static const struct owner *owner;

void tasks_begin(const struct owner *of_files) { owner = of_files; }

enum outcome { WAITS, DONE, GONE };

static uint64_t after_milliseconds(uint64_t span) { return now_nanoseconds() + span * 1000000; }

static enum outcome answer(struct task *task, uint32_t fault, int error, int root) {
  struct orien_jail_image_answer said = {.fault = fault, .error = error};
  bool sent = frame_send(node, ORIEN_JAIL_IMAGE_DONE, task->id, &said, sizeof said, root);
  if (root >= 0) close(root);
  return sent ? DONE : GONE;
}

static enum outcome fail(struct task *task, int error) {
  return answer(task, ORIEN_JAIL_IMAGE_HOST, error, -1);
}

/* Looks again later. */
static enum outcome put_off(struct task *task, uint64_t milliseconds) {
  task->look_at = after_milliseconds(milliseconds);
  return WAITS;
}

static enum outcome employ(struct task *task, pid_t child) {
  if (child < 0) return fail(task, errno);
  task->child = child;
  task->code = -1;
  children++;
  return WAITS;
}

/* e2fsck answers with 0 or 1 where it has left nothing undone. */
static enum outcome repair(struct task *task) {
  if (task->was_repaired) return answer(task, ORIEN_JAIL_IMAGE_BROKEN, 0, -1);
  char file[IMAGE_PATH_BYTES];
  image_file(task->name, file);
  char *const argument[] = {"e2fsck", "-p", "-f", file, NULL};
  task->was_repaired = true;
  task->late_at = after_milliseconds(REPAIR_SECONDS * 1000ULL);
  complain("%s was not left in order: it is repaired", file + 3);
  return employ(task, tool_start(argument));
}

/* One that was made while the node ran as somebody else becomes its own before it is shown. */
static enum outcome show(struct task *task, int root) {
  if (root < 0) return fail(task, errno);
  if (image_is_of(root, owner)) return answer(task, ORIEN_JAIL_IMAGE_FINE, 0, root);
  pid_t child = task->was_given ? -1 : fork();
  if (child == 0) _exit(image_give(root, owner));
  int error = task->was_given ? (task->code > 0 ? task->code : EIO) : errno;
  close(root);
  errno = error;
  task->was_given = true;
  return employ(task, child);
}

static enum outcome mount_file(struct task *task, int file) {
  if (!image_is_clean(file)) {
    close(file);
    return repair(task);
  }
  int error = image_mount(file, task->name);
  close(file);
  if (!error) return show(task, image_root(task->name));
  bool is_broken = error == EUCLEAN || error == EINVAL || error == EBADMSG;
  return is_broken ? answer(task, ORIEN_JAIL_IMAGE_BROKEN, error, -1) : fail(task, error);
}

static enum outcome open_one(struct task *task) {
  int root = image_root(task->name);
  if (root >= 0) return show(task, root);
  char path[IMAGE_PATH_BYTES];
  image_file(task->name, path);
  int file = image_lock(path);
  if (file >= 0) return mount_file(task, file);
  if (errno == EWOULDBLOCK)
    return now_nanoseconds() < task->late_at
               ? put_off(task, LOOK_MILLISECONDS)
               : answer(task, ORIEN_JAIL_IMAGE_BUSY, 0, -1);
  if (errno != ENOENT) return fail(task, errno);
  if (task->order == ORIEN_JAIL_IMAGE_OPEN)
    return answer(task, ORIEN_JAIL_IMAGE_MISSING, ENOENT, -1);
  int error = stock_give(task->name);
  return error ? fail(task, error)
               : show(task, image_root(task->name));
}

/* The user namespace in which the node's user is `user`; the last one is kept, for most calls want
 * the same. -1 with errno. */
static int owner_of(uint32_t user) {
  static int kept = -1;
  static uint32_t kept_user;
  if (kept >= 0 && kept_user == user) return kept;
  if (kept >= 0) close(kept);
  kept_user = user;
  return kept = namespace_of_owner(owner->user, owner->group, user);
}

/* What may wait for the disk. The exit status is an errno. */
static _Noreturn void work(const struct task *task, int root, int owner) {
  if (task->order == ORIEN_JAIL_IMAGE_LEND) _exit(lent_attach(root, owner, task->lent, task->how));
  if (task->order == ORIEN_JAIL_IMAGE_PLACE) _exit(lent_place(task->lent));
  if (task->order == ORIEN_JAIL_IMAGE_TAKE_BACK) _exit(lent_detach(task->lent));
  struct fstrim_range all = {.len = UINT64_MAX};
  if (task->order == ORIEN_JAIL_IMAGE_TRIM) _exit(ioctl(root, FITRIM, &all) == 0 ? 0 : errno);
  if (root >= 0) close(root);
  int error = image_unmount(task->name, 0);
  if (task->order == ORIEN_JAIL_IMAGE_CLOSE) _exit(error);
  // Who lets go of it last unmounts it, and waits for that: let it be us, and not the node.
  for (unsigned i = 0; error == EBUSY && i < GENTLE_TRIES; i++) {
    poll(NULL, 0, LOOK_MILLISECONDS);
    error = image_unmount(task->name, 0);
  }
  _exit(error == EBUSY ? image_unmount(task->name, MNT_DETACH) : error);
}

static enum outcome start_work(struct task *task) {
  char file[IMAGE_PATH_BYTES];
  image_file(task->name, file);
  // Before it is unmounted: what is gone has nothing to be written.
  if (task->order == ORIEN_JAIL_IMAGE_REMOVE && unlink(file) != 0 && errno != ENOENT)
    return fail(task, errno);
  bool lends = task->order == ORIEN_JAIL_IMAGE_LEND;
  int owner = lends ? owner_of(task->user) : -1;
  if (lends && owner < 0) return fail(task, errno);
  int root = image_root(task->name);
  if (root < 0 && lends) return fail(task, ENOENT);
  if (root < 0 && task->order < ORIEN_JAIL_IMAGE_TAKE_BACK)
    return answer(task, ORIEN_JAIL_IMAGE_FINE, 0, -1);
  pid_t child = fork();
  if (child == 0) work(task, root, owner);
  int error = errno;
  if (root >= 0) close(root);
  errno = error;
  return employ(task, child);
}

static enum outcome end_work(struct task *task) {
  char place[IMAGE_PATH_BYTES];
  image_place(task->name, place);
  if (task->order == ORIEN_JAIL_IMAGE_TRIM) return answer(task, ORIEN_JAIL_IMAGE_FINE, 0, -1);
  bool is_lent = task->order >= ORIEN_JAIL_IMAGE_LEND;
  if (is_lent && task->code == 0) return answer(task, ORIEN_JAIL_IMAGE_FINE, 0, -1);
  if (task->code == 0) {
    rmdir(place);
    return answer(task, ORIEN_JAIL_IMAGE_FINE, 0, -1);
  }
  bool lingers = task->order == ORIEN_JAIL_IMAGE_CLOSE && task->code == EBUSY;
  if (!lingers || count > TASKS / 2) return fail(task, task->code);
  return put_off(task, LINGER_MILLISECONDS);
}

static enum outcome go_on(struct task *task) {
  bool opens = task->order == ORIEN_JAIL_IMAGE_OPEN || task->order == ORIEN_JAIL_IMAGE_MAKE;
  if (opens) return open_one(task);
  int code = task->code;
  if (code < 0 || task->look_at) {
    task->look_at = 0;
    return start_work(task);
  }
  return end_work(task);
}

static bool is_first_of_name(unsigned number) {
  for (unsigned i = 0; i < number; i++)
    if (strcmp(task[i].name, task[number].name) == 0) return false;
  return true;
}

static void drop(unsigned number) {
  memmove(&task[number], &task[number + 1], (--count - number) * sizeof *task);
}

bool tasks_turn(void) {
  uint64_t now = now_nanoseconds();
  for (unsigned i = 0; i < count;) {
    struct task *one = &task[i];
    if (one->child && one->was_repaired && now >= one->late_at) kill(one->child, SIGKILL);
    bool can = !one->child && children < CHILDREN && one->look_at <= now && is_first_of_name(i);
    enum outcome outcome = can ? go_on(one) : WAITS;
    if (outcome == GONE) return false;
    if (outcome == DONE)
      drop(i);
    else
      i++;
  }
  return true;
}

int tasks_patience(void) {
  uint64_t now = now_nanoseconds(), first = 0;
  for (unsigned i = 0; i < count; i++) {
    uint64_t due = task[i].child ? (task[i].was_repaired ? task[i].late_at : 0) : task[i].look_at;
    if (due && (!first || due < first)) first = due;
  }
  return !first ? -1 : first <= now ? 0 : (int)((first - now) / 1000000 + 1);
}

void tasks_reap(pid_t child, int status) {
  for (unsigned i = 0; i < count; i++) {
    if (task[i].child != child) continue;
    task[i].child = 0;
    task[i].code = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
    children--;
  }
}

/* Who wants it open does not wait until it can be closed. */
static void forget_closing(const char *name) {
  for (unsigned i = 0; i < count; i++) {
    bool waits = task[i].order == ORIEN_JAIL_IMAGE_CLOSE && task[i].look_at && !task[i].child;
    if (!waits || strcmp(task[i].name, name) != 0) continue;
    answer(&task[i], ORIEN_JAIL_IMAGE_BUSY, 0, -1);
    drop(i);
    return;
  }
}

bool tasks_are_full(void) { return count == TASKS; }

/* The name is a name in a folder of the node's, and root is nobody to lend to. */
static bool can_be_lent(const struct task *task) {
  size_t length = strnlen(task->lent, sizeof task->lent);
  return length > 0 && length < sizeof task->lent && task->lent[0] != '-' &&
         strspn(task->lent, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
         (task->order != ORIEN_JAIL_IMAGE_LEND || task->user > 0);
}

bool tasks_add(int socket, uint64_t id, const void *body, uint32_t size) {
  struct orien_jail_image asked;
  if (size != sizeof asked) return false;
  memcpy(&asked, body, sizeof asked);
  node = socket;
  struct task one = {.id = id, .order = asked.order, .code = -1,
                     .user = asked.user,
                     .how = asked.how,
                     .late_at = after_milliseconds(BUSY_SECONDS * 1000ULL)};
  memcpy(one.name, asked.name, ORIEN_JAIL_IMAGE_NAME);
  memcpy(one.lent, asked.lent, sizeof one.lent);
  if (strspn(one.name, "0123456789abcdef") != ORIEN_JAIL_IMAGE_NAME) return false;
  if (asked.order < ORIEN_JAIL_IMAGE_OPEN || asked.order > ORIEN_JAIL_IMAGE_PLACE) return false;
  if (one.order >= ORIEN_JAIL_IMAGE_LEND && !can_be_lent(&one)) return false;
  forget_closing(one.name);
  task[count++] = one;
  return true;
}
