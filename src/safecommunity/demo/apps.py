from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "safecommunity.demo"
    label = "safecommunity_demo"
