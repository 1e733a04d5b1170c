"""CIFAR-10 as JPEG files in a tar archive: `train/<class>/*.jpg`, `test/<class>/*.jpg`.

Decoding is Pillow's, because Pillow's pixels are what edge-infer promises to reproduce.
"""

import io
import tarfile
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from PIL import Image

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# Per-channel mean and standard deviation of the training pictures, in units of 0..1.
MEAN = (0.4914, 0.4822, 0.4465)
STD = (0.2470, 0.2435, 0.2616)


def decode(data: bytes) -> np.ndarray:
    """JPEG bytes to uint8 RGB [32,32,3]."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def read_split(archive: str, split: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """All pictures of `train` or `test`: pixels u8 [N,32,32,3], class ids i64 [N], member names, sorted by name."""
    with tarfile.open(archive) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar if m.isfile() and m.name.startswith(split + "/")}
    names = sorted(members)
    with ProcessPoolExecutor() as pool:
        pixels = np.stack(list(pool.map(decode, (members[n] for n in names), chunksize=500)))
    labels = np.array([CLASSES.index(n.split("/")[1]) for n in names], dtype=np.int64)
    return pixels, labels, names


def normalize(pixels: np.ndarray) -> np.ndarray:
    """u8 [N,32,32,3] to f32 NCHW in the card's order: divide, subtract, divide, each rounded to f32."""
    mean = np.array(MEAN, np.float32)
    std = np.array(STD, np.float32)
    scaled = (pixels.astype(np.float32) / np.float32(255) - mean) / std
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
