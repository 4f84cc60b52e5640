"""What a program in a container tries, and what comes of it: nothing."""

import json
import os
import pathlib

from docker_case import DockerCase

TRYING = r"""
import ctypes, errno, json, os, socket, subprocess
libc = ctypes.CDLL(None, use_errno=True)
told = {}

def call(name, function, *arguments):
    ctypes.set_errno(0)
    result = function(*arguments)
    told[name] = 'done' if result >= 0 else errno.errorcode[ctypes.get_errno()]

def attempt(name, body):
    try: told[name] = body() or 'done'
    except OSError as error: told[name] = errno.errorcode.get(error.errno, str(error))

def write(path):
    def body():
        with open(path, 'w') as file: file.write('1')
    return body

call('mount', libc.mount, b'none', b'/tmp', b'tmpfs', 0, None)
call('user namespace', libc.unshare, 0x10000000)
call('mount namespace', libc.unshare, 0x00020000)
call('namespace of process 1', libc.setns, os.open('/proc/1/ns/mnt', os.O_RDONLY), 0)
call('become root', libc.setuid, 0)
call('reboot', libc.reboot, 0x01234567)
call('kernel module', libc.syscall, 175, None, 0, b'')
call('keyring', libc.syscall, 250, 0, 0, 0, 0)
call('bpf', libc.syscall, 321, 0, None, 0)
call('open by handle', libc.syscall, 304, 0, None, 0)
call('watch performance', libc.syscall, 298, None, 0, -1, -1, 0)
attempt('chroot', lambda: os.chroot('/tmp'))
attempt('device', lambda: os.mknod('/tmp/disk', 0o060666, os.makedev(8, 0)))
attempt('root file system', write('/etc/passwd'))
attempt('workspace', write('/workspace/x'))
attempt('host name', lambda: libc.sethostname(b'x', 1) and os.strerror(ctypes.get_errno()))
for path in ('/etc/hostname', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger',
             '/proc/sys/vm/panic_on_oom',
             '/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/kernel/uevent_helper',
             '/proc/self/oom_score_adj', '/dev/mem', '/dev/kmsg', '/dev/sda', '/dev/loop-control'):
    if path.endswith('oom_score_adj'):
        def lower():
            with open('/proc/self/oom_score_adj', 'w') as file: file.write('-1000')
        attempt(path, lower)
    else: attempt(path, write(path))
attempt('network', lambda: socket.create_connection(('192.0.2.1', 80), 2))
attempt('raw socket', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt('loopback of the machine', lambda: socket.create_connection(('127.0.0.1', PORT), 2))
attempt('kernel memory', lambda: open('/proc/kcore', 'rb').read(1) and 'read')
attempt('kernel log', lambda: open('/proc/kmsg', 'rb').read(1))
told['setuid program'] = subprocess.run(
    ['/setuid/busybox', 'id', '-u'], capture_output=True, text=True).stdout.strip()
status = dict(line.rstrip('\n').split(':\t', 1) for line in open('/proc/self/status')
              if ':\t' in line)
told['status'] = [status[name] for name in ('CapEff', 'CapPrm', 'CapBnd', 'CapInh', 'NoNewPrivs',
                                            'Seccomp')]
told['processes'] = sum(name.isdigit() for name in os.listdir('/proc'))
told['interfaces'] = sorted(os.listdir('/sys/class/net'))
found = []
for folder, folders, files in os.walk('/', followlinks=False):
    folders[:] = [name for name in folders if folder != '/' or name not in ('proc', 'sys')]
    for name in files:
        path = os.path.join(folder, name)
        kind = os.stat(path).st_mode & 0o170000 if os.path.exists(path) else 0
        if kind == 0o140000: found.append(path)
told['sockets'] = found
told['mounts'] = sorted({line.split()[1] for line in open('/proc/self/mounts')
                         if line.split()[2] in ('ext4', 'xfs', 'btrfs')})
told['devices'] = sorted(name for name in os.listdir('/dev')
                         if (os.lstat('/dev/' + name).st_mode & 0o170000) == 0o060000)
print(json.dumps(told))
"""
REFUSED = {"EPERM", "EACCES", "EROFS", "ENOENT", "ENOSYS", "ENETUNREACH", "ECONNREFUSED", "EINVAL"}


