"""The platform's own folder for files: nothing in it is reachable by an address."""

from pathlib import Path

from flask import current_app


def data_folder(name: str) -> Path:
    """A subfolder of the data folder, readable by the platform alone; made when it is first asked for."""
    folder = Path(current_app.config["DATA_DIR"]) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
