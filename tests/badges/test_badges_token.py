"""The token of a badge: computed here a second time, by hand, from RFC 2104."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from fabgate.badges.token import token
from fabgate.badges.uid import Uid

KEY = bytes(range(32))
SEVEN = Uid(bytes.fromhex("04A2B3C4D5E680"))


def hmac_by_hand(key, message):
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


def test_a_token_is_the_key_id_and_the_digest_of_length_and_number():
    golden = "242ed3e5abd254afc55668870c47cdfb9ba26a5e1e52ee16c210f6f7fadb29eb"
    assert golden == hmac_by_hand(KEY, bytes.fromhex("0704A2B3C4D5E680"))
    assert token("k1", KEY, SEVEN) == f"k1:{golden}"


def test_a_number_and_a_longer_one_that_begins_alike_have_other_tokens():
    short = Uid(bytes.fromhex("04A2B3C4"))
    long = Uid(bytes.fromhex("04A2B3C4D5E680112233"))
    assert len({token("k1", KEY, uid) for uid in (short, SEVEN, long)}) == 3


def test_a_length_byte_cannot_be_played_by_a_number():
    """`04` is a usual first byte and also the length of a short number."""
    short = Uid(bytes.fromhex("A2B3C4D5"))
    assert token("k1", KEY, short) != token("k1", KEY, Uid(bytes.fromhex("04A2B3C4D5E680")))
    assert token("k1", KEY, short) == f"k1:{hmac_by_hand(KEY, bytes.fromhex('04A2B3C4D5'))}"


def test_another_key_gives_another_token():
    assert token("k1", KEY, SEVEN) != token("k1", bytes(32), SEVEN)


def test_a_token_does_not_hold_the_number():
    assert str(SEVEN).lower() not in token("k1", KEY, SEVEN)


@given(
    st.lists(st.binary(min_size=4, max_size=4).filter(lambda r: r[0] not in (0, 8, 0x88, 255)), unique=True)
)
def test_different_badges_have_different_tokens(raws):
    assert len({token("k1", KEY, Uid(raw)) for raw in raws}) == len(raws)
