"""The network of the built-in classifier: plain 3x3 convolutions, early pooling, 0.47 M parameters (1.9 MB as FP32).

After the speed-run networks for CIFAR-10 (Page 2018, Jordan 2024, arXiv:2404.00498), narrowed to the size goal: resolution is
given up early, so that two CPU cores train it in about an hour. The graph looks at the picture and at its mirror image and
averages: a point of accuracy for no byte.
"""

import torch
from torch import nn

WIDTHS = (24, 48, 96, 144)


class Layer(nn.Sequential):
    """3x3 convolution, optional 2x2 max-pooling, batch normalisation, ReLU."""

    def __init__(self, channels_in: int, channels: int, pool: bool):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels, 3, padding=1, bias=False)
        self.pool = nn.MaxPool2d(2) if pool else nn.Identity()
        self.norm = nn.BatchNorm2d(channels)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x):
        return torch.relu(self.norm(self.pool(self.conv(x))))

    @torch.no_grad()
    def keep_scale_positive(self):
        self.norm.weight.clamp_(min=1e-3)


class Classifier(nn.Module):
    """f32 [N,3,32,32] -> logits f32 [N,10]."""

    def __init__(self, widths=WIDTHS, classes: int = 10):
        super().__init__()
        stem, one, two, three = widths
        self.layers = nn.Sequential(
            Layer(3, stem, False),
            Layer(stem, one, True), Layer(one, one, False),
            Layer(one, two, True), Layer(two, two, False),
            Layer(two, three, True), Layer(three, three, False),
        )
        self.pool = nn.MaxPool2d(4)
        self.head = nn.Linear(three, classes)

    def forward(self, x):
        """While it is trained, one view; when it serves, the mean over the picture and its mirror image."""
        if self.training:
            return self.view(x)
        return (self.view(x) + self.view(x.flip(3))) / 2

    def view(self, x):
        return self.head(self.pool(self.layers(x)).flatten(1))


@torch.no_grad()
def folded_weights(net: Classifier) -> dict:
    """Batch normalisation folded into the convolution before it, in f64: `layerI.weight`, `layerI.bias`, `head.*` in f32.

    Max-pooling between the two commutes with the folding only for positive scales, so training keeps them positive
    (`Layer.keep_scale_positive`) and this function refuses anything else.
    """
    out = {}
    for i, layer in enumerate(net.layers):
        scale = layer.norm.weight.double() / torch.sqrt(layer.norm.running_var.double() + layer.norm.eps)
        bias = layer.norm.bias.double() - layer.norm.running_mean.double() * scale
        if isinstance(layer.pool, nn.MaxPool2d) and bool((scale <= 0).any()):
            raise ValueError(f"layer {i}: batch normalisation with a scale that is not positive cannot be folded through max-pooling")
        out[f"layer{i}.weight"] = (layer.conv.weight.double() * scale[:, None, None, None]).float().cpu().numpy()
        out[f"layer{i}.bias"] = bias.float().cpu().numpy()
    out["head.weight"] = net.head.weight.detach().float().cpu().numpy()
    out["head.bias"] = net.head.bias.detach().float().cpu().numpy()
    return out
