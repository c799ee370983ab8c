#!/usr/bin/env python3
"""Compares `relprop evaluate` with quantus on the same network, images, maps and masks: score by score, number by number.

    compare_quantus.py --relprop .build/release/relprop [--images N] [--composite NAME] [--json OUT]

relprop draws scenes, explains them (composite epsilon_plus), and evaluates; quantus gets the network as PyTorch, the images as
relprop read them, and relprop's maps. Printed: the largest difference of each score, and where quantus means something else
under the same name. Needs torch, quantus, safetensors, numpy: `make bench-quantus` installs them.
"""
import argparse
import glob
import importlib.metadata
import json
import os
import subprocess
import tempfile
import warnings

import numpy as np
import torch
from safetensors.torch import load_file

from networks import vgg
from results import write_json

HERE = os.path.dirname(os.path.abspath(__file__))
WEIGHTS = os.path.join(HERE, "../../Models/demo/vgg16-scenes.safetensors")
STEPS, PIXELS, PATCH = 96, 96, 8  # quantus wants steps that divide the 96 x 96 pixels

# Where the same name means something else; found by reading quantus 0.6.0, and seen here where a row says so.
DEVIATIONS = [
    "PixelFlipping removes single numbers, not pixels: a map is spread over the channels, and three numbers a pixel are removed "
    "one by one in an order that ties leave open. Agrees where 3 * n numbers go at a time and no two pixels tie.",
    "PixelFlipping and Selectivity have no point for the image itself; their area (np.trapz) is not divided by the steps.",
    "perturb_baseline 'black' is the smallest number of each image, not what black becomes.",
    "RegionPerturbation gives f(x) - f(x_k) for k = 1 ... K: the mean over k, and the term k = 0 of AOPC, are left to the caller.",
    "Patches of images whose sides they do not divide: quantus pads on both sides, so that its patches lie elsewhere.",
    "RelevanceMassAccuracy is of signed relevance (Quantus#213): here `inside share`.",
    "AttributionLocalisation is of positive relevance (here `relevance mass accuracy`), with 1e-9 in the denominator; its "
    "weighted form multiplies by |mask| / x_batch[2:].size, a slice of the batch axis, where the source divides by the share "
    "of the image.",
    "PointingGame knows no tolerance.",
    "Sparseness adds 1e-7 to every |R|; Complexity 1e-12 inside the logarithm.",
    "RelevanceRankAccuracy cuts ties as its sort happens to.",
]


