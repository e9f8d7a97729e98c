"""Content that is wrong is refused with the file, the place, the fault and what to write instead."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from triage.protocols import CONTENT, ContentError, from_json, load_cases, load_library
from triage.protocols.conditions import BadCondition, parse, write

Edit = Callable[[str, str, str], str]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Copies the content, changes one text in one file, and gives the loader's complaint."""

    def edit(file: str, old: str, new: str) -> str:
        root = tmp_path / "content"
        shutil.copytree(CONTENT, root)
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new, 1))
        with pytest.raises(ContentError) as caught:
            load_cases(load_library(root), root)
        return str(caught.value)

    return edit


THROAT = "protocols/sore-throat.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (THROAT, "when: stiff-neck-light", "when: {not: stiff-neck-light}", "rules cannot"),
        (THROAT, "when: stiff-neck-light", "when: {unless: [stiff-neck-light]}", "would deny a finding"),
        (THROAT, "when: stiff-neck-light", "when: '!stiff-neck-light'", "is not a sign"),
        (THROAT, "when: stiff-neck-light", "when: stiff-neck-light == no", "is not a sign"),
        (THROAT, "when: stiff-neck-light", "when: fever < high", "is not a sign"),
        (THROAT, "when: stiff-neck-light", "when: {any: []}", "at least one condition"),
        (THROAT, "when: stiff-neck-light", "when: stiff-nek-light", "Did you mean 'stiff-neck-light'"),
        (THROAT, "when: stiff-neck-light", "when: stiff-neck-light >= high", "answered yes or no"),
        (THROAT, "fever >= high", "fever >= none", "harmless level"),
        (THROAT, "fever >= high", "fever", "Write 'fever >= ' and one of: fever, high"),
        (
            THROAT,
            "when: mouth-wont-open",
            "when: mouth-wont-open\n    otherwise: yes",
            "unknown key 'otherwise'",
        ),
        (THROAT, "    when: mouth-wont-open\n", "", "hides all rules below"),
        (THROAT, "    because: There may be an abscess beside the tonsil.\n", "", "'because' is missing"),
        (THROAT, "disposition: C2", "disposition: C22", "is not a known disposition"),
        (THROAT, "disposition: C1", "disposition: PC6H", "Put the most urgent rules first"),
        (THROAT, "id: abscess", "id: airway", "two rules have this id"),
        (
            THROAT,
            "because: Most sore",
            "when: throat-pus\n    because: Most sore",
            "End with a rule without when",
        ),
        (
            THROAT,
            "rash-sandpaper, throat",
            "rash-sandpaper, gut-bleeding, throat",
            "asked but no rule uses it",
        ),
        (THROAT, "little-urine, throat-pus,", "little-urine,", "'throat-pus' would never be asked"),
        (THROAT, "for: [PHARM24H, SELF-CARE]", "for: [PHARM24H]", "SELF-CARE can be the outcome"),
        (THROAT, "safety_net: net-111-two-days", "safety_net: net-nobody", "not a known safety net"),
        (
            THROAT,
            "[rest-and-fluids, salt-gargle, pharmacy-throat, child-no-aspirin]",
            "[]",
            "may not be empty",
        ),
        (
            THROAT,
            "[everyone, child, throat, spleen, mother, swallowed]",
            "[everybody]",
            "not a known set of danger signs",
        ),
        (THROAT, "applies_to: {}", "applies_to: {from: sixteen}", "'16 years'"),
        (THROAT, "status: illustrative", "status: approved", "Write one of: illustrative"),
        (THROAT, "version: 1", "version: one", "a whole number"),
        (THROAT, "version: 1", "version: 1\nversion: 2", "stands twice"),
        (THROAT, "title: Sore throat", "title: [Sore", "line"),
        ("findings/mind.yaml", "id: neck-pressure", "id: suicidal", "permanent and unique"),
        ("findings/mind.yaml", "id: neck-pressure", "id: fever", "fever_and_throat.yaml"),
        ("findings/mind.yaml", "id: neck-pressure", "id: Neck Pressure", "lower-case words"),
        ("findings/mind.yaml", "kind: level", "kind: yes_no", "does not go with kind yes_no"),
        ("findings/mind.yaml", "kind: yes_no", "kind: maybe", "'maybe' is not allowed"),
        (
            "findings/mind.yaml",
            "kind: yes_no",
            "kind: yes_no\n    not_known: absent",
            "may not count as absent",
        ),
        ("findings/injury.yaml", "at: 4}", "at: 0.5}", "order of danger"),
        ("findings/injury.yaml", "at: 4}", "at: 400}", "outside lowest to highest"),
        ("facts/facts.yaml", "id: insulin,", "id: fever,", "is also a finding"),
        (
            "presentations.yaml",
            "protocols: [sore-throat]",
            "protocols: [sore-throats]",
            "Did you mean 'sore-throat'",
        ),
        (
            "presentations.yaml",
            "protocols: [sore-throat]",
            "protocols: []",
            "no presentation names this protocol",
        ),
        ("dispositions.yaml", "urgency: 10,", "urgency: high,", "a whole number"),
        ("cases/sore-throat.yaml", "answers: {throat-dribbling", "answers: {dribling", "is not used by"),
        ("cases/sore-throat.yaml", "fever: fever}", "fever: hot}", "not one of"),
        ("cases/sore-throat.yaml", "telling:", "story:", "unknown key 'story'"),
    ],
)
def test_each_fault_is_named(edited: Edit, file: str, old: str, new: str, said: str) -> None:
    complaint = edited(file, old, new)
    assert said in complaint
    assert ".yaml: " in complaint


def test_every_fault_is_reported_not_only_the_first(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root)
    for name in ("sore-throat", "low-mood"):
        path = root / "protocols" / f"{name}.yaml"
        path.write_text(path.read_text().replace("version: 1", "version: one"))
    with pytest.raises(ContentError) as caught:
        load_library(root)
    assert {problem.file for problem in caught.value.problems} >= {"sore-throat.yaml", "low-mood.yaml"}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"id": 3}', "null"])
def test_a_damaged_stored_version_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="stored protocol"):
        from_json(text)


@pytest.mark.parametrize(
    "written", [7, None, {"any": "a"}, {"any": ["a"], "all": ["b"]}, {"at_least": 1, "of": ["a", "b"]}]
)
def test_what_is_not_a_condition_is_refused(written: object) -> None:
    with pytest.raises(BadCondition):
        parse(written)


def test_a_condition_is_written_as_it_was_read() -> None:
    written = {"any": ["a", {"all": ["b", "c >= d"]}, {"at_least": 2, "of": ["e", "f", "g"]}]}
    assert write(parse(written)) == written
