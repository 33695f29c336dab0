"""The memory for tiles keeps to its size."""

from core.tiles import TileMemory


def test_the_longest_unused_tile_is_forgotten_first():
    memory = TileMemory(max_bytes=30)
    memory.put("a", b"x" * 9)
    memory.put("b", b"x" * 9)
    memory.put("c", b"x" * 9)
    assert memory.get("a") == b"x" * 9
    memory.put("d", b"x" * 9)
    assert memory.get("b") is None
    assert memory.get("a") and memory.get("c") and memory.get("d")


def test_empty_tiles_weigh_something_too():
    memory = TileMemory(max_bytes=10)
    for i in range(100):
        memory.put(f"{i:02}", b"")
    assert sum(memory.get(f"{i:02}") is not None for i in range(100)) == 5


def test_a_memory_of_nothing_remembers_nothing():
    memory = TileMemory(max_bytes=0)
    memory.put("a", b"x")
    memory.put("b", b"")
    assert memory.get("a") is None
    assert memory.get("b") is None


def test_the_same_tile_twice_weighs_once():
    memory = TileMemory(max_bytes=20)
    for _ in range(9):
        memory.put("a", b"x" * 9)
    memory.put("b", b"x" * 9)
    assert memory.get("a") and memory.get("b")
