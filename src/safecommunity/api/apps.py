from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "safecommunity.api"
    label = "safecommunity_api"
