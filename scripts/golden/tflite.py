"""Golden vectors of the TFLite backend: what ai-edge-litert makes of seeded inputs, one thread, XNNPACK.

    python scripts/golden/tflite.py ../shared/data/models tests/golden/tflite.json

Input bytes are those of scripts/golden/resize.py's generator (seed 1 + input number); f32 inputs are byte / 128 - 1.
Integer outputs are stored as SHA-256, f32 outputs as their first eight values and their sum.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def generated(seed: int, count: int) -> np.ndarray:
    """u8[count] of the generator."""
    powers = np.multiply.accumulate(np.full(count, 1664525, np.uint32), dtype=np.uint32)
    sums = np.cumsum(np.concatenate([np.ones(1, np.uint32), powers[:-1]]), dtype=np.uint32)
    return ((powers * np.uint32(seed) + sums * np.uint32(1013904223)) >> 24).astype(np.uint8)


def run(file: Path) -> dict:
    """Inputs and outputs in the subgraph's order."""
    interpreter = Interpreter(str(file), num_threads=1)
    interpreter.allocate_tensors()
    inputs = interpreter.get_input_details()
    for i, detail in enumerate(inputs):
        data = generated(1 + i, int(np.prod(detail["shape"])))
        kind = np.dtype(detail["dtype"])
        values = data.astype(np.float32) / np.float32(128) - np.float32(1) if kind == np.float32 else data.view(kind)
        interpreter.set_tensor(detail["index"], values.reshape(detail["shape"]))
    interpreter.invoke()
    outputs = []
    for detail in interpreter.get_output_details():
        value = interpreter.get_tensor(detail["index"])
        row = {"dtype": value.dtype.name, "shape": list(value.shape)}
        if value.dtype == np.float32:
            row["first"] = [float(x) for x in value.reshape(-1)[:8]]
            row["sum"] = float(value.astype(np.float64).sum())
        else:
            row["sha256"] = hashlib.sha256(value.tobytes()).hexdigest()
        outputs.append(row)
    kinds = [{"dtype": np.dtype(d["dtype"]).name, "shape": [int(n) for n in d["shape"]]} for d in inputs]
    return {"inputs": kinds, "outputs": outputs}


if __name__ == "__main__":
    import ai_edge_litert

    folder = Path(sys.argv[1])
    models = {}
    for file in sorted(folder.rglob("*.tflite")):
        if "invalid" in str(file):
            continue
        try:
            models[str(file.relative_to(folder))] = run(file)
        except (RuntimeError, ValueError, TypeError) as error:
            print(f"left out: {file.name}: {error}", file=sys.stderr)
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(model)}" for name, model in models.items())
    version = getattr(ai_edge_litert, "__version__", "2.3.0")
    Path(sys.argv[2]).write_text(f'{{"ai-edge-litert": "{version}", "models": {{\n{rows}\n}}}}\n')
