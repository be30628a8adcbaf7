"""One folder a section. Its `urls.py` has `PLACE` (`"<slug:slug>/ledgers/"`), `app_name` and `urlpatterns`."""
