from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "safecommunity.sheets"
