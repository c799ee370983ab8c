#!/usr/bin/env python3
"""Compares starts inside the network, relevance filters, differences and baselines with zennit and captum.

    compare_targets.py --relprop .build/release/relprop --image IMAGE [--weights FILE]

zennit runs the composite epsilon_plus: a filter is a mask on the gradient at a layer's output, a neuron starts from its
activation, a difference replaces the last layer by w_a - w_b. captum runs the baselines. Both in float64. Printed: cosine
and max|difference| / max|theirs| at the input. Needs torch, zennit, captum, safetensors, numpy.
"""
import argparse
import copy
import importlib.metadata
import os
import subprocess
import tempfile
import warnings

import numpy as np
import torch
from safetensors.torch import load_file

from compare_zennit import ROOT
from networks import vgg
from zennit_peer import import_zennit


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relprop", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--weights", default=os.path.join(ROOT, "Models/demo/vgg16-scenes.safetensors"))
    arguments = parser.parse_args()
    composites = import_zennit()
    from captum import attr
    warnings.simplefilter("ignore")  # captum announces every hook it sets

    folder = tempfile.mkdtemp()
    network = vgg(load_file(arguments.weights)).double()

    def ours(name, *options):
        output = os.path.join(folder, name.replace(" ", "-"))
        subprocess.run([arguments.relprop, "explain", arguments.image, "--model", arguments.weights, "--composite",
                        "epsilon_plus", "--quiet", "--save-input", "--output", output, *options],
                       check=True, capture_output=True)
        found = [file for file in sorted(os.listdir(output)) if file.endswith(".relevance.npy")]
        stem = os.path.join(output, found[0][:-len(".relevance.npy")])
        return np.load(stem + ".relevance.npy").astype(np.float64), torch.from_numpy(np.load(stem + ".input.npy")).double()

    x = ours("plain")[1][None]
    top = int(network(x).argmax())
    other = (top + 3) % network(x).shape[1]

    def zennit(filters=(), start=None, difference=None):
        part = copy.deepcopy(network) if start is None else copy.deepcopy(network.features[:start[0] + 1])
        if difference:
            a, b = difference
            last = part.classifier[-1]
            last.weight.data, last.bias.data = last.weight[[a]] - last.weight[[b]], last.bias[[a]] - last.bias[[b]]
        image = x.clone().requires_grad_(True)

        def mask(channels):
            keep = torch.zeros(1, 10000, 1, 1, dtype=torch.float64).index_fill_(1, torch.tensor(channels), 1)

            def hook(module, inputs, output):
                output.register_hook(lambda gradient: gradient * keep[:, :gradient.shape[1]])
                return output
            return hook

        with composites.COMPOSITES["epsilon_plus"]().context(part) as modified:
            for layer, channels in filters:
                modified.features[layer].register_forward_hook(mask(channels))
            output = modified(image)
            relevance = torch.zeros_like(output)
            place = (0, top) if start is None else (0, *start[1:])
            place = (0, 0) if difference else place
            relevance[place] = output[place].detach()
            return torch.autograd.grad(output, image, grad_outputs=relevance)[0][0].numpy()

    cases = [
        ("filter of two layers", ["--filter", "features.21:1,2,3,7", "--filter", "features.10:4,5,6"],
         lambda: zennit([(21, [1, 2, 3, 7]), (10, [4, 5, 6])])),
        ("filter of a rectifier", ["--filter", "features.29:0,9,11,20"], lambda: zennit([(29, [0, 9, 11, 20])])),
        ("feature map", ["--neuron", "features.28:3"], lambda: zennit(start=(28, 3))),
        ("neuron", ["--neuron", "features.22:7,4,5"], lambda: zennit(start=(22, 7, 4, 5))),
        ("difference", ["--target", f"difference:{top},{other}"], lambda: zennit(difference=(top, other))),
        ("gradient", ["--method", "gradient"], lambda: attr.Saliency(network).attribute(x, top, abs=False)),
        ("gradient x input", ["--method", "gradient-x-input"], lambda: attr.InputXGradient(network).attribute(x, top)),
        ("deconvnet", ["--method", "deconvnet"], lambda: attr.Deconvolution(network).attribute(x, top)),
        ("guided backprop", ["--method", "guided-backprop"], lambda: attr.GuidedBackprop(network).attribute(x, top)),
        ("integrated gradients", ["--method", "integrated-gradients", "--steps", "10"],
         lambda: attr.IntegratedGradients(network).attribute(x, target=top, n_steps=10, method="riemann_right")),
        ("occlusion", ["--method", "occlusion", "--window", "24", "--stride", "24"],
         lambda: attr.Occlusion(network).attribute(x, (x.shape[1], 24, 24), (x.shape[1], 24, 24), target=top) / x.shape[1]),
    ]
    print(f"zennit {importlib.metadata.version('zennit')}, captum {importlib.metadata.version('captum')}, "
          f"torch {torch.__version__}, float64, {os.path.basename(arguments.weights)}")
    print(f"{'case':24s} {'1 - cosine':>12s} {'max difference':>15s}")
    for name, options, reference in cases:
        theirs = reference()
        theirs = (theirs.detach().numpy() if torch.is_tensor(theirs) else theirs).reshape(x.shape[1:])
        found = ours(name, *options)[0]
        cosine = float((found * theirs).sum() / np.linalg.norm(found) / np.linalg.norm(theirs))
        print(f"{name:24s} {1 - cosine:12.2e} {np.abs(found - theirs).max() / np.abs(theirs).max():15.2e}", flush=True)


if __name__ == "__main__":
    main()
