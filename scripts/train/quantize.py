"""FP32 ONNX to INT8 QDQ: per channel, u8 activations, weights of 8 bits stored as u8 around 128.

u8 storage of symmetric weights keeps x86 CPUs without VNNI away from the kernels whose 16-bit sums saturate: the same real
values, the same answer on every CPU. Input and output of the graph stay f32.
"""

import random
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from cifar10 import normalize, read_split

CALIBRATION_PICTURES, CALIBRATION_SEED = 1000, 1


def calibration_reader(archive: str):
    """Feeds seeded training pictures to ONNX Runtime's calibrator, one at a time."""
    from onnxruntime.quantization import CalibrationDataReader

    pixels, _, _ = read_split(archive, "train")
    chosen = sorted(random.Random(CALIBRATION_SEED).sample(range(len(pixels)), CALIBRATION_PICTURES))
    tensors = normalize(pixels[chosen])

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rest = iter(tensors)

        def get_next(self):
            tensor = next(self.rest, None)
            return None if tensor is None else {"input": tensor[None]}

    return Reader()


def weights_as_u8(model: onnx.ModelProto) -> int:
    """Every int8 weight and its zero point shifted by 128 into uint8; how many weights that were."""
    initializers = {t.name: t for t in model.graph.initializer}
    count = 0
    for node in model.graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] not in initializers:
            continue
        weight, zero_point = initializers[node.input[0]], initializers[node.input[2]]
        if weight.data_type != TensorProto.INT8:
            continue
        for tensor in (weight, zero_point):
            shifted = (numpy_helper.to_array(tensor).astype(np.int16) + 128).astype(np.uint8)
            tensor.CopyFrom(numpy_helper.from_array(shifted, tensor.name))
        count += 1
    return count


def quantize(source: Path, target: Path, archive: str):
    """Writes the INT8 form of `source` to `target`."""
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    quantize_static(
        str(source), str(target), calibration_reader(archive), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
        extra_options={"WeightSymmetric": True, "ActivationSymmetric": False},
    )
    model = onnx.load(target)
    if weights_as_u8(model) == 0:
        raise RuntimeError("no int8 weight found to store as u8")
    model.producer_name = "edge-infer"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)
