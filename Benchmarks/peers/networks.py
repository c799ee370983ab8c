"""VGG networks in PyTorch, random ones and those of a state dict, and images to feed them."""
import numpy as np
import torch

# Preprocessing of torchvision's ImageNet models; black and white bound the box rule.
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
LOW, HIGH = -MEAN / DEVIATION, (1 - MEAN) / DEVIATION


def vgg(state):
    """A VGG of torchvision's layout with the widths of `state`."""
    layers, channels, index = [], 3, 0
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


def random_vgg16_state(narrowing=1, grid=7, classes=1000, seed=16):
    """A VGG-16's state dict: He's initialisation, which keeps activations of order one, and small biases, none zero."""
    generator = torch.Generator().manual_seed(seed)
    state = {}

    def layer(name, *shape):
        fan_in = int(np.prod(shape[1:]))
        state[name + ".weight"] = torch.empty(shape).normal_(0, (2 / fan_in) ** 0.5, generator=generator)
        state[name + ".bias"] = torch.empty(shape[0]).normal_(0, 0.05, generator=generator)

    channels, index = 3, 0
    for width in [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"]:
        if width == "pool":
            index += 1
            continue
        layer(f"features.{index}", width // narrowing, channels, 3, 3)
        channels, index = width // narrowing, index + 2
    hidden = 4096 // narrowing
    layer("classifier.0", hidden, channels * grid * grid)
    layer("classifier.3", hidden, hidden)
    layer("classifier.6", classes, hidden)
    return state


def random_images(count, side, seed=3):
    """`[count, 3, side, side]`, preprocessed: soft blobs of colour with noise, between black and white."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 8, 8, generator=generator)
    pixels = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bicubic")
    pixels += 0.1 * torch.randn(count, 3, side, side, generator=generator)
    return (pixels.clamp(0, 1) - MEAN) / DEVIATION
