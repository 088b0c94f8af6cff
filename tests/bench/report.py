#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turn samples into out/bench.json and print a table.

    tests/bench/report.py DIR FILE

DIR/BOOT/samples, see BOOTS, hold lines "ROUND.NAME VALUE". A metric that could
not be measured is there with the value null and says why.
"""

import json
import pathlib
import re
import statistics
import subprocess
import sys


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def p5(values):
    return quantile(values, 0.05)


def p50(values):
    return statistics.median(values)


def p99(values):
    return quantile(values, 0.99)


def p999(values):
    return quantile(values, 0.999)


class Samples:
    """What one boot measured: name -> round -> values."""

    def __init__(self, directory):
        path = directory / "samples"
        self.directory = directory
        self.rounds = {}
        if not path.exists():
            return
        for line in path.read_text().splitlines():
            match = re.fullmatch(r"(r\d+)\.(\S+) (\d+)", line)
            if match:
                of = self.rounds.setdefault(match[2], {})
                of.setdefault(match[1], []).append(int(match[3]))

    def has(self, *names):
        return all(name in self.rounds for name in names)

    def all(self, name):
        return [v for values in self.rounds[name].values() for v in values]

    def each(self, name):
        return self.rounds[name]


def entry(value, unit, n, per_round, aim, note):
    digits = (lambda x: float(f"{x:.4g}"))
    return {
        "value": None if value is None else digits(value),
        "unit": unit,
        "n": n,
        "min": digits(min(per_round)) if per_round else None,
        "median": digits(p50(per_round)) if per_round else None,
        "max": digits(max(per_round)) if per_round else None,
        "aim": aim,
        "note": note,
    }


def missing(unit, aim, why):
    return entry(None, unit, 0, [], aim, why)


def single(samples, name, stat, unit, scale, aim, note):
    """One quantity; min, median and max are those of the rounds."""
    if not samples.has(name):
        return missing(unit, aim, f"no samples of {name}")
    rounds = [stat(v) / scale for v in samples.each(name).values()]
    values = samples.all(name)
    return entry(stat(values) / scale, unit, len(values), rounds, aim, note)


def ratio(samples, above, below, stat, aim, note):
    """stat(sum of above) / stat(sum of below), each a list of names."""
    for name in above + below:
        if not samples.has(name):
            return missing("ratio", aim, f"no samples of {name}")

    def value(names, pick):
        return sum(stat(pick(name)) for name in names)

    per_round = []
    for r in samples.each(below[0]):
        if all(r in samples.each(n) for n in above + below):
            low = value(below, lambda n, r=r: samples.each(n)[r])
            high = value(above, lambda n, r=r: samples.each(n)[r])
            if low:
                per_round.append(high / low)
    low = value(below, samples.all)
    if not low:
        return missing("ratio", aim, f"{below} took no time")
    return entry(value(above, samples.all) / low, "ratio",
                 sum(len(samples.all(n)) for n in above + below), per_round,
                 aim, note)


def tail(samples, name, aim, note):
    """The slowest in a thousand over the median, of one thing."""
    if not samples.has(name):
        return missing("ratio", aim, f"no samples of {name}")
    values = samples.all(name)
    return entry(p999(values) / p50(values), "ratio", len(values),
                 [p999(v) / p50(v) for v in samples.each(name).values()],
                 aim, note)


def kick_time(samples, label, note):
    """A quantile of the kernel's own histogram, whose buckets double."""
    keys = dict(line.split() for line in
                read(samples.directory / "kicks").splitlines())
    buckets = {int(key.rpartition("_")[2]): int(n) for key, n in keys.items()
               if key.startswith("request.kick_time_below_")}
    if not buckets:
        return missing("ns", "", "no histogram of the request queue's kicks")
    bound = int(keys[f"request.kick_time_{label}_ns"]) + 1
    return entry(bound, "ns", sum(buckets.values()),
                 [min(buckets), bound, max(buckets)], "", note)


IN_GUEST = ("by one driver over PCI in one guest in which both devices are, "
            "in turns")
FROM_GUEST = ("flush.p50_speedup_vs_qemu", "frame1080.host_cpu_over_qemu",
              "pair.speedup_vs_qemu", "pair.over_floor", "pair.p999_over_p50",
              "dma_lazy.speedup_vs_qemu", "dma_strict.speedup_vs_qemu")
NO_GUEST = ("with one thread for all CPUs a guest of the bench has not booted "
            "in five minutes")
ON_HOST = ("from host user space on the vhost-vdpa fd, no guest: a kick is a "
           "write to an eventfd")


