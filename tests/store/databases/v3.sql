-- A store as fabgate before the machine's bench left it, form 3. Kept for ever; never edited.
PRAGMA foreign_keys=OFF;
PRAGMA application_id=1178681927;
PRAGMA user_version=3;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fabgate','m001_books','2026-11-22 10:27:52.133684+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'fabgate','m002_hub','2026-11-22 10:27:52.141972+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'fabgate','m003_sponsorship','2026-11-22 10:27:52.144932+00:00');
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
, rivals TEXT, payer TEXT) STRICT, WITHOUT ROWID;
INSERT INTO "badges" VALUES('openfab','5a0c91d2:616461616461616461616461616461616461616461616461616461616461abab','m-0000000000000002','ada',1790000000000,NULL,'openfab/gate1/e0000003#5',NULL,NULL);
INSERT INTO "badges" VALUES('openfab','5a0c91d2:626f62626f62626f62626f62626f62626f62626f62626f62626f62626f62abab','m-0000000000000003','bob',1790000000000,NULL,'openfab/gate1/e0000003#7',NULL,NULL);
INSERT INTO "badges" VALUES('openfab','5a0c91d2:7a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f65abab','m-0000000000000001','zoe',1790000000000,NULL,'openfab/gate1/e0000003#3',NULL,NULL);
CREATE TABLE beats (
    lab TEXT NOT NULL,
    boot TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (lab, boot)
) STRICT, WITHOUT ROWID;
CREATE TABLE duties (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    sponsor TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "duties" VALUES('openfab','m-0000000000000003','m-0000000000000002','m-0000000000000001','openfab/gate1/e0000003#14',1790000000000);
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
INSERT INTO "evidence" VALUES('openfab','m-0000000000000003','laser','tick','emergency',NULL,'m-0000000000000002','openfab/gate1/e0000003#15',1790000000000);
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
INSERT INTO "grant_holds" VALUES('openfab','m-0000000000000003','lathe',1790000000000,1830000000000,'safety','m-0000000000000001','openfab/gate1/e0000003#13');
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
INSERT INTO "grants" VALUES('openfab','m-0000000000000002','laser',3,'m-0000000000000001','openfab/gate1/e0000003#11',1790000000000,NULL,NULL);
INSERT INTO "grants" VALUES('openfab','m-0000000000000003','laser',1,'m-0000000000000002','openfab/gate1/e0000003#12',1790000000000,NULL,NULL);
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
INSERT INTO "journal" VALUES(1099511627777,'openfab',X'ADDC406D43674267396B117F67213ABA85A9EA7D837E3C4191D8154A88D01876','{"kind":"epoch.begin","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"cause":"init"}',NULL);
INSERT INTO "journal" VALUES(1099511627778,'openfab',X'C03A2C9985C3C4B08CBB631E02D9B70D8F560BCBB13E07012184F93887536801','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000001","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627779,'openfab',X'336A7E2E3A12EFE7E06FFB0EEDFA7A02720AEC51C3124035395058A0BA1B1906','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"badge":"5a0c91d2:7a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f65abab","member":"m-0000000000000001","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627780,'openfab',X'E9A86B2F1936C68A769445940959429EE8F485A43AF1B832BB844B69163A1E45','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627781,'openfab',X'FEC8E986F3CE4B9267FD415AD040E839C478A612F4DACCCAD71E73448DE17E10','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"badge":"5a0c91d2:616461616461616461616461616461616461616461616461616461616461abab","member":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627782,'openfab',X'73E3C877B5898579261B13471578F42FCC73EF7438CB0F1D26FF46C39F8398C2','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627783,'openfab',X'85D225038D7F092BC6CF5024D18B13DCB5948F9EA19A5325668A0C17EB457136','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"badge":"5a0c91d2:626f62626f62626f62626f62626f62626f62626f62626f62626f62626f62abab","member":"m-0000000000000003","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627784,'openfab',X'987950A6FC1DFAB40AD7ED1A9DEA6A9F395907DEF1F6DE77CFAEA857437407F7','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000001","role":"manager","by":"m-0000000000000001","first":true}',NULL);
INSERT INTO "journal" VALUES(1099511627785,'openfab',X'13D12B8BF16DDCC296B89167D0B6235AA0C1FE8B946F59F2819AFA6DD13B5456','{"kind":"member.status","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","status":"autonomous","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627786,'openfab',X'5AF0369AEE3F00A5EB2DC1F72E3A7940208701CEBD2F004ED533673C65E01C9F','{"kind":"paper.file","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","paper":"insurance","by":"m-0000000000000001","until_ms":1820000000000}',NULL);
INSERT INTO "journal" VALUES(1099511627787,'openfab',X'B89014C61D0E1DF89048CF75C535D3AEF68730E7017564358D6C3EAE82789A72','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","skill":"laser","level":"sponsor","by":"m-0000000000000001","bootstrap":true}',NULL);
INSERT INTO "journal" VALUES(1099511627788,'openfab',X'D02F32C3409AE2B98B339C0BF775A1BAA368E84B89DEBE8804A239B1D67812CB','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","skill":"laser","level":"trainee","by":"m-0000000000000002"}',NULL);
INSERT INTO "journal" VALUES(1099511627789,'openfab',X'A3CD37C5C7A495A44FCDDB4578CA3D3684C7F66E3724939638B1A470F366BC31','{"kind":"grant.suspend","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","skill":"lathe","by":"m-0000000000000001","until_ms":1830000000000,"cause":"safety"}',NULL);
INSERT INTO "journal" VALUES(1099511627790,'openfab',X'FC504CCE372496EF6BD365745E2F0F7A27DD822D1BEC227EE7083AF55499FB18','{"kind":"sponsor.assign","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","sponsor":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627791,'openfab',X'F23A9C38E4E94F86418ED6C5C1DEA6DFE563E72BF5633E18BDB64B0557B80451','{"kind":"evidence.note","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","skill":"laser","what":"tick","item":"emergency","by":"m-0000000000000002"}',NULL);
INSERT INTO "journal" VALUES(1099511627792,'openfab',X'E89CFF895E4C2A6F657226A59CD4FF9B945BFE77A407C03759D51C9248AB466B','{"kind":"hours.set","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"opening":"evening","by":"m-0000000000000001","spans":["2026-11-24T17:00/2026-11-24T22:00"]}',NULL);
INSERT INTO "journal" VALUES(1099511627793,'openfab',X'6EA1F0E4B956B4BB89AFF5EE258709F22DBBB26F098FF3E2176614040F36CC71','{"kind":"gate.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":160000,"wall":1790000160000,"synced":true,"version":"0.4.0","clean":true}',NULL);
INSERT INTO "journal" VALUES(1099511627794,'openfab',X'BC769DA761E8690824E427E96A067DF844DD30FA1C93D040A7EDFC3B2796867B','{"kind":"presence.in","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":220000,"wall":1790000220000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000002","machine":"laser","badge":"k"}',NULL);
INSERT INTO "journal" VALUES(1099511627795,'openfab',X'BBD5EFBAEDBABF9B75AF6DC747BB1956C46B982CBFEB3804ECAF982C2E13D57B','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":280000,"wall":1790000280000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:bob","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:ada"}',NULL);
INSERT INTO "journal" VALUES(1099511627796,'openfab',X'263AE473050CCFCC3C2F523426D5CCDBCA0BC002648FE9CEBD13768B0EC50641','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":1540000,"wall":1790001540000,"synced":true,"session":"openfab/gate1/e0000003#19","machine":"laser","why":"own_tap","length_ms":1200000}',NULL);
INSERT INTO "journal" VALUES(1099511627797,'openfab',X'3A39ABB5E0CFC9D230D4A21D63558DEA279A59604AEC6CEF3D9C80F33DC228C8','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":1600000,"wall":1790001600000,"synced":true,"machine":"cutter","skill":"lathe","member":"m-0000000000000002","badge":"5a0c91d2:ada","level":"autonomous","hold":"tap","limit_ms":14400000}',NULL);
INSERT INTO "journal" VALUES(1099511627798,'openfab',X'432E08971A7C8DE25AF94E6F303DB7DEED862747C1D72B7AE2B0348886399F2D','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2260000,"wall":1790002260000,"synced":true,"session":"openfab/gate1/e0000003#21","machine":"cutter","why":"own_tap","length_ms":600000}',NULL);
INSERT INTO "journal" VALUES(1099511627799,'openfab',X'2C926391D05338A63DD7E83EACC8C4F1BB4863C297D2406CEB390F7AE5637022','{"kind":"session.refused","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2320000,"wall":1790002320000,"synced":true,"machine":"laser","code":"unknown_badge","badge":"5a0c91d2:00"}',NULL);
INSERT INTO "journal" VALUES(1099511627800,'openfab',X'C1D636A0FA62FA8204B9F9CCD027C590F1F80A22C454AF59D42F0710CB4D92DA','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":2380000,"wall":1790002380000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:bob","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:ada"}',NULL);
INSERT INTO "journal" VALUES(1099511627801,'openfab',X'34BF47ADF9EE9DC05E0391453437C4AF8D163F696E8F41A7408DCB26DFCA8271','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":3640000,"wall":1790003640000,"synced":true,"session":"openfab/gate1/e0000003#24","machine":"laser","why":"own_tap","length_ms":1200000}',NULL);
INSERT INTO "journal" VALUES(1099511627802,'openfab',X'C5CB3DFE1CE0ACC9CC34C0466C54EF532916B0EBE42D5969902F5BB3CBF064F1','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":3700000,"wall":1790003700000,"synced":true,"machine":"cutter","skill":"lathe","member":"m-0000000000000002","badge":"5a0c91d2:ada","level":"autonomous","hold":"tap","limit_ms":14400000}',NULL);
INSERT INTO "journal" VALUES(1099511627803,'openfab',X'6E4CA46650045907A329AC7F4543BAEA9EA8A0BD2809062FE1D0A7FDDBE881B6','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":4360000,"wall":1790004360000,"synced":true,"session":"openfab/gate1/e0000003#26","machine":"cutter","why":"own_tap","length_ms":600000}',NULL);
INSERT INTO "journal" VALUES(1099511627804,'openfab',X'2B0BF1DBD5B57EC98AF6537A4187E27D502717F65CB6AD6B113361E94B80C5F8','{"kind":"session.refused","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":4420000,"wall":1790004420000,"synced":true,"machine":"laser","code":"unknown_badge","badge":"5a0c91d2:00","count":2}',NULL);
INSERT INTO "journal" VALUES(1099511627805,'openfab',X'076527D9075947ADAB7856C191BC7406089C0A56217ED9E0EDCA7E6EFF9C0D2F','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":4480000,"wall":1790004480000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:bob","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:ada"}',NULL);
INSERT INTO "journal" VALUES(1099511627806,'openfab',X'98B947C7C0C406F3BB02690DF51FD444623DA47D7276DCBCF4667B999946091F','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":5740000,"wall":1790005740000,"synced":true,"session":"openfab/gate1/e0000003#29","machine":"laser","why":"own_tap","length_ms":1200000}',NULL);
INSERT INTO "journal" VALUES(1099511627807,'openfab',X'E0CDEE6E926C7740D6CB7B7948E6D93CCB3870A8EACFDC28E0CDBEB4FA8C5890','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":5800000,"wall":1790005800000,"synced":true,"machine":"cutter","skill":"lathe","member":"m-0000000000000002","badge":"5a0c91d2:ada","level":"autonomous","hold":"tap","limit_ms":14400000}',NULL);
INSERT INTO "journal" VALUES(1099511627808,'openfab',X'6E5475A2888B55978560EF6A2D667DC80E78F379116282184AC5979AD4B56117','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6460000,"wall":1790006460000,"synced":true,"session":"openfab/gate1/e0000003#31","machine":"cutter","why":"own_tap","length_ms":600000}',NULL);
INSERT INTO "journal" VALUES(1099511627809,'openfab',X'5C3A2FCE4D6249D48847C210E00866D03F8870FAEC964698537E80EFD7112E1B','{"kind":"session.refused","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6520000,"wall":1790006520000,"synced":true,"machine":"laser","code":"unknown_badge","badge":"5a0c91d2:00","count":3}',NULL);
INSERT INTO "journal" VALUES(1099511627810,'openfab',X'F33580BF0681172992E6B4FF7025D64DFFB15EA68F31355DD8F19C43080FAB69','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":6580000,"wall":1790006580000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:bob","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:ada"}',NULL);
INSERT INTO "journal" VALUES(1099511627811,'openfab',X'F5365845BB06A9FBA7FCCD183F1854FDF4FF2D581DB1510110893821741CC495','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":7840000,"wall":1790007840000,"synced":true,"session":"openfab/gate1/e0000003#34","machine":"laser","why":"own_tap","length_ms":1200000}',NULL);
INSERT INTO "journal" VALUES(1099511627812,'openfab',X'595C6ED6BC74A22A660643751940377CEA3BB4E8082D451BFB0AF08D5A9C447D','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":7900000,"wall":1790007900000,"synced":true,"machine":"cutter","skill":"lathe","member":"m-0000000000000002","badge":"5a0c91d2:ada","level":"autonomous","hold":"tap","limit_ms":14400000}',NULL);
INSERT INTO "journal" VALUES(1099511627813,'openfab',X'DFE0D02E83A89B7F3FC60959447DF72D45031074FBCFB760E8B171AC6AAFC0D7','{"kind":"session.stop","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8560000,"wall":1790008560000,"synced":true,"session":"openfab/gate1/e0000003#36","machine":"cutter","why":"own_tap","length_ms":600000}',NULL);
INSERT INTO "journal" VALUES(1099511627814,'openfab',X'FA4D156A92F681DA40AC5EA2B8D75C8AF02C3CD6906E9024D8F780751DF96A70','{"kind":"session.refused","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8620000,"wall":1790008620000,"synced":true,"machine":"laser","code":"unknown_badge","badge":"5a0c91d2:00","count":4}',NULL);
INSERT INTO "journal" VALUES(1099511627815,'openfab',X'9DB499CE50D42B963CEF8D694E9C1149D3916E7DAD6AE32CE0E8124852C29941','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"machine":"cutter","by":"m-0000000000000001"}',NULL);
INSERT INTO "journal" VALUES(1099511627816,'openfab',X'9C63715DEE3F59E922A0B8BBA9063C5C48AE5F687569A3ECF773A929B875C3CD','{"kind":"presence.out","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8680000,"wall":1790008680000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000002","machine":"laser","badge":"k"}',NULL);
INSERT INTO "journal" VALUES(1099511627817,'openfab',X'B4D564CD38689D3C23620E49C39B9FC8575B4DF8A3C9FD41FE70A1CE1C0A13CF','{"kind":"session.start","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":8740000,"wall":1790008740000,"synced":true,"machine":"laser","skill":"laser","member":"m-0000000000000003","badge":"5a0c91d2:bob","level":"trainee","hold":"tap","limit_ms":14400000,"sponsor":"m-0000000000000002","sponsor_badge":"5a0c91d2:ada"}',NULL);
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
INSERT INTO "locks" VALUES('openfab','cutter',1790000000000,'openfab/gate1/e0000003#39');
CREATE TABLE members (
    lab TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    added_ms INTEGER NOT NULL,
    suspended_ms INTEGER,
    suspended_record TEXT, status INTEGER NOT NULL DEFAULT 2 CHECK (status BETWEEN 0 AND 3), status_record TEXT, suspended_until_ms INTEGER,
    CHECK ((suspended_ms IS NULL) = (suspended_record IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "members" VALUES('openfab','m-0000000000000001',1790000000000,NULL,NULL,2,NULL,NULL);
INSERT INTO "members" VALUES('openfab','m-0000000000000002',1790000000000,NULL,NULL,3,'openfab/gate1/e0000003#9',NULL);
INSERT INTO "members" VALUES('openfab','m-0000000000000003',1790000000000,NULL,NULL,2,NULL,NULL);
CREATE TABLE notes (
    position INTEGER NOT NULL REFERENCES journal (position),
    lab TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (position, kind)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "openings" VALUES('openfab','evening','["2026-11-24T17:00/2026-11-24T22:00"]','m-0000000000000001','openfab/gate1/e0000003#16',1790000000000);
CREATE TABLE origins (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4194303),
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    UNIQUE (lab, gate, epoch)
) STRICT;
INSERT INTO "origins" VALUES(1,'openfab','gate1','e0000003',1);
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
INSERT INTO "papers" VALUES('openfab','m-0000000000000002','insurance',1820000000000,'m-0000000000000001','openfab/gate1/e0000003#10',1790000000000);
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
INSERT INTO "people" VALUES('openfab','m-0000000000000001','zoe','Zoe Zeta',NULL,NULL,NULL,1,NULL,NULL);
INSERT INTO "people" VALUES('openfab','m-0000000000000002','ada','Ada Lovelace',NULL,NULL,NULL,1,NULL,NULL);
INSERT INTO "people" VALUES('openfab','m-0000000000000003','bob','Bob Bobson',NULL,NULL,NULL,1,NULL,NULL);
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
INSERT INTO "practice" VALUES('openfab','m-0000000000000002','lathe',1790004360000,0,0,0);
INSERT INTO "practice" VALUES('openfab','m-0000000000000003','laser',0,2,2400000,1790003640000);
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
INSERT INTO "practice_read" VALUES(1,'openfab',1099511627804);
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
INSERT INTO "present" VALUES('openfab','m-0000000000000002','gate1',1790000220000,1790008680000,'5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001',220000,1);
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
INSERT INTO "rights" VALUES(1,'openfab','openfab/gate1/e0000003#2','member/m-0000000000000001',X'C03A2C9985C3C4B08CBB631E02D9B70D8F560BCBB13E07012184F93887536801','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000001","by":"m-0000000000000001"}','{"handle":"zoe","name":"Zoe Zeta","nameable":true}');
INSERT INTO "rights" VALUES(2,'openfab','openfab/gate1/e0000003#3','badge/5a0c91d2:7a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f65abab',X'336A7E2E3A12EFE7E06FFB0EEDFA7A02720AEC51C3124035395058A0BA1B1906','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"badge":"5a0c91d2:7a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f657a6f65abab","member":"m-0000000000000001","by":"m-0000000000000001"}','{"label":"zoe"}');
INSERT INTO "rights" VALUES(3,'openfab','openfab/gate1/e0000003#4','member/m-0000000000000002',X'E9A86B2F1936C68A769445940959429EE8F485A43AF1B832BB844B69163A1E45','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","by":"m-0000000000000001"}','{"handle":"ada","name":"Ada Lovelace","nameable":true}');
INSERT INTO "rights" VALUES(4,'openfab','openfab/gate1/e0000003#5','badge/5a0c91d2:616461616461616461616461616461616461616461616461616461616461abab',X'FEC8E986F3CE4B9267FD415AD040E839C478A612F4DACCCAD71E73448DE17E10','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"badge":"5a0c91d2:616461616461616461616461616461616461616461616461616461616461abab","member":"m-0000000000000002","by":"m-0000000000000001"}','{"label":"ada"}');
INSERT INTO "rights" VALUES(5,'openfab','openfab/gate1/e0000003#6','member/m-0000000000000003',X'73E3C877B5898579261B13471578F42FCC73EF7438CB0F1D26FF46C39F8398C2','{"kind":"member.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","by":"m-0000000000000001"}','{"handle":"bob","name":"Bob Bobson","nameable":true}');
INSERT INTO "rights" VALUES(6,'openfab','openfab/gate1/e0000003#7','badge/5a0c91d2:626f62626f62626f62626f62626f62626f62626f62626f62626f62626f62abab',X'85D225038D7F092BC6CF5024D18B13DCB5948F9EA19A5325668A0C17EB457136','{"kind":"badge.add","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"badge":"5a0c91d2:626f62626f62626f62626f62626f62626f62626f62626f62626f62626f62abab","member":"m-0000000000000003","by":"m-0000000000000001"}','{"label":"bob"}');
INSERT INTO "rights" VALUES(7,'openfab','openfab/gate1/e0000003#8','role/m-0000000000000001/manager/-',X'987950A6FC1DFAB40AD7ED1A9DEA6A9F395907DEF1F6DE77CFAEA857437407F7','{"kind":"role.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000001","role":"manager","by":"m-0000000000000001","first":true}',NULL);
INSERT INTO "rights" VALUES(8,'openfab','openfab/gate1/e0000003#9','status/m-0000000000000002',X'13D12B8BF16DDCC296B89167D0B6235AA0C1FE8B946F59F2819AFA6DD13B5456','{"kind":"member.status","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","status":"autonomous","by":"m-0000000000000001"}',NULL);
INSERT INTO "rights" VALUES(9,'openfab','openfab/gate1/e0000003#10','paper/m-0000000000000002/insurance',X'5AF0369AEE3F00A5EB2DC1F72E3A7940208701CEBD2F004ED533673C65E01C9F','{"kind":"paper.file","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","paper":"insurance","by":"m-0000000000000001","until_ms":1820000000000}',NULL);
INSERT INTO "rights" VALUES(10,'openfab','openfab/gate1/e0000003#11','grant/m-0000000000000002/laser',X'B89014C61D0E1DF89048CF75C535D3AEF68730E7017564358D6C3EAE82789A72','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000002","skill":"laser","level":"sponsor","by":"m-0000000000000001","bootstrap":true}',NULL);
INSERT INTO "rights" VALUES(11,'openfab','openfab/gate1/e0000003#12','grant/m-0000000000000003/laser',X'D02F32C3409AE2B98B339C0BF775A1BAA368E84B89DEBE8804A239B1D67812CB','{"kind":"grant.give","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","skill":"laser","level":"trainee","by":"m-0000000000000002"}',NULL);
INSERT INTO "rights" VALUES(12,'openfab','openfab/gate1/e0000003#13','pause/m-0000000000000003/lathe',X'A3CD37C5C7A495A44FCDDB4578CA3D3684C7F66E3724939638B1A470F366BC31','{"kind":"grant.suspend","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","skill":"lathe","by":"m-0000000000000001","until_ms":1830000000000,"cause":"safety"}',NULL);
INSERT INTO "rights" VALUES(13,'openfab','openfab/gate1/e0000003#14','duty/m-0000000000000003',X'FC504CCE372496EF6BD365745E2F0F7A27DD822D1BEC227EE7083AF55499FB18','{"kind":"sponsor.assign","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","sponsor":"m-0000000000000002","by":"m-0000000000000001"}',NULL);
INSERT INTO "rights" VALUES(14,'openfab','openfab/gate1/e0000003#15','evidence/m-0000000000000003/laser/tick/emergency',X'F23A9C38E4E94F86418ED6C5C1DEA6DFE563E72BF5633E18BDB64B0557B80451','{"kind":"evidence.note","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"member":"m-0000000000000003","skill":"laser","what":"tick","item":"emergency","by":"m-0000000000000002"}',NULL);
INSERT INTO "rights" VALUES(15,'openfab','openfab/gate1/e0000003#16','hours/evening',X'E89CFF895E4C2A6F657226A59CD4FF9B945BFE77A407C03759D51C9248AB466B','{"kind":"hours.set","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"opening":"evening","by":"m-0000000000000001","spans":["2026-11-24T17:00/2026-11-24T22:00"]}',NULL);
INSERT INTO "rights" VALUES(16,'openfab','openfab/gate1/e0000003#39','lock/cutter',X'9DB499CE50D42B963CEF8D694E9C1149D3916E7DAD6AE32CE0E8124852C29941','{"kind":"machine.lock","boot":"5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001","ms":0,"wall":1790000000000,"synced":true,"machine":"cutter","by":"m-0000000000000001"}',NULL);
CREATE TABLE rights_sum (
    lab TEXT NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;
INSERT INTO "rights_sum" VALUES('openfab',16,X'7E6FA174DC2B00488073C0118F41E50EBF5F910FE752217F4BBA3F0A7EF9E8C3');
CREATE TABLE roles (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    machine TEXT NOT NULL,
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    record TEXT NOT NULL,
    PRIMARY KEY (member, role, machine)
) STRICT, WITHOUT ROWID;
INSERT INTO "roles" VALUES('openfab','m-0000000000000001','manager','',1,'openfab/gate1/e0000003#8');
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
COMMIT;
