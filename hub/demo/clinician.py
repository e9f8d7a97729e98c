"""A demo clinician: claims the next case, rings back, assesses, and ends it by referral, advice or ambulance."""

import random
import re
import time
from collections import Counter

from hub.demo.browser import Browser, Form, Page

MOST_QUESTIONS = 80
USUAL = {"temp": "37.4", "fever": "38", "sugar": "6", "breath": "16", "pulse": "80", "age": "8"}
ANSWERS = re.compile(
    r'<button\b[^>]*class="(?P<kind>[^"]*)"[^>]*name="answer" value="(?P<finding>\S+) (?P<value>\S+) (?P<seen>\d+)"'
)
NEXT = re.compile(r"<li class=\"ask[^>]*data-next.*?</li>", re.DOTALL)


class NotSignedInError(Exception):
    """The name or the password was not accepted."""


class Clinician:
    """One person at one screen. `tally` counts what became of the cases they took."""

    def __init__(self, url: str, username: str, password: str, *, seed: int = 1, think: float = 1.0) -> None:
        """think: seconds between two steps, on average."""
        self.browser = Browser(url)
        self.username, self._password = username, password
        self._dice = random.Random(f"{seed} {username}")
        self._think = think
        self.tally: Counter[str] = Counter()

    def sign_in(self) -> None:
        """By the sign-in page. Raises NotSignedInError."""
        page = self.browser.open("/sign-in/")
        form = next((form for form in page.forms if "password" in form.texts), None)
        if form is None:
            return  # signed in already
        form.action = form.action or page.path
        page = self.browser.send(form, username=self.username, password=self._password)
        if page.path.startswith("/sign-in") or page.status != 200:
            raise NotSignedInError(f"{self.username} could not sign in ({page.status}).")

    def sign_out(self) -> None:
        """By the button in the header."""
        if form := self.browser.open("/queue/").form("/sign-out/"):
            self.browser.send(form)

    def work_one(self) -> str:
        """Take the next case to its end; what became of it, or `idle` when nobody waits."""
        queue = self.browser.open("/queue/")
        if queue.path.startswith("/sign-in") or queue.status == 423:
            self.sign_in()
            queue = self.browser.open("/queue/")
        page = self.browser.press(queue, "/queue/claim-next/")
        what = self._ring(page) if page.path.startswith("/cases/") else "idle"
        self.tally[what] += 1
        return what

    def _pause(self) -> None:
        time.sleep(self._dice.uniform(0.5, 1.5) * self._think)

    def _ring(self, page: Page) -> str:
        form = page.form("/call/")
        if form is None:
            return "lost"
        self._pause()
        answered = self._dice.random() < 0.9
        result = "answered" if answered else "no_answer"
        page = self.browser.send(form, kind="call_back", result=result, note="Rang back.")
        if not answered:
            return "no answer"
        start = page.form("/start/")
        return self._assess(self.browser.send(start)) if start else "lost"

    def _assess(self, page: Page) -> str:
        case = page.path.removesuffix("assessment/")
        if opening := page.form("/assessment/opening/"):
            page = self.browser.send(opening, **_opening())
        page = self._set_context(page, case)
        if not NEXT.search(page.html) and (answers := page.form("/assessment/answer/")):
            fence = dict(answers.fields).get("fence", "")
            self.browser.press(page, f"{case}assessment/open/", fence=fence, presentation="unclear")
            page = self.browser.open(f"{case}assessment/")
        for _ in range(MOST_QUESTIONS):
            question = NEXT.search(page.html)
            form = page.form("/assessment/answer/")
            if question is None or form is None:
                break
            self._pause()
            page = self.browser.send(form, **self._answer(question[0]))
            if not page.path.endswith("assessment/"):
                page = self.browser.open(f"{case}assessment/")
        return self._conclude(case)

    def _set_context(self, page: Page, case: str) -> Page:
        form = page.form("/assessment/context/")
        if form is None:
            return page
        self.browser.send(form, age="54 years", sex=self._dice.choice(["female", "male"]))
        return self.browser.open(f"{case}assessment/")

    def _answer(self, question: str) -> dict[str, str]:
        """Mostly the harmless answer: most calls are not an emergency."""
        options = [found.groupdict() for found in ANSWERS.finditer(question)]
        known = [each for each in options if each["value"] not in ("not-known", "number")]
        if not known:
            return self._number(options)
        harmless = [each for each in known if "danger" not in each["kind"]]
        chosen = self._dice.choice(known if self._dice.random() < 0.02 or not harmless else harmless)
        return {"answer": "{finding} {value} {seen}".format(**chosen)}

    def _number(self, options: list[dict[str, str]]) -> dict[str, str]:
        """A question for a number, or one with nothing but "not known"."""
        asked = next((each for each in options if each["value"] == "number"), options[0])
        usual = next((number for word, number in USUAL.items() if word in asked["finding"]), "1")
        return {"answer": "{finding} {value} {seen}".format(**asked), "number": usual}

    def _conclude(self, case: str) -> str:
        page = self.browser.open(f"{case}closing/")
        if form := page.form("/closing/conclude/"):
            self._pause()
            page = self.browser.send(form)
        if send := page.form("/closing/send/"):
            self.browser.send(send)
            return "ambulance"
        if said := page.form("/closing/set/"):
            self._pause()
            page = self.browser.send(said, **_closing(said))
        if advice := page.form("/closing/advice/"):
            page = self.browser.send(advice)
            if page.status == 200:
                return "advice"
        return self._refer(case)

    def _refer(self, case: str) -> str:
        page = self.browser.open(f"{case}offer/")
        services = [link for link in page.links if link.startswith(f"{case}offer/?service=")]
        if services:
            self._pause()
            form = self.browser.open(services[0]).form("/offer/")
            if form and self._sent(form):
                return "referred"
        return self._send_ambulance(case)

    def _sent(self, form: Form) -> bool:
        given = {name: values[0] for name, values in form.choices.items()}
        given |= {name: "Please see today." for name in form.texts if name == "words"}
        return self.browser.send(form, **given).path.startswith("/referrals/")

    def _send_ambulance(self, case: str) -> str:
        """The safe way out when nothing else fits."""
        form = self.browser.open(case).form("/send-ambulance/")
        if form is None:
            return "lost"
        return "ambulance, no service" if self.browser.send(form).status == 200 else "lost"


def _opening() -> dict[str, str]:
    return {
        "speaking_to": "the patient", "is_patient": "on", "patient_spoken_to": "on", "address_spoken": "on",
        "consent": "patient",
    }  # fmt: skip


def _closing(form: Form) -> dict[str, str]:
    """Everything that must be said, said."""
    given = dict.fromkeys(form.ticks, "on")
    given |= dict.fromkeys(form.texts, "Talked through and understood.")
    return given | {
        "agreement": "agrees",
        "disagreement_action": "",
        "written": "declined",
        "written_to": "",
        "with_them": "Their sister.",
        "ring": "999 if worse, 111 otherwise",
    }