def gpu2d(samples):
    """Name -> entry, without the suffix for instructions."""
    out = {}
    out["flush.p50_speedup_vs_qemu"] = ratio(
        samples, ["guest.qemu.spin"], ["guest.ours.spin"], p50, ">= 3",
        "TRANSFER 64x64 + FLUSH with one kick; " + IN_GUEST + "; the driver "
        "looks at the used index, there is no interrupt in it")
    out["flush.p5_speedup_vs_qemu"] = ratio(
        samples, ["guest.qemu.spin"], ["guest.ours.spin"], p5, "",
        "as flush.p50_speedup_vs_qemu, of the samples that the rest of the "
        "machine disturbed least: QEMU's main loop must be scheduled, which "
        "on a busy machine takes longer than its work")
    for who, device in (("ours", "our device"), ("qemu", "virtio-gpu-pci")):
        for label, stat in (("p5", p5), ("p50", p50), ("p99", p99)):
            out[f"flush.guest.{who}.{label}"] = single(
                samples, f"guest.{who}.spin", stat, "ns", 1, "",
                f"as flush.p50_speedup_vs_qemu, {device} alone")
    for mode, how in (("call", "sleeps until the interrupt"),
                      ("spin", "looks at the used index")):
        for label, stat in (("p50", p50), ("p99", p99), ("p999", p999)):
            out[f"flush.host.{mode}.{label}"] = single(
                samples, f"host.idle.{mode}", stat, "ns", 1, "",
                f"TRANSFER 64x64 + FLUSH, {how}; {ON_HOST}")
    out["flush.p999_noisy_over_idle"] = ratio(
        samples, ["host.noisy.call"], ["host.idle.call"], p999, "<= 2",
        "the neighbour is a second device with a VMM's process of its own, "
        "which keeps eight 1080p TRANSFER + FLUSH in the ring and whose "
        f"queue never runs dry; {ON_HOST}")
    out["flush.p50_noisy_over_idle"] = ratio(
        samples, ["host.noisy.call"], ["host.idle.call"], p50, "", "as above")

    copy = next((n for n in ("host.copy.kernel", "host.copy.user")
                 if samples.has(n)), "host.copy.kernel")
    out["frame1080.fraction_of_memcpy"] = ratio(
        samples, [copy], ["host.frame"], p50, ">= 0.9",
        "memcpy() of one frame between two vmalloc areas by a module of the "
        "same kernel, in turns with frames; a frame is TRANSFER + FLUSH from "
        f"kick to interrupt; {ON_HOST}" if copy.endswith("kernel") else
        "memcpy() of one frame in user space, in turns with frames")
    out["frame1080.host_cpu_over_qemu"] = ratio(
        samples, ["guest.ours.cpu"], ["guest.qemu.cpu"], p50, "<= 0.7",
        "CPU time in the host of all threads of the VMM, its virtual CPU "
        "among them, and of our queue's thread, for a frame of TRANSFER + "
        "FLUSH; a pause as long, with as many wake-ups of the guest, is "
        f"taken off; {IN_GUEST}, without interrupts")
    for who, device in (("ours", "our device"), ("qemu", "virtio-gpu-pci")):
        out[f"frame1080.host_cpu.{who}"] = single(
            samples, f"guest.{who}.cpu", p50, "ns", 1, "",
            f"as frame1080.host_cpu_over_qemu, {device} alone")
    for part in ("client", "thread"):
        out[f"frame1080.cpu_{part}"] = single(
            samples, f"host.cpu.copy.{part}", p50, "ns", 1, "",
            "CPU time of a frame by the copy path: TRANSFER + FLUSH")
    out["blob.cpu_over_copy"] = ratio(
        samples, ["host.cpu.blob.client", "host.cpu.blob.thread"],
        ["host.cpu.copy.client", "host.cpu.copy.thread"], p50, "<= 0.05",
        "FLUSH of a guest blob / TRANSFER + FLUSH; CPU time of the client "
        "and of the queue's thread")
    out["first_flush_ms"] = single(
        samples, "first", p50, "ms", 1e6, "< 10",
        "netlink DEV_NEW, open, map, negotiate, create and attach 1080p, "
        "SET_SCANOUT, TRANSFER, FLUSH, POLLIN and DAMAGE of a viewer")
    for part in ("add", "start", "draw"):
        out[f"first_flush_ms.{part}"] = single(
            samples, f"first.{part}", p50, "ms", 1e6, "",
            "part of first_flush_ms")
    return out


OF_PAIR = ("iommu_map() and iommu_unmap() of 4 KiB by a module in the guest's "
           "kernel, two requests with a kick each")
TWO_GUESTS = ("two guests with the same kernel, alive at the same time, in "
              "turns")
DISTURBED_LEAST = "of the samples that the machine disturbed least"


