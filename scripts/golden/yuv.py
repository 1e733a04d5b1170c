"""Golden vectors of raw Y'CbCr frames: what cv2.cvtColor (BT.601 limited) makes of synthetic frames.

    python scripts/golden/yuv.py tests/golden/yuv.json

The bytes of a frame are those of a linear congruential generator (x = 1664525 x + 1013904223 mod 2^32 from the case's seed,
the top byte of each); content `hard` keeps only 0 and 255. `sha256` is that of the RGB pixels. OpenCV takes even sizes only.

`every_triple` is the hash of the RGB of all 2^24 triples: U in the outermost loop, then V, then Y.
"""

import hashlib
import json
import random
import sys
from pathlib import Path

import cv2
import numpy as np

CODES = {
    "nv12": cv2.COLOR_YUV2RGB_NV12, "nv21": cv2.COLOR_YUV2RGB_NV21, "i420": cv2.COLOR_YUV2RGB_I420,
    "yuyv": cv2.COLOR_YUV2RGB_YUY2,
}
SIZES = [(2, 2), (4, 2), (6, 4), (8, 2), (10, 6), (16, 4), (18, 8), (30, 2), (34, 10), (64, 48), (66, 2), (640, 4)]


def frame(seed: int, count: int, content: str) -> np.ndarray:
    """u8[count] of the generator."""
    states, state = np.empty(count, np.uint32), seed
    for i in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        states[i] = state
    return ((states >> 24) if content == "noise" else (states >> 31) * 255).astype(np.uint8)


def converted(data: np.ndarray, width: int, height: int, name: str) -> bytes:
    """The RGB bytes of a frame."""
    shape = (height, width, 2) if name == "yuyv" else (height * 3 // 2, width)
    return cv2.cvtColor(data.reshape(shape), CODES[name]).tobytes()


def cases() -> list:
    """Every format with every size, then random ones."""
    out = []

    def add(width: int, height: int, name: str, content: str) -> None:
        seed = len(out) * 7919 + 1
        data = frame(seed, width * height * (4 if name == "yuyv" else 3) // 2, content)
        out.append({
            "seed": seed, "content": content, "format": name, "size": (width, height),
            "sha256": hashlib.sha256(converted(data, width, height, name)).hexdigest(),
        })

    for i, (width, height) in enumerate(SIZES):
        for j, name in enumerate(CODES):
            add(width, height, name, ["noise", "hard"][(i + j) % 2])
    chance = random.Random(20261)
    for _ in range(24):
        add(chance.randint(1, 90) * 2, chance.randint(1, 30) * 2, chance.choice(list(CODES)), chance.choice(["noise", "hard"]))
    return out


def every_triple() -> str:
    """Hash of all triples; two equal rows of 256 Y share a row of 128 equal pairs."""
    luma = np.broadcast_to(np.arange(256, dtype=np.uint8), (512, 256))
    digest = hashlib.sha256()
    for u in range(256):
        pairs = np.empty((256, 128, 2), np.uint8)
        pairs[:, :, 0] = u
        pairs[:, :, 1] = np.arange(256, dtype=np.uint8)[:, None]
        planes = np.concatenate([luma, pairs.reshape(256, 256)])
        digest.update(cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_NV12)[::2].tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    rows = ",\n".join("  " + json.dumps(case) for case in cases())
    text = f'{{"opencv": "{cv2.__version__}", "every_triple": "{every_triple()}", "cases": [\n{rows}\n]}}\n'
    Path(sys.argv[1]).write_text(text)
