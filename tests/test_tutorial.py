"""The tutorial is followed as a reader would: its files are written, its commands typed, in their order."""

import re
import shlex
from pathlib import Path

from sitewright.optimizer.cli import run

TEXT = (Path(__file__).parents[1] / "docs" / "tutorial.md").read_text(encoding="utf-8")
FILE = re.compile(r"^`(my-case/[\w.]+)`:\n\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)
MORE = re.compile(r"^```toml\n(\[\[rules\]\]\ntype = \"latency_limit\".*?)^```", re.DOTALL | re.MULTILINE)


def test_the_tutorial_leads_from_csv_to_a_report(tmp_path, monkeypatch, capsys):
    """A newcomer whose first steps fail does not take a second one."""
    monkeypatch.chdir(tmp_path)
    Path("my-case").mkdir()
    files = FILE.findall(TEXT)
    assert [name for name, _ in files] == ["my-case/customers.csv", "my-case/sites.csv", "my-case/case.toml"]
    for name, content in files:
        Path(name).write_text(content, encoding="utf-8")
    commands = re.findall(r"^sitewright .*$", TEXT, flags=re.MULTILINE)
    assert len(commands) == 5
    for command in commands[:4]:
        assert run(shlex.split(command)[1:]) == 0, command
    said = capsys.readouterr()
    assert "Proved optimal" in said.err and "accepted" in said.out
    page = Path("report.html").read_text(encoding="utf-8")
    assert "Where do we go in Europe?" in page and "our meters, 2025" in page
    (rule,) = MORE.findall(TEXT)
    case = Path("my-case/case.toml")
    case.write_text(f"{case.read_text(encoding='utf-8')}\n{rule}", encoding="utf-8")
    command, code = commands[4].split("# exit code ")
    assert run(shlex.split(command)[1:]) == int(code)
    assert "may use no site at all: lon" in capsys.readouterr().err
