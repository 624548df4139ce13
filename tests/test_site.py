import pytest

from app.colour import TEXT_CONTRAST, contrast, palette, surfaces
from app.site import SAMPLE, SiteFileError, load


@pytest.fixture
def site_file(tmp_path):
    """`site_file(old, new)`: the sample with one piece of text replaced, as a file."""

    def write(old="", new=""):
        text = SAMPLE.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "site.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def error_of(path):
    with pytest.raises(SiteFileError) as caught:
        load(path)
    return str(caught.value)


def line_of(path, text):
    return next(number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_the_sample_is_used_without_a_file_and_has_no_warnings():
    site = load()
    assert site.name
    assert site.place.time_zone == "Europe/London"
    assert site.guests_get_mail is False
    assert site.warnings == []


def test_settings_override_name_and_time_zone():
    site = load(name="Acme", time_zone="Asia/Tokyo")
    assert (site.name, site.place.time_zone) == ("Acme", "Asia/Tokyo")


def test_a_misspelt_key_is_named_with_line_and_what_is_allowed(site_file):
    path = site_file("tagline:", "taglin:")
    said = error_of(path)
    assert f"{path}, line {line_of(path, 'taglin:')}: taglin is not a known key (did you mean tagline?); allowed here:" in said


def test_a_word_that_yaml_reads_as_false_is_explained(site_file):
    path = site_file("name: Northquay Advisory", "name: no")
    assert "name must be text; YAML reads it as False, so put it in quotes." in error_of(path)


def test_a_time_that_yaml_reads_as_a_number_is_explained(site_file):
    said = error_of(site_file("price: Nothing", "price: 12:30"))
    assert "consultation.price must be text; YAML reads it as 750" in said


def test_an_unknown_icon_deep_in_a_list_is_found_with_its_line(site_file):
    path = site_file("icon: video", "icon: tv")
    assert f"line {line_of(path, 'icon: tv')}: book.cards.2.icon must be one of 'clock'" in error_of(path)


def test_an_unknown_time_zone_comes_with_a_guess(site_file):
    assert "did you mean Europe/London?" in error_of(site_file("time_zone: Europe/London", "time_zone: Europe/Lodon"))


def test_a_missing_key_names_the_block_where_it_belongs(site_file):
    path = site_file("  price: Nothing\n", "")
    assert f"line {line_of(path, 'consultation:')}: consultation.price is missing" in error_of(path)


def test_a_key_that_stands_twice_is_refused(site_file):
    assert "name stands here a second time (first in line" in error_of(site_file("tagline:", "name: Twice\ntagline:"))


def test_broken_yaml_names_the_line(site_file):
    path = site_file("tagline: Calm", "tagline: [Calm")
    assert "this is not valid YAML" in error_of(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - label: Privacy", "  - labl: Privacy", "legal.1.labl is not a known key (did you mean label?); allowed here: label, url."),
        ("tagline: Calm", f"tagline: {'x' * 3000} #", "tagline must be at most 2000 characters long."),
        ("title: A clear head before a big decision", 'title: ""', "home.title must be text that is not empty."),
        ("email: hello@example.com", "email: nobody", "contact.email must be an address such as hello@example.com."),
        ("guests_get_mail: false", "guests_get_mail: maybe", "guests_get_mail must be true or false."),
        ("languages: [en]", "languages: en", "languages must be a list, one item a line, each after a dash."),
        ('contact:\n  email: hello@example.com\n  phone: ""', "contact: me", "contact must be a block of keys with values, indented below it."),
        ("tagline: Calm advice", "tagline: 2026-13-45", "this is not valid YAML"),
    ],
)
def test_each_kind_of_mistake_says_what_is_allowed(site_file, old, new, said):
    if "2026-13" in new:
        old = "tagline: Calm advice for small organisations"
    assert said in error_of(site_file(old, new))


@pytest.mark.parametrize("content", ["", "just text", "- a\n- b"])
def test_a_file_without_keys_says_what_it_must_be(tmp_path, content):
    path = tmp_path / "site.yaml"
    path.write_text(content, encoding="utf-8")
    assert "must be a list of keys with values" in error_of(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "cannot be read (No such file or directory)" in error_of(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "example.com/legal"])
def test_links_must_be_web_addresses(site_file, address):
    assert "legal.1.url must be a web address" in error_of(site_file("https://example.com/privacy", f'"{address}"'))


def test_a_logo_counts_from_the_folder_of_the_file(site_file, tmp_path):
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    assert load(site_file("# logo: logo.svg", "logo: logo.svg")).logo == tmp_path / "logo.svg"


@pytest.mark.parametrize(("logo", "why"), [("missing.svg", "is not a file"), ("logo.exe", "must be a picture file"), ("big.png", "smaller than")])
def test_a_logo_that_cannot_be_used_is_refused(site_file, tmp_path, logo, why):
    (tmp_path / "big.png").write_bytes(b"x" * 400_000)
    assert why in error_of(site_file("# logo: logo.svg", f"logo: {logo}"))


def test_a_colour_that_people_cannot_read_is_changed_for_text_and_the_owner_is_told(site_file):
    site = load(site_file("#065a5f", "#ff6600"))
    assert site.brand == "#ff6600"
    assert site.palette.on_light != "#ff6600"
    assert "#ff6600" in site.warnings[0]
    assert site.palette.on_light in site.warnings[0]


def test_a_colour_by_name_is_refused(site_file):
    assert "brand must be a colour such as #0f5e63" in error_of(site_file('"#065a5f"', "teal"))


@pytest.mark.parametrize("brand", ["#065a5f", "#ff6600", "#ffe500", "#777", "#000", "#fff", "#1a73e8", "#00ff00"])
def test_text_in_the_owners_colour_can_be_read_on_every_surface(brand):
    found = palette(brand)
    assert min(contrast(found.on_light, paper) for paper in surfaces("light", found.hue)) >= TEXT_CONTRAST
    assert min(contrast(found.on_dark, paper) for paper in surfaces("dark", found.hue)) >= TEXT_CONTRAST
