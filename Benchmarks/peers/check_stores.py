#!/usr/bin/env python3
"""Opens a store and its exports with the programs they are made for, and compares every pixel.

    check_stores.py RELPROP STORE [--work FOLDER] [--bioformats bioformats_package.jar] [--full]

RELPROP is the command, STORE a finished .zarr folder. Exports the store in every kind into FOLDER (a temporary one if not
given) and reads what comes out with zarr-python, ome-zarr, napari-ome-zarr, numpy, tifffile, OpenSlide, GDAL, rio-cogeo and
Bio-Formats (the reader that QuPath uses). What is not installed is named and skipped; what is wrong ends the script with 1.
Large maps are compared at places drawn at random, --full compares all of them.

    pip install "zarr<3" ome-zarr tifffile imagecodecs openslide-python rio-cogeo ome-types
    apt-get install libopenslide0 gdal-bin python3-gdal default-jre-headless
"""
import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

failures, skipped = [], []


def check(name, good, detail=""):
    print(f"{'ok   ' if good else 'WRONG'} {name} {detail}")
    if not good:
        failures.append(name)


def module(name):
    try:
        return importlib.import_module(name)
    except Exception as error:  # a broken installation is no installation
        print(f"skip  {name}: {type(error).__name__}: {error}")
        skipped.append(name)
        return None


