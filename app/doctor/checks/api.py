"""The API key and the shapes of Cal.com's answers."""

from collections.abc import Callable
from typing import Any

from app.calcom.errors import Away, CalcomError, NotAllowed, NotFound, Wait
from app.calcom.versions import BOOKINGS, EVENT_TYPES, SCHEDULES
from app.doctor.checks.answer import asked
from app.doctor.finding import Finding, failed, good, off, warning
from app.doctor.patient import Patient

SETTING = "CALCOM_API_KEY=cal_…    # made at Cal.com: Settings, Developer, API keys; then start the site again"


def key(patient: Patient) -> Finding:
    """Whether Cal.com knows the key, and whose it is."""
    if patient.client is None:
        return off("There is no CALCOM_API_KEY: no comparison with Cal.com, no booking without the frame.", SETTING)
    try:
        me = patient.me()
    except NotAllowed:
        return failed("Cal.com does not accept CALCOM_API_KEY: it is wrong, has expired, or belongs to another installation.", SETTING)
    except NotFound:
        return failed(
            f"There is no API at {patient.settings.CALCOM_API_URL}.",
            "CALCOM_API_URL=https://api.cal.com/v2    # https://api.cal.eu/v2 in the EU, your own address when self-hosted",
        )
    except Wait as error:
        return warning(
            f"Cal.com lets this key wait for {error.seconds:.0f} seconds: too many requests.",
            "Ask again in a minute; does another program use the same key? Give it one of its own.",
        )
    except Away as error:
        return failed(
            str(error), f'curl -i {patient.settings.CALCOM_API_URL}/me -H "Authorization: Bearer $CALCOM_API_KEY"    # and see https://status.cal.com'
        )
    except CalcomError as error:
        return failed(str(error), SETTING)
    wanted = patient.settings.CALCOM_LINK.partition("/")[0]
    if wanted and me.username and wanted != me.username:
        return good(f"Cal.com knows the key. It belongs to {me.username}, CALCOM_LINK to {wanted}.")
    return good(f"Cal.com knows the key; it belongs to {me.username or 'an account without a user name'}.")


def versions(patient: Patient) -> Finding:
    """Whether Cal.com still answers in the versions of the API that this site was written for."""
    if patient.client is None:
        return off("There is no CALCOM_API_KEY.")
    client = patient.client
    reads: dict[str, Callable[[], Any]] = {
        f"bookings {BOOKINGS}": lambda: next(client.bookings.pages(take=1)),
        f"event types {EVENT_TYPES}": patient.event_types,
        f"schedules {SCHEDULES}": client.schedules.all,
    }

    def judge() -> Finding:
        patient.me()
        wrong = {name: said for name, read in reads.items() if (said := _complaint(read))}
        if wrong:
            header = f'-H "Authorization: Bearer $CALCOM_API_KEY" -H "cal-api-version: {BOOKINGS}"'
            fix = f"curl -i '{patient.settings.CALCOM_API_URL}/bookings?take=1' {header}    # look, and look for a newer Frontdesk"
            return failed("; ".join(f"{name}: {said}" for name, said in wrong.items()), fix)
        return good(f"Cal.com answers as expected: {', '.join(reads)}.")

    return asked(judge)


def _complaint(read: Callable[[], Any]) -> str:
    try:
        read()
    except CalcomError as error:
        return str(error)
    return ""
