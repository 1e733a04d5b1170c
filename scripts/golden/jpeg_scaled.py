"""Expected pixels of JPEG files decoded at 1/2, 1/4 and 1/8, by Pillow's Image.draft: writes tests/golden/jpeg_scaled.json.

    python scripts/golden/jpeg_scaled.py DATA_FOLDER        (the checkout's ../shared/data)
    python scripts/golden/jpeg_scaled.py --fresh SEED COUNT (lines "ASKED WIDTH:HEIGHT BASE64 RESULT", for a test)

"files", "bases", "cases" as in jpeg.py, with results "CHANNELS ORIENTATION SHA256", "refused" or "any". The hash is over what
each of the sizes asked for, 1/2, 1/4 and 1/8 rounded down and at least 1, gives: "WIDTH HEIGHT " and the pixels.
"tensors": for each base "SHA256" of the tensor that a 7 x 9 bilinear resize after the draft gives, f32 RGB / 255, NCHW.
"""

import base64
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
import PIL
from jpeg import REFUSED, Random, apply, make_edits, opened, picture_paths
from PIL import Image, ImageOps

# Pillow cannot write these samplings: the blocks of an MCU are as many in another, so factors and size are exchanged.
RESHAPED = {"440": ("422", 0x12, 8, 16), "411": ("420", 0x41, 32, 8), "1x4": ("420", 0x14, 8, 32)}
TENSOR_WIDTH, TENSOR_HEIGHT = 9, 7


