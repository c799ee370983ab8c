#!/usr/bin/env python3
"""Compares relprop's relevance with zennit's, composite by composite, on the same weights and input tensor.

    compare_zennit.py --relprop .build/release/relprop --image IMAGE... [--weights FILE | --full-size] [--json OUT]

Networks: the demo network (Models/demo, the default), any VGG-16 state dict as safetensors (--weights), or a full-size
VGG-16 with seeded random weights (--full-size, written to a temporary folder). relprop explains the
top class with each of zennit's named composites it has, and with `seed`, built of zennit's rules; zennit starts from the same logit (gradients from 1). Printed per composite:
cosine and max|difference| / max|relevance| of the input relevance. Needs torch, zennit, safetensors, numpy.
"""
import argparse
import copy
import importlib.metadata
import json
import os
import subprocess
import tempfile

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from networks import random_vgg16_state, vgg
from zennit_peer import import_zennit, relevance

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relprop", required=True)
    parser.add_argument("--image", nargs="+", required=True)
    parser.add_argument("--weights", default=os.path.join(ROOT, "Models/demo/vgg16-scenes.safetensors"))
    parser.add_argument("--full-size", action="store_true")
    parser.add_argument("--composite", nargs="+", help="only these")
    parser.add_argument("--double", action="store_true",
                        help="compare with zennit in float64, and zennit's own float32 with it too")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    composites = import_zennit()

    folder = tempfile.mkdtemp()
    weights = arguments.weights
    if arguments.full_size:
        weights = os.path.join(folder, "vgg16.safetensors")
        save_file(random_vgg16_state(), weights)
    network = vgg(load_file(weights))
    single = network
    if arguments.double:
        network = copy.deepcopy(network).double()

    listed = subprocess.run([arguments.relprop, "rules"], capture_output=True, text=True, check=True).stdout.split()
    names = arguments.composite or [name for name in ["seed", *composites.COMPOSITES] if name in listed]
    rows = []
    print(f"zennit {importlib.metadata.version('zennit')}, torch {torch.__version__}, "
          f"{'float64' if arguments.double else 'float32'}, {os.path.basename(weights)}")
    print(f"{'composite':28s} {'image':28s} {'1 - cosine':>12s} {'max difference':>15s}"
          + (f" {'zennit float32':>15s}" if arguments.double else ""))
    for name in names:
        for image in arguments.image:
            output = os.path.join(folder, name)
            subprocess.run([arguments.relprop, "explain", image, "--model", weights, "--composite", name, "--quiet",
                            "--save-input", "--output", output], check=True, capture_output=True)
            stem = os.path.join(output, os.path.splitext(os.path.basename(image))[0])
            report = json.load(open(stem + ".json"))
            preprocessing = report["preprocessing"]
            mean, deviation = (torch.tensor(preprocessing[key]).view(1, -1, 1, 1) for key in ("mean", "deviation"))
            x = torch.from_numpy(np.load(stem + ".input.npy")[None])
            low, high = (-mean / deviation).to(x), ((255 * preprocessing["scale"] - mean) / deviation).to(x)
            if arguments.double:
                x, low, high = x.double(), low.double(), high.double()
            ours = np.load(stem + ".relevance.npy").astype(np.float64)
            target = report["target"]["index"]
            theirs = relevance(network, name, x, low.expand_as(x), high.expand_as(x), target)[0].double().numpy()
            own = {}
            if arguments.double:
                alike = relevance(single, name, x.float(), low.float().expand_as(x), high.float().expand_as(x),
                                  target)[0].double().numpy()
                own = {"zennitFloat32MaxDifference": float(np.abs(alike - theirs).max() / np.abs(theirs).max())}
            cosine = float((ours * theirs).sum() / np.linalg.norm(ours) / np.linalg.norm(theirs))
            difference = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
            rows.append({"composite": name, "image": os.path.basename(image), "cosine": cosine, "maxDifference": difference, **own})
            print(f"{name:28s} {os.path.basename(image)[:28]:28s} {1 - cosine:12.2e} {difference:15.2e}"
                  + "".join(f" {value:15.2e}" for value in own.values()), flush=True)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"zennit": importlib.metadata.version("zennit"), "torch": torch.__version__,
                       "precision": "float64" if arguments.double else "float32",
                       "weights": os.path.basename(weights), "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
