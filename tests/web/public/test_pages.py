import re

import pytest

PAGES = ["/", "/consultation", "/book", "/book/acme", "/book/acme/consultation", "/booking/success", "/booking/error"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_a_skip_link_landmarks_and_nothing_inline(make_client, path):
    page = make_client().get(path)
    assert page.status_code == 200
    assert len(re.findall(r"<h1[ >]", page.text)) == 1
    assert page.text.index('class="skip" href="#main"') < page.text.index("<header")
    for landmark in ("<header", "<nav ", "<main ", "<footer"):
        assert landmark in page.text
    assert " style=" not in page.text
    assert "<style" not in page.text
    assert "onclick" not in page.text
    assert re.search(r"<script(?![^>]*src=)", page.text) is None


@pytest.mark.parametrize("path", ["/", "/consultation", "/book"])
def test_public_pages_have_canonical_address_and_social_card(make_client, path):
    page = make_client(SITE_URL="https://book.example.com").get(path, base_url="https://book.example.com").text
    assert f'<link rel="canonical" href="https://book.example.com{path}">' in page
    assert '<meta property="og:title"' in page


def test_pages_of_a_booking_are_not_for_search_engines(make_client):
    assert '<meta name="robots" content="noindex">' in make_client().get("/booking/success").text


def test_robots_and_sitemap_name_the_canonical_address(make_client):
    client = make_client(SITE_URL="https://book.example.com")
    robots = client.get("/robots.txt", base_url="https://book.example.com")
    sitemap = client.get("/sitemap.xml", base_url="https://book.example.com")
    assert "Sitemap: https://book.example.com/sitemap.xml" in robots.text
    assert "Disallow: /booking/" in robots.text
    assert "<loc>https://book.example.com/consultation</loc>" in sitemap.text
    assert sitemap.mimetype == "application/xml"


def test_texts_of_the_owner_are_escaped(make_client):
    page = make_client(SITE_NAME="<b>A & B</b>").get("/").text
    assert "<b>A &" not in page
    assert "&lt;b&gt;A &amp; B" in page


def test_an_error_names_its_reason_and_an_unknown_one_is_general(make_client):
    client = make_client()
    assert "This time is gone" in client.get("/booking/error?reason=taken").text
    assert "The booking did not work" in client.get("/booking/error?reason=<script>").text
