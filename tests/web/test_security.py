import pytest

EMBED = ["/book", "/book/acme", "/book/acme/consultation", "/consultation"]
STRICT = ["/", "/booking/success", "/booking/error", "/robots.txt", "/nowhere", "/healthz", "/webhooks/calcom"]
ORIGIN = "https://cal.example.net"
HTTPS = {"SITE_URL": "https://book.example.com"}
SECURE = {"base_url": "https://book.example.com"}
PLAIN = {"base_url": "http://book.example.com"}


def policy(answer):
    return {part.split(" ", 1)[0]: part.split(" ", 1)[1] for part in answer.headers["Content-Security-Policy"].split("; ")}


@pytest.mark.parametrize("path", STRICT)
def test_pages_are_strict(make_client, path):
    found = policy(make_client(CALCOM_ORIGIN=ORIGIN).get(path))
    assert found["default-src"] == "'none'"
    assert found["script-src"] == found["style-src"] == found["connect-src"] == found["form-action"] == "'self'"
    assert found["frame-ancestors"] == found["base-uri"] == found["object-src"] == "'none'"
    assert "frame-src" not in found
    assert not any("unsafe" in value or ORIGIN in value for value in found.values())


@pytest.mark.parametrize("path", EMBED)
def test_pages_with_the_embed_allow_its_script_frame_and_styles_and_nothing_more(make_client, path):
    found = policy(make_client(CALCOM_ORIGIN=ORIGIN, CALCOM_EMBED_URL="https://cdn.example.net/x/embed.js").get(path))
    assert found["script-src"] == "'self' https://cdn.example.net"
    assert found["style-src"] == "'self' 'unsafe-inline'"
    assert found["frame-src"] == ORIGIN
    assert found["default-src"] == found["frame-ancestors"] == "'none'"
    assert "unsafe" not in found["script-src"]


def test_two_apps_in_one_process_do_not_share_their_policy(make_app):
    one = make_app(CALCOM_ORIGIN="https://one.example.net").test_client()
    assert policy(one.get("/book"))["frame-src"] == "https://one.example.net"
    two = make_app(CALCOM_ORIGIN="https://two.example.net").test_client()
    assert policy(two.get("/book"))["frame-src"] == "https://two.example.net"
    assert policy(one.get("/book"))["frame-src"] == "https://one.example.net"


@pytest.mark.parametrize("path", ["/", "/book", "/nowhere"])
def test_every_answer_carries_the_other_headers(make_client, path):
    headers = make_client().get(path).headers
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_payment_is_allowed_to_the_calendar_and_only_where_it_is(make_client):
    client = make_client(CALCOM_ORIGIN=ORIGIN)
    assert f'payment=(self "{ORIGIN}")' in client.get("/book").headers["Permissions-Policy"]
    assert "payment=()" in client.get("/").headers["Permissions-Policy"]


def test_on_https_cookies_are_bound_to_the_host_and_hsts_is_sent(make_client):
    answer = make_client(**HTTPS).get("/book", **SECURE)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_on_http_cookies_have_plain_names_and_nothing_redirects(make_client):
    answer = make_client().get("/book")
    assert answer.status_code == 200
    assert answer.headers["Set-Cookie"].startswith("session=")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


def test_the_remember_cookie_follows_the_same_rules(make_app):
    config = make_app(**HTTPS).config
    assert (config["REMEMBER_COOKIE_NAME"], config["REMEMBER_COOKIE_SECURE"], config["REMEMBER_COOKIE_SAMESITE"]) == ("__Host-remember", True, "Lax")


def test_a_page_over_http_is_redirected_to_https(make_client):
    answer = make_client(**HTTPS).get("/book?x=1", **PLAIN)
    assert (answer.status_code, answer.location) == (302, "https://book.example.com/book?x=1")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_answer_over_http(make_client, path):
    assert make_client(**HTTPS).get(path, **PLAIN).status_code in {200, 503}
    assert make_client(**HTTPS).get(path, base_url="http://127.0.0.1:8000").status_code in {200, 503}


@pytest.mark.parametrize("path", ["/webhooks/calcom", "/webhooks/calcom/second", "/api/webhooks/cal"])
def test_a_delivery_over_http_is_refused_and_never_redirected(make_client, path):
    answer = make_client(**HTTPS).post(path, data=b"{}", **PLAIN)
    assert answer.status_code == 403
    assert "PROXY_HOPS" in answer.json["detail"]


def test_a_foreign_host_header_is_refused(make_client):
    client = make_client(**HTTPS)
    assert client.get("/", base_url="https://evil.example").status_code == 400
    assert client.get("/", base_url="http://evil.example").status_code == 400


def test_further_hosts_can_be_trusted(make_client):
    client = make_client(**HTTPS, TRUSTED_HOSTS=["book.example.com", "www.example.com"])
    assert client.get("/", base_url="https://www.example.com").status_code == 200


def test_what_a_visitor_claims_about_the_proxy_does_not_count(make_client):
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "10.0.0.1"}
    answer = make_client(**HTTPS).get("/", headers=claims, **PLAIN)
    assert answer.location == "https://book.example.com/"
    assert "Strict-Transport-Security" not in answer.headers


def test_a_configured_proxy_is_believed(make_client):
    client = make_client(**HTTPS, PROXY_HOPS=1)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "book.example.com"}
    assert client.get("/", base_url="http://127.0.0.1:8000", headers=headers).status_code == 200
