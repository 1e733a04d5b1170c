"""Tensors as training pipelines make them of one picture, each with one habit of its own: what `edge-infer parity` must see through.

    python scripts/golden/parity.py PICTURE FOLDER

The card beside them (tests/support/parity_case.ts) says: RGB, shortest 31, crop 24, bilinear, (x / 255 - mean) / std, f32, NCHW.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIDE, SHORTEST = 24, 31
MEAN = np.array([0.485, 0.456, 0.406])
STD = np.array([0.229, 0.224, 0.225])


def shortest(picture, size=SHORTEST, filter=Image.Resampling.BILINEAR, long=lambda n, side, short: n * side // short):
    """The shorter side becomes `size`; `long` says how the other one is rounded."""
    width, height = picture.size
    if width <= height:
        return picture.resize((size, long(size, height, width)), filter)
    return picture.resize((long(size, width, height), size), filter)


def crop(picture, right=0, down=0):
    """The centred window, moved by some pixels."""
    margins = (picture.width - SIDE, picture.height - SIDE)
    left, top = (int(round(m / 2.0)) for m in margins)
    return np.asarray(picture.crop((left + right, top + down, left + right + SIDE, top + down + SIDE)))


def normalize(pixels, dtype=np.float32):
    return (pixels.astype(dtype) / dtype(255) - MEAN.astype(dtype)) / STD.astype(dtype)


def planes(pixels):
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def main():
    picture = Image.open(sys.argv[1]).convert("RGB")
    folder = Path(sys.argv[2])
    pixels = crop(shortest(picture))
    square = min(picture.size)
    left, top = (picture.width - square) // 2, (picture.height - square) // 2
    tensors = {
        "same": planes(normalize(pixels)),
        "same f64": planes(normalize(pixels)).astype(np.float64),
        "no batch": planes(normalize(pixels))[0],
        "bicubic": planes(normalize(crop(shortest(picture, filter=Image.Resampling.BICUBIC)))),
        "lanczos and half": planes(crop(shortest(picture, filter=Image.Resampling.LANCZOS)).astype(np.float32) / np.float32(255) * np.float32(2) - np.float32(1)),
        "long side rounded": planes(normalize(crop(shortest(picture, long=lambda n, side, short: round(n * side / short))))),
        "square first": planes(normalize(np.asarray(picture.crop((left, top, left + square, top + square)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)))),
        "mirrored": planes(normalize(pixels[:, ::-1])),
        "moved": planes(normalize(crop(shortest(picture), right=2, down=-1))),
        "reshaped": normalize(pixels).reshape(1, 3, SIDE, SIDE),
        "f64 arithmetic": planes(normalize(pixels, np.float64)).astype(np.float32),
        "mixed arithmetic": planes((pixels.astype(np.float32) / 255 - MEAN) / STD).astype(np.float32),
        "albumentations": planes((pixels.astype(np.float32) - np.float32(MEAN) * np.float32(255)) * np.reciprocal(np.float32(STD) * np.float32(255))),
        "u8": planes(pixels),
        "f16": planes(normalize(pixels)).astype(np.float16),
        "another decoder": planes(normalize(np.clip(pixels.astype(int) + np.random.default_rng(1).integers(-2, 3, pixels.shape), 0, 255))),
        "another picture": planes(normalize(np.random.default_rng(2).integers(0, 256, pixels.shape))),
        "not finite": np.where(planes(normalize(pixels)) > 1, np.float32(np.nan), planes(normalize(pixels))),
        "too large": np.zeros((1, 3, SIDE + 1, SIDE + 1), np.float32),
        "two pictures": np.zeros((2, 3, SIDE, SIDE), np.float32),
        "i64": planes(pixels).astype(np.int64),
        "big endian": planes(normalize(pixels)).astype(">f4"),
        "fortran": np.asfortranarray(planes(normalize(pixels))),
    }
    for name, tensor in tensors.items():
        np.save(folder / f"{name}.npy", tensor)


if __name__ == "__main__":
    main()
