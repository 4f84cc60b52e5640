/* What the node and orien-jail say to each other: fixed little structures in frames over stream
 * sockets of one machine, descriptors beside them by SCM_RIGHTS.
 *
 * Both ends are built from this one file and come in one package, so there is no version in it.
 * Each still checks every frame as if the other had gone mad. */
#pragma once
#include <stdint.h>

/* Where the keeper finds what it is started with; it closes everything else above 2. */
enum {
  /* The write end of a pipe of its own, for lines of text that the node logs. */
  ORIEN_JAIL_COMPLAINTS = 2,
  /* A stream socket to the node. */
  ORIEN_JAIL_CONTROL = 3,
  /* The read end of a pipe whose write end only the node has: it hangs up when the node is gone. */
  ORIEN_JAIL_LIFELINE = 4,
  /* Holds a shared flock for as long as any part of the jail lives. */
  ORIEN_JAIL_LOCK = 5,
  /* Where the node has been given them: the mounts of an earlier keeper, and the root there. */
  ORIEN_JAIL_MOUNTS = 6,
  ORIEN_JAIL_MOUNTS_ROOT = 7,
  /* Where a warden has started it: a stream socket to that, which holds the mounts in place of a
   * node that has no right to them. */
  ORIEN_JAIL_KEEPSAKES = 8,
};

enum {
  /* The longest body of a frame, and so all strings of a request together. */
  ORIEN_JAIL_BODY_BYTES = 256 << 10,
  ORIEN_JAIL_STRINGS = 1024,
  /* What Linux takes as one string of execve, its end included. */
  ORIEN_JAIL_STRING_BYTES = 128 << 10,
};

enum orien_jail_frame {
  /* Keeper to node. First, and once, with 0 as id: nothing of an earlier keeper is left in our
   * groups. Then with the pid of a launcher that has ended, when nothing is left of what it and
   * those before it had started; the node does not tell of their loss before. */
  ORIEN_JAIL_CLEARED = 1,
  /* Keeper to node: a launcher is up. id: its pid; body: capabilities; descriptor: its socket. */
  ORIEN_JAIL_LAUNCHER,
  /* Node to keeper: the launcher with pid `id` does not answer; kill it and start another. */
  ORIEN_JAIL_REPLACE,

  /* Node to launcher: run a program. body: start and its strings; descriptors: standard input,
   * output and error, the working folder, and what is shown. The id is new, and its name. */
  ORIEN_JAIL_START,
  /* Node to launcher: kill the whole tree of process `id`; nothing happens where it has ended. */
  ORIEN_JAIL_KILL,
  /* Node to launcher, and the answer. */
  ORIEN_JAIL_PING,
  ORIEN_JAIL_PONG,
  /* Launcher to node, at most once a process; with its door beside it where it has one. */
  ORIEN_JAIL_STARTED,
  /* Launcher to node, once a process and last. Nothing of its tree runs any more. body: end. */
  ORIEN_JAIL_ENDED,

  /* Keeper to node or warden, who holds them for the next keeper: the namespace in which images
   * are mounted, and after it what is the root there, which need not be the host's. What is
   * mounted there is so until neither has them any more. */
  ORIEN_JAIL_MOUNTED,
  ORIEN_JAIL_MOUNTED_ROOT,
  /* Keeper to node: a steward is up. id: its pid; descriptor: its socket. */
  ORIEN_JAIL_STEWARD,
  /* Steward to node, first and once, or the keeper where there is none: body: images. */
  ORIEN_JAIL_IMAGES,
  /* Node to steward: body: image. The id is new, and names the answer. */
  ORIEN_JAIL_IMAGE,
  /* Steward to node, once for each of them: body: answer; for one that is open, its root. */
  ORIEN_JAIL_IMAGE_DONE,

  /* To whoever has asked about a program that lasts; body: lasting. */
  ORIEN_JAIL_LASTING,

