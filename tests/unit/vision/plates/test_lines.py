"""Which pieces of text are a plate's."""

from __future__ import annotations

from floorsight.vision.plates.lines import Box, choose_lines, join_pieces

PLATE = Box(50, 50, 250, 120)
LINE = Box(60, 60, 240, 110)


def test_one_line_is_the_plate() -> None:
    assert choose_lines([LINE], PLATE) == [LINE]


def test_without_text_on_the_plate_there_is_none() -> None:
    assert choose_lines([], PLATE) == []
    assert choose_lines([Box(60, 0, 240, 40)], PLATE) == []  # above it


def test_pieces_side_by_side_are_one_line_even_beyond_the_plate() -> None:
    first, second = Box(30, 60, 110, 108), Box(130, 62, 245, 110)
    assert choose_lines([second, first], PLATE) == [Box(30, 60, 245, 110)]


def test_two_lines_are_given_upper_first() -> None:
    upper, lower = Box(90, 30, 210, 75), Box(60, 80, 240, 128)
    assert choose_lines([lower, upper], PLATE) == [upper, lower]


def test_small_print_is_no_line() -> None:
    heading = Box(100, 40, 200, 58)
    assert choose_lines([heading, LINE], PLATE) == [LINE]


def test_long_small_print_is_not_taken_for_the_plate() -> None:
    slogan = Box(52, 112, 249, 119)
    assert choose_lines([slogan, LINE], PLATE) == [LINE]


def test_what_stands_far_above_is_another_text() -> None:
    brand = Box(60, -60, 240, -12)
    assert choose_lines([brand, LINE], PLATE) == [LINE]


def test_what_stands_aside_below_is_another_text() -> None:
    aside = Box(230, 112, 400, 160)
    assert choose_lines([aside, LINE], PLATE) == [LINE]


def test_pieces_of_different_height_are_not_joined() -> None:
    small = Box(242, 80, 270, 98)
    assert join_pieces([LINE, small]) == [LINE, small]


def test_pieces_far_apart_are_not_joined() -> None:
    far = Box(240 + 90, 60, 420, 110)
    assert join_pieces([LINE, far]) == [LINE, far]


def test_a_third_line_is_left_out() -> None:
    upper, middle, lower = Box(60, 0, 240, 48), Box(60, 60, 240, 110), Box(60, 120, 240, 150)
    assert choose_lines([upper, middle, lower], PLATE) == [upper, middle]
