"""Makes the dossier of an application, five papers in one volume, and the package with its records.

There are 50 indicators, 200 photos and 200 hidden hazards.
`python benchmarks/dossier.py`. Prints one JSON object: seconds to compose the volume, to make Word and PDF of
it, to pack both with the 200 photos, its index and records; size in MB. The photos are shrunk beforehand.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from papers import TODAY, begun, drawing_all, set_up, timed

GOALS = {"volume_seconds": 15.0, "package_seconds": 15.0}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        print(json.dumps(measured(Path(folder)), indent=2))


def measured(folder: Path) -> dict[str, float]:
    from safecommunity.core.papers import photo_hashes
    from safecommunity.reports import actions, queries
    from safecommunity.reports.models import Paper
    from safecommunity.reports.packing import write_package

    paper = begun("application-dossier")
    content, composing = timed(lambda: queries.composed(paper, paper.type, TODAY, lambda done, total: None))
    hashes = photo_hashes(content)
    for sha256 in hashes:
        queries.photo(sha256)
    drawing_all(content, lambda figure: queries.drawn(figure, "zh"))
    fresh = Paper.objects.in_unit(paper.unit).get(pk=paper.pk)
    _made, volume = timed(
        lambda: actions.complete(paper=fresh, today=TODAY, step=lambda done, total: None, by=None)
    )
    path = folder / "dossier.zip"
    lines, packing = timed(lambda: write_package(path, fresh, told=lambda count: None))
    return {
        "photos": len(hashes),
        "composing_seconds": composing,
        "volume_seconds": volume,
        "index_lines": lines,
        "package_seconds": packing,
        "package_mb": round(path.stat().st_size / 1e6, 1),
    }


if __name__ == "__main__":
    main()
