"""Golden vectors of the resize profile `tensorflow`: tf.image.resize of uint8 tensors, half-pixel centres.

    python scripts/golden/resize_tensorflow.py tests/golden/resize_tensorflow.json

needs tensorflow-cpu (version in the file; CONTRIBUTING.md says how to make such a Python). See resize_cases.py for the
cases; bilinear results are f32, nearest ones u8.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from resize_cases import digest, main, picture

OPTIONS = [
    {"filter": "bilinear", "antialias": False}, {"filter": "bilinear", "antialias": True},
    {"filter": "nearest", "antialias": False},
]
TENSORS = [
    # layout, color, dtype, quantisation, antialias, source (width, height), size, divide, mean, std
    ("NHWC", "RGB", "f32", None, False, (300, 200), [64, 48], 127.5, [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
    ("NCHW", "RGB", "f32", None, True, (300, 200), [64, 48], 255.0, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ("NHWC", "BGR", "f32", None, True, (90, 131), [48, 41], None, [103.939, 116.779, 123.68], [1.0, 1.0, 1.0]),
    ("NCHW", "BGR", "f32", None, False, (90, 131), [48, 41], None, [103.939, 116.779, 123.68], [1.0, 2.0, 3.0]),
    ("NHWC", "gray", "f32", None, False, (77, 50), [33, 60], 255.0, [0.5], [0.5]),
    ("NHWC", "RGB", "f16", None, False, (77, 50), [33, 60], 127.5, [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
    ("NHWC", "RGB", "i8", (0.0078125, -1), False, (300, 200), [64, 48], 127.5, [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
    ("NHWC", "RGB", "u8", (0.0078125, 128), True, (300, 200), [64, 48], 127.5, [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
]


def resize(pixels: np.ndarray, full: tuple, filter: str, antialias: bool) -> np.ndarray:
    out = tf.image.resize(pixels, [full[1], full[0]], method=filter, antialias=antialias).numpy()
    # TensorFlow leaves a picture that has its size already as it is.
    return out.astype(np.float32) if filter == "bilinear" else out


def tensors() -> list:
    """Pictures through resize and normalisation in f32, quantised where the input is u8 or i8."""
    out = []
    for layout, color, dtype, quant, antialias, source, size, divide, mean, std in TENSORS:
        seed = 77 + len(out)
        pixels = picture(seed, *source, 1 if color == "gray" else 3, "noise")
        image = tf.image.resize(pixels, size, antialias=antialias)
        if color == "BGR":
            image = image[..., ::-1]
        if divide is not None:
            image = image / divide
        image = (image - tf.constant(mean, tf.float32)) / tf.constant(std, tf.float32)
        if quant is not None:
            low = 0 if dtype == "u8" else -128
            image = tf.clip_by_value(tf.round(image / quant[0]) + quant[1], low, low + 255)
        tensor = image.numpy().astype({"f32": np.float32, "f16": np.float16, "u8": np.uint8, "i8": np.int8}[dtype])
        if layout == "NCHW":
            tensor = tensor.transpose(2, 0, 1)
        out.append({
            "seed": seed, "source": source, "layout": layout, "color": color, "dtype": dtype,
            "shape": [1, *tensor.shape],
            "resize": {"profile": "tensorflow", "filter": "bilinear", "antialias": antialias, "size": size},
            "normalize": {**({} if divide is None else {"divide": divide}), "mean": mean, "std": std},
            **({} if quant is None else {"quant": {"scale": quant[0], "zero_point": quant[1]}}),
            "sha256": digest(tensor),
        })
    return out


if __name__ == "__main__":
    main({"tensorflow": tf.__version__}, resize, OPTIONS, tensors)
