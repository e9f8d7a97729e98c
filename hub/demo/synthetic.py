"""Synthetic people: the same seed gives the same person. No name, number or address of anybody real."""

import random
from datetime import date
from typing import Any

GIVEN = {
    "female": ("Ada", "Bea", "Clara", "Dina", "Esme", "Freya", "Gita", "Hana", "Iris", "Joy", "Kemi", "Lena", "Mina"),
    "male": ("Abel", "Bruno", "Cem", "Dev", "Emil", "Femi", "Glen", "Hugo", "Ivan", "Jai", "Karl", "Liam", "Musa"),
}  # fmt: skip
FAMILY = (
    "Sample", "Testwood", "Mockford", "Specimen", "Trialby", "Exampleton", "Demowski", "Synthia", "Patternley",
    "Fixture", "Dummond", "Placeholt", "Fabricant", "Modelson", "Draftley", "Notreal",
)  # fmt: skip
STREETS = ("Example Street", "Sample Road", "Test Lane", "Demonstration Avenue", "Specimen Close")
# Ofcom keeps these for drama: nobody will ever be rung by them. Many, so that equal numbers stay rare.
DRAMA = (
    "02079460", "07700900", "01632960", "01134960", "01144960", "01154960", "01164960", "01174960", "01184960",
    "01214960", "01314960", "01414960", "01514960", "01614960", "01914980", "02920180",
)  # fmt: skip
RISKS = ("anticoagulant", "insulin", "immunosuppressed", "alone", "dialysis")


def drama_phone(dice: random.Random) -> str:
    """A telephone number of the drama ranges."""
    return f"{dice.choice(DRAMA)}{dice.randrange(1000):03}"


def nhs_number(dice: random.Random) -> str:
    """Ten digits of the synthetic 999 range with a right check digit (modulus 11)."""
    while True:
        digits = [9, 9, 9, *(dice.randrange(10) for _ in range(6))]
        check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return "".join(map(str, digits)) + str(check % 11)


def age(dice: random.Random) -> int:
    """Years, in about the mix of those who ring 999: few children, many old people."""
    low, high = dice.choices(
        [(0, 4), (5, 17), (18, 44), (45, 64), (65, 79), (80, 101)], [5, 6, 25, 22, 22, 20]
    )[0]
    return dice.randint(low, high)


def patient(dice: random.Random, *, today: date) -> dict[str, Any]:
    """A patient as the intake API takes one; some things are not known, as on a real telephone."""
    sex = dice.choice(["female", "male"])
    years = age(dice)
    told: dict[str, Any] = {"sex": sex if dice.random() < 0.97 else "unknown"}
    if dice.random() < 0.93:
        told |= {"given_name": dice.choice(GIVEN[sex]), "family_name": dice.choice(FAMILY)}
    if dice.random() < 0.75:
        told["birth_date"] = date(
            today.year - years - 1, dice.randint(1, 12), dice.randint(1, 28)
        ).isoformat()
    elif dice.random() < 0.9:
        told["stated_age"] = years
    if dice.random() < 0.6:
        told |= {"nhs_number": nhs_number(dice), "nhs_number_status": dice.choice(["given", "verified"])}
    if years >= 50 and dice.random() < 0.25:
        told["risks"] = [dice.choice(RISKS)]
    return told


def caller(dice: random.Random, person: dict[str, Any]) -> dict[str, Any]:
    """Who rang: the patient, a relative, or somebody passing by."""
    relationship = dice.choices(["self", "daughter", "husband", "neighbour", "carer"], [5, 2, 2, 1, 1])[0]
    told: dict[str, Any] = {"relationship": relationship, "is_patient": relationship == "self"}
    if dice.random() < 0.98:
        told["phone"] = drama_phone(dice)
    if relationship == "self" and "given_name" in person:
        told["name"] = f"{person['given_name']} {person['family_name']}"
    elif dice.random() < 0.8:
        told["name"] = f"{dice.choice(GIVEN[dice.choice(['female', 'male'])])} {dice.choice(FAMILY)}"
    return told


def address(dice: random.Random) -> str:
    """An address that is nowhere."""
    return f"{dice.randint(1, 200)} {dice.choice(STREETS)}"
