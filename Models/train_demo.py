#!/usr/bin/env python3
"""Trains the demo network on scenes that `relprop scenes` draws, and measures it on scenes it has not seen.

    swift build -c release --product relprop
    python3 Models/train_demo.py --relprop .build/release/relprop

Needs PyTorch, NumPy and safetensors; development only, nothing at run time needs it. Trained with batch
normalisation; the exported file has it folded into the convolutions, so it is a plain VGG-16 state dict with
torchvision's names (features.0 ... features.28, classifier.0, .3, .6), only narrower.

Writes vgg16-scenes.safetensors and training.json into Models/demo.
"""

import argparse
import json
import platform
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

SIZE = 96
WIDTHS = [16, 16, "pool", 32, 32, "pool", 48, 48, 48, "pool", 64, 64, 64, "pool", 64, 64, 64, "pool"]
HIDDEN = 128
MEAN = [0.485, 0.456, 0.406]
DEVIATION = [0.229, 0.224, 0.225]
# Seeds of the sets of scenes: no scene in common. And the seed of everything random in this script.
SEEDS = {"train": 1001, "validation": 2002, "test": 3003}
TRAINING_SEED = 7


def vgg16(classes: int, batch_norm: bool) -> nn.Module:
    """VGG-16: thirteen 3x3 convolutions, five pools, three dense layers; torchvision's layer indices."""
    layers, channels = [], 3
    for width in WIDTHS:
        if width == "pool":
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(channels, width, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU())
        channels = width
    side = SIZE // 32
    network = nn.Sequential()
    network.features = nn.Sequential(*layers)
    network.flatten = nn.Flatten()
    network.classifier = nn.Sequential(
        nn.Linear(channels * side * side, HIDDEN), nn.ReLU(), nn.Dropout(0.1),
        nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Dropout(0.1),
        nn.Linear(HIDDEN, classes))
    initialize(network)
    return network


def initialize(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(module.bias)


def folded(network: nn.Module, plain: nn.Module) -> nn.Module:
    """The same function in `plain`, which has no batch normalisation.

    w' = w g / sqrt(v + e), b' = (b - m) g / sqrt(v + e) + beta.
    """
    targets = iter(module for module in plain.features if isinstance(module, nn.Conv2d))
    layers = list(network.features)
    for layer, norm in zip(layers, layers[1:]):
        if not isinstance(layer, nn.Conv2d):
            continue
        target = next(targets)
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        target.weight.data = (layer.weight * scale[:, None, None, None]).detach().contiguous()
        target.bias.data = ((layer.bias - norm.running_mean) * scale + norm.bias).detach()
    plain.classifier.load_state_dict(network.classifier.state_dict())
    return plain.eval()


def draw(relprop: Path, folder: Path, count: int, seed: int, mark: str | None = None) -> subprocess.Popen:
    command = [relprop, "scenes", "--count", count, "--size", SIZE, "--seed", seed, "--format", "raw"]
    command += ["--output", folder] + (["--mark", mark] if mark else [])
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)


def load(folder: Path) -> dict:
    index = json.loads((folder / "scenes.json").read_text())
    size, count = index["size"], len(index["scenes"])
    images = np.fromfile(folder / "images.u8", np.uint8).reshape(count, size, size, 3)
    masks = np.fromfile(folder / "masks.u8", np.uint8).reshape(count, size, size)
    labels = np.fromfile(folder / "labels.u8", np.uint8)
    return {
        "images": torch.from_numpy(images), "masks": torch.from_numpy(masks) > 0,
        "labels": torch.from_numpy(labels).long(), "classes": index["classes"],
    }


def prepared(images: torch.Tensor) -> torch.Tensor:
    """Bytes N x H x W x 3 to (pixel / 255 - mean) / deviation, N x 3 x H x W in memory order of channels last."""
    x = images.permute(0, 3, 1, 2).float() / 255
    return (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]


