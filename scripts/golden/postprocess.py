"""Golden results of postprocessing: what torchvision, PyTorch and NumPy make of seeded data.

    python scripts/golden/postprocess.py tests/golden/postprocess.json

Data come from a linear congruential generator (x = 1664525 x + 1013904223 mod 2^32) whose states are used one after the
other; `unit` is the upper 24 bits / 2^24, exact in f32. Results that a kernel must equal bit for bit are kept as SHA-256 of
their little-endian bytes, others as numbers.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from torchvision.ops import box_convert, nms
from torchvision.ops.boxes import _batched_nms_vanilla


class Generator:
    """The generator of the tests."""

    def __init__(self, seed: int):
        self.state = seed

    def states(self, count: int) -> np.ndarray:
        """The next `count` states, u32."""
        out = np.empty(count, np.uint32)
        state = self.state
        for i in range(count):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            out[i] = state
        self.state = state
        return out

    def unit(self, count: int) -> np.ndarray:
        return ((self.states(count) >> np.uint32(8)).astype(np.float64) / 2**24).astype(np.float32)

    def integers(self, count: int, below: int) -> np.ndarray:
        """floor(unit * below), i32."""
        return np.floor(self.unit(count).astype(np.float64) * below).astype(np.int32)

    def bytes(self, count: int) -> np.ndarray:
        return (self.states(count) >> np.uint32(24)).astype(np.uint8)

    def logits(self, count: int, reach: float) -> np.ndarray:
        """f32 between -reach and reach; reach is a small integer or a power of two."""
        return ((self.unit(count).astype(np.float64) * 2 - 1) * reach).astype(np.float32)


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def boxes_of(source: Generator, n: int, extent: int) -> np.ndarray:
    """xyxy in quarters of a pixel; every sixteenth box has no width."""
    fields = source.integers(4 * n, 1 << 16).reshape(n, 4)
    left, top = fields[:, 0] % (4 * extent), fields[:, 1] % (4 * extent)
    width = np.where(fields[:, 2] % 16 == 0, 0, fields[:, 2] % 400)
    return (np.stack([left, top, left + width, top + 4 + fields[:, 3] % 400], 1) / 4).astype(np.float32)


def suppression() -> list:
    out = []
    for seed, (n, extent, limit, levels) in enumerate(
        [(1, 10, 0.5, 4), (7, 20, 0.5, 2), (100, 100, 0.45, 8), (1000, 300, 0.7, 1024), (3000, 640, 0.5, 65536), (3000, 200, 0.3, 16)]
    ):
        source = Generator(seed * 7919 + 1)
        boxes = boxes_of(source, n, extent)
        scores = (source.integers(n, levels) / levels).astype(np.float32)
        kept = nms(torch.from_numpy(boxes), torch.from_numpy(scores), limit).numpy().astype(np.int32)
        # Distinct scores: the sort of batched_nms is not stable.
        distinct = (np.argsort(source.states(n), kind="stable") / 4096).astype(np.float32)
        classes = source.integers(n, 5)
        batched = _batched_nms_vanilla(
            torch.from_numpy(boxes), torch.from_numpy(distinct), torch.from_numpy(classes.astype(np.int64)), limit
        ).numpy().astype(np.int32)
        out.append({
            "seed": seed * 7919 + 1, "n": n, "extent": extent, "limit": limit, "levels": levels,
            "kept": len(kept), "kept_sha256": sha256(kept), "batched": len(batched), "batched_sha256": sha256(batched),
        })
    return out


def probabilities() -> list:
    out = []
    for seed, (n, reach) in enumerate([(1, 1), (5, 4), (10, 64), (1000, 8), (1001, 128)]):
        logits = Generator(seed * 104729 + 3).logits(n, reach)
        wide = torch.from_numpy(logits).double()
        soft = torch.softmax(wide, 0)
        best = torch.sort(soft, descending=True, stable=True)
        k = min(n, 5)
        out.append({
            "seed": seed * 104729 + 3, "n": n, "reach": reach,
            "top": best.indices[:k].tolist(), "softmax": best.values[:k].tolist(),
            "log_softmax": torch.log_softmax(wide, 0)[:k].tolist(),
            "sharp": torch.softmax(wide / 0.25, 0)[best.indices[:k]].tolist(),
            "sigmoid": torch.sigmoid(wide)[:k].tolist(),
        })
    return out


def quantization() -> list:
    out = []
    for seed, (n, scale, zero) in enumerate([(1000, 0.5, 10), (4097, 0.0371, 100), (333, 3.25, 0)]):
        source = Generator(seed * 31 + 5)
        values = source.logits(n, 64)
        steps = np.rint(values / np.float32(scale)).astype(np.int64)
        accumulators = source.states(n).astype(np.int32) >> 12
        products = np.rint(accumulators.astype(np.float32) * np.float32(scale / 1000)).astype(np.int64) + zero
        case = {"seed": seed * 31 + 5, "n": n, "scale": scale, "zero": zero}
        for name, low, high, kind in [("u8", 0, 255, np.uint8), ("i8", -128, 127, np.int8), ("i16", -32768, 32767, np.int16)]:
            q = np.clip(steps + zero, low, high).astype(kind)
            case[f"{name}_sha256"] = sha256(q)
            case[f"{name}_back_sha256"] = sha256((q.astype(np.int32) - zero).astype(np.float32) * np.float32(scale))
        for name, low, high, kind in [("u8", 0, 255, np.uint8), ("i8", -128, 127, np.int8)]:
            case[f"{name}_requantized_sha256"] = sha256(np.clip(products, low, high).astype(kind))
        out.append(case)
    return out


def class_maps() -> list:
    out = []
    for seed, (classes, pixels) in enumerate([(1, 5), (2, 100), (3, 77), (21, 1000), (150, 333), (300, 130)]):
        source = Generator(seed * 65537 + 11)
        # Few levels: many equal values.
        logits = (source.integers(classes * pixels, 40) / 8 - 2).astype(np.float32)
        levels = source.bytes(classes * pixels)
        kind = np.uint8 if classes <= 256 else np.uint16
        case = {"seed": seed * 65537 + 11, "classes": classes, "pixels": pixels}
        for name, data in [("f32", logits), ("u8", levels), ("i8", levels.view(np.int8))]:
            case[f"{name}_planes_sha256"] = sha256(np.argmax(data.reshape(classes, pixels), 0).astype(kind))
            case[f"{name}_rows_sha256"] = sha256(np.argmax(data.reshape(pixels, classes), 1).astype(kind))
        out.append(case)
    return out


def box_forms() -> list:
    out = []
    for seed, n in enumerate([1, 50, 1001]):
        boxes = Generator(seed * 7 + 2).logits(4 * n, 640).reshape(n, 4)
        case = {"seed": seed * 7 + 2, "n": n}
        for source, target in [("xywh", "xyxy"), ("xyxy", "xywh"), ("cxcywh", "xyxy"), ("xyxy", "cxcywh")]:
            case[f"{source}_{target}_sha256"] = sha256(box_convert(torch.from_numpy(boxes), source, target).numpy())
        out.append(case)
    return out


def embeddings() -> list:
    out = []
    for seed, (rows, n) in enumerate([(3, 1), (10, 7), (100, 128), (50, 515)]):
        source = Generator(seed * 13 + 9)
        matrix = torch.from_numpy(source.logits(rows * n, 2).reshape(rows, n)).double()
        query = torch.from_numpy(source.logits(n, 2)).double()
        cosines = torch.nn.functional.cosine_similarity(matrix, query[None], dim=1)
        best = torch.sort(cosines, descending=True, stable=True)
        out.append({
            "seed": seed * 13 + 9, "rows": rows, "n": n,
            "normalized": torch.nn.functional.normalize(matrix[:1]).ravel()[:5].tolist(),
            "nearest": best.indices[:3].tolist(), "cosines": best.values[:3].tolist(),
            "dots": (matrix @ query)[:3].tolist(),
        })
    return out


def main() -> None:
    cases = {
        "torch": torch.__version__.split("+")[0], "torchvision": torchvision.__version__.split("+")[0], "numpy": np.__version__,
        "suppression": suppression(), "probabilities": probabilities(), "quantization": quantization(),
        "class_maps": class_maps(), "box_forms": box_forms(), "embeddings": embeddings(),
    }
    Path(sys.argv[1]).write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
