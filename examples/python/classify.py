"""Classifies a picture: edge_kernels.wasm in Wasmtime, limited in memory and time; the graph in ONNX Runtime."""

import argparse
import hashlib
import json
import struct
import sys
import threading
from pathlib import Path

import numpy
import onnxruntime
import wasmtime

ROOT = Path(__file__).resolve().parents[2]
DTYPES = {"f32": numpy.float32, "f16": numpy.float16, "u8": numpy.uint8, "i8": numpy.int8}


class Failure(Exception):
    """An error as edge-infer has them."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message} | ({"hint": hint} if hint else {})


class Kernels:
    """One instance of edge_kernels.wasm. docs/abi.md has its calls."""

    def __init__(self, file: Path, memory_bytes: int, timeout_ms: float) -> None:
        config = wasmtime.Config()
        config.epoch_interruption = True  # code looks at the epoch in every loop and function
        self.engine = wasmtime.Engine(config)
        module = wasmtime.Module.from_file(self.engine, str(file))
        self.store = wasmtime.Store(self.engine)
        self.store.set_limits(memory_size=memory_bytes, instances=1)  # memory.grow beyond it fails
        self.store.set_epoch_deadline(1)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.memory = self.exports["memory"]
        self.timeout_ms = timeout_ms

    def call(self, name: str, *args: float) -> int:
        """Calls an export; one that runs longer than the time limit is stopped."""
        self.store.set_epoch_deadline(1)
        timer = threading.Timer(self.timeout_ms / 1000, self.engine.increment_epoch)
        timer.start()
        try:
            return (self.exports[name](self.store, *args) or 0) & 0xFFFFFFFF
        except wasmtime.Trap as trap:
            if trap.trap_code == wasmtime.TrapCode.INTERRUPT:
                raise Failure("DEADLINE_EXCEEDED", f"{name} took longer than {self.timeout_ms:g} ms") from trap
            raise Failure("WORKER_TRAPPED", f"{name} trapped: {trap.message}") from trap
        finally:
            timer.cancel()

    def put(self, data: bytes) -> int:
        address = self.call("edge_alloc", len(data))
        if address == 0:
            raise Failure("RUNTIME_MEMORY", f"no memory for {len(data)} bytes", "raise the memory limit")
        self.memory.write(self.store, data, address)
        return address

    def bytes_at(self, address: int, length: int) -> bytes:
        return bytes(self.memory.read(self.store, address, address + length))

    def words(self, address: int, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self.bytes_at(address, 4 * count))

    def result(self, name: str, *args: float) -> int:
        """Calls an export that gives a result struct; throws the error that it may hold."""
        address = self.call(name, *args)
        head = self.words(address, 7)
        if head[0] != 0:
            raise Failure(*(self.bytes_at(*head[at : at + 2]).decode() for at in (1, 3, 5)))
        return address


def read_checked(folder: Path, entry: dict) -> bytes:
    """A file of the package, whose hash the card vouches for."""
    data = (folder / entry["path"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise Failure("MODEL_HASH_MISMATCH", f"{entry['path']} is not the file that the card names")
    return data


def run_graph(graph: bytes, tensor: bytes, dtype: str, shape: tuple[int, ...]) -> bytes:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    feed = numpy.frombuffer(tensor, DTYPES[dtype]).reshape(shape)
    return session.run(None, {session.get_inputs()[0].name: feed})[0].tobytes()


def classify(args: argparse.Namespace) -> dict:
    folder = Path(args.model)
    card_bytes = (folder / "model.json").read_bytes()
    card = json.loads(card_bytes)
    graph = next(graph for graph in card["graphs"] if graph["encoding"] == "onnx")
    files = {entry["path"]: entry for entry in card["files"]}
    labels = read_checked(folder, files[card["output"]["labels"]])

    kernels = Kernels(Path(args.kernels), args.memory_mib << 20, args.timeout_ms)
    kernels.result("edge_open_card", kernels.put(card_bytes), len(card_bytes), kernels.put(labels), len(labels))
    kernels.call("edge_reset")  # card and labels were copied
    image = Path(args.image).read_bytes()
    at = kernels.result("edge_preprocess", kernels.put(image), len(image), 0, 0, 0)
    tensor_at, length, sha256_at = kernels.words(at + 28, 3)
    tensor, sha256 = kernels.bytes_at(tensor_at, length), kernels.bytes_at(sha256_at, 32)
    shape = kernels.words(at + 48, 4)

    output = run_graph(read_checked(folder, graph["files"][0]), tensor, card["input"]["dtype"], shape)

    kernels.call("edge_reset")
    at = kernels.result("edge_postprocess", kernels.put(output), len(output), args.top, 0.0)
    rows, count = kernels.words(at + 28, 2)
    predictions = []
    for row in range(rows, rows + 16 * count, 16):
        class_id, confidence, label, label_length = struct.unpack("<IfII", kernels.bytes_at(row, 16))
        text = kernels.bytes_at(label, label_length).decode()
        predictions.append({"class_id": class_id, "label": text, "confidence": confidence})
    return {
        "predictions": predictions,
        "model_version": card["version"],
        "runtime": "python-wasmtime",
        "graph": {"encoding": "onnx", "precision": graph["precision"], "provider": "cpu"},
        "input_sha256": sha256.hex(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", help="JPEG, PNG, PNM or BMP file")
    parser.add_argument("--model", default=ROOT / "models/cifar10", help="folder of a model package")
    parser.add_argument("--kernels", default=ROOT / "dist/wasm/edge_kernels.wasm")
    parser.add_argument("--memory-mib", type=int, default=64, help="limit of the module's memory")
    parser.add_argument("--timeout-ms", type=float, default=10_000, help="limit of each call of the module")
    parser.add_argument("--top", type=int, default=5)
    try:
        print(json.dumps(classify(parser.parse_args())))
        return 0
    except (Failure, OSError, wasmtime.WasmtimeError) as failure:
        code = "INPUT_UNREADABLE" if isinstance(failure, OSError) else "RUNTIME_FAILED"
        error = getattr(failure, "error", {"code": code, "message": str(failure)})
        print(json.dumps({"error": error}))
        return 1


if __name__ == "__main__":
    sys.exit(main())
