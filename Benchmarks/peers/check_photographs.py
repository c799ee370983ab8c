#!/usr/bin/env python3
"""Compares relprop's classification of photographs with onnxruntime's on the same input tensors.

    check_photographs.py MODEL.onnx RESULTS

RESULTS is the folder of `relprop explain PHOTO… --model MODEL.onnx --save-input --output RESULTS`. Prints, per photograph,
the top class and the largest difference of a probability; exits with 1 where a top class differs or a probability by
more than 0.02. Needs numpy and onnxruntime.
"""
import glob
import json
import os
import sys

import numpy as np
import onnxruntime


def main():
    model, results = sys.argv[1:]
    session = onnxruntime.InferenceSession(model)
    name = session.get_inputs()[0].name
    dtype = np.float16 if session.get_inputs()[0].type == "tensor(float16)" else np.float32
    worst, failed, count = 0.0, 0, 0
    for path in sorted(glob.glob(os.path.join(results, "*.input.npy"))):
        stem = path[: -len(".input.npy")]
        report = json.load(open(stem + ".json"))
        output = session.run(None, {name: np.load(path)[None].astype(dtype)})[0].reshape(-1).astype(np.float64)
        if output.min() < 0 or abs(output.sum() - 1) > 1e-3:  # logits: the graph has no softmax
            output = np.exp(output - output.max())
            output /= output.sum()
        difference = max(abs(output[entry["index"]] - entry["probability"]) for entry in report["top"])
        same = int(output.argmax()) == report["top"][0]["index"]
        print(f"{os.path.basename(stem):40s} top {report['top'][0]['name'][:30]:30s} "
              f"{'same' if same else 'DIFFERENT'}  max difference of a probability {difference:.2e}")
        worst, failed, count = max(worst, difference), failed + (not same or difference > 0.02), count + 1
    print(f"{count} photographs, {failed} failed, largest difference {worst:.2e}")
    sys.exit(1 if failed or not count else 0)


if __name__ == "__main__":
    main()
