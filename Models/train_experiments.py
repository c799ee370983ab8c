#!/usr/bin/env python3
"""Trains the small networks that the seeds' experiments compare (`make experiments`).

    swift build -c release --product relprop
    python3 Models/train_experiments.py shallow --relprop .build/release/relprop

| network     | what it is                                                                                          |
|-------------|-----------------------------------------------------------------------------------------------------|
| shallow     | an architecture beside VGG-16, as CaffeNet is: four convolutions (7, 5, 3, 3 pixels), two dense layers |
| brief       | the same from the same random weights and scenes, after one pass over them instead of six            |
| clever-hans | the same, trained as long as shallow on scenes whose zebras all bear a mark in a corner             |

Scenes, preprocessing and training are those of train_demo.py; everything is measured on the file as written. Writes
NAME.onnx and the entry NAME of training.json into Models/experiments.
"""

import argparse
import json
import platform
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from train_demo import SEEDS, SIZE, TRAINING_SEED, draw, folded, initialize, load, metadata, predicted, train

NETWORKS = {
    "shallow": {"scenes": 16000, "epochs": 6},
    "brief": {"scenes": 16000, "epochs": 1},
    "clever-hans": {"scenes": 16000, "epochs": 6, "mark": "zebra"},
}


def shallow(classes: int, batch_norm: bool) -> nn.Module:
    """Four convolutions of falling size, each followed by a pool, and two dense layers."""
    layers, channels = [], 3
    for width, kernel, stride in [(16, 7, 2), (32, 5, 1), (48, 3, 1), (64, 3, 1)]:
        layers.append(nn.Conv2d(channels, width, kernel, stride, kernel // 2))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        channels = width
    network = nn.Sequential()
    network.features = nn.Sequential(*layers)
    network.flatten = nn.Flatten()
    side = SIZE // 32
    network.classifier = nn.Sequential(nn.Linear(channels * side * side, 64), nn.ReLU(), nn.Linear(64, classes))
    initialize(network)
    return network


def export(plain: nn.Module, classes: list, path: Path) -> None:
    torch.onnx.export(
        plain, torch.zeros(1, 3, SIZE, SIZE), path, dynamo=False, opset_version=17, input_names=["image"],
        output_names=["scores"], dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}})
    model = onnx.load(path)
    onnx.helper.set_model_props(model, metadata(classes))
    onnx.save(model, path)
    path.chmod(0o644)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("network", choices=NETWORKS)
    options.add_argument("--relprop", type=Path, default=Path(".build/release/relprop"), help="the command that draws")
    options.add_argument("--scenes", type=Path, help="a folder that keeps the sets of scenes for the next training")
    options.add_argument("--output", type=Path, default=Path(__file__).parent / "experiments")
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    options.add_argument("--precision", choices=["bfloat16", "float32"], default="bfloat16")
    options.add_argument("--threads", type=int, default=2)
    arguments = options.parse_args()
    name, plan = arguments.network, NETWORKS[arguments.network]
    counts = {"train": plan["scenes"], "validation": 1000, "test": 3000}

    torch.manual_seed(TRAINING_SEED)
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.scenes or Path(temporary)
        drawing = {}
        for part, count in counts.items():
            path = folder / f"{part}-{count}{'-' + plan['mark'] if 'mark' in plan else ''}"
            started = None if (path / "scenes.json").exists() else draw(
                arguments.relprop, path, count, SEEDS[part], plan.get("mark"))
            drawing[part] = path, started
        if any(process.wait() for _, process in drawing.values() if process):
            raise SystemExit(f"{arguments.relprop} scenes failed")
        data = {part: load(path) for part, (path, _) in drawing.items()}

    started = time.time()
    classes, test = data["test"]["classes"], data["test"]
    trained = train(
        shallow(len(classes), batch_norm=True), data["train"], data["validation"],
        plan["epochs"], arguments.batch, arguments.rate, arguments.precision)
    seconds = time.time() - started
    arguments.output.mkdir(parents=True, exist_ok=True)
    written = folded(trained, shallow(len(classes), batch_norm=False))
    path = arguments.output / f"{name}.onnx"
    export(written, classes, path)

    right = predicted(written, test["images"]) == test["labels"]
    validated = predicted(written, data["validation"]["images"]) == data["validation"]["labels"]
    report = {
        "seeds": {**SEEDS, "training": TRAINING_SEED}, "scenes": counts, "marked": plan.get("mark"),
        "epochs": plan["epochs"], "batch": arguments.batch, "highestRate": arguments.rate,
        "precision": arguments.precision, "threads": arguments.threads,
        "parameters": sum(p.numel() for p in written.parameters()), "bytes": path.stat().st_size,
        "testAccuracy": round(right.float().mean().item(), 4),
        "testAccuracyPerClass": {
            label: round(right[test["labels"] == index].float().mean().item(), 4)
            for index, label in enumerate(classes)},
        "validationAccuracy": round(validated.float().mean().item(), 4),
        "secondsOfTraining": round(seconds),
        "versions": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
    }
    record = arguments.output / "training.json"
    entries = json.loads(record.read_text()) if record.exists() else {}
    entries[name] = report
    record.write_text(json.dumps({key: entries[key] for key in NETWORKS if key in entries}, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
