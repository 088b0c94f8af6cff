#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Are the static checks able to fail?

    tests/static/selftest.py [--checkpatch PATH]

Each row makes a small tree that breaks one rule and must be refused with the
right words; a tree that breaks none must pass. TAP without numbers.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
SPDX = "// SPDX-License-Identifier: GPL-2.0-only\n"
UAPI_SPDX = ("/* SPDX-License-Identifier: "
             "GPL-2.0-only WITH Linux-syscall-note */\n")
# Written in pieces, or this file would be one of its own finds.
URL = "https" + "://mirror.example.net/debian\n"

GOOD = {
    "uapi/linux/vdpa_gpu.h": UAPI_SPDX + "#include <linux/types.h>\n\n"
    "struct vdpa_gpu_thing {\n\t__u32 size;\n\t__u32 flags;\n};\n",
    "kernel/compat.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n"
    "#include <linux/version.h>\n",
    "kernel/soft/vds.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n",
    "kernel/soft/mem.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n",
    "kernel/soft/mem.c": SPDX + '#include "mem.h"\n\n#include "../compat.h"\n'
    "/* kmap_local_page() is not for us, printk() neither */\n"
    'static const char *text = "BUG(): virtio_gpu";\n',
    "kernel/gpu/cmd.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n",
    "kernel/gpu/cmd.c": SPDX + '#include "cmd.h"\n#include "../soft/vds.h"\n'
    "#include <linux/vdpa_gpu.h>\n",
    "kernel/iommu/cmd.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n",
    "userspace/lib/log.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n",
    "userspace/viewer/format.h":
    "/* SPDX-License-Identifier: GPL-2.0-only */\n",
    "userspace/viewer/output_png.c": SPDX + '#include <png.h>\n'
    '#include "../lib/log.h"\n#include "format.h"\n',
    "tests/kunit/mem_test.c": SPDX + '#include "soft/mem.h"\n',
    "tests/user/test_format.c": SPDX +
    '#include "../../userspace/viewer/format.h"\n#include <png.h>\n',
    "tools/conform/vdpa_dev.c": SPDX + "#include <linux/vhost.h>\n"
    "static int x = VHOST_SET_OWNER;\n",
    "README.md": "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
    "https" "://docs.kernel.org/\n",
}