  /* Node to warden: orien_jail_warden.h. */
  ORIEN_JAIL_WARD_KEEPER,
  ORIEN_JAIL_WARD_LASTING,
  /* Warden to node, by what came with the request: it was started, id: its pid; and has ended, id:
   * its status as waitpid has it. */
  ORIEN_JAIL_WARD_BEGAN,
  ORIEN_JAIL_WARD_ENDED,
};

struct orien_jail_header {
  /* Of the body that follows. */
  uint32_t size;
  /* enum orien_jail_frame */
  uint32_t kind;
  uint64_t id;
};

/* 0 is no limit. */
struct orien_jail_limits {
  uint64_t memory_bytes;
  /* 100 is one core. */
  uint64_t cpu_percent;
  uint64_t cpu_milliseconds;
  uint64_t processes;
  uint64_t file_bytes;
  uint64_t open_files;
  /* From the disk that workspaces are on, and as much to it. */
  uint64_t io_bytes_per_second;
};

/* What a program has to be held by, as bits. */
enum orien_jail_profile {
  /* Whatever there is, be it nothing. */
  ORIEN_JAIL_OPEN = 0,
  /* Walls: without them it is not run. */
  ORIEN_JAIL_WALLED = 1,
  /* A workspace that it cannot write to; without walls there is none, and it is not run. */
  ORIEN_JAIL_READS_ONLY = 2,
  ORIEN_JAIL_PROFILES = ORIEN_JAIL_WALLED | ORIEN_JAIL_READS_ONLY,
};

/* What a program that is walled in reaches by network. */
enum orien_jail_network {
  ORIEN_JAIL_OFFLINE = 0,
  /* Itself, by 127.0.0.1 and ::1. */
  ORIEN_JAIL_LOOPBACK,
  /* Itself, and by its door: a socket that listens on 127.0.0.1 where the program is, and that the
   * node has. What leaves by it is for the node to say. */
  ORIEN_JAIL_DOOR,
  /* Of one that lasts, and that nothing walls in: public addresses, and name servers at their
   * port. */
  ORIEN_JAIL_PUBLIC,
};

enum {
  ORIEN_JAIL_DOOR_PORT = 3128,
  /* That a keeper is told of, so that a request names them by bits. */
  ORIEN_JAIL_DEVICES = 32,
  ORIEN_JAIL_SHARED = 32,
  /* Of one program: what of the machine's it is shown at places of its own. */
  ORIEN_JAIL_PLACES = 16,
  /* Name servers that one asks. */
  ORIEN_JAIL_RESOLVERS = 3,
};

/* How it is shown: the first character of a place, before its absolute path. */
enum orien_jail_place {
  ORIEN_JAIL_PLACE_READ = 'r',
  ORIEN_JAIL_PLACE_WRITE = 'w',
  /* A socket, and not what is around it. */
  ORIEN_JAIL_PLACE_SOCKET = 's',
};

enum {
  /* Programs at once, of all tenants together; of a node of root's each has a user of its own. */
  ORIEN_JAIL_USERS = 1024,
  /* Where these begin that nobody has chosen: of the numbers that nobody gives out, neither a
   * distribution, nor systemd, nor a container. */
  ORIEN_JAIL_FIRST_USER = 1900000000,
};

/* Followed by the arguments, the variables, `NAME=value`, the places and the addresses of name
 * servers, each with its NUL. */
struct orien_jail_start {
  struct orien_jail_limits limits;
  /* Bits of enum orien_jail_profile. */
  uint32_t profile;
  /* enum orien_jail_network */
  uint32_t network;
  /* Bit i is the keeper's i-th device. */
  uint32_t devices;
  uint32_t arguments;
  uint32_t variables;
  /* For each of them one descriptor follows the four: the folder, or the socket. */
  uint32_t places;
  /* Of a program of ORIEN_JAIL_PUBLIC. */
  uint32_t resolvers;
  uint32_t string_bytes;
};

