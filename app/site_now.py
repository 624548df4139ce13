"""The site file as it is now: whoever asks gets the texts of this moment, in every process, without a restart.

Nobody is told when the file changes (several processes on several machines, edits by hand, by a page, by a deployment),
so each process looks at the file's time and size itself, once a second at most. A file with a mistake in it changes
nothing: the site goes on with what it had, and `site_problem` says what is wrong.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from app.bookings.policy import MailPolicy
from app.config import Settings
from app.notifications.brand import Brand, brand_of
from app.notifications.chosen import policy_of
from app.notifications.own_texts import own_texts
from app.site import Site, SiteFileError, load

EVERY_SECONDS = 1.0
Mark = tuple[int, int, int] | None

log = structlog.get_logger()


class SiteNow:
    """What follows from the site file: texts, the rules of mails, who writes them."""

    def __init__(self, settings: Settings, site: Site) -> None:
        self._site_settings = settings
        self._site_lock = threading.Lock()
        self._site_looked_at = time.monotonic()
        self._site_mark = _mark(settings.site_path)
        self.site_problem = ""
        """What is wrong with the file as it is now; empty while it is in use."""
        self.when_renewed: list[Callable[[Site], None]] = []
        """Who has to know that there is another one: pages keep things that are made of it."""
        self._take(site)

    @property
    def site(self) -> Site:
        """The texts in use."""
        self.look_at_site()
        return self._site

    @property
    def policy(self) -> MailPolicy:
        """Which mails this site sends, and when."""
        self.look_at_site()
        return self._policy

    @property
    def brand(self) -> Brand:
        """Who writes the mails."""
        self.look_at_site()
        return self._brand

    def look_at_site(self, *, at_once: bool = False) -> None:
        """Takes the file up when it has changed since the last look."""
        if not at_once and time.monotonic() - self._site_looked_at < EVERY_SECONDS:
            return
        if not self._site_lock.acquire(blocking=at_once):
            return
        try:
            self._site_looked_at = time.monotonic()
            mark = _mark(self._site_settings.site_path)
            if mark != self._site_mark:
                self._site_mark = mark
                self._renew()
        finally:
            self._site_lock.release()

    def _renew(self) -> None:
        settings = self._site_settings
        try:
            site = load(settings.site_file, name=settings.SITE_NAME, time_zone=settings.PLACE_TIME_ZONE)
            self._take(site)
        except SiteFileError as error:
            self.site_problem = str(error)
            log.warning("the site file has a mistake; the texts from before stay in use", mistake=str(error))
            return
        self.site_problem = ""
        for tell in self.when_renewed:
            tell(site)
        log.info("the site file was taken up", path=str(settings.site_path))

    def _take(self, site: Site) -> None:
        brand = brand_of(site, own_texts=own_texts(self._site_settings, site))
        self._site, self._policy, self._brand = site, policy_of(self._site_settings, site), brand


def _mark(path: Path) -> Mark:
    """By what a changed file is known."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
