-- A store as fabgate before the board left it, form 5. Kept for ever; never edited.
PRAGMA foreign_keys=OFF;
PRAGMA application_id=1178681927;
PRAGMA user_version=5;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fabgate','m001_books','2026-11-22 17:16:58.426313+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'fabgate','m002_hub','2026-11-22 17:16:58.438585+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'fabgate','m003_sponsorship','2026-11-22 17:16:58.447770+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'fabgate','m004_bench','2026-11-22 17:16:58.455175+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'fabgate','m005_money','2026-11-22 17:16:58.497853+00:00');
CREATE TABLE account_states (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    balance_cents INTEGER NOT NULL,
    plans TEXT NOT NULL,
    remains TEXT NOT NULL,
    read TEXT NOT NULL,
    as_of_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    category TEXT NOT NULL,
    organisation INTEGER NOT NULL CHECK (organisation IN (0, 1)),
    prepaid INTEGER NOT NULL CHECK (prepaid IN (0, 1)),
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE addresses (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    vat_number TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "addresses" VALUES('openfab','m-dbd4a46900000001','Rue Haute 1
1000 Bruxelles','');
CREATE TABLE alarms (
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    alarm TEXT NOT NULL,
    what TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    over_ms INTEGER,
    PRIMARY KEY (lab, gate, alarm)
) STRICT, WITHOUT ROWID;
CREATE TABLE badges (
    lab TEXT NOT NULL,
    token TEXT NOT NULL PRIMARY KEY,
    member TEXT NOT NULL REFERENCES members (id),
    label TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    blocked_ms INTEGER,
    record TEXT NOT NULL
, rivals TEXT, payer TEXT, purpose TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
INSERT INTO "badges" VALUES('openfab','65e4b6f2:a5a08283ab7fdc6d337c61eca9ea0958381c892e7f26264bc79067ef92311ff8','m-dbd4a46900000002','',1792836000000,NULL,'openfab/gate-1/224974b1#7',NULL,NULL,'');
INSERT INTO "badges" VALUES('openfab','65e4b6f2:fd8e435c03d60993b4a2dd62facc11db5c792a61f9d1685bd33312e7a0fc24bd','m-dbd4a46900000001','blue',1792836000000,NULL,'openfab/gate-1/224974b1#6',NULL,NULL,'');
CREATE TABLE batches (
    lab TEXT NOT NULL,
    batch TEXT NOT NULL PRIMARY KEY,
    period TEXT NOT NULL,
    profile TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE beats (
    lab TEXT NOT NULL,
    boot TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (lab, boot)
) STRICT, WITHOUT ROWID;
INSERT INTO "beats" VALUES('openfab','boot-1',905000,1792836905000,1);
CREATE TABLE corrections (
    lab TEXT NOT NULL,
    session TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (session, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE duties (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    sponsor TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    what TEXT NOT NULL,
    item TEXT NOT NULL,
    score INTEGER,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill, what, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE gate_run (
    lab TEXT NOT NULL PRIMARY KEY,
    clean INTEGER NOT NULL CHECK (clean IN (0, 1)),
    settled INTEGER NOT NULL,
    read_to INTEGER NOT NULL,
    synced_ms INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "gate_run" VALUES('openfab',0,1099511627786,1099511627786,1792836000000);
CREATE TABLE gates (
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    info TEXT,
    state TEXT,
    state_ms INTEGER,
    heard_ms INTEGER,
    offset_ms INTEGER,
    fingerprint TEXT,
    invited_ms INTEGER,
    joined_ms INTEGER,
    retired_ms INTEGER,
    handed TEXT,
    PRIMARY KEY (lab, gate)
) STRICT, WITHOUT ROWID;
CREATE TABLE grant_holds (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    cause TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE grants (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER, vouched TEXT,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
INSERT INTO "grants" VALUES('openfab','m-dbd4a46900000001','laser',2,'m-45ce910f843ab982','openfab/gate-1/224974b1#8',1792836000000,NULL,NULL);
INSERT INTO "grants" VALUES('openfab','m-dbd4a46900000001','router',2,'m-45ce910f843ab982','openfab/gate-1/224974b1#9',1792836000000,NULL,NULL);
INSERT INTO "grants" VALUES('openfab','m-dbd4a46900000002','laser',1,'m-45ce910f843ab982','openfab/gate-1/224974b1#10',1792836000000,NULL,NULL);
CREATE TABLE heard (
    origin INTEGER PRIMARY KEY REFERENCES origins (id),
    lab TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    noted INTEGER NOT NULL
) STRICT;
CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    lab TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body TEXT,
    body_hash BLOB CHECK ((body IS NULL) = (body_hash IS NOT NULL)),
    origin INTEGER AS (position >> 40) VIRTUAL,
    seq INTEGER AS (position & 1099511627775) VIRTUAL,
    kind TEXT AS (substr(body, 10, instr(substr(body, 10, 64), '"') - 1)) VIRTUAL
) STRICT;
INSERT INTO "journal" VALUES(1099511627777,'openfab',X'7BBEBC78E56B77B44EE03A9073173BAA2A74DEB00E7DAC94B663DC90EA5F55C2','{"kind":"epoch.begin","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"cause":"init"}',NULL);
INSERT INTO "journal" VALUES(1099511627778,'openfab',X'8DF18DD41E78DBC7C50AD9D9FD65F650A5000F442D5C706699C591A3EFA68DF6','{"kind":"member.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-45ce910f843ab982","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627779,'openfab',X'626846170AAE658A8816F0CEA810A4C0C5463E06BDADDE05DE0F8A88EAC2356B','{"kind":"role.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-45ce910f843ab982","role":"manager","by":"m-45ce910f843ab982","first":true}',NULL);
INSERT INTO "journal" VALUES(1099511627780,'openfab',X'5202D4FC22A88C132D895E1C05D5C4D1CF18827D137E2A30AA5426A863AC9FCE','{"kind":"member.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000001","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627781,'openfab',X'79B3843CF23F0283B763C6AD8AB2014B7CC7615E647594FF67EB6FD1E8D2EE2B','{"kind":"member.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000002","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627782,'openfab',X'CE0C35B7E007787B5B501FBB79F15DC484F80A82572ABCD8F328930354DC57F5','{"kind":"badge.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"badge":"65e4b6f2:fd8e435c03d60993b4a2dd62facc11db5c792a61f9d1685bd33312e7a0fc24bd","member":"m-dbd4a46900000001","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627783,'openfab',X'4487FC0D3860B0F053A139434596C373888BEAFC8845EBCF5F265211874AC31C','{"kind":"badge.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"badge":"65e4b6f2:a5a08283ab7fdc6d337c61eca9ea0958381c892e7f26264bc79067ef92311ff8","member":"m-dbd4a46900000002","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627784,'openfab',X'89AE69CFC255C75197E7BA30C827B6E333FAB5A678B6D4AF38A61500944492F4','{"kind":"grant.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000001","skill":"laser","level":"autonomous","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627785,'openfab',X'FBC375BFEEA8D60C7E3E7E28B1AF04575E7B73FAD629D5816B747454F2C407CC','{"kind":"grant.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000001","skill":"router","level":"autonomous","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627786,'openfab',X'DD8079ECD1B0A44AC7B372E6147AD1B0D02EE7DB9EB1B638F0FD0E3CBBC1BBC3','{"kind":"grant.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000002","skill":"laser","level":"trainee","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "journal" VALUES(1099511627787,'openfab',X'52C48B081452FE5D6257AE1D20A0F5A63CA5AFF2C9053185D0A2A45939C43B37','{"kind":"gate.start","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"version":"0.1.0","clean":true}',NULL);
INSERT INTO "journal" VALUES(1099511627788,'openfab',X'3DD00A7E1FAC0E5C73269A7688C8F87EE33584199940D768AA23B9B504680F08','{"kind":"session.start","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"machine":"laser","skill":"laser","member":"m-dbd4a46900000001","badge":"65e4b6f2:fd8e435c03d60993b4a2dd62facc11db5c792a61f9d1685bd33312e7a0fc24bd","level":"autonomous","hold":"tap","limit_ms":7200000}',NULL);
INSERT INTO "journal" VALUES(1099511627789,'openfab',X'DD8C64E57A47E4CE8F6EA47C6E0B860037180493DAE6242126603AEB1DD19FB5','{"kind":"session.stop","boot":"boot-1","ms":600000,"wall":1792836600000,"synced":true,"session":"openfab/gate-1/224974b1#12","machine":"laser","why":"own_tap","length_ms":600000}',NULL);
INSERT INTO "journal" VALUES(1099511627790,'openfab',X'738FC46606AC70C366C027B868ABEC9C373AF54FF396D49E7039E9AD2202EBA3','{"kind":"session.start","boot":"boot-1","ms":605000,"wall":1792836605000,"synced":true,"machine":"router","skill":"router","member":"m-dbd4a46900000001","badge":"65e4b6f2:fd8e435c03d60993b4a2dd62facc11db5c792a61f9d1685bd33312e7a0fc24bd","level":"autonomous","hold":"tap","limit_ms":14400000}',NULL);
INSERT INTO "journal" VALUES(1099511627791,'openfab',X'994022C63C44E542CA86E114166F868DF06517E5AE1AEA7A6E731B3701E00B2C','{"kind":"session.stop","boot":"boot-1","ms":905000,"wall":1792836905000,"synced":true,"session":"openfab/gate-1/224974b1#14","machine":"router","why":"own_tap","length_ms":300000}',NULL);
INSERT INTO "journal" VALUES(1099511627792,'openfab',X'C5A3C9F9E9F928D0849DC3AAF8B11E6749DA663289797781DA75AEF4BE098D30','{"kind":"address.set","boot":"boot-1","ms":910000,"wall":1792836910000,"synced":true,"member":"m-dbd4a46900000001","by":"m-45ce910f843ab982","fields":["address"]}',NULL);
INSERT INTO "journal" VALUES(1099511627793,'openfab',X'0106E9E538E9E7336C7F95F93873A675586421E59A868C607C33847BCCED4520','{"kind":"member.suspend","boot":"boot-1","ms":910000,"wall":1792836910000,"synced":true,"member":"m-dbd4a46900000002","by":"m-45ce910f843ab982"}',NULL);
CREATE TABLE link (
    lab TEXT NOT NULL PRIMARY KEY,
    hub TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    needs TEXT NOT NULL,
    forked INTEGER NOT NULL CHECK (forked IN (0, 1))
, heard_ms INTEGER, heard_boot TEXT, heard_boot_ms INTEGER, heard_synced INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE locks (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE marked_charges (
    lab TEXT NOT NULL,
    charge TEXT NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('reversed', 'again', 'settled')),
    day TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (charge, mark)
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
    lab TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    added_ms INTEGER NOT NULL,
    suspended_ms INTEGER,
    suspended_record TEXT, status INTEGER NOT NULL DEFAULT 2 CHECK (status BETWEEN 0 AND 3), status_record TEXT, suspended_until_ms INTEGER,
    CHECK ((suspended_ms IS NULL) = (suspended_record IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "members" VALUES('openfab','m-45ce910f843ab982',1792836000000,NULL,NULL,2,NULL,NULL);
INSERT INTO "members" VALUES('openfab','m-dbd4a46900000001',1792836000000,NULL,NULL,2,NULL,NULL);
INSERT INTO "members" VALUES('openfab','m-dbd4a46900000002',1792836000000,1792836910000,'openfab/gate-1/224974b1#17',2,NULL,NULL);
CREATE TABLE notes (
    position INTEGER NOT NULL REFERENCES journal (position),
    lab TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (position, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO "notes" VALUES(1099511627784,'openfab','reason','passed');
INSERT INTO "notes" VALUES(1099511627785,'openfab','reason','passed');
INSERT INTO "notes" VALUES(1099511627786,'openfab','reason','start');
INSERT INTO "notes" VALUES(1099511627793,'openfab','reason','unpaid');
CREATE TABLE open_sessions (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    machine TEXT NOT NULL
) STRICT;
CREATE TABLE openings (
    lab TEXT NOT NULL,
    opening TEXT NOT NULL,
    spans TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (opening, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE origins (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4194303),
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    UNIQUE (lab, gate, epoch)
) STRICT;
INSERT INTO "origins" VALUES(1,'openfab','gate-1','224974b1',1);
CREATE TABLE pages (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    closing TEXT NOT NULL,
    payer TEXT NOT NULL
) STRICT;
CREATE TABLE papers (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    paper TEXT NOT NULL,
    until_ms INTEGER,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, paper)
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT,
    email TEXT,
    login TEXT,
    nameable INTEGER NOT NULL CHECK (nameable IN (0, 1)), claimed TEXT, minor_until TEXT,
    UNIQUE (lab, handle)
) STRICT, WITHOUT ROWID;
INSERT INTO "people" VALUES('openfab','m-45ce910f843ab982','zoe','Zoe Dupont',NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "people" VALUES('openfab','m-dbd4a46900000001','ada','Ada Lovelace',NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "people" VALUES('openfab','m-dbd4a46900000002','bob','Bob Noyce',NULL,NULL,NULL,0,NULL,NULL);
CREATE TABLE periods (
    lab TEXT NOT NULL,
    period TEXT NOT NULL,
    closing TEXT NOT NULL,
    position INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (period, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE practice (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    skill TEXT NOT NULL,
    own_ms INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    supervised_ms INTEGER NOT NULL,
    supervised_last_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE practice_ends (
    lab TEXT NOT NULL,
    session TEXT NOT NULL,
    position INTEGER NOT NULL,
    counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
    PRIMARY KEY (session, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE practice_read (
    origin INTEGER PRIMARY KEY REFERENCES origins (id),
    lab TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE TABLE present (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    gate TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    out_ms INTEGER,
    boot TEXT,
    boot_ms INTEGER,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (member, gate, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposals (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE renewals (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    given_by TEXT NOT NULL,
    session TEXT,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE reversals (
    lab TEXT NOT NULL,
    charge TEXT NOT NULL,
    closing TEXT NOT NULL,
    PRIMARY KEY (charge, closing, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE reviews (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    given TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill, given)
) STRICT, WITHOUT ROWID;
CREATE TABLE rights (
    arrived INTEGER PRIMARY KEY,
    lab TEXT NOT NULL,
    record TEXT NOT NULL,
    subject TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body TEXT NOT NULL,
    beside TEXT,
    UNIQUE (lab, record)
) STRICT;
INSERT INTO "rights" VALUES(1,'openfab','openfab/gate-1/224974b1#2','member/m-45ce910f843ab982',X'8DF18DD41E78DBC7C50AD9D9FD65F650A5000F442D5C706699C591A3EFA68DF6','{"kind":"member.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-45ce910f843ab982","by":"m-45ce910f843ab982"}','{"email":null,"handle":"zoe","language":null,"login":null,"minor_until":null,"name":"Zoe Dupont","nameable":false}');
INSERT INTO "rights" VALUES(2,'openfab','openfab/gate-1/224974b1#3','role/m-45ce910f843ab982/manager/-',X'626846170AAE658A8816F0CEA810A4C0C5463E06BDADDE05DE0F8A88EAC2356B','{"kind":"role.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-45ce910f843ab982","role":"manager","by":"m-45ce910f843ab982","first":true}',NULL);
INSERT INTO "rights" VALUES(3,'openfab','openfab/gate-1/224974b1#4','member/m-dbd4a46900000001',X'5202D4FC22A88C132D895E1C05D5C4D1CF18827D137E2A30AA5426A863AC9FCE','{"kind":"member.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000001","by":"m-45ce910f843ab982"}','{"email":null,"handle":"ada","language":null,"login":null,"minor_until":null,"name":"Ada Lovelace","nameable":false}');
INSERT INTO "rights" VALUES(4,'openfab','openfab/gate-1/224974b1#5','member/m-dbd4a46900000002',X'79B3843CF23F0283B763C6AD8AB2014B7CC7615E647594FF67EB6FD1E8D2EE2B','{"kind":"member.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000002","by":"m-45ce910f843ab982"}','{"email":null,"handle":"bob","language":null,"login":null,"minor_until":null,"name":"Bob Noyce","nameable":false}');
INSERT INTO "rights" VALUES(5,'openfab','openfab/gate-1/224974b1#6','badge/65e4b6f2:fd8e435c03d60993b4a2dd62facc11db5c792a61f9d1685bd33312e7a0fc24bd',X'CE0C35B7E007787B5B501FBB79F15DC484F80A82572ABCD8F328930354DC57F5','{"kind":"badge.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"badge":"65e4b6f2:fd8e435c03d60993b4a2dd62facc11db5c792a61f9d1685bd33312e7a0fc24bd","member":"m-dbd4a46900000001","by":"m-45ce910f843ab982"}','{"label":"blue"}');
INSERT INTO "rights" VALUES(6,'openfab','openfab/gate-1/224974b1#7','badge/65e4b6f2:a5a08283ab7fdc6d337c61eca9ea0958381c892e7f26264bc79067ef92311ff8',X'4487FC0D3860B0F053A139434596C373888BEAFC8845EBCF5F265211874AC31C','{"kind":"badge.add","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"badge":"65e4b6f2:a5a08283ab7fdc6d337c61eca9ea0958381c892e7f26264bc79067ef92311ff8","member":"m-dbd4a46900000002","by":"m-45ce910f843ab982"}','{"label":""}');
INSERT INTO "rights" VALUES(7,'openfab','openfab/gate-1/224974b1#8','grant/m-dbd4a46900000001/laser',X'89AE69CFC255C75197E7BA30C827B6E333FAB5A678B6D4AF38A61500944492F4','{"kind":"grant.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000001","skill":"laser","level":"autonomous","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "rights" VALUES(8,'openfab','openfab/gate-1/224974b1#9','grant/m-dbd4a46900000001/router',X'FBC375BFEEA8D60C7E3E7E28B1AF04575E7B73FAD629D5816B747454F2C407CC','{"kind":"grant.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000001","skill":"router","level":"autonomous","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "rights" VALUES(9,'openfab','openfab/gate-1/224974b1#10','grant/m-dbd4a46900000002/laser',X'DD8079ECD1B0A44AC7B372E6147AD1B0D02EE7DB9EB1B638F0FD0E3CBBC1BBC3','{"kind":"grant.give","boot":"boot-1","ms":0,"wall":1792836000000,"synced":true,"member":"m-dbd4a46900000002","skill":"laser","level":"trainee","by":"m-45ce910f843ab982"}',NULL);
INSERT INTO "rights" VALUES(10,'openfab','openfab/gate-1/224974b1#17','hold/m-dbd4a46900000002',X'0106E9E538E9E7336C7F95F93873A675586421E59A868C607C33847BCCED4520','{"kind":"member.suspend","boot":"boot-1","ms":910000,"wall":1792836910000,"synced":true,"member":"m-dbd4a46900000002","by":"m-45ce910f843ab982"}',NULL);
CREATE TABLE rights_sum (
    lab TEXT NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;
INSERT INTO "rights_sum" VALUES('openfab',10,X'329DA24B121022312B5989A9BC4BB5C77EB35A07CA87A30EEDAEB3CA12C7080E');
CREATE TABLE roles (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    machine TEXT NOT NULL,
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    record TEXT NOT NULL,
    PRIMARY KEY (member, role, machine)
) STRICT, WITHOUT ROWID;
INSERT INTO "roles" VALUES('openfab','m-45ce910f843ab982','manager','',1,'openfab/gate-1/224974b1#3');
CREATE TABLE sales (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    payer TEXT NOT NULL,
    sort TEXT NOT NULL,
    item TEXT NOT NULL,
    day TEXT NOT NULL,
    quantity TEXT NOT NULL,
    cents INTEGER,
    session TEXT NOT NULL,
    until TEXT,
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1))
) STRICT;
CREATE TABLE services (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    service TEXT NOT NULL,
    powered_ms INTEGER NOT NULL,
    busy_ms INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    PRIMARY KEY (machine, service, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE taken (
    lab TEXT NOT NULL,
    payer TEXT NOT NULL,
    pool TEXT NOT NULL,
    closing TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (payer, pool, closing, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE uses (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    own_ms INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    supervised_ms INTEGER NOT NULL,
    supervised_last_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (lab, member, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE wear (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    powered_ms INTEGER NOT NULL,
    busy_ms INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    since_ms INTEGER,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE wear_read (
    origin INTEGER PRIMARY KEY REFERENCES origins (id),
    lab TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE TABLE workshops (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    leader TEXT NOT NULL REFERENCES members (id),
    people INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX people_by_login ON people (lab, login) WHERE login IS NOT NULL;
CREATE INDEX badges_by_member ON badges (member);
CREATE INDEX grants_by_skill ON grants (skill, level DESC, member);
CREATE INDEX rights_by_subject ON rights (lab, subject);
CREATE INDEX people_by_claim ON people (lab, claimed) WHERE claimed IS NOT NULL;
CREATE INDEX sales_by_payer ON sales (payer, lab);
CREATE INDEX pages_by_payer ON pages (payer, lab);
COMMIT;
