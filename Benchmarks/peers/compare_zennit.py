#!/usr/bin/env python3
"""Compares relprop's relevance with zennit's, composite by composite, on the same weights and input tensor.

    compare_zennit.py --relprop .build/release/relprop --image IMAGE... [--weights FILE | --full-size] [--json OUT]

Networks: the demo network (Models/demo, the default), any VGG-16 state dict as safetensors (--weights), or a full-size
VGG-16 with seeded random weights (--full-size, torchvision's class, written to a temporary folder). relprop explains the
top class with each of zennit's named composites it has; zennit starts from the same logit (gradients from 1). Printed per composite:
cosine and max|difference| / max|relevance| of the input relevance. Needs torch, zennit, safetensors, numpy.
"""
import argparse
import copy
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import types

import numpy as np
import torch
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
# Composites that are gradients start from 1, the rules of LRP from the logit; relprop does the same.
GRADIENTS = {"deconvnet", "guided_backprop", "beta_smooth"}


def import_zennit():
    """zennit names torchvision's models for its ResNet canonizers; a stub serves where torchvision is not installed."""
    try:
        import torchvision  # noqa: F401
    except Exception:
        for name in ("torchvision", "torchvision.models", "torchvision.models.resnet", "torchvision.models.vgg"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules["torchvision.models.resnet"].Bottleneck = type("Bottleneck", (torch.nn.Module,), {})
        sys.modules["torchvision.models.resnet"].BasicBlock = type("BasicBlock", (torch.nn.Module,), {})
    import zennit.composites
    return zennit.composites


def vgg(state):
    """A VGG of torchvision's layout with the widths of `state`."""
    layers, channels, index, pools = [], 3, 0, []
    for width_index in sorted({int(k.split(".")[1]) for k in state if k.startswith("features.") and k.endswith("weight")}):
        while index < width_index:  # a gap of one beyond the rectifier is a pool
            layers.append(torch.nn.MaxPool2d(2))
            index += 1
        width = state[f"features.{width_index}.weight"].shape[0]
        layers += [torch.nn.Conv2d(channels, width, 3, padding=1), torch.nn.ReLU()]
        channels, index = width, index + 2
    layers.append(torch.nn.MaxPool2d(2))
    side = int((state["classifier.0.weight"].shape[1] / channels) ** 0.5)
    sizes = [state[f"classifier.{i}.weight"].shape for i in (0, 3, 6)]
    network = torch.nn.Sequential()
    network.features = torch.nn.Sequential(*layers)
    network.avgpool = torch.nn.AdaptiveAvgPool2d(side)
    network.flatten = torch.nn.Flatten()
    network.classifier = torch.nn.Sequential(
        torch.nn.Linear(*sizes[0][::-1]), torch.nn.ReLU(), torch.nn.Dropout(),
        torch.nn.Linear(*sizes[1][::-1]), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(*sizes[2][::-1]))
    network.load_state_dict(state)
    # At the network's own size this pooling does nothing; a composite would still take it for a layer that averages.
    network.avgpool = torch.nn.Identity()
    return network.eval()


def zennit_relevance(composites, network, name, x, low, high, target):
    kwargs = {"low": low, "high": high} if name == "epsilon_gamma_box" else {}
    composite = composites.COMPOSITES[name](**kwargs)
    x = x.clone().requires_grad_(True)
    with composite.context(network) as modified:
        output = modified(x)
        start = torch.zeros_like(output)
        start[:, target] = 1 if name in GRADIENTS else output[:, target].detach()
        gradient, = torch.autograd.grad(output, x, grad_outputs=start)
    return gradient[0].double().numpy()


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
        sys.path.insert(0, os.path.join(ROOT, "Tests"))
        from full_size_vgg import VGG16
        torch.manual_seed(16)
        network = VGG16()
        for module in network.modules():  # He's initialisation and small biases keep activations of order one
            if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
                torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                torch.nn.init.normal_(module.bias, std=0.05)
        weights = os.path.join(folder, "vgg16.safetensors")
        save_file(network.state_dict(), weights)
    network = vgg(load_file(weights))
    single = network
    if arguments.double:
        network = copy.deepcopy(network).double()

    listed = subprocess.run([arguments.relprop, "rules"], capture_output=True, text=True, check=True).stdout.split()
    names = arguments.composite or [name for name in composites.COMPOSITES if name in listed]
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
            theirs = zennit_relevance(
                composites, network, name, x, low.expand_as(x), high.expand_as(x), report["target"]["index"])
            own = {}
            if arguments.double:
                alike = zennit_relevance(composites, single, name, x.float(), low.float().expand_as(x),
                                         high.float().expand_as(x), report["target"]["index"])
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
