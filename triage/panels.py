"""The board's panels of triage, and how a case's timeline tells of its assessment."""

from django.template.loader import render_to_string

from hub.cases.telling import Sentence, add_sentences
from hub.live.panels import panel
from hub.people.permissions import Permission
from triage.queries import open_concerns, refused_on_their_date, requests_for_second

add_sentences(
    {
        "assessment.opened": Sentence("Assessment opened"),
        "assessment.presentation_opened": Sentence("Presentation opened: {presentation}"),
        "assessment.presentation_closed": Sentence("Presentation closed: {presentation}", ("why",)),
        "assessment.context_set": Sentence("Age as told: {age}; sex as told: {sex}", ("why",)),
        "assessment.call_opened": Sentence("Speaking to {speaking_to}; consent: {consent}"),
        "assessment.answered": Sentence("Answered: {said}", ("why",), folded="answers"),
        "assessment.answer_amended": Sentence("Answer amended: {said} (before: {was})", ("why",)),
        "assessment.observed": Sentence(
            "Observations from {source}; NEWS2: {news2}; scoring 3 alone: {threes}", ("words", "why_not")
        ),
        "assessment.override_up": Sentence("Above the rules: {code} instead of {suggested}", ("words",)),
        "assessment.override_down": Sentence(
            "Below the rules: {code} instead of {suggested} ({reason}), {state}", ("words",), serious=True
        ),
        "assessment.override_agreed": Sentence(
            "Second clinician agrees to going below the rules", ("words",)
        ),
        "assessment.override_declined": Sentence("Second clinician declines", ("words",), serious=True),
        "assessment.override_lapsed": Sentence(
            "Going below the rules has lapsed: the answers changed, or the assessment ended"
        ),
        "assessment.override_withdrawn": Sentence("Override withdrawn", ("why",)),
        "assessment.conclude": Sentence("Concluded: {title}"),
        "assessment.resume": Sentence("Conclusion withdrawn: the answers changed"),
        "assessment.end": Sentence("Assessment ended; a new one begins", ("why",)),
        "assessment.copy_undelivered": Sentence(
            "The written copy did not arrive by text message", serious=True
        ),
        "assessment.closing_set": Sentence(
            "Closing set recorded; agreement: {agreement}; written copy: {written}"
        ),
    }
)


@panel("board.second_opinions", topics=("assessment", "case"), permission=Permission.VIEW_BOARD)
def second_opinions() -> str:
    """Who waits for a second clinician."""
    return render_to_string("triage/_second_opinions_panel.html", {"requests": requests_for_second()})


@panel("board.concerns", topics=("protocol",), permission=Permission.VIEW_BOARD)
def concerns() -> str:
    """Concerns about clinical content that nobody has closed; versions that did not come into force as planned."""
    context = {"concerns": open_concerns(), "refused": refused_on_their_date()}
    return render_to_string("triage/_concerns_panel.html", context)
