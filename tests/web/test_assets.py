import gzip
import re

import brotli
import pytest

from app.site import SAMPLE
from app.web.assets import squeeze_css, squeeze_js


def style(client):
    return re.search(r'href="(/assets/site\.[0-9a-f]{10}\.css)"', client.get("/").text)[1]


def test_the_stylesheet_has_the_owners_colour_and_is_kept_for_a_year(make_client):
    client = make_client()
    answer = client.get(style(client))
    assert "--brand:#065a5f" in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"


def test_another_colour_is_another_address(make_client, tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SAMPLE.read_text(encoding="utf-8").replace("#065a5f", "#7a2e4d"), encoding="utf-8")
    assert style(make_client()) != style(make_client(SITE_FILE=path))


@pytest.mark.parametrize(("encoding", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_compressed_forms_say_the_same(make_client, encoding, unpack):
    client = make_client()
    path = style(client)
    packed = client.get(path, headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert unpack(packed.data) == client.get(path).data


def test_the_owners_logo_stands_in_the_header_and_on_the_social_card(make_client, tmp_path):
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    path = tmp_path / "site.yaml"
    path.write_text(SAMPLE.read_text(encoding="utf-8").replace("# logo: logo.svg", "logo: logo.svg"), encoding="utf-8")
    client = make_client(SITE_FILE=path)
    page = client.get("/").text
    logo = re.search(r'<img src="(/assets/logo\.[0-9a-f]{10}\.svg)" alt="" height="36">', page)[1]
    assert f'<meta property="og:image" content="http://localhost{logo}">' in page
    assert client.get(logo).mimetype == "image/svg+xml"


def test_an_old_or_made_up_address_is_a_404(make_client):
    client = make_client()
    assert client.get("/assets/site.0000000000.css").status_code == 404
    assert client.get("/assets/..%2fsite.yaml").status_code == 404


def test_favicon_carries_the_first_letter(make_client):
    answer = make_client(SITE_NAME="Zebra").get("/favicon.ico")
    assert answer.mimetype == "image/svg+xml"
    assert ">Z</text>" in answer.text


def test_the_first_party_weight_of_the_booking_page_stays_within_budget(make_client):
    client = make_client()
    text = client.get("/book").text
    own = re.findall(r'(?:src|href)="(/assets/[^"]+\.(?:css|js))"', text)
    assert len(own) == 2
    weight = len(gzip.compress(text.encode())) + sum(len(client.get(path, headers={"Accept-Encoding": "gzip"}).data) for path in own)
    assert weight <= 11_000


def test_squeezing_keeps_the_meaning():
    assert squeeze_css("/* x */ a > b { color: red;\n  margin: 0 }\n@media (min-width: 1px) { a { b: c } }") == (
        "a>b{color:red;margin:0}@media (min-width:1px){a{b:c}}"
    )
    assert squeeze_js('// x\n  const a = "// no"; // yes\n\n/* gone */\nb();') == 'const a = "// no"; // yes\nb();'
