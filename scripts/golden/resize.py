"""Golden vectors of the resize profile `pillow`: what PIL.Image.resize makes of synthetic pictures.

    python scripts/golden/resize.py tests/golden/resize.json

Pictures: resize_cases.py. `sha256` is that of the cropped result's bytes; a crop may reach beyond the picture (0s).
"""

import hashlib
import json
import random
import sys
from pathlib import Path

import numpy as np
import PIL
from PIL import Image
from resize_cases import picture

FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
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
    ((50, 60), (1, 1), None),
    ((2000, 3), (2, 3), None),
    ((3, 2000), (5, 2), None),
    ((2, 3), (700, 2), None),
    ((97, 89), (33, 31), (-5, -7, 50, 40)),
    ((20, 20), (50, 50), (45, 40, 30, 30)),
]


def resized(pixels: np.ndarray, full: tuple, name: str, crop: tuple) -> np.ndarray:
    """Pillow's resize and crop. Two channels are two gray pictures, four are RGBX: no premultiplication."""
    x, y, width, height = crop
    box = (x, y, x + width, y + height)
    method = Image.Resampling[name.upper()]

    def one(image: Image.Image) -> np.ndarray:
        return np.asarray(image.resize(full, method).crop(box)).reshape(height, width, -1)

    channels = pixels.shape[2]
    if channels <= 2:
        return np.concatenate([one(Image.fromarray(np.ascontiguousarray(pixels[:, :, c]))) for c in range(channels)], 2)
    mode = "RGB" if channels == 3 else "RGBX"
    return one(Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes()))


def cases() -> list:
    """Every shape with every filter (channels and content in turn), then random ones."""
    out = []

    def add(source: tuple, full: tuple, crop: tuple | None, name: str, channels: int, content: str) -> None:
        crop = crop or (0, 0, *full)
        seed = len(out) * 7919 + 1
        result = resized(picture(seed, *source, channels, content), full, name, crop)
        out.append({
            "seed": seed, "content": content, "channels": channels, "source": source, "full": full, "crop": crop,
            "filter": name, "sha256": hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest(),
        })

    for i, (source, full, crop) in enumerate(SHAPES):
        for j, name in enumerate(FILTERS):
            add(source, full, crop, name, [3, 1, 4, 3, 2][(i + j) % 5], ["noise", "hard"][(i // 2 + j) % 2])
    source_of_chance = random.Random(20260)
    for i in range(48):
        source = (source_of_chance.randint(1, 300), source_of_chance.randint(1, 200))
        full = (source_of_chance.randint(1, 300), source_of_chance.randint(1, 200))
        x, y = source_of_chance.randrange(full[0]), source_of_chance.randrange(full[1])
        crop = (x, y, source_of_chance.randint(1, full[0] - x), source_of_chance.randint(1, full[1] - y))
        name = FILTERS[i % 6]
        add(source, full, crop, name, source_of_chance.choice([1, 3, 3, 4]), source_of_chance.choice(["noise", "hard"]))
    return out


if __name__ == "__main__":
    rows = ",\n".join("  " + json.dumps(case) for case in cases())
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    Path(sys.argv[1]).write_text(f'{{"pillow": "{PIL.__version__}", "cases": [\n{rows}\n]}}\n')
