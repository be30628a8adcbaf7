"""The one command: `safecommunity serve | worker | migrate | …`; what is not ours goes to Django."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safecommunity.config.settings")
    from django.core.management import execute_from_command_line  # slow

    execute_from_command_line(["safecommunity", *sys.argv[1:]])


if __name__ == "__main__":
    main()
