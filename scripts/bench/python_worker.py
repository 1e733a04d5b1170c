"""Rivals in Python, measured as scripts/bench/worker_subject.ts asks: JSON requests and answers, one a line.

A subject is a function of its parameters that gives (units, call, output, versions): call(i) does unit i, output()
gives the bytes of the unit that was done last.
"""

import io
import json
import math
import resource
import statistics
import sys
import time

LEAST_PASSES = 3
STRETCH_MS = 1.0
TRIES = 8


class NotHad(Exception):
    """A library that is not installed."""


def library(name, package):
    try:
        return __import__(name, fromlist=["*"])
    except ImportError as error:
        raise NotHad(f"{package} is not in the reference Python: {error}") from None


def read(file):
    with open(file, "rb") as opened:
        return opened.read()


def pillow():
    image = library("PIL.Image", "Pillow")
    features = library("PIL.features", "Pillow")
    turbo = features.version_feature("libjpeg_turbo") or "unknown"
    return image, {"Pillow": f"{image.__version__} (libjpeg-turbo {turbo})"}


def opencv():
    cv2 = library("cv2", "opencv-python-headless")
    cv2.setNumThreads(1)
    return cv2, {"OpenCV (Python)": cv2.__version__}


class Last:
    """What the unit that was done last has given."""

    value = None


def over(files, run, to_bytes, versions):
    pictures = [read(file) for file in files]

    def call(i):
        Last.value = run(pictures[i])

    return len(pictures), call, lambda: to_bytes(Last.value), versions


def fixed(run, to_bytes, versions):
    def call(_):
        Last.value = run()

    return 1, call, lambda: to_bytes(Last.value), versions


def decode_pillow(files, **_):
    image, versions = pillow()

    def run(data):
        picture = image.open(io.BytesIO(data))
        picture.load()
        return picture

    return over(files, run, lambda picture: picture.convert("RGB").tobytes(), versions)


def decode_opencv(files, **_):
    cv2, versions = opencv()
    numpy = library("numpy", "NumPy")
    arrays = {}

    def run(data):
        array = arrays.setdefault(id(data), numpy.frombuffer(data, numpy.uint8))
        return cv2.imdecode(array, cv2.IMREAD_COLOR_RGB)

    return over(files, run, lambda picture: picture.tobytes(), versions)


def resize_pillow(raw, size, to, filter, **_):
    image, versions = pillow()
    picture = image.frombytes("RGB", tuple(size), read(raw))
    chosen = {2: image.Resampling.BILINEAR, 5: image.Resampling.LANCZOS}[filter]
    return fixed(lambda: picture.resize(tuple(to), chosen), lambda done: done.tobytes(), versions)


