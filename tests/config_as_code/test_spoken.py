"""A plan on a page speaks in words; questions are told one by one."""

from app.config_as_code import spoken

COLOUR = {"slug": "colour", "type": "select", "label": "Which colour?", "options": ["Red", "Blue"], "required": True}
COMPANY = {"slug": "company", "type": "text", "label": "Company"}


def test_a_new_question_is_a_sentence_and_the_old_ones_are_not_repeated():
    assert list(spoken.rows("bookingFields", [COMPANY], [COMPANY, COLOUR])) == [("new", "“Which colour?” (one of a list: Red, Blue; must be answered)")]


def test_a_question_that_goes_and_one_that_is_asked_otherwise_are_both_told():
    other = COMPANY | {"label": "Your company"}
    assert list(spoken.rows("bookingFields", [COMPANY, COLOUR], [other])) == [
        ("old", "“Company” (one line)"),
        ("old", "“Which colour?” (one of a list: Red, Blue; must be answered)"),
        ("new", "“Your company” (one line)"),
    ]


def test_another_order_is_not_silent():
    assert list(spoken.rows("bookingFields", [COMPANY, COLOUR], [COLOUR, COMPANY])) == [("new", "another order: “Which colour?”, “Company”")]


def test_lengths_have_a_unit_switches_are_words_and_nothing_is_nothing():
    assert [spoken.value("lengthInMinutes", 30), spoken.value("hidden", True), spoken.value("title", ""), spoken.value("bio", None)] == [
        "30 minutes",
        "yes",
        "nothing",
        "nothing",
    ]


def test_a_property_without_a_word_keeps_its_own_name_and_value():
    assert (spoken.name("newAtCalcom"), spoken.value("newAtCalcom", {"a": 1})) == ("newAtCalcom", '{"a": 1}')
