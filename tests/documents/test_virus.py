"""A scanner's word is asked before a file is taken, and its silence is no yes."""

import socket
import threading

import pytest

from safecommunity.documents.media import MediaRefused
from safecommunity.documents.virus import scan


@pytest.fixture
def scanner():
    """A daemon that knows one virus; yields its address and what it was sent."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            line, _address = server.accept()
            with line, line.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                content = b""
                while size := int.from_bytes(sent.read(4), "big"):
                    content += sent.read(size)
                heard.append(content)
                bad = b"EICAR" in content
                line.sendall(b"stream: Eicar-Test-Signature FOUND\0" if bad else b"stream: OK\0")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        thread.join(5)


def written(tmp_path, content):
    path = tmp_path / "sent"
    path.write_bytes(content)
    return path


def test_a_clean_file_is_sent_whole_and_passes(tmp_path, scanner):
    content = bytes(range(256)) * 1000
    scan(written(tmp_path, content), scanner[0])
    assert scanner[1] == [content]


def test_a_virus_is_refused_by_its_name(tmp_path, scanner):
    with pytest.raises(MediaRefused, match="Eicar-Test-Signature") as caught:
        scan(written(tmp_path, b"x EICAR x"), scanner[0])
    assert caught.value.code == "virus"


def test_silence_refuses(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(MediaRefused, match="查毒") as caught:
        scan(written(tmp_path, b"x"), nobody)
    assert caught.value.code == "no-scanner"


def test_without_a_scanner_named_nothing_is_asked(tmp_path):
    scan(tmp_path / "absent", "")
