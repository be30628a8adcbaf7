import re

import pytest

from safecommunity.audit.models import Line
from safecommunity.config.checks import every_page_is_guarded
from safecommunity.units.models import Body, RoleHolding
from safecommunity.units.permissions import Permission
from safecommunity.web.access import requires
from tests import make
from tests.web import access_urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.access_urls")]


@pytest.fixture
def unit():
    return make.unit(slug="sunshine")


def post(client, **data):
    return client.post("/sunshine/guarded/", data)


def names(unit):
    return [body.name for body in Body.objects.in_unit(unit)]


def test_who_may_comes_in_with_the_unit_and_an_address(unit):
    page = make.client(make.member(unit)).get("/sunshine/guarded/")
    assert page.content.decode() == "阳光街道 127.0.0.1"


def test_who_may_look_but_not_do_is_told_so_and_it_is_logged(unit):
    page = make.client(make.member(unit, "viewer", "zhou")).get("/sunshine/guarded/")
    assert page.status_code == 403
    assert "没有此项权限" in page.content.decode()
    line = Line.objects.first()
    assert (line.outcome, line.act, line.actor, line.target) == (
        "refused",
        "ledger.edit",
        "zhou",
        "/sunshine/guarded/",
    )


def test_a_stranger_from_another_unit_and_a_wrong_address_get_the_same_answer(unit):
    client = make.client(make.member(make.unit("别处"), username="wu"))
    pages = [client.get(f"/{slug}/guarded/") for slug in ("sunshine", "nowhere1")]
    assert [page.status_code for page in pages] == [404, 404]
    differing = rb'sunshine|nowhere1|name="csrfmiddlewaretoken" value="\w+"'
    bodies = [re.sub(differing, b"", page.content) for page in pages]
    assert bodies[0] == bodies[1]


def test_who_is_not_signed_in_is_asked_to(unit, client):
    assert client.get("/sunshine/guarded/").headers["Location"] == (
        "/account/sign-in/?next=/sunshine/guarded/"
    )
    assert client.get("/own/").status_code == 302
    assert client.get("/anyone/").content.decode() == "欢迎"


def test_a_double_click_writes_once(unit):
    client = make.client(make.member(unit))
    answers = [post(client, name="领导小组", request_key="k1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert names(unit) == ["领导小组"]


def test_a_used_key_with_other_content_is_refused(unit):
    client = make.client(make.member(unit))
    post(client, name="甲", request_key="k1")
    assert post(client, name="乙", request_key="k1").status_code == 422
    assert names(unit) == ["甲"]


def test_a_form_that_comes_back_leaves_nothing_and_can_be_sent_again(unit):
    client = make.client(make.member(unit))
    assert post(client, name="错", request_key="k1").status_code == 422
    assert names(unit) == []
    assert post(client, name="对", request_key="k1").status_code == 302
    assert names(unit) == ["对"]


def test_a_right_taken_away_between_page_and_save_counts(unit, monkeypatch):
    lin = make.member(unit)
    client = make.client(lin)
    real = access_urls.guarded.__wrapped__

    def withdrawn_meanwhile(request, *args, **kwargs):
        RoleHolding.objects.filter(user=lin).delete()
        return real(request, *args, **kwargs)

    view = requires(Permission.LEDGER_EDIT)(withdrawn_meanwhile)
    monkeypatch.setattr(access_urls.urlpatterns[0], "callback", view)
    assert post(client, name="迟了", request_key="k1").status_code == 403
    assert names(unit) == []


def test_a_page_without_a_guard_stops_the_start(settings):
    assert every_page_is_guarded(None) == []
    settings.ROOT_URLCONF = "tests.web.unguarded_urls"
    assert [error.id for error in every_page_is_guarded(None)] == ["safecommunity.E001"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cache-Control", "private, no-store"),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_answer_carries_the_browsers_orders(client, header, value):
    assert client.get("/anyone/").headers[header] == value


def test_the_content_security_policy_has_no_loophole(client):
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in client.get("/anyone/").headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["report-uri"] == "/csp/"
    assert not any("unsafe" in sources or "*" in sources for sources in policy.values())


@pytest.mark.parametrize("address", ["/anyone/?q=%00", "/anyone/?%00=1", "/any%00one/"])
def test_an_address_with_a_nul_is_refused_in_words(client, address):
    assert client.get(address).status_code == 400
