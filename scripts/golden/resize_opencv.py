"""Golden vectors of the resize profile `opencv`: cv2.resize of u8 pictures, without Intel IPP.

    python scripts/golden/resize_opencv.py tests/golden/resize_opencv.json

IPP only takes part in `bicubic`, where its result depends on the processor; without it, the sums in f32 are those of
x86-64 (elsewhere they may be fused), so that other machines leave it out. opencv-python-headless 4.14.0 and 5.0.0 give the
same file (but for the version in it). See resize_cases.py for the cases.
"""

import platform
import random

import cv2
import numpy as np
from resize_cases import SHAPES, digest, main, picture, random_shape

FILTERS = {
    "nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA, "bicubic": cv2.INTER_CUBIC,
}
# Whole factors (halves, others, one side, more than 2^24 / 255 pixels), and one side up while the other goes down.
MORE_SHAPES = [
    ((64, 48), (32, 24), None),
    ((130, 90), (65, 45), (3, 1, 51, 40)),
    ((63, 48), (21, 12), (-2, 3, 9, 15)),
    ((60, 50), (60, 10), None),
    ((60, 50), (12, 50), None),
    ((49, 98), (7, 14), None),
    ((700, 700), (2, 2), None),
    ((40, 90), (60, 30), (5, 5, 50, 20)),
]
TENSORS = [
    # layout, color, dtype, source (width, height), resize of the card
    ("NCHW", "RGB", "f32", (300, 200), {"filter": "linear", "letterbox": {"size": [96, 128], "fill": 114}}),
    ("NCHW", "BGR", "f32", (100, 160), {"filter": "area", "shortest": 64, "crop": [56, 48], "origin": "floor"}),
    ("NHWC", "RGB", "u8", (128, 96), {"filter": "linear", "size": [48, 64]}),
    ("NHWC", "BGR", "f32", (50, 61), {"filter": "cubic", "size": [80, 72]}),
    ("NCHW", "gray", "f32", (77, 50), {"filter": "nearest", "size": [33, 60]}),
]


def resize(pixels: np.ndarray, full: tuple, filter: str, antialias: bool) -> np.ndarray:
    return cv2.resize(pixels, full, interpolation=FILTERS[filter]).reshape(full[1], full[0], -1)


def shape_with_factors(chance: random.Random) -> tuple:
    """As random_shape, but in every fourth case the sides shrink by whole factors, often by 2 both."""
    source, full, crop = random_shape(chance)
    if chance.random() < 0.25:
        factors = (2, 2) if chance.random() < 0.4 else (chance.randint(1, 6), chance.randint(1, 6))
        source = (full[0] * factors[0], full[1] * factors[1])
    return source, full, crop


def letterboxed(image: np.ndarray, filter: str, size: tuple, fill: int) -> np.ndarray:
    ratio = min(size[0] / image.shape[0], size[1] / image.shape[1])
    height, width = (round(side * ratio) for side in image.shape[:2])
    image = resize(image, (width, height), filter, False)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return cv2.copyMakeBorder(
        image, top, size[0] - height - top, left, size[1] - width - left, cv2.BORDER_CONSTANT, value=(fill,) * 3,
    )


def prepared(image: np.ndarray, rule: dict) -> np.ndarray:
    """A card's resize rule, done with cv2."""
    filter = {"linear": "bilinear", "cubic": "bicubic"}.get(rule["filter"], rule["filter"])
    if "letterbox" in rule:
        return letterboxed(image, filter, **rule["letterbox"])
    height, width = rule.get("size", (0, 0))
    if "shortest" in rule:
        short = min(image.shape[:2])
        height, width = (side * rule["shortest"] // short for side in image.shape[:2])
    image = resize(image, (width, height), filter, False)
    if "crop" in rule:
        top, left = ((side - crop) // 2 for side, crop in zip(image.shape, rule["crop"]))
        image = image[top:top + rule["crop"][0], left:left + rule["crop"][1]]
    return image


def tensors() -> list:
    """Pictures through resize, crop or letterbox, and division by 255."""
    out = []
    for layout, color, dtype, source, rule in TENSORS:
        seed = 177 + len(out)
        image = prepared(picture(seed, *source, 1 if color == "gray" else 3, "noise"), rule)
        if color == "BGR":
            image = image[:, :, ::-1]
        if dtype == "f32":
            image = image.astype(np.float32) / np.float32(255)
        tensor = image.transpose(2, 0, 1) if layout == "NCHW" else image
        out.append({
            "seed": seed, "source": source, "layout": layout, "color": color, "dtype": dtype,
            "shape": [1, *tensor.shape], "resize": {"profile": "opencv", **rule},
            "normalize": {"divide": 255} if dtype == "f32" else {}, "sha256": digest(tensor),
        })
    return out


if __name__ == "__main__":
    cv2.setNumThreads(1)
    cv2.ipp.setUseIPP(False)
    names = [name for name in FILTERS if name != "bicubic" or platform.machine() in ("x86_64", "AMD64")]
    options = [{"filter": name, "antialias": False} for name in names]
    main({"opencv": cv2.__version__}, resize, options, tensors, SHAPES + MORE_SHAPES, shape_with_factors)
