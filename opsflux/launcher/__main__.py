"""Entry point of ./ops, run as a file because nothing is installed yet on a fresh machine."""
import importlib
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)
if "opsflux" not in sys.modules:
    # The package's own __init__ imports Celery, which the set-up has yet to install; the launcher needs only its own modules.
    bare = types.ModuleType("opsflux")
    bare.__path__ = [str(ROOT / "opsflux")]
    sys.modules["opsflux"] = bare

if __name__ == "__main__":
    sys.exit(importlib.import_module("opsflux.launcher.cli").main(sys.argv[1:]))
