#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""vdpa-viot: tables byte by byte, device trees, and what is refused."""

import pathlib
import struct
import subprocess
import sys
import tempfile

TOOL = pathlib.Path(__file__).parents[2] / "tools/viot/vdpa-viot"
failed = False


def result(good, name):
    global failed
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} - viot: {name}")


def run(*words):
    return subprocess.run([sys.executable, TOOL, *words], capture_output=True,
                          text=True, check=False)


def table(*words):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "viot"
        done = run(*words, "-o", str(file))
        return file.read_bytes() if done.returncode == 0 else b""


def header(data):
    """The fields that matter, None if the table is damaged."""
    if len(data) < 48 or sum(data) & 0xff:
        return None
    signature, length, revision = struct.unpack_from("<4sIB", data)
    count, offset = struct.unpack_from("<HH", data, 36)
    return (signature, length == len(data), revision, count, offset)


# Offsets and sizes are those of ACPI 6.5, 5.2.34, written out once more.
data = table("--iommu", "00:02.0", "--endpoint", "00:03.0-00:05.7")
result(header(data) == (b"VIOT", True, 0, 2, 48), "header and checksum")
result(data[48:64] == struct.pack("<BBHHH8x", 3, 0, 16, 0, 0x10),
       "a PCI IOMMU")
result(data[64:] == struct.pack("<BBHIHHHHH6x", 1, 0, 24, 0x18, 0, 0, 0x18,
                                0x2f, 48), "a range of PCI functions")

data = table("--iommu", "mmio:0xfeb00000", "--endpoint", "mmio:0xfeb00200=9")
result(data[48:64] == struct.pack("<BBH4xQ", 4, 0, 16, 0xfeb00000),
       "an MMIO IOMMU")
result(data[64:] == struct.pack("<BBHIQH6x", 2, 0, 24, 9, 0xfeb00200, 48),
       "an MMIO endpoint")

data = table("--iommu", "0001:00:1f.7", "--endpoint", "0001:01:00.0",
             "--endpoint", "02:00.0=0x77")
result(header(data) == (b"VIOT", True, 0, 3, 48), "three nodes")
result(data[48:64] == struct.pack("<BBHHH8x", 3, 0, 16, 1, 0xff),
       "another segment")
result(struct.unpack_from("<I", data, 68) == (0x10100,),
       "a number by segment and BDF")
result(struct.unpack_from("<IHHHH", data, 92) == (0x77, 0, 0, 0x200, 0x200),
       "a number by hand")

text = run("--iommu", "00:02.0", "--endpoint", "00:03.0-00:03.7=8",
           "--endpoint", "mmio:0xa000000=1", "--tree").stdout
for want in ('viommu: iommu@2,0 {', 'reg = <0x1000 0x0 0x0 0x0 0x0>;',
             '"virtio,pci-iommu"', '#iommu-cells = <1>;',
             'iommu-map = <0x18 &viommu 0x8 0x8>;', 'iommus = <&viommu 0x1>;'):
    result(want in text, f"tree: {want}")
text = run("--iommu", "mmio:0x1a000000", "--endpoint", "mmio:0xa000000=1",
           "--tree").stdout
result("reg = <0x0 0x1a000000 0x0 0x200>;" in text and
       '"virtio,mmio"' in text, "tree: an MMIO IOMMU")

for why, words in {
        "an IOMMU behind itself":
            ["--iommu", "00:02.0", "--endpoint", "00:00.0-00:05.0"],
        "an MMIO endpoint without a number":
            ["--iommu", "00:02.0", "--endpoint", "mmio:0x1000"],
        "a number twice":
            ["--iommu", "00:02.0", "--endpoint", "00:03.0",
             "--endpoint", "00:04.0=0x18"],
        "a place twice":
            ["--iommu", "00:02.0", "--endpoint", "00:03.0-00:04.0",
             "--endpoint", "00:04.0=1"],
        "a range that ends before it begins":
            ["--iommu", "00:02.0", "--endpoint", "00:05.0-00:04.0"],
        "a range over segments":
            ["--iommu", "00:02.0", "--endpoint", "0000:00:03.0-0001:00:04.0"],
        "device 0x20": ["--iommu", "00:20.0", "--endpoint", "00:03.0"],
        "half a place": ["--iommu", "0:2", "--endpoint", "00:03.0"],
        "a number of 33 bits":
            ["--iommu", "00:02.0", "--endpoint", "00:03.0=0x100000000"],
        "numbers that run out of 32 bits":
            ["--iommu", "00:02.0", "--endpoint", "00:03.0-00:03.1=0xffffffff"],
        "an IOMMU of two functions":
            ["--iommu", "00:02.0-00:02.1", "--endpoint", "00:03.0"]}.items():
    done = run(*words, "--tree")
    result(done.returncode == 1 and not done.stdout and
           done.stderr.startswith("vdpa-viot: ") and
           "Traceback" not in done.stderr, f"refused: {why}")

sys.exit(failed)
