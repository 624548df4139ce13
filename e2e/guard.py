"""Watches every page of a test and keeps what must not happen: policy violations, errors, failed requests.

A test that provokes one of these says so with `guard.announce(...)`; what was announced has to happen, what was not
must not.
"""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

REPORTER = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.reportViolation?.(`${event.effectiveDirective} ${event.blockedURI} on ${location.pathname}`);
});
"""
HARMLESS = ("net::ERR_ABORTED",)
"""A request that was still under way when its page was left."""


@dataclass
class Guard:
    """What went wrong in the browsers of one test."""

    own: tuple[str, ...]
    """Origins whose answers must be good: the site and the simulated Cal.com."""
    problems: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Begins to listen to all pages and frames of a browser context."""
        context.expose_function("reportViolation", lambda what: self.problems.append(f"policy violation: {what}"))
        context.add_init_script(REPORTER)
        context.on("console", self._said)
        context.on("weberror", self._threw)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def announce(self, *patterns: str) -> None:
        """Problems that this test means to cause, each a regular expression. One that does not happen fails the test."""
        self.announced.extend(patterns)

    def verdict(self) -> list[str]:
        """What was not announced, and what was announced and did not happen."""
        surprising = [problem for problem in self.problems if not any(re.search(pattern, problem) for pattern in self.announced)]
        missing = [pattern for pattern in self.announced if not any(re.search(pattern, problem) for problem in self.problems)]
        return [*surprising, *(f"announced, but did not happen: {pattern}" for pattern in missing)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def _threw(self, error: WebError) -> None:
        self.problems.append(f"uncaught exception: {error.error}")

    def _failed(self, request: Request) -> None:
        why = request.failure or ""
        if why not in HARMLESS:
            self.problems.append(f"failed request: {request.method} {request.url} {why}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.url.startswith(self.own):
            self.problems.append(f"bad answer: {response.status} {response.request.method} {response.url}")
