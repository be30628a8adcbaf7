from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "safecommunity.ledgers"
