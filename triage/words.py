"""What is read aloud for a disposition: advice, worsening signs, care until help comes, the safety net."""

from collections.abc import Iterable
from dataclasses import dataclass

from triage.protocols import Disposition, Outcome, Protocol, SafetyNet
from triage.standing import Standing

# Our own plain words, for a kind of care that an open protocol knows nothing of. They have to fit every patient and
# every problem, so they name no medicine to take, no food and no wound.
GENERAL_ADVICE = ("Keep your phone near you and switched on.", "Ask somebody you trust to stay with you.")
WITH_YOU = "Take your medicines or a list of them with you."
GENERAL_WORSENING = (
    "It gets hard to breathe, or the lips or skin turn pale, blue or grey.",
    "There is pain or tightness in the chest.",
    "There is fainting, confusion, or it gets hard to stay awake.",
    "The face drops, an arm goes weak or the words slur.",
)
AWAY_FROM_HOME = frozenset(
    {"emergency department", "urgent treatment centre", "same-day emergency care", "pharmacy", "dental"}
)


@dataclass(frozen=True, slots=True)
class Said:
    """Short sentences, each once, in the order of the protocols.

    borrowed: titles of protocols that have no words of their own for this disposition.
    minutes: by when better or seen, as the closing set proposes it.
    general: nothing of this kind of care is written, so the advice is ours for everybody.
    aside: what the protocols advise for another kind of care: for the clinician to read, not said by itself.
    """

    advice: tuple[str, ...] = ()
    worsening: tuple[str, ...] = ()
    interim: tuple[str, ...] = ()
    nets: tuple[SafetyNet, ...] = ()
    borrowed: tuple[str, ...] = ()
    minutes: int = 0
    general: bool = False
    aside: tuple[str, ...] = ()

    @property
    def ring(self) -> str:
        """Whom to ring, by the safety net that comes soonest; empty when no net fits."""
        net = _soonest(self.nets)
        return net.ring if net else ""


@dataclass(frozen=True, slots=True)
class _Ending:
    """What one protocol says: for this disposition (known), for the same kind of care (fits), or for another."""

    title: str
    advice: tuple[str, ...] = ()
    worsening: tuple[str, ...] = ()
    net: SafetyNet | None = None
    known: bool = False
    fits: bool = False


def words_for(now_: Standing, disposition: Disposition) -> Said:
    """What the open protocols say for a disposition; with an ambulance coming only what to do until it is there.

    A protocol that does not know this disposition (after an override) says what it says for the nearest one of the
    same kind of care. Knows it none, general words are said beside its signs of worsening, and its advice for the
    nearest ending stands aside. Its safety net counts unless it comes later than this disposition's own time.
    """
    interim = _once(
        saying.say for protocol in now_.protocols for saying in protocol.interim_for(disposition.code)
    )
    if not disposition.no_ambulance:
        return Said(interim=interim, minutes=disposition.within_minutes)
    endings = [_ending(protocol, disposition) for protocol in now_.protocols]
    fitting = [each for each in endings if each.fits]
    signs = [sign for each in endings for sign in each.worsening]
    nets = tuple(dict.fromkeys(each.net for each in endings if each.net))
    soonest = _soonest(nets)
    minutes = soonest.within_minutes if soonest and not disposition.services else disposition.within_minutes
    return Said(
        advice=_once(said for each in fitting for said in each.advice) or _general(disposition),
        worsening=_once([*signs, *(GENERAL_WORSENING if len(fitting) < len(endings) else ())]),
        interim=interim,
        nets=nets,
        borrowed=_once(each.title for each in endings if not each.known),
        minutes=minutes,
        general=not fitting,
        aside=_once(said for each in endings if not each.fits for said in each.advice),
    )


def _once(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said))


def _general(disposition: Disposition) -> tuple[str, ...]:
    return (*GENERAL_ADVICE, WITH_YOU) if disposition.care in AWAY_FROM_HOME else GENERAL_ADVICE


def _ending(protocol: Protocol, disposition: Disposition) -> _Ending:
    known = protocol.outcome_for(disposition.code)
    outcome = known or _nearest(protocol, disposition)
    if outcome is None:
        return _Ending(protocol.title)
    net = protocol.safety_net(outcome.safety_net)
    return _Ending(
        protocol.title,
        advice=tuple(protocol.saying(each).say for each in outcome.advice),
        worsening=tuple(protocol.saying(each).say for each in outcome.worsening),
        net=net if known is not None or net.within_minutes <= disposition.within_minutes else None,
        known=known is not None,
        fits=any(protocol.disposition(code).care == disposition.care for code in outcome.for_),
    )


def _nearest(protocol: Protocol, disposition: Disposition) -> Outcome | None:
    """The ending of the same kind of care, else any, that is nearest in urgency; of two the more urgent one."""

    def away(code: str) -> tuple[bool, int, int]:
        other = protocol.disposition(code)
        return other.care != disposition.care, abs(other.urgency - disposition.urgency), other.urgency

    known = [(away(code), outcome) for outcome in protocol.no_ambulance for code in outcome.for_]
    return min(known, key=lambda each: each[0])[1] if known else None


def _soonest(nets: Iterable[SafetyNet]) -> SafetyNet | None:
    return min(nets, key=lambda net: net.within_minutes, default=None)
