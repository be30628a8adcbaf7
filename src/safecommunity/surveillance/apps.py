from django.apps import AppConfig


class SurveillanceConfig(AppConfig):
    name = "safecommunity.surveillance"
