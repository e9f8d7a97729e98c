"""What is read aloud for a disposition: advice, worsening signs, care until help comes, the safety net."""

from collections.abc import Iterable
from dataclasses import dataclass

from triage.protocols import Disposition, Outcome, Protocol, SafetyNet
from triage.standing import Standing


@dataclass(frozen=True, slots=True)
class Said:
    """Short sentences, each once, in the order of the protocols.

    borrowed: titles of protocols that have no words of their own for this disposition.
    minutes: by when better or seen, as the closing set proposes it.
    """

    advice: tuple[str, ...] = ()
    worsening: tuple[str, ...] = ()
    interim: tuple[str, ...] = ()
    nets: tuple[SafetyNet, ...] = ()
    borrowed: tuple[str, ...] = ()
    minutes: int = 0

    @property
    def ring(self) -> str:
        """Whom to ring, by the safety net that comes soonest; empty when no net fits."""
        net = _soonest(self.nets)
        return net.ring if net else ""


def words_for(now_: Standing, disposition: Disposition) -> Said:
    """What the open protocols say for a disposition; with an ambulance coming only what to do until it is there.

    A protocol that does not know this disposition (after an override) says what it says for the nearest one that it
    knows, without a safety net that comes later than this disposition's own time.
    """
    advice: dict[str, None] = {}
    worsening: dict[str, None] = {}
    interim: dict[str, None] = {}
    nets: dict[SafetyNet, None] = {}
    borrowed: list[str] = []
    for protocol in now_.protocols:
        interim.update(dict.fromkeys(saying.say for saying in protocol.interim_for(disposition.code)))
        known = protocol.outcome_for(disposition.code)
        outcome = known or _nearest(protocol, disposition)
        if outcome is None or not disposition.no_ambulance:
            continue
        advice.update(dict.fromkeys(protocol.saying(each).say for each in outcome.advice))
        worsening.update(dict.fromkeys(protocol.saying(each).say for each in outcome.worsening))
        net = protocol.safety_net(outcome.safety_net)
        if known is None:
            borrowed.append(protocol.title)
        if known is not None or net.within_minutes <= disposition.within_minutes:
            nets.setdefault(net)
    soonest = _soonest(nets)
    minutes = soonest.within_minutes if soonest and not disposition.services else disposition.within_minutes
    return Said(
        tuple(advice), tuple(worsening), tuple(interim), tuple(nets), tuple(dict.fromkeys(borrowed)), minutes
    )


def _nearest(protocol: Protocol, disposition: Disposition) -> Outcome | None:
    """The ending nearest in urgency; of two equally near the more urgent one."""

    def away(code: str) -> tuple[int, int]:
        urgency = protocol.disposition(code).urgency
        return abs(urgency - disposition.urgency), urgency

    known = [(away(code), outcome) for outcome in protocol.no_ambulance for code in outcome.for_]
    return min(known, key=lambda each: each[0])[1] if known else None


def _soonest(nets: Iterable[SafetyNet]) -> SafetyNet | None:
    return min(nets, key=lambda net: net.within_minutes, default=None)
