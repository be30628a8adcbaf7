"""The promises that linters cannot check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLResolver, get_resolver

from safecommunity.config.checks import OPEN, patterns

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "safecommunity"
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "managers", "misc"}
PURE = ("core", "analysis")

# Who may read across all units, and why. A new line here is a decision, not a formality.
ACROSS_ALL_UNITS: set[tuple[str, str]] = {
    ("demo/load.py", "the demonstration is worked out in one pass"),
    ("evidence/queries.py", "checking every kept file against its name"),
    ("evidence/queries.py", "letting go of what was withdrawn long ago"),
    ("evidence/queries.py", "looking for orphans among kept files"),
    ("jobs/actions.py", "the worker serves all units"),
    ("metrics/actions.py", "keeping the metrics of all units in one pass"),
    ("metrics/actions.py", "working out the metrics of all units in one pass"),
    ("metrics/queries.py", "adding up below the units that the caller may see"),
    ("sheets/queries.py", "giving up what nobody takes further"),
    ("reports/queries.py", "checking the files of every paper against their names"),
}
# Who may step past the scope with a plain QuerySet: for rows already in hand, or the machinery itself.
PLAIN_QUERIES = {"jobs/registry.py", "sheets/actions.py", "units/scope.py"}
IS_THE_LOG = "it is the log"
LATER_WORK = "the machinery of later work; what a job does leaves its own line"
WORKED_OUT = "figures worked out of the records; nobody's act"
READS = "reads or reckons only"
IMPORT_STEP = "a step of an import, whose upload and end leave lines"
# Functions of an `actions.py` that are no acts of a person: no actor, or no line of their own, and why not.
NOT_ACTS = {
    "audit/actions.py:record": IS_THE_LOG,
    "audit/actions.py:refused": IS_THE_LOG,
    "audit/actions.py:together": IS_THE_LOG,
    "jobs/actions.py:enqueue": LATER_WORK,
    "jobs/actions.py:merged": READS,
    "jobs/actions.py:claim": LATER_WORK,
    "jobs/actions.py:finish": LATER_WORK,
    "jobs/actions.py:forget_results": "files that can be made again",
    "jobs/actions.py:fail": LATER_WORK,
    "ledgers/actions.py:by_hand": READS,
    "ledgers/actions.py:differing": READS,
    "ledgers/actions.py:finished": READS,
    "metrics/actions.py:refresh": WORKED_OUT,
    "metrics/actions.py:refresh_all": WORKED_OUT,
    "metrics/actions.py:note_export": "one line and nothing else",
    "surveillance/actions.py:pack": WORKED_OUT,
    "surveillance/actions.py:pack_anew": WORKED_OUT,
    "surveillance/actions.py:note_findings": "one line and nothing else",
    "surveillance/actions.py:note_figures": "one line and nothing else",
    "metrics/actions.py:periods_of": READS,
    "notices/actions.py:read": "one's own ticking off",
    "notices/actions.py:forget": "what was read and is long past",
    "sheets/actions.py:upload": "the file is received before the transaction that leaves the line",
    "sheets/actions.py:look_again": IMPORT_STEP,
    "sheets/actions.py:looked": IMPORT_STEP,
    "sheets/actions.py:match": IMPORT_STEP,
    "sheets/actions.py:stage": IMPORT_STEP,
    "sheets/actions.py:checked": IMPORT_STEP,
    "sheets/actions.py:refuse": IMPORT_STEP,
    "sheets/actions.py:undo": IMPORT_STEP,
    "sheets/actions.py:take_in": IMPORT_STEP,
    "sheets/actions.py:put_back": IMPORT_STEP,
    "sheets/actions.py:undone": IMPORT_STEP,
    "sheets/actions.py:overtaken": IMPORT_STEP,
    "sheets/actions.py:taken_in": IMPORT_STEP,
    "sheets/actions.py:resume": IMPORT_STEP,
    "sheets/actions.py:ask_for_refusals": IMPORT_STEP,
    "surveillance/actions.py:upload_cards": "the file is received before its transaction leaves the line",
    "surveillance/actions.py:sheet_looked": IMPORT_STEP,
    "surveillance/actions.py:take_sheet_rows": IMPORT_STEP,
    "surveillance/actions.py:sheet_taken_in": IMPORT_STEP,
    "surveillance/actions.py:refuse_sheet": IMPORT_STEP,
}
# Scoped rows that are only ever reached through one other row, which was read through its scope.
REACHED_THROUGH = {"StagedRow": "its import"}


def modules(*parts: str) -> list[Path]:
    return sorted(path for path in SOURCE.joinpath(*parts).rglob("*.py") if "migrations" not in path.parts)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in tree(path).body if isinstance(node, ast.FunctionDef))


def calls(node: ast.AST) -> Iterator[str]:
    """The last names of everything called inside."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")


