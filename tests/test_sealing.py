"""What is sealed opens with the present and with earlier keys, and with nothing else."""

from app.sealing import Seal

OLD, NEW = "o" * 40, "n" * 40


def test_what_is_sealed_opens_and_cannot_be_read() -> None:
    seal = Seal([NEW], purpose="a")
    closed = seal.close("tökén")
    assert "t\u00f6k" not in closed
    assert seal.open(closed) == "tökén"
    assert seal.close("tökén") != closed


def test_after_a_change_of_the_key_everything_still_opens() -> None:
    closed = Seal([OLD], purpose="a").close("token")
    changed = Seal([NEW, OLD], purpose="a")
    assert changed.open(closed) == "token"
    assert not changed.fresh(closed)
    assert changed.fresh(changed.close("token"))


def test_another_key_another_purpose_and_noise_open_nothing() -> None:
    closed = Seal([OLD], purpose="a").close("token")
    assert Seal([NEW], purpose="a").open(closed) is None
    assert Seal([OLD], purpose="b").open(closed) is None
    assert Seal([OLD], purpose="a").open("noise") is None
    assert Seal([OLD], purpose="a").open("") is None


def test_the_key_is_in_no_text() -> None:
    assert OLD not in repr(Seal([OLD], purpose="a")) + repr(vars(Seal([OLD], purpose="a")))
