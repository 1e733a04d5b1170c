"""What people train with, as the yardstick: Pillow decodes and resizes, NumPy normalises in f32, ONNX Runtime runs the graph.

    python scripts/golden/reference.py --model DIR [--graph model.fp32.onnx] --images-from FILE [--save DIR]

FILE holds one picture path a line ('-' = standard input). Prints one JSON object a picture:
{"image", "input_sha256", "top1", "logits"}; without --graph only the first two. `--save` keeps the tensors as .npy files.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

FILTERS = {
    "nearest": Image.Resampling.NEAREST, "box": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING, "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS,
}


def resized_size(width: int, height: int, spec: dict) -> tuple[int, int]:
    """(width, height) before the crop: `shortest` or `size`."""
    if "shortest" in spec:
        n = spec["shortest"]
        return (n, n * height // width) if width <= height else (n * width // height, n)
    return (spec["size"][1], spec["size"][0])


def load_picture(path: str, spec: dict) -> tuple[Image.Image, tuple[int, int]]:
    """Decoded, with `draft` perhaps smaller, turned by EXIF unless the card says `stored`, in the card's colour; the size wanted."""
    picture = Image.open(path)
    turned = spec.get("orientation", "exif") == "exif"
    swapped = turned and picture.getexif().get(0x112, 1) >= 5
    size = resized_size(*(picture.size[::-1] if swapped else picture.size), spec["resize"])
    if spec["resize"].get("draft", False):
        picture.draft("RGB", size[::-1] if swapped else size)
    if turned:
        picture = ImageOps.exif_transpose(picture)
    return picture.convert("L" if spec["color"] == "gray" else "RGB"), size


def resize(picture: Image.Image, size: tuple[int, int], spec: dict) -> Image.Image:
    """To `size`, then the centre crop with the card's rounding."""
    if spec["profile"] != "pillow":
        raise SystemExit(f"no reference for resize profile {spec['profile']}")
    picture = picture.resize(size, FILTERS[spec["filter"]])
    if "crop" in spec:
        crop_height, crop_width = spec["crop"]
        margins = (size[0] - crop_width, size[1] - crop_height)
        left, top = (m // 2 if spec.get("origin", "round") == "floor" else int(round(m / 2.0)) for m in margins)
        picture = picture.crop((left, top, left + crop_width, top + crop_height))
    return picture


def normalize(pixels: np.ndarray, spec: dict) -> np.ndarray:
    """((x / divide | x * multiply) - mean) / std, each step in f32."""
    x = pixels.astype(np.float32)
    x = x * np.float32(spec["multiply"]) if "multiply" in spec else x / np.float32(spec.get("divide", 1))
    return (x - np.array(spec["mean"], np.float32)) / np.array(spec["std"], np.float32)


def preprocess(path: str, card: dict) -> np.ndarray:
    """One picture to the tensor that the graph gets."""
    spec = card["input"]
    picture = resize(*load_picture(path, spec), spec["resize"])
    pixels = np.asarray(picture).reshape(picture.height, picture.width, -1)
    if spec["color"] == "BGR":
        pixels = pixels[:, :, ::-1]
    tensor = normalize(pixels, spec["normalize"])
    if spec["layout"] == "NCHW":
        tensor = tensor.transpose(2, 0, 1)
    return np.ascontiguousarray(tensor[None])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--graph", help="ONNX file of the model to run")
    parser.add_argument("--images-from", required=True)
    parser.add_argument("--save")
    args = parser.parse_args()
    card = json.loads((Path(args.model) / "model.json").read_text())
    session = None
    if args.graph:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.x64quantprecision", "1")
        session = onnxruntime.InferenceSession(str(Path(args.model) / args.graph), options, providers=["CPUExecutionProvider"])
    source = sys.stdin if args.images_from == "-" else open(args.images_from)
    for index, path in enumerate(line.rstrip("\n") for line in source if line.strip()):
        tensor = preprocess(path, card)
        row = {"image": path, "input_sha256": hashlib.sha256(tensor.tobytes()).hexdigest()}
        if session is not None:
            logits = session.run(None, {card["input"]["name"]: tensor})[0].ravel()
            row |= {"top1": int(logits.argmax()), "logits": [float(v) for v in logits]}
        if args.save:
            np.save(Path(args.save) / f"{index}.npy", tensor)
        print(json.dumps(row))


if __name__ == "__main__":
    main()
