"""The SQL that keeps the record: numbering, sealing, refusing to forget. Used by a migration."""

SEAL = """
CREATE FUNCTION hub_event_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  part text;
  sealed text;
BEGIN
  -- The head's row is the lock of its stream: two writers to one case come one after the other.
  INSERT INTO public.hub_streamhead (stream, length, hash) VALUES (NEW.stream, 0, '')
    ON CONFLICT (stream) DO UPDATE SET length = hub_streamhead.length
    RETURNING length + 1, hash INTO NEW.sequence, NEW.previous_hash;
  sealed := NEW.previous_hash;
  FOREACH part IN ARRAY ARRAY[
    NEW.stream, NEW.sequence::text, NEW.kind,
    to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    coalesce(NEW.by_id::text, ''), NEW.by_label, NEW.data::text
  ] LOOP
    sealed := sealed || '|' || octet_length(part)::text || ':' || part;
  END LOOP;
  NEW.hash := encode(sha256(convert_to(sealed, 'UTF8')), 'hex');
  UPDATE public.hub_streamhead SET length = NEW.sequence, hash = NEW.hash WHERE stream = NEW.stream;
  -- Open screens hear of it when, and only when, the transaction commits.
  PERFORM pg_notify('hub', NEW.stream || ' ' || NEW.kind || ' ' || NEW.sequence);
  RETURN NEW;
END $$;
CREATE TRIGGER hub_event_seal BEFORE INSERT ON hub_event FOR EACH ROW EXECUTE FUNCTION hub_event_seal();
"""

REFUSE = """
CREATE FUNCTION hub_record_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The record is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER hub_record_append_only BEFORE UPDATE OR DELETE ON hub_event
  FOR EACH ROW EXECUTE FUNCTION hub_record_refuse();
CREATE TRIGGER hub_record_no_truncate BEFORE TRUNCATE ON hub_event
  FOR EACH STATEMENT EXECUTE FUNCTION hub_record_refuse();
CREATE TRIGGER hub_record_append_only BEFORE UPDATE OR DELETE ON hub_reading
  FOR EACH ROW EXECUTE FUNCTION hub_record_refuse();
CREATE TRIGGER hub_record_no_truncate BEFORE TRUNCATE ON hub_reading
  FOR EACH STATEMENT EXECUTE FUNCTION hub_record_refuse();
CREATE TRIGGER hub_record_no_delete BEFORE DELETE ON hub_streamhead
  FOR EACH ROW EXECUTE FUNCTION hub_record_refuse();
CREATE TRIGGER hub_record_no_truncate BEFORE TRUNCATE ON hub_streamhead
  FOR EACH STATEMENT EXECUTE FUNCTION hub_record_refuse();
"""

UNDO = """
DROP TRIGGER hub_event_seal ON hub_event;
DROP FUNCTION hub_event_seal();
DROP TRIGGER hub_record_append_only ON hub_event;
DROP TRIGGER hub_record_no_truncate ON hub_event;
DROP TRIGGER hub_record_append_only ON hub_reading;
DROP TRIGGER hub_record_no_truncate ON hub_reading;
DROP TRIGGER hub_record_no_delete ON hub_streamhead;
DROP TRIGGER hub_record_no_truncate ON hub_streamhead;
DROP FUNCTION hub_record_refuse();
"""

# Tables the serving role may only add to; everything else it may read and write, and own nothing.
APPEND_ONLY = ("hub_event", "hub_reading")
READ_ONLY = ("hub_streamhead",)
