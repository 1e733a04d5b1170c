"""Pictures that all subjects of the benchmark read: python make_pictures.py FOLDER [PHOTOGRAPHS].

PHOTOGRAPHS is a folder of JPEG files of about 500 x 375; without it seeded pictures are drawn. Writes index.json.
What is made from others' photographs stays on this machine.
"""

import json
import os
import sys

import numpy
from PIL import Image

SIZE = (500, 375)
TILES = 8
PHOTOGRAPHS = 60
SINGLE = 16


def drawn(seed):
    """Something with the statistics of a photograph: octaves of noise (1/f), an edge, colour, grain."""
    random = numpy.random.Generator(numpy.random.PCG64(seed))
    picture = numpy.zeros((SIZE[1], SIZE[0], 3), numpy.float32)
    for octave in range(1, 8):
        cells = (3 * 2**octave, 2 * 2**octave)
        for channel in range(3):
            noise = Image.fromarray(random.standard_normal(cells[::-1]).astype(numpy.float32), "F")
            picture[:, :, channel] += numpy.asarray(noise.resize(SIZE, Image.Resampling.BICUBIC)) * 60 / octave
    y, x = numpy.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    picture += ((x * 0.7 + y) > 300 + 40 * (seed % 5))[:, :, None] * numpy.float32(60)
    picture += random.standard_normal(picture.shape).astype(numpy.float32) * 3
    return Image.fromarray(numpy.clip(picture + 110, 0, 255).astype(numpy.uint8), "RGB")


def save(picture, folder, name, **options):
    file = os.path.join(folder, name)
    picture.save(file, **options)
    return file


def draw_all(folder):
    files = []
    for seed in range(PHOTOGRAPHS):
        files.append(save(drawn(seed), folder, f"drawn{seed}.jpg", quality=90, subsampling="4:2:0"))
    return files


def is_plain(file):
    with Image.open(file) as picture:
        return picture.size == SIZE and picture.mode == "RGB" and "progressive" not in picture.info


def main(folder, photographs=None):
    if photographs is None:
        files = draw_all(folder)
        source = "drawn by the benchmark (seeded), as this machine has no photographs"
    else:
        files = [os.path.join(photographs, name) for name in sorted(os.listdir(photographs))]
        files = [file for file in files if file.lower().endswith((".jpeg", ".jpg"))]
        source = "photographs of ImageNet's size, which are not part of the project"
    single = [file for file in files if is_plain(file)]
    mosaic = Image.new("RGB", (SIZE[0] * TILES, SIZE[1] * TILES))
    for i in range(TILES * TILES):
        with Image.open(single[i % len(single)]) as tile:
            mosaic.paste(tile, (i % TILES * SIZE[0], i // TILES * SIZE[1]))
    single = single[:SINGLE]
    opened = [Image.open(file).convert("RGB") for file in single]
    index = {
        "source": source,
        "photographs": [files[i * len(files) // PHOTOGRAPHS] for i in range(PHOTOGRAPHS)],
        "jpeg": single,
        "progressive": [
            save(picture, folder, f"progressive{i}.jpg", quality=90, subsampling="4:2:0", progressive=True)
            for i, picture in enumerate(opened)
        ],
        "png": [save(picture, folder, f"photo{i}.png") for i, picture in enumerate(opened)],
        "large": save(mosaic, folder, "large.jpg", quality=90, subsampling="4:2:0"),
        "large_size": list(mosaic.size),
    }
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as opened:
        json.dump(index, opened)


main(*sys.argv[1:])
