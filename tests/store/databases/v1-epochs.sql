-- A store as fabgate before the hub left it, form 1, in its second epoch; made by its desk. Kept for ever; never edited.
PRAGMA foreign_keys=OFF;
PRAGMA application_id=1178681927;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fabgate','m001_books','2026-11-22 03:58:12.594004+00:00');
CREATE TABLE badges (
    lab TEXT NOT NULL,
    token TEXT NOT NULL PRIMARY KEY,
    member TEXT NOT NULL REFERENCES members (id),
    label TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    blocked_ms INTEGER,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "badges" VALUES('openfab','5ef1e86a:2f8c2899c970d57fb5db1c2843c3e95acbea457b8a8264f006c6e5e068552598','m-0000000000000004','red fob',1790000011000,1790000012000,'openfab/gate1/e0000001#13');
INSERT INTO "badges" VALUES('openfab','5ef1e86a:7f426fd1396465ad1f43d91310342b7a888551ed54e77a577625f69b14a80950','m-0000000000000003','blue fob',1790000010000,NULL,'openfab/gate1/e0000001#11');
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
INSERT INTO "grants" VALUES('openfab','m-0000000000000002','laser',3,'m-0000000000000001','openfab/gate1/e0000001#14',1790000013000,NULL);
INSERT INTO "grants" VALUES('openfab','m-0000000000000003','laser',1,'m-0000000000000001','openfab/gate1/e0000002#3',1790000026000,NULL);
INSERT INTO "grants" VALUES('openfab','m-0000000000000004','laser',1,'m-0000000000000001','openfab/gate1/e0000002#4',1790000027000,NULL);
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
INSERT INTO "journal" VALUES(1099511627783,'openfab',X'FE263F73E6FB6577974A687038F9C7E197299A8DA1C120BC4AF0323AC1D1ADA3','{"kind":"member.edit","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6000,"wall":1790000006000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001","fields":["email","name"]}',NULL);
INSERT INTO "journal" VALUES(1099511627784,'openfab',X'3195149665753BB1E9B7FE7611967330EED1AFC965D58A14D055F41B735C539D','{"kind":"member.edit","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":7000,"wall":1790000007000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001","fields":["handle","nameable"]}',NULL);
INSERT INTO "journal" VALUES(1099511627785,'openfab',X'B86926573D1B5439773759191955CF705FC83160F1981122BA3E4217CF020F47','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8000,"wall":1790000008000,"synced":true,"badge":"5ef1e86a:7f426fd1396465ad1f43d91310342b7a888551ed54e77a577625f69b14a80950","member":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627786,'openfab',X'AC3B8C26A3B3D497EED2730AE9940E2459C3CF31DFF0B279EC36D3168A1CBFFF','{"kind":"badge.block","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":9000,"wall":1790000009000,"synced":true,"badge":"5ef1e86a:7f426fd1396465ad1f43d91310342b7a888551ed54e77a577625f69b14a80950","member":"m-0000000000000002","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#9"]}',NULL);
INSERT INTO "journal" VALUES(1099511627787,'openfab',X'35CB7EDB45A0BED52D641ABF0CA3A9DCF1C142825112C5AC291E4761B5FA90D0','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":10000,"wall":1790000010000,"synced":true,"badge":"5ef1e86a:7f426fd1396465ad1f43d91310342b7a888551ed54e77a577625f69b14a80950","member":"m-0000000000000003","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#10"]}',NULL);
INSERT INTO "journal" VALUES(1099511627788,'openfab',X'D59743112C863179EAA0B0F4A37F3862C621EB5EBF5A44E73F838EA2A4E3A621','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":11000,"wall":1790000011000,"synced":true,"badge":"5ef1e86a:2f8c2899c970d57fb5db1c2843c3e95acbea457b8a8264f006c6e5e068552598","member":"m-0000000000000004","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627789,'openfab',X'FC6E6418FB0A45BE7153A6D461A3CC7919A15932F3A80ABAD39BF407C5263B5B','{"kind":"badge.block","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":12000,"wall":1790000012000,"synced":true,"badge":"5ef1e86a:2f8c2899c970d57fb5db1c2843c3e95acbea457b8a8264f006c6e5e068552598","member":"m-0000000000000004","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#12"]}',NULL);
INSERT INTO "journal" VALUES(1099511627790,'openfab',X'D5D224873AE849ED1C792BA6F270A5B6A4DC84F725530A3BFB2FB8969E296163','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":13000,"wall":1790000013000,"synced":true,"member":"m-0000000000000002","skill":"laser","level":"sponsor","by":"m-0000000000000001","bootstrap":true}',NULL);
INSERT INTO "journal" VALUES(1099511627791,'openfab',X'BAEB9F9CA47BCB9A2D49565DD1EC9524305F820A16E28815D5EC458BB90168BC','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":14000,"wall":1790000014000,"synced":true,"member":"m-0000000000000002","role":"treasurer","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627792,'openfab',X'BA4329C6494A6810E043BB72BE47194AEC8F0EB2B2D20A48608A8D34DE41A920','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":15000,"wall":1790000015000,"synced":true,"member":"m-0000000000000003","role":"maintainer","by":"m-0000000000000001","machine":"cutter"}',NULL);
INSERT INTO "journal" VALUES(1099511627793,'openfab',X'3840AD58E03242C547791328F468B5A9661FAA69FD1DA621C0C7A9DDC3D4C5F3','{"kind":"role.revoke","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":16000,"wall":1790000016000,"synced":true,"member":"m-0000000000000003","role":"maintainer","by":"m-0000000000000001","machine":"cutter","supersedes":["openfab/gate1/e0000001#16"]}',NULL);
INSERT INTO "journal" VALUES(1099511627794,'openfab',X'D0531A7749CE1C71FB4F1022C81DD413242EB60AFC200EA07B55A46DABBB66CB','{"kind":"member.suspend","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":17000,"wall":1790000017000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627795,'openfab',X'4E97922140E78BB91427E91E422C7E1ECC9253F3F46DC8424124600504440E29','{"kind":"member.lift","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":18000,"wall":1790000018000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#18"]}',NULL);
INSERT INTO "journal" VALUES(1099511627796,'openfab',X'9B8C1296558109A8B61DF941C4AE0C351E8456805C52AA16DBBAE6093D36ACB4','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":19000,"wall":1790000019000,"synced":true,"machine":"cutter","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627797,'openfab',X'B278A13380704BA26E4895E7C474FB25677DF90D7C50D306D177CD55DE88AD99','{"kind":"machine.unlock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":20000,"wall":1790000020000,"synced":true,"machine":"cutter","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#20"]}',NULL);
INSERT INTO "journal" VALUES(1099511627798,'openfab',X'F10EE45C736B6EA6069EC6C514ABF6F49EF25DB03F4DD7ED0221CB9FEAE8E9DD','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":21000,"wall":1790000021000,"synced":true,"member":"m-0000000000000003","skill":"laser","level":"autonomous","by":"m-0000000000000001","until_ms":1890000000000}',NULL);
INSERT INTO "journal" VALUES(1099511627799,'openfab',X'E412A6585A91AF98C6FCA5BF46E11C58BDA87A63155FB22B0F13BD0421684B7A','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":22000,"wall":1790000022000,"synced":true,"member":"m-0000000000000004","skill":"laser","level":"trainee","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627800,'openfab',X'BF2B37A1A2960C3E8CA848CCE2075ECF568657312034E0A5F811DEFAD3E7657B','{"kind":"grant.revoke","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":23000,"wall":1790000023000,"synced":true,"member":"m-0000000000000004","skill":"laser","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#23"]}',NULL);
INSERT INTO "journal" VALUES(2199023255553,'openfab',X'3064ABA593F4036D0294F9F9C7D59D5A7489B151A4C148376010C4ADAAF144F8','{"kind":"epoch.begin","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":24000,"wall":1790000024000,"synced":true,"cause":"restore","previous_origin":"openfab/gate1/e0000001","last_seq":24,"last_hash":"bf2b37a1a2960c3e8ca848cce2075ecf568657312034e0a5f811defad3e7657b"}',NULL);
INSERT INTO "journal" VALUES(2199023255554,'openfab',X'C83E923BA196B31A658BFD815DA0F9A38A16B09C0AFC3306E2051685BCDC8C1F','{"kind":"grant.revoke","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":25000,"wall":1790000025000,"synced":true,"member":"m-0000000000000003","skill":"laser","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#22"]}',NULL);
INSERT INTO "journal" VALUES(2199023255555,'openfab',X'F6FBE21B724F82E414D56446FB28AFCD51487D59BDFE63CDE8263A8B51D290E4','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":26000,"wall":1790000026000,"synced":true,"member":"m-0000000000000003","skill":"laser","level":"trainee","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000002#2"]}',NULL);
INSERT INTO "journal" VALUES(2199023255556,'openfab',X'515FB07FE8D1933CBECD8020531ED1D11E0213B644BCCD399309097A54FC7A79','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":27000,"wall":1790000027000,"synced":true,"member":"m-0000000000000004","skill":"laser","level":"trainee","by":"m-0000000000000001","supersedes":["openfab/gate1/e0000001#24"]}',NULL);
INSERT INTO "journal" VALUES(2199023255557,'openfab',X'394216665271FD62B35E0BE168A2D904E7E10415B700E04888403FCE248EEABC','{"kind":"member.suspend","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":28000,"wall":1790000028000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(2199023255558,'openfab',X'5540B299F51EBF6BCFE55D5F5091ECC40777E816B7276826D5678733357B23F1','{"kind":"member.edit","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":29000,"wall":1790000029000,"synced":true,"member":"m-0000000000000004","by":"m-0000000000000001","fields":["email","name"]}',NULL);
INSERT INTO "journal" VALUES(2199023255559,'openfab',X'5BFFFF5DED5AD1D9D75975DECA26D84A180A805E0569E05BD619E3A61C430F75','{"kind":"member.edit","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":30000,"wall":1790000030000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001","fields":["language"]}',NULL);
INSERT INTO "journal" VALUES(2199023255560,'openfab',X'9FE2688C919001F6F6B3A995D8D9BDE2EA86886C752C3B139C966BE6F7B6D91E','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":31000,"wall":1790000031000,"synced":true,"machine":"cutter","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(2199023255561,'openfab',X'0EE0DA6F85474A7C6A88ED50FBD33864D75A23FD28788B2965CBF028FE8475FE','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":32000,"wall":1790000032000,"synced":true,"member":"m-0000000000000003","role":"maintainer","by":"m-0000000000000001","machine":"cutter","supersedes":["openfab/gate1/e0000001#17"]}',NULL);
CREATE TABLE locks (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
INSERT INTO "locks" VALUES('openfab','cutter',1790000031000,'openfab/gate1/e0000002#8');
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
INSERT INTO "members" VALUES('openfab','m-0000000000000003',1790000004000,1790000028000,'openfab/gate1/e0000002#5');
INSERT INTO "members" VALUES('openfab','m-0000000000000004',1790000005000,NULL,NULL);
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
INSERT INTO "notes" VALUES(1099511627785,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627786,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627787,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627788,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627789,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627790,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627790,'openfab','reason','first');
INSERT INTO "notes" VALUES(1099511627791,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627791,'openfab','reason','books');
INSERT INTO "notes" VALUES(1099511627792,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627792,'openfab','reason','hands');
INSERT INTO "notes" VALUES(1099511627793,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627793,'openfab','reason','gone');
INSERT INTO "notes" VALUES(1099511627794,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627794,'openfab','reason','unpaid');
INSERT INTO "notes" VALUES(1099511627795,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627795,'openfab','reason','paid');
INSERT INTO "notes" VALUES(1099511627796,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627796,'openfab','reason','lens');
INSERT INTO "notes" VALUES(1099511627797,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627797,'openfab','reason','mended');
INSERT INTO "notes" VALUES(1099511627798,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627798,'openfab','reason','x');
INSERT INTO "notes" VALUES(1099511627799,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627799,'openfab','reason','x');
INSERT INTO "notes" VALUES(1099511627800,'openfab','login','zoe');
INSERT INTO "notes" VALUES(1099511627800,'openfab','reason','x');
INSERT INTO "notes" VALUES(2199023255554,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255554,'openfab','reason','careless');
INSERT INTO "notes" VALUES(2199023255555,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255555,'openfab','reason','again');
INSERT INTO "notes" VALUES(2199023255556,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255556,'openfab','reason','again');
INSERT INTO "notes" VALUES(2199023255557,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255557,'openfab','reason','again');
INSERT INTO "notes" VALUES(2199023255558,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255559,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255560,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255560,'openfab','reason','lens again');
INSERT INTO "notes" VALUES(2199023255561,'openfab','login','zoe');
INSERT INTO "notes" VALUES(2199023255561,'openfab','reason','hands');
CREATE TABLE origins (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4194303),
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    UNIQUE (lab, gate, epoch)
) STRICT;
INSERT INTO "origins" VALUES(1,'openfab','gate1','e0000001',1);
INSERT INTO "origins" VALUES(2,'openfab','gate1','e0000002',1);
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
INSERT INTO "people" VALUES('openfab','m-0000000000000001','zoe','Zoe Zeta',NULL,NULL,'zoe',0);
INSERT INTO "people" VALUES('openfab','m-0000000000000002','countess','Ada King','en','king@example.org',NULL,1);
INSERT INTO "people" VALUES('openfab','m-0000000000000003','bob','Bob Bobson',NULL,NULL,NULL,0);
INSERT INTO "people" VALUES('openfab','m-0000000000000004','cy','Cyrus',NULL,NULL,NULL,0);
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
INSERT INTO "roles" VALUES('openfab','m-0000000000000002','treasurer','',0,'openfab/gate1/e0000001#15');
INSERT INTO "roles" VALUES('openfab','m-0000000000000003','maintainer','cutter',0,'openfab/gate1/e0000002#9');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX people_by_login ON people (lab, login) WHERE login IS NOT NULL;
CREATE INDEX badges_by_member ON badges (member);
CREATE INDEX grants_by_skill ON grants (skill, level DESC, member);
COMMIT;
