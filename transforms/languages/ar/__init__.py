"""The Arabic language pack: glossed TOML data and the rules of inflection that it needs."""
