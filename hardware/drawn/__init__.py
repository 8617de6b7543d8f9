"""The drawings of the wiring guide, one module a subject; `draw.py` puts them to paper."""
