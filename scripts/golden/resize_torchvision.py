"""Golden vectors of the resize profile `torchvision`: torchvision.transforms.v2.functional.resize of uint8 CPU tensors.

    python scripts/golden/resize_torchvision.py tests/golden/resize_torchvision.json

needs torch and torchvision (versions in the file; CONTRIBUTING.md says how to make such a Python). Contiguous and
channels-last tensors are both tried and must agree. See resize_cases.py for the cases.
"""

import torch
import torchvision
from resize_cases import digest, main, picture
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional

import numpy as np

OPTIONS = [
    {"filter": "bilinear", "antialias": True}, {"filter": "bicubic", "antialias": True},
    {"filter": "bilinear", "antialias": False}, {"filter": "bicubic", "antialias": False},
    {"filter": "lanczos", "antialias": True}, {"filter": "nearest", "antialias": False},
]
TENSORS = [
    # layout, color, source (width, height), resize of the card, normalisation
    ("NCHW", "RGB", (300, 200), {"shortest": 64, "crop": [56, 56]}, ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])),
    ("NHWC", "BGR", (90, 131), {"size": [48, 40]}, ([0.5, 0.25, 0.125], [0.5, 1.0, 0.25])),
    ("NCHW", "gray", (77, 50), {"size": [33, 60]}, ([0.5], [0.5])),
]


def resize(pixels: np.ndarray, full: tuple, filter: str, antialias: bool) -> np.ndarray:
    last = torch.from_numpy(pixels).permute(2, 0, 1)
    results = []
    # torch (2.15) fails for one output pixel and for one channel, where both memory formats mean the same.
    for tensor in [last.contiguous()] if pixels.shape[2] == 1 or full == (1, 1) else [last, last.contiguous()]:
        if full == (1, 1) and pixels.shape[2] == 3:
            tensor = torch.cat([tensor, tensor[:1]])
        out = functional.resize(
            tensor, [full[1], full[0]], interpolation=InterpolationMode(filter), antialias=antialias,
        )
        results.append(out[:pixels.shape[2]].permute(1, 2, 0).numpy())
    assert all(np.array_equal(results[0], other) for other in results)
    return results[0]


def tensors() -> list:
    """Pictures through resize, crop, to_dtype and normalize, as in training."""
    out = []
    for layout, color, source, geometry, (mean, std) in TENSORS:
        for filter, antialias in (("bilinear", True), ("bicubic", False)):
            seed = 77 + len(out)
            image = torch.from_numpy(picture(seed, *source, 1 if color == "gray" else 3, "noise")).permute(2, 0, 1)
            image = functional.resize(
                image.contiguous(), geometry.get("size") or geometry["shortest"],
                interpolation=InterpolationMode(filter), antialias=antialias,
            )
            if "crop" in geometry:
                image = functional.center_crop(image, geometry["crop"])
            if color == "BGR":
                image = image.flip(0)
            image = functional.normalize(functional.to_dtype(image, torch.float32, scale=True), mean, std)
            tensor = (image if layout == "NCHW" else image.permute(1, 2, 0)).numpy()
            out.append({
                "seed": seed, "source": source, "layout": layout, "color": color, "dtype": "f32",
                "shape": [1, *tensor.shape],
                "resize": {"profile": "torchvision", "filter": filter, "antialias": antialias, **geometry},
                "normalize": {"multiply": 1 / 255, "mean": mean, "std": std}, "sha256": digest(tensor),
            })
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    main({name: text.split("+")[0] for name, text in versions.items()}, resize, OPTIONS, tensors)
