"""Turns trained weights into the shipped forms of the built-in model and writes its card.

    python scripts/train/export.py --weights OUT/weights.npz --data cifar10_jpeg.tar.gz --package models/cifar10

Makes `model.fp32.onnx`, `model.int8.onnx` (QDQ, per channel, u8 weights), `model.xml` + `model.bin` (OpenVINO IR), `labels.txt`
and `model.json`. The graphs are written node by node, so they hold nothing but the network.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cifar10 import CLASSES, MEAN, STD
from quantize import quantize

POOLED_LAYERS = (1, 3, 5)
OPSET, IR_VERSION = 13, 8


def fp32_graph(weights: dict) -> onnx.ModelProto:
    """`input` f32 [1,3,32,32] -> both views -> convolution, ReLU, max-pooling (where the layer has it), ... -> mean -> `logits` f32 [1,10].

    Max-pooling and adding a bias commute, and so do max-pooling and ReLU: the folded bias stands in the convolution.
    """
    nodes, initializers, x = [], [], "views"

    def constant(name: str, value: np.ndarray) -> str:
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def integers(name: str, *values: int) -> str:
        initializers.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    # The picture and its mirror image (columns from last to first) as a batch of two.
    mirror = ["input", integers("last", -1), integers("before_first", -(2**31)), integers("columns", 3), integers("backwards", -1)]
    nodes.append(helper.make_node("Slice", mirror, ["mirrored"], "mirror"))
    nodes.append(helper.make_node("Concat", ["input", "mirrored"], ["views"], "views", axis=0))
    layers = sum(name.startswith("layer") and name.endswith(".weight") for name in weights)
    for i in range(layers):
        inputs = [x, constant(f"layer{i}.weight", weights[f"layer{i}.weight"]), constant(f"layer{i}.bias", weights[f"layer{i}.bias"])]
        nodes.append(helper.make_node("Conv", inputs, [f"layer{i}.conv"], f"layer{i}.conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"layer{i}.conv"], [f"layer{i}.relu"], f"layer{i}.relu"))
        x = f"layer{i}.relu"
        if i in POOLED_LAYERS:
            nodes.append(helper.make_node("MaxPool", [x], [f"layer{i}.pool"], f"layer{i}.pool", kernel_shape=[2, 2], strides=[2, 2]))
            x = f"layer{i}.pool"
    nodes.append(helper.make_node("MaxPool", [x], ["pooled"], "pool", kernel_shape=[4, 4], strides=[4, 4]))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["features"], "flatten", axis=1))
    head = ["features", constant("head.weight", weights["head.weight"]), constant("head.bias", weights["head.bias"])]
    nodes.append(helper.make_node("Gemm", head, ["view_logits"], "head", transB=1))
    nodes.append(helper.make_node("ReduceMean", ["view_logits"], ["logits"], "mean", axes=[0], keepdims=1))
    graph = helper.make_graph(
        nodes, "cifar10",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(CLASSES)])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="edge-infer", ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model


def openvino_graph(onnx_path: Path, package: Path):
    """The FP32 graph as OpenVINO IR with f32 weights: `model.xml`, `model.bin`."""
    import openvino as ov

    ov.save_model(ov.convert_model(str(onnx_path)), str(package / "model.xml"), compress_to_fp16=False)


def file_entry(package: Path, name: str) -> dict:
    data = (package / name).read_bytes()
    return {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def card(package: Path) -> dict:
    graph = lambda encoding, precision, *files: {
        "encoding": encoding, "precision": precision, "files": [file_entry(package, f) for f in files],
    }
    return {
        "schema": 1,
        "name": "cifar10",
        "version": "1.0.0",
        "task": "classify",
        "license": "Apache-2.0",
        "description": "Ten everyday classes (CIFAR-10) at 32 x 32 pixels, trained by edge-infer",
        "input": {
            "name": "input", "dtype": "f32", "layout": "NCHW", "shape": [1, 3, 32, 32], "color": "RGB", "orientation": "exif",
            "resize": {"profile": "pillow", "filter": "bilinear", "shortest": 32, "crop": [32, 32], "origin": "round"},
            "normalize": {"divide": 255, "mean": list(MEAN), "std": list(STD)},
        },
        "output": {"name": "logits", "dtype": "f32", "kind": "logits", "labels": "labels.txt"},
        "graphs": [
            graph("onnx", "fp32", "model.fp32.onnx"),
            graph("onnx", "int8", "model.int8.onnx"),
            graph("openvino", "fp32", "model.xml", "model.bin"),
        ],
        "files": [file_entry(package, "labels.txt")],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--data", required=True, help="cifar10_jpeg.tar.gz: training pictures calibrate the INT8 form")
    parser.add_argument("--package", required=True)
    args = parser.parse_args()
    package = Path(args.package)
    package.mkdir(parents=True, exist_ok=True)
    weights = dict(np.load(args.weights))
    onnx.save(fp32_graph(weights), package / "model.fp32.onnx")
    quantize(package / "model.fp32.onnx", package / "model.int8.onnx", args.data)
    openvino_graph(package / "model.fp32.onnx", package)
    (package / "labels.txt").write_text("\n".join(CLASSES) + "\n")
    (package / "model.json").write_text(json.dumps(card(package), indent=2) + "\n")
    for path in sorted(package.iterdir()):
        if path.is_file():
            print(f"{path.stat().st_size:>9,}  {path.name}")


if __name__ == "__main__":
    main()
