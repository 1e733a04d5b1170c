"""Upright pixels of the EXIF orientation files, by PIL.ImageOps.exif_transpose: writes tests/golden/orient.json.

    python scripts/golden/orient.py DATA_FOLDER        (the checkout's ../shared/data)
"""

import hashlib
import json
import sys
from pathlib import Path

from PIL import Image, ImageOps


def expected(path: Path) -> dict:
    stored = Image.open(path)
    orientation = stored.getexif().get(0x0112, 1)
    upright = ImageOps.exif_transpose(stored).convert("RGB")
    return {
        "orientation": orientation,
        "width": upright.width,
        "height": upright.height,
        "rgb": hashlib.sha256(upright.tobytes()).hexdigest(),
    }


def main() -> None:
    folder = Path(sys.argv[1]) / "images/conformance/exif_orientation"
    golden = {f.name: expected(f) for f in sorted(folder.glob("*.jpg"))}
    target = Path(__file__).resolve().parents[2] / "tests/golden/orient.json"
    target.write_text(json.dumps(golden, indent=2) + "\n")
    print(f"{len(golden)} files -> {target}")


main()
