"""A filter that refuses the system calls no exercise needs.

It is the last of several walls, so it lists what is refused: starting processes and
programs, sockets, signals, changes to owners, modes and times of files, namespaces,
memory outside the limits, and the parts of the kernel with the worst record. Threads
and everything that numerical code does stay allowed.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Any

from coursekit.grading.kernel import (
    PR_SET_NO_NEW_PRIVS,
    machine_call,
    process_control,
)

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
SET_MODE_FILTER = 1
X32_BIT = 0x40000000

LOAD, EQUAL, ABOVE, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, MACHINE_AT, FIRST_ARGUMENT_AT = 0, 4, 16
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
CLONE_THREAD = 0x00010000

# Numbers that are the same on every processor.
COMMON = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "memfd_secret": 447,
    "fchmodat2": 452,
    "setxattrat": 463,
    "removexattrat": 466,
    "open_tree_attr": 467,
    "file_setattr": 469,
}
X86_64 = {
    "shmget": 29,
    "socket": 41,
    "connect": 42,
    "bind": 49,
    "listen": 50,
    "socketpair": 53,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "kill": 62,
    "semget": 64,
    "msgget": 68,
    "chmod": 90,
    "fchmod": 91,
    "chown": 92,
    "fchown": 93,
    "lchown": 94,
    "ptrace": 101,
    "rt_sigqueueinfo": 129,
    "utime": 132,
    "mknod": 133,
    "personality": 135,
    "setpriority": 141,
    "sched_setparam": 142,
    "sched_setscheduler": 144,
    "pivot_root": 155,
    "chroot": 161,
    "mount": 165,
    "umount2": 166,
    "init_module": 175,
    "delete_module": 176,
    "setxattr": 188,
    "lsetxattr": 189,
    "fsetxattr": 190,
    "removexattr": 197,
    "lremovexattr": 198,
    "fremovexattr": 199,
    "tkill": 200,
    "sched_setaffinity": 203,
    "tgkill": 234,
    "utimes": 235,
    "mq_open": 240,
    "kexec_load": 246,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "ioprio_set": 251,
    "migrate_pages": 256,
    "mknodat": 259,
    "fchownat": 260,
    "futimesat": 261,
    "fchmodat": 268,
    "unshare": 272,
    "move_pages": 279,
    "utimensat": 280,
    "rt_tgsigqueueinfo": 297,
    "perf_event_open": 298,
    "fanotify_init": 300,
    "open_by_handle_at": 304,
    "setns": 308,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "finit_module": 313,
    "sched_setattr": 314,
    "memfd_create": 319,
    "kexec_file_load": 320,
    "bpf": 321,
    "execveat": 322,
    "userfaultfd": 323,
}
AARCH64 = {
    "setxattr": 5,
    "lsetxattr": 6,
    "fsetxattr": 7,
    "removexattr": 14,
    "lremovexattr": 15,
    "fremovexattr": 16,
    "ioprio_set": 30,
    "mknodat": 33,
    "umount2": 39,
    "mount": 40,
    "pivot_root": 41,
    "chroot": 51,
    "fchmod": 52,
    "fchmodat": 53,
    "fchownat": 54,
    "fchown": 55,
    "utimensat": 88,
    "personality": 92,
    "unshare": 97,
    "kexec_load": 104,
    "init_module": 105,
    "delete_module": 106,
    "ptrace": 117,
    "sched_setparam": 118,
    "sched_setscheduler": 119,
    "sched_setaffinity": 122,
    "kill": 129,
    "tkill": 130,
    "tgkill": 131,
    "rt_sigqueueinfo": 138,
    "setpriority": 140,
    "mq_open": 180,
    "msgget": 186,
    "semget": 190,
    "shmget": 194,
    "socket": 198,
    "socketpair": 199,
    "bind": 200,
    "listen": 201,
    "connect": 203,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "execve": 221,
    "migrate_pages": 238,
    "move_pages": 239,
    "rt_tgsigqueueinfo": 240,
    "perf_event_open": 241,
    "fanotify_init": 262,
    "open_by_handle_at": 265,
    "setns": 268,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "finit_module": 273,
    "sched_setattr": 274,
    "memfd_create": 279,
    "bpf": 280,
    "execveat": 281,
    "userfaultfd": 282,
    "kexec_file_load": 294,
}
REFUSED = {"x86_64": {**COMMON, **X86_64}, "aarch64": {**COMMON, **AARCH64}}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435  # its flags are in memory; the C library then falls back to clone
PRLIMIT = {"x86_64": 302, "aarch64": 261}


def program(machine: str) -> bytes:
    """Return the filter for a processor, in the kernel's instructions."""
    refuse = _step(RETURN, REFUSE | EPERM)
    steps = [
        _step(LOAD, MACHINE_AT),
        _step(EQUAL, AUDIT_ARCH[machine], 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER_AT),
    ]
    if machine == "x86_64":
        steps += [_step(ABOVE, X32_BIT, 0, 1), refuse]
    steps += [_step(EQUAL, CLONE3, 0, 1), _step(RETURN, REFUSE | ENOSYS)]
    for number in sorted(REFUSED[machine].values()):
        steps += [_step(EQUAL, number, 0, 1), refuse]
    # A clone may make a thread; limits may be set for oneself, which is process 0.
    steps += [_step(EQUAL, CLONE[machine], 0, 4), _step(LOAD, FIRST_ARGUMENT_AT)]
    steps += [_step(ANY_BIT, CLONE_THREAD, 1, 0), refuse, _step(RETURN, ALLOW)]
    steps += [_step(EQUAL, PRLIMIT[machine], 0, 3), _step(LOAD, FIRST_ARGUMENT_AT)]
    steps += [_step(EQUAL, 0, 1, 0), refuse, _step(RETURN, ALLOW)]
    return b"".join(steps)


def restrict() -> None:
    """Put the filter in force for this process and all that it starts."""
    machine = os.uname().machine
    if machine not in AUDIT_ARCH:
        msg = f"seccomp: not known on {machine}"
        raise OSError(ENOSYS, msg)
    code = program(machine)
    steps = ctypes.create_string_buffer(code, len(code))
    head = ctypes.create_string_buffer(
        struct.pack("@HP", len(code) // 8, ctypes.addressof(steps)), 16
    )
    process_control("no_new_privs", PR_SET_NO_NEW_PRIVS, 1)
    arguments: tuple[Any, ...] = (SET_MODE_FILTER, 0, head)
    machine_call("seccomp", SYS_SECCOMP, *arguments)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Encode one instruction; the jumps count the instructions to skip."""
    return struct.pack("=HBBI", code, if_true, if_false, value)
