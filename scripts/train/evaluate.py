"""Counts right answers on the CIFAR-10 test pictures with the libraries that people train with: the yardstick of accuracy.json.

    python scripts/train/evaluate.py --package models/cifar10 --pictures FOLDER

FOLDER holds `test/<class>/*.jpg`. Prints {"pytorch fp32": N, "onnxruntime fp32": N, "onnxruntime int8": N, "openvino fp32": N,
"pictures": N}; a library that is not installed is left out, by name, on standard error.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "golden"))
from reference import preprocess  # noqa: E402


def onnxruntime_runner(package: Path, name: str):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(str(package / name), options, providers=["CPUExecutionProvider"])
    return lambda tensor: session.run(None, {"input": tensor})[0]


def openvino_runner(package: Path):
    import openvino

    # OpenVINO's own default, which is what Wasmtime uses too: bf16 arithmetic on CPUs that have it, f32 elsewhere.
    compiled = openvino.Core().compile_model(str(package / "model.xml"), "CPU")
    return lambda tensor: compiled([tensor])[0]


def pytorch_runner(package: Path):
    """The weights of the FP32 graph, run by PyTorch's own operators."""
    import onnx
    import torch
    import torch.nn.functional as F
    from onnx import numpy_helper

    graph = onnx.load(package / "model.fp32.onnx").graph
    constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}

    def run(tensor):
        x = torch.from_numpy(tensor)
        with torch.no_grad():
            for node in graph.node:
                weights = [constants[name] for name in node.input if name in constants]
                if node.op_type == "Conv":
                    x = F.conv2d(x, *weights, padding=1)
                elif node.op_type == "Relu":
                    x = F.relu(x)
                elif node.op_type == "MaxPool":
                    x = F.max_pool2d(x, next(list(a.ints) for a in node.attribute if a.name == "kernel_shape"))
                elif node.op_type == "Slice":
                    mirrored = x.flip(3)
                elif node.op_type == "Concat":
                    x = torch.cat([x, mirrored])
                elif node.op_type == "ReduceMean":
                    x = x.mean(0, keepdim=True)
                elif node.op_type == "Flatten":
                    x = x.flatten(1)
                elif node.op_type == "Gemm":
                    x = F.linear(x, *weights)
                else:
                    raise ValueError(f"no PyTorch form of {node.op_type}")
        return x.numpy()

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", required=True, type=Path)
    parser.add_argument("--pictures", required=True, type=Path)
    args = parser.parse_args()
    card = json.loads((args.package / "model.json").read_text())
    classes = (args.package / card["output"]["labels"]).read_text().split()
    files = [(path, i) for i, name in enumerate(classes) for path in sorted((args.pictures / "test" / name).iterdir())]
    tensors = [preprocess(str(path), card) for path, _ in files]
    counts = {}
    for name, make in (
        ("pytorch fp32", lambda: pytorch_runner(args.package)),
        ("onnxruntime fp32", lambda: onnxruntime_runner(args.package, "model.fp32.onnx")),
        ("onnxruntime int8", lambda: onnxruntime_runner(args.package, "model.int8.onnx")),
        ("openvino fp32", lambda: openvino_runner(args.package)),
    ):
        try:
            run = make()
        except ImportError as missing:
            print(f"left out: {name}: {missing}", file=sys.stderr)
            continue
        counts[name] = sum(int(np.argmax(run(tensor)) == label) for tensor, (_, label) in zip(tensors, files))
    print(json.dumps(counts | {"pictures": len(files)}))


if __name__ == "__main__":
    main()
