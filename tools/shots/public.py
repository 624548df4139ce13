"""What visitors see, in every state."""

from playwright.sync_api import Page

from tools.shots.shot import Act, Shot, World, does, opened

FRAME_THERE = "iframe"


def _after_visit(page: Page, world: World) -> None:
    """The waiting page is for a browser that has been on `/book`: go there first, then come back."""
    there = page.url
    page.goto(world.address("/book"))
    page.goto(there)


def booked(**wish: object) -> Act:
    """What the visitor sees who has just booked; the booking carries the token of this browser."""

    def act(page: Page, world: World) -> None:
        page.goto(world.address("/book"))
        token = page.locator("[data-visitor]").get_attribute("data-visitor")
        world.demo.calcom(
            "POST", "/bookings", {"type": "intro", "name": "Ada Attendee", "email": "ada@example.org", "metadata": {"frontdesk_visitor": token}} | wish
        )
        world.demo.calcom("GET", "/deliveries?wait=20")
        for _ in range(5):
            page.goto(world.address("/booking/success"))
            page.wait_for_timeout(2_000)  # for the worker
            if page.get_by_role("article").count():
                return

    return act


def _newest_mail(page: Page, world: World) -> None:
    """The newest mail by itself, as it is shown in the frame."""
    page.goto(world.demo.site_url + (page.locator("iframe").first.get_attribute("src") or ""))


def _manage(page: Page, world: World) -> None:
    booked()(page, world)
    page.get_by_role("link", name="Move or cancel").click()
    page.get_by_role("link", name="Choose another time").wait_for()


def _offline(page: Page, _: World) -> None:
    """The connection breaks while the calendar is still on its way."""
    page.wait_for_timeout(300)
    page.context.set_offline(True)


def _form(page: Page, _: World) -> None:
    """The form of the first time of the second day."""
    page.locator(".month td a").nth(1).click()
    page.locator(".day .slot").first.click()


def _mistakes(page: Page, world: World) -> None:
    """The form as it comes back when nothing was filled in."""
    _form(page, world)
    page.wait_for_timeout(1_100)
    page.locator(".button-large").click()


def _left(page: Page, _: World) -> None:
    page.get_by_role("button", name="Stop these mails").click()
    page.get_by_text("no longer gets").wait_for()


PUBLIC = (
    Shot("home", "/"),
    Shot("consultation", "/consultation"),
    Shot("consultation-answers", "/consultation", act=does(opened(""), lambda page, _: page.locator("summary").last.click())),
    Shot("book-ready", "/book", wait_for=FRAME_THERE),
    Shot("book-loading", "/book", dials=(("script_delay_ms", 20_000),), pause_ms=1_500),
    Shot("book-slow", "/book", dials=(("delay", 60_000),), pause_ms=5_000),
    Shot("book-script-blocked", "/book", dials=(("script", "missing"),), pause_ms=2_000),
    Shot("book-frame-blocked", "/book", blocked=r"/demo/intro/embed", pause_ms=9_000),
    Shot("book-link-failed", "/book", dials=(("fail", "404"),), pause_ms=3_000),
    Shot("book-offline", "/book", dials=(("delay", 60_000),), act=_offline, pause_ms=1_000),
    Shot("book-without-scripts", "/book", scripts=False),
    Shot("host", "/book/demo"),
    Shot("event-type", "/book/demo/flexible", wait_for=FRAME_THERE),
    Shot("not-here", "/book/demo/unknown"),
    Shot("times", "/book/demo/intro/times"),
    Shot("times-lengths", "/book/demo/flexible/times"),
    Shot("times-class", "/book/demo/group-class/times"),
    Shot("times-elsewhere", "/book/demo/paid-session/times"),
    Shot("times-form", "/book/demo/intro/times", act=_form),
    Shot("times-questions", "/book/demo/project-brief/times", act=_form),
    Shot("times-mistakes", "/book/demo/project-brief/times", act=_mistakes),
    Shot("times-away", "/book/demo/consultation/times?month=2099-01", dials=(("api_500", 1.0),)),  # the last one: it is remembered for a while
    Shot("success-nothing", "/booking/success"),
    Shot("success-waiting", "/booking/success?start=2030-01-07T09:00:00Z&state=confirmed", act=_after_visit),
    Shot("success-confirmed", "/book", act=booked(), shows="/booking/success"),
    Shot("success-pending", "/book", act=booked(pending=True), shows="/booking/success"),
    Shot("success-payment", "/book", act=booked(payment=True), shows="/booking/success"),
    Shot("manage", "/book", act=_manage, shows="/booking/K7M4QX2R/manage"),
    Shot("error", "/booking/error"),
    Shot("error-taken", "/booking/error?reason=taken"),
    Shot("error-payment", "/booking/error?reason=payment"),
    Shot("unsubscribe", "/unsubscribe/{leave}"),
    Shot("unsubscribe-left", "/unsubscribe/{leave}", act=_left),
    Shot("not-found", "/no-such-page"),
    Shot("demo-outbox", "/demo/outbox"),
    Shot("demo-outbox-older", "/demo/outbox", act=lambda page, _: page.locator(".post-list a").nth(2).click(), shows="/demo/outbox/a.eml"),
    Shot("demo-outbox-mail", "/demo/outbox", act=_newest_mail, shows="/demo/outbox/a.eml/body"),
)
