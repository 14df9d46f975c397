-- The chain (审计链) over the audit log: each link is a keyed hash (HMAC-SHA-256) of the link before and of
-- the entry, so that nobody without the key can alter, take out, add or reorder an entry unseen. Triggers
-- can't compute it; the programme links what an act has written before the act is committed.
create table audit_chain (
    entry_id integer primary key references audit_log (id),
    outside integer not null default 0 check (outside in (0, 1)), -- found unlinked: not written by the programme
    mac text not null check (length(mac) = 64)
) strict;

create trigger audit_chain_fixed before update on audit_chain
begin
    select raise(abort, '审计链只能追加，不能修改 (the audit chain is append-only)');
end;

create trigger audit_chain_kept before delete on audit_chain
begin
    select raise(abort, '审计链只能追加，不能删除 (the audit chain is append-only)');
end;
