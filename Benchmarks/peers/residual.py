"""ResNets in PyTorch with random weights, batch norms folded away, as files and as zennit wants them."""
import torch

BLOCKS = {"ResNet-18": ((2, 2, 2, 2), False), "ResNet-50": ((3, 4, 6, 3), True)}


class Block(torch.nn.Module):
    """Convolutions beside a shortcut, their sum and a rectifier; as a bottleneck 1 × 1, 3 × 3, 1 × 1."""

    def __init__(self, inputs, outputs, stride, is_bottleneck):
        super().__init__()
        narrow = outputs // 4 if is_bottleneck else outputs
        first = [(inputs, narrow, 1, 1), (narrow, narrow, 3, stride), (narrow, outputs, 1, 1)] if is_bottleneck \
            else [(inputs, outputs, 3, stride), (outputs, outputs, 3, 1)]
        layers = []
        for ins, outs, size, step in first:
            layers += [torch.nn.Conv2d(ins, outs, size, step, size // 2), torch.nn.ReLU()]
        self.branch = torch.nn.Sequential(*layers[:-1])
        self.shortcut = torch.nn.Conv2d(inputs, outputs, 1, stride) if stride > 1 or inputs != outputs else None
        self.relu = torch.nn.ReLU()
        self.sum = None  # a module, of both side by side, where a composite gives sums a rule

    def forward(self, x):
        branch, shortcut = self.branch(x), self.shortcut(x) if self.shortcut else x
        return self.relu(self.sum(torch.stack([branch, shortcut], -1)) if self.sum else branch + shortcut)


def resnet(name, narrowing=1, classes=1000, seed=18):
    counts, is_bottleneck = BLOCKS[name]
    widths = [width // narrowing * (4 if is_bottleneck else 1) for width in (64, 128, 256, 512)]
    channels = 64 // narrowing
    layers = [torch.nn.Conv2d(3, channels, 7, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(3, 2, 1)]
    for stage, (count, width) in enumerate(zip(counts, widths)):
        for number in range(count):
            layers.append(Block(channels, width, 2 if stage > 0 and number == 0 else 1, is_bottleneck))
            channels = width
    layers += [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(channels, classes)]
    network = torch.nn.Sequential(*layers).eval()
    generator = torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
            # Half of He's variance where two add up.
            fan_in = layer.weight[0].numel()
            torch.nn.init.normal_(layer.weight, 0, fan_in ** -0.5, generator=generator)
            torch.nn.init.normal_(layer.bias, 0, 0.05, generator=generator)
    return network


def with_sums(network, make_sum):
    """`network` with a module for every sum."""
    for layer in network.modules():
        if isinstance(layer, Block):
            layer.sum = make_sum()
    return network
