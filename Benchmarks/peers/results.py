"""Results on the disk: whole or not at all."""
import json
import os


def write_json(path, results):
    temporary = path + ".part"
    with open(temporary, "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")
    os.replace(temporary, path)