def iommu(samples):
    """As gpu2d()."""
    out = {}
    for name, part, note in (
            ("pair", "pair", OF_PAIR),
            ("dma_lazy", "lazy", "dma_map_single() and dma_unmap_single() of "
             "4 KiB in a group of type DMA-FQ"),
            ("dma_strict", "strict", "the same in a group of type DMA")):
        above, below = [f"iommu.rival.{part}"], [f"iommu.ours.{part}"]
        out[f"{name}.speedup_vs_qemu"] = ratio(
            samples, above, below, p50, ">= 2", f"{note}; {TWO_GUESTS}")
        out[f"{name}.p5_speedup_vs_qemu"] = ratio(
            samples, above, below, p5, "", f"as above, {DISTURBED_LEAST}")
        for who, device in (("ours", "our device"),
                            ("rival", "virtio-iommu-pci")):
            for label, stat in (("p5", p5), ("p50", p50), ("p999", p999)):
                out[f"{name}.{who}.{label}".replace("rival", "qemu")] = single(
                    samples, f"iommu.{who}.{part}", stat, "ns", 1, "",
                    f"as {name}.speedup_vs_qemu, {device} alone")
    pair, kicks, driver = ([f"iommu.ours.floor.{part}"]
                           for part in ("pair", "kicks", "driver"))
    out["pair.over_floor"] = ratio(
        samples, pair, kicks, p50, "<= 1.15", OF_PAIR + "; the floor is two "
        "notifications with nothing in the queue; in turns, one sample each")
    out["pair.over_driver_floor"] = ratio(
        samples, pair, driver, p50, "", "as above; this floor has also what "
        "the guest's driver does for a pair by itself")
    out["pair.speedup_bound"] = ratio(
        samples, ["iommu.rival.pair"], driver, p50, "", "QEMU's pair / that "
        "floor: the speedup of a device that answers in no time at all")
    for name, part in (("kicks", kicks), ("driver", driver)):
        for label, stat in (("p5", p5), ("p50", p50), ("p999", p999)):
            out[f"floor.{name}.{label}"] = single(
                samples, part[0], stat, "ns", 1, "", "as pair.over_floor"
                if name == "kicks" else "as pair.over_driver_floor")
    out["pair.p999_over_p50"] = tail(samples, "iommu.ours.pair", "<= 3",
                                     OF_PAIR)
    out["floor.p999_over_p50"] = tail(
        samples, kicks[0], "", "the same of kicks that find nothing: what the "
        "machine does to any exit")
    for label in ("p50", "p99", "p999"):
        out[f"kick_time.{label}"] = kick_time(
            samples, label, "how long a kick of the request queue kept "
            "interrupts off in the host, upper bound of its bucket, in a run "
            "of its own; min and max are the buckets' at both ends")
    few, many = "iommu.host.pair.few", "iommu.host.pair.many"
    out["cost_1m_over_1k"] = ratio(
        samples, [many], [few], p50, "<= 2", "MAP and UNMAP of a page at "
        "random among 1,000,000 mappings / among 1,000, two domains of one "
        f"device, in turns; {ON_HOST}")
    for name, part in (("pair_1k", few), ("pair_1m", many),
                       ("floor", "iommu.host.floor")):
        for label, stat in (("p5", p5), ("p50", p50), ("p999", p999)):
            out[f"host.{name}.{label}"] = single(
                samples, part, stat, "ns", 1, "",
                "as cost_1m_over_1k; floor: two kicks with nothing in the "
                "queue")
    return out


# Directory, suffix of names, what was measured.
BOOTS = (("time", "", gpu2d), ("insns", ".insns", gpu2d),
         ("iommu", "", iommu), ("iommu-insns", ".insns", iommu))


def read(path):
    return path.read_text().strip() if path.exists() else ""


def main():
    # CPUs that take turns do not show how one disturbs the other, so what a
    # noisy neighbour does is not counted in instructions.
    directory, target = map(pathlib.Path, sys.argv[1:3])
    metrics = {}
    for boot, suffix, metrics_of in BOOTS:
        samples = Samples(directory / boot)
        if not samples.rounds and suffix:
            continue
        for name, value in metrics_of(samples).items():
            if suffix and name in FROM_GUEST and value["value"] is None:
                value["note"] = NO_GUEST
            elif suffix and (value["value"] is None or "noisy" in name):
                continue
            if suffix:
                value["unit"] = {"ns": "instructions",
                                 "ms": "million instructions",
                                 "ratio": "ratio"}[value["unit"]]
            metrics[f"{metrics_of.__name__}.{name}{suffix}"] = value
    git = subprocess.run(["git", "describe", "--always", "--dirty"],
                         capture_output=True, text=True, check=False,
                         cwd=pathlib.Path(__file__).parent)
    host = {key: next(filter(None, (read(directory / boot / key)
                                    for boot, _, _ in BOOTS)), "")
            for key in ("accel", "kernel", "qemu", "cpus")}
    host["commit"] = git.stdout.strip()
    host["noise"] = ("the machine under the bench is shared: medians and "
                     "ratios only; .insns does not know it")
    target.write_text(json.dumps({"metrics": metrics, "host": host},
                                 indent=1) + "\n")
    for name, value in metrics.items():
        shown = "-" if value["value"] is None else f"{value['value']:g}"
        print(f"# {name:45} {shown:>10} {value['unit']:22} "
              f"{value['aim']}")


main()
