"""Expected pixels of JPEG files, by Pillow (libjpeg-turbo): writes tests/golden/jpeg.json.

    python scripts/golden/jpeg.py DATA_FOLDER        (the checkout's ../shared/data)

"files": for each file of the data folder "WIDTH HEIGHT CHANNELS ORIENTATION SHA256" of its pixels (gray or RGB),
"refused", or "any" where Pillow's own header reader, not libjpeg, turns it down: such a file may be decoded or refused.
"cifar": one SHA-256 over the pixels of every 37th picture of the CIFAR-10 archive, 300 in all.
"bases": small JPEG files, base64. "cases": for each base its edits "AT:BYTES REMOVED:HEX INSERTED,.." and what comes of them.
"""

import base64
import hashlib
import io
import json
import sys
import tarfile
import warnings
from pathlib import Path

import PIL
from PIL import Image

FOLDERS = [
    "conformance/jpeg",
    "conformance/jpeg/mozilla",
    "conformance/jpeg/bench",
    "conformance/jpeg_corrupt",
    "conformance/jpeg_corrupt/imagetestsuite",
    "conformance/exif_orientation",
    "conformance/misc",
    "conformance/hostile",
    "coral_cc",
    "imagenet_samples_400",
]
# Over our limit of 2^28 pixels.
REFUSED = {"giant-image.jpg"}
SAMPLINGS = [0x11, 0x12, 0x21, 0x22, 0x41, 0x14, 0x42, 0x24, 0x31, 0x13]

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None


class Random:
    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 8) % limit


def opened(data: bytes) -> Image.Image | None:
    """None where Pillow itself, not libjpeg, turns the file down."""
    try:
        picture = Image.open(io.BytesIO(data))
    except Exception:
        return None
    return picture if picture.format in ("JPEG", "MPO") else None


def picture_paths(images: Path) -> list[Path]:
    paths = [p for folder in FOLDERS for p in sorted((images / folder).iterdir())]
    return [p for p in paths if p.suffix.lower() in (".jpg", ".jpeg") and p.is_file()]


def expected(data: bytes) -> str:
    picture = opened(data)
    if picture is None:
        return "any"
    try:
        orientation = picture.getexif().get(0x112, 1)
        picture.load()
    except Exception:
        return "refused"
    if picture.mode != "L":
        picture = picture.convert("RGB")
    pixels = hashlib.sha256(picture.tobytes()).hexdigest()
    return f"{picture.width} {picture.height} {len(picture.getbands())} {orientation} {pixels}"


def cifar(archive: Path) -> str:
    digest = hashlib.sha256()
    with tarfile.open(archive) as tar:
        pictures = [member for member in tar if member.name.endswith(".jpg")]
        for member in pictures[: 37 * 300 : 37]:
            digest.update(Image.open(tar.extractfile(member)).convert("RGB").tobytes())
    return digest.hexdigest()


def make_bases(photo: Image.Image) -> dict:
    def save(width: int, height: int, mode: str = "RGB", **options) -> bytes:
        out = io.BytesIO()
        photo.resize((width, height), Image.Resampling.BICUBIC).convert(mode).save(out, "JPEG", **options)
        assert out.tell() < 2048, out.tell()
        return out.getvalue()

    return {
        "444": save(35, 33, quality=60, subsampling="4:4:4"),
        "422": save(33, 35, quality=75, subsampling="4:2:2"),
        "420": save(37, 41, quality=80, subsampling="4:2:0"),
        "411": save(41, 19, quality=70, subsampling="4:1:1"),
        "gray": save(27, 30, "L", quality=90),
        "cmyk": save(18, 21, "CMYK", quality=60),
        "progressive": save(50, 43, quality=75, subsampling="4:2:0", progressive=True),
        "progressive 444": save(33, 26, quality=60, subsampling="4:4:4", progressive=True),
        "progressive gray": save(44, 49, "L", quality=85, progressive=True),
        "restarts": save(45, 38, quality=70, subsampling="4:2:0", restart_marker_blocks=2),
        "optimised": save(40, 40, quality=30, subsampling="4:2:2", optimize=True),
        "tiny": save(1, 1, quality=95),
    }


def make_edits(name: str, data: bytes, random: Random) -> list:
    """Edits that are worth a look: samplings, quantisers, bits of the data, its end, colour markers."""
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    scan = data.index(b"\xff\xda")
    quant = data.index(b"\xff\xdb") + 5
    count = data[frame + 9]
    edits = [[]]
    for _ in range(14 if count > 1 else 3):
        edits.append([[frame + 11 + 3 * i, 1, "%02x" % SAMPLINGS[random.below(10)]] for i in range(count)])
    for _ in range(8):
        span = max(len(data) - scan - 16, 1)
        flips = {scan + 14 + random.below(span) for _ in range(1 + random.below(4))}
        edits.append([[at, 1, "%02x" % (data[at] ^ (1 << random.below(8)))] for at in sorted(flips)])
    for _ in range(8 if "progressive" in name else 2):
        at = scan + 12 + random.below(max(len(data) - scan - 14, 1))
        edits.append([[at, len(data) - at, "ffd9"]])
    for _ in range(3):
        edits.append([[quant, 64, "".join("%02x" % random.below(256) for _ in range(64))]])
    adobe = "ffee000e41646f6265006400000000"
    for transform in ("00", "01", "02"):
        # Behind SOI, with and without the JFIF segment (20 bytes with its marker, when it is there).
        edits.append([[2, 0, adobe + transform]])
        if data[2:4] == b"\xff\xe0":
            edits.append([[2, 18, adobe + transform]])
    if count == 3:
        edits.append([[2, 18, ""], *[[frame + 10 + 3 * i, 1, "%02x" % b] for i, b in enumerate(b"RGB")]])
    edits.append([[scan, 0, "ffdd0004%04x" % (1 + random.below(4))]])
    edits.append([[scan + 14 + random.below(40) % max(len(data) - scan - 16, 1), 0, "ffd%d" % random.below(8)]])
    edits.append([[len(data) - 2, 0, "00ffffff"]])
    return edits


def apply(data: bytes, edits: list) -> bytes:
    for at, removed, inserted in sorted(edits, reverse=True):
        data = data[:at] + bytes.fromhex(inserted) + data[at + removed :]
    return data


def main() -> None:
    images = Path(sys.argv[1]) / "images"
    files = {
        str(p.relative_to(images)): "refused" if p.name in REFUSED else expected(p.read_bytes())
        for p in picture_paths(images)
    }
    bases = make_bases(Image.open(images / "coral_cc/cat_720p.jpg"))
    random = Random(20)
    cases: dict = {}
    for name, data in bases.items():
        cases[name] = {}
        for edits in make_edits(name, data, random):
            variant = apply(data, edits)
            # Without an end marker we decode what Pillow refuses.
            result = expected(variant) if variant.endswith(b"\xff\xd9") else "any"
            if result != "any":
                cases[name][",".join(f"{at}:{removed}:{text}" for at, removed, text in edits)] = result
    golden = {
        "pillow": PIL.__version__,
        "files": files,
        "cifar": cifar(images / "cifar10_jpeg.tar.gz"),
        "bases": {name: base64.b64encode(data).decode() for name, data in bases.items()},
        "cases": cases,
    }
    target = Path(__file__).resolve().parents[2] / "tests/golden/jpeg.json"
    target.write_text(json.dumps(golden, indent=2) + "\n")
    refused = sum(row == "refused" for row in files.values())
    print(f"{len(files)} files, {refused} refused; {sum(map(len, cases.values()))} cases -> {target}")


if __name__ == "__main__":
    main()
