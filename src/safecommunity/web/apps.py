from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "safecommunity.web"
    label = "safecommunity_web"
