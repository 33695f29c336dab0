"""West to east, north to south."""

from shapely import box

from grids.numbering import number, reading_order


def cells(*rows_from_north):
    """Boxes in rows of unit height, the first row northernmost; a row is a list of west edges."""
    return [box(x, -r, x + 1, 1 - r) for r, row in enumerate(rows_from_north) for x in row]


def test_grids_are_numbered_like_the_words_of_a_page():
    northwest, northeast, southwest, southeast = cells([0, 1], [0, 1])
    assert reading_order([southeast, northwest, southwest, northeast]) == [1, 3, 2, 0]


def test_a_grid_a_little_further_north_does_not_jump_the_queue():
    west, east = box(0, 0, 1, 1), box(1, 0.3, 2, 1.3)
    assert reading_order([east, west]) == [1, 0]


def test_a_grid_half_its_height_further_south_starts_a_new_row():
    west, east = box(0, 0, 1, 1), box(1, 0.5, 2, 1.5)
    assert reading_order([west, east]) == [1, 0]


def test_a_chain_of_small_steps_south_does_not_become_one_row():
    """Each grid is measured against the first of its row, not against its neighbour."""
    stairs = [box(3 - i, -0.3 * i, 4 - i, 1 - 0.3 * i) for i in range(4)]
    assert reading_order(stairs) == [1, 0, 3, 2]


def test_the_order_in_the_file_does_not_matter():
    grids = cells([0, 1, 2], [0, 1], [0, 1, 2, 3])
    expected = [grids[i] for i in reading_order(grids)]
    backwards = grids[::-1]
    assert [backwards[i] for i in reading_order(backwards)] == expected == grids


def test_numbers_continue_after_the_highest_ever_used():
    assert number(cells([0, 1]), used=[]) == [1, 2]
    assert number(cells([1, 0]), used=[2, 7]) == [9, 8]


def test_no_grids_no_numbers():
    assert number([], used=[3]) == []
