"""Expected pixels of the PNG and BMP test files, by Pillow: writes tests/golden/png.json.

    python scripts/golden/png.py DATA_FOLDER        (the checkout's ../shared/data)

For each file: {"width", "height", "rgb", "alpha"} with the SHA-256 of its RGB and of its alpha bytes, or
{"refused": true}. "alpha" is null where Pillow's own is not what the PNG specification says: it compares tRNS of gray and
RGB with samples already scaled to 8 bits. 16-bit gray is taken as its high byte (Pillow's convert() would clip it).
Files that Pillow accepts although a critical chunk's CRC is wrong or data is missing are refused by libpng: REFUSED.
Files that Pillow refuses for a broken ancillary chunk, which libpng skips, are left out: their only reference is the
CRC list of image-rs in pngsuite_expected/results.txt.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np
from PIL import Image

FOLDERS = ["pngsuite", "pngsuite-extra", "png_bugfixes", "png_animated", "misc", "hostile"]
REFUSED = {"xcsn0g01.png", "x_interlaced_chck.png"}
ONLY_IMAGE_RS = {"cicp_pq.png", "issue#430.png"}


def sha256(pixels: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels, dtype=np.uint8).tobytes()).hexdigest()


def key_at_other_depth(path: Path) -> bool:
    """A transparent gray or RGB (tRNS) in a PNG that is not of 8 bits."""
    data = path.read_bytes()
    if not data.startswith(b"\x89PNG"):
        return False
    depth, color = data[24], data[25]
    at, found = 8, False
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found |= kind == b"tRNS"
        at += 12 + length
    return found and depth != 8 and color in (0, 2)


def expected(path: Path) -> dict:
    if path.name in REFUSED:
        return {"refused": True}
    try:
        picture = Image.open(path)
        picture.load()
    except Exception:
        return {"refused": True}
    if picture.mode.startswith("I;16"):
        gray = (np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8)
        rgb, alpha = np.stack([gray] * 3, axis=-1), np.full(gray.shape, 255, np.uint8)
    else:
        rgb, alpha = np.asarray(picture.convert("RGB")), np.asarray(picture.convert("RGBA"))[..., 3]
    return {
        "width": picture.width,
        "height": picture.height,
        "rgb": sha256(rgb),
        "alpha": None if key_at_other_depth(path) else sha256(alpha),
    }


def main() -> None:
    data = Path(sys.argv[1])
    images = data / "images"
    files = [f for folder in FOLDERS for f in sorted((images / "conformance" / folder).glob("*.png"))]
    files += sorted((images / "coral_cc").glob("*.bmp"))
    golden = {str(f.relative_to(images)): expected(f) for f in files if f.name not in ONLY_IMAGE_RS}
    target = Path(__file__).resolve().parents[2] / "tests/golden/png.json"
    target.write_text(json.dumps(golden, indent=2) + "\n")
    print(f"{len(golden)} files, {sum('refused' in row for row in golden.values())} refused -> {target}")


main()