def varied(x: torch.Tensor) -> torch.Tensor:
    """Light augmentation: contrast and brightness of each image, and a shift of the batch by up to four pixels."""
    count = x.shape[0]
    x = x * torch.empty(count, 1, 1, 1).uniform_(0.8, 1.25) + torch.empty(count, 1, 1, 1).uniform_(-0.25, 0.25)
    down, right = torch.randint(-4, 5, (2,)).tolist()
    return torch.roll(x, (down, right), (2, 3)).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def predicted(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    network.eval()
    return torch.cat([network(prepared(part)).argmax(1) for part in images.split(250)])


def train(
        network: nn.Module, data: dict, validation: dict, epochs: int, batch: int, rate: float, precision: str
) -> nn.Module:
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02)
    count = len(data["labels"])
    steps = count // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * steps, pct_start=0.2)
    for epoch in range(epochs):
        network.train()
        started, total = time.time(), 0.0
        order = torch.randperm(count)
        for step in range(steps):
            chosen = order[step * batch:(step + 1) * batch]
            x = varied(prepared(data["images"][chosen]))
            # Weights and statistics stay float32; only the layers' arithmetic is narrower.
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                scores = network(x).float()
            loss = F.cross_entropy(scores, data["labels"][chosen], label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        accuracy = (predicted(network, validation["images"]) == validation["labels"]).float().mean().item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / steps:.4f}, validation accuracy {accuracy:.4f}, "
              f"{time.time() - started:.0f} s", flush=True)
    return network.eval()


def stabilized(z: torch.Tensor) -> torch.Tensor:
    return z + torch.where(z >= 0, 1e-6, -1e-6)


