"""Copy a case into a new folder, to edit."""

import shutil
import tempfile
from pathlib import Path

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.case import case_folder

_SUFFIXES = (".toml", ".csv", ".nc", ".md")


def copy_case(case: str | Path, target: str | Path) -> Path:
    """Copy a bundled case, or a case folder, whole or not at all, and return the new folder.

    Raises
    ------
    InvalidProblem
        If there is no such case, the target exists, or its parent folder does not.
    """
    source, target = case_folder(case), Path(target)
    if target.exists() or target.is_symlink():
        raise InvalidProblem([Flaw(f"folder {target}", "not exist yet", "something there", "choose another name")])
    if not target.parent.is_dir():
        fix = f"make the folder {target.parent}"
        raise InvalidProblem([Flaw(f"folder {target}", "lie in a folder that exists", "none", fix)])
    try:
        with tempfile.TemporaryDirectory(prefix=".sitewright-", dir=target.parent) as scratch:
            copy = Path(scratch) / target.name
            copy.mkdir()
            for file in sorted(source.iterdir()):
                if file.is_file() and file.suffix in _SUFFIXES:
                    shutil.copyfile(file, copy / file.name)
            # Fails, rather than merges, if a folder with files came up meanwhile.
            copy.rename(target)
    except OSError as error:
        fix = "choose a folder that you may write to"
        raise InvalidProblem([Flaw(f"folder {target}", "be writable", str(error.strerror or error), fix)]) from error
    return target
