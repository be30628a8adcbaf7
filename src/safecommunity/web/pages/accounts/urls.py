from django.urls import path

from safecommunity.web.pages.accounts import own, signing

PLACE = "account/"
app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/code/", signing.code, name="code"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("link/<str:secret>/", signing.link, name="link"),
    path("prove/", signing.prove, name="prove"),
    path("", own.profile, name="profile"),
    path("facts/", own.facts, name="facts"),
    path("password/", own.password, name="password"),
    path("second-factor/", own.second_factor, name="second-factor"),
    path("second-factor/remove/", own.remove_second_factor, name="remove-second-factor"),
    path("recovery-codes/", own.recovery_codes, name="recovery-codes"),
    path("sessions/close/", own.close_session, name="close-session"),
    path("tokens/", own.make_token, name="make-token"),
    path("tokens/<int:pk>/revoke/", own.revoke_token, name="revoke-token"),
]
