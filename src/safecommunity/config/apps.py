from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "safecommunity.config"
    label = "safecommunity_config"

    def ready(self) -> None:
        from django.conf import settings

        from safecommunity.config import checks, refusals  # noqa: F401
        from safecommunity.library import add_folder

        add_folder(settings.LIBRARY)
