"""What is read aloud for a disposition: advice, worsening signs, care until help comes, the safety net."""

from dataclasses import dataclass

from triage.protocols import Outcome, Protocol, SafetyNet
from triage.standing import Standing


@dataclass(frozen=True, slots=True)
class Said:
    """Short sentences, each once, in the order of the protocols."""

    advice: tuple[str, ...] = ()
    worsening: tuple[str, ...] = ()
    interim: tuple[str, ...] = ()
    nets: tuple[SafetyNet, ...] = ()

    @property
    def net(self) -> SafetyNet | None:
        """The safety net that comes soonest."""
        return min(self.nets, key=lambda net: net.within_minutes, default=None)


def words_for(now_: Standing, code: str) -> Said:
    """What the open protocols say for a disposition.

    A protocol that does not know this disposition (after an override) says what it says for its mildest one.
    """
    advice: dict[str, None] = {}
    worsening: dict[str, None] = {}
    interim: dict[str, None] = {}
    nets: dict[SafetyNet, None] = {}
    for protocol in now_.protocols:
        for saying in protocol.interim_for(code):
            interim.setdefault(saying.say)
        outcome = protocol.outcome_for(code) or _mildest(protocol)
        if outcome is None:
            continue
        for each in outcome.advice:
            advice.setdefault(protocol.saying(each).say)
        for each in outcome.worsening:
            worsening.setdefault(protocol.saying(each).say)
        nets.setdefault(protocol.safety_net(outcome.safety_net))
    return Said(tuple(advice), tuple(worsening), tuple(interim), tuple(nets))


def _mildest(protocol: Protocol) -> Outcome | None:
    return protocol.no_ambulance[-1] if protocol.no_ambulance else None