def reached(name: str, by_name: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> set[str]:
    """What a function calls, and what the functions of its own module that it calls do."""
    found = set(calls(by_name[name]))
    for inner in found & set(by_name) - seen - {name}:
        found |= reached(inner, by_name, seen | {name})
    return found


def public_actions() -> list[tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    found = []
    for path in sorted([*SOURCE.glob("*/actions.py"), *SOURCE.glob("*/actions/*.py")]):
        by_name = {function.name: function for function in functions(path)}
        found += [(f"{place(path)}:{name}", one, by_name) for name, one in by_name.items() if name[0] != "_"]
    return found


def is_act(name: str, function: ast.FunctionDef, module: dict[str, ast.FunctionDef]) -> bool:
    """Keyword-only with the actor, atomic, and a line in the log."""
    keywords = [argument.arg for argument in function.args.kwonlyargs]
    called = reached(function.name, module)
    decorated = any("atomic" in ast.unparse(one) for one in function.decorator_list)
    atomic = decorated or bool({"atomic", "together"} & called)
    return (
        not function.args.args
        and not function.args.posonlyargs
        and "by" in keywords
        and atomic
        and bool({"record", "refused"} & called)
    )


def test_actions_are_keyword_only_name_the_actor_are_atomic_and_leave_a_line():
    """Whatever is no such act is on the list with its reason, and what has become one has left the list."""
    acts = {name: is_act(name, function, module) for name, function, module in public_actions()}
    assert {name for name, acted in acts.items() if not acted} - set(NOT_ACTS) == set()
    assert {name for name in NOT_ACTS if acts.get(name)} == set()


def test_every_address_is_guarded():
    get_resolver()
    views = [pattern.callback for pattern in patterns() if pattern.callback.__module__.startswith(OPEN)]
    assert len(views) > 10
    assert [f"{view.__module__}.{view.__name__}" for view in views if not hasattr(view, "guard")] == []


def test_reading_across_all_units_is_an_exact_list():
    found = set()
    for path in modules():
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "everything"
            ):
                (reason,) = (keyword.value for keyword in node.keywords if keyword.arg == "reason")
                found.add((place(path), ast.literal_eval(reason)))
    assert found == ACROSS_ALL_UNITS


def test_plain_queries_past_the_scope_are_an_exact_list():
    plain = re.compile(r"\b(models\.QuerySet|QuerySet)\(|_base_manager|_default_manager")
    found = {place(path) for path in modules() if plain.search(path.read_text(encoding="utf-8"))}
    assert found == PLAIN_QUERIES


def test_scoped_rows_have_no_way_in_from_their_parents():
    """A reverse accessor would be a second way to the rows: there must be none to follow."""
    from django.apps import apps

    from safecommunity.units.scope import UnitRow

    scoped = [model for model in apps.get_models() if issubclass(model, UnitRow)]
    assert scoped
    open_ways = [
        f"{model.__name__}.{field.name}"
        for model in scoped
        for field in model._meta.fields
        if field.is_relation and not field.remote_field.hidden
    ]
    assert open_ways == []


def test_scoped_rows_say_their_path_first_in_an_index():
    from django.apps import apps

    from safecommunity.units.scope import UnitRow

    without = [
        model.__name__
        for model in apps.get_models()
        if issubclass(model, UnitRow)
        and model.__name__ not in REACHED_THROUGH
        and not any(index.fields and index.fields[0] == "path" for index in model._meta.indexes)
    ]
    assert without == []


@pytest.mark.parametrize("package", PURE)
def test_pure_modules_have_tests_of_their_own(package):
    """A file of that name, or a test of the pure packages that imports the module itself."""
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in (*PURE, "library")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
    )
    missing = [
        place(path)
        for path in modules(package)
        if path.name != "__init__.py"
        and not any((ROOT / "tests" / folder / f"test_{path.name}").exists() for folder in (*PURE, "library"))
        and not re.search(rf"{package}(\.{path.stem}\b| import [^\n]*\b{path.stem}\b)", written)
    ]
    assert missing == []