def relevance(network: nn.Module, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """LRP of the target's logit, summed over colours: zB at the pixels, gamma 0.25 in the convolutions, epsilon above.

    Each layer: R = a * d/da (z(a) . s) with s = R / z held fixed; max pools pass relevance to the winner.
    """
    layers = [*network.features, network.flatten, *network.classifier]
    inputs = [x]
    with torch.no_grad():
        for layer in layers:
            inputs.append(layer(inputs[-1]))
    r = torch.zeros_like(inputs[-1])
    r.scatter_(1, target[:, None], inputs[-1].gather(1, target[:, None]))
    for depth in reversed(range(len(layers))):
        layer, a = layers[depth], inputs[depth].detach().requires_grad_(True)
        if isinstance(layer, (nn.ReLU, nn.Dropout)):
            continue
        if depth == 0:
            bounds = [(bound - torch.tensor(MEAN)) / torch.tensor(DEVIATION) for bound in (0.0, 1.0)]
            low, high = (b[:, None, None].expand_as(a).clone().requires_grad_(True) for b in bounds)
            w = layer.weight.detach()
            z = (F.conv2d(a, w, padding=1) - F.conv2d(low, w.clamp(min=0), padding=1)
                 - F.conv2d(high, w.clamp(max=0), padding=1))
            z.backward(r / stabilized(z.detach()))
            r = a.detach() * a.grad + low.detach() * low.grad + high.detach() * high.grad
            continue
        if isinstance(layer, nn.Conv2d):
            w, b = (p.detach() + 0.25 * p.detach().clamp(min=0) for p in (layer.weight, layer.bias))
            z = F.conv2d(a, w, b, padding=1)
        else:
            z = layer(a)
        if isinstance(layer, (nn.MaxPool2d, nn.Flatten)):
            z.backward(r)
            r = a.grad
        else:
            z.backward(r / stabilized(z.detach()))
            r = a.detach() * a.grad
    return r.sum(1)


def gradient_times_input(network: nn.Module, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    x = x.detach().requires_grad_(True)
    network(x).gather(1, target[:, None]).sum().backward()
    return (x * x.grad).detach().sum(1)


def inside_share(method, network: nn.Module, data: dict, count: int) -> torch.Tensor:
    """Per image: positive relevance inside the mask over all positive relevance."""
    shares = []
    for start in range(0, count, 50):
        part = slice(start, start + 50)
        positive = method(network, prepared(data["images"][part]), data["labels"][part]).clamp(min=0)
        shares.append((positive * data["masks"][part]).sum((1, 2)) / positive.sum((1, 2)))
    return torch.cat(shares)


def summary(values: torch.Tensor) -> dict:
    return {"mean": round(values.mean().item(), 4), "median": round(values.median().item(), 4)}


def metadata(classes: list) -> dict:
    """What the command reads from a model file: the classes' names and how pixels become the input."""
    preprocessing = {
        "channelOrder": "rgb", "scale": 1 / 255, "mean": MEAN, "deviation": DEVIATION, "fitting": "stretch",
        "resize": SIZE,
    }
    return {"relprop.labels": json.dumps(classes), "relprop.preprocessing": json.dumps(preprocessing)}


def export(network: nn.Module, classes: list, path: Path) -> None:
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, path, {"format": "pt", **metadata(classes)})
    path.chmod(0o644)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--relprop", type=Path, default=Path(".build/release/relprop"), help="the command that draws")
    options.add_argument("--output", type=Path, default=Path(__file__).parent / "demo")
    options.add_argument("--train", type=int, default=16000, help="scenes to train on")
    options.add_argument("--validation", type=int, default=1000)
    options.add_argument("--test", type=int, default=3000)
    options.add_argument("--explained", type=int, default=1000, help="test scenes to explain")
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    options.add_argument("--precision", choices=["bfloat16", "float32"], default="bfloat16",
                         help="of training; bfloat16 is four times as fast where the processor knows it (AVX-512 BF16)")
    options.add_argument("--threads", type=int, default=2)
    arguments = options.parse_args()

    torch.manual_seed(TRAINING_SEED)
    torch.set_num_threads(arguments.threads)
    started = time.time()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        drawing = [draw(arguments.relprop, folder / name, getattr(arguments, name), SEEDS[name]) for name in SEEDS]
        if any(process.wait() for process in drawing):
            raise SystemExit(f"{arguments.relprop} scenes failed")
        data = {name: load(folder / name) for name in SEEDS}
    drawn = time.time()
    print(f"scenes drawn in {drawn - started:.0f} s", flush=True)

    trained = train(
        vgg16(len(data["train"]["classes"]), batch_norm=True), data["train"], data["validation"],
        arguments.epochs, arguments.batch, arguments.rate, arguments.precision)
    training_seconds = time.time() - drawn

    classes, test = data["test"]["classes"], data["test"]
    path = arguments.output / "vgg16-scenes.safetensors"
    arguments.output.mkdir(parents=True, exist_ok=True)
    export(folded(trained, vgg16(len(classes), batch_norm=False)), classes, path)

    # Everything is measured on the file as written.
    network = vgg16(len(classes), batch_norm=False).eval()
    network.load_state_dict(load_file(path))
    validated = predicted(network, data["validation"]["images"]) == data["validation"]["labels"]
    guesses = predicted(network, test["images"])
    right = guesses == test["labels"]
    confused = {}
    for truth, guess in zip(test["labels"][~right].tolist(), guesses[~right].tolist()):
        pair = f"{classes[truth]} taken for {classes[guess]}"
        confused[pair] = confused.get(pair, 0) + 1
    explained = min(arguments.explained, len(test["labels"]))
    report = {
        "command": "python3 Models/train_demo.py" + "".join(
            f" --{name} {getattr(arguments, name)}"
            for name in ("train", "validation", "test", "epochs", "batch", "rate", "precision", "threads")),
        "seeds": {**SEEDS, "training": TRAINING_SEED},
        "scenes": {name: len(data[name]["labels"]) for name in SEEDS},
        "epochs": arguments.epochs, "batch": arguments.batch, "highestRate": arguments.rate,
        "parameters": sum(p.numel() for p in network.parameters()), "bytes": path.stat().st_size,
        "testAccuracy": round(right.float().mean().item(), 4),
        "testAccuracyPerClass": {
            name: round(right[test["labels"] == index].float().mean().item(), 4) for index, name in enumerate(classes)},
        "validationAccuracy": round(validated.float().mean().item(), 4),
        "confusions": dict(sorted(confused.items(), key=lambda pair: -pair[1])[:12]),
        "insideMask": {
            "scenesExplained": explained,
            "maskShareOfImage": summary(test["masks"][:explained].float().mean((1, 2))),
            "lrp (zB, gamma 0.25, epsilon)": summary(inside_share(relevance, network, test, explained)),
            "gradient times input": summary(inside_share(gradient_times_input, network, test, explained)),
        },
        "seconds": {"drawing": round(drawn - started), "training": round(training_seconds)},
        "versions": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
    }
    (arguments.output / "training.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