# (name, file that is written over or added, its text, what must be said)
INCLUDES = [
    ("the core includes a device type", "kernel/soft/mem.c",
     '#include "mem.h"\n#include "../gpu/cmd.h"\n', "may not include"),
    ("the core knows a device type's interface", "kernel/soft/mem.c",
     '#include "mem.h"\n#include <linux/vdpa_gpu.h>\n', "may not know"),
    ("the core names a device", "kernel/soft/mem.c",
     '#include "mem.h"\nint virtio_gpu_x;\n', "device type in the core"),
    ("a device type includes a private header of the core",
     "kernel/gpu/cmd.c", '#include "cmd.h"\n#include "../soft/mem.h"\n',
     "may not include"),
    ("one device type includes the other", "kernel/gpu/cmd.c",
     '#include "cmd.h"\n#include "../iommu/cmd.h"\n', "may not include"),
    ("one device type names the other", "kernel/gpu/cmd.c",
     '#include "cmd.h"\nint vdiommu_x;\n', "the other device type"),
    ("own header is not first", "kernel/gpu/cmd.c",
     '#include "../soft/vds.h"\n#include "cmd.h"\n', "comes first"),
    ("a .c file is included", "tests/kunit/mem_test.c",
     '#include "soft/mem.c"\n', "not a header"),
    ("a missing file is included", "kernel/gpu/cmd.c",
     '#include "cmd.h"\n#include "nothing.h"\n', "no file of ours"),
    ("a uapi header includes more than types", "uapi/linux/vdpa_gpu.h",
     "#include <linux/virtio_gpu.h>\n", "uapi header may not include"),
    ("a version test outside of compat.h", "kernel/gpu/cmd.c",
     '#include "cmd.h"\n#if LINUX_VERSION_CODE > 1\n#endif\n',
     "kernel version test"),
    ("a version test in a test", "tests/kunit/mem_test.c",
     "#if LINUX_VERSION_CODE > KERNEL_VERSION(6, 12, 0)\n#endif\n",
     "kernel version test"),
    ("guest memory mapped outside of dma.c", "kernel/soft/mem.c",
     '#include "mem.h"\nvoid *p = kmap_local_page(x);\n',
     "temporary page mapping"),
    ("physical address turned outside of dma.c", "kernel/gpu/cmd.c",
     '#include "cmd.h"\nvoid *p = phys_to_virt(x);\n',
     "temporary page mapping"),
    ("a page reference outside of mem.c", "kernel/soft/other.c",
     "void f(void) { folio_put(x); }\n", "page reference in the core"),
    ("ring words outside of ring.h", "kernel/soft/mem.c",
     '#include "mem.h"\nstruct vring_desc d;\n', "ring words"),
    ("a second table of vdpa operations", "kernel/gpu/cmd.c",
     '#include "cmd.h"\nstruct vdpa_config_ops ops;\n', "vdpa operations"),
    ("vhost ioctls elsewhere", "tools/conform/ring.c",
     "int x = VHOST_SET_OWNER;\n", "vhost ioctls"),
    ("vhost header elsewhere", "userspace/viewer/a.c",
     "#include <linux/vhost.h>\n", "belongs to"),
    ("view ioctls in the viewer", "userspace/viewer/a.c",
     "int x = VDPA_GPU_VIEW_INFO;\n", "view device ioctls"),
    ("libpng elsewhere", "userspace/viewer/a.c", "#include <png.h>\n",
     "belongs to"),
    ("libdrm in the PNG output", "userspace/viewer/output_png.c",
     "#include <xf86drm.h>\n", "belongs to"),
    ("the library includes the viewer", "userspace/lib/log.c",
     '#include "log.h"\n#include "../viewer/format.h"\n', "may not include"),
    ("a tool includes the viewer", "tools/conform/a.c",
     '#include "../../userspace/viewer/format.h"\n', "may not include"),
    ("userspace includes the kernel's side", "userspace/viewer/a.c",
     '#include "../../kernel/gpu/cmd.h"\n', "may not include"),
    ("printk", "kernel/gpu/cmd.c", '#include "cmd.h"\nint a = printk("x");\n',
     "bare printk"),
    ("BUG_ON", "kernel/gpu/cmd.c", '#include "cmd.h"\nint a = BUG_ON(x);\n',
     "never"),
    ("WARN_ON that repeats", "kernel/gpu/cmd.c",
     '#include "cmd.h"\nint a = WARN_ON(x);\n', "WARN_ON_ONCE"),
    ("a room nobody knows", "userspace/misc/a.c", "int a;\n",
     "belongs to no room"),
]

TEXT = [
    ("no SPDX line", "kernel/gpu/cmd.c", "int x;\n", "no SPDX line"),
    ("another licence", "kernel/gpu/cmd.c",
     "// SPDX-License-Identifier: MIT\n", "licence MIT"),
    ("a uapi header without the exception", "uapi/linux/vdpa_gpu.h",
     "/* SPDX-License-Identifier: GPL-2.0-only */\n", "syscall-note"),
    ("a mirror's URL", "README.md",
     "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n" + URL,
     "not a place of documentation"),
    ("a blank at the end of a line", "kernel/gpu/cmd.c",
     SPDX + "int x; \n", "blank at the end"),
    ("no newline at the end", "kernel/gpu/cmd.c", SPDX + "int x;",
     "no newline"),
]

SIZES = SPDX + """#include <linux/vdpa_gpu.h>
#ifdef __cplusplus
#define SIZE(t, n) static_assert(sizeof(struct t) == (n), "size")
#else
#define SIZE(t, n) _Static_assert(sizeof(struct t) == (n), "size")
#endif
SIZE(vdpa_gpu_thing, 8);
"""

THING = UAPI_SPDX + "#include <linux/types.h>\n\nstruct vdpa_gpu_thing {\n%s};\n"

UAPI = [
    ("a header that needs another before it",
     UAPI_SPDX + "struct vdpa_gpu_thing {\n\t__u32 size;\n\t__u32 flags;\n};\n",
     "alone as C"),
    ("a header that is not C++", THING % "\t__u32 size;\n\t__u32 class;\n",
     "alone as C++"),
    ("a struct with a hole", THING % "\t__u32 size;\n\t__u64 flags;\n",
     "alone as C"),
    ("a struct that grew", THING % "\t__u32 size;\n\t__u32 a;\n\t__u32 b;\n",
     "has changed"),
    ("a struct without a pinned size",
     THING % "\t__u32 size;\n\t__u32 a;\n" + "struct other {\n\t__u32 a;\n};\n",
     "struct other has no size"),
]

