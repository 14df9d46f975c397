import pytest
from training import memo


def test_each_text_is_computed_once() -> None:
    seen: list[str] = []
    lengths = memo.Memo(lambda text: seen.append(text) or len(text))
    assert [lengths[text] for text in ("a", "bb", "a")] == [1, 2, 1]
    assert seen == ["a", "bb"]


def test_a_full_memory_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_FULL", 3)
    lengths = memo.Memo(len)
    assert [lengths["x" * n] for n in range(10)] == list(range(10))
    assert len(lengths) <= 3
