from e2e.pages.book import BookPage
from e2e.pages.consultation import ConsultationPage
from e2e.pages.public import PublicPage


class HomePage(PublicPage):
    """The first page."""

    def book(self) -> BookPage:
        self.link("Book a consultation").first.click()
        return BookPage(self.page, self.site)

    def what_to_expect(self) -> ConsultationPage:
        self.link("What to expect").click()
        return ConsultationPage(self.page, self.site)
