"""The composite `seed` as a careful PyTorch user would write it: every z reused, every ρ(w) made once, no autograd, and c
carried from layer to layer, R = a·c formed where it is divided."""
import torch
from torch.nn.functional import avg_pool2d, conv2d, conv_transpose2d, interpolate, linear, max_pool2d, relu

STABILIZER = 1e-9


class SeedByHand:
    """- network: of `networks.vgg`.  - layout: `torch.contiguous_format` or `torch.channels_last`."""

    def __init__(self, network, low, high, layout):
        self.layout = layout
        self.steps = []  # (kind, weight, bias, ρ(weight), ρ(bias)) bottom up
        pools = 0
        for index, module in enumerate(network.features):
            if isinstance(module, torch.nn.MaxPool2d):
                pools += 1
                self.steps.append(("pool" if pools <= 3 else "pool-relative", None, None, None, None))
            elif isinstance(module, torch.nn.Conv2d):
                w, b = module.weight.data.contiguous(memory_format=layout), module.bias.data
                if index == 0:
                    self.box = self._box_constants(w, low, high)
                    self.steps.append(("box", w, b, None, None))
                elif pools < 3:
                    rho = (w + 0.25 * w.clamp(min=0)).contiguous(memory_format=layout)
                    self.steps.append(("gamma", w, b, rho, b + 0.25 * b.clamp(min=0)))
                else:
                    self.steps.append(("epsilon", w, b, w, b))
        self.dense = [(module.weight.data, module.bias.data)
                      for module in network.classifier if isinstance(module, torch.nn.Linear)]
        self.sums = {}

    def _box_constants(self, w, low, high):
        return low, high, w.clamp(min=0), w.clamp(max=0)

    def _low_high(self, shape):
        """l·w⁺ + h·w⁻ over an image of this shape: depends on nothing else, so it is made once."""
        if shape not in self.sums:
            low, high, positive, negative = self.box
            size = (1, *shape[1:])
            self.sums[shape] = (conv2d(low.expand(size), positive, padding=1)
                                + conv2d(high.expand(size), negative, padding=1))
        return self.sums[shape]

    @torch.inference_mode()
    def __call__(self, x, targets):
        x = x.contiguous(memory_format=self.layout)
        activations, z = [x], []  # input of every step, and the output of the last; pre-activations
        for kind, w, b, _, _ in self.steps:
            if kind.startswith("pool"):
                z.append(None)
                activations.append(max_pool2d(activations[-1], 2))
            else:
                z.append(conv2d(activations[-1], w, b, padding=1))
                activations.append(relu(z[-1]))
        hidden = [activations[-1].flatten(1)]
        for number, (w, b) in enumerate(self.dense):
            output = linear(hidden[-1], w, b)
            hidden.append(relu(output) if number < 2 else output)

        rows = torch.arange(len(x))
        if targets is None:
            targets = hidden[-1].argmax(1)
        # LRP-0 where z > 0: a/z = 1, so s = c; the logit itself starts with s = 1.
        s = torch.zeros_like(hidden[-1])
        s[rows, targets] = 1
        for number in (2, 1, 0):
            c = s @ self.dense[number][0]
            s = c.mul_(hidden[number] > 0) if number > 0 else c
        c = s.view_as(activations[-1])

        for index in reversed(range(len(self.steps))):
            kind, w, b, rho, rho_bias = self.steps[index]
            a, relevance = activations[index], activations[index + 1].mul(c)
            if kind.startswith("pool"):
                s = relevance.div_(self._stabilized(avg_pool2d(a, 2), kind == "pool-relative"))
                c = interpolate(s.mul_(0.25), scale_factor=2, mode="nearest")
                continue
            if kind == "gamma":
                s = relevance.div_(conv2d(a, rho, rho_bias, padding=1).add_(STABILIZER))
            elif kind == "epsilon":
                s = relevance.div_(self._stabilized(z[index], True))
            else:
                low, high, positive, negative = self.box
                without_bias = z[index] - b.view(1, -1, 1, 1)
                s = relevance.div_(without_bias.sub_(self._low_high(tuple(x.shape))).add_(STABILIZER))
                return (x * conv_transpose2d(s, w, padding=1) - low * conv_transpose2d(s, positive, padding=1)
                        - high * conv_transpose2d(s, negative, padding=1))
            c = conv_transpose2d(s, rho, padding=1)

    @staticmethod
    def _stabilized(z, relative):
        if not relative:
            return z + STABILIZER
        return z + (0.25 * z.square().mean(dim=(1, 2, 3), keepdim=True).sqrt_() + STABILIZER)
