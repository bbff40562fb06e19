"""A small set-up folder: one controller with a campaign, its caller IDs, four agents, two credentials, three people, a
stop list.

folder = written(tmp_path / "files", **{"contacts.csv": CONTACTS.replace("da", "sv")})
"""

from __future__ import annotations

from pathlib import Path

CONTROLLERS = """
- id: acme
  name: Acme ApS
  address: Havnegade 12, 1058 København K
  register_number: CVR 12345674
  email: privacy@acme.example
  phone: "+45 68 00 00 10"
  privacy_url: https://acme.example/privacy
  complaint_body: Datatilsynet
  complaint_url: https://datatilsynet.example/klage
"""
CAMPAIGNS = """
- id: spring
  controller: acme
  name: Spring
  audience: b2b
  open: true
  purpose: offering desks
  interest: selling desks
  data_categories: name and number
  retention: a year
  washes:
    - {register: be_dncm, days_ago: 1, evidence: receipt 7, noted_by: Anna Jensen}
"""
ACCOUNT = "AC00000000000000000000000000000001"
CREDENTIALS = f"""
- {{id: dialer, kind: api_key, role: dialer, label: The dialer}}
- {{id: sdk, kind: twilio, role: dialer, controller: acme, campaign: spring, account_sid: {ACCOUNT}, label: The SDK}}
"""
CONTACTS = """\
controller,name,email,language,numbers,data_source,company,country,register_number,legal_form
acme,Mette Holm,Mette.Holm@holm.example,da,+45 68 00 10 11; 004568001012,register,Holm A/S,DK,99 00 00 11,legal_person
acme,Jonas Holm,jonas.holm@holm.example,da,+4568001012,register,Holm A/S,DK,99000011,legal_person
acme,,,sv,+46846500411,the register,,,,
"""
SUPPRESSIONS = """\
subject,value,scope,scope_id,reason,source,since
number,0045 68 00 10 99,everywhere,,complaint,letter,2026-03-09
person,mette.holm@HOLM.example,controller,acme,objection,telephone,2026-05-11T10:00:00+02:00
company,DK 99000011,campaign,spring,objection,letter,2026-06-03
prefix,+45 90,everywhere,,high_cost,the board,2026-06-04
"""
CALLER_IDS = """
- {controller: acme, number: "+45 68 00 00 10", standing: owned, in_directory: true, evidence: contract 12,
   noted_by: Anna Jensen, since: 2025-01-02}
- {controller: acme, campaign: spring, number: "+46846500410", standing: verified, evidence: verification call,
   noted_by: Anna Jensen, since: 2025-01-02}
"""
AGENTS = """
- {controller: acme, address: "client:mette", name: Mette Berg, language: da, campaigns: [spring],
   noted_by: Anna Jensen, since: 2026-01-02}
# the telephones: a mobile, and those on the desks

- {controller: acme, address: "+45 68 00 00 21", name: Søren Berg, language: da, campaigns: [spring],
   noted_by: Anna Jensen, since: 2026-01-02}
- {controller: acme, address: "sip:Jonas@acme.sip.example", name: Jonas Berg, language: sv, campaigns: [spring],
   noted_by: Anna Jensen, since: 2026-01-02}
- {controller: acme, address: "sip:@acme.sip.example", name: Desk telephones, language: en, campaigns: [spring],
   takes_ring_backs: false, noted_by: Anna Jensen, since: 2026-01-02}
"""
FILES = {
    "controllers.yaml": CONTROLLERS,
    "campaigns.yaml": CAMPAIGNS,
    "caller_ids.yaml": CALLER_IDS,
    "agents.yaml": AGENTS,
    "credentials.yaml": CREDENTIALS,
    "contacts.csv": CONTACTS,
    "suppressions.csv": SUPPRESSIONS,
}


def written(folder: Path, **instead: str) -> Path:
    """The folder on disk; files may be given other texts."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**FILES, **instead}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