def asked_sizes(width: int, height: int) -> list[tuple[int, int]]:
    return [(max(width // n, 1), max(height // n, 1)) for n in (2, 4, 8)]


def draft(data: bytes, size: tuple[int, int]) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.draft("RGB", size)
    picture.load()
    return picture


def scaled(data: bytes, size: tuple[int, int]) -> tuple[bytes, str]:
    """The pixels, after "WIDTH HEIGHT ", and "CHANNELS ORIENTATION"."""
    picture = draft(data, size)
    orientation = picture.getexif().get(0x112, 1)
    if picture.mode != "L":
        picture = picture.convert("RGB")
    return f"{picture.width} {picture.height} ".encode() + picture.tobytes(), f"{len(picture.getbands())} {orientation}"


def expected(data: bytes) -> str:
    picture = opened(data)
    if picture is None:
        return "any"
    digest = hashlib.sha256()
    about = ""
    try:
        for size in asked_sizes(*picture.size):
            pixels, about = scaled(data, size)
            digest.update(pixels)
    except Exception:
        return "refused"
    return f"{about} {digest.hexdigest()}"


def tensor(data: bytes) -> str:
    """Pillow and NumPy: draft, resize, / 255. The target is given for the upright picture, the draft is of the stored."""
    picture = Image.open(io.BytesIO(data))
    swapped = picture.getexif().get(0x112, 1) >= 5
    size = (TENSOR_HEIGHT, TENSOR_WIDTH) if swapped else (TENSOR_WIDTH, TENSOR_HEIGHT)
    picture = ImageOps.exif_transpose(draft(data, size)).convert("RGB")
    picture = picture.resize((TENSOR_WIDTH, TENSOR_HEIGHT), Image.Resampling.BILINEAR)
    values = np.asarray(picture).astype(np.float32) / np.float32(255)
    return hashlib.sha256(np.ascontiguousarray(values.transpose(2, 0, 1)).tobytes()).hexdigest()


def noise(random: Random, width: int, height: int, mode: str) -> Image.Image:
    """A few random colours, enlarged, with noise upon them: smooth parts and hard ones."""
    generator = np.random.default_rng(random.below(1 << 24))
    bands = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    few = generator.integers(0, 256, (3, 4, bands), np.uint8)
    shape = (height, width) if bands == 1 else (height, width, bands)
    smooth = Image.fromarray(few[..., 0] if bands == 1 else few, mode).resize((width, height), Image.Resampling.BICUBIC)
    rough = generator.integers(-1, 2, (height, width, bands)) * generator.integers(0, 60, (height, 1, 1))
    pixels = np.asarray(smooth).reshape(height, width, bands).astype(int) + rough
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8).reshape(shape), mode)


def save(random: Random, width: int, height: int, mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    noise(random, width, height, mode).save(out, "JPEG", **options)
    return out.getvalue()


def oriented(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x112] = orientation
    return exif.tobytes()


def reshape(data: bytes, factors: int, unit_width: int, unit_height: int) -> bytes:
    """The file with other sampling factors of its first component, and a size of as many MCUs."""
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    height, width = (int.from_bytes(data[frame + at : frame + at + 2], "big") for at in (5, 7))
    old = data[frame + 11]
    columns, rows = -(-width // (8 * (old >> 4))), -(-height // (8 * (old & 15)))
    # Odd sizes: a few samples less than the whole MCUs.
    width, height = columns * unit_width - 3, rows * unit_height - 5
    return apply(data, [[frame + 5, 4, "%04x%04x" % (height, width)], [frame + 11, 1, "%02x" % factors]])


def make_bases(random: Random) -> dict[str, bytes]:
    bases = {
        "444": save(random, 35, 33, quality=60, subsampling="4:4:4"),
        "422": save(random, 43, 35, quality=75, subsampling="4:2:2"),
        "420": save(random, 53, 45, quality=80, subsampling="4:2:0"),
        "gray": save(random, 27, 30, "L", quality=90),
        "cmyk": save(random, 18, 21, "CMYK", quality=60),
        "ycck": save(random, 26, 19, "CMYK", quality=70, subsampling="4:2:0"),
        "progressive": save(random, 50, 43, quality=75, subsampling="4:2:0", progressive=True),
        "progressive 422": save(random, 41, 22, quality=60, subsampling="4:2:2", progressive=True),
        "progressive gray": save(random, 44, 49, "L", quality=85, progressive=True),
        "restarts": save(random, 45, 38, quality=70, subsampling="4:2:0", restart_marker_blocks=2),
        "turned": save(random, 61, 34, quality=50, subsampling="4:2:0", exif=oriented(6)),
        "mirrored": save(random, 34, 61, quality=50, subsampling="4:2:2", exif=oriented(7)),
        "narrow": save(random, 5, 37, quality=90, subsampling="4:2:0"),
        "tiny": save(random, 1, 1, quality=95),
    }
    # Adobe's transform flag 2 makes YCCK of it.
    at = bases["ycck"].index(b"Adobe") + 11
    bases["ycck"] = apply(bases["ycck"], [[at, 1, "02"]])
    for name, (source, *rest) in RESHAPED.items():
        bases[name] = reshape(bases[source], *rest)
        bases[f"progressive {name}"] = reshape(bases["progressive 422" if source == "422" else "progressive"], *rest)
    return bases


def fresh(seed: int, count: int) -> None:
    random = Random(seed)
    for _ in range(count):
        mode = ("RGB", "RGB", "RGB", "L", "CMYK")[random.below(5)]
        width, height = 1 + random.below(180), 1 + random.below(180)
        options = {"quality": 5 + random.below(95), "subsampling": random.below(3)}
        if random.below(3) == 0:
            options["progressive"] = True
        if random.below(3) == 0:
            options["restart_marker_blocks"] = 1 + random.below(5)
        data = save(random, width, height, mode, **options)
        if mode == "RGB" and random.below(3) == 0:
            shapes = list(RESHAPED.values())
            source = {1: "422", 2: "420"}.get(options["subsampling"])
            shapes = [shape for shape in shapes if shape[0] == source]
            if shapes:
                data = reshape(data, *shapes[random.below(len(shapes))][1:])
        picture = Image.open(io.BytesIO(data))
        size = tuple(max(side // (1 + random.below(12)), 1) for side in picture.size)
        pixels, _ = scaled(data, size)
        print(f"{size[0]}:{size[1]} {base64.b64encode(data).decode()} {hashlib.sha256(pixels).hexdigest()}")


def main() -> None:
    if sys.argv[1] == "--fresh":
        fresh(int(sys.argv[2]), int(sys.argv[3]))
        return
    images = Path(sys.argv[1]) / "images"
    files = {
        str(p.relative_to(images)): "refused" if p.name in REFUSED else expected(p.read_bytes())
        for p in picture_paths(images)
    }
    random = Random(21)
    bases = make_bases(random)
    cases: dict = {}
    for name, data in bases.items():
        cases[name] = {}
        for edits in make_edits(name, data, random):
            variant = apply(data, edits)
            result = expected(variant) if variant.endswith(b"\xff\xd9") else "any"
            if result != "any":
                cases[name][",".join(f"{at}:{removed}:{text}" for at, removed, text in edits)] = result
    golden = {
        "pillow": PIL.__version__,
        "files": files,
        "bases": {name: base64.b64encode(data).decode() for name, data in bases.items()},
        "cases": cases,
        "tensors": {name: tensor(data) for name, data in bases.items()},
    }
    target = Path(__file__).resolve().parents[2] / "tests/golden/jpeg_scaled.json"
    target.write_text(json.dumps(golden, indent=2) + "\n")
    refused = sum(row == "refused" for row in files.values())
    print(f"{len(files)} files, {refused} refused; {sum(map(len, cases.values()))} cases -> {target}")


if __name__ == "__main__":
    main()
