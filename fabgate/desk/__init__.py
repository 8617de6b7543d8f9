"""The deeds of managers, sponsors and treasurers: rule, record and roster in one transaction."""
