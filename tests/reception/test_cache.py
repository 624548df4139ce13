import pytest

from app.reception.cache import MOST, Memory, Shared, cache_of


def test_what_was_put_there_is_found_until_it_is_too_old():
    now = [100.0]
    cache = Memory(now=lambda: now[0])
    cache.put("a", "1", seconds=30)
    assert cache.get("a") == "1"
    now[0] += 30
    assert cache.get("a") is None
    assert cache.get("b") is None


def test_memory_does_not_grow_without_end():
    cache = Memory()
    for number in range(MOST + 5):
        cache.put(str(number), "x")
    assert cache.get("0") is None
    assert cache.get(str(MOST + 4)) == "x"


def test_redis_shares_it_between_processes(redis_server):
    one, two = cache_of(redis_server), cache_of(redis_server)
    assert isinstance(one, Shared)
    one.put("a", "1", seconds=30)
    assert two.get("a") == "1"
    assert two.get("nobody put this there") is None


def test_without_redis_nothing_is_kept_and_nothing_breaks():
    cache = Shared("redis://127.0.0.1:9/0")
    cache.put("a", "1")
    assert cache.get("a") is None


def test_without_a_url_the_process_keeps_it():
    assert isinstance(cache_of(""), Memory)


@pytest.fixture(autouse=True)
def _no_sockets_left(recwarn):
    yield
    assert not [warning for warning in recwarn if issubclass(warning.category, ResourceWarning)]