class Reference:
    """The store as plain files say: its own small reader, so that no library checks itself."""

    def __init__(self, path):
        import zlib
        self.zlib, self.path = zlib, path
        self.attributes = json.load(open(os.path.join(path, ".zattrs")))
        self.levels = [d["path"] for d in self.attributes["multiscales"][0]["datasets"]]
        self.shapes = [json.load(open(os.path.join(path, l, ".zarray")))["shape"] for l in self.levels]

    def chunk(self, level, plane, row, column):
        try:
            data = open(os.path.join(self.path, self.levels[level], str(plane), str(row), str(column)), "rb").read()
        except FileNotFoundError:
            return np.zeros((512, 512), "<f4")
        return np.frombuffer(self.zlib.decompress(data), "<f4").reshape(512, 512)

    def blocks(self, level, most):
        """(plane, row, column, y, x, pixels of the chunk inside the map), at most so many, the corners among them."""
        _, height, width = self.shapes[level]
        rows, columns = -(-height // 512), -(-width // 512)
        places = [(r, c) for r in range(rows) for c in range(columns)]
        if len(places) > most:
            random = np.random.default_rng(level)
            chosen = {places[0], places[columns - 1], places[-columns], places[-1]}
            chosen |= {places[i] for i in random.choice(len(places), most, replace=False)}
            places = sorted(chosen)
        for row, column in places:
            for plane in (0, 1):
                values = self.chunk(level, plane, row, column)
                yield plane, row, column, row * 512, column * 512, values[: height - row * 512, : width - column * 512]


def same(reference, level, most, read):
    """Whether read(plane, y, x, height, width) gives the reference's numbers at every block."""
    return all(np.array_equal(read(p, y, x, *b.shape), b) for p, _, _, y, x, b in reference.blocks(level, most))


def colors_of(record, values):
    """relprop's seismic: 0000d0 at -b, d0d0d0 at 0, d00000 at b, entries of 8 bits rounded down."""
    bound = record["colors"]["bound"]
    share = np.clip(values.astype(np.float64) / bound, -1, 1) if bound else np.sign(values)
    entry = 128 + np.where(share < 0, -np.floor(-128 * share + 0.5), np.floor(127 * share + 0.5)).astype(int)
    table = np.zeros((256, 3), np.uint8)
    for e in range(256):
        weight = e / 128 if e <= 128 else (e - 128) / 127
        low, high = ((0, 0, 0xD0), (0xD0,) * 3) if e <= 128 else ((0xD0,) * 3, (0xD0, 0, 0))
        table[e] = [int(a * (1 - weight) + b * weight + 1e-9) for a, b in zip(low, high)]
    return table[entry]


def check_store(reference, most):
    zarr = module("zarr")
    if zarr:
        group = zarr.open_group(reference.path, mode="r")
        for level, name in enumerate(reference.levels):
            array = group[name]
            check(f"zarr {zarr.__version__}, level {level}", array.shape == tuple(reference.shapes[level])
                  and array.dtype == np.float32 and same(
                      reference, level, most, lambda p, y, x, h, w: array[p, y:y + h, x:x + w]), str(array.shape))
    ome = module("ome_zarr.reader")
    if ome:
        io = importlib.import_module("ome_zarr.io")
        nodes = list(ome.Reader(io.parse_url(reference.path))())
        data, metadata = nodes[0].data, nodes[0].metadata
        check("ome-zarr reader", [d.shape for d in data] == [tuple(s) for s in reference.shapes],
              f"{len(data)} levels, channels {metadata.get('channel_names', metadata.get('name'))}")
    napari = module("napari_ome_zarr")
    if napari:
        reader = napari.napari_get_reader(reference.path)
        layer = reader(reference.path)[0]
        shapes = [d.shape for d in layer[0]]
        check("napari-ome-zarr", [s[-2:] for s in shapes] == [tuple(s[1:]) for s in reference.shapes],
              f"{layer[1].get('name')}, contrast {layer[1].get('contrast_limits')}")
    window = reference.attributes["omero"]["channels"][0]["window"]
    check("window is symmetric", window["start"] == -window["end"], f"+-{window['end']:.4g}")


def check_npy(reference, path, most):
    array = np.load(path, mmap_mode="r")
    check("numpy", list(array.shape) == reference.shapes[0] and array.dtype == np.float32 and same(
        reference, 0, most, lambda p, y, x, h, w: array[p, y:y + h, x:x + w]), str(array.shape))


def check_ome_tiff(reference, path, most, bioformats):
    tifffile = module("tifffile")
    if tifffile:
        zarr = module("zarr")
        with tifffile.TiffFile(path) as file:
            series = file.series[0]
            check("tifffile: OME, levels", file.is_ome and len(series.levels) == len(reference.levels),
                  f"{series.kind}, {series.axes}, {[l.shape for l in series.levels]}")
            for level, part in enumerate(series.levels):
                if zarr and zarr.__version__.startswith("2"):
                    pages = [zarr.open(p.aszarr(), mode="r") for p in part.pages]
                    read = lambda p, y, x, h, w: pages[p][y:y + h, x:x + w]
                else:
                    array = part.asarray()
                    read = lambda p, y, x, h, w: array[p, y:y + h, x:x + w]
                check(f"tifffile, level {level}", same(reference, level, most, read))
            if module("ome_types"):
                from ome_types import from_xml
                image = from_xml(file.ome_metadata, validate=True).images[0]  # against the schema
                check("OME-XML is valid", [c.name for c in image.pixels.channels] == ["relevance", "coverage"])
    if not bioformats or not shutil.which("java"):
        print("skip  Bio-Formats: name its jar with --bioformats, and install java")
        return skipped.append("Bio-Formats")
    tool = ["java", "-cp", bioformats, "loci.formats.tools.ImageInfo", "-noflat", "-nopix", path]
    text = subprocess.run(tool, capture_output=True, text=True).stdout
    good = "Series count = 1" in text and "Pixel type = float" in text
    if len(reference.levels) > 1:
        good = good and f"Resolutions = {len(reference.levels)}" in text
    check("Bio-Formats: one image, all levels, floats", good)


def check_tiff(reference, path, most):
    openslide = module("openslide")
    if not openslide:
        return
    slide = openslide.OpenSlide(path)
    sizes = [tuple(s[:0:-1]) for s in reference.shapes]
    check("OpenSlide: levels", list(slide.level_dimensions) == sizes,
          f"{openslide.__library_version__}, {slide.properties['openslide.vendor']}, {slide.level_dimensions}")
    record = json.load(open(path + ".json"))
    for level in range(len(sizes)):
        factor = slide.level_downsamples[level]
        good = True
        for plane, _, _, y, x, values in reference.blocks(level, most):
            if plane:
                continue
            # Places are given in level 0, where rounding must not fall between two pixels.
            if level and (round(x * factor) / factor != x or round(y * factor) / factor != y):
                continue
            found = np.asarray(slide.read_region((round(x * factor), round(y * factor)), level, values.shape[::-1]))
            good = good and np.array_equal(found[..., :3], colors_of(record, values)) and (found[..., 3] == 255).all()
        check(f"OpenSlide, level {level}: colours", good)


def check_cog(reference, path, most):
    if shutil.which("gdalinfo"):
        info = json.loads(subprocess.run(["gdalinfo", "-json", path], capture_output=True, text=True).stdout)
        bands = info["bands"]
        overviews = [tuple(o["size"]) for o in bands[0].get("overviews", [])]
        check("GDAL: bands, overviews", [b["description"] for b in bands] == ["relevance", "coverage"]
              and overviews == [tuple(s[:0:-1]) for s in reference.shapes[1:]], str(overviews))
    else:
        print("skip  GDAL: gdalinfo is not installed")
        skipped.append("gdalinfo")
    validator = ["-m", "osgeo_utils.samples.validate_cloud_optimized_geotiff", path]
    for python in ("/usr/bin/python3", sys.executable):
        done = subprocess.run([python] + validator, capture_output=True, text=True)
        if "No module named" not in done.stderr:
            check("GDAL's validator of COG", done.returncode == 0 and "is a valid" in done.stdout, done.stdout.strip())
            break
    else:
        print("skip  GDAL's validator: python3-gdal is not installed")
        skipped.append("osgeo_utils")
    if module("rio_cogeo"):
        from rio_cogeo.cogeo import cog_validate
        valid, errors, warnings = cog_validate(path, quiet=True)
        check("rio-cogeo", valid and not errors and not warnings, f"{errors} {warnings}")
    rasterio = module("rasterio")
    if rasterio:
        import warnings
        warnings.simplefilter("ignore")
        for level in range(len(reference.levels)):
            options = {"overview_level": level - 1} if level else {}
            with rasterio.open(path, **options) as file:
                check(f"rasterio, level {level}", same(
                    reference, level, most,
                    lambda p, y, x, h, w: file.read(p + 1, window=rasterio.windows.Window(x, y, w, h))))


def check_dzi(reference, path):
    import xml.etree.ElementTree as xml
    size = xml.parse(os.path.join(path, "heatmap.dzi")).getroot()[0].attrib
    top = max(int(l) for l in os.listdir(os.path.join(path, "heatmap_files")))
    _, height, width = reference.shapes[0]
    good = (int(size["Width"]), int(size["Height"])) == (width, height)
    for level in range(top + 1):
        w, h = -(-width // 2 ** (top - level)), -(-height // 2 ** (top - level))
        names = {f"{c}_{r}.png" for c in range(-(-w // 512)) for r in range(-(-h // 512))}
        good = good and set(os.listdir(os.path.join(path, "heatmap_files", str(level)))) <= names
    check("Deep Zoom: names of tiles", good and (w, h) == (width, height), f"{top + 1} levels")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("relprop")
    parser.add_argument("store")
    parser.add_argument("--work")
    parser.add_argument("--bioformats")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    most = 1 << 30 if options.full else 40
    work = options.work or tempfile.mkdtemp(prefix="relprop-check-")
    reference = Reference(options.store)
    check_store(reference, most)
    paths = {}
    for kind, ending in [("ome-tiff", "ome.tif"), ("tiff", "tif"), ("cog", "cog.tif"), ("npy", "npy"), ("dzi", "viewer")]:
        paths[kind] = os.path.join(work, "map." + ending)
        command = [options.relprop, "export", options.store, "--to", kind, "--output", paths[kind], "--overwrite"]
        done = subprocess.run(command, capture_output=True, text=True)
        check(f"export --to {kind}", done.returncode == 0, (done.stdout + done.stderr).strip())
    check_npy(reference, paths["npy"], most)
    check_ome_tiff(reference, paths["ome-tiff"], most, options.bioformats)
    check_tiff(reference, paths["tiff"], most)
    check_cog(reference, paths["cog"], most)
    check_dzi(reference, paths["dzi"])
    if not options.work:
        shutil.rmtree(work)
    print(f"{len(failures)} wrong; skipped: {', '.join(skipped) or 'nothing'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
