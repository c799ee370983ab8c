#!/usr/bin/env python3
"""Pixel flipping and region perturbation of the demo network: relprop beside quantus on PyTorch, by turns in one run.

    bench_quantus.py --bench .build/release/relprop-bench --relprop .build/release/relprop [--rounds N] [--json OUT [--append]]

Every round relprop removes 100 units from each of `--images` further scenes, and quantus as many from `--quantus-images` of them,
one batch of its default size: relprop does all of 1,000 images x 100 steps, quantus a sample. Compared are seconds an image and
step; quantus' seconds for 1,000 images are those of the sample times 1,000 / its images, which is exact but for its last batch,
since it does batch after batch. quantus runs in up to three ways: as it is installed, which is how its users run it; with glibc's
malloc thresholds raised, so that PyTorch's large buffers are kept; and, beside that, with the network's weights channels last.

Removed are patches of 8 x 8 pixels (RegionPerturbation, 100 regions: the same work for both); 96 pixels at a time (PixelFlipping,
which goes on until all numbers of an image are gone: 96 steps of 288 numbers; the same for both); and single pixels, 100 of them
(relprop alone can stop there; quantus' time is that of 96 steps of 288 numbers, since it computes whole images whatever is
removed). Both replace by 0.

quantus runs in processes of its own, one for each way, that sleep in between. --append adds rounds to those of an earlier run.
Needs torch, quantus, safetensors, Pillow, numpy.
"""
import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np

from results import write_json
from tuned import TUNED

HERE = os.path.dirname(os.path.abspath(__file__))
WEIGHTS = os.path.join(HERE, "../../Models/demo/vgg16-scenes.safetensors")
WAYS = {"as installed": {}, "malloc tuned": {"tuned": True}, "malloc tuned, channels last": {"tuned": True, "last": True}}
EXPERIMENTS = {"patches": {"patch": 8, "steps": 100}, "pixels": {"steps": 100},
               "96 pixels": {"steps": 96, "unitsPerStep": 96}}
STEPS_OF_QUANTUS = {"patches": 100, "pixels": 96, "96 pixels": 96}


def serve(threads, channels_last):
    """quantus on command: {"images": "x.npy", "maps": "a.npy", "targets": [...], "what": "patches", "batch": 64} a line."""
    import torch
    from safetensors.torch import load_file
    from networks import vgg
    warnings.simplefilter("ignore")
    import quantus
    torch.set_num_threads(threads)
    network = vgg(load_file(WEIGHTS))
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    options = {"abs": False, "normalise": False, "disable_warnings": True, "perturb_baseline": 0.0}
    metrics = {"patches": quantus.RegionPerturbation(patch_size=8, regions_evaluation=100, **options),
               "pixels": quantus.PixelFlipping(features_in_step=288, **options)}
    metrics["96 pixels"] = metrics["pixels"]
    for line in sys.stdin:
        request = json.loads(line)
        x, a = np.load(request["images"]), np.load(request["maps"])[:, None]
        begin = time.perf_counter()
        curves = metrics[request["what"]](model=network, x_batch=x, y_batch=np.array(request["targets"]), a_batch=a,
                                          softmax=True, batch_size=request["batch"])
        print(json.dumps({"seconds": time.perf_counter() - begin, "steps": len(curves[0])}), flush=True)