def preprocess(path):
    from PIL import Image
    pixels = np.asarray(Image.open(path).convert("RGB"), np.float64).transpose(2, 0, 1)
    mean, deviation = (np.array(values).reshape(3, 1, 1) for values in ([.485, .456, .406], [.229, .224, .225]))
    return ((pixels / 255 - mean) / deviation).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relprop", required=True)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--composite", default="epsilon_plus")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # quantus tells every parameter it is sensitive to
    import quantus

    folder = tempfile.mkdtemp()
    scenes, maps, scores = (os.path.join(folder, name) for name in ("scenes", "maps", "scores"))

    def run(*words):
        subprocess.run([arguments.relprop, *words], check=True, capture_output=True)

    run("scenes", "--count", str(arguments.images), "--output", scenes, "--seed", "9")
    images = sorted(path for path in glob.glob(scenes + "/*.png") if not path.endswith("_mask.png"))
    run("explain", *images, "--model", WEIGHTS, "--composite", arguments.composite, "--quiet", "--output", maps)
    run("evaluate", scenes, "--model", WEIGHTS, "--method", arguments.composite, "--output", scores, "--units", "pixel,patch",
        "--pixels-per-step", str(PIXELS), "--patch", str(PATCH), "--steps", str(STEPS), "--replacements", "zero",
        "--shifts", "0")
    records = {os.path.basename(record["image"]): record for record in map(json.loads, open(scores + "/results.jsonl"))}
    records = [records[os.path.basename(path)] for path in images]

    from PIL import Image
    x = np.stack([preprocess(path) for path in images])
    # As relprop scores read a map: summed over the channels in double, then a float.
    a = np.stack([np.load(os.path.join(maps, os.path.basename(path)[:-4] + ".relevance.npy")).astype(np.float64).sum(0)
                  for path in images]).astype(np.float32)[:, None]
    s = np.stack([np.asarray(Image.open(path[:-4] + "_mask.png").convert("L")) >= 128 for path in images])[:, None]
    network = vgg(load_file(WEIGHTS))
    y = np.array([record["target"] for record in records])
    with torch.no_grad():
        assert (network(torch.from_numpy(x)).argmax(1).numpy() == y).all()

    options = {"abs": False, "normalise": False, "disable_warnings": True}

    def theirs(metric, softmax=True, map_=a, **call):
        # Metrics change the arrays they are given.
        found = metric(model=network, x_batch=x.copy(), y_batch=y, a_batch=map_.copy(), s_batch=s.copy(), softmax=softmax,
                       batch_size=len(x), **call)
        return np.array(found, np.float64)

    def curve(name, kind):
        return np.array([record["result"]["curves"][name][kind] for record in records])

    def score(name):
        return np.array([record["result"]["scores"].get(name, np.nan) for record in records])

    rows = []

    def row(name, ours, found, note=""):
        # Numbers that quantus or relprop does not define are left out of both.
        known = np.isfinite(found) & np.isfinite(ours)
        difference = float((np.abs(ours - found) / np.maximum(1, np.abs(found)))[known].max())
        rows.append({"score": name, "values": int(known.sum()), "largestDifference": difference, "note": note})
        print(f"{name:62s} {int(known.sum()):6d} {difference:12.1e}  {note}", flush=True)

    print(f"quantus {importlib.metadata.version('quantus')}, torch {torch.__version__}, {len(x)} scenes, "
          f"composite {arguments.composite}\n{'score':62s} {'values':>6s} {'difference':>12s}")
    patches = f"patches of {PATCH}, {{}} relevant first, zero"
    pixels = f"{PIXELS} pixels, {{}} relevant first, zero"
    for softmax, kind, f in ((True, "probabilities", "p"), (False, "logits", "score")):
        flips = theirs(quantus.PixelFlipping(features_in_step=3 * PIXELS, perturb_baseline=0.0, **options), softmax)
        row(f"PixelFlipping, {f}", curve(pixels.format("most"), kind)[:, 1:], flips)
        for order, ours in (("morf", "most"), ("lerf", "least")):
            found = theirs(quantus.RegionPerturbation(patch_size=PATCH, regions_evaluation=STEPS, order=order,
                                                      perturb_baseline=0.0, **options), softmax)
            own = curve(patches.format(ours), kind)
            row(f"RegionPerturbation {order}, {f}", own[:, :1] - own[:, 1:], found)
    found = theirs(quantus.Selectivity(patch_size=PATCH, perturb_baseline=0.0, **options), False)
    row("Selectivity, its curve with zero in place of black", curve(patches.format("most"), "logits")[:, 1:],
        found[:, :STEPS], f"the first {STEPS} steps")
    row("RelevanceMassAccuracy = inside share", score("inside share"), theirs(quantus.RelevanceMassAccuracy(**options)))
    positive = {"positive_attributions": True, **options}
    row("AttributionLocalisation = relevance mass accuracy", score("relevance mass accuracy"),
        theirs(quantus.AttributionLocalisation(**positive)), "1e-9 in its denominator")
    weighted = theirs(quantus.AttributionLocalisation(weighted=True, **positive))
    row("AttributionLocalisation, weighted", score("inside share, size-weighted"), weighted, "means something else: see below")
    row("RelevanceRankAccuracy", score("relevance rank accuracy"), theirs(quantus.RelevanceRankAccuracy(**options)))
    row("PointingGame", score("pointing game"), theirs(quantus.PointingGame(**options)))
    row("Sparseness = Gini index", score("Gini index"), theirs(quantus.Sparseness(**{**options, "abs": True})),
        "1e-7 added to every |R|")
    row("Complexity = entropy", score("entropy"), theirs(quantus.Complexity(**{**options, "abs": True})),
        "1e-12 inside the logarithm")
    print("\nKnown deviations of quantus:")
    for deviation in DEVIATIONS:
        print(f"- {deviation}")
    if arguments.json:
        write_json(arguments.json, {
            "quantus": importlib.metadata.version("quantus"), "torch": torch.__version__, "images": len(x),
            "composite": arguments.composite, "rows": rows, "deviations": DEVIATIONS})


if __name__ == "__main__":
    main()
