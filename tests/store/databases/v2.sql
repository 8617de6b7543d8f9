-- A store as fabgate before sponsorship left it, form 2, of a gate with a hub that was newer than itself; made by its desk. Kept for ever; never edited.
PRAGMA foreign_keys=OFF;
PRAGMA application_id=1178681927;
PRAGMA user_version=2;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fabgate','m001_books','2026-11-22 07:31:19.832402+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'fabgate','m002_hub','2026-11-22 07:31:19.840958+00:00');
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
, rivals TEXT) STRICT, WITHOUT ROWID;
INSERT INTO "badges" VALUES('openfab','db59749a:ad06795672f1045a42c2eface0a6fe3c6a207cccc380233c8ef36e203a8c100a','m-0000000000000002','blue fob',1790000006000,NULL,'openfab/gate1/e0000001#7',NULL);
CREATE TABLE beats (
    lab TEXT NOT NULL,
    boot TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (lab, boot)
) STRICT, WITHOUT ROWID;
CREATE TABLE gate_run (
    lab TEXT NOT NULL PRIMARY KEY,
    clean INTEGER NOT NULL CHECK (clean IN (0, 1)),
    settled INTEGER NOT NULL,
    read_to INTEGER NOT NULL,
    synced_ms INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "gate_run" VALUES('openfab',1,0,0,NULL);
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
INSERT INTO "grants" VALUES('openfab','m-0000000000000002','laser',3,'m-0000000000000001','openfab/gate1/e0000001#8',1790000007000,NULL);
INSERT INTO "grants" VALUES('openfab','m-0000000000000003','laser',1,'m-0000000000000001','openfab/gate1/e0000001#9',1790000008000,NULL);
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
INSERT INTO "journal" VALUES(1099511627777,'openfab',X'25864779187B63193B20F48C8F2EBD319CD947A5A409C61E1AF52A0F4EA129C3','{"kind":"epoch.begin","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":1000,"wall":1790000001000,"synced":true,"cause":"init"}',NULL);
INSERT INTO "journal" VALUES(1099511627778,'openfab',X'D7E7D645B1FF4F6036CB29360CB644167DD3DD74EE9592707133F28967B17F32','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2000,"wall":1790000002000,"synced":true,"member":"m-0000000000000001","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627779,'openfab',X'B4EF13EA996A0F309B2B7626165B31DB1D3E442D3DD6F2C71AC2C7EFA3D979E2','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2000,"wall":1790000002000,"synced":true,"member":"m-0000000000000001","role":"manager","by":"m-0000000000000001","first":true}',NULL);
INSERT INTO "journal" VALUES(1099511627780,'openfab',X'FD27E89A9AE676331CC3B420615C997652FFA5128D63B4449822E1CF1FED19D1','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":3000,"wall":1790000003000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627781,'openfab',X'8FC7220B2DF84ACAA034B0BAB52D1F9CFB31DCFC1C8193544777C4953F8CD233','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":4000,"wall":1790000004000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627782,'openfab',X'633C0360B490432F34B2CB9AE9935C0AEE1E547CB227A7E059E53DD19092DB17','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":5000,"wall":1790000005000,"synced":true,"member":"m-0000000000000004","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627783,'openfab',X'5D6249E2771578F9DEE999598387046C967BEE4107CD4A899061E4973D8B8806','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6000,"wall":1790000006000,"synced":true,"badge":"db59749a:ad06795672f1045a42c2eface0a6fe3c6a207cccc380233c8ef36e203a8c100a","member":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627784,'openfab',X'C7A9266CD468DEA5E820B38D74AB570DCA9405457D85D455E6467F2032D3FA42','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":7000,"wall":1790000007000,"synced":true,"member":"m-0000000000000002","skill":"laser","level":"sponsor","by":"m-0000000000000001","bootstrap":true}',NULL);
INSERT INTO "journal" VALUES(1099511627785,'openfab',X'7B02B88F0B9A401755465EFDF69BAD9409A7D06CE0124645CA0516EA4327A0CA','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8000,"wall":1790000008000,"synced":true,"member":"m-0000000000000003","skill":"laser","level":"trainee","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627786,'openfab',X'2B05C13752EBBF21843C503D65E409C37A55213CAF00085568DDA633D77FD41D','{"kind":"member.suspend","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":9000,"wall":1790000009000,"synced":true,"member":"m-0000000000000004","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627787,'openfab',X'01F99B512105B367A468380EFE868F4730F3444D471B662ADD4FC036324D9E77','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":10000,"wall":1790000010000,"synced":true,"machine":"cutter","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627788,'openfab',X'CEEE7210DCDEF68610855D6040103E89E4D5D1C0E26903AC259B888E4F5D3856','{"kind":"machine.unlock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":11000,"wall":1790000011000,"synced":true,"machine":"cutter","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#11"]}',NULL);
INSERT INTO "journal" VALUES(1099511627789,'openfab',X'3CD9F2ABF9B72D61C45D778177821296E8050F3F5E4B55645E286E3CC730A5B4','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":12000,"wall":1790000012000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:abababababababababababababababababababababababababababababababab"}',NULL);
INSERT INTO "journal" VALUES(1099511627790,'openfab',X'B4DA90F3C97F5B244835F53CA639C3D2AA678C3A5BED106C371445D43249B44F','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":1813000,"wall":1790001813000,"synced":true,"session":"openfab/gate1/e0000001#13","machine":"laser","why":"own_tap","length_ms":1800000}',NULL);
INSERT INTO "journal" VALUES(1099511627791,'openfab',X'549C093F5439E8F040625B21C53D66BA85FF3423C54CD0ABC35098CAF499A223','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":1814000,"wall":1790001814000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:abababababababababababababababababababababababababababababababab"}',NULL);
INSERT INTO "journal" VALUES(1099511627792,'openfab',X'F3A95A61D4E61EC472CDD00CB489E14D07E7916B5F5156D034028EE1ECD05D70','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2415000,"wall":1790002415000,"synced":true,"session":"openfab/gate1/e0000001#15","machine":"laser","why":"own_tap","length_ms":600000}',NULL);
INSERT INTO "journal" VALUES(1099511627793,'openfab',X'45D1AE3C35E7A47B79E49AE53A8F615A4186842D36791C66BF2769AA55BC98BA','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2416000,"wall":1790002416000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:abababababababababababababababababababababababababababababababab"}',NULL);
INSERT INTO "journal" VALUES(1099511627794,'openfab',X'4113322DD66C59101AA6CC55285F8AE6A5FB4669542F15C3A6C38B1C3903609C','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2422000,"wall":1790002422000,"synced":true,"session":"openfab/gate1/e0000001#17","machine":"laser","why":"own_tap","length_ms":5000,"charged":false}',NULL);
INSERT INTO "journal" VALUES(1099511627795,'openfab',X'0DB23F8B5DA8201630FC55DA9F7AB7DED36A5C250C991A8223B78D95AE925E11','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2423000,"wall":1790002423000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000002","badge":"5a0c91d2:abababababababababababababababababababababababababababababababab","level":"sponsor","hold":"tap","limit_ms":14400000}',NULL);
INSERT INTO "journal" VALUES(1099511627796,'openfab',X'4F4DB42965E50C06C71EAE4720F20146DB2BC243662CFD991A40694DB111A1B9','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6024000,"wall":1790006024000,"synced":true,"session":"openfab/gate1/e0000001#19","machine":"laser","why":"own_tap","length_ms":3600000}',NULL);
CREATE TABLE link (
    lab TEXT NOT NULL PRIMARY KEY,
    hub TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    needs TEXT NOT NULL,
    forked INTEGER NOT NULL CHECK (forked IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "link" VALUES('openfab','hub00001',3,'{}',0);
CREATE TABLE locks (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
    lab TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    added_ms INTEGER NOT NULL,
    suspended_ms INTEGER,
    suspended_record TEXT,
    CHECK ((suspended_ms IS NULL) = (suspended_record IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "members" VALUES('openfab','m-0000000000000001',1790000002000,NULL,NULL);
INSERT INTO "members" VALUES('openfab','m-0000000000000002',1790000003000,NULL,NULL);
INSERT INTO "members" VALUES('openfab','m-0000000000000003',1790000004000,NULL,NULL);
INSERT INTO "members" VALUES('openfab','m-0000000000000004',1790000005000,1790000009000,'openfab/gate1/e0000001#10');
CREATE TABLE notes (
    position INTEGER NOT NULL REFERENCES journal (position),
    lab TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (position, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO "notes" VALUES(1099511627778,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627779,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627780,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627781,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627782,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627783,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627784,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627784,'openfab','reason','first');
INSERT INTO "notes" VALUES(1099511627785,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627785,'openfab','reason','x');
INSERT INTO "notes" VALUES(1099511627786,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627786,'openfab','reason','unpaid');
INSERT INTO "notes" VALUES(1099511627787,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627787,'openfab','reason','lens');
INSERT INTO "notes" VALUES(1099511627788,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627788,'openfab','reason','mended');
CREATE TABLE open_sessions (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    machine TEXT NOT NULL
) STRICT;
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
    nameable INTEGER NOT NULL CHECK (nameable IN (0, 1)), claimed TEXT,
    UNIQUE (lab, handle)
) STRICT, WITHOUT ROWID;
INSERT INTO "people" VALUES('openfab','m-0000000000000001','zoe','Zoe Zeta',NULL,NULL,'zoe',0,NULL);
INSERT INTO "people" VALUES('openfab','m-0000000000000002','ada','Ada Lovelace',NULL,NULL,NULL,0,NULL);
INSERT INTO "people" VALUES('openfab','m-0000000000000003','bob','Bob Bobson',NULL,NULL,NULL,0,NULL);
INSERT INTO "people" VALUES('openfab','m-0000000000000004','cy','Cy Cypher',NULL,NULL,NULL,0,NULL);
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
INSERT INTO "rights" VALUES(1,'openfab','openfab/gate1/e0000001#2','member/m-0000000000000001',X'D7E7D645B1FF4F6036CB29360CB644167DD3DD74EE9592707133F28967B17F32','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2000,"wall":1790000002000,"synced":true,"member":"m-0000000000000001","by":"m-0000000000000001"}','{"email":null,"handle":"zoe","language":null,"login":"zoe","name":"Zoe Zeta","nameable":false}');
INSERT INTO "rights" VALUES(2,'openfab','openfab/gate1/e0000001#3','role/m-0000000000000001/manager/-',X'B4EF13EA996A0F309B2B7626165B31DB1D3E442D3DD6F2C71AC2C7EFA3D979E2','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2000,"wall":1790000002000,"synced":true,"member":"m-0000000000000001","role":"manager","by":"m-0000000000000001","first":true}',NULL);
INSERT INTO "rights" VALUES(3,'openfab','openfab/gate1/e0000001#4','member/m-0000000000000002',X'FD27E89A9AE676331CC3B420615C997652FFA5128D63B4449822E1CF1FED19D1','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":3000,"wall":1790000003000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001"}','{"email":null,"handle":"ada","language":null,"login":null,"name":"Ada Lovelace","nameable":false}');
INSERT INTO "rights" VALUES(4,'openfab','openfab/gate1/e0000001#5','member/m-0000000000000003',X'8FC7220B2DF84ACAA034B0BAB52D1F9CFB31DCFC1C8193544777C4953F8CD233','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":4000,"wall":1790000004000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001"}','{"email":null,"handle":"bob","language":null,"login":null,"name":"Bob Bobson","nameable":false}');
INSERT INTO "rights" VALUES(5,'openfab','openfab/gate1/e0000001#6','member/m-0000000000000004',X'633C0360B490432F34B2CB9AE9935C0AEE1E547CB227A7E059E53DD19092DB17','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":5000,"wall":1790000005000,"synced":true,"member":"m-0000000000000004","by":"m-0000000000000001"}','{"email":null,"handle":"cy","language":null,"login":null,"name":"Cy Cypher","nameable":false}');
INSERT INTO "rights" VALUES(6,'openfab','openfab/gate1/e0000001#7','badge/db59749a:ad06795672f1045a42c2eface0a6fe3c6a207cccc380233c8ef36e203a8c100a',X'5D6249E2771578F9DEE999598387046C967BEE4107CD4A899061E4973D8B8806','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6000,"wall":1790000006000,"synced":true,"badge":"db59749a:ad06795672f1045a42c2eface0a6fe3c6a207cccc380233c8ef36e203a8c100a","member":"m-0000000000000002","by":"m-0000000000000001"}','{"label":"blue fob"}');
INSERT INTO "rights" VALUES(7,'openfab','openfab/gate1/e0000001#8','grant/m-0000000000000002/laser',X'C7A9266CD468DEA5E820B38D74AB570DCA9405457D85D455E6467F2032D3FA42','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":7000,"wall":1790000007000,"synced":true,"member":"m-0000000000000002","skill":"laser","level":"sponsor","by":"m-0000000000000001","bootstrap":true}',NULL);
INSERT INTO "rights" VALUES(8,'openfab','openfab/gate1/e0000001#9','grant/m-0000000000000003/laser',X'7B02B88F0B9A401755465EFDF69BAD9409A7D06CE0124645CA0516EA4327A0CA','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8000,"wall":1790000008000,"synced":true,"member":"m-0000000000000003","skill":"laser","level":"trainee","by":"m-0000000000000001"}',NULL);
INSERT INTO "rights" VALUES(9,'openfab','openfab/gate1/e0000001#10','hold/m-0000000000000004',X'2B05C13752EBBF21843C503D65E409C37A55213CAF00085568DDA633D77FD41D','{"kind":"member.suspend","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":9000,"wall":1790000009000,"synced":true,"member":"m-0000000000000004","by":"m-0000000000000001"}',NULL);
INSERT INTO "rights" VALUES(10,'openfab','openfab/gate1/e0000001#11','lock/cutter',X'01F99B512105B367A468380EFE868F4730F3444D471B662ADD4FC036324D9E77','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":10000,"wall":1790000010000,"synced":true,"machine":"cutter","by":"m-0000000000000001"}',NULL);
INSERT INTO "rights" VALUES(11,'openfab','openfab/gate1/e0000001#12','lock/cutter',X'CEEE7210DCDEF68610855D6040103E89E4D5D1C0E26903AC259B888E4F5D3856','{"kind":"machine.unlock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":11000,"wall":1790000011000,"synced":true,"machine":"cutter","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#11"]}',NULL);
INSERT INTO "rights" VALUES(12,'openfab','openfab/hub/hub00001#1','?/grant.suspend',X'F26BC764E011AF830E0ACDE61A7B0D0D2FD1B69B764B373B9F96B796364C61E6','{"kind":"grant.suspend","boot":"h","ms":6025000,"wall":1790006025000,"synced":true,"member":"m-0000000000000003","skill":"laser","by":"m-0000000000000001","cause":"safety"}',NULL);
INSERT INTO "rights" VALUES(13,'openfab','openfab/hub/hub00001#2','?/paper.file',X'FC46D5B1A05AE8AF807171603B701BD8FB038B50912A0426C0978F9AC72F8D5E','{"kind":"paper.file","boot":"h","ms":6026000,"wall":1790006026000,"synced":true,"member":"m-0000000000000002","paper":"insurance","by":"m-0000000000000001","until_ms":1820000000000}',NULL);
INSERT INTO "rights" VALUES(14,'openfab','openfab/hub/hub00001#3','?/member.status',X'9DFF3849807602DCC4B168B1FB905C75F33982043846CEE435B4F3D497255180','{"kind":"member.status","boot":"h","ms":6027000,"wall":1790006027000,"synced":true,"member":"m-0000000000000002","status":"autonomous","by":"m-0000000000000001"}',NULL);
CREATE TABLE rights_sum (
    lab TEXT NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;
INSERT INTO "rights_sum" VALUES('openfab',14,X'A5AFC50E71A3FE936C4A095C07F2F10EF046B75C061F564907D0434E9CEACEEF');
CREATE TABLE roles (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    machine TEXT NOT NULL,
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    record TEXT NOT NULL,
    PRIMARY KEY (member, role, machine)
) STRICT, WITHOUT ROWID;
INSERT INTO "roles" VALUES('openfab','m-0000000000000001','manager','',1,'openfab/gate1/e0000001#3');
CREATE TABLE waiting (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (lab, member, subject)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX people_by_login ON people (lab, login) WHERE login IS NOT NULL;
CREATE INDEX badges_by_member ON badges (member);
CREATE INDEX grants_by_skill ON grants (skill, level DESC, member);
CREATE INDEX rights_by_subject ON rights (lab, subject);
CREATE INDEX people_by_claim ON people (lab, claimed) WHERE claimed IS NOT NULL;
COMMIT;
