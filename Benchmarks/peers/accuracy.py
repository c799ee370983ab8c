"""How far float32 relevance is from float64: relative l2 error at the input, image by image."""
import copy
import os

import numpy as np
import torch

import zennit_peer


def relative_error(found, exact):
    """|found − exact| / |exact|, in float64."""
    exact = exact.astype(np.float64)
    return float(np.linalg.norm(found.astype(np.float64) - exact) / np.linalg.norm(exact))


def relative_errors(network, composite, x, low, high, workers, folder):
    """- workers: by name, each loaded for `composite` and one image. Returns errors by name, one an image."""
    double = copy.deepcopy(network).double()
    errors = {name: [] for name in [*workers, "zennit float32"]}
    for image in x:
        image = image[None]
        with torch.no_grad():
            target = int(double(image.double()).argmax())
        targets = torch.tensor([target])
        exact = zennit_peer.relevance(double, composite, image.double(), low.double(), high.double(), targets).numpy()

        errors["zennit float32"].append(
            relative_error(zennit_peer.relevance(network, composite, image, low, high, targets).numpy(), exact))
        np.save(os.path.join(folder, "image.npy"), image.numpy())
        for name, worker in workers.items():
            output = os.path.join(folder, "relevance.npy")
            worker.run(input=os.path.join(folder, "image.npy"), classes=[target], output=output)
            errors[name].append(relative_error(np.load(output), exact))
    return errors
