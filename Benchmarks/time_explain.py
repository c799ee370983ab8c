#!/usr/bin/env python3
"""Times explanations: medians of forward and backward pass over images of one command, the first image apart.

    time_explain.py RELPROP [--model FILE] [--image IMAGE] [--composite NAME...] [--repeat N]

Without --image a scene is drawn; without --model the demo network explains it. The times are those of the reports
(NAME.json). Python's standard library alone.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("relprop")
    parser.add_argument("--model", default=os.path.join(os.path.dirname(__file__), "../Models/demo/vgg16-scenes.safetensors"))
    parser.add_argument("--image")
    parser.add_argument("--composite", nargs="+", default=["seed", "epsilon_gamma_box", "epsilon_plus"])
    parser.add_argument("--repeat", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        image = arguments.image
        if image is None:
            subprocess.run([arguments.relprop, "scenes", "--count", "1", "--output", folder], check=True,
                           capture_output=True)
            image = os.path.join(folder, "00000_airliner.png")
        copies = [os.path.join(folder, f"copy{i}{os.path.splitext(image)[1]}") for i in range(arguments.repeat + 1)]
        for copy in copies:
            shutil.copy(image, copy)
        print(f"{'composite':28s} {'':10s} {'first':>9s} {'median':>9s} {'least':>9s} {'most':>9s}  seconds")
        for composite in arguments.composite:
            subprocess.run([arguments.relprop, "explain", *copies, "--model", arguments.model, "--composite", composite,
                            "--quiet", "--batch", "1", "--output", folder], check=True, capture_output=True)
            reports = [json.load(open(os.path.splitext(copy)[0] + ".json"))["seconds"] for copy in copies]
            for stage in ("forward", "backward"):
                first, *rest = [report[stage] for report in reports]
                print(f"{composite:28s} {stage:10s} {first:9.4f} {statistics.median(rest):9.4f} {min(rest):9.4f} "
                      f"{max(rest):9.4f}")


if __name__ == "__main__":
    main()
