#!/usr/bin/env python3
"""Scans a large image beside explaining its windows one by one and beside zennit in a loop over crops.

    compare_scan.py --relprop .build/release/relprop [--size 20000] [--rounds 3] [--stride 48] [--whole] [--json OUT]

A mosaic of scenes (`relprop scenes --mosaic`) is the image, the demo network the classifier, `seed` the composite. In every
round, one after the other: `relprop scan` of a part of it (all windows computed, constant ones too), `relprop explain` of
crops one by one (batch 1), and zennit's gradients under the same rules in a loop over crops, on as many threads.
Printed: windows a second, medians and spread, and the ratios. With --whole the whole image is scanned once: windows a second,
share of time spent waiting for pixels and for the disk, peak resident memory (GNU time). Needs torch, zennit,
safetensors, numpy, and Debian's time.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch
from safetensors.torch import load_file

from networks import vgg
from zennit_peer import import_zennit, relevance

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
WINDOW = 96


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=True)


def scan(relprop, image, weights, output, options):
    """Windows a second and the shares of time, as `relprop scan` tells them."""
    result = run(["/usr/bin/time", "-v", relprop, "scan", image, "--model", weights, "--output", output, "--overwrite",
                  "--progress", "none", *options])
    found = re.search(r"time +([\d.]+) s for (\d+) windows .*computing ([\d.]+) %, waiting for pixels ([\d.]+) %, "
                      r"for the disk ([\d.]+) %", result.stdout)
    seconds, windows, computing, pixels, disk = (float(text) for text in found.groups())
    peak = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", result.stderr).group(1))
    return {"seconds": seconds, "windows": int(windows), "perSecond": windows / seconds, "computing": computing,
            "waitingForPixels": pixels, "waitingForDisk": disk, "peakMiB": peak / 1024,
            "states": re.search(r"windows  ([^\n:]*explained[^\n]*)", result.stdout).group(1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relprop", required=True)
    parser.add_argument("--size", type=int, default=20000)
    parser.add_argument("--image", help="an image of one's own in place of the mosaic")
    parser.add_argument("--stride", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--crops", type=int, default=48, help="explained one by one, in a round")
    parser.add_argument("--part", type=int, default=912, help="side of the part that is scanned in a round")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json")
    arguments = parser.parse_args()
    composites = import_zennit()
    torch.set_num_threads(arguments.threads)
    weights = os.path.join(ROOT, "Models/demo/vgg16-scenes.safetensors")
    network = vgg(load_file(weights))

    with tempfile.TemporaryDirectory() as folder:
        image = arguments.image or os.path.join(folder, "mosaic.tif")
        if not arguments.image:
            begin = time.time()
            run([arguments.relprop, "scenes", "--mosaic", f"{arguments.size}x{arguments.size}", "--output", image])
            print(f"mosaic of {arguments.size} x {arguments.size} drawn in {time.time() - begin:.0f} s, "
                  f"{os.path.getsize(image) / 2**20:.0f} MiB", flush=True)
        crops = os.path.join(folder, "crops")
        run([arguments.relprop, "scenes", "--count", str(arguments.crops), "--seed", "99", "--output", crops])
        paths = sorted(os.path.join(crops, name) for name in os.listdir(crops)
                       if name.endswith(".png") and "_mask" not in name)
        run([arguments.relprop, "explain", *paths, "--model", weights, "--quiet", "--save-input", "--batch", "1",
             "--output", os.path.join(folder, "inputs")])
        inputs = [torch.from_numpy(np.load(os.path.join(folder, "inputs", name))[None])
                  for name in sorted(os.listdir(os.path.join(folder, "inputs"))) if name.endswith(".input.npy")]
        report = json.load(open(os.path.join(folder, "inputs", next(
            name for name in os.listdir(os.path.join(folder, "inputs")) if name.endswith(".json")))))
        mean, deviation = (torch.tensor(report["preprocessing"][key]).view(1, -1, 1, 1) for key in ("mean", "deviation"))
        low, high = -mean / deviation, (1 - mean) / deviation

        rates = {"scan": [], "oneByOne": [], "zennit": []}
        part = ["--roi", f"{arguments.size // 2 if not arguments.image else 0},0,{arguments.part},{arguments.part}",
                "--stride", str(arguments.stride), "--constant", "compute"]
        for _ in range(arguments.rounds):
            rates["scan"].append(scan(arguments.relprop, image, weights, os.path.join(folder, "part.zarr"), part)["perSecond"])
            result = run([arguments.relprop, "explain", *paths, "--model", weights, "--quiet", "--batch", "1",
                          "--overwrite", "--output", os.path.join(folder, "one-by-one")])
            rates["oneByOne"].append(float(re.search(r", ([\d.]+) images/s", result.stdout).group(1)))
            relevance(network, "seed", inputs[0], low.expand_as(inputs[0]), high.expand_as(inputs[0]), 0)
            begin = time.time()
            for x in inputs:
                target = int(network(x)[0].argmax())
                relevance(network, "seed", x, low.expand_as(x), high.expand_as(x), target)
            rates["zennit"].append(len(inputs) / (time.time() - begin))
        medians = {name: statistics.median(values) for name, values in rates.items()}
        for name, values in rates.items():
            print(f"{name:10s} {medians[name]:8.1f} windows/s  ({min(values):.1f} to {max(values):.1f})", flush=True)
        print(f"scan / one by one {medians['scan'] / medians['oneByOne']:.2f}, scan / zennit {medians['scan'] / medians['zennit']:.2f}")
        whole = None
        if arguments.whole:
            whole = scan(arguments.relprop, image, weights, os.path.join(folder, "whole.zarr"),
                         ["--stride", str(arguments.stride)])
            print(json.dumps(whole))
        if arguments.json:
            with open(arguments.json, "w") as file:
                json.dump({"size": arguments.size, "stride": arguments.stride, "threads": arguments.threads, "rates": rates,
                           "medians": medians, "whole": whole}, file, indent=1)
                file.write("\n")


if __name__ == "__main__":
    main()
