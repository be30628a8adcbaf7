"""The one command: `safecommunity demo | serve | worker | check | backup …`; the rest is Django's own."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safecommunity.config.settings")
    command, arguments = (sys.argv[1] if len(sys.argv) > 1 else "help"), sys.argv[2:]
    if command == "demo":
        from safecommunity.demo import stage

        stage.main(arguments)
    elif command == "serve":
        from safecommunity.config import supervisor

        sys.exit(supervisor.main(arguments))
    else:
        from django.core.management import execute_from_command_line  # slow import

        execute_from_command_line(["safecommunity", command, *arguments])


if __name__ == "__main__":
    main()