class Peer:
    """A process that answers a line of JSON with another."""

    def __init__(self, words, environment):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("a contender ended; its last words stand above")
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def material(arguments, folder, first, count):
    """Images as the network reads them, maps and classes of scenes `first` and on."""
    from PIL import Image
    scenes, maps = folder + "/scenes", folder + "/maps"
    subprocess.run([arguments.relprop, "scenes", "--count", str(first + count), "--seed", "6", "--output", scenes],
                   check=True, capture_output=True)
    paths = sorted(os.path.join(scenes, name) for name in os.listdir(scenes)
                   if name.endswith(".png") and not name.endswith("_mask.png"))[first:first + count]
    subprocess.run([arguments.relprop, "explain", *paths, "--model", WEIGHTS, "--composite", "epsilon_plus", "--quiet",
                    "--output", maps], check=True, capture_output=True)
    mean, deviation = (np.array(values).reshape(3, 1, 1) for values in ([.485, .456, .406], [.229, .224, .225]))
    x = np.stack([((np.asarray(Image.open(path).convert("RGB"), np.float64).transpose(2, 0, 1) / 255 - mean) / deviation)
                  for path in paths]).astype(np.float32)
    stems = [os.path.join(maps, os.path.basename(path)[:-4]) for path in paths]
    a = np.stack([np.load(stem + ".relevance.npy").sum(0) for stem in stems]).astype(np.float32)
    targets = [json.load(open(stem + ".json"))["target"]["index"] for stem in stems]
    np.save(folder + "/x.npy", x)
    np.save(folder + "/a.npy", a)
    return x, a, targets


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", help="the built relprop-bench")
    parser.add_argument("--relprop", help="the built relprop")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--first-round", type=int, default=0, help="continue with the scenes of this round")
    parser.add_argument("--images", type=int, default=500, help="of relprop, a round")
    parser.add_argument("--quantus-images", type=int, default=64, help="of quantus, a round")
    parser.add_argument("--quantus-batch", type=int, default=64, help="its default: 64")
    parser.add_argument("--batch", type=int, default=100, help="of relprop")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--experiments", nargs="+", choices=list(EXPERIMENTS), default=list(EXPERIMENTS))
    parser.add_argument("--material", help="a folder to keep scenes and maps in between runs")
    parser.add_argument("--json")
    parser.add_argument("--append", action="store_true")
    parser.add_argument("--serve", choices=["first", "last"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.threads, arguments.serve == "last")
        return
    folder = arguments.material or tempfile.mkdtemp()
    total = arguments.rounds * arguments.images
    if arguments.material and os.path.exists(folder + "/targets.json"):
        x, a, targets = np.load(folder + "/x.npy"), np.load(folder + "/a.npy"), json.load(open(folder + "/targets.json"))
    else:
        x, a, targets = material(arguments, folder, arguments.first_round * arguments.images, total)
        json.dump(targets, open(folder + "/targets.json", "w"))
    offset = arguments.first_round * arguments.images if arguments.material else 0

    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    ours = Peer([arguments.bench, "serve", "--model", WEIGHTS, "--threads", str(arguments.threads)], clean)
    peers = {name: Peer([sys.executable, os.path.abspath(__file__), "--threads", str(arguments.threads), "--serve",
                         "last" if way.get("last") else "first"], {**clean, **(TUNED if way.get("tuned") else {})})
             for name, way in WAYS.items() if name in arguments.ways}
    results = origin(arguments)
    if arguments.append and arguments.json and os.path.exists(arguments.json):
        results["rounds"] = json.load(open(arguments.json))["rounds"]
    # One untimed run each.
    part(folder, x[:4], a[:4])
    experiments = {name: EXPERIMENTS[name] for name in arguments.experiments}
    for what, removal in experiments.items():
        ours.ask({"remove": {"input": folder + "/part.x.npy", "maps": folder + "/part.a.npy", "targets": targets[:4],
                             "replacement": "zero", "batch": arguments.batch, **removal}})
    part(folder, x[:2], a[:2])
    for peer in peers.values():
        peer.ask({"images": folder + "/part.x.npy", "maps": folder + "/part.a.npy", "targets": targets[:2], "what": "patches",
                  "batch": 2})
    for number in range(arguments.rounds):
        begin = offset + number * arguments.images
        chosen = slice(begin, begin + arguments.images)
        row = {"images": arguments.images, "quantusImages": arguments.quantus_images}
        for what, removal in experiments.items():
            part(folder, x[chosen], a[chosen])
            answer = ours.ask({"remove": {"input": folder + "/part.x.npy", "maps": folder + "/part.a.npy",
                                          "targets": targets[chosen], "replacement": "zero", "batch": arguments.batch,
                                          **removal}})
            row[what] = {"relprop": answer["seconds"][0] / arguments.images / removal["steps"]}
            few = slice(begin, begin + arguments.quantus_images)
            part(folder, x[few], a[few])
            for name, peer in peers.items():
                answer = peer.ask({"images": folder + "/part.x.npy", "maps": folder + "/part.a.npy",
                                   "targets": targets[few], "what": what, "batch": arguments.quantus_batch})
                assert answer["steps"] == STEPS_OF_QUANTUS[what]
                row[what][f"quantus {name}"] = answer["seconds"] / arguments.quantus_images / answer["steps"]
        results["rounds"].append(row)
        print(f"round {len(results['rounds'])}: " + "; ".join(
            f"{what} " + ", ".join(f"{name} {1e3 * seconds:.3f} ms" for name, seconds in row[what].items())
            for what in experiments), flush=True)
    for peer in [ours, *peers.values()]:
        peer.close()
    summarize(results)
    if arguments.json:
        write_json(arguments.json, results)


def part(folder, x, a):
    np.save(folder + "/part.x.npy", x)
    np.save(folder + "/part.a.npy", a)


def summarize(results):
    """Medians over the rounds of seconds an image and step, and the seconds of 1,000 images x 100 steps."""
    results["summary"] = {}
    images = sum(row["images"] for row in results["rounds"])
    print(f"\n{len(results['rounds'])} rounds, {images} images of relprop, "
          f"{sum(row['quantusImages'] for row in results['rounds'])} of quantus")
    for what in EXPERIMENTS:
        rows = [row[what] for row in results["rounds"] if what in row]
        if not rows:
            continue
        names = list(dict.fromkeys(name for row in rows for name in row))
        found = {name: [row[name] for row in rows if name in row] for name in names}
        own = float(np.median(found["relprop"]))
        results["summary"][what] = {}
        for name, seconds in found.items():
            lower, median, upper = (float(value) for value in np.quantile(seconds, [0.25, 0.5, 0.75]))
            results["summary"][what][name] = {"secondsAnImageAndStep": median, "lowerQuartile": lower, "upperQuartile": upper,
                                              "ratio": median / own}
            print(f"  {what:8s} {name:38s} {1e3 * median:7.3f} ms an image and step ({1e3 * lower:.3f}–{1e3 * upper:.3f}), "
                  f"{1e5 * median:7.1f} s for 1,000 x 100, {median / own:6.2f} times relprop's")


def origin(arguments):
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty=+"], capture_output=True, text=True)
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.processor())
    return {"benchmark": "quantus", "commit": commit.stdout.strip() or "unknown",
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "processor": model,
            "threads": arguments.threads, "relpropBatch": arguments.batch, "quantusBatch": arguments.quantus_batch,
            "versions": {"python": platform.python_version(),
                         **{name: importlib.metadata.version(name) for name in ("torch", "quantus", "numpy")}},
            "rounds": []}


if __name__ == "__main__":
    main()
