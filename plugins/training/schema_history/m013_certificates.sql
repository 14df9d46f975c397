-- 结业证书: the number by the year's rule, the facts as they were printed, and the laws of the register.
alter table programme_years add column certificate_prefix text not null default 'LJRC'
    constraint "证书编号前缀应为1至8个大写字母" check
    (length(certificate_prefix) between 1 and 8 and certificate_prefix not glob '*[^A-Z]*');

-- What is printed and signed: name, year, institution, track, class, in both languages where there are two.
-- It does not follow a later correction of the record: a corrected certificate is a new one.
alter table certificates add column printed text check (printed is null or json_valid(printed));
-- Keyed hash of number and name, under a key of its own: what the public register holds instead of a name.
alter table certificates add column holder_key text check (length(holder_key) = 32);
-- The certificate that this one takes the place of (补发、换发).
alter table certificates add column replaces text references certificates (number);
-- When it was revoked or replaced.
alter table certificates add column closed_at text;

create unique index certificates_replaces on certificates (replaces) where replaces is not null;
create unique index certificates_valid on certificates (trainee_id) where status = 'valid';

-- Public halves of the keys that sign certificates; older ones stay, or old certificates could not be verified.
create table certificate_keys (
    public_key text primary key check (length(public_key) = 43),  -- Ed25519, base64url
    since text not null
) strict, without rowid;

create trigger certificate_keys_fixed before update on certificate_keys
begin
    select raise(abort, '签名公钥不能修改 (a public key is never changed)');
end;

create trigger certificate_keys_kept before delete on certificate_keys
begin
    select raise(abort, '签名公钥不能删除 (a public key is never deleted)');
end;

-- 三(六): a first certificate follows a completed training; a new one in place of another belongs to the
-- same person and comes after the other has been closed.
drop trigger certificates_earned;

create trigger certificates_earned before insert on certificates
when new.replaces is null
    and (select state from trainees where id = new.trainee_id) is not 'completed'
begin
    select raise(abort, '只有已完成学业的学员可以颁发结业证书 (only a trainee who has completed is certified)');
end;

create trigger certificates_replacing before insert on certificates
when new.replaces is not null and not exists (
    select 1 from certificates as c join trainees as t on t.id = c.trainee_id
    where c.number = new.replaces and c.trainee_id = new.trainee_id and c.status = 'replaced'
        and t.state in ('certified', 'alumni'))
begin
    select raise(abort, '换发的证书必须接替同一学员的原证书 (a new certificate replaces one of the same person)');
end;

create trigger certificates_begin_valid before insert on certificates when new.status <> 'valid'
begin
    select raise(abort, '新颁发的证书应为有效 (a certificate begins valid)');
end;

create trigger certificates_after_class before insert on certificates
when new.issued_on < (
    select c.ends_on from trainees as t join cohorts as c on c.id = t.cohort_id where t.id = new.trainee_id)
begin
    select raise(abort, '证书颁发日期不得早于班级结束日期 (no certificate before the class has ended)');
end;

-- A certificate stands as it was printed. Only its end is written later, and the name may be erased.
create trigger certificates_fixed before update on certificates
when (old.number, old.trainee_id, old.issued_on, old.issued_by, old.issuer_role, old.replaces)
    is not (new.number, new.trainee_id, new.issued_on, new.issued_by, new.issuer_role, new.replaces)
    or (new.printed is not old.printed and new.printed is not json_set(old.printed, '$.name', ''))
    or (new.holder_key is not old.holder_key and new.holder_key is not null)
begin
    select raise(abort, '证书内容不能修改，请换发 (a certificate is not rewritten: issue a new one)');
end;

create trigger certificates_end_once before update on certificates
when old.status <> new.status and (old.status <> 'valid'
    or (new.status = 'revoked' and trim(coalesce(new.revoked_reason, '')) = ''))
begin
    select raise(abort, '只有有效证书可以作废或换发，作废须写明理由 (only a valid certificate ends; say why it is revoked)');
end;

-- The public register (证书公开登记).
create trigger register_certificates_insert after insert on certificates when new.printed is not null
begin
    insert into changed_scopes values ('register');
end;

create trigger register_certificates_update after update on certificates
when (old.status, old.printed, old.holder_key) is not (new.status, new.printed, new.holder_key)
begin
    insert into changed_scopes values ('register');
end;

create trigger register_keys_insert after insert on certificate_keys
begin
    insert into changed_scopes values ('register');
end;
