-- A name for each session that may be shown: its owner ends it by this, and it opens nothing.
alter table sessions add column public_id text
    check (public_id glob '[0-9a-f]*' and length(public_id) = 16);

update sessions set public_id = lower(hex(randomblob(8)));

create unique index sessions_public_id on sessions (public_id);
