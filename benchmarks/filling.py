"""A hub with a past: cases of a given number put into PostgreSQL in bulk, most of them ended long ago.

Only the past is made so; everything that is measured goes through the operations.
"""

import psycopg

WAITING = 250

_CASES = """
INSERT INTO hub_case (
  id, reference, journey_id, state, version, source_client, cad_number, category, segment, code_system, code,
  problem, presentation, clock_start, arrived_at, first_attempt_by, breach_at, order_at, order_reasons,
  order_version, worsened, repeat_contacts, unanswered, fence, alarms, outcome, outcome_words, closed_at,
  given_name, family_name, name_key, stated_age, sex, nhs_number_status, risks, address, postcode)
SELECT gen_random_uuid(), 'H-251231-' || n, gen_random_uuid(), 'closed', 3, 'past', 'PAST-' || n,
  (ARRAY['C2','C3','C4','C5'])[1 + n %% 4], '', '', '', 'pain in the back', 'unclear', at, at,
  at + interval '30 minutes', at + interval '60 minutes', at + interval '60 minutes', '[]', 1, false, 0, 0, 1, '[]',
  (ARRAY['dispatched','referred','advice'])[1 + n %% 3], 'ended', at + interval '40 minutes',
  'Given' || n, 'Family' || n, 'F' || n %% 900, 20 + n %% 70, 'unknown', 'not_recorded', '[]', n || ' Street', 'SE1 1AA'
FROM (SELECT n, now() - interval '1 hour' - n * interval '20 seconds' AS at
  FROM generate_series(1, %(count)s) AS n) AS past
"""
_CONTACTS = """
INSERT INTO hub_contact (case_id, rank, name, relationship, phone, is_patient, is_caller, note)
SELECT id, 1, 'Somebody', '', '+4420794' || lpad((row_number() OVER ())::text, 5, '0'), true, true, ''
FROM hub_case WHERE source_client = 'past'
"""
_EVENTS = """
INSERT INTO hub_event (stream, kind, at, by_label, data, sequence, previous_hash, hash)
SELECT 'case:' || id, 'case.opened', arrived_at, 'the past', '{}', 0, '', '' FROM hub_case WHERE source_client = 'past'
"""


def fill(url: str, count: int) -> None:
    """Put `count` ended cases into the database, with a contact and an event each. `url` is the owner's."""
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        for statement in (_CASES, _CONTACTS, _EVENTS):
            connection.execute(statement, {"count": count} if "%(count)s" in statement else None)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