DKMS_TREE = {
    "dkms.conf": 'PACKAGE_VERSION="1.2"\nBUILT_MODULE_NAME[0]="vdpa_soft"\n'
    'BUILT_MODULE_LOCATION[0]="kernel/soft"\n'
    'DEST_MODULE_LOCATION[0]="/updates"\n',
    "kernel/soft/Kbuild": "obj-$(CONFIG_VDPA_SOFT) += vdpa_soft.o\n",
    "kernel/soft/main.c": 'MODULE_VERSION("1.2");\n',
}

DKMS = [
    ("a module that is missing", "kernel/tail/Kbuild",
     "obj-$(CONFIG_VDPA_TAIL) += vdpa_tail.o\n", "is not vdpa_tail"),
    ("another version", "kernel/soft/main.c", 'MODULE_VERSION("1.3");\n',
     "no module of version"),
    ("a module too many", "dkms.conf", DKMS_TREE["dkms.conf"] +
     'BUILT_MODULE_NAME[1]="x"\n', "more modules"),
    ("a module built elsewhere", "dkms.conf",
     DKMS_TREE["dkms.conf"].replace("kernel/soft", "kernel/gpu"),
     "not built in"),
]

failed = False


def say(good, name):
    global failed
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} - {name}")


def make_tree(folder, path=None, text=None, base=None):
    tree = dict(base or GOOD)
    if path:
        tree[path] = text
    for name, content in tree.items():
        file = pathlib.Path(folder) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def expect(name, command, words):
    """words: what a refusal must say; None: it must pass."""
    code, said = run(command)
    if words is None:
        good = code == 0 and not said
    else:
        good = code == 1 and words in said
    say(good, name)
    if not good:
        for line in said.splitlines():
            print(f"# {line}")


def test_tree(name, tool, path, text, words):
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder, path, text)
        expect(name, [tool, "--root", folder], words)


def test_uapi(name, text, words):
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder, "uapi/linux/vdpa_gpu.h", text)
        sizes = pathlib.Path(folder) / "sizes.c"
        sizes.write_text(SIZES)
        expect(name, [HERE / "check-uapi", folder, sizes], words)


def test_dkms(name, path, text, words):
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder, path, text, DKMS_TREE)
        expect(name, [HERE / "check-dkms", folder], words)


def test_style(name, checkpatch, text, waivers, words):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "kernel").mkdir()
        (root / "kernel/a.c").write_text(text)
        (root / "waivers").write_text(waivers)
        expect(name, [HERE / "check-style", "--checkpatch", checkpatch,
                      "--root", folder, "--waivers", root / "waivers"], words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpatch", type=pathlib.Path)
    checkpatch = parser.parse_args().checkpatch

    tool = TOP / "tools/check-includes"
    test_tree("includes: a good tree passes", tool, None, None, None)
    for name, path, text, words in INCLUDES:
        test_tree(f"includes: {name} is refused", tool, path, SPDX + text,
                  words)

    tool = HERE / "check-text"
    test_tree("text: a good tree passes", tool, None, None, None)
    for name, path, text, words in TEXT:
        test_tree(f"text: {name} is refused", tool, path, text, words)

    test_uapi("uapi: a good header passes", GOOD["uapi/linux/vdpa_gpu.h"], None)
    for name, text, words in UAPI:
        test_uapi(f"uapi: {name} is refused", text, words)

    test_dkms("dkms: a good tree passes", None, None, None)
    for name, path, text, words in DKMS:
        test_dkms(f"dkms: {name} is refused", path, text, words)

    if checkpatch:
        good = SPDX + "int f(int a)\n{\n\treturn a;\n}\n"
        bad = SPDX + "int f(int a)\n{\n\treturn (a);\n}\n"
        waiver = "RETURN_PARENTHESES kernel/a.c for this test\n"
        test_style("style: good code passes", checkpatch, good, "", None)
        test_style("style: bad code is refused", checkpatch, bad, "",
                   "RETURN_PARENTHESES")
        test_style("style: a waiver waives", checkpatch, bad, waiver, None)
        test_style("style: a waiver for another file does not", checkpatch,
                   bad, waiver.replace("a.c", "b.c"), "RETURN_PARENTHESES")
        test_style("style: a waiver without use is refused", checkpatch, good,
                   waiver, "waives nothing")
        test_style("style: a waiver without reason is refused", checkpatch,
                   good, "SPACING kernel/a.c\n", "reason")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
