"""The SQL that keeps answers, decisions and published content as they were. Used by a migration."""

_APPEND_ONLY = (
    "triage_answer",
    "triage_opening",
    "triage_decision",
    "triage_closingset",
    "triage_signature",
    "triage_catalogue",
)

_REFUSE = """
CREATE FUNCTION triage_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Clinical entries are superseded, never changed: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""

_CONTENT = """
CREATE FUNCTION triage_content_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.protocol, OLD.number, OLD.digest, OLD.content, OLD.created_at)
      IS DISTINCT FROM (NEW.protocol, NEW.number, NEW.digest, NEW.content, NEW.created_at) THEN
    RAISE EXCEPTION 'A version''s content never changes; a changed protocol is a new version.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.digest <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'The digest is not that of the content.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER triage_content_stays BEFORE INSERT OR UPDATE ON triage_protocolversion
  FOR EACH ROW EXECUTE FUNCTION triage_content_stays();
CREATE TRIGGER triage_version_kept BEFORE DELETE ON triage_protocolversion
  FOR EACH ROW EXECUTE FUNCTION triage_refuse();
"""


def keep(table: str) -> str:
    """Refuse every change of a table's rows; for tables that a later migration makes."""
    return f"""
CREATE TRIGGER triage_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION triage_refuse();
CREATE TRIGGER triage_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION triage_refuse();
"""


MAKE = _REFUSE + _CONTENT + "".join(keep(table) for table in _APPEND_ONLY)

UNDO = (
    "".join(
        f"DROP TRIGGER triage_append_only ON {table}; DROP TRIGGER triage_no_truncate ON {table};"
        for table in _APPEND_ONLY
    )
    + "DROP TRIGGER triage_content_stays ON triage_protocolversion;"
    + "DROP TRIGGER triage_version_kept ON triage_protocolversion;"
    + "DROP FUNCTION triage_content_stays(); DROP FUNCTION triage_refuse();"
)


def let_go(table: str) -> str:
    """Undo `keep`."""
    return f"DROP TRIGGER triage_append_only ON {table}; DROP TRIGGER triage_no_truncate ON {table};"
