-- A store as fabgate 0.1 left it, form 1. Kept for ever; never edited.
PRAGMA application_id = 1178681927;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fabgate','m001_books','2026-11-22 01:25:31.370492+00:00');
CREATE TABLE badges (
    lab TEXT NOT NULL,
    token TEXT NOT NULL PRIMARY KEY,
    member TEXT NOT NULL REFERENCES members (id),
    label TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    blocked_ms INTEGER,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "badges" VALUES('openfab','5a0c91d2:abababababababababababababababababababababababababababababababab','0f3a9c5d77e14b02','blue fob',1790000002000,NULL,'openfab/gate1/e0000001#3');
CREATE TABLE beats (
    lab TEXT NOT NULL,
    boot TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (lab, boot)
) STRICT, WITHOUT ROWID;
INSERT INTO "beats" VALUES('openfab','5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001',45000,1790000045000,1);
CREATE TABLE gate_run (
    lab TEXT NOT NULL PRIMARY KEY,
    clean INTEGER NOT NULL CHECK (clean IN (0, 1)),
    settled INTEGER NOT NULL,
    read_to INTEGER NOT NULL,
    synced_ms INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "gate_run" VALUES('openfab',0,1099511627785,1099511627785,1790000009000);
CREATE TABLE grants (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
INSERT INTO "grants" VALUES('openfab','0f3a9c5d77e14b02','laser',3,'0f3a9c5d77e14b02','openfab/gate1/e0000001#4',1790000003000,NULL);
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
INSERT INTO "journal" VALUES(1099511627777,'openfab',X'6968CBF1910005026204F67D86B793F046A949CD10F145937950E26C67C15314','{"kind":"epoch.begin","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"cause":"init"}',NULL);
INSERT INTO "journal" VALUES(1099511627778,'openfab',X'406A721E88A1B0F839F8488417CDEBBE68DE9F2057AB05A7AD382DB7B7E91BC5','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":1000,"wall":1790000001000,"synced":true,"member":"0f3a9c5d77e14b02","by":"0f3a9c5d77e14b02"}',NULL);
INSERT INTO "journal" VALUES(1099511627779,'openfab',X'25E2405A078A95B067C1F24B6435A1DFEC8B4FDCA885C00B910A77963BC9BC68','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2000,"wall":1790000002000,"synced":true,"badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","member":"0f3a9c5d77e14b02","by":"0f3a9c5d77e14b02"}',NULL);
INSERT INTO "journal" VALUES(1099511627780,'openfab',X'C4FABB04BE9B937FC2A44CC29BF6FC12BC0AC2FA546999A3FFF41629D869DE39','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":3000,"wall":1790000003000,"synced":true,"member":"0f3a9c5d77e14b02","skill":"laser","level":"sponsor","by":"0f3a9c5d77e14b02","bootstrap":true}',NULL);
INSERT INTO "journal" VALUES(1099511627781,'openfab',X'A5DF7DD52F260DEECE970F0E8863896F228157F015041BA7468763D5256B1584',NULL,X'1D47FC0324236121BCE6E752EBA6D6B4B0656CE7DB7FD79966C220F5EEDAE78A');
INSERT INTO "journal" VALUES(1099511627782,'openfab',X'C87F71FC00C53380AE6C5C45308B9DD4E32161459675D169FE0D9026F3759E80','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":5000,"wall":1790000005000,"synced":true,"machine":"laser","skill":"laser","member":"0f3a9c5d77e14b02","badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"1b2c3d4e5f607182","sponsor_badge":"5a0c91d2:abababababababababababababababababababababababababababababababab"}',NULL);
INSERT INTO "journal" VALUES(1099511627783,'openfab',X'98F63EE4E43202AB8C7CE0E3682F4BAAB3BBB12CF28CE6A64848B638B3123433','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6000,"wall":1790000006000,"synced":true,"session":"openfab/gate1/e0000001#6","machine":"laser","why":"own_tap","length_ms":90000}',NULL);
INSERT INTO "journal" VALUES(1099511627784,'openfab',X'FA2330631DE65DAB30ECF250982F0A0520E3CE5F426A7FB116339997CC4210C1','{"kind":"purge","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8000,"wall":1790000008000,"synced":true,"first":1,"last":7,"rule":"13 months","kinds":["session.refused"]}',NULL);
INSERT INTO "journal" VALUES(1099511627785,'openfab',X'0F8BC7270AB233C2A9B8CC86D8989BB91CB975B2FA51DFA06F0BE284A84647E9','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":9000,"wall":1790000009000,"synced":true,"machine":"laser","by":"0f3a9c5d77e14b02"}',NULL);
INSERT INTO "journal" VALUES(1099511627786,'openfab',X'C57BFCFA26C2E8371A335AFB79E0ABB017ABD767F338C1BAB9459B07444AF66A','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":15000,"wall":1790000015000,"synced":true,"machine":"lathe","skill":"laser","member":"0f3a9c5d77e14b02","badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"1b2c3d4e5f607182","sponsor_badge":"5a0c91d2:abababababababababababababababababababababababababababababababab"}',NULL);
CREATE TABLE locks (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
INSERT INTO "locks" VALUES('openfab','laser',1790000009000,'openfab/gate1/e0000001#9');
CREATE TABLE members (
    lab TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    added_ms INTEGER NOT NULL,
    suspended_ms INTEGER,
    suspended_record TEXT,
    CHECK ((suspended_ms IS NULL) = (suspended_record IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "members" VALUES('openfab','0f3a9c5d77e14b02',1790000001000,NULL,NULL);
CREATE TABLE notes (
    position INTEGER NOT NULL REFERENCES journal (position),
    lab TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (position, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO "notes" VALUES(1099511627778,'openfab','login','ada');
INSERT INTO "notes" VALUES(1099511627778,'openfab','name','Ada Lovelace');
INSERT INTO "notes" VALUES(1099511627780,'openfab','reason','the first of the lab');
INSERT INTO "notes" VALUES(1099511627785,'openfab','reason','the lens is broken');
CREATE TABLE origins (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4194303),
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    UNIQUE (lab, gate, epoch)
) STRICT;
INSERT INTO "origins" VALUES(1,'openfab','gate1','e0000001',1);
CREATE TABLE people (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT,
    email TEXT,
    login TEXT,
    nameable INTEGER NOT NULL CHECK (nameable IN (0, 1)),
    UNIQUE (lab, handle)
) STRICT, WITHOUT ROWID;
INSERT INTO "people" VALUES('openfab','0f3a9c5d77e14b02','ada','Ada Lovelace','en','ada@example.org','ada',1);
CREATE TABLE roles (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    machine TEXT NOT NULL,
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    record TEXT NOT NULL,
    PRIMARY KEY (member, role, machine)
) STRICT, WITHOUT ROWID;
INSERT INTO "roles" VALUES('openfab','0f3a9c5d77e14b02','manager','',1,'openfab/gate1/e0000001#4');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX people_by_login ON people (lab, login) WHERE login IS NOT NULL;
CREATE INDEX badges_by_member ON badges (member);
CREATE INDEX grants_by_skill ON grants (skill, level DESC, member);
COMMIT;
