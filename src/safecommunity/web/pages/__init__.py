"""One folder a section. Its `urls.py` has `PLACE`, `app_name` and `urlpatterns`."""
