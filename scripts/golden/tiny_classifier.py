"""A DistilBERT-style folder whose graph counts good and bad words: python tiny_classifier.py FOLDER."""

import json
import sys
from pathlib import Path

import numpy
from onnx import TensorProto, helper, numpy_helper, save_model

folder = Path(sys.argv[1])
(folder / "onnx").mkdir(parents=True)
(folder / "vocab.txt").write_text("[CLS]\n[SEP]\n[UNK]\n[PAD]\ngood\nbad\n")
(folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True, "model_max_length": 16}))
config = {"model_type": "distilbert", "max_position_embeddings": 32, "id2label": {"0": "NEGATIVE", "1": "POSITIVE"}}
(folder / "config.json").write_text(json.dumps(config))

votes = numpy.array([[0, 0], [0, 0], [0, 0], [9, 9], [0, 2], [2, 0]], numpy.float32)
inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in ("input_ids", "attention_mask")]
nodes = [
    helper.make_node("Gather", ["votes", "input_ids"], ["words"]),
    helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
    helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
    helper.make_node("Mul", ["words", "column"], ["counted"]),
    helper.make_node("ReduceSum", ["counted", "middle"], ["logits"], keepdims=0),
]
constants = {"votes": votes, "last": numpy.array([2]), "middle": numpy.array([1])}
output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])
weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
graph = helper.make_graph(nodes, "votes", inputs, [output], weights)
save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(folder / "onnx/model.onnx"))
