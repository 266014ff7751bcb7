"""Runs curricle from a checkout: `python scripts/orchestration.py COMMAND ...`.

Python puts this file's folder on the path, so the package beside it is found from anywhere. Where
the calling Python lacks something, the checkout's `.venv` takes over.
"""

import importlib.util
import json
import os
import sys

PYTHON_MIN = (3, 11)
NEEDED = (
    "click",
    "jinja2",
    "jsonschema_rs",
    "markdown_it",
    "mdit_py_plugins",
    "networkx",
    "orjson",
    "rapidfuzz",
    "rich",
    "snowballstemmer",
)


def main() -> int:
    """Find a Python that has what is needed, and run the command line on it."""
    missing = find_missing()
    if missing is None:
        from curricle.cli.main import run

        run()
    root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    environment = os.path.join(root, ".venv")
    python = os.path.join(environment, "bin", "python")
    if os.access(python, os.X_OK) and os.path.realpath(sys.prefix) != os.path.realpath(environment):
        os.execv(python, [python, *sys.argv])
    return report_missing(missing)


def find_missing() -> "str | None":
    """Return the first thing that this Python lacks, or None."""
    if sys.version_info < PYTHON_MIN:
        return "Python 3.11 or newer"
    return next((name for name in NEEDED if importlib.util.find_spec(name) is None), None)


def report_missing(name: str) -> int:
    """Say what is missing as `DependencyMissingError` does, and return the exit status."""
    message = f"{name} is not installed"
    hint = "run `make setup` in the checkout, or install curricle anew"
    if "--json" in sys.argv:
        error = {
            "code": "dependency_missing",
            "message": message,
            "hint": hint,
            "recovery": "dependency-missing",
            "exit_status": 4,
            "fingerprint": None,
            "details": {"missing": name},
        }
        print(json.dumps({"schema_version": "1.0", "error": error}))
    else:
        sys.stderr.write(f"error[dependency_missing]: {message}\nhint: {hint}\n")
    return 4


if __name__ == "__main__":
    sys.exit(main())