def test_no_module_is_a_drawer_for_the_rest():
    names = {path.stem for path in modules()} | {path.parent.name for path in modules()}
    assert names & FORBIDDEN_NAMES == set()


def test_days_of_forms_are_asked_for_by_one_field():
    pages = [path.read_text(encoding="utf-8") for path in modules("web", "pages")]
    assert not any("DateField(" in text or "DateInput(" in text for text in pages)


def test_there_are_no_signals_and_no_logic_in_save():
    found = [
        place(path)
        for path in modules()
        if "django.dispatch" in path.read_text(encoding="utf-8")
        or "django.db.models.signals" in path.read_text(encoding="utf-8")
        or re.search(r"def save\(self", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_files_keep_to_their_meaning():
    """Queries do not write, models do not query, the domain has no clock of the pages."""
    writers = {
        "save",
        "create",
        "bulk_create",
        "update",
        "bulk_update",
        "delete",
        "get_or_create",
        "update_or_create",
    }
    wrong = []
    for path in sorted([*SOURCE.glob("*/queries.py"), *SOURCE.glob("*/queries/*.py")]):
        for function in functions(path):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in writers
                ):
                    owner = ast.unparse(node.func.value)
                    if "objects" in owner or owner.endswith(")"):
                        wrong.append(f"{place(path)}:{function.name}: {ast.unparse(node.func)}")
    assert wrong == []


def test_templates_hold_no_script_and_no_style():
    inline = re.compile(
        r"<style\b|\sstyle=|\son(?:click|change|submit|load|input|key\w+|mouse\w+|focus|blur)=|javascript:|hx-on|<script(?![^>]*\bsrc=)(?![^>]*importmap)",
        re.I,
    )
    found = [
        f"{place(path)}: {hit[0]}"
        for path in sorted((SOURCE / "web" / "templates").rglob("*.html"))
        if (hit := inline.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_static_files_are_our_own_and_readable():
    longest = 300
    found = [
        place(path)
        for path in sorted((SOURCE / "web" / "static").rglob("*"))
        if path.suffix in {".css", ".js"}
        and (
            ".min." in path.name
            or max(map(len, path.read_text(encoding="utf-8").splitlines()), default=0) > longest
        )
    ]
    assert found == []


def test_scripts_stay_small():
    too_long = {
        place(path): lines
        for path in sorted((SOURCE / "web" / "static").rglob("*.js"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 100
    }
    assert too_long == {}


def test_slow_libraries_are_not_loaded_at_the_start():
    code = (
        "import os, sys, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'safecommunity.config.settings'\n"
        "django.setup()\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "slow = {'numpy', 'scipy', 'docx', 'typst', 'vl_convert'}\n"
        "slow |= {'python_calamine', 'xlsxwriter', 'pypinyin'}\n"
        "print(*sorted(slow & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert done.stdout.split() == []


TELLING = {
    "a place of one machine or a package index": (
        r"(?<![\w.])/(?:work|home|Users|root)/\w|(?:pypi|pythonhosted|npmjs)\.(?:org|com)|files\.python"
    ),
    "a secret": (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|\bsk-\w{32}"
        r"|\bey[\w-]{20,}\.ey[\w-]{20,}\.|://[^/\s:@]+:(?!password@)[^/\s:@{<$%]{8,}@"
    ),
}


@pytest.mark.parametrize("what", TELLING)
def test_tracked_files_do_not_hold(what):
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    telling = re.compile(TELLING[what])
    found = [
        name
        for name in listed.stdout.splitlines()
        if (path := ROOT / name).is_file()
        and path.suffix not in {".png", ".webp", ".jpg", ".gz"}
        and path != Path(__file__)
        and telling.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_english_catalogue_is_complete():
    done = tool("messages.py", "missing")
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


def test_the_page_of_requirements_is_current():
    done = tool("requirements.py", "--check")
    assert done.returncode == 0, done.stderr


def test_the_pages_that_the_page_of_requirements_names_exist():
    named = set(
        re.findall(r"`([a-z]+:[a-z-]+)`", (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8"))
    )
    known = {f"{space}:{name}" for space, name in named_addresses(get_resolver())}
    assert named
    assert named - known == set()


def named_addresses(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_addresses(entry, entry.namespace or space)
        elif entry.name:
            yield space, entry.name
