"""What is free, by the files of the system."""

from pathlib import Path

import pytest

from sitewright.kernels._memory import available, size


def system(root: Path, *, limit: str, used: int, cache: int) -> None:
    for name, text in {
        "proc/meminfo": "MemTotal:       64 kB\nMemAvailable:   40 kB\n",
        "sys/fs/cgroup/memory.max": f"{limit}\n",
        "sys/fs/cgroup/memory.current": f"{used}\n",
        "sys/fs/cgroup/memory.stat": f"anon 5\ninactive_file {cache}\nactive_file 7\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="ascii")


@pytest.mark.parametrize(
    ("limit", "free"), [("max", 40 * 1024), ("30000", 30000 - 20000 + 4000), ("99999999", 40 * 1024)]
)
def test_the_tighter_of_system_and_control_group_counts(limit: str, free: int, tmp_path: Path) -> None:
    """Fails if a container's limit is not seen, or the pages of files that it has read count as taken."""
    system(tmp_path, limit=limit, used=20000, cache=4000)
    assert available(tmp_path) == free


def test_without_such_files_nothing_is_refused(tmp_path: Path) -> None:
    """Fails if a system that does not say what is free refuses every matrix."""
    assert available(tmp_path) == float("inf")
    system(tmp_path, limit="30000", used=20000, cache=4000)
    (tmp_path / "sys/fs/cgroup/memory.stat").unlink()
    assert available(tmp_path) == 40 * 1024


def test_sizes_read_as_people_write_them() -> None:
    """Fails if a refusal says 0 GiB."""
    assert [size(x) for x in (5, 2048, 3 << 20, 5 << 29)] == ["5 bytes", "2 KiB", "3 MiB", "2.5 GiB"]
