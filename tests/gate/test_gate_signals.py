"""The language of light and sound: total, and told apart without colours."""

import pytest

from fabgate.devices.protocols import Sound
from fabgate.gate.signals import LIGHT, SOUND, sound
from fabgate.model import Code, Notice
from fabgate.rules.face import Mood


def test_every_mood_has_a_light_and_no_two_have_the_same_rhythm():
    """Whoever cannot tell red from green reads the lamp all the same."""
    assert set(LIGHT) == set(Mood)
    assert len({pattern for _, pattern in LIGHT.values()}) == len(Mood)


def test_every_notice_has_its_sound_were_it_silence():
    assert set(SOUND) == set(Notice)


@pytest.mark.parametrize("code", Code)
def test_every_refusal_sounds_the_same_and_like_nothing_else(code):
    assert sound(code) is Sound.REFUSE
    assert Sound.REFUSE not in SOUND.values()


def test_people_are_called_by_a_sound_of_its_own():
    assert [notice for notice in Notice if sound(notice) is Sound.ALARM] == [Notice.ALARM]


def test_every_sound_is_the_sound_of_something():
    assert {*SOUND.values(), Sound.REFUSE} == set(Sound)
