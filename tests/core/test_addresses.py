import pytest

from safecommunity.core.addresses import client_address


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("", 0, "10.0.0.9"),
        ("1.1.1.1", 0, "10.0.0.9"),
        ("1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1, 2.2.2.2", 2, "1.1.1.1"),
        ("1.1.1.1", 2, "10.0.0.9"),
        ("1.1.1.1", -1, "10.0.0.9"),
    ],
)
def test_only_trusted_proxies_are_believed(forwarded, proxies, address):
    assert client_address("10.0.0.9", forwarded, proxies) == address
