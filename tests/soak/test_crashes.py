"""A few of the crashes that ``make soak`` tries all of, with every change of every story without validation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.crashes import STORIES, Story, crash_everywhere, kill_at_random


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_an_action_killed_before_any_change_leaves_the_old_or_the_new_and_the_next_ends_well(
    story: Story, tmp_path: Path
) -> None:
    outcome = crash_everywhere(story, tmp_path, every=7)
    assert outcome.wrong == []
    assert outcome.tried >= 5


def test_an_action_killed_at_any_moment_does_too(tmp_path: Path) -> None:
    outcome = kill_at_random(STORIES[1], tmp_path, times=3, seed=1)
    assert (outcome.wrong, outcome.tried) == ([], 3)
