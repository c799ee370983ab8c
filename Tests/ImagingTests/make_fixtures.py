"""Writes Fixtures/: small images in many formats, and what Pillow makes of some of them.

Run with any Python 3 that has Pillow and NumPy; the files are committed, so the tests need neither.
"""
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent / "Fixtures"
FOLDER.mkdir(exist_ok=True)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, width, height, depth, colour_type, rows):
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    signature = b"\x89PNG\r\n\x1a\n"
    (FOLDER / name).write_bytes(
        signature + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


# Four quadrants, 16 x 8: red, green / blue, white.
quadrants = np.zeros((8, 16, 3), np.uint8)
quadrants[:4, :8] = (255, 0, 0)
quadrants[:4, 8:] = (0, 255, 0)
quadrants[4:, :8] = (0, 0, 255)
quadrants[4:, 8:] = (255, 255, 255)
image = Image.fromarray(quadrants)
for name in ("quadrants.png", "quadrants.tif", "quadrants.ppm"):
    image.save(FOLDER / name)
image.save(FOLDER / "quadrants.webp", lossless=True)
exif = Image.Exif()
exif[0x0112] = 6
image.save(FOLDER / "orientation.jpg", quality=95, subsampling=0, exif=exif)

# First page or frame: the quadrants; second: black.
black = Image.new("RGB", (16, 8))
image.save(FOLDER / "pages.tif", save_all=True, append_images=[black])
image.save(FOLDER / "frames.gif", save_all=True, append_images=[black])

# White, cyan, black ink, all without a profile.
cmyk = np.zeros((8, 24, 4), np.uint8)
cmyk[:, 8:16] = (255, 0, 0, 0)
cmyk[:, 16:] = (0, 0, 0, 255)
Image.fromarray(cmyk, "CMYK").save(FOLDER / "cmyk.jpg", quality=95)
Image.fromarray(cmyk, "CMYK").save(FOLDER / "cmyk.tif", compression="tiff_lzw")

# 16 bits: 0, 12345, 32896, 65535.
levels = (0, 12345, 32896, 65535)
png("wide-grey.png", 4, 1, 16, 0, [struct.pack(">4H", *levels)])
png("wide-rgb.png", 2, 1, 16, 2, [struct.pack(">6H", 0, 12345, 32896, 65535, 257, 514)])

# Grey, 1 bit, palette; alpha 0, 128, 255.
Image.fromarray(np.array([[0, 100, 255]], np.uint8)).save(FOLDER / "grey.png")
Image.fromarray(np.array([[0, 100, 255]], np.uint8)).save(FOLDER / "grey.jpg", quality=100)
png("one-bit.png", 8, 1, 1, 0, [b"\xaa"])
image.quantize(4).save(FOLDER / "palette.png")
alpha = np.array([[[200, 100, 0, 0], [200, 100, 0, 128], [200, 100, 0, 255]]], np.uint8)
Image.fromarray(alpha, "RGBA").save(FOLDER / "alpha.png")
Image.fromarray(np.array([[[0, 0], [0, 128], [0, 255]]], np.uint8), "LA").save(FOLDER / "grey-alpha.png")
Image.fromarray(np.array([[0.0, 0.5]], np.float32)).save(FOLDER / "float.tif")

# A header of 70,000 x 70,000 pixels and hardly any data.
png("huge.png", 70000, 70000, 8, 2, [b"\0"])

# An image with smooth parts, edges and noise, for resizing; what torchvision makes of it through Pillow.
y, x = np.mgrid[:61, :97]
random = np.random.default_rng(1)
scene = np.stack([x * 255 / 96, y * 255 / 60, 128 + 127 * np.sin(x * y / 200)], -1)
scene[20:40, 30:50] = random.integers(0, 256, (20, 20, 3))
scene[5:15, 60:90] = (255, 0, 0)
scene = Image.fromarray(scene.round().astype(np.uint8))
scene.save(FOLDER / "scene.png")


def striped(width, height):
    """The tests make the same image: level (7x + 13y + 31c) mod 256."""
    c, y, x = np.arange(3), np.arange(height), np.arange(width)
    return Image.fromarray(
        ((x[None, :, None] * 7 + y[:, None, None] * 13 + c[None, None, :] * 31) % 256).astype(np.uint8))


def centre_crop(image, size):
    """torchvision.transforms.Resize(round(256 * size / 224)), CenterCrop(size) on a Pillow image."""
    side = int(256 * size / 224 + 0.5)
    short, long = sorted(image.size)
    other = int(side * long / short)
    width, height = (side, other) if image.width <= image.height else (other, side)
    image = image.resize((width, height), Image.BILINEAR)
    left, top = int(round((width - size) / 2.0)), int(round((height - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


for name, result in {
    "crop-scene-32": centre_crop(scene, 32),
    "crop-scene-9": centre_crop(scene, 9),
    "crop-scene-60": centre_crop(scene, 60),
    "crop-striped-5x3-40": centre_crop(striped(5, 3), 40),
    "crop-striped-1x1-24": centre_crop(striped(1, 1), 24),
    "crop-striped-20000x20-24": centre_crop(striped(20000, 20), 24),
    "crop-striped-20x20000-24": centre_crop(striped(20, 20000), 24),
    "stretch-scene-32": scene.resize((32, 32), Image.BILINEAR),
    "grey-scene-32": centre_crop(scene, 32).convert("L"),
}.items():
    np.save(FOLDER / f"{name}.npy", np.asarray(result))
np.save(FOLDER / "doubles.npy", np.array([[1.5, -2.25, 0.1]]))
np.save(FOLDER / "fortran.npy", np.asfortranarray(np.zeros((2, 3), np.float32)))
np.save(FOLDER / "integers.npy", np.zeros(3, np.int64))
np.save(FOLDER / "scalar.npy", np.array(2.5, np.float32))
