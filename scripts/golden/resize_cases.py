"""What the golden vectors of all resize profiles share: synthetic pictures, windows, shapes, the form of the files.

A picture is the top byte of a linear congruential generator (x = 1664525 x + 1013904223 mod 2^32, from the case's
seed), row by row, channels interleaved; content `hard` keeps only 0 and 255 (the top bit). A test can make the same
picture from the case alone. `sha256` is that of the window's bytes (f32: little endian); a window may reach beyond the
resized picture (0s). SCRIPT FILE writes the golden file, SCRIPT --random COUNT SEED prints fresh cases.
"""

import hashlib
import json
import random
import sys
from pathlib import Path
from typing import Callable

import numpy as np

# source size, full size, crop (x, y, width, height) or None
SHAPES = [
    ((500, 375), (341, 256), (58, 16, 224, 224)),
    ((37, 53), (224, 321), (0, 48, 224, 224)),
    ((64, 48), (64, 20), None),
    ((64, 48), (20, 48), None),
    ((31, 17), (31, 17), (3, 2, 20, 9)),
    ((1, 1), (7, 5), None),
    ((1, 40), (9, 13), None),
    ((40, 1), (13, 9), None),
    ((50, 60), (1, 2), None),
    ((2000, 3), (2, 3), None),
    ((3, 2000), (5, 2), None),
    ((2, 3), (700, 2), None),
    ((97, 89), (33, 31), (-5, -7, 50, 40)),
    ((20, 20), (50, 50), (45, 40, 30, 30)),
    ((5000, 7), (853, 5), (100, 1, 300, 3)),
    # Positions beyond 2048, where torch's f32 rounds them to the next pixel.
    ((5648, 2), (4641, 3), None),
    ((3, 9000), (2, 4641), (0, 4000, 2, 641)),
]


def picture(seed: int, width: int, height: int, channels: int, content: str) -> np.ndarray:
    """u8[height, width, channels] of the generator."""
    count = width * height * channels
    with np.errstate(over="ignore"):
        powers = np.multiply.accumulate(np.full(count, 1664525, np.uint32), dtype=np.uint32)
        sums = np.cumsum(np.concatenate([np.ones(1, np.uint32), powers[:-1]]), dtype=np.uint32)
        states = powers * np.uint32(seed) + sums * np.uint32(1013904223)
    values = (states >> 24) if content == "noise" else (states >> 31) * 255
    return values.astype(np.uint8).reshape(height, width, channels)


def window(pixels: np.ndarray, crop: tuple) -> np.ndarray:
    """The crop (x, y, width, height) of [height, width, channels]; what lies outside is 0."""
    x, y, width, height = crop
    out = np.zeros((height, width, pixels.shape[2]), pixels.dtype)
    left, top = max(x, 0), max(y, 0)
    inside = pixels[top:max(y + height, 0), left:max(x + width, 0)]
    out[top - y:top - y + inside.shape[0], left - x:left - x + inside.shape[1]] = inside
    return out


def digest(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def random_side(chance: random.Random) -> int:
    return chance.choice([1, 2, 3, chance.randint(1, 40), chance.randint(1, 300), chance.randint(1, 300)])


def random_shape(chance: random.Random) -> tuple:
    """Source, full and a window that touches the picture and may reach beyond it."""
    source = (random_side(chance), random_side(chance))
    if chance.random() < 0.1:
        source = (source[0], chance.randint(2049, 9000)) if source[0] < 4 else (chance.randint(2049, 9000), source[1] % 4 + 1)
    full = tuple(side if chance.random() < 0.15 else random_side(chance) for side in source)
    if chance.random() < 0.4:
        return source, full, None
    spans = []
    for side in full:
        first = chance.randint(-3, side - 1)
        spans.append((first, chance.randint(max(1, 1 - first), side - first + 3)))
    return source, full, (spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def make_case(resize: Callable, shape: tuple, options: dict, channels: int, content: str, seed: int) -> dict:
    """`resize(pixels, full, **options)` -> [height, width, channels]; `options` are kept in the case."""
    source, full, crop = shape
    crop = crop or (0, 0, *full)
    result = resize(picture(seed, *source, channels, content), full, **options)
    return {
        "seed": seed, "content": content, "channels": channels, "source": source, "full": full, "crop": crop,
        **options, "sha256": digest(window(result, crop)),
    }


def fixed_cases(resize: Callable, options: list, shapes: list) -> list:
    """Every shape with every option; channels and content in turn."""
    return [
        make_case(resize, shape, option, [3, 1, 3, 4][(i + j) % 4], ["noise", "hard"][(i // 2 + j) % 2],
                  (i * len(options) + j) * 7919 + 1)
        for i, shape in enumerate(shapes) for j, option in enumerate(options)
    ]


def random_cases(resize: Callable, options: list, shape: Callable, count: int, seed: int) -> list:
    chance = random.Random(seed)
    return [
        make_case(resize, shape(chance), options[i % len(options)], chance.choice([1, 3, 3, 4]),
                  chance.choice(["noise", "hard"]), chance.getrandbits(32))
        for i in range(count)
    ]


def main(
    versions: dict, resize: Callable, options: list, tensors: Callable,
    shapes: list = SHAPES, shape: Callable = random_shape,
) -> None:
    """The command line of a golden script. `tensors()` gives cases that go through a whole model card."""
    if sys.argv[1] == "--random":
        print(json.dumps({**versions, "cases": random_cases(resize, options, shape, int(sys.argv[2]), int(sys.argv[3]))}))
        return
    cases = fixed_cases(resize, options, shapes) + random_cases(resize, options, shape, 48, 20260)
    Path(sys.argv[1]).write_text(json.dumps({**versions, "cases": cases, "tensors": tensors()}, indent=2) + "\n")
