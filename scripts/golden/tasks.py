"""Golden numbers of tasks: detection, segmentation, keyword spotting, anomaly detection.

    python scripts/golden/tasks.py ../shared/data tests/golden/tasks.json

Needs NumPy, Pillow, opencv-python-headless, onnxruntime, openvino and ai-edge-litert. Class maps are stored as SHA-256 of
u8 maps of the graph's own size; the input of seeded models is that of scripts/golden/tflite.py.
"""

import hashlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import openvino
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from tflite import generated

PHOTOGRAPHS = ["face.jpg", "grace_hopper.bmp", "pets.jpg"]


def pixels(file: Path) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB"))


def suppressed(boxes: np.ndarray, scores: np.ndarray, limit: float) -> list[int]:
    """Greedy suppression; overlaps as UltraFace's author computes them, 1e-5 added to the union."""
    order = list(np.argsort(-scores, kind="stable"))
    kept = []
    while order:
        best = order.pop(0)
        kept.append(best)
        rest = boxes[order]
        sides = np.clip(np.minimum(boxes[best, 2:], rest[:, 2:]) - np.maximum(boxes[best, :2], rest[:, :2]), 0, None)
        inside = sides[:, 0] * sides[:, 1]
        area = lambda box: (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])
        overlap = inside / (area(boxes[best]) + area(rest) - inside + 1e-5)
        order = [index for index, iou in zip(order, overlap) if iou <= limit]
    return kept


def faces(data: Path) -> dict:
    """UltraFace with its author's numbers: threshold 0.7, overlap 0.3."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(data / "models/ultraface_rfb320/version-RFB-320.onnx"), options)
    found = {}
    for name in PHOTOGRAPHS:
        picture = pixels(data / "images/coral_cc" / name)
        height, width = picture.shape[:2]
        resized = cv2.resize(picture, (320, 240)).astype(np.float32)
        tensor = ((resized - 127) / 128).astype(np.float32).transpose(2, 0, 1)[None]
        scores, boxes = (output[0] for output in session.run(None, {"input": tensor}))
        above = scores[:, 1] > 0.7
        chosen, probabilities = boxes[above], scores[above, 1]
        scale = np.array([width, height, width, height], np.float32)
        found[name] = [
            {"confidence": float(probabilities[i]), "box": [float(x) for x in chosen[i] * scale]}
            for i in suppressed(chosen, probabilities, 0.3)
        ]
    return found


def classes(map_: np.ndarray) -> dict:
    values, counts = np.unique(map_, return_counts=True)
    return {
        "sha256": hashlib.sha256(map_.astype(np.uint8).tobytes()).hexdigest(),
        "counts": {str(v): int(n) for v, n in zip(values, counts)},
    }


def lite(file: Path, tensor: np.ndarray | None = None):
    interpreter = Interpreter(str(file), num_threads=1)
    interpreter.allocate_tensors()
    given, taken = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def run(values: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(given["index"], values.reshape(given["shape"]).astype(given["dtype"]))
        interpreter.invoke()
        return interpreter.get_tensor(taken["index"]).copy()

    return run, given, taken


def deeplab(data: Path) -> dict:
    run, _, _ = lite(data / "models/coral_deeplabv3_mnv2_dm05_pascal_quant/deeplabv3_mnv2_dm05_pascal_quant.tflite")
    found = {}
    for name in ["dog_segmentation_256.bmp", "pets.jpg"]:
        picture = Image.open(data / "images/coral_cc" / name).convert("RGB")
        found[name] = classes(run(np.asarray(picture.resize((513, 513), Image.BILINEAR)))[0])
    return found


def road(data: Path) -> dict:
    folder = data / "models/openvino_road_segmentation_adas_0001"
    model = openvino.Core().compile_model(folder / "road-segmentation-adas-0001.xml", "CPU")
    picture = pixels(folder / "empty_road_mapillary.jpg")
    tensor = cv2.resize(picture, (896, 512))[:, :, ::-1].astype(np.float32).transpose(2, 0, 1)[None]
    scores = list(model(np.ascontiguousarray(tensor)).values())[0][0]
    return {"empty_road_mapillary.jpg": classes(scores.argmax(axis=0))}


def keywords(data: Path) -> dict:
    run, given, taken = lite(data / "models/mlperf_tiny_kws_dscnn/kws_ref_model.tflite")
    scale, zero = taken["quantization"]
    rows = []
    for seed in range(1, 5):
        stored = run(generated(seed, int(np.prod(given["shape"]))).view(np.int8))
        rows.append([float(x) for x in ((stored.reshape(-1).astype(np.float32) - zero) * np.float32(scale))])
    return {"quantization": {"input": list(given["quantization"]), "output": [scale, zero]}, "scores": rows}


def anomaly(data: Path) -> dict:
    folder = data / "models/mlperf_tiny_ad_toycar"
    windows = np.fromfile(folder / "normal_id_01_00000000_hist_librosa.bin", np.float32).reshape(-1, 640)
    found = {"windows": len(windows)}
    for name in ["ad01_int8.tflite", "ad01_fp32.tflite"]:
        run, given, taken = lite(folder / name)
        errors = []
        for window in windows:
            if given["dtype"] == np.float32:
                rebuilt = run(window)
            else:
                (scale, zero), (back, back_zero) = given["quantization"], taken["quantization"]
                stored = np.clip(np.round(window / np.float32(scale)) + zero, -128, 127)
                rebuilt = (run(stored).astype(np.float32) - back_zero) * np.float32(back)
            errors.append(float(np.mean(np.square(window - rebuilt.reshape(-1)), dtype=np.float64)))
        found[name] = {
            "quantization": [list(map(float, given["quantization"])), list(map(float, taken["quantization"]))],
            "first": errors[:4],
            "mean": float(np.mean(errors)),
        }
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    golden = {
        "ultraface": faces(folder),
        "deeplab": deeplab(folder),
        "road": road(folder),
        "keywords": keywords(folder),
        "anomaly": anomaly(folder),
    }
    Path(sys.argv[2]).write_text(json.dumps(golden, indent=1) + "\n")
