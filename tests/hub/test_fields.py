"""A Django form field drawn as an NHS.UK field keeps its name, its value, its error and the words typed."""

import re

import pytest
from django import forms
from django.template import engines
from jinja2 import Environment, FunctionLoader
from markupsafe import escape

from hub.config.fields import TYPED, drawing

DRAW = '{% from "components/fields.html" import field %}{{ field(form[name], **options) }}'
SUMMARY = '{% from "components/errors.html" import error_summary %}{{ error_summary(form, refusal) }}'


class Caller(forms.Form):
    surname = forms.CharField(label="Surname", help_text="As the caller spells it", max_length=40)
    age = forms.IntegerField(label="Age", required=False)
    born = forms.DateField(label="Date of birth", widget=forms.SelectDateWidget(), required=False)
    sex = forms.ChoiceField(label="Sex", choices=[("f", "Female"), ("m", "Male")], widget=forms.RadioSelect)
    place = forms.ChoiceField(
        label="Place", choices=[("home", "Home"), ("street", "Street")], initial="street"
    )
    risks = forms.MultipleChoiceField(
        label="Risk factors",
        choices=[("i", "Insulin"), ("a", "Adrenal insufficiency")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    told = forms.BooleanField(label="Patient told")
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    secret = forms.CharField(label="Password", widget=forms.PasswordInput(render_value=False), required=False)
    fence = forms.IntegerField(widget=forms.HiddenInput, initial=7)


def draw(form: forms.Form, name: str, **options: object) -> str:
    html = engines["jinja2"].from_string(DRAW).render({"form": form, "name": name, "options": options})
    return re.sub(r"\s+", " ", html)


def test_a_text_field_brings_label_hint_name_and_length() -> None:
    html = draw(Caller(), "surname")

    assert '<label class="nhsuk-label" for="id_surname">' in html
    assert 'id="id_surname-hint"' in html
    assert 'aria-describedby="id_surname-hint"' in html
    assert 'name="surname"' in html
    assert 'maxlength="40"' in html


def test_an_error_is_tied_to_its_field_and_the_typed_words_stay() -> None:
    html = draw(Caller({"surname": "x" * 41}), "surname")

    assert "nhsuk-form-group--error" in html
    assert 'id="id_surname-error"' in html
    assert "x" * 41 in html


def test_what_callers_say_is_text_and_never_markup() -> None:
    html = draw(Caller({"surname": "<b>O'Neill</b>\" onfocus=x"}), "surname")

    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert not re.search(r'" onfocus', html)


def test_a_number_is_typed_as_text_with_a_number_pad() -> None:
    html = draw(Caller(), "age", width=3, suffix="years")

    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html
    assert "years" in html
    assert "None" not in html


def test_a_wrong_date_stays_as_it_was_typed() -> None:
    form = Caller({"born_day": "31", "born_month": "2", "born_year": "19x8"})
    html = draw(form, "born")

    assert form.errors["born"]
    for part, value in (("day", "31"), ("month", "2"), ("year", "19x8")):
        assert re.search(rf'id="id_born_{part}" name="born_{part}" type="text" value="{value}"', html), part


def test_a_right_date_is_read() -> None:
    form = Caller({"born_day": "3", "born_month": "3", "born_year": "1958"})

    assert "born" not in form.errors
    assert form.cleaned_data["born"].isoformat() == "1958-03-03"


@pytest.mark.parametrize(("name", "value"), [("sex", "m"), ("risks", "a")])
def test_the_chosen_choice_is_checked_and_no_other(name: str, value: str) -> None:
    html = draw(Caller({name: value}), name)

    assert re.findall(r'value="(\w)" checked', html) == [value]
    assert "<fieldset" in html
    assert f'id="id_{name}"' in html


def test_a_select_keeps_its_initial_choice() -> None:
    assert re.findall(r'<option value="(\w+)" selected', draw(Caller(), "place")) == ["street"]


def test_a_single_box_is_its_own_label() -> None:
    html = draw(Caller({"told": "on"}), "told")

    assert 'name="told"' in html
    assert "checked" in html
    assert "<legend" not in html


def test_a_textarea_saves_while_it_is_typed_and_is_reached_by_a_key() -> None:
    html = draw(Caller({"note": "two\nlines"}), "note", draft_url="/draft/", key="n")

    assert 'data-draft-url="/draft/"' in html
    assert 'data-key="n"' in html
    assert 'data-key-label="Note"' in html
    assert "two lines</textarea>" in html


def test_a_password_is_never_sent_back() -> None:
    assert "hunter" not in draw(Caller({"secret": "hunter"}), "secret")


def test_a_hidden_field_is_only_an_input() -> None:
    assert draw(Caller(), "fence").strip() == '<input type="hidden" name="fence" value="7" id="id_fence">'


def test_the_error_summary_leads_to_the_first_box_of_each_field() -> None:
    form = Caller({"born_day": "99", "born_month": "", "born_year": ""})
    html = engines["jinja2"].from_string(SUMMARY).render({"form": form})

    assert 'href="#id_surname"' in html
    assert 'href="#id_born_day"' in html
    assert 'href="#id_sex"' in html


def test_a_refusal_says_its_sentence_and_no_problem_says_nothing() -> None:
    template = engines["jinja2"].from_string(SUMMARY)

    assert "Ben Ode has this case." in template.render({"refusal": "Ben Ode has this case."})
    assert template.render({"form": Caller()}).strip() == ""


def test_a_form_typed_into_leaves_nothing_in_the_next_ones() -> None:
    before = [draw(Caller(), name) for name in Caller.base_fields]

    words = dict.fromkeys(("surname", "note", "age"), "Zebra")
    typed = {**words, "sex": "f", "place": "home", "risks": ["i"]}
    told = [draw(Caller(typed), name) for name in Caller.base_fields]

    assert sum("Zebra" in html for html in told) == 3
    assert sum("checked" in html for html in told) == 2
    assert [draw(Caller(), name) for name in Caller.base_fields] == before


def test_a_field_is_drawn_once_and_what_was_typed_is_put_in_its_place_as_text() -> None:
    drawn: list[str] = []

    def shown(given: dict[str, str]) -> str:
        drawn.append(given["value"])
        return given["value"]

    component = '{% macro input(given) %}<input value="{{ shown(given) }}">{% endmacro %}'
    environment = Environment(loader=FunctionLoader(lambda _: component), autoescape=True)
    environment.globals["shown"] = shown
    draw_field = drawing(environment)

    typed = ("", "Zebra", '"><script>', "", TYPED)
    told = [draw_field("input", {"value": each, "errorMessage": None}) for each in typed]

    assert told == [f'<input value="{escape(each)}">' for each in typed]
    assert drawn == ["", TYPED]


def test_a_field_with_an_error_is_drawn_with_it() -> None:
    told = [draw(Caller({"surname": ""}), "surname"), draw(Caller(), "surname")]

    assert ["required" in html for html in told] == [True, False]
