from __future__ import annotations

from safecommunity.config import environment, keys


def test_keys_are_made_once_and_only_for_their_owner(tmp_path):
    folder = tmp_path / "keys"
    made = keys.create(folder)
    assert [path.name for path in made] == ["secret_key", "audit_key", "data_key"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert len({path.read_text() for path in made}) == 3
    before = [path.read_text() for path in made]
    assert keys.create(folder) == []
    assert [path.read_text() for path in made] == before


def test_a_secret_comes_from_the_environment_then_its_file_then_the_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("SAFECOMMUNITY_AUDIT_KEY")
    keys.create(tmp_path)
    assert environment.secret("AUDIT_KEY", tmp_path) == (tmp_path / "audit_key").read_text()
    named = tmp_path / "named"
    named.write_text("from its own file\n")
    monkeypatch.setenv("SAFECOMMUNITY_AUDIT_KEY_FILE", str(named))
    assert environment.secret("AUDIT_KEY", tmp_path) == "from its own file"
    monkeypatch.setenv("SAFECOMMUNITY_AUDIT_KEY", "said at once")
    assert environment.secret("AUDIT_KEY", tmp_path) == "said at once"