/* Why a program did not run, or was not seen to end. */
enum orien_jail_fault {
  ORIEN_JAIL_RAN = 0,
  /* No such program on the PATH, or at the path. */
  ORIEN_JAIL_NOT_FOUND,
  /* The program is there, the interpreter or loader that it names is not. */
  ORIEN_JAIL_NO_INTERPRETER,
  /* It may not be executed. */
  ORIEN_JAIL_DENIED,
  /* It is nothing that the kernel can execute. */
  ORIEN_JAIL_FORMAT,
  /* Arguments and environment are more than the kernel takes. */
  ORIEN_JAIL_TOO_BIG,
  /* The host could not: no memory, no process, no group; `error` says what. */
  ORIEN_JAIL_HOST,
  /* The request breaks a bound of this file. */
  ORIEN_JAIL_REFUSED,
  /* It was killed before it was the program. */
  ORIEN_JAIL_NEVER_BEGAN,
  /* The stub was killed while the program ran, and its tree then was, too. */
  ORIEN_JAIL_STUB_LOST,
  /* It was to be walled in, and there are no walls. */
  ORIEN_JAIL_NO_WALLS,
};

/* Limits that a tree ran into, as bits. */
enum orien_jail_hit {
  ORIEN_JAIL_HIT_MEMORY = 1,
  ORIEN_JAIL_HIT_PROCESSES = 2,
  ORIEN_JAIL_HIT_CPU = 4,
};

enum orien_jail_meter {
  ORIEN_JAIL_METER_NONE = 0,
  ORIEN_JAIL_METER_RUSAGE,
  ORIEN_JAIL_METER_CGROUP,
};

struct orien_jail_end {
  /* enum orien_jail_fault; with another than ORIEN_JAIL_RAN, `code` and `signal` mean nothing. */
  uint32_t fault;
  /* The errno of the fault where there is one. */
  int32_t error;
  int32_t code;
  /* 0: it exited by itself, with `code`. */
  int32_t signal;
  uint32_t hits;
  /* enum orien_jail_meter: who counted processor time and memory. */
  uint32_t metered_by;
  uint64_t wall_microseconds;
  uint64_t cpu_user_microseconds;
  uint64_t cpu_system_microseconds;
  uint64_t memory_peak_bytes;
  uint64_t read_bytes;
  uint64_t written_bytes;
  /* How much memory it has held for how long: at most the peak for all of the time. */
  uint64_t memory_byte_seconds;
};

enum orien_jail_enforcement {
  ORIEN_JAIL_BY_NOTHING = 0,
  /* Of each process, not of the tree. */
  ORIEN_JAIL_BY_RLIMIT,
  ORIEN_JAIL_BY_CGROUP1,
  ORIEN_JAIL_BY_CGROUP2,
};

/* What stands between a program and the machine, beside its limits. */
enum orien_jail_walls {
  /* Nothing: it is a process of the node's user like any other. */
  ORIEN_JAIL_WALLS_NONE = 0,
  /* Namespaces, made in a user namespace: it is the node's user, who can do nothing there. */
  ORIEN_JAIL_WALLS_USER,
  /* Namespaces, and a user that is nobody else's while it runs. */
  ORIEN_JAIL_WALLS_ROOT,
};

enum {
  /* Of a text that says why walls are no better, its NUL included. */
  ORIEN_JAIL_WHY_BYTES = 200,
};

/* By what each limit holds, enum orien_jail_enforcement, as tried when the keeper started. */
struct orien_jail_capabilities {
  uint32_t memory;
  uint32_t cpu_percent;
  uint32_t cpu_milliseconds;
  uint32_t processes;
  uint32_t file_bytes;
  uint32_t open_files;
  uint32_t io_bytes_per_second;
  /* A tree is killed, and its processor time counted, by its control group; 0 or 1. */
  uint32_t kills_by_group;
  uint32_t meters_by_group;
  /* A program can signal nobody but what it has started itself; 0 or 1. */
  uint32_t confines_signals;
  /* enum orien_jail_walls, and why they are not the strongest; empty where they are. */
  uint32_t walls;
  char why[ORIEN_JAIL_WHY_BYTES];
};

#include "orien_jail_addresses.h"
#include "orien_jail_images.h"
#include "orien_jail_lasting.h"
#include "orien_jail_warden.h"
