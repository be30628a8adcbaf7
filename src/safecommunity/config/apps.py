from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "safecommunity.config"
    label = "safecommunity_config"

    def ready(self) -> None:
        from safecommunity.config import checks, refusals  # noqa: F401
