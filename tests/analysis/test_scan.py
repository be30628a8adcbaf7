import numpy as np
import pytest

from safecommunity.analysis import scan
from tests.analysis.references import cases, numbers, outcome, table


def asked(case):
    p, given = case["params"], table(case["input"])
    xy = np.column_stack([numbers(given[name]) for name in p["xy"]])
    apart = scan.great_circle(xy) if p["longlat"] else scan.distances(xy)
    population = numbers(given[p["population"]])
    expected = numbers(given[p["expected"]]) if p["expected"] else population
    return scan.Scan(apart, population, p["ubpop"]), numbers(given[p["cases"]]), expected, given


SCANS = pytest.mark.parametrize("case", cases("Kulldorff Poisson circular scan"), ids=lambda case: case["id"])


@SCANS
def test_the_best_circle_round_every_centre(case):
    circles, seen, due, _given = asked(case)
    expected = table(case["output"][1])
    found = circles.best(seen, due)
    np.testing.assert_allclose(
        [circle.llr for circle in found], numbers(expected["llr"]), rtol=1e-9, atol=1e-9
    )
    clear = numbers(expected["llr"]) > 0
    for column, value in (("n_areas", lambda c: len(c.members)), ("cases", lambda c: c.cases)):
        assert np.array_equal(
            np.array([value(circle) for circle in found])[clear], numbers(expected[column])[clear]
        )


@SCANS
def test_the_clusters_and_their_p(case):
    circles, seen, due, given = asked(case)
    expected = outcome(case["output"][0])
    replicates = 999
    found = circles.clusters(seen, due, replicates=replicates, seed=1)
    key = next(name for name in ("id", "county") if name in given)
    for cluster, wanted in list(zip(found, expected["clusters"], strict=False))[:3]:
        members = wanted["members"] if isinstance(wanted["members"], list) else [wanted["members"]]
        assert {given[key][member] for member in cluster.circle.members} == {str(name) for name in members}
        assert cluster.circle.llr == pytest.approx(wanted["llr"], rel=1e-9)
        assert cluster.circle.relative == pytest.approx(wanted["smr"], rel=1e-9)
        # The reference gives the largest distance between two members, we the distance from the centre.
        members = list(cluster.circle.members)
        assert circles.apart[np.ix_(members, members)].max() == pytest.approx(
            wanted["radius"], rel=1e-5, abs=1e-9
        )
        assert cluster.circle.radius == circles.apart[members[0], members].max()
        p = wanted["p"]
        spread = 3 * np.sqrt(p * (1 - p) * (1 / replicates + 1 / expected["nsim"]))
        assert abs(cluster.p - p) <= spread + 1 / replicates


def test_a_cluster_that_was_put_there_is_found():
    side = 12
    xy = np.array([(x, y) for x in range(side) for y in range(side)], dtype=float)
    people = np.full(side * side, 1_000.0)
    seen = np.full(side * side, 5.0)
    planted = np.flatnonzero((np.abs(xy - 6) <= 1).all(axis=1))
    seen[planted] = 20
    best = scan.Scan(scan.distances(xy), people).clusters(seen, people, seed=3)[0]
    assert best.p == 0.001
    assert set(planted) == set(best.circle.members)


def test_knox():
    case = cases("Knox space-time interaction (near repeat)")[0]
    given = table(case["input"])
    xy = np.column_stack([numbers(given["x"]), numbers(given["y"])])
    for wanted in outcome(case["output"])["results"]:
        found = scan.knox(xy, numbers(given["day"]), wanted["eps_s"], wanted["eps_t"], replicates=999, seed=7)
        assert found.close == wanted["close_both"]
        assert found.expected == pytest.approx(wanted["expected"], rel=1e-12)
        assert scan.knox_poisson(found) == pytest.approx(wanted["p_poisson"], rel=1e-9)
        assert abs(found.p - wanted["p_mc"]) <= case["tolerance"]["p_mc_abs"]


def test_a_surge_is_what_a_plain_search_finds():
    dice = np.random.default_rng(5)
    area, age = np.concatenate([np.arange(12), dice.integers(0, 12, 68)]), dice.integers(0, 90, 80)
    circles = scan.Scan(scan.distances(dice.random((12, 2))), np.bincount(area))
    best = (0.0, (), 0)
    for window in (7, 21, 42):
        recent = age < window
        for first, last in zip(circles.starts[:-1], circles.starts[1:], strict=True):
            for end in range(first + 1, last + 1):
                inside = np.isin(area, circles.order[first:end])
                seen, due = (inside & recent).sum(), inside.sum() * recent.sum() / 80
                if seen > due and seen >= scan.LEAST_CASES:
                    llr = seen * np.log(seen / due) + (80 - seen) * np.log((80 - seen) / (80 - due))
                    best = max(best, (llr, tuple(circles.order[first:end]), window))
    found = circles.surge(area, age, (7, 21, 42))
    assert (found.circle.llr, found.window) == (pytest.approx(best[0], rel=1e-9), best[2])
    assert set(found.circle.members) == set(best[1])


def test_places_that_always_have_more_and_days_that_everywhere_have_more_are_no_surge():
    apart = scan.distances(np.column_stack([np.arange(8), np.zeros(8)]))
    times = np.array([30, 2, 2, 2, 2, 2, 2, 2])
    area = np.concatenate([np.repeat(np.arange(8), times * many) for many in (5, 1)])
    age = np.repeat([3, 60], [times.sum() * 5, times.sum()])
    assert scan.Scan(apart, times).surge(area, age, (7, 14)) is None


def test_a_surge_that_was_put_there_is_found_with_its_days():
    dice = np.random.default_rng(6)
    apart = scan.distances(np.column_stack([np.arange(20), np.zeros(20)]))
    area = np.concatenate([np.repeat(np.arange(20), 6), [3, 4] * 8])
    age = np.concatenate([dice.integers(0, 90, 120), dice.integers(0, 14, 16)])
    found = scan.Scan(apart, np.bincount(area)).surge(area, age, range(7, 45, 7))
    assert (set(found.circle.members), found.window, found.p) == ({3, 4}, 14, 0.001)


def test_chance_alone_is_called_a_surge_as_often_as_it_says():
    dice = np.random.default_rng(7)
    apart = scan.distances(dice.random((15, 2)))
    area = np.concatenate([np.arange(15), dice.integers(0, 15, 45)])
    circles = scan.Scan(apart, np.bincount(area))
    found = [circles.surge(area, dice.integers(0, 90, 60), (7, 14, 28), replicates=99) for _map in range(200)]
    assert sum(one is not None and one.p <= 0.1 for one in found) <= 32  # 20 and three times its error