def resize_opencv(raw, size, to, interpolation, **_):
    cv2, versions = opencv()
    numpy = library("numpy", "NumPy")
    picture = numpy.frombuffer(read(raw), numpy.uint8).reshape(size[1], size[0], 3)
    chosen = {"linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}[interpolation]
    run = lambda: cv2.resize(picture, tuple(to), interpolation=chosen)
    return fixed(run, lambda done: done.tobytes(), versions)


def tensor_of(image, numpy, data):
    """The card of MobileNetV2: upright, shorter side 256, middle 224 x 224, x / 127.5 - 1, NCHW."""
    picture = library("PIL.ImageOps", "Pillow").exif_transpose(image.open(io.BytesIO(data))).convert("RGB")
    width, height = picture.size
    if width < height:
        full = (256, int(256 * height / width))
    else:
        full = (int(256 * width / height), 256)
    if full != picture.size:
        picture = picture.resize(full, image.Resampling.BILINEAR)
    left, top = round((full[0] - 224) / 2), round((full[1] - 224) / 2)
    picture = picture.crop((left, top, left + 224, top + 224))
    pixels = numpy.asarray(picture).astype(numpy.float32)
    pixels /= numpy.float32(127.5)
    pixels -= numpy.float32(1)
    return numpy.ascontiguousarray(pixels.transpose(2, 0, 1))


def preprocess_pillow(files, **_):
    image, versions = pillow()
    numpy = library("numpy", "NumPy")
    versions["NumPy"] = numpy.__version__
    return over(files, lambda data: tensor_of(image, numpy, data), lambda tensor: tensor.tobytes(), versions)


def normalize_numpy(raw, **_):
    numpy = library("numpy", "NumPy")
    picture = numpy.frombuffer(read(raw), numpy.uint8).reshape(224, 224, 3)

    def run():
        pixels = picture.astype(numpy.float32)
        pixels /= numpy.float32(127.5)
        pixels -= numpy.float32(1)
        return numpy.ascontiguousarray(pixels.transpose(2, 0, 1))

    return fixed(run, lambda tensor: tensor.tobytes(), {"NumPy": numpy.__version__})


def classify_pillow(files, graph, **_):
    image, versions = pillow()
    numpy = library("numpy", "NumPy")
    runtime = library("onnxruntime", "ONNX Runtime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    versions |= {"NumPy": numpy.__version__, "ONNX Runtime (Python)": runtime.__version__}

    def run(data):
        logits = session.run(None, {name: tensor_of(image, numpy, data)[None]})[0][0]
        powers = numpy.exp(logits - logits.max())
        shares = powers / powers.sum()
        return numpy.argsort(-shares, kind="stable")[:5]

    return over(files, run, lambda best: best.astype(numpy.int32).tobytes(), versions)


def tokenize_hugging_face(tokenizer, text, **_):
    numpy = library("numpy", "NumPy")
    tokenizers = library("tokenizers", "tokenizers")
    opened = tokenizers.Tokenizer.from_file(tokenizer)
    string = read(text).decode()
    versions = {"tokenizers (Python)": tokenizers.__version__}
    return fixed(lambda: opened.encode(string).ids, lambda ids: numpy.array(ids, numpy.uint32).tobytes(), versions)


SUBJECTS = {
    function.__name__: function
    for function in (
        decode_pillow,
        decode_opencv,
        resize_pillow,
        resize_opencv,
        preprocess_pillow,
        normalize_numpy,
        classify_pillow,
        tokenize_hugging_face,
    )
}


class Worker:
    """The open subject."""

    def __init__(self):
        self.units, self.call, self.output, self.repeat = 0, None, None, 1

    def open(self, subject, params, **_):
        self.units, self.call, self.output, versions = SUBJECTS[subject](**params)
        return {"versions": versions}

    def stretch(self, unit):
        """Nanoseconds of `repeat` calls, measured again when the core was taken away, as worker/main.ts does it."""
        least = math.inf
        for _ in range(TRIES):
            taken = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
            start = time.perf_counter_ns()
            for _ in range(self.repeat):
                self.call(unit)
            spent = time.perf_counter_ns() - start
            if resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw == taken:
                return spent
            least = min(least, spent)
        return least

    def measure(self, ms, least):
        """Milliseconds a unit: the median over passes through all units, which together take at least `ms`."""
        passes = []
        start = time.perf_counter_ns()
        while time.perf_counter_ns() - start < ms * 1e6 or len(passes) < least:
            spent = sum(self.stretch(unit) for unit in range(self.units))
            passes.append(spent / 1e6 / (self.repeat * self.units))
        return statistics.median(passes)

    def warm(self, ms, **_):
        self.repeat = 1
        each = self.measure(ms, LEAST_PASSES)
        self.repeat = max(1, math.ceil(STRETCH_MS / each))
        return {}

    def run(self, ms, **_):
        return {"ms": self.measure(ms, 1)}

    def save(self, file, **_):
        with open(file, "wb") as opened:
            for i in range(self.units):
                self.call(i)
                opened.write(self.output())
        return {}


def main():
    worker = Worker()
    operations = {"open": worker.open, "warm": worker.warm, "run": worker.run, "output": worker.save}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            answer = {"bench": "ok"} | operations[request.pop("op")](**request)
        except NotHad as error:
            answer = {"bench": "failed", "why": str(error), "not_had": True}
        except Exception as error:  # The benchmark turns every failure into a row.
            answer = {"bench": "failed", "why": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
