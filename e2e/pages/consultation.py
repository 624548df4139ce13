from e2e.pages.book import BookPage


class ConsultationPage(BookPage):
    """What the consultation is; its calendar waits until somebody comes near it."""

    path = "/consultation"

    def open_question(self, words: str) -> None:
        self.page.get_by_text(words).click()
