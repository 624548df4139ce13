"""The script that brings Cal.com's calendar into the page."""

import requests

from app.doctor.finding import Finding, failed, good
from app.doctor.patient import Patient

SECONDS = 8
LARGEST = 2_000_000


def script(patient: Patient) -> Finding:
    """Whether the embed script can be fetched, and is one."""
    url = patient.settings.embed_url
    fix = f"curl -i {url}    # then CALCOM_EMBED_URL=… or CALCOM_ORIGIN=https://app.cal.com (https://app.cal.eu in the EU)"
    try:
        with requests.get(url, timeout=SECONDS, stream=True) as answer:
            status, kind = answer.status_code, answer.headers.get("Content-Type", "")
            body = answer.raw.read(LARGEST, decode_content=True) if status == 200 else b""
    except requests.RequestException as error:
        return failed(f"The embed script cannot be fetched ({type(error).__name__}).", fix)
    except OSError as error:
        return failed(f"The embed script breaks off ({type(error).__name__}).", fix)
    if status != 200:
        return failed(f"The embed script is answered with {status}.", fix)
    if "javascript" not in kind or b"Cal" not in body:
        return failed(f"What is at the address of the embed script is none ({kind.partition(';')[0] or 'no type'}).", fix)
    return good(f"The embed script is there ({len(body) // 1000} kB).")
