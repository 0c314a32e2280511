"""Runs the named measures; ./ops bench has made their database."""
import importlib
import json
import os
import sys

import django

from tests.bench import Figure, figure


def main(arguments: list[str]) -> int:
    """0 when every figure is within its bound; a measure that reports nothing fails too."""
    as_json = "--json" in arguments
    product = os.environ.get("DJANGO_SETTINGS_MODULE", "opsflux.settings")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"     # with the models that exist for measures only
    django.setup()
    os.environ["DJANGO_SETTINGS_MODULE"] = product              # what a measure starts runs as the product does
    verdicts = [measure(name, as_json) for name in arguments if name != "--json"]
    return 0 if all(verdicts) else 1


def measure(name: str, as_json: bool) -> bool:
    figures: list[Figure] = []

    def report(title: str, **numbers: object) -> Figure:
        found = figure(title, **numbers)
        figures.append(found)
        sys.stdout.write((json.dumps(found.as_dict()) if as_json else found.line()) + "\n")
        sys.stdout.flush()
        return found

    importlib.import_module(f"tests.bench.{name.replace('-', '_')}").run(report)
    return bool(figures) and all(found.ok for found in figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