class EscapeTests(DockerCase):
    def tried(self, **arguments):
        script = TRYING.replace("PORT", str(self.node.port))
        record = self.python_in(self.session(), script, **arguments)
        self.assertEqual(record["status"], "completed", record)
        return json.loads(record["output"])

    def test_nothing_that_it_tries_gets_it_out(self):
        told = self.tried()
        self.assertEqual(told.pop("status"), ["0" * 16] * 4 + ["1", "2"])
        self.assertEqual(told.pop("setuid program"), "1899999999")
        self.assertLess(told.pop("processes"), 5)
        self.assertEqual(told.pop("interfaces"), ["lo"])
        self.assertEqual(told.pop("sockets"), [])
        # The first is the engine's own, of a file that it made for this container.
        self.assertEqual(told.pop("mounts"), ["/etc/hostname", "/workspace"])
        self.assertEqual(told.pop("devices"), [])
        # It is masked: there is nothing to be read, and nothing to be refused.
        self.assertIn(told.pop("kernel memory"), ("done", "ENOENT", "EPERM", "EACCES"))
        self.assertEqual(told.pop("host name"), os.strerror(1))
        self.assertEqual({name: said for name, said in told.items() if said not in REFUSED}, {})

    def test_what_it_may_write_to_is_the_workspace_alone(self):
        self.assertEqual(self.tried(readonly=False)["workspace"], "done")

    def test_a_program_that_the_workspace_brings_is_nobody_elses(self):
        session = self.session()
        record = self.sh(session, "mkdir own; cp /bin/busybox own; chmod 4755 own/*; "
                         "own/busybox id -u; mknod disk b 8 0 || echo refused; ls -ln own",
                         readonly=False)
        self.assertEqual(record["output"].split("\n")[:2], ["1899999999", "refused"], record)

    def test_a_link_out_of_the_workspace_leads_nowhere(self):
        session = self.session()
        secret = self.outside / "canary"
        record = self.sh(session, f"ln -s {secret} link; ln -s {self.outside} folder; "
                         "ln -s / root; cat link folder/canary", readonly=False)
        self.assertNotIn("untouched", record["output"])
        for path in ("link", "folder/canary", f"root{secret}"):
            answer = self.get(f"/sessions/{session}/files/{path}")
            self.assertNotIn(b"untouched", answer.body, path)
            self.assertGreaterEqual(answer.status, 400, path)
        again = self.execute(session, "docker-run", {"language": "sh", "script": "link"})
        self.assertGreaterEqual(again.status, 400, again)

    def test_another_calls_container_is_not_to_be_seen(self):
        first, second = self.session(), self.session()
        execution = self.begin(first, "echo secret > /tmp/s; sleep 600")
        record = self.sh(second, "ls /tmp; ps; kill -9 -1; true")
        self.assertNotIn("secret", record["output"])
        self.assertNotIn("sleep 600", record["output"])
        self.assertEqual(self.get(f"/executions/{execution}").json["status"], "running")
        self.ask("DELETE", f"/executions/{execution}")
        self.final(execution)

    def test_what_is_lent_is_seen_by_nobody_else(self):
        execution = self.begin(self.session(), "sleep 600")
        place = next(pathlib.Path(self.node.state).glob(f"workspaces/.images/lent/{execution}"))
        self.assertEqual(place.stat().st_uid, 1899999999)
        for folder in place.parents:
            if folder == self.node.state.parent:
                break
            self.assertEqual(folder.stat().st_mode & 0o077, 0, folder)
        self.ask("DELETE", f"/executions/{execution}")
        self.final(execution)
