"""Changes the webhook secret of the site in the environment, and dies at a point on purpose: `python rotation_run.py POINT`."""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import create_app
from app.calcom.secret_changes import PURPOSE
from app.sealing import Seal
from app.secrets import webhook

LEARNT_SECONDS = 2.2


def main(point: str) -> None:
    webhook.LEARNT_SECONDS = LEARNT_SECONDS

    def watch(passed: str) -> None:
        sys.stdout.write(f"{passed}\n")
        sys.stdout.flush()
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    app = create_app()
    with app.app_context():
        works = app.extensions["works"]
        seal = Seal(works.settings.sealing_keys, purpose=PURPOSE)
        rotation = webhook.Rotation(works.calcom, works.settings.SITE_URL, works.webhook_secrets, seal, lambda _: None, time.sleep, watch)
        rotation.run("", overlap=timedelta(seconds=4))


if __name__ == "__main__":
    main(sys.argv[1])
