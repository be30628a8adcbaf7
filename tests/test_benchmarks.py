"""The runner of the benchmarks, with benchmarks that take no time."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def runner(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("benchmark_runner", ROOT / "benchmarks" / "run.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "benchmark_runner", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def script(folder: Path, name: str, figure: float) -> None:
    printed = f'{{"rows": 1200, "seconds": {figure}}}'
    lines = ["import json", 'GOALS = {"seconds": 2.0}', f"print(json.dumps({printed}, indent=1))"]
    (folder / f"{name}.py").write_text("\n".join(lines))


def test_every_figure_stands_beside_its_goal_and_a_miss_is_the_exit_code(runner, tmp_path, capsys):
    script(tmp_path, "quick", 0.5)
    assert runner.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "benchmark  figure   measured  goal  ratio",
        "quick      rows     1,200",
        "quick      seconds  0.5       < 2   0.25   ok",
    ]
    script(tmp_path, "slow", 3.0)
    assert runner.main([]) == 1
    assert "slow       seconds  3         < 2   1.50   MISSED" in capsys.readouterr().out
    assert runner.main(["quick"]) == 0


def test_a_benchmark_that_breaks_is_a_miss_and_an_unknown_name_is_refused(runner, tmp_path, capsys):
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    assert runner.main([]) == 1
    assert runner.main(["nothing"]) == 2
    assert "no such benchmark: nothing" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_every_benchmark_names_its_goals(runner, path):
    assert path.name == "run.py" or runner.goals_of(path)
