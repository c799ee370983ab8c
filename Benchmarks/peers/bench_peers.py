#!/usr/bin/env python3
"""relprop beside onnxruntime, PyTorch, zennit and captum: same weights, same images, same rules, by turns in one run.

    bench_peers.py --bench .build/release/relprop-bench [--rounds N] [--only NAME...] [--json OUT] [--quick]

Weights: a VGG-16 with random weights. Every contender has one untimed run before each timed one, and waits until the others'
threads are quiet. PyTorch runs with glibc's malloc thresholds raised, so that large buffers are kept. Medians with quartiles;
a ratio is of medians. Last comes the table of what relprop promises, with what was found.

The peers run in this process, each relprop in one of its own. --quick: a tiny network, once; shows that this script works.
Needs torch, zennit, captum, onnxruntime, onnx, safetensors, numpy: `make bench-peers` installs them.
"""
import argparse
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile

import tuned

if __name__ == "__main__":
    tuned.restart()

import promises
from comparison import WORKS, Comparison
from results import write_json

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the built relprop-bench")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", nargs="+", choices=[*WORKS, "targets", "errors", "memory"])
    parser.add_argument("--json")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    rounds = 1 if arguments.quick else arguments.rounds

    def chosen(name):
        return arguments.only is None or name in arguments.only

    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(os.path.abspath(arguments.bench), folder, arguments.threads, rounds, arguments.quick)
        results = origin(arguments)
        print(", ".join(f"{name} {version}" for name, version in results["versions"].items()))
        works = {name: work for name, work in WORKS.items() if chosen(name)}
        results["aloneSeconds"] = {name: comparison.alone(works[name]) for name in ("forward", "seed") if name in works}
        results["comparisons"] = []
        for name, work in works.items():
            row = comparison.compare(name, work)
            if name in results["aloneSeconds"]:
                row["slowedByPeers"] = row["seconds"]["relprop accurate"]["median"] / results["aloneSeconds"][name]["median"]
            results["comparisons"].append(row)
            show(row)
        if chosen("targets"):
            results["targets"] = comparison.targets()
            show({"name": "classes of one image", "seconds": results["targets"]})
        if chosen("errors"):
            results["errors"] = {name: comparison.accuracy(name) for name in ("seed", "epsilon_gamma_box")}
            show_errors(results["errors"])
        if chosen("memory"):
            results["peerPeakBytes"] = peer_memory(comparison)
    if comparison.missing:
        print(f"\nnot built into relprop: precision {', '.join(sorted(comparison.missing))}")
    # A tiny network says nothing of them.
    judged = [] if arguments.quick else promises.judge(results)
    results["promises"] = [dict(zip(("what", "promised", "found", "kept"), row)) for row in judged]
    if judged:
        print()
        for line in promises.lines(judged):
            print(line)
    if arguments.json:
        write_json(arguments.json, results)


# What makes these programs forgo instructions of the processor; the whole process and its children read them.
INSTRUCTIONS = ("POCL_KERNELLIB_NAME", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS")


def origin(arguments):
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty=+"], capture_output=True, text=True)
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.processor())
    packages = ("torch", "zennit", "captum", "onnxruntime", "numpy")
    return {"benchmark": "peers", "commit": commit.stdout.strip() or "unknown",
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "processor": model,
            "threads": arguments.threads, "quick": arguments.quick,
            "instructions": {name: os.environ[name] for name in INSTRUCTIONS if name in os.environ},
            "versions": {"python": platform.python_version(),
                         **{name: importlib.metadata.version(name) for name in packages}}}


def show(row):
    print(f"\n{row['name']}" + "".join(f"; differs from {name} by {value:.1e}"
                                      for name, value in row.get("difference", {}).items()))
    fastest = next(iter(row["seconds"].values()))["median"]
    for name, seconds in row["seconds"].items():
        peak = row.get("peakBytes", {}).get(name)
        print(f"  {name:22s} {seconds['median'] * 1e3:9.1f} ms ({seconds['lowerQuartile'] * 1e3:.1f}–"
              f"{seconds['upperQuartile'] * 1e3:.1f})  {seconds['median'] / fastest:6.2f}×"
              + (f"  {peak / 2 ** 30:.2f} GiB" if peak else ""))
    if "slowedByPeers" in row:
        print(f"  relprop beside its peers takes {row['slowedByPeers']:.2f} times what it takes before they run")
    sys.stdout.flush()


def show_errors(errors):
    print("\nrelative l2 error of the input's relevance against float64, median (largest)")
    for composite, found in errors.items():
        print(f"  {composite:22s} " + ", ".join(f"{name} {error['median']:.1e} ({error['largest']:.1e})"
                                               for name, error in found.items()), flush=True)


def peer_memory(comparison):
    peers = [f"onnxruntime:{comparison.onnx()}", "PyTorch", "zennit:seed", "zennit:epsilon_gamma_box", "captum", "by-hand"]
    found = {}
    print("\npeak memory of the peers, MiB")
    for batch in (1, 8):
        for peer in peers:
            output = subprocess.run(
                [sys.executable, os.path.join(HERE, "peak_memory.py"), comparison.model, comparison.image_file(batch), peer],
                capture_output=True, text=True, check=True).stdout
            name = peer.partition(":")[0] if peer.startswith("onnx") else peer
            found[f"{name}, batch {batch}"] = int(output)
            print(f"  {name}, batch {batch}: {int(output) >> 20}", flush=True)
    return found


if __name__ == "__main__":
    main()
