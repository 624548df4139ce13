"""Acts of staff in words, and where their subjects are."""

from collections.abc import Mapping

from flask import url_for

from app.accounts.models import AdminUser, StaffAct

WORDS = {
    "sign_in": "Signed in",
    "sign_in.failed": "Wrong guesses at a sign-in",
    "sign_in.blocked": "Sign-in blocked for a while",
    "account.password": "Changed the own password",
    "account.end_session": "Ended an own session",
    "account.end_sessions": "Ended the own other sessions",
    "account.second_factor_on": "Switched the own second factor on",
    "account.second_factor_off": "Switched the own second factor off",
    "account.recovery_codes": "Made new recovery codes",
    "staff.create": "Made an account on the command line",
    "staff.invite": "Invited",
    "staff.join": "Accepted the invitation",
    "staff.role": "Changed a role",
    "staff.off": "Switched an account off",
    "staff.on": "Switched an account on",
    "staff.end_sessions": "Signed somebody out everywhere",
    "staff.reset_second_factor": "Reset a second factor",
    "delivery.replay": "Replayed a delivery",
    "delivery.replay_range": "Replayed many deliveries",
    "mail.send_some": "Sent mails again",
    "mail.send_range": "Sent many mails again",
    "mail.cancel": "Took a mail back",
    "outbox.release": "Released held mail",
    "errand.stop": "Stopped long work",
    "errand.resume": "Went on with long work",
    "sync.now": "Asked for a comparison",
    "sync.ask": "Asked for a comparison by a script",
    "catalogue.ask": "Asked for the event types by a script",
    "feed.renew": "Made the own calendar address",
    "feed.revoke": "Ended the own calendar address",
    "note.add": "Wrote a note",
    "note.edit": "Changed a note",
    "note.delete": "Removed a note",
    "settings.save": "Changed the settings",
    "settings.undo": "Undid a change of the settings",
    "secret.rotate": "Changed a secret",
    "secret.rotate_undone": "Undid a change of a secret",
    "secret.drop_old": "Dropped an old secret",
    "token.make": "Made a token",
    "token.revoke": "Revoked a token",
    "doctor.examine": "Ran the doctor",
    "calcom.adopt": "Adopted what Cal.com has into the file",
    "calcom.apply": "Applied the file to Cal.com",
    "calcom.edit": "Changed an event type",
    "calcom.undo": "Undid a change of an event type",
}
"""Acts whose own word would not do; others are said as they are written: `booking.cancel` is "Booking: cancel"."""


def said(act: str) -> str:
    """The act in words."""
    if act in WORDS:
        return WORDS[act]
    area, _, rest = act.replace("_", " ").partition(".")
    return f"{area.capitalize()}: {rest}" if rest else area.capitalize()


def subject_words(act: StaffAct, people: Mapping[int, AdminUser]) -> str:
    """On what, as people say it."""
    kind, _, rest = act.subject.partition(":")
    if kind == "staff" and rest.isdecimal() and int(rest) in people:
        return people[int(rest)].name or people[int(rest)].email
    if not act.subject and act.act == "sign_in.failed":
        return "Addresses nobody has"
    return act.subject


def subject_address(act: StaffAct) -> str:
    """The page of the subject; empty when it has none."""
    kind, _, rest = act.subject.partition(":")
    if kind == "staff" and rest.isdecimal():
        return url_for("admin.staff_member", number=int(rest))
    if act.act.startswith("booking.") and act.subject:
        return url_for("admin.booking", reference=act.subject)
    return ""
