"""What an error of the SMTP conversation means for the mail, in a sentence without address, name or text of the mail."""

import smtplib
import ssl

from app.mail.errors import MailError, Rejected, Unavailable, Unsure

_REFUSED_FOR_GOOD = 500
_LINE_TOO_LONG = "Line too long."
"""`smtplib` makes a 500 of its own with these words when a server babbles; no server said no."""


def classify(error: Exception) -> MailError:
    """`Rejected` after a 5xx answer, otherwise `Unavailable`."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((answer[0] for answer in error.recipients.values()), default=0)
        return _by_code(code, verb="refused the recipient")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _by_code(error.smtp_code, verb="refused the sender")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_error != _LINE_TOO_LONG:
        return _by_code(error.smtp_code, verb="refused the mail")
    return Unavailable(away(error))


def unsure(error: Exception) -> MailError:
    """What it means that no answer came to the final dot; one that is too long is none either."""
    return Unsure(f"{away(error).removesuffix('.')} after the whole mail had been handed over; it may have arrived.")


def _by_code(code: int, *, verb: str) -> MailError:
    if code >= _REFUSED_FOR_GOOD:
        return Rejected(f"The mail server {verb} for good ({code}).")
    return Unavailable(f"The mail server {verb} for now ({code}).")


def away(error: Exception) -> str:
    """What went wrong between the two machines, as a sentence."""
    if isinstance(error.__context__, TimeoutError):  # smtplib hides it behind "disconnected"
        error = error.__context__
    code = f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    said = next(words for kind, words in _AWAY if isinstance(error, kind))
    return f"{said}{code}."


_AWAY: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "The certificate of the mail server is not trusted; nothing was handed over"),
    (ssl.SSLError, "No encrypted connection to the mail server could be made"),
    (TimeoutError, "The mail server did not answer in time"),
    (ConnectionRefusedError, "Nothing listens at the address of the mail server"),
    (smtplib.SMTPAuthenticationError, "The mail server did not accept the user name and password"),
    (smtplib.SMTPNotSupportedError, "The mail server does not offer what the settings ask for, encryption or sign-in"),
    (smtplib.SMTPServerDisconnected, "The mail server closed the connection"),
    (smtplib.SMTPResponseException, "The mail server is not ready"),
    (Exception, "The mail server cannot be reached"),
)
"""First match counts."""
