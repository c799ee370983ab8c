#!/usr/bin/env python3
"""Compares relprop's scores of a full-size VGG-16 with PyTorch's on the same input tensor.

    python3 Tests/full_size_vgg.py FOLDER
    relprop explain PHOTO --model FOLDER/vgg16_zip.pth --save-input --output RESULTS
    check_full_size_vgg.py FOLDER/vgg16_zip.pth RESULTS

Prints the largest difference of the ten highest scores in units of max|logit|; exits with 1 above 1e-5.
Needs torch and numpy.
"""
import glob
import json
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../Tests"))
from full_size_vgg import VGG16  # noqa: E402


def main():
    weights, results = sys.argv[1:]
    network = VGG16().eval()
    network.load_state_dict(torch.load(weights, weights_only=True))
    worst = 0.0
    for path in sorted(glob.glob(os.path.join(results, "*.input.npy"))):
        report = json.load(open(path[: -len(".input.npy")] + ".json"))
        with torch.no_grad():
            logits = network(torch.from_numpy(np.load(path)[None]))[0].double().numpy()
        scale = np.abs(logits).max()
        difference = max(abs(logits[entry["index"]] - entry["score"]) for entry in report["top"]) / scale
        print(f"{path}: {difference:.2e} of max|logit| {scale:.4g}")
        worst = max(worst, difference)
    sys.exit(0 if worst <= 1e-5 else 1)


if __name__ == "__main__":
    main()
